import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.runtime import places, servers
from config.runtime.errors import RuntimeProblem
from config.runtime.postgres import Binaries, Postgres, examined
from config.runtime.valkey import Valkey, version


@pytest.fixture
def owner() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        yield connection


def test_the_two_roles_have_the_rights_they_need_and_no_more(
    owner: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    rows = owner.execute(
        "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper, rolcreaterole FROM pg_roles"
        " WHERE rolname LIKE 'marketplace_%' ORDER BY rolname"
    ).fetchall()
    assert rows == [("marketplace_app", True, False, False, False), ("marketplace_owner", True, True, False, False)]


def test_the_database_belongs_to_the_owner_and_knows_chinese(owner: "psycopg.Connection[tuple[object, ...]]") -> None:
    row = owner.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datctype FROM pg_database"
        " WHERE datname = 'marketplace'"
    ).fetchone()
    assert row == ("marketplace_owner", "UTF8", "C.UTF-8")
    assert owner.execute("SELECT '场' ~ '[[:alpha:]]', upper('ä')").fetchone() == (True, "Ä")


def test_the_application_makes_no_tables() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE own (id int)")


def test_data_of_another_major_version_is_refused_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.runtime.postgres.find_binaries", lambda place: Binaries(Path("/nowhere"), 18))
    postgres = Postgres(places.Place(tmp_path, tmp_path, tmp_path, None))
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(RuntimeProblem, match=r"made by PostgreSQL 15; the server here is 18\. .*PG_BIN=.*STATE_DIR="):
        postgres.refuse_foreign_data()
    assert (tmp_path / "postgres" / "PG_VERSION").read_text() == "15\n"


def test_a_folder_without_a_server_is_no_server(tmp_path: Path) -> None:
    assert examined(tmp_path) is None
    assert version(tmp_path / "valkey-server") == (0,)


def test_given_servers_are_used_and_none_is_started() -> None:
    given = {"DATABASE_URL": "postgresql://app@db/x", "CELERY_BROKER_URL": "redis://broker/0"}
    place = places.Place(Path("/nowhere"), Path("/nowhere"), Path("/nowhere"), None)
    # Without a crew a start would fail.
    found = servers.start(place, None, given)  # type: ignore[arg-type]
    assert found == {"DATABASE_OWNER_URL": "postgresql://app@db/x"}


def test_throwaway_servers_hide_the_callers_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDIA_ROOT", "/srv/production/media")
    monkeypatch.setenv("SECRET_KEY", "production's")
    place = places.Place(tmp_path, tmp_path, tmp_path, None)
    made = servers.application_environment(place, {"DATABASE_URL": "postgresql:///x"}, throwaway=True)
    assert "MEDIA_ROOT" not in made
    assert (made["STATE_DIR"], made["DATABASE_URL"]) == (str(tmp_path), "postgresql:///x")
    assert made["SECRET_KEY"] != "production's"


def test_socket_paths_stand_in_the_urls_as_each_reader_wants_them(tmp_path: Path) -> None:
    place = places.Place(tmp_path, tmp_path, Path("/run/a b"), None)
    assert Postgres(place).url("marketplace_app") == "postgresql://marketplace_app@/marketplace?host=%2Frun%2Fa%20b"
    valkey = Valkey(place)
    assert valkey.broker_url == "redis+socket:///run/a%20b/kv.sock?virtual_host=0"
    assert valkey.cache_url == "unix:///run/a%20b/kv.sock?db=1"
