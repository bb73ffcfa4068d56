"""The page of runs over super-blocks: on a phone and on a desk, and renewing itself while a run is under way."""

import pytest

from scenarios.models import Delivery, SimilarityRun
from scenarios.querysets import DatabaseClock
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.browser.world import finish_tasks, running_similarity
from tests.factories import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def run(live_cast: Cast) -> SimilarityRun:
    return running_similarity()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_page_is_whole_and_accessible(
    live_cast: Cast, run: SimilarityRun, open_page: PageMaker, width: int, locale: str
) -> None:
    page = open_page("/staff/runs/", width=width, locale=locale, cookies=session_of(live_cast.manager))
    assert overflowing(page) == ""
    assert axe_findings(page) == []
    assert page.locator("#under-way progress").get_attribute("value") == "6"
    photograph(page, f"runs-{locale}-{width}")


def test_the_page_follows_a_run_to_its_end(live_cast: Cast, run: SimilarityRun, open_page: PageMaker) -> None:
    page = open_page("/staff/runs/", locale="en", cookies=session_of(live_cast.manager))
    finish_tasks(run.tasks.filter(block=3, other=0))
    page.wait_for_selector("text=7 of 10 tasks")
    SimilarityRun.objects.filter(pk=run.pk).update(state="superseded", finished_at=DatabaseClock())
    page.wait_for_selector("#under-way", state="detached")
    assert page.locator("#earlier tbody tr").count() == 3


def test_without_scripts_the_page_reads_and_tries_again(
    live_cast: Cast, run: SimilarityRun, open_page: PageMaker
) -> None:
    page = open_page("/staff/runs/", locale="en", script=False, cookies=session_of(live_cast.manager))
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("text=1 part will be tried again.")
    assert not Delivery.objects.quarantined().exists()
