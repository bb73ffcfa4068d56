"""A staff queue by keyboard in a real browser: choose, preview, report, compare; both languages, phone and desk."""

import pytest
from django.urls import reverse

from marketplace.models import Organisation
from scenarios.actions.moderation import approve_need
from scenarios.models import MergeProposal, Need
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.drain import drain_outbox
from tests.factories import Cast, checked_need, published_need

pytestmark = pytest.mark.browser
QUEUE = "/staff/moderation/"


def statuses() -> list[str]:
    return [need.status for need in Need.objects.order_by("submitted_at")]


def waiting(cast: Cast) -> list[Need]:
    return [checked_need(cast), checked_need(cast, "rival", title_zh="车身压铸件外观缺陷视觉检测")]


def test_a_queue_is_worked_off_by_keyboard(live_cast: Cast, open_page: PageMaker) -> None:
    one, other = waiting(live_cast)
    page = open_page(QUEUE, locale="en", cookies=session_of(live_cast.moderator))
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("[name=row]:checked").count() == 2
    assert page.locator("[data-pick-count]").inner_text() == "chosen: 2"
    page.keyboard.press("x")
    assert page.locator("[name=row]:checked").count() == 1
    page.keyboard.press("a")
    page.wait_for_url(f"**{reverse('batch', args=['approve-needs'])}?row={one.pk}")
    assert statuses() == ["checked", "checked"]
    page.get_by_role("button", name="Approve needs: 1 row").click()
    page.locator("#confirm-dialog [data-confirm-yes]").click()
    page.wait_for_url("**/staff/batches/*-*/")
    assert statuses() == ["approved", "checked"]
    # Without a choice the key means the row with the focus.
    page.goto(page.url.split("/staff/")[0] + QUEUE, wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.wait_for_url(f"**{reverse('batch', args=['return-needs'])}?row={other.pk}")


def test_keys_can_be_switched_off_and_rest_while_typing(live_cast: Cast, open_page: PageMaker) -> None:
    waiting(live_cast)
    page = open_page(QUEUE, locale="en", cookies=session_of(live_cast.moderator))
    page.locator("#list-search").fill("")
    page.locator("#list-search").press("x")
    assert page.locator("#list-search").input_value() == "x"
    page.locator("h1").click()
    page.keyboard.press("?")
    assert "choose the row" in page.locator("#shortcuts-dialog").inner_text()
    page.locator("[data-shortcuts-toggle]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[name=row]:checked").count() == 0


def test_rows_are_chosen_and_decided_without_a_script(live_cast: Cast, open_page: PageMaker) -> None:
    waiting(live_cast)
    page = open_page(QUEUE, locale="en", script=False, cookies=session_of(live_cast.moderator))
    for box in page.locator("[name=row]").all():
        box.check()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Approve needs: 2 rows").click()
    assert "Of 2: done 2, refused 0" in page.content()
    assert statuses() == ["approved", "approved"]


def test_a_publisher_works_by_keyboard_and_nothing_is_chosen_beforehand(live_cast: Cast, open_page: PageMaker) -> None:
    one, other = waiting(live_cast)
    for need in (one, other):
        approve_need(actor=live_cast.actor("moderator"), need_id=need.pk)
    page = open_page("/staff/publication/", locale="en", cookies=session_of(live_cast.publisher))
    assert page.locator("[name=row]:checked").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_url(f"**{reverse('publication_preview')}?row={other.pk}")
    page.keyboard.press("a")
    page.locator("#confirm-dialog [data-confirm-yes]").click()
    page.wait_for_url("**/staff/batches/*-*/")
    assert statuses() == ["approved", "published"]
    page.goto(page.url.split("/staff/")[0] + "/staff/publication/", wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('publication_preview')}?row={one.pk}")


def test_opened_rows_are_walked_by_keyboard(live_cast: Cast, open_page: PageMaker) -> None:
    one, other = waiting(live_cast)
    query = "?domain=manufacturing"
    desk = open_page(reverse("moderate_need", args=[one.pk]) + query, cookies=session_of(live_cast.moderator))
    desk.keyboard.press("n")
    desk.wait_for_url(f"**{reverse('moderate_need', args=[other.pk])}{query}")
    desk.keyboard.press("p")
    desk.wait_for_url(f"**{reverse('moderate_need', args=[one.pk])}{query}")


def test_a_proposal_is_decided_by_keyboard(live_cast: Cast, open_page: PageMaker) -> None:
    published_need(live_cast)
    published_need(live_cast, "rival", title_zh="车身压铸件外观缺陷视觉检测")
    drain_outbox()
    proposal = MergeProposal.objects.get()
    address = reverse("merge_proposal", args=[proposal.pk])
    page = open_page(address, locale="en", cookies=session_of(live_cast.manager))
    page.keyboard.press("d")
    assert page.evaluate("document.activeElement.id") == "id_reason"
    page.keyboard.type("dad")  # while typing, keys are letters
    assert page.locator("#id_reason").input_value() == "dad"


def test_organisations_are_verified_by_the_key_of_the_one_with_the_focus(live_cast: Cast, open_page: PageMaker) -> None:
    organisations = [live_cast.rival_org, live_cast.supplier_org]
    Organisation.objects.filter(pk__in=[one.pk for one in organisations]).update(verification="pending")
    page = open_page("/staff/organisations/", locale="en", cookies=session_of(live_cast.moderator))
    page.keyboard.press("a")
    assert not page.locator("#confirm-dialog[open]").count()  # no row has the focus: nothing happens
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#confirm-dialog [data-confirm-yes]").click()
    page.get_by_text(f"{live_cast.supplier_org} is verified.").wait_for()
    states = [Organisation.objects.get(pk=one.pk).verification for one in organisations]
    assert states == ["pending", "verified"]


@pytest.mark.parametrize(("width", "locale", "dark"), [(1440, "zh-CN", False), (390, "en", False), (1440, "en", True)])
def test_each_step_reads_well(live_cast: Cast, open_page: PageMaker, width: int, locale: str, dark: bool) -> None:
    rows = "&".join(f"row={need.pk}" for need in waiting(live_cast))
    live = "&".join(f"row={published_need(live_cast, part).pk}" for part in ("enterprise", "rival"))
    pages = {
        "queue": ("moderator", QUEUE),
        "preview": ("moderator", f"{reverse('batch', args=['return-needs'])}?{rows}"),
        "compare": ("moderator", f"{reverse('need_compare')}?{live}"),
        "list": ("moderator", "/needs/"),
        "bulk": ("moderator", reverse("batch_list")),
        "organisations": ("moderator", "/staff/organisations/?state=verified"),
        "publication": ("publisher", "/staff/publication/"),
        "phrases": ("manager", reverse("vague_phrases")),
    }
    for name, (part, address) in pages.items():
        page = open_page(address, width=width, locale=locale, dark=dark, cookies=session_of(getattr(live_cast, part)))
        assert axe_findings(page) == [], name
        assert overflowing(page) == "", name
        photograph(page, f"queues-{name}-{width}-{locale}{'-dark' if dark else ''}")
