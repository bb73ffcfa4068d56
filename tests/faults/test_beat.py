"""Beat says itself that it lives; a busy or absent worker does not make it look dead."""

from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import OperationalError

from config.beat import BeatingScheduler
from scenarios import health
from scenarios.models import Heartbeat
from tests.processes import process, wait_until


@pytest.mark.worker
@pytest.mark.slow
def test_beat_writes_its_heartbeat_without_any_worker(transactional_db: None, own_broker: Any, tmp_path: Path) -> None:
    with process("celery", "-A", "config", "beat", "--schedule", str(tmp_path / "schedule"), "--pidfile", ""):
        first = wait_until(Heartbeat.objects.filter(name="beat").first, "beat")
        later = Heartbeat.objects.filter(name="beat", at__gt=first.at)
        wait_until(later.exists, "beat to beat again", seconds=2 * health.BEAT_SECONDS)
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["beat"]


def test_a_lost_database_does_not_end_beat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lost(name: str) -> None:
        raise OperationalError(f"{name}: connection refused")

    monkeypatch.setattr(health, "beat", lost)
    app = Celery("empty", set_as_current=False)
    scheduler = BeatingScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), max_interval=7.0)
    assert scheduler.tick() <= 7.0
    assert [record.getMessage() for record in caplog.records] == ["heartbeat not written"]


def test_beat_looks_up_often_enough_to_count_as_alive() -> None:
    from config.celery import app

    assert app.conf.beat_scheduler == "config.beat:BeatingScheduler"
    assert app.conf.beat_max_loop_interval == health.BEAT_SECONDS < health.ALIVE.total_seconds()
