"""Who may import whom: each contract is shown to catch an import that breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "marketplace", "scenarios", "matching")

# contract → (file that gets the line, the forbidden line)
PLANTED = {
    "config → marketplace → scenarios → matching": ("scenarios/policies.py", "import marketplace.actors"),
    "matching is a plain library": ("matching/text.py", "import django.utils.timezone"),
    "rooms of scenarios and marketplace": ("scenarios/models/need.py", "import scenarios.actions.needs"),
    "actions start no task": ("scenarios/actions/needs.py", "import celery"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        wanted = shutil.ignore_patterns("static", "templates", "__pycache__", "demo", "data")
        shutil.copytree(ROOT / package, folder / package, ignore=wanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_has_its_planted_import() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert {contract["name"] for contract in tools["importlinter"]["contracts"]} == set(PLANTED)


def test_the_house_keeps_every_contract(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "4 kept, 0 broken" in result.stdout


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_is_caught(copy: Path, contract: str) -> None:
    name, line = PLANTED[contract]
    path = copy / name
    before = path.read_text()
    path.write_text(f"{before}\n\ndef planted():\n    {line}\n")
    try:
        result = lint(copy)
    finally:
        path.write_text(before)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
