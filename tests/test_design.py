"""The design system: its filters, and what holds for every template of the product."""

import gzip
import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.http import HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

import marketplace.choices
import scenarios.choices
from config.gallery import gallery_context
from config.gallery_colours import contrasts, ratio
from config.navigation import main_links, workspace_links
from config.staticfiles import whole_sheet
from config.templatetags import design
from scenarios.actor import PUBLIC, Actor

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "config" / "static"
TEMPLATES = sorted(
    p for app in ("config", "marketplace", "scenarios") for p in (ROOT / app / "templates").rglob("*.html")
)
COMPONENTS = sorted((ROOT / "config" / "templates" / "cotton").glob("*.html"))


def _page(*_: Any, **__: Any) -> HttpResponse:
    return HttpResponse()


_scenarios = [path("needs/", _page, name="need_list"), path("moderation/", _page, name="moderation_queue")]
urlpatterns = [path("", include(_scenarios)), path("status/", _page, name="status")]


class Elements(HTMLParser):
    """Collects every element's attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.found if (value := attributes.get(name))]


@pytest.fixture(scope="module")
def gallery() -> Elements:
    request = RequestFactory().get("/design/")
    request.user = AnonymousUser()
    # A <template> holds a row that exists only once it is copied.
    return Elements(
        re.sub(r"(?s)<template>.*?</template>", "", render_to_string("design.html", gallery_context(), request))
    )


def test_a_text_in_its_own_language_is_escaped() -> None:
    with translation.override("en"):
        assert design.in_own_language("<b>缺陷") == '<span lang="zh-Hans">&lt;b&gt;缺陷</span>'
        assert design.in_own_language("<b>") == "&lt;b&gt;"
    with translation.override("zh-hans"):
        assert design.in_own_language("缺陷") == "缺陷"


def test_marked_escapes_everything_and_takes_the_longest_term() -> None:
    assert design.marked("<b>漏检率 of MES", ["漏检", "漏检率", "mes", " "]) == (
        "&lt;b&gt;<mark>漏检率</mark> of <mark>MES</mark>"
    )
    assert (
        design.marked("产线表面缺陷检测", ["表面", "面缺", "缺陷", "测"])
        == "产线<mark>表面缺陷</mark>检<mark>测</mark>"
    )
    assert design.marked("a < b", []) == "a &lt; b"
    assert design.marked(None, ["a"]) == ""


@pytest.mark.parametrize(
    ("value", "whole", "percent"),
    [(5, 8, "62.5%"), (9, 8, "100.0%"), (-1, 8, "0.0%"), (3, 0, "0.0%"), (None, 4, "0.0%")],
)
def test_share_stays_between_nothing_and_all(value: Any, whole: Any, percent: str) -> None:
    assert design.share(value, whole) == percent


def test_the_scale_ends_beyond_its_largest_quantity() -> None:
    assert design.scale_end(18, [{"quantity": 12}, {"quantity": 30}]) == pytest.approx(33)
    assert design.scale_end(0, []) == pytest.approx(1.1)


def test_points_that_weigh_little_are_summed() -> None:
    rows = [{"points": 4, "of": 20}, {"points": 1, "of": 2}, {"points": 0, "of": 3}]
    assert design.worth_below(rows, 5) == {"rows": rows[1:], "points": 1, "of": 5}


@pytest.mark.parametrize(("current", "shown"), [(1, [1, 2, None, 12]), (6, [1, None, 5, 6, 7, None, 12])])
def test_a_pager_shows_the_ends_and_the_neighbours(current: int, shown: list[int | None]) -> None:
    assert design.page_numbers(Paginator(range(240), 20), current) == shown


@pytest.mark.parametrize(("score", "tone"), [(80, "good"), (79, "warn"), (60, "warn"), (59, "bad"), (None, "neutral")])
def test_a_score_has_the_tone_of_its_band(score: int | None, tone: str) -> None:
    assert design.score_tone(score) == tone


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        ("700.50", "700.50 万元", "CNY 7,005,000"),
        ("12000.00", "12,000 万元", "CNY 120,000,000"),
        ("0", "0 万元", "CNY 0"),
    ],
)
def test_money_is_counted_as_its_readers_count(amount: str, chinese: str, english: str) -> None:
    for language, shown in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert design.money(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(Decimal("12000.50"), "12,000.5"), (Decimal("1E+3"), "1,000"), (0, "0"), (None, "")]
)
def test_thousands_stand_apart(value: Any, shown: str) -> None:
    assert design.grouped(value) == shown


def test_times_and_days_can_be_read_by_machines() -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    template = Template("{% load design %}{{ at|moment }} {{ at|day }} {{ on|day }}{{ none|day }}{{ none|moment }}")
    assert template.render(Context({"at": at, "on": date(2026, 3, 1), "none": None})) == (
        '<time datetime="2026-03-02T07:30:00+08:00">2026-03-02 07:30</time>'
        ' <time datetime="2026-03-02">2026-03-02</time> <time datetime="2026-03-01">2026-03-01</time>'
    )


def test_every_date_of_a_template_stands_in_a_time() -> None:
    lines = [(path.name, line) for path in TEMPLATES for line in path.read_text().splitlines()]
    assert [(name, line) for name, line in lines if '|date:"Y-m-d' in line and "<time" not in line] == []


def test_every_status_has_a_tone_of_its_own() -> None:
    kinds = [*vars(scenarios.choices).values(), *vars(marketplace.choices).values()]
    statuses = [
        value
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, TextChoices) and kind.__name__.endswith("Status")
        for value in kind.values
    ]
    assert len(statuses) > 20
    assert [status for status in statuses if status not in design.TONE_BY_STATUS] == []


def test_links_appear_by_role_and_only_where_the_page_exists(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    moderator = Actor(account_id=1, roles=frozenset({"moderator"}))
    assert [(link.name, link.is_current) for link in main_links("/needs/7/")] == [("need_list", True)]
    assert workspace_links(PUBLIC, "/", {}) == []
    assert [(link.name, link.waiting) for link in workspace_links(moderator, "/", {"moderation_queue": 7})] == [
        ("moderation_queue", 7),
        ("status", None),
    ]


def test_labels_descriptions_and_links_of_the_gallery_point_at_something(gallery: Elements) -> None:
    ids = gallery.values("id")
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    pointers = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "data-counter")
    named = [name for attribute in pointers for value in gallery.values(attribute) for name in value.split()]
    assert len(named) > 30
    assert [name for name in named if name not in ids] == []


def test_the_gallery_shows_every_component() -> None:
    text = (ROOT / "config" / "templates" / "design.html").read_text() + (
        ROOT / "config/templates/base.html"
    ).read_text()
    included = "".join(p.read_text() for p in [*COMPONENTS, *(ROOT / "config/templates/includes").glob("*.html")])
    guide = (ROOT / "docs" / "design-system.md").read_text()
    names = ["c-" + p.stem.replace("_", "-") for p in COMPONENTS]
    assert [name for name in names if not re.search(rf"<{name}[\s>/]", text + included)] == []
    assert [name for name in names if f"`{name}" not in guide] == []


def test_every_colour_is_told_from_its_ground_in_both_schemes() -> None:
    found = contrasts()
    assert len(found) > 25
    assert [pair for pair in found if min(pair.light, pair.dark) < pair.least] == []
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_every_icon_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    source = "".join(p.read_text() for p in TEMPLATES)
    asked = set(re.findall(r'{% icon "([^"]+)"', source)) | set(re.findall(r'[ "]icon="([a-z-]+)"', source))
    assert len(asked) > 20
    assert asked - drawn == set()


@pytest.mark.parametrize(
    "source",
    [
        '<c-card title="{{ text }}" />',
        '<c-card :title="text" />',
        "<c-card>{{ text }}</c-card>",
        '<c-card data-text="{{ text }}" />',
        '<c-card :data-text="text" />',
        '<c-button href="{{ text }}">x</c-button>',
        '<c-badge :label="text" />',
        '<c-copy :text="text" />',
        '<c-fact label="{{ text }}">{{ text }}</c-fact>',
        '<c-meter :pooled="4" :unit="text" />',
    ],
)
@pytest.mark.parametrize("text", ['"><img src=x>', "'><img src=x>", "\"'><img src=x>", "<img src=x>"])
def test_hostile_text_stays_text_however_it_is_passed(source: str, text: str) -> None:
    html = Template(CottonCompiler().process(source)).render(Context({"text": text}))
    found = Elements(html)
    assert "img" not in [tag for tag, _ in found.found]
    assert text in found.text or text in [value for _, attributes in found.found for value in attributes.values()]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_template_has_a_style_or_a_script_of_its_own(template: Path) -> None:
    source = template.read_text()
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|hx-on|javascript:", source) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", source) == []


def test_the_stylesheet_is_whole_and_small() -> None:
    sheets = sorted((STATIC / "css").rglob("*.css"))
    entry = (STATIC / "css" / "site.css").read_text()
    imported = {(STATIC / "css" / name).resolve() for name in re.findall(r'@import url\("([^"]+)"\)', entry)}
    assert imported == {p.resolve() for p in sheets if p.name != "site.css"}
    assert len(gzip.compress(b"".join(p.read_bytes() for p in sheets))) < 30_000
    text = "".join(p.read_text() for p in sheets)
    assert text.count("{") == text.count("}")


def test_the_collected_sheet_holds_its_imports_in_their_layers() -> None:
    sheets = {
        "css/site.css": '@layer base;\n@import url("t.css");\n@import url("a/b.css") layer(base) print;\n',
        "css/t.css": ":root { color: red; }\n",
        "css/a/b.css": "p { margin: 0; }\n",
    }
    assert whole_sheet(sheets) == (
        "@layer base;\n:root { color: red; }\n@media print {\n@layer base {\np { margin: 0; }\n}\n}\n"
    )
    own = {f"css/{p.relative_to(STATIC / 'css')}": p.read_text() for p in (STATIC / "css").rglob("*.css")}
    whole = whole_sheet(own)
    assert "@import" not in whole
    assert all(text in whole for name, text in own.items() if name != "css/site.css")
