"""Both servers together, and the environment in which the application finds them."""

import os
import secrets
from collections.abc import Mapping

from config.runtime.crew import Crew
from config.runtime.places import Place
from config.runtime.postgres import APPLICATION, OWNER, Postgres
from config.runtime.progress import step
from config.runtime.valkey import Valkey

# What a caller may have set for another database must not reach throw-away servers, and the other way round.
CONNECTIONS = ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL")
APPLICATION_FOLDERS = ("STATE_DIR", "INDEX_ROOT", "MEDIA_ROOT", "SEGMENTS_ROOT", "SEGMENTS_BUCKET", "SEGMENT_COPIES")


def start(place: Place, crew: Crew, given: Mapping[str, str], *, careless: bool = False) -> dict[str, str]:
    """Start the servers that ``given`` does not name already; return what the application needs to find them all.

    A careless PostgreSQL does not wait for the disk.
    """
    environment = server_environment()
    found: dict[str, str] = {}
    if "DATABASE_URL" in given:
        found["DATABASE_OWNER_URL"] = given.get("DATABASE_OWNER_URL") or given["DATABASE_URL"]
    else:
        with step("Starting PostgreSQL"):
            postgres = Postgres(place, careless=careless)
            postgres.start(crew, environment)
        found |= database_urls(postgres)
    if "CELERY_BROKER_URL" not in given:
        with step("Starting Valkey"):
            valkey = Valkey(place)
            valkey.start(crew, environment)
        found |= {"CELERY_BROKER_URL": valkey.broker_url, "CACHE_URL": valkey.cache_url}
    return found


def addresses(place: Place, given: Mapping[str, str]) -> dict[str, str]:
    """Where the servers of ``place`` answer that somebody else has started."""
    found: dict[str, str] = {}
    if "DATABASE_URL" not in given:
        found |= database_urls(Postgres(place))
    if "CELERY_BROKER_URL" not in given:
        valkey = Valkey(place)
        found |= {"CELERY_BROKER_URL": valkey.broker_url, "CACHE_URL": valkey.cache_url}
    return found


def database_urls(postgres: Postgres) -> dict[str, str]:
    return {"DATABASE_URL": postgres.url(APPLICATION), "DATABASE_OWNER_URL": postgres.url(OWNER)}


def server_environment() -> dict[str, str]:
    """A small environment for the servers: PG* variables of the caller's shell would change how they run."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def given_connections() -> dict[str, str]:
    """The servers that the caller's environment names."""
    return {name: os.environ[name] for name in CONNECTIONS if os.environ.get(name)}


def application_environment(place: Place, found: Mapping[str, str], *, throwaway: bool) -> dict[str, str]:
    """The caller's environment, the addresses found, and development's defaults for what is not set.

    Throw-away servers come with folders of their own as well, so that nothing of a lasting state is touched.
    """
    environment = dict(os.environ)
    if throwaway:
        for name in APPLICATION_FOLDERS:
            environment.pop(name, None)
    environment |= {**found, "STATE_DIR": str(place.state)}
    environment.setdefault("DEBUG", "1")
    environment.setdefault("PYTHONUNBUFFERED", "1")
    if throwaway:
        # Lasting servers come with a key that the settings make once and keep in STATE_DIR.
        environment["SECRET_KEY"] = secrets.token_urlsafe(50)
    return environment
