from pathlib import Path

import pytest

from config.runtime import places
from config.runtime.errors import RuntimeProblem
from config.runtime.places import LONGEST_SOCKET, SOCKET_NAME, User

STRANGER = User("stranger", 54321, 54321)


def test_a_short_socket_folder_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LONGEST_SOCKET", len(str(tmp_path / "s" / SOCKET_NAME)))
    assert places.socket_folder(tmp_path / "s", None) == tmp_path / "s"
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700


def test_a_long_socket_path_moves_to_a_short_one(tmp_path: Path) -> None:
    wanted = tmp_path / ("long" * 30)
    folder = places.socket_folder(wanted, None)
    try:
        assert len(str(folder / SOCKET_NAME)) <= LONGEST_SOCKET
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not wanted.exists()
        assert places.socket_folder(wanted, None) == folder
    finally:
        folder.rmdir()


def test_a_closed_folder_on_the_way_is_noticed(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    inside = tmp_path / "closed" / "inside"
    inside.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not places.reachable(inside, STRANGER)


def test_the_owner_reaches_a_closed_folder() -> None:
    found = Path("/").stat()
    assert places.reachable(Path("/"), User("owner", found.st_uid, found.st_gid))


def test_a_link_in_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "s").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RuntimeProblem, match="another user"):
        places.socket_folder(tmp_path / "s", None)


def test_a_given_state_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(places, "ROOT_HOME", tmp_path / "root")
    monkeypatch.setattr(places, "LONGEST_SOCKET", 1000)
    place = places.lasting()
    assert place.state == tmp_path / "state"
    assert place.logs == tmp_path / "state" / "log"
    assert place.servers.is_dir()
    assert place.sockets == place.servers / "sockets"


def test_a_program_out_of_reach_is_copied_with_its_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ROOT_HOME", tmp_path / "root")
    package = tmp_path / "closed" / "engine"
    (package / "bin").mkdir(parents=True)
    (package / "bin" / "server").write_text("the server")
    (tmp_path / "closed" / "engine.libs").mkdir()
    (tmp_path / "closed" / "engine.libs" / "libq.so").write_text("its library")
    (tmp_path / "closed").chmod(0o700)

    copy = places.executable_for(package / "bin" / "server", package, STRANGER)

    assert copy.read_text() == "the server"
    assert (copy.parents[2] / "engine.libs" / "libq.so").read_text() == "its library"
    assert places.executable_for(package / "bin" / "server", package, STRANGER) == copy
    assert places.executable_for(package / "bin" / "server", package, None) == package / "bin" / "server"
