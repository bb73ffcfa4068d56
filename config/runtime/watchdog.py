"""Ends what a killed supervisor leaves behind. Runs as a script of its own: ``python watchdog.py``, fed through stdin.

Each line is a JSON object: ``{"add": pid, "stop": [[signal, seconds], …], "server": bool}``, ``{"drop": pid}``,
``{"remove": folder}``. When the pipe closes, the writer is gone, however it went: what is still listed is ended, the
application before its servers, and the folders are removed. Standard library only, so that it starts in milliseconds.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def members(group: int) -> list[int]:
    """The processes of a process group that are not zombies (where there is no /proc: the leader alone)."""
    if not Path("/proc/self").is_dir():
        return [group] if exists(group) else []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                # The fields after the name, which stands in brackets and may hold anything.
                state, _parent, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(its_group) == group and state != "Z":
                    found.append(int(entry.name))
    return found


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(children: dict[int, dict[str, Any]], *, reap: Callable[[], object] = lambda: None) -> None:
    """Walk the (signal, seconds to wait) of all children side by side; ``reap`` collects the caller's zombies."""
    rounds = max((len(child["stop"]) for child in children.values()), default=0)
    for number in range(rounds):
        patience = 0.0
        for leader, child in children.items():
            if number < len(child["stop"]) and members(leader):
                wanted, seconds = child["stop"][number]
                patience = max(patience, seconds)
                # The leader sees to its children; without it they are ended directly.
                send = os.kill if leader in members(leader) and wanted != signal.SIGKILL else os.killpg
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    send(leader, wanted)
        wait(children, patience, reap)


def wait(children: dict[int, dict[str, Any]], seconds: float, reap: Callable[[], object]) -> None:
    """Wait until all have ended; what a leader leaves behind when it goes is told to end as well."""
    until = time.monotonic() + seconds
    told: set[int] = set()
    while time.monotonic() < until:
        reap()
        left = {leader: found for leader in children if (found := members(leader))}
        if not left:
            return
        for leader in left.keys() - told:
            if leader not in left[leader]:
                told.add(leader)
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(leader, signal.SIGTERM)
        time.sleep(0.05)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    children: dict[int, dict[str, Any]] = {}
    folders: list[str] = []
    for line in sys.stdin:
        message = json.loads(line)
        if "add" in message:
            children[message["add"]] = message
        elif "drop" in message:
            children.pop(message["drop"], None)
        else:
            folders.append(message["remove"])
    end({pid: child for pid, child in children.items() if not child["server"]})
    end({pid: child for pid, child in children.items() if child["server"]})
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
