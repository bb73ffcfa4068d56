"""However the one who started servers ends, nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.runtime.crew import Crew
from config.runtime.errors import ServerFailed
from config.runtime.watchdog import members

pytestmark = pytest.mark.slow


def wait_for(condition: Callable[[], bool], *, seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_servers_and_their_folder_go_with_the_one_who_started_them(how: signal.Signals, tmp_path: Path) -> None:
    report = tmp_path / "report"
    command = ["sh", "-c", f'echo "$$ $STATE_DIR" > {report}.new; mv {report}.new {report}; sleep 60']
    run = subprocess.Popen(
        [sys.executable, "-m", "config.runtime", "run", "--", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert wait_for(report.exists)
    number, state = report.read_text().split()
    folder = Path(state)
    server = int((folder / "servers" / "postgres" / "postmaster.pid").read_text().split()[0])
    assert members(server) == [server]

    run.send_signal(how)
    run.wait(timeout=30)

    assert wait_for(lambda: not folder.exists())
    assert members(server) == []
    assert members(int(number)) == []


def test_an_ended_child_is_reported_with_its_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    crew = Crew()
    try:
        crew.start(
            "broken", ["sh", "-c", "echo the reason; exit 3"], environment=os.environ, log=tmp_path / "broken.log"
        )
        assert wait_for(lambda: bool(crew.ended_children()))
        with pytest.raises(ServerFailed, match=r"broken ended by itself \(exit code 3\)"):
            crew.check()
    finally:
        crew.stop()
    assert "  broken | the reason" in capfd.readouterr().err


def test_a_killed_leader_does_not_leave_its_children(tmp_path: Path) -> None:
    crew = Crew()
    leader = crew.start(
        "leader", ["sh", "-c", "sleep 60 & sleep 61 & wait"], environment=os.environ, log=tmp_path / "l.log"
    )
    pid = leader.process.pid
    assert wait_for(lambda: len(members(pid)) == 3)
    leader.process.kill()
    crew.stop()
    assert members(pid) == []


def test_stopping_ends_a_child_that_ignores_polite_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = ((signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0))
    monkeypatch.setattr("config.runtime.crew.STOP_APPLICATION", quick)
    crew = Crew()
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = crew.start("deaf", [sys.executable, "-c", script], environment=os.environ, log=tmp_path / "deaf.log")
    assert wait_for(lambda: "deaf" in (tmp_path / "deaf.log").read_text())
    crew.stop()
    assert child.process.returncode == -signal.SIGKILL
