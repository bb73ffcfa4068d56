"""What stays of lists, queues and desks on paper: what there is to read, and nothing to press."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from scenarios.models import MergeProposal
from tests.browser.conftest import PageMaker
from tests.browser.people import session_of
from tests.drain import drain_outbox
from tests.factories import Cast, checked_need, published_need

pytestmark = pytest.mark.browser
CONTROLS = "main :is(input, select, textarea, button, .button, summary.small, .facets, .toolbar, .picks, .queue-foot)"


def printed(page: Page) -> Page:
    page.emulate_media(media="print")
    return page


def controls(page: Page) -> list[str]:
    """Return what could be pressed or filled in and can be seen."""
    return [one.evaluate("one => one.outerHTML") for one in page.locator(CONTROLS).filter(visible=True).all()]


@pytest.fixture
def opened(live_cast: Cast, open_page: PageMaker) -> Any:
    def as_printed(part: str | None, address: str) -> Page:
        cookies = session_of(getattr(live_cast, part)) if part else None
        return printed(open_page(address, locale="en", cookies=cookies))

    return as_printed


def test_a_list_of_needs_is_printed_with_its_needs(live_cast: Cast, opened: Any) -> None:
    need = published_need(live_cast)
    page = opened(None, "/needs/")
    assert page.locator(".card-title", has_text=str(need.title_en)).is_visible()
    assert page.locator(".card", has_text="铸件下线后靠").is_visible()
    assert controls(page) == []


def test_queues_are_printed_with_their_rows(live_cast: Cast, opened: Any) -> None:
    waiting = checked_need(live_cast)
    page = opened("moderator", "/staff/moderation/")
    assert page.locator(".queue-item", has_text=waiting.code).is_visible()
    assert controls(page) == []


def test_a_merge_desk_is_printed_with_its_proposals(live_cast: Cast, opened: Any) -> None:
    need = published_need(live_cast)
    published_need(live_cast, "rival", title_zh="车身压铸件外观缺陷视觉检测", title_en="Inspection of car castings")
    drain_outbox()
    proposal = MergeProposal.objects.get()
    page = opened("manager", "/staff/merge/")
    assert page.locator(".queue-item", has_text=str(proposal.representative.title_en)).is_visible()
    assert controls(page) == []
    page = opened("manager", reverse("merge_proposal", args=[proposal.pk]))
    assert page.locator("td", has_text=need.boundary_out).first.is_visible()
    assert controls(page) == []


def test_a_moderators_desk_is_printed_with_the_need(live_cast: Cast, opened: Any) -> None:
    need = checked_need(live_cast)
    page = opened("moderator", reverse("moderate_need", args=[need.pk]))
    assert page.locator("dd", has_text=need.boundary_out).is_visible()
    assert page.get_by_text("漏检率 ≤ 0.5 % (3 %)").first.is_visible()
    assert controls(page) == []
