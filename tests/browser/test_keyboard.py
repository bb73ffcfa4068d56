"""The main lines of the roles by keyboard alone: reached, seen in focus, announced, and the focus comes back."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from marketplace.models import Response, Suggestion
from scenarios.models import Call, Interest, Need
from tests.browser.conftest import PageMaker
from tests.browser.keys import Keys
from tests.calls import drafted, sealed_call
from tests.drain import drain_outbox
from tests.engagements import closed_call
from tests.factories import (
    NEED,
    Cast,
    checked_need,
    draft_need,
    published_capability,
    published_need,
)
from tests.scenarios.test_pool_rules import invited

pytestmark = pytest.mark.browser
Opener = Callable[..., Keys]


@pytest.fixture
def at(live_cast: Cast, open_page: PageMaker) -> Opener:
    """Open a page by its name as a part of the cast: `at("enterprise", "need_edit", need.pk)`."""

    def open_as(part: str | None, name: str, *args: Any, **options: Any) -> Keys:
        cookies = {}
        if part:
            client = live_cast.client(part)
            cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        return Keys(open_page(reverse(name, args=args), locale="en", cookies=cookies, wait="load", **options))

    return open_as


def test_the_skip_link_is_first_and_leads_to_the_content(at: Opener) -> None:
    keys = at(None, "home")
    keys.press("Tab")
    assert keys.is_on(".skip")
    assert keys.held() == ""
    keys.press("Enter")
    assert keys.is_on("main")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("part", "name"), [(None, "home"), ("enterprise", "need_create"), ("auditor", "design")])
def test_the_focus_is_seen_wherever_tab_leads(at: Opener, part: str | None, name: str, width: int) -> None:
    keys = at(part, name, width=width)
    if name == "design":
        keys.page.evaluate("document.activeElement.blur()")  # its example of an error summary has taken the focus
    faults, stops = [], 0
    for _press in range(400):
        keys.press("Tab")
        if keys.is_on("body"):
            break
        stops += 1
        faults += [fault] if (fault := keys.held()) else []
    assert "\n".join(faults) == ""
    assert stops > 15


def test_an_enterprise_corrects_its_need_and_submits_it(live_cast: Cast, at: Opener) -> None:
    need = draft_need(live_cast, quantity=None)
    keys = at("enterprise", "need_edit", need.pk, refusals=True)
    keys.tab_to("button[name=then][value=check]")
    keys.go()
    keys.tab_to("#first a[href$='#id_quantity']")
    keys.go()
    assert keys.is_on("#id_quantity")
    keys.page.keyboard.type("4")
    keys.tab_to("button[name=then][value=check]")
    keys.go()
    keys.tab_to("#submit button")
    keys.go()
    need.refresh_from_db()
    assert need.status == "submitted"
    assert keys.page.locator("#messages[role=status] .alert").count() == 1


def test_an_owner_answers_an_invitation(live_cast: Cast, at: Opener) -> None:
    pool = invited(live_cast)
    keys = at("enterprise", "pool_detail", pool.pk)
    keys.tab_to("button[name=state][value=accepted]")
    keys.go()
    assert pool.consents.get(organisation=live_cast.enterprise_org).state == "accepted"


def test_a_supplier_declares_interest_and_withdraws_it(live_cast: Cast, at: Opener) -> None:
    call = closed_call(live_cast)
    Call.objects.filter(pk=call.pk).update(status="open")
    keys = at("supplier", "call_detail", call.pk)
    keys.type("#declare textarea", "已有三条线在运行。")
    keys.tab_to("#declare button")
    keys.go()
    assert Interest.objects.get().message == "已有三条线在运行。"
    keys.tab_to("form[data-confirm] .button")
    keys.press("Enter")
    keys.page.wait_for_selector("#confirm-dialog[open]")
    keys.press("Escape")
    assert keys.is_on("form[data-confirm] .button")
    keys.press("Space")
    keys.say_yes()
    assert Interest.objects.get().state == "withdrawn"


def test_a_supplier_seals_a_response(live_cast: Cast, at: Opener) -> None:
    response = drafted(sealed_call(live_cast).call, live_cast.supplier)
    keys = at("supplier", "response_check", response.pk)
    keys.tab_to("#id_kept")
    keys.press("Space")
    keys.tab_to("main form[method=post] .button-primary")
    keys.press("Enter")
    keys.say_yes()
    assert Response.objects.get().status == "sealed"


def test_the_focus_stays_where_a_swap_was_asked_for(live_cast: Cast, at: Opener) -> None:
    need = published_need(live_cast)
    keys = at("rival", "need_detail", need.pk)
    follow = f"form[action='{reverse('follow', args=['need', need.pk])}'] button"
    keys.tab_to(follow)
    keys.press("Enter")
    keys.page.wait_for_selector("text=Stop following")
    assert keys.is_on(follow)
    assert keys.held() == ""


def test_a_judged_suggestion_offers_to_take_it_back(live_cast: Cast, at: Opener) -> None:
    published_need(live_cast)
    published_capability(live_cast)
    drain_outbox()
    one = Suggestion.objects.current().get()
    keys = at("supplier", "my_suggestions")
    keys.tab_to(f"form[action='{reverse('suggestion_judge', args=[one.pk, 'shortlist'])}'] button")
    keys.press("Space")
    keys.page.wait_for_selector("text=Take that back")
    assert keys.is_on(f"#suggestion-{one.pk} button")
    one.refresh_from_db()
    assert one.state == "shortlisted"


def test_a_moderator_walks_the_queue_and_approves(live_cast: Cast, at: Opener) -> None:
    checked_need(live_cast, title_zh="第一条需求")
    second = checked_need(live_cast, title_zh="第二条需求")
    keys = at("moderator", "moderation_queue")
    keys.press("j", "j")
    assert keys.held() == ""
    keys.go()
    assert keys.page.url.endswith(reverse("moderate_need", args=[second.pk]))
    keys.go("a")
    second.refresh_from_db()
    assert second.status == "approved"


def test_the_help_on_keys_gives_the_focus_back(live_cast: Cast, at: Opener) -> None:
    checked_need(live_cast)
    keys = at("moderator", "moderation_queue")
    keys.tab_to("input[name=row]")
    keys.press("?")
    keys.page.wait_for_selector("#shortcuts-dialog[open]")
    assert keys.page.evaluate("document.activeElement.closest('dialog')?.id") == "shortcuts-dialog"
    keys.press("Escape")
    assert keys.page.locator("dialog[open]").count() == 0
    assert keys.is_on("input[name=row]")
    assert keys.held() == ""


def test_a_publisher_chooses_previews_and_publishes(live_cast: Cast, at: Opener) -> None:
    for title in ("第一条需求", "第二条需求"):
        checked_need(live_cast, title_zh=title)
    moderator = live_cast.client("moderator")
    for need in Need.objects.all():
        moderator.post(reverse("moderate_need", args=[need.pk]), {"verdict": "approve", "version": need.version})
    keys = at("publisher", "publication_queue")
    keys.tab_to("input[name=row]")
    keys.press("Space")
    keys.tab_to("main form .button-primary")
    keys.go()
    keys.tab_to("main form[method=post] .button-primary")
    keys.press("Enter")
    keys.say_yes()
    assert sorted(Need.objects.values_list("status", flat=True)) == ["approved", "published"]


def test_enter_in_a_line_of_a_long_form_saves_it(live_cast: Cast, at: Opener) -> None:
    keys = at("enterprise", "need_create")
    keys.type("#id_title_zh", "铸件表面缺陷检测")
    keys.go()
    assert keys.page.locator("#messages").inner_text().startswith("The draft is saved.")
    assert Need.objects.get().title_zh == "铸件表面缺陷检测"


def test_the_headings_of_a_form_stand_in_order(at: Opener) -> None:
    keys = at("enterprise", "need_create")
    levels = keys.page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(one => Number(one.tagName[1]))")
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


def test_a_request_that_fails_is_told_once(live_cast: Cast, at: Opener) -> None:
    need = published_need(live_cast)
    keys = at("rival", "need_detail", need.pk, refusals=True)
    keys.page.route("**/follow/**", lambda route: route.fulfill(status=429, body=""))
    keys.tab_to("main form[hx-post] button")
    keys.press("Enter")
    keys.page.wait_for_selector("#messages[role=status] [data-failed]")
    assert keys.page.locator("#messages .alert").inner_text() == (
        "This could not be done. Load the page again to see how things stand.\nPut this message away"
    )


def moving(page: Page) -> int:
    """Return how many elements move or fade."""
    return int(
        page.evaluate(
            """[...document.querySelectorAll("*")].filter((one) => {
              const { animationName, transitionDuration } = getComputedStyle(one);
              return animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
            }).length"""
        )
    )


def test_nothing_moves_for_who_asks_for_less_motion(at: Opener) -> None:
    page = at("auditor", "design").page
    assert moving(page) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert moving(page) > 10


def test_a_need_is_posted_and_read_without_javascript(live_cast: Cast, at: Opener) -> None:
    page = at("enterprise", "need_create", script=False).page
    page.fill("[name=title_zh]", NEED["title_zh"])
    page.fill("[name=problem]", NEED["problem"])
    page.get_by_role("button", name="Add an indicator").click()
    page.fill("[name=indicators-0-metric]", "漏检率")
    page.get_by_role("button", name="Save the draft").click()
    need = Need.objects.get()
    assert (need.title_zh, need.problem) == (NEED["title_zh"], NEED["problem"])
    published = published_need(live_cast)
    page = at(None, "need_list", script=False).page
    page.get_by_role("link", name=str(published.title_en)).first.click()
    assert page.url.endswith(reverse("need_detail", args=[published.pk]))
    assert page.get_by_text("漏检率").first.is_visible()
