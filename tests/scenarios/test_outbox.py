"""The outbox: one effect for every row, however often its message comes."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from scenarios import outbox, topics
from scenarios.models import Delivery
from scenarios.outbox import Superseded, claim, emit, fail, finish, retry, sweep, working, working_together


@pytest.fixture
def row(db: None) -> Delivery:
    emit(topics.NEED_SUBMITTED, need_id="n")
    return Delivery.objects.get()


def lapse(row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def state_of(row: Delivery) -> tuple[str, int]:
    return Delivery.objects.values_list("state", "attempts").get(pk=row.pk)


def test_a_topic_gets_one_row_per_subscriber(db: None) -> None:
    emit(topics.NEED_INDEXED, need_ids=["n"])
    assert set(Delivery.objects.values_list("task", "queue")) == {
        ("scenarios.propose_merges", "batch"),
        ("scenarios.lay_out_needs", "batch"),
        ("marketplace.suggest_for_need", "batch"),
    }


def test_a_rolled_back_action_leaves_no_row(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _emit_and_break()
    assert Delivery.objects.count() == 0


def _emit_and_break() -> None:
    emit(topics.NEED_SUBMITTED, need_id="n")
    raise ZeroDivisionError


def test_only_one_worker_claims_a_delivery(row: Delivery) -> None:
    first = claim(row.pk)
    assert first is not None
    assert (first.payload, claim(row.pk)) == ({"need_id": "n"}, None)
    finish(first)
    assert state_of(row) == ("done", 1)
    assert claim(row.pk) is None


def test_a_worker_that_lost_its_lease_cannot_finish(row: Delivery) -> None:
    slow = claim(row.pk)
    lapse(row)
    assert sweep() == 1
    quick = claim(row.pk)
    assert slow is not None
    assert quick is not None
    with pytest.raises(Superseded):
        finish(slow)
    finish(quick)
    assert state_of(row) == ("done", 2)


def test_the_third_failure_is_quarantined_with_its_error_and_can_be_retried(row: Delivery) -> None:
    for attempt in (1, 2, 3):
        claimed = claim(row.pk)
        assert claimed is not None
        fail(claimed, ValueError("no such need"))
        assert state_of(row) == ("quarantined" if attempt == 3 else "pending", attempt)
    assert Delivery.objects.get().error == "ValueError: no such need"
    assert claim(row.pk) is None
    assert (retry(row.pk), retry(row.pk)) == (True, False)
    assert state_of(row) == ("pending", 0)


def test_work_that_kills_its_worker_is_quarantined_too(row: Delivery) -> None:
    for _ in range(3):
        assert claim(row.pk) is not None
        lapse(row)
        sweep()
    assert state_of(row) == ("quarantined", 3)


def test_a_lost_message_is_sent_again_and_costs_no_attempt(row: Delivery) -> None:
    for _ in range(5):
        Delivery.objects.filter(pk=row.pk).update(state="sent", lease_until=timezone.now() - timedelta(seconds=1))
        sweep()
    assert state_of(row) == ("pending", 0)


def test_a_failing_body_is_noted_and_kept_from_the_broker(row: Delivery) -> None:
    with working(row.pk) as claimed:
        assert claimed is not None
        raise ValueError("broken")
    assert state_of(row) == ("pending", 1)


def test_waiting_rows_are_worked_on_together_but_not_a_failed_one(db: None) -> None:
    for name in "abc":
        emit(topics.NEED_SUBMITTED, need_id=name)
    first, second, third = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=second.pk).update(attempts=1)
    with working_together(first.pk) as claims:
        assert [one.payload["need_id"] for one in claims] == ["a", "c"]
        outbox.finish_all(claims)
    with working_together(second.pk) as claims:
        assert [one.payload["need_id"] for one in claims] == ["b"]
        outbox.finish_all(claims)
    assert {state_of(row)[0] for row in (first, second, third)} == {"done"}


TASKS = sorted({one.task for subscriptions in topics._subscriptions.values() for one in subscriptions})


@pytest.mark.parametrize("task", TASKS)
def test_a_task_whose_row_is_gone_does_nothing_and_says_nothing(
    db: None, task: str, caplog: pytest.LogCaptureFixture
) -> None:
    from config.celery import app

    app.loader.import_default_modules()
    app.tasks[task].run(delivery=987654)
    assert (Delivery.objects.count(), caplog.records) == (0, [])
