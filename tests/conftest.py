"""The test databases and the cast: an enterprise, a supplier, each staff role, a stranger.

The owner role makes and cleans the test database; everything else runs as the application's role, as in production.
Tests that must see commits (workers, browsers, races) use `transactional_db`; afterwards the owner empties all but
the reference data.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from kombu import pools
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config.settings import _database
from tests.factories import Cast, make_cast

KEPT = ("django_migrations", "django_content_type", "auth_permission", "scenarios_district", "scenarios_chain")
KEPT += ("scenarios_concept", "scenarios_phrase", "scenarios_domainname", "scenarios_unitname")


def _owner_of(name: str) -> dict[str, Any]:
    return {**connections["default"].settings_dict, **_database(settings.DATABASE_OWNER_URL), "NAME": name}


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Create and migrate the test database as its owner, then let the application's role into it."""
    if not settings.DATABASE_OWNER_URL:
        pytest.exit(
            "Start the tests with `make test`, or under `python -m config.runtime run -- pytest`.", returncode=4
        )
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    name = f"test_marketplace_{worker}" if worker else "test_marketplace"
    connections["default"].close()
    connections.databases["maintenance"] = _owner_of(name="marketplace")
    connections.databases["owner"] = _owner_of(name=name)
    with django_db_blocker.unblock():
        _recreate(name)
        app = dict(connections["default"].settings_dict)
        connections["default"].settings_dict.update(connections["owner"].settings_dict)
        call_command("migrate", verbosity=0, interactive=False)
        connections["default"].close()
        connections["default"].settings_dict.update({**app, "NAME": name})
        os.environ["DATABASE_URL"] = _with_name(os.environ["DATABASE_URL"], name)
    yield
    with django_db_blocker.unblock():
        for alias in ("default", "owner"):
            connections[alias].close()
        _drop(name)


def _with_name(url: str, name: str) -> str:
    return make_conninfo(**{**conninfo_to_dict(url), "dbname": name})


def _drop(name: str) -> None:
    with connections["maintenance"].cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    connections["maintenance"].close()


def _recreate(name: str) -> None:
    _drop(name)
    with connections["maintenance"].cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    connections["maintenance"].close()


def _flush_as_owner(self: TransactionTestCase) -> None:
    # Straight through psycopg: Django still forbids the test every database but its own when it clears up.
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(_with_name(settings.DATABASE_OWNER_URL, name), autocommit=True) as owner:
        found = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {table for (table,) in found} - set(KEPT)
        # A worker of the test may still hold a row: break its transaction off rather than wait for it.
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
        )
        owner.execute(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")


TransactionTestCase._fixture_teardown = _flush_as_owner  # type: ignore[method-assign]


def _forget_connections(app: Any) -> None:
    """Have Celery open its connections anew: it keeps those to the address it had first."""
    pools.reset()
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def own_broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty corner of the broker for this process, so that parallel runs do not take each other's work."""
    from config.celery import app
    from tests.processes import broker

    number = 2 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    settings.CELERY_BROKER_URL = re.sub(r"virtual_host=\d+", f"virtual_host={number}", settings.CELERY_BROKER_URL)
    monkeypatch.setenv("CELERY_BROKER_URL", settings.CELERY_BROKER_URL)  # what Celery reads first
    _forget_connections(app)
    client = broker()
    client.flushdb()
    yield client
    client.flushdb()
    client.close()
    _forget_connections(app)


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the role that owns the tables, for what the application itself may never do."""
    with psycopg.connect(_with_name(settings.DATABASE_OWNER_URL, connections["owner"].settings_dict["NAME"])) as owner:
        yield owner


@pytest.fixture(autouse=True)
def _own_state(settings: Any, tmp_path: Any) -> None:
    """Keep index builds and uploads of a test apart, and let no cached limit or language leak into the next one."""
    from django.core.cache import cache
    from django.utils import translation

    settings.INDEX_ROOT = tmp_path / "index"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SEGMENT_COPIES = tmp_path / "segment-copies"
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "segments"}}
    settings.STORAGES = {**settings.STORAGES, "segments": here}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()
    # A test client runs in this thread: the language of its last request would stay the language of what follows.
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def cast(db: None) -> Cast:
    """Everyone who plays a part; see tests.factories.Cast."""
    return make_cast()


@pytest.fixture
def live_cast(transactional_db: None) -> Cast:
    """The same people in a database that other processes can see."""
    return make_cast()
