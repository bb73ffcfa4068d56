"""Settings fail loudly: what must be given is never made up in production."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {"SECRET_KEY": "a secret of this test and of nothing else", "FIELD_KEYS": Fernet.generate_key().decode()}


def check(state: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own that is given nothing else."""
    environment = {"PATH": os.environ["PATH"], "STATE_DIR": str(state), **given}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("missing", SECRETS)
@pytest.mark.parametrize("debug", [{}, {"DEBUG": "0"}])
def test_a_missing_secret_stops_the_start(missing: str, debug: dict[str, str], tmp_path: Path) -> None:
    result = check(tmp_path, **debug, **{name: value for name, value in SECRETS.items() if name != missing})
    assert result.returncode == 1
    assert f"{missing} is not set. Set it in the environment, or DEBUG=1 on a developer's machine." in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_secret_made_in_debug_is_not_taken_outside_it(tmp_path: Path) -> None:
    assert check(tmp_path, DEBUG="1").returncode == 0
    keys = sorted((path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "keys").iterdir())
    assert keys == [("field_keys", 0o600), ("secret_key", 0o600)]
    assert "SECRET_KEY is not set." in check(tmp_path).stderr


def test_with_its_secrets_production_starts(tmp_path: Path) -> None:
    result = check(tmp_path, **SECRETS)
    assert (result.returncode, list(tmp_path.iterdir())) == (0, []), result.stderr
