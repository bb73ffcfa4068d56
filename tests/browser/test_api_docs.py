"""The page of the API's schema in a real browser: drawn in full under the site's CSP, from this host alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageMaker

pytestmark = pytest.mark.browser


def test_the_page_draws_every_operation(open_page: PageMaker) -> None:
    page = open_page("/api/v1/docs/", locale="en")
    expect(page.locator("#swagger-ui .title")).to_contain_text("Scenario Marketplace API")
    expect(page.locator("#operations-needs-needs_submit_create")).to_have_count(1)
    assert page.locator(".opblock").count() > 60
