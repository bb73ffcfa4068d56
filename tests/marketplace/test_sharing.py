"""What a page tells other programs: its addresses in both languages, its card, JSON-LD, the site map."""

import json
import re
from typing import Any

from django.test import override_settings

from marketplace.share_cards import wrapped
from scenarios.models import Need
from tests.factories import Cast, draft_need, published_capability, published_need

SITE = "https://market.example.org"


def data_of(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', page)
    read: dict[str, Any] = json.loads(found)
    return read


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
    assert f'<meta property="og:image" content="{SITE}/share/need/{need.pk}.svg?lang=en">' in page
    assert '<meta property="og:title" content="Casting &lt;/script&gt; &amp; &quot;surfaces&quot;">' in page
    data = data_of(page)
    assert (data["@type"], data["name"], data["identifier"]) == ("Demand", need.title_en, need.code)
    nonce = re.findall(r'ld\+json" nonce="([^"]+)"', page)[0]
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


def test_a_card_shows_what_everyone_may_read(cast: Cast) -> None:
    need, draft = published_need(cast), draft_need(cast)
    client = cast.client()
    answer = client.get(f"/share/need/{need.pk}.svg", {"lang": "zh-hans"})
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "image/svg+xml",
        "public, max-age=3600",
    )
    assert need.code in answer.content.decode()
    assert "铸件表面缺陷在线检测" in answer.content.decode()
    assert cast.client("enterprise").get(f"/share/need/{draft.pk}.svg").status_code == 404
    Need.objects.filter(pk=need.pk).update(visibility="verified")
    assert cast.client("enterprise").get(f"/share/need/{need.pk}.svg").status_code == 404
    assert client.get(f"/share/nothing/{need.pk}.svg").status_code == 404


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
    assert "/sitemap-needs.xml" in index
    needs = client.get("/sitemap-needs.xml").content.decode()
    assert (f"/needs/{need.pk}/" in needs, f"/needs/{hidden.pk}/" in needs) == (True, False)
    assert f"/capabilities/{capability.pk}/" in client.get("/sitemap-capabilities.xml").content.decode()
    assert client.get("/sitemap-nothing.xml").status_code == 404
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /workspace/" in robots
    assert f"Sitemap: {SITE}/sitemap.xml" in robots
