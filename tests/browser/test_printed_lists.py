"""A long list that is printed, in a browser: ordered below the list, shown when it is ready, also without a script."""

import pytest

from marketplace import printed_lists
from scenarios.models import PrintedList
from scenarios.views import list_files
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.factories import Cast, published_need

pytestmark = pytest.mark.browser


def made() -> None:
    """Let a worker make what was ordered."""
    printed_lists.print_list(list_id=str(PrintedList.objects.get().pk), finish=lambda: None)


@pytest.mark.parametrize(("width", "locale", "dark"), [(1440, "en", False), (390, "zh-CN", True)])
def test_a_list_shows_itself_when_it_is_ready(
    live_cast: Cast, open_page: PageMaker, monkeypatch: pytest.MonkeyPatch, width: int, locale: str, dark: bool
) -> None:
    monkeypatch.setattr(list_files, "MOST_AT_ONCE", 1)
    for part in ("enterprise", "rival"):
        published_need(live_cast, part)
    page = open_page("/needs/", width=width, locale=locale, dark=dark, cookies=session_of(live_cast.supplier))
    page.get_by_role("button", name="PDF").click()
    assert page.locator("progress").count() == 1
    assert axe_findings(page) == []
    made()
    link = page.get_by_role("link", name="PDF")
    link.wait_for()
    assert (page.locator("progress").count(), axe_findings(page), overflowing(page)) == (0, [], "")
    photograph(page, f"printed-list-{width}-{locale}{'-dark' if dark else ''}")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "needs.pdf"


def test_a_list_is_ordered_and_downloaded_without_a_script(
    live_cast: Cast, open_page: PageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "MOST_AT_ONCE", 1)
    for part in ("enterprise", "rival"):
        published_need(live_cast, part)
    page = open_page("/needs/", locale="en", script=False, cookies=session_of(live_cast.supplier))
    page.get_by_role("button", name="Word").click()
    assert "Reload the page to see how far it is." in page.content()
    made()
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    assert download.value.suggested_filename == "needs.docx"
