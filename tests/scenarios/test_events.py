"""The event log: who may write it, what it never holds, and how its seal is checked."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from psycopg import Connection

from scenarios.actor import SYSTEM
from scenarios.journal import log_event
from scenarios.models import Event, EventSeal
from scenarios.seals import broken_seals, seal_events
from tests.drain import seal_all
from tests.factories import NEED, Cast, draft_need, published_need


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET kind = ''", "DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} ADD x int"]
)
@pytest.mark.parametrize("table", ["scenarios_event", "scenarios_eventseal"])
def test_the_application_may_only_add_and_read(cast: Cast, table: str, statement: str) -> None:
    draft_need(cast)
    statement = statement.format(table).replace("kind", "digest" if table.endswith("seal") else "kind")
    with pytest.raises((ProgrammingError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 1


def test_the_application_is_not_the_owner(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("marketplace_app", "marketplace_app")


def test_an_event_outside_a_transaction_is_refused(live_cast: Cast) -> None:
    need = draft_need(live_cast)
    before = Event.objects.count()
    with pytest.raises(RuntimeError):
        log_event("need.odd", need, actor=SYSTEM)
    assert Event.objects.count() == before


def test_no_confidential_value_reaches_the_log(cast: Cast) -> None:
    published_need(cast, budget_max=Decimal("7351.97"))
    text = " ".join(str(row) for row in Event.objects.values())
    for value in (NEED["contact"], "7351.97", NEED["problem"]):
        assert value not in text
    assert "contact" in Event.objects.get(kind="need.drafted").changed


def test_what_the_clock_decides_is_written_once_per_generation(cast: Cast) -> None:
    need = draft_need(cast)
    with transaction.atomic():
        assert log_event("need.expired", need, actor=SYSTEM, generation=1) is not None
        assert log_event("need.expired", need, actor=SYSTEM, generation=1) is None
        assert log_event("need.expired", need, actor=SYSTEM, generation=2) is not None
    assert Event.objects.filter(kind="need.expired").count() == 2


def test_seals_chain_every_committed_event_once(live_cast: Cast) -> None:
    published_need(live_cast)
    events = Event.objects.count()
    assert seal_all() == events
    assert seal_events() == 0
    assert list(broken_seals()) == []
    assert EventSeal.objects.values("digest").distinct().count() == events


def test_an_event_of_a_running_transaction_holds_the_seal_back(
    live_cast: Cast, owner_connection: Connection[Any]
) -> None:
    """Identity order is not commit order: what commits late must not land before a sealed row."""
    draft_need(live_cast)
    seal_all()
    owner_connection.execute(
        "INSERT INTO scenarios_event (kind, subject_type, subject_id, subject_code, changed, data) "
        "VALUES ('late', 'need', %s, '', '{}', '{}')",
        [uuid4()],
    )
    draft_need(live_cast)
    assert seal_events() == 0
    owner_connection.commit()
    assert seal_all() == 2
    assert list(broken_seals()) == []


def test_a_changed_event_breaks_the_chain(live_cast: Cast, owner_connection: Connection[Any]) -> None:
    need = draft_need(live_cast)
    seal_all()
    owner_connection.execute("UPDATE scenarios_event SET kind = 'need.forged' WHERE subject_id = %s", [need.pk])
    owner_connection.commit()
    assert len(list(broken_seals())) == 1
    with pytest.raises(CommandError):
        call_command("verify_events")


def test_seals_made_anew_do_not_hold_an_earlier_head(live_cast: Cast, owner_connection: Connection[Any]) -> None:
    draft_need(live_cast)
    seal_all()
    head = EventSeal.objects.last().digest
    call_command("verify_events", head=head)
    owner_connection.execute("DELETE FROM scenarios_eventseal")
    owner_connection.execute("UPDATE scenarios_event SET kind = 'need.forged'")
    owner_connection.commit()
    seal_all()
    call_command("verify_events")
    with pytest.raises(CommandError):
        call_command("verify_events", head=head)
