"""The figures in a browser: those below are fetched from their own pages when they come into view."""

import pytest
from django.conf import settings

from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need
from tests.scenarios.test_deadlines import make_pool

pytestmark = pytest.mark.browser


@pytest.fixture
def city(live_cast: Cast) -> Cast:
    published_need(live_cast)
    published_capability(live_cast)
    make_pool(live_cast, [1, 2, 3])
    drain_outbox(limit=500)
    return live_cast


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("part", "path"), [(None, "/figures/"), ("manager", "/staff/dashboard/")])
def test_the_other_figures_are_drawn_when_they_come_into_view(
    city: Cast, open_page: PageMaker, part: str | None, path: str, width: int
) -> None:
    cookies = {}
    if part:
        cookies = {settings.SESSION_COOKIE_NAME: city.client(part).cookies[settings.SESSION_COOKIE_NAME].value}
    page = open_page(path, width=width, cookies=cookies)
    assert page.locator("#map .figure-body").count() == 0
    for name in ("gaps", "scale", "map"):
        page.locator(f"#{name}").scroll_into_view_if_needed()
        page.wait_for_selector(f"#{name} .figure-body")
        assert page.locator(f"#{name} .figure-body a[href*='/api/v1/figures/{name}']").count() == 2
    assert (axe_findings(page), overflowing(page)) == ([], "")


def test_without_scripts_they_have_a_way_to_their_own_pages(city: Cast, open_page: PageMaker) -> None:
    page = open_page("/figures/", script=False)
    page.locator("#gaps a").click()
    page.wait_for_url("**/figures/gaps/")
    assert page.locator("main table").count() == 1
