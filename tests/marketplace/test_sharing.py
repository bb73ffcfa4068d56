"""What a page tells other programs: its addresses in both languages, its card, JSON-LD, the site map."""

import io
import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.test import override_settings
from django.utils.translation import override
from PIL import Image

from marketplace.share_cards import card_of, wrapped
from scenarios.models import Call, Need
from tests.factories import Cast, draft_need, published_capability, published_need
from tests.scenarios.test_public_pages import open_call

SITE = "https://market.example.org"


def data_of(page: str, kind: str = "Demand") -> dict[str, Any]:
    """Return the page's one object of this type of schema.org."""
    found = re.findall(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', page)
    (read,) = [one for one in map(json.loads, found) if one["@type"] == kind]
    assert read["@context"] == "https://schema.org"
    return dict(read)


@override_settings(SITE_URL=SITE)
def test_a_page_has_one_address_and_one_for_each_language(cast: Cast) -> None:
    need = published_need(cast)
    address = f"{SITE}/needs/{need.pk}/"
    page = cast.client().get(f"/needs/{need.pk}/", {"lang": "zh-hans"}).content.decode()
    assert f'<link rel="canonical" href="{address}">' in page
    alternates = dict(re.findall(r'rel="alternate"\s+hreflang="([^"]+)"\s+href="([^"]+)"', page))
    assert alternates == {
        "zh-Hans": f"{address}?lang=zh-hans",
        "en": f"{address}?lang=en",
        "x-default": address,
    }
    assert '<html lang="zh-Hans">' in page
    assert '<html lang="en">' in cast.client().get(f"/needs/{need.pk}/", {"lang": "en"}).content.decode()
    assert '<html lang="en">' in cast.client().get(f"/needs/{need.pk}/", {"lang": "xx"}).content.decode()


@override_settings(SITE_URL=SITE)
def test_a_page_carries_its_card_and_its_data(cast: Cast) -> None:
    need = published_need(cast, title_en='Casting </script> & "surfaces"')
    answer = cast.client().get(f"/needs/{need.pk}/")
    page = answer.content.decode()
    assert f'<meta property="og:image" content="{SITE}/share/need/{need.pk}.png?lang=en">' in page
    told = dict(re.findall(r'<meta (?:property|name)="((?:og:image|twitter):[^"]+)"\s+content="([^"]*)"', page))
    assert (told["og:image:type"], told["og:image:width"], told["og:image:height"]) == ("image/png", "1200", "630")
    assert (told["twitter:card"], told["twitter:image"]) == (
        "summary_large_image",
        f"{SITE}/share/need/{need.pk}.png?lang=en",
    )
    assert '<meta property="og:title" content="Casting &lt;/script&gt; &amp; &quot;surfaces&quot;">' in page
    data = data_of(page)
    assert (data["@type"], data["name"], data["identifier"]) == ("Demand", need.title_en, need.code)
    nonce = re.findall(r'ld\+json" nonce="([^"]+)"', page)[0]
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


@override_settings(SITE_URL=SITE)
@pytest.mark.parametrize(
    ("path", "name", "title"),
    [
        ("/", "home", "Concrete needs, merged until they are worth answering"),
        ("/needs/?q=x&page=2", "need_list", "Needs"),
        ("/calls/", "call_list", "Calls"),
        ("/figures/", "figures", "Figures"),
        ("/figures/funnel/", "figure-funnel", "From a need to a landed project"),
        ("/open-data/", "open_data", "Open data"),
    ],
)
def test_lists_and_figures_carry_a_card(cast: Cast, path: str, name: str, title: str) -> None:
    page = cast.client().get(path).content.decode()
    told = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)"\s+content="([^"]*)"', page))
    assert (told["og:type"], told["og:title"], told["og:url"]) == ("website", title, SITE + path.partition("?")[0])
    assert told["og:image"] == told["twitter:image"] == f"{SITE}/share/{name}.png?lang=en"
    assert told["og:description"] == told["twitter:description"] != ""
    answer = cast.client().get(f"/share/{name}.png", {"lang": "en"})
    assert (answer.headers["Content-Type"], Image.open(io.BytesIO(answer.content)).size) == ("image/png", (1200, 630))
    known = {"If-None-Match": answer.headers["ETag"]}
    assert cast.client().get(f"/share/{name}.png", {"lang": "en"}, headers=known).status_code == 304


def test_a_page_for_few_carries_no_card(cast: Cast) -> None:
    page = cast.client("enterprise").get("/workspace/needs/").content.decode()
    assert ("og:title" in page, "ld+json" in page) == (False, False)
    assert cast.client().get("/share/nothing.png").status_code == 404


@override_settings(SITE_URL=SITE)
def test_the_way_to_a_page_is_told_as_data(cast: Cast) -> None:
    need = published_need(cast)
    page = cast.client().get(f"/needs/{need.pk}/").content.decode()
    steps = data_of(page, "BreadcrumbList")["itemListElement"]
    assert [(one["position"], one["name"], one["item"]) for one in steps] == [
        (1, "Home", f"{SITE}/"),
        (2, "Needs", f"{SITE}/needs/"),
        (3, need.code, f"{SITE}/needs/{need.pk}/"),
    ]


@override_settings(SITE_URL=SITE)
def test_a_call_tells_its_last_moment_as_an_event_while_it_is_open(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    Call.objects.filter(pk=call.pk).update(title_en="Casting & inspection")
    page = cast.client().get(f"/calls/{call.pk}/").content.decode()
    event = data_of(page, "Event")
    assert (event["name"], event["url"]) == (
        "Last moment to respond: Casting & inspection",
        f"{SITE}/calls/{call.pk}/",
    )
    assert datetime.fromisoformat(event["startDate"]) == call.closes_at
    Call.objects.filter(pk=call.pk).update(opens_at="2026-01-01T00:00Z", closes_at="2026-01-02T00:00Z")
    assert '"Event"' not in cast.client().get(f"/calls/{call.pk}/").content.decode()
    result = cast.client().get(f"/calls/{call.pk}/result/").content.decode()
    assert '<meta property="og:title" content="Result of the call: Casting &amp; inspection">' in result
    assert f'content="{SITE}/share/call/{call.pk}.png?lang=en"' in result


@override_settings(SITE_URL=SITE)
def test_the_open_data_is_a_catalogue_of_data_sets(cast: Cast) -> None:
    page = cast.client().get("/open-data/").content.decode()
    sets = data_of(page, "DataCatalog")["dataset"]
    assert [one["name"] for one in sets][:3] == ["Needs", "Capabilities", "Calls"]
    files = [(one["encodingFormat"], one["contentUrl"]) for one in sets[0]["distribution"]]
    assert files == [
        ("text/csv", f"{SITE}/api/v1/open-data/needs.csv"),
        ("application/json", f"{SITE}/api/v1/open-data/needs/"),
    ]
    assert (sets[0]["url"], sets[0]["isAccessibleForFree"]) == (f"{SITE}/open-data/#needs", True)
    assert sets[0]["license"]


def test_a_card_shows_what_everyone_may_read(cast: Cast) -> None:
    need, draft = published_need(cast), draft_need(cast)
    client = cast.client()
    answer = client.get(f"/share/need/{need.pk}.png", {"lang": "zh-hans"})
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("image/png", "public, max-age=3600")
    drawn = Image.open(io.BytesIO(answer.content))
    assert (drawn.format, drawn.size) == ("PNG", (1200, 630))
    with override("zh-hans"):
        card = card_of("need", need.pk)
    assert card == (f"需求 · {need.code}", ["铸件表面缺陷在线检测"], "场景集市 · 无锡")
    assert cast.client("enterprise").get(f"/share/need/{draft.pk}.png").status_code == 404
    Need.objects.filter(pk=need.pk).update(visibility="verified")
    assert cast.client("enterprise").get(f"/share/need/{need.pk}.png").status_code == 404
    assert client.get(f"/share/nothing/{need.pk}.png").status_code == 404


def test_a_card_is_sent_again_only_where_it_changed(cast: Cast) -> None:
    need = published_need(cast)
    client, address = cast.client(), f"/share/need/{need.pk}.png"
    first = client.get(address, {"lang": "en"})
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get(address, {"lang": "en"}, headers=known)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(address, {"lang": "zh-hans"}, headers=known).status_code == 200
    Need.objects.filter(pk=need.pk).update(title_en="Measurement of castings")
    changed = client.get(address, {"lang": "en"}, headers=known)
    assert (changed.status_code, changed.content == first.content) == (200, False)


def test_a_card_is_drawn_while_the_cache_is_down(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise ConnectionError

    need = published_need(cast)
    for name in ("get", "add", "set"):
        monkeypatch.setattr(caches["default"], name, refuse)
    answer = cast.client().get(f"/share/need/{need.pk}.png")
    assert (answer.status_code, Image.open(io.BytesIO(answer.content)).size) == (200, (1200, 630))


def test_a_long_title_is_broken_into_three_lines() -> None:
    assert wrapped("检" * 20) == ["检" * 17, "检" * 3]
    assert wrapped("Inspection of casting surfaces in line") == ["Inspection of casting surfaces in", "line"]
    assert wrapped("检" * 60) == ["检" * 17, "检" * 17, "检" * 16 + "…"]


@override_settings(SITE_URL=SITE)
def test_the_site_map_lists_what_everyone_may_read(cast: Cast) -> None:
    need, hidden = published_need(cast), published_need(cast, visibility="verified")
    capability = published_capability(cast)
    client = cast.client()
    index = client.get("/sitemap.xml").content.decode()
    assert f"<loc>{SITE}/sitemap-needs.xml</loc>" in index
    needs = client.get("/sitemap-needs.xml").content.decode()
    assert f"<loc>{SITE}/needs/{need.pk}/</loc>" in needs
    assert "testserver" not in index + needs
    assert (f"/needs/{need.pk}/" in needs, f"/needs/{hidden.pk}/" in needs) == (True, False)
    assert f"/capabilities/{capability.pk}/" in client.get("/sitemap-capabilities.xml").content.decode()
    assert client.get("/sitemap-nothing.xml").status_code == 404
    robots = client.get("/robots.txt").content.decode()
    assert ("Disallow: /workspace/" in robots, "Disallow: /*?as=" in robots) == (True, True)
    assert f"Sitemap: {SITE}/sitemap.xml" in robots


@override_settings(SITE_URL=f"{SITE}/")
def test_no_address_follows_the_host_that_was_asked(cast: Cast) -> None:
    need = published_need(cast)
    client = cast.client()
    client.defaults["HTTP_HOST"] = "localhost:9999"
    page = client.get(f"/needs/{need.pk}/").content.decode()
    assert data_of(page)["url"] == f"{SITE}/needs/{need.pk}/"
    feed = client.get("/calendar.ics").content.decode()
    answers = [page, feed, *(client.get(path).content.decode() for path in ("/calendar/", "/figures/funnel/"))]
    answers += [client.get(path).content.decode() for path in ("/sitemap.xml", "/sitemap-lists.xml", "/robots.txt")]
    assert [one for one in answers if "localhost" in one] == []
