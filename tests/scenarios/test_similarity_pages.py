"""What staff see of a run over super-blocks, on pages and through the API, and what they can do when it failed."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scenarios import similarity_runs
from scenarios.models import BlockTask, Delivery, Event, SimilarityRun
from tests.drain import drain_outbox
from tests.factories import STAFF, Cast
from tests.scenarios.test_similarity_runs import blocks, many_needs, start

PAGE = "/staff/runs/"

__all__ = ["blocks"]  # a fixture of the neighbour


@pytest.fixture
def half_done(cast: Cast, blocks: None) -> SimilarityRun:
    """A run with six tasks, of which one is done and one has failed three times."""
    many_needs(cast, 10)
    run = start()
    similarity_runs.lay_out(run_id=run.pk, finish=lambda: None)
    similarity_runs.compare_blocks(run_id=run.pk, block=0, other=0, finish=lambda: None)
    failed = BlockTask.objects.get(block=2, other=1).delivery_id
    Delivery.objects.filter(pk=failed).update(state="quarantined", attempts=3, error="OSError: no space left")
    return SimilarityRun.objects.with_progress().get(pk=run.pk)


def test_all_staff_and_nobody_else_see_the_page(cast: Cast) -> None:
    answers = {part: cast.client(part).get(PAGE).status_code for part in (*STAFF, "enterprise")}
    assert answers == {**dict.fromkeys(STAFF, 200), "enterprise": 403}


def test_before_the_first_run_the_page_says_when_one_begins(cast: Cast, settings: Any) -> None:
    settings.SUPER_BLOCKS_FROM = 7_000
    assert "Below 7,000 needs one worker compares all" in cast.client("manager").get(PAGE).content.decode()


def test_the_page_shows_how_far_a_run_is_and_what_failed(cast: Cast, half_done: SimilarityRun) -> None:
    page = cast.client("manager").get(PAGE)
    content = page.content.decode()
    assert [(one.run.tasks_done, one.run.tasks_all) for one in page.context["present"]] == [(1, 6)]
    for text in ("1 of 6 tasks", "Blocks 3 and 2", "OSError: no space left", f"/staff/runs/{half_done.pk}/retry/"):
        assert text in content
    assert "/retry/" not in cast.client("auditor").get(PAGE).content.decode()
    assert "1 of 6 tasks" in cast.client("auditor").get("/status").content.decode()


def test_what_moves_is_asked_for_again_until_the_run_ends(cast: Cast, half_done: SimilarityRun) -> None:
    client = cast.client("manager")
    part = client.get(PAGE, headers={"hx-request": "true"})
    assert (part.status_code, b"<html" in part.content, b"1 of 6 tasks" in part.content) == (200, False, True)
    Delivery.objects.filter(state="quarantined").update(state="pending", attempts=0)
    drain_outbox()
    assert client.get(PAGE, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    ended = client.get(PAGE)
    assert [run.pk for run in ended.context["page"]] == [half_done.pk]
    assert "6 / 6" in ended.content.decode()


def test_what_failed_is_tried_again(cast: Cast, half_done: SimilarityRun) -> None:
    address = f"/staff/runs/{half_done.pk}/retry/"
    assert cast.client("auditor").post(address).status_code == 403
    assert Delivery.objects.quarantined().count() == 1
    assert cast.client("manager").post(address, follow=True).redirect_chain == [(PAGE, 302)]
    assert Event.objects.filter(kind="delivery.retried").count() == 1
    assert cast.client("manager").post(address).status_code == 409
    drain_outbox()
    assert SimilarityRun.objects.get(pk=half_done.pk).state == "done"
    assert cast.client("manager").post(address).status_code == 404


def test_laying_out_that_failed_is_tried_again(cast: Cast) -> None:
    run = start()
    Delivery.objects.filter(pk=run.delivery_id).update(state="quarantined", attempts=3, error="OSError: gone")
    content = cast.client("manager").get(PAGE).content.decode()
    assert "OSError: gone" in content
    cast.client("manager").post(f"/staff/runs/{run.pk}/retry/")
    drain_outbox()
    assert SimilarityRun.objects.get(pk=run.pk).state == "done"


def test_the_page_asks_as_much_for_many_runs_as_for_one(cast: Cast, blocks: None) -> None:
    client = cast.client("manager")
    counts = []
    for number in (1, 4):
        for _ in range(number):
            start()
            drain_outbox()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(PAGE).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_api_shows_the_same(cast: Cast, half_done: SimilarityRun) -> None:
    listed = cast.client("auditor").get("/api/v1/runs/").json()["results"]
    assert [(row["id"], row["state"], row["tasks"], row["tasks_done"]) for row in listed] == [
        (half_done.pk, "running", 6, 1)
    ]
    shown = cast.client("auditor").get(f"/api/v1/runs/{half_done.pk}/").json()
    assert shown["failures"] == [{"blocks": [3, 2], "attempts": 3, "error": "OSError: no space left"}]
    assert (shown["kind"], shown["min_similarity"], shown["pairs"]) == ("merge", 0.2, half_done.pairs)
    assert [row["id"] for row in cast.client("auditor").get("/api/v1/status/").json()["runs"]] == [half_done.pk]
    retry = f"/api/v1/runs/{half_done.pk}/retry/"
    assert cast.client("auditor").post(retry, {}, content_type="application/json").status_code == 403
    answer = cast.client("manager").post(retry, {}, content_type="application/json")
    assert (answer.status_code, answer.json()["failures"]) == (200, [])
    assert cast.client("enterprise").get("/api/v1/runs/").status_code == 403


def test_the_figures_are_there_for_monitoring(cast: Cast, half_done: SimilarityRun) -> None:
    metrics = cast.client("manager").get("/metrics").content.decode()
    assert 'marketplace_run_tasks{kind="merge",state="done"} 1.0' in metrics
    assert 'marketplace_run_tasks{kind="merge",state="failed"} 1.0' in metrics
    assert 'marketplace_run_tasks{kind="merge",state="open"} 4.0' in metrics
