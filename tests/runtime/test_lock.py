import os
import subprocess
from pathlib import Path

import pytest

from config.runtime.lock import AlreadyRunning, Lock


def test_a_second_holder_is_refused_and_told_who_and_where(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    first.acquire()
    first.note("http://127.0.0.1:8000")
    with pytest.raises(AlreadyRunning) as refused:
        second.acquire()
    assert str(refused.value) == f"it is already running (process {os.getpid()}, http://127.0.0.1:8000)"


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    first.acquire()
    first.release()
    second.acquire()
    assert second.holder() == (os.getpid(), "")


def test_the_lock_of_a_dead_process_is_waited_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    first.acquire()
    # Its watchdog holds the file open for as long as it clears away, here longer than anybody waits.
    (tmp_path / "lock").write_text(f"{gone.pid} \n")
    with pytest.raises(AlreadyRunning):
        second.acquire(patience=0.3)
    assert "waiting until what an ended run left behind is cleared away" in capfd.readouterr().err
