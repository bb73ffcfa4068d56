"""The page of the API's schema in a real browser: drawn in full under the site's CSP, from this host alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageMaker

pytestmark = pytest.mark.browser


def test_the_page_draws_every_operation(open_page: PageMaker) -> None:
    page = open_page("/api/v1/docs/", locale="en")
    expect(page.locator("#swagger-ui .title")).to_contain_text("Scenario Marketplace API")
    # The page draws what is in view only: go through it from top to bottom.
    seen: set[str] = set()
    for top in range(0, 40_000, 300):
        page.evaluate(f"window.scrollTo(0, {top})")
        page.wait_for_timeout(50)
        seen |= set(page.evaluate("Array.from(document.querySelectorAll('.opblock'), block => block.id)"))
    assert "operations-needs-needs_submit_create" in seen
    assert len(seen) > 60
