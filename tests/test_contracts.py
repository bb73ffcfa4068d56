"""Who may import whom: each contract is shown to catch an import that breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "marketplace", "scenarios", "matching")

ROOMS = "rooms of scenarios and marketplace"
# contract, file that gets the line, the forbidden line
PLANTED = (
    ("config → marketplace → scenarios → matching", "scenarios/policies.py", "import marketplace.actors"),
    ("matching is a plain library", "matching/text.py", "import django.utils.timezone"),
    (ROOMS, "scenarios/models/need.py", "import scenarios.actions.needs"),
    (ROOMS, "scenarios/actions/calls.py", "import scenarios.waiting"),
    (ROOMS, "scenarios/indexing.py", "import scenarios.pipeline"),
    (ROOMS, "scenarios/live_index.py", "import scenarios.likeness"),
    (ROOMS, "marketplace/actions/organisations.py", "import marketplace.notices"),
    (ROOMS, "marketplace/actions/imports.py", "import marketplace.imports.jobs"),
    ("actions start no task", "scenarios/actions/needs.py", "import celery"),
    ("nobody imports a task", "marketplace/views/workspace.py", "import scenarios.tasks"),
    ("nobody imports a task", "config/celery.py", "import marketplace.tasks"),
    (
        "no room of marketplace reaches a higher one of scenarios",
        "marketplace/actions/suggestions.py",
        "import scenarios.views.parts",
    ),
    (
        "no room of marketplace reaches a higher one of scenarios",
        "marketplace/querysets.py",
        "import scenarios.api.needs",
    ),
    (
        "no room of marketplace reaches a higher one of scenarios",
        "marketplace/imports/loading.py",
        "import scenarios.pipeline",
    ),
)


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
    assert {contract["name"] for contract in tools["importlinter"]["contracts"]} == {one[0] for one in PLANTED}


def test_the_house_keeps_every_contract(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "6 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("contract", "name", "line"), PLANTED)
def test_a_planted_import_is_caught(copy: Path, contract: str, name: str, line: str) -> None:
    path = copy / name
    before = path.read_text()
    path.write_text(f"{before}\n\ndef planted():\n    {line}\n")
    try:
        result = lint(copy)
    finally:
        path.write_text(before)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout


@pytest.mark.parametrize("package", ["scenarios", "marketplace"])
def test_a_module_in_no_room_is_caught(copy: Path, package: str) -> None:
    path = copy / package / "utils.py"
    path.touch()
    try:
        result = lint(copy)
    finally:
        path.unlink()
    assert result.returncode == 1
    assert f"{ROOMS} BROKEN" in result.stdout
    assert f"- {package}.utils" in result.stdout
