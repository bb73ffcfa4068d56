"""A real Chromium for the browser tests: every console error and request to another host is held against the page."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

PageMaker = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that `bin/chromium` found; without one the tests are skipped, under CI=true they fail."""
    if not CHROMIUM:
        if os.environ.get("CI") == "true":
            pytest.fail("There is no Chromium: set CHROMIUM or run `make test`.")
        pytest.skip("There is no Chromium: set CHROMIUM or run `make test`.")
    # Playwright's own event loop runs in this thread, and Django takes it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[PageMaker]:
    """Open a path of the product: `open_page("/", width=390, locale="en", dark=True, script=False)`.

    When the test ends, no page may have logged an error, lost a request or asked another host for anything.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def make(
        address: str,
        *,
        width: int = 1440,
        locale: str = "zh-CN",
        dark: bool = False,
        script: bool = True,
        cookies: dict[str, str] | None = None,
        wait: Any = "networkidle",
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        contexts.append(context)
        context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in (cookies or {}).items()])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("request", lambda request: _at_home(request.url, live_server.url, complaints))
        page.goto(live_server.url + address, wait_until=wait)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def _at_home(url: str, home: str, complaints: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"request to another host: {url}")


def axe_findings(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds on a page: (rule, first element), empty when all is well."""
    # Preloading would fetch the style sheets again and insert them inline, which the CSP rightly refuses.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found]
