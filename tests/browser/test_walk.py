"""Every page in a state where it shows most: axe finds nothing, nothing overflows, the console is silent.

Each stop is seen on a phone and on a desk. Every combination of width, language and scheme would take a quarter of an
hour; the stops take turns instead, so that each combination meets a quarter of the pages (WALK=all sees all of them).
"""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from scenarios.access import MEMBER, PUBLIC, SIGNED_IN, STAFF
from tests.browser.conftest import REFUSALS, axe_findings, is_complaint, overflowing
from tests.browser.stops import ACCOUNTS, EMPTY, MANAGER, MEMBERS, NO_PAGES, STOPS, SUPPLIERS, Stop
from tests.browser.stops import PUBLIC as PUBLIC_STOPS
from tests.browser.stops import STAFF as STAFF_STOPS
from tests.browser.world import World, address, make_world
from tests.factories import Cast
from tests.routes import Route, routes
from tests.test_routes import NOBODYS

PARTS = {PUBLIC: None, SIGNED_IN: "stranger", MEMBER: "enterprise", STAFF: "auditor"}
# Swagger's own page, in tests/browser/test_api_docs.py; Django's own pages; a switch that answers with a redirect.
ELSEWHERE = ("api/", "admin/", "i18n/")
NARROWEST = 320  # 1,280 px at 400 %


# Straight to the server, past what the browser itself would refuse and past htmx.
SEND_EMPTY = """() => {
  const form = [...document.querySelectorAll("main form[method=post]")].find((one) => one.querySelector(".field"));
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else if (field.type !== "hidden" && field.type !== "submit" && field.type !== "button") field.value = "";
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


class Look(NamedTuple):
    """How a page is looked at."""

    width: int
    language: str
    dark: bool


ALL = [Look(width, language, dark) for width in (390, 1440) for language in ("zh-hans", "en") for dark in (False, True)]
TURNS = [(ALL[turn], ALL[7 - turn]) for turn in range(4)]


def is_page(route: Route, cast: Cast) -> bool:
    """Whether an address answers to GET, asked as somebody who may come there."""
    if route.foreign:
        return True
    first, *_ = route.audience("get") or (PUBLIC,)
    (path,) = route.paths(lambda _template, kind, _name: [NOBODYS[kind]])
    return cast.client(PARTS.get(first, first)).get(path).status_code != 405


def test_every_page_has_its_place_in_the_walk(cast: Cast) -> None:
    ours = [route for route in routes() if not route.template.startswith(ELSEWHERE)]
    pages = {route.name for route in ours if is_page(route, cast)}
    walked = {stop.name for stop in STOPS}
    assert pages - walked - set(NO_PAGES) - set(BEHIND_A_STEP) == set()
    assert walked - pages == set()
    assert (set(NO_PAGES) | set(BEHIND_A_STEP)) & walked == set()


# Pages of allauth that only show up in the middle of signing in or of a confirmation.
BEHIND_A_STEP = {"account_reauthenticate", "account_set_password", "account_confirm_login_code"}
BEHIND_A_STEP |= {"mfa_authenticate", "mfa_reauthenticate", "mfa_download_recovery_codes"}


class Walker:
    """One browser context of a part of the world; everything wrong about its pages is collected in `faults`."""

    def __init__(self, context: BrowserContext, home: str, faults: list[str]) -> None:
        self.context, self.home, self.faults = context, home, faults
        self.where = ""
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.complain(str(error)))
        self.page.on("console", lambda line: self.heard(line))
        self.page.on("request", lambda request: self.asked(request.url))

    def complain(self, text: str) -> None:
        self.faults.append(f"{self.where}: {text}")

    def heard(self, line: Any) -> None:
        # A page that refuses says so in its status; a style sheet or a script that is not there is a fault.
        if is_complaint(line, () if "/static/" in line.location["url"] else REFUSALS):
            self.complain(line.text)

    def asked(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.complain(f"request to another host: {url}")

    def see(self, stop: Stop, path: str, look: Look) -> None:
        """Open a page and hold everything against it."""
        self.where = f"{stop}, {look.width} px, {look.language}{', dark' if look.dark else ''}"
        self.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": look.language, "url": self.home}])
        self.page.set_viewport_size({"width": look.width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if look.dark else "light", reduced_motion="reduce")
        answer = self.page.goto(self.home + path, wait_until="load")
        if answer is None or answer.status != stop.status:
            self.complain(f"answered {answer and answer.status}")
            return
        self.check()
        if look.width < 1000:
            self.page.set_viewport_size({"width": NARROWEST, "height": 900})
            if overflow := overflowing(self.page):
                self.complain(f"scrolls sideways at 400 %: {overflow}")

    def send_empty(self, stop: Stop, path: str) -> None:
        """Send a page's form with nothing in it: it is refused, the errors take the focus, and axe finds nothing."""
        self.where = f"{stop}, sent empty"
        self.page.goto(self.home + path, wait_until="load")
        with self.page.expect_navigation():
            self.page.evaluate(SEND_EMPTY)
        if not self.page.evaluate("document.activeElement.matches('[data-error-summary]')"):
            self.complain("the errors do not take the focus")
        self.check()

    def check(self) -> None:
        """Hold axe and the width against the page as it stands, with everything unfolded."""
        self.page.evaluate("document.querySelectorAll('details:not(.menu)').forEach(fold => (fold.open = true))")
        if overflow := overflowing(self.page):
            self.complain(f"scrolls sideways: {overflow}")
        for rule, html in axe_findings(self.page):
            self.complain(f"{rule} at {html[:160]}")


def looks(number: int) -> tuple[Look, ...]:
    return tuple(ALL) if os.environ.get("WALK") == "all" else TURNS[number % len(TURNS)]


@pytest.fixture
def world(live_cast: Cast) -> World:
    return make_world(live_cast)


def walked(chromium: Browser, world: World, home: str, stops: list[Stop]) -> Iterator[str]:
    """Walk the stops, a context for each part, and yield what is wrong."""
    for part in dict.fromkeys(stop.part for stop in stops):
        faults: list[str] = []
        context = chromium.new_context()
        context.add_cookies([{"name": k, "value": v, "url": home} for k, v in world.cookies(part).items()])
        walker = Walker(context, home, faults)
        for number, stop in enumerate(stops):
            if stop.part == part:
                path = address(world, stop.name, *stop.args, query=stop.query)
                for look in looks(number):
                    walker.see(stop, path, look)
                if stop in EMPTY:
                    walker.send_empty(stop, path)
        context.close()
        yield from faults


# Two processes share the walk.
@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    "stops",
    [[*PUBLIC_STOPS, *ACCOUNTS, *MEMBERS], [*SUPPLIERS, *STAFF_STOPS, *MANAGER]],
    ids=["public and demand", "supply and staff"],
)
def test_axe_finds_nothing_on_any_page(chromium: Browser, world: World, live_server: Any, stops: list[Stop]) -> None:
    faults = list(walked(chromium, world, live_server.url, stops))
    assert not faults, "\n".join(faults)
