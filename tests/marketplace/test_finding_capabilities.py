"""The public pages of capabilities: finding one and reading it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.models import Capability
from tests.factories import Cast, draft_capability, published_capability, submitted_capability, verified_capability
from tests.marketplace.test_capability_pages import page, text

LIST = "/capabilities/"
PRICE = "18.50"
BASIS = "相机与光源的开模费用要分摊到 12 条线以上。"


def titles(client: Client, query: str = "") -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [capability.title_en for capability in response.context["page"]]


@pytest.fixture
def three(cast: Cast) -> Cast:
    """Three on offer: castings (12 lines, cv), forecasts (no scale, ml, cloud), wards (60 beds, only in Binhu)."""
    published_capability(cast)
    published_capability(
        cast,
        title_zh="公交客流预测",
        title_en="Forecast of bus passengers",
        solves="按站点预测未来一小时客流。",
        techniques=["ml"],
        deploy=["cloud_cn"],
        maturity="pilot",
        min_scale_quantity=None,
        min_scale_unit="",
    )
    published_capability(
        cast,
        title_zh="病区跌倒识别",
        title_en="Detection of falls in wards",
        solves="在 60 张床位识别跌倒。",
        min_scale_quantity=Decimal("60"),
        min_scale_unit="bed",
        district_ids=["binhu"],
    )
    return cast


def test_the_list_is_searched_as_the_index_cuts_texts(three: Cast) -> None:
    assert titles(three.client(), "?q=跌倒") == ["Detection of falls in wards"]
    assert titles(three.client(), "?q=passeng") == ["Forecast of bus passengers"]
    assert titles(three.client(), "?q=量子") == []
    assert "No capability fits" in text(three.client(), LIST + "?q=量子")
    assert len(titles(three.client(), "?q=' | !*:&\\")) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?technique=cv", {"Visual inspection of casting surfaces", "Detection of falls in wards"}),
        ("?technique=cv&technique=ml", 3),
        ("?deploy=cloud_cn", {"Forecast of bus passengers"}),
        ("?maturity=pilot", {"Forecast of bus passengers"}),
        ("?district=huishan", {"Visual inspection of casting surfaces", "Forecast of bus passengers"}),
        ("?district=binhu", 3),
        ("?layer=base", set()),
        ("?layer=nonsense", 3),
        ("?page=99", 3),
    ],
)
def test_the_list_is_narrowed(three: Cast, query: str, found: Any) -> None:
    shown = titles(three.client(), query)
    assert (len(shown) if isinstance(found, int) else set(shown)) == found


def test_counts_of_a_facet_hold_under_the_choices_of_the_others(three: Cast) -> None:
    facets = three.client().get(LIST + "?deploy=onprem").context["facets"]
    counts = {facet.name: {one.value: one.count for one in facet.options} for facet in facets}
    assert counts["technique"] == {"cv": 2, "ml": 2}
    assert counts["deploy"] == {"onprem": 2, "edge": 2, "cloud_cn": 1}
    assert counts["layer"] == {"app": 2}
    assert (counts["district"]["binhu"], counts["district"]["huishan"]) == (2, 1)


def test_the_list_is_sorted(three: Cast) -> None:
    assert titles(three.client(), "?sort=small")[0] == "Forecast of bus passengers"
    assert titles(three.client(), "?sort=mature")[-1] == "Forecast of bus passengers"


def test_the_list_takes_the_same_queries_however_long_it_is(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published_capability(cast)
    for _ in range(3):
        with django_assert_num_queries(6):
            cast.client().get(LIST)
        published_capability(cast, district_ids=["binhu", "xishan"])


def test_only_what_is_on_offer_is_listed(cast: Cast) -> None:
    for make in (draft_capability, submitted_capability, verified_capability):
        make(cast)
    Capability.objects.filter(pk=published_capability(cast).pk).update(valid_until="2020-01-01T00:00Z")
    assert titles(cast.client("supplier")) == []


@pytest.mark.parametrize("part", ["enterprise", "rival", "manager", "publisher", "stranger", None])
def test_a_draft_does_not_exist_for_others(cast: Cast, part: str | None) -> None:
    assert cast.client(part).get(page(draft_capability(cast))).status_code == 404


@pytest.mark.parametrize("part", ["supplier", "moderator", "auditor"])
def test_owner_and_staff_see_the_prices(cast: Cast, part: str) -> None:
    assert PRICE.rstrip("0") in text(cast.client(part), page(published_capability(cast)))


@pytest.mark.parametrize("part", [None, "stranger", "enterprise", "rival"])
def test_nobody_else_sees_prices_or_contact(cast: Cast, part: str | None) -> None:
    capability = published_capability(cast, price_tiers=[{"from_quantity": Decimal(12), "price": Decimal("987.65")}])
    shown = text(cast.client(part), page(capability)) + text(cast.client(part), LIST)
    assert "987.65" not in shown
    assert "0510-00000002" not in shown
    assert "Price tiers" not in shown


def test_staff_do_not_see_the_contact_the_owner_does(cast: Cast) -> None:
    capability = published_capability(cast)
    assert "0510-00000002" not in text(cast.client("moderator"), page(capability))
    assert "0510-00000002" in text(cast.client("supplier"), page(capability))


def test_verified_organisations_read_why_the_scale_is_what_it_is(cast: Cast) -> None:
    capability = published_capability(cast)
    assert BASIS in text(cast.client("enterprise"), page(capability))
    assert BASIS not in text(cast.client(), page(capability))
    assert BASIS not in text(cast.client("stranger"), page(capability))
    assert "12 lines" in text(cast.client(), page(capability))


def test_what_is_typed_is_escaped(cast: Cast) -> None:
    capability = published_capability(cast, solves="<script>alert(1)</script> 识别")
    shown = text(cast.client(), page(capability)) + text(cast.client(), LIST)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
