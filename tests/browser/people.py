"""People at a browser, for tests that click and type: each in a context of its own, in its language, finding its way.

What they press and follow is named in English, as the templates name it, and looked for in the person's language.
"""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page

from marketplace.models import Account
from tests.browser.conftest import PATIENCE_MS, PageMaker

SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
LOOK_MS = 200
LOOKS_BEFORE_RELOAD = 50
HIDDEN_BY = """field => {
    const line = [];
    for (let one = field; one; one = one.parentElement) line.push(one);
    const hidden = line.filter((one) => getComputedStyle(one).display === "none").pop();
    return [field, hidden].map((one) => one?.cloneNode().outerHTML);
}"""
"""A field, and the outermost element around it that is not drawn."""
AUTOSAVE_MS = 1600  # a form is saved 1.5 s after the last key
LOCALES = {"zh": "zh-CN", "en": "en"}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def photograph(page: Page, name: str) -> None:
    """Write the whole page into the folder that SCREENSHOTS names, if it names one."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def session_of(account: Account | None) -> dict[str, str]:
    """Return the cookie of a signed-in session, or none for the public."""
    if account is None:
        return {}
    client = Client()
    client.force_login(account)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


class Person:
    """One account, or with None the public, at a browser of its own; it starts at the home page."""

    def __init__(self, open_page: PageMaker, account: Account | None, language: str = "en") -> None:
        self.account, self.language = account, language
        self.page: Page = open_page("/", locale=LOCALES[language], cookies=session_of(account), wait="load")

    def word(self, what: Any, /, **values: Any) -> str:
        """Return what the pages call this in the person's language: a text of theirs, or an object by its title."""
        with override(LANGUAGES[self.language]):
            if isinstance(what, str):
                text = gettext(what)
                return text % values if values else text
            return str(what.title if isinstance(what, Model) else what)  # a lazy text turns into words here

    def link(self, what: Any, /, **values: Any) -> Locator:
        """Return the first link that has this in its name."""
        return self.page.get_by_role("link", name=self.word(what, **values)).first

    def button(self, label: Any, /, **values: Any) -> Locator:
        return self.page.get_by_role("button", name=self.word(label, **values), exact=True).first

    def follow(self, what: Any, /, **values: Any) -> None:
        self.go(self.link(what, **values))

    def menu(self, label: str) -> None:
        """Open a page of the workspace from the menu in the header."""
        self.page.locator(".site-header details.menu summary").click()
        self.go(self.page.locator(".site-header .menu-list").get_by_role("link", name=self.word(label)))

    def press(self, label: Any, /, **values: Any) -> None:
        """Press a button and wait for the page that answers."""
        self.go(self.button(label, **values))

    def confirm(self, label: Any, /, **values: Any) -> None:
        """Press a button that asks first, and say yes."""
        self.button(label, **values).click()
        self.go(self.page.locator("#confirm-dialog [value=yes]"))

    def go(self, what: Locator) -> None:
        """Click what leads to another page, and wait for that."""
        with self.page.expect_navigation():
            what.click()

    def enter(self, values: dict[str, Any], step: str = "") -> None:
        """Type, choose and tick by the names of fields; a missing row of a form set is added by its button.

        step : the end of the address that the form is sent to, where several forms ask for the same.
        """
        form = f'form[action$="/{step}/"] ' if step else ""
        for name, value in values.items():
            if not self.page.locator(f'{form}[name="{name}"]').count():
                self.page.locator(f'[name="add_{name.partition("-")[0]}"]').click()
            if self.page.locator(f'{form}[name="{name}"]').first.get_attribute("type") != "hidden":
                self._put(self._visible(f'{form}[name="{name}"]'), value)
        if self.page.locator("form[data-autosave]").count():
            self._let_it_save()

    def _visible(self, selector: str) -> Locator:
        """Return the fields that can be seen; if none comes into sight, tell what is there instead.

        On a busy machine Chromium now and then leaves a part of a page without boxes, whatever its styles say; the page
        is then loaded again.
        """
        self.page.bring_to_front()
        found = self.page.locator(selector).filter(visible=True)
        for look in range(1, PATIENCE_MS // LOOK_MS):
            if found.count():
                return found
            self.page.wait_for_timeout(LOOK_MS)
            if look % LOOKS_BEFORE_RELOAD == 0:
                self.page.reload(wait_until="load")  # what was typed before is saved by now
        there = [one.evaluate(HIDDEN_BY) for one in self.page.locator(selector).all()]
        raise AssertionError(f"{selector} is out of sight on {self.page.url}, there is {there}")

    def _let_it_save(self) -> None:
        """Wait as people do who stop typing: leaving amid a request would be an error in the console."""
        self.page.wait_for_timeout(AUTOSAVE_MS)
        self.page.wait_for_selector(".htmx-request", state="detached")

    @staticmethod
    def _put(field: Locator, value: Any) -> None:
        kind = field.first.evaluate("field => field.type")
        if isinstance(value, bool):
            field.set_checked(value)
        elif kind in ("checkbox", "radio"):
            for one in value if isinstance(value, list) else [value]:
                field.and_(field.page.locator(f'[value="{one}"]')).check()
        elif kind.startswith("select"):
            field.select_option(str(value))
        else:
            field.fill(str(value))

    def station(self, name: str, *, again: bool = True) -> None:
        """Photograph the page in both sizes, and as it reads in the other language if it can be asked for again."""
        if not SCREENSHOTS:
            return
        self._both_sizes(self.page, f"{name}-{self.language}")
        if again:
            other, name_of = ("en" if self.language == "zh" else "zh"), settings.LANGUAGE_COOKIE_NAME
            beside = self.page.context.new_page()
            beside.context.add_cookies([{"name": name_of, "value": LANGUAGES[other], "url": self.page.url}])
            beside.goto(self.page.url)
            self._both_sizes(beside, f"{name}-{other}")
            beside.close()
            self.page.context.clear_cookies(name=name_of)

    @staticmethod
    def _both_sizes(page: Page, name: str) -> None:
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            photograph(page, f"{name}-{width}")


def rows(prefix: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    """Return rows of a form set by the names of their fields."""
    return {f"{prefix}-{n}-{name}": value for n, row in enumerate(values) for name, value in row.items()}
