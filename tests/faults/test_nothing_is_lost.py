"""Killed workers, an emptied broker, messages that come twice, late or out of order: one effect, nothing missing."""

from pathlib import Path
from typing import Any

import pytest

from marketplace.models import Notification, Suggestion
from scenarios.health import QUEUES
from scenarios.models import Delivery, IndexBuild, MergeProposal, Need
from scenarios.relay import publish_batch
from tests.factories import Cast, published_need
from tests.processes import drained, kill, process, relay, wait_until, worker

pytestmark = [pytest.mark.worker, pytest.mark.slow]
LIKE = "车身压铸件外观缺陷视觉检测"


def publish_two(cast: Cast) -> None:
    published_need(cast)
    published_need(cast, "rival", title_zh=LIKE)


def effects() -> dict[str, Any]:
    return {
        "proposals": MergeProposal.objects.count(),
        "needs in the index": IndexBuild.objects.live().needs,
        "told twice": Notification.objects.count() - Notification.objects.values("account", "event").distinct().count(),
        "open": Delivery.objects.exclude(state="done").count(),
    }


ONE_EFFECT = {"proposals": 1, "needs in the index": 2, "told twice": 0, "open": 0}


def test_publication_reaches_proposals_without_anyone_starting_anything(live_cast: Cast, own_broker: Any) -> None:
    with worker(), relay():
        publish_two(live_cast)
        wait_until(lambda: MergeProposal.objects.exists() and drained(), "a proposal")
    assert effects() == ONE_EFFECT


def test_a_worker_killed_in_the_middle_of_propose_merges_loses_nothing(live_cast: Cast, own_broker: Any) -> None:
    publish_two(live_cast)
    stop = {"STOP_IN": "propose_merges"}
    with relay(DELIVERY_LEASE_SECONDS="3"):
        with process("tests.faults.stopping_worker", **stop, DELIVERY_LEASE_SECONDS="3") as child:
            running = Delivery.objects.filter(task="scenarios.propose_merges", state="running")
            wait_until(running.exists, "propose_merges to run")
            kill(child)
        assert MergeProposal.objects.count() == 0
        with worker(DELIVERY_LEASE_SECONDS="3"):
            wait_until(lambda: MergeProposal.objects.exists() and drained(), "the work to be done again")
    assert effects() == ONE_EFFECT
    assert max(Delivery.objects.filter(task="scenarios.propose_merges").values_list("attempts", flat=True)) == 2


def test_an_emptied_broker_loses_nothing(live_cast: Cast, own_broker: Any) -> None:
    publish_two(live_cast)
    assert publish_batch() > 0
    assert own_broker.dbsize() > 0
    own_broker.flushdb()
    Delivery.objects.filter(state="sent").update(lease_until="2020-01-01T00:00:00Z")
    with worker(), relay():
        wait_until(lambda: MergeProposal.objects.exists() and drained(), "what was sent to be sent again")
    assert effects() == ONE_EFFECT


def test_messages_twice_and_out_of_order_have_one_effect(live_cast: Cast, own_broker: Any) -> None:
    from config.celery import app

    publish_two(live_cast)
    rows = list(Delivery.objects.order_by("-pk").values_list("pk", "task", "queue"))
    for _ in range(2):
        for pk, task, queue in rows:
            app.send_task(task, kwargs={"delivery": pk}, queue=queue)
    with worker(), relay():
        wait_until(lambda: MergeProposal.objects.exists() and drained(), "everything to be done")
    assert effects() == ONE_EFFECT
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_a_message_for_a_row_that_is_gone_is_silent(live_cast: Cast, own_broker: Any, tmp_path: Path) -> None:
    from config.celery import app

    output = tmp_path / "worker.log"
    for _ in range(2):
        app.send_task("scenarios.index_needs", kwargs={"delivery": 987654}, queue="interactive")
    publish_two(live_cast)
    with worker(output=output), relay():
        wait_until(lambda: MergeProposal.objects.exists() and drained(), "later work to be done")
    assert effects() == ONE_EFFECT
    # Celery's own words for a task that has raised.
    assert "raised unexpected" not in output.read_text()
    assert "987654" not in output.read_text()


def queued(broker: Any) -> int:
    return sum(broker.llen(queue) for queue in QUEUES)


def test_a_relay_killed_between_sending_and_committing_loses_nothing(live_cast: Cast, own_broker: Any) -> None:
    publish_two(live_cast)
    rows = Delivery.objects.count()
    with process("tests.faults.stopping_relay") as child:
        wait_until(lambda: queued(own_broker) == rows, "everything to be sent")
        kill(child)
    assert set(Delivery.objects.values_list("state", "lease_until")) == {("pending", None)}
    with relay():
        wait_until(lambda: not Delivery.objects.exclude(state="sent").exists(), "everything to be sent again")
    assert queued(own_broker) == 2 * rows
    with worker(), relay():
        wait_until(lambda: MergeProposal.objects.exists() and drained(), "everything to be done")
    assert effects() == ONE_EFFECT
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_what_is_not_published_is_in_no_index(live_cast: Cast, own_broker: Any) -> None:
    from scenarios.actions.needs import withdraw_need

    with worker(), relay():
        publish_two(live_cast)
        wait_until(lambda: MergeProposal.objects.exists() and drained(), "a proposal")
        need = Need.objects.get(owner=live_cast.rival_org)
        withdraw_need(actor=live_cast.actor("rival"), need_id=need.pk)
        wait_until(drained, "the index to follow")
    assert IndexBuild.objects.live().needs == 1
    assert MergeProposal.objects.get().status == "superseded"
    assert Suggestion.objects.current().filter(need=need).count() == 0
