"""The lists of words in a browser: each page reads well, and a preview comes by itself and without a script."""

import pytest
from django.urls import reverse

from marketplace import word_previews
from marketplace.actions.word_previews import preview_concept, preview_stop_word
from marketplace.models import WordPreview
from scenarios.actions.stop_words import add_stop_word
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.factories import Cast, published_capability, published_need

pytestmark = pytest.mark.browser
LOOKS = [(1440, "zh-CN", False), (390, "en", False), (390, "zh-CN", True)]


def worked_out(preview: WordPreview) -> str:
    """Return the address of a preview that the workers are done with."""
    word_previews.work_out(preview_id=str(preview.pk), finish=lambda: None)
    return reverse("word_preview", args=[preview.pk])


def pages(cast: Cast) -> dict[str, str]:
    """Return the addresses of the lists, of an entry, and of previews that have much to show."""
    actor = cast.actor("manager")
    for part in ("enterprise", "rival"):
        published_need(cast, part, title_zh="压铸件辊印平台识别", title_en="")
    published_capability(cast, title_zh="Roll mark finder", title_en="Roll marks found")
    add_stop_word(actor=actor, text="解决方案")
    return {
        "overview": reverse("vocabulary"),
        "stop-words": reverse("stop_words"),
        "synonyms": reverse("synonyms"),
        "districts": reverse("reference_list", args=["districts"]),
        "district": reverse("reference_edit", args=["districts", "binhu"]),
        "units": reverse("reference_list", args=["units"]),
        "concept": worked_out(preview_concept(actor=actor, phrases={"zh": ["辊印"], "en": ["roll mark"]})),
        "stop-word": worked_out(preview_stop_word(actor=actor, text="平台")),
        "running": reverse("word_preview", args=[preview_stop_word(actor=actor, text="识别").pk]),
    }


@pytest.mark.parametrize(("width", "locale", "dark"), LOOKS)
def test_each_list_reads_well(live_cast: Cast, open_page: PageMaker, width: int, locale: str, dark: bool) -> None:
    for name, address in pages(live_cast).items():
        page = open_page(address, width=width, locale=locale, dark=dark, cookies=session_of(live_cast.manager))
        assert axe_findings(page) == [], name
        assert overflowing(page) == "", name
        photograph(page, f"vocabulary-{name}-{width}-{locale}{'-dark' if dark else ''}")


def test_a_preview_shows_itself_when_it_is_ready(live_cast: Cast, open_page: PageMaker) -> None:
    preview = preview_stop_word(actor=live_cast.actor("manager"), text="平台")
    address = reverse("word_preview", args=[preview.pk])
    page = open_page(address, locale="en", cookies=session_of(live_cast.manager))
    assert page.locator("progress").count() == 1
    worked_out(preview)
    page.get_by_role("heading", name="Where the phrases stand").wait_for()
    assert page.locator("progress").count() == 0


def test_a_word_is_previewed_and_saved_without_a_script(live_cast: Cast, open_page: PageMaker) -> None:
    page = open_page(reverse("stop_words"), locale="en", script=False, cookies=session_of(live_cast.manager))
    page.get_by_label("Stop word").fill("平台")
    page.get_by_role("button", name="What would it do?").click()
    worked_out(WordPreview.objects.get())
    page.reload()
    page.get_by_role("button", name="Save this change").click()
    assert "平台 is on the list." in page.content()
