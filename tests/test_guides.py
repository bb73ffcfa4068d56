"""The guides in the product: the files of docs/guide in both languages, their pictures, and nothing else."""

import re

import pytest
from django.contrib.staticfiles import finders

from config.guides import FOLDER, GUIDES, rendered
from tests.factories import Cast

PAIR = [("en", ""), ("zh-hans", "zh")]


@pytest.mark.parametrize(("language", "folder"), PAIR)
def test_every_guide_is_read_in_both_languages(cast: Cast, language: str, folder: str) -> None:
    client = cast.client(language=language)
    written = {path.stem for path in (FOLDER / folder).glob("*.md")}
    assert written == {*GUIDES, "tour"}
    for name in GUIDES:
        lines = (FOLDER / folder / f"{name}.md").read_text().splitlines()
        answer = client.get(f"/help/{name}/")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert f"<h1>{lines[0].removeprefix('# ')}</h1>" in page
        headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
        assert re.findall(r'<h2 id="part-\d+">(.*?)</h2>', page) == headings, name
        assert all(f'<a href="#part-{number + 1}">' in page for number in range(len(headings)))


@pytest.mark.parametrize(("language", "folder"), PAIR)
def test_pictures_are_served_and_links_lead_to_guides(cast: Cast, language: str, folder: str) -> None:
    client = cast.client(language=language)
    pictures, links = set(), set()
    for name in GUIDES:
        body = client.get(f"/help/{name}/").context["guide"].html
        pictures |= set(re.findall(r'<img[^>]*src="/static/([^"]+)"', body))
        links |= set(re.findall(r'<a href="([^"]+)"', body))
    named = {path.name for path in (FOLDER / "images").glob(f"*.{'zh' if folder else 'en'}.webp")}
    assert pictures == {f"guide/{name}" for name in named}
    assert all(finders.find(picture) for picture in pictures)
    assert links == {"/help/enterprise/", "/help/supplier/"}


def test_a_picture_keeps_its_words_and_its_size(cast: Cast) -> None:
    page = cast.client().get("/help/enterprise/").content.decode()
    (picture,) = [one for one in re.findall(r"<img [^>]*>", page) if "enterprise-pool" in one]
    for part in ('alt="A pool with its scale meter and consents"', 'width="1200"', 'height="780"', 'loading="lazy"'):
        assert part in picture


def test_markup_and_foreign_links_get_nowhere() -> None:
    text = (
        "# T <b>x</b>\n\nLead.\n\n## Part\n\n<script>alert(1)</script> <b>bold</b>\n\n"
        "[bad](javascript:alert(1)) [out](https://example.org/x) [ops](../operations.md#x) [own](supplier.md)\n\n"
        "![alt](../images/a.webp)\n"
    )
    guide = rendered("x", text)
    assert (guide.title, guide.lead, guide.parts) == ("T <b>x</b>", "Lead.", [("part-1", "Part")])
    assert "<script" not in guide.html
    assert "<b>" not in guide.html
    assert re.findall(r'(?:href|src)="([^"]*)"', guide.html) == ["/help/supplier/", "/static/guide/a.webp"]
    assert "out ops" in guide.html


def test_no_space_is_drawn_between_chinese_characters_of_two_lines() -> None:
    guide = rendered("x", "# 题\n\n领取\n开启码。\n\n由场景经理人\n重新 API\n指定**密码**\n分开\n")
    assert guide.lead == "领取开启码。"
    assert guide.html == "<p>由场景经理人重新 API\n指定<strong>密码</strong>分开</p>\n"


@pytest.mark.parametrize(
    ("part", "first"),
    [
        (None, ["reader"]),
        ("stranger", ["reader"]),
        ("enterprise", ["enterprise", "supplier"]),
        ("moderator", ["moderator", "opener"]),
        ("auditor", ["auditor", "opener"]),
    ],
)
def test_the_reader_s_own_guides_come_first(cast: Cast, part: str | None, first: list[str]) -> None:
    answer = cast.client(part).get("/help/")
    mine, others = ([guide.name for guide in answer.context[key]] for key in ("mine", "others"))
    assert mine == first
    assert sorted(mine + others) == sorted(GUIDES)


def test_what_is_no_guide_is_not_found(cast: Cast) -> None:
    for name in ("tour", "nothing", "operations"):
        assert cast.client().get(f"/help/{name}/").status_code == 404


def test_every_page_and_every_workspace_leads_to_the_guides(cast: Cast) -> None:
    assert cast.client().get("/").content.decode().count('href="/help/"') == 1
    for part, page in (("enterprise", "/workspace/"), ("supplier", "/workspace/"), ("manager", "/staff/")):
        # In the menu, on the page, and at its foot.
        assert cast.client(part).get(page).content.decode().count('href="/help/"') == 3, part
