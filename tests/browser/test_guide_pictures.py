"""The guides' pictures: each one named exists, is small and is made here; with PICTURES=1 they are taken anew."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.pictures import FOLDER, LANGUAGES, PICTURES, photograph
from tests.browser.world import address, make_world
from tests.factories import Cast

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guide"
NAMED = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<path>[^)]+)\)")


def named(language: str) -> set[str]:
    """Return the pictures that the guides of a language show, by file name."""
    folder = GUIDES / "zh" if language == "zh" else GUIDES
    found = set()
    for guide in folder.glob("*.md"):
        for match in NAMED.finditer(guide.read_text()):
            path = (guide.parent / match["path"]).resolve()
            assert path.parent == FOLDER, (guide.name, match["path"])
            found.add(path.name)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guides_show_the_pictures_that_are_made(language: str) -> None:
    made = {f"{name}.{language}.webp" for name in PICTURES}
    assert named(language) == made
    assert {path.name for path in FOLDER.glob(f"*.{language}.webp")} == made


def test_the_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]
    assert max(sizes) < 100_000
    assert sum(sizes) < 3_000_000


def speaking(chromium: Browser, language: str) -> Browser:
    """Return a browser whose own words, in fields for dates and files, are of a language."""
    named = {"en": "en_GB", "zh": "zh_CN"}[language]
    words = {"LC_ALL": f"{named}.UTF-8", "LANGUAGE": named}
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, **words})
    page = browser.new_page()
    page.set_content("<input required>")
    refusal = page.eval_on_selector("input", "field => field.validationMessage")
    assert refusal.isascii() == (language == "en"), f"Chromium has no {named}: install chromium-l10n."
    page.close()
    return browser


@pytest.mark.browser
@pytest.mark.skipif(not os.environ.get("PICTURES"), reason="the pictures are taken by `make screenshots`")
def test_take_the_pictures(chromium: Browser, live_cast: Cast, live_server: Any) -> None:
    world = make_world(live_cast)
    for language, code in LANGUAGES.items():
        browser = speaking(chromium, language)
        for name, stop in PICTURES.items():
            locale = {"en": "en-GB", "zh": "zh-CN"}[language]
            context = browser.new_context(color_scheme="light", reduced_motion="reduce", locale=locale)
            cookies = {**world.cookies(stop.part), settings.LANGUAGE_COOKIE_NAME: code}
            context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
            page = context.new_page()
            answer = page.goto(live_server.url + address(world, stop.name, *stop.args), wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200, name
            photograph(page, name, language)
            context.close()
        browser.close()
