"""The page of runs over super-blocks: on a phone and on a desk, and renewing itself while a run is under way."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from scenarios.models import BlockTask, Delivery, SimilarityRun
from scenarios.querysets import DatabaseClock
from tests.browser.conftest import PageMaker, axe_findings
from tests.factories import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
DONE = {"digest": "0" * 64, "worker": "batch-1:212"}


def finish(tasks: Any) -> None:
    tasks.update(**DONE, pairs=15_420, seconds=8.4, finished_at=DatabaseClock())


@pytest.fixture
def run(live_cast: Cast) -> SimilarityRun:
    """A run with six of ten tasks done, one that has failed three times, and an earlier run."""
    for state in ("done", "superseded"):
        ended = SimilarityRun.objects.create(
            kind="merge", state=state, min_similarity=0.2, documents=524_288, finished_at=DatabaseClock()
        )
        finish(BlockTask.objects.filter(pk=BlockTask.objects.create(run=ended, block=0, other=0).pk))
    run = SimilarityRun.objects.create(kind="suggest", state="running", limit=200, documents=524_288)
    BlockTask.objects.bulk_create(
        BlockTask(run=run, block=block, other=other) for block in range(4) for other in range(block + 1)
    )
    finish(BlockTask.objects.filter(run=run, block__lt=3))
    failed = Delivery.objects.create(
        topic="run.blocks_due",
        task="scenarios.compare_blocks",
        queue="blocks",
        state="quarantined",
        attempts=3,
        error="OSError: [Errno 28] No space left on device: 'runs/3/3-1.npy'",
    )
    run.tasks.filter(block=3, other=1).update(delivery=failed)
    return run


def cookies_of(cast: Cast) -> dict[str, str]:
    return {settings.SESSION_COOKIE_NAME: cast.client("manager").cookies[settings.SESSION_COOKIE_NAME].value}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_page_is_whole_and_accessible(
    live_cast: Cast, run: SimilarityRun, open_page: PageMaker, width: int, locale: str
) -> None:
    page = open_page("/staff/runs/", width=width, locale=locale, cookies=cookies_of(live_cast))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_findings(page) == []
    assert page.locator("#under-way progress").get_attribute("value") == "6"
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"runs-{locale}-{width}.png", full_page=True)


def test_the_page_follows_a_run_to_its_end(live_cast: Cast, run: SimilarityRun, open_page: PageMaker) -> None:
    page = open_page("/staff/runs/", locale="en", cookies=cookies_of(live_cast))
    finish(run.tasks.filter(block=3, other=0))
    page.wait_for_selector("text=7 of 10 tasks")
    SimilarityRun.objects.filter(pk=run.pk).update(state="superseded", finished_at=DatabaseClock())
    page.wait_for_selector("#under-way", state="detached")
    assert page.locator("#earlier tbody tr").count() == 3


def test_without_scripts_the_page_reads_and_tries_again(
    live_cast: Cast, run: SimilarityRun, open_page: PageMaker
) -> None:
    page = open_page("/staff/runs/", locale="en", script=False, cookies=cookies_of(live_cast))
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("text=1 part will be tried again.")
    assert not Delivery.objects.quarantined().exists()
