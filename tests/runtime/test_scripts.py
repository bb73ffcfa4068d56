"""The static check of the shell scripts looks into each of them."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(
    str(path.relative_to(ROOT)) for path in [*(ROOT / "bin").iterdir(), ROOT / ".ci/run", *ROOT.glob("deploy/*.sh")]
)
CHECK = "set -u; eval \"$(sed -n '/^scripts_parse() {/,/^}/p' bin/lint)\"; scripts_parse"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("bin", ".ci", "deploy"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def parse(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", CHECK], cwd=folder, capture_output=True, text=True)


def test_the_scripts_parse(copy: Path) -> None:
    assert (parse(copy).returncode, parse(copy).stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_broken_script_is_found(copy: Path, script: str) -> None:
    with (copy / script).open("a") as file:
        file.write("\nif true; then\n")
    result = parse(copy)
    assert result.returncode == 1
    assert f"{script}: line" in result.stderr
