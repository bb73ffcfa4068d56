"""What becomes of the servers when the main job fails: the pages are served, unless everything was to be done once."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.runtime import supervisor
from config.runtime.crew import Crew
from config.runtime.errors import ServerFailed
from config.runtime.places import Place

SITE = {**os.environ, "SITE_URL": "http://localhost:8000"}
# In the place of `manage.py`: notes how it was called, and ends with the code.
JOB = "import sys; open({path!r}, 'w').write(' '.join(sys.argv[1:])); sys.exit({code})"


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew()
    yield crew
    crew.stop()


def place(folder: Path) -> Place:
    return Place(state=folder, servers=folder, sockets=folder, user=None)


def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> Path:
    """Have the main job end with `code`; return the file in which it notes its arguments."""
    path = tmp_path / "called"
    monkeypatch.setattr(supervisor, "MANAGE", [sys.executable, "-c", JOB.format(path=str(path), code=code)])
    return path


def test_a_failed_main_job_does_not_end_the_serving(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = called(tmp_path, monkeypatch, 1)
    supervisor.do_main_job(place(tmp_path), crew, SITE, once=False)
    assert path.read_text() == "mainjob --url http://localhost:8000"
    said = capfd.readouterr().err
    assert said.startswith("The main job failed (exit code 1); the logs are in ")
    assert said.endswith("Staff see what is in the way at http://localhost:8000/status\n")


def test_a_failed_main_job_is_the_end_under_once(crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = called(tmp_path, monkeypatch, 1)
    with pytest.raises(ServerFailed, match=r"The main job failed \(exit code 1\)"):
        supervisor.do_main_job(place(tmp_path), crew, SITE, once=True)
    assert path.read_text() == "mainjob --url http://localhost:8000 --once"
