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

PATIENCE_MS = 90_000
"""How long a page may take: two browsers, servers and workers share the cores of a small machine."""

# How Chromium and htmx log an answer of 4xx.
REFUSALS = ("Failed to load resource: the server responded with a status of 4", "Response Status Error Code 4")

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

    When the test ends, no page may have logged an error, lost a request or asked another host for anything; with
    `refusals` what Chromium and htmx say of an answer of 4xx is expected.
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
        refusals: bool = False,
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
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        expected = REFUSALS if refusals else ()
        page.on("console", lambda line: complaints.append(line.text) if is_complaint(line, expected) else None)
        page.on("request", lambda request: _at_home(request.url, live_server.url, complaints))
        page.goto(live_server.url + address, wait_until=wait)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(line: Any, expected: tuple[str, ...] = ()) -> bool:
    """Whether a line of the console is an error or a warning and does not begin with something expected."""
    return line.type in {"error", "warning"} and not (expected and line.text.startswith(expected))


def _at_home(url: str, home: str, complaints: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"request to another host: {url}")


AXE = Axe()
# Preloading would fetch the style sheets again and insert them inline, which the CSP rightly refuses. The size of
# targets, new in WCAG 2.2, is a rule that axe leaves out by default.
AXE_OPTIONS = {"preload": False, "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def axe_findings(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds on a page by WCAG 2.2 AA and good practice: (rule, first element), else nothing."""
    found = AXE.run(page, options=AXE_OPTIONS).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found]


def overflowing(page: Page) -> str:
    """Return an element that makes a page scroll sideways, or nothing."""
    return str(
        page.evaluate(
            """() => {
              const room = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= room) return "";
              const all = [...document.body.querySelectorAll("*")];
              const wide = all.filter((one) => one.getBoundingClientRect().right > room + 1);
              return (wide.at(-1) ?? document.body).outerHTML.slice(0, 160);
            }"""
        )
    )
