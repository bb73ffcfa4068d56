"""Facets of the public lists: counts that hold in combination, bands by the database clock, the grid of districts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from scenarios.models import Call, Need
from tests.factories import Cast, published_need
from tests.scenarios.test_public_pages import open_call


def counts(answer: Any) -> dict[str, dict[str, int]]:
    return {facet.name: {one.value: one.count for one in facet.options} for facet in answer.context["facets"]}


def codes(answer: Any) -> set[str]:
    return {row.code for row in answer.context["page"]}


def test_every_count_is_the_length_of_the_list_behind_it(cast: Cast) -> None:
    today = timezone.localdate()
    for domain, district, days in (("health", "huishan", 30), ("health", "binhu", 200), ("city", "huishan", None)):
        finish = today + timedelta(days=days) if days else None
        published_need(cast, domain=domain, district_id=district, finish_by=finish)
    landed = published_need(cast, domain="city", district_id="binhu")
    Need.objects.filter(pk=landed.pk).update(status="landed")
    client = cast.client()
    for chosen in ({}, {"domain": "health"}, {"domain": "city", "district": "huishan"}, {"status": "landed"}):
        for name, options in counts(client.get("/needs/", chosen)).items():
            for value, number in options.items():
                narrowed = client.get("/needs/", {**chosen, name: value})
                assert narrowed.context["page"].paginator.count == number, (chosen, name, value)


def test_needs_on_offer_are_listed_until_another_status_is_chosen(cast: Cast) -> None:
    offered, landed, past = (published_need(cast) for _ in range(3))
    Need.objects.filter(pk=landed.pk).update(status="landed")
    Need.objects.filter(pk=past.pk).update(expires_at=timezone.now() - timedelta(days=1))
    client = cast.client()
    answer = client.get("/needs/")
    assert (codes(answer), answer.context["chips"]) == ({offered.code}, [])
    assert counts(answer)["status"] == {"published": 1, "landed": 1, "expired": 1}
    assert codes(client.get("/needs/", {"status": "expired"})) == {past.code}
    assert codes(client.get("/needs/", {"status": ["landed", "published"]})) == {landed.code, offered.code}


def test_finish_bands_follow_the_database_clock(cast: Cast) -> None:
    today = timezone.localdate()
    needs = [published_need(cast, finish_by=today + timedelta(days=days)) for days in (80, 100, 200, 400)]
    dateless = published_need(cast, finish_by=None)
    client = cast.client()
    assert counts(client.get("/needs/"))["finish"] == dict.fromkeys(("quarter", "half", "year", "later", "none"), 1)
    assert codes(client.get("/needs/", {"finish": ["half", "none"]})) == {needs[1].code, dateless.code}


def test_calls_are_narrowed_by_budget_and_by_the_days_left(cast: Cast) -> None:
    small, large = open_call(cast, published_need(cast)), open_call(cast, published_need(cast, "rival"))
    Call.objects.filter(pk=small.pk).update(budget_cap=Decimal("50"), closes_at=timezone.now() + timedelta(days=3))
    client = cast.client()
    answer = client.get("/calls/")
    assert counts(answer)["budget"] == {"50": 1, "500": 1}
    assert counts(answer)["closes"] == {"week": 1, "month": 1}
    assert codes(client.get("/calls/", {"budget": "50", "closes": "week"})) == {small.code}
    assert [row.code for row in client.get("/calls/", {"sort": "budget"}).context["page"]] == [large.code, small.code]
    nothing = client.get("/calls/", {"budget": "50", "closes": "month"})
    assert (codes(nothing), counts(nothing)["budget"]) == (set(), {"50": 0, "500": 1})


def test_the_grid_of_districts_leads_to_the_same_list_in_each(cast: Cast) -> None:
    published_need(cast, district_id="huishan")
    published_need(cast, district_id="binhu")
    published_need(cast, district_id="binhu", domain="health")
    tiles = cast.client().get("/needs/", {"domain": "manufacturing", "sort": "large"}).context["tiles"]["tiles"]
    found = [(str(tile["label"]), tile["needs"], tile["level"], tile["url"]) for tile in tiles]
    assert found == [
        ("Huishan", 1, 4, "?domain=manufacturing&sort=large&district=huishan"),
        ("Binhu", 1, 4, "?domain=manufacturing&sort=large&district=binhu"),
    ]
