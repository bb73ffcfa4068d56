import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.runtime.postgres import INITDB, INITDB_BUILTIN
from scenarios.health import QUEUES

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
SECRETS = ["SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"]


def test_the_file_follows_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_stops_the_start(name: str) -> None:
    text = (CHECKOUT / "docker-compose.yml").read_text()
    assert f"${{{name}:?" in text
    assert f"${{{name}}}" not in text
    assert f"${{{name}:-" not in text


def test_every_lasting_service_has_a_health_check_of_its_own_or_the_images() -> None:
    without = {name for name, service in SERVICES.items() if not service.get("healthcheck")}
    assert without == {"web"}
    assert "HEALTHCHECK" in (CHECKOUT / "Dockerfile").read_text()


def test_only_the_migration_gets_the_owners_password() -> None:
    holders = {name for name, service in SERVICES.items() if "OWNER_PASSWORD" in str(service)}
    assert holders == {"migrate", "postgres"}


def test_the_database_is_made_as_the_embedded_one() -> None:
    assert SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split() == INITDB + INITDB_BUILTIN


def test_the_broker_forgets_nothing_and_the_cache_may() -> None:
    broker, cache = SERVICES["broker"]["command"], SERVICES["cache"]["command"]
    assert (broker[2], broker[-1]) == ("yes", "noeviction")
    assert (cache[2], cache[-1]) == ("no", "allkeys-lru")
    web = SERVICES["web"]["environment"]
    assert (web["CELERY_BROKER_URL"], web["CACHE_URL"]) == ("redis://broker:6379/0", "redis://cache:6379/0")


def test_every_queue_has_a_worker() -> None:
    workers = [service["command"] for name, service in SERVICES.items() if name.startswith("worker")]
    assert {queue for command in workers for queue in command[5].split(",")} == set(QUEUES)
