"""Calls, pools and lessons by the domain and district of the needs behind them, never saying who is in a pool."""

from typing import Any

from marketplace.actions.engagement_landing import write_lesson
from scenarios.choices import Disclosure
from scenarios.models import Call, MergedDemand, Need
from tests.engagements import running_engagement
from tests.factories import Cast, published_need
from tests.scenarios.test_facets import codes, counts
from tests.scenarios.test_pool_pages import accept, pool_of, third
from tests.scenarios.test_public_pages import open_call


def formed_pool(cast: Cast, **changes: Any) -> MergedDemand:
    """Return a pool of three owners, two of them in Huishan and one in Binhu, all of manufacturing."""
    third(cast)
    parts = ("enterprise", "rival", "third")
    members = [published_need(cast, "enterprise"), published_need(cast, "rival")]
    members.append(published_need(cast, cast.third, district_id="binhu"))  # type: ignore[attr-defined]
    pool = pool_of(cast, *members)
    for part in parts:
        accept(cast, part, pool)
    pool.refresh_from_db()
    assert pool.status == "formed"
    if changes:
        MergedDemand.objects.filter(pk=pool.pk).update(**changes)
    return pool


def test_calls_of_needs_are_narrowed_alone_and_in_combination(cast: Cast) -> None:
    made = (("health", "huishan", "line"), ("health", "binhu", "device"), ("city", "huishan", "line"))
    calls = [
        open_call(cast, published_need(cast, domain=domain, district_id=district, quantity_unit=unit))
        for domain, district, unit in made
    ]
    Call.objects.filter(pk=calls[2].pk).update(kind="bounty")
    client = cast.client()
    found = counts(client.get("/calls/"))
    assert found["domain"] == {"health": 2, "city": 1}
    assert found["district"] == {"huishan": 2, "binhu": 1}
    assert found["unit"] == {"line": 2, "device": 1}
    asked = {"domain": "health", "district": "huishan", "unit": "line"}
    answer = client.get("/calls/", asked)
    assert codes(answer) == {calls[0].code}
    assert [str(chip.label) for chip in answer.context["chips"]] == ["Smart health care", "Huishan", "lines"]
    assert codes(client.get("/calls/", {"district": "huishan", "kind": "bounty"})) == {calls[2].code}
    for chosen in ({}, {"domain": "health"}, {"district": "huishan", "unit": "line"}):
        for name, options in counts(client.get("/calls/", chosen)).items():
            for value, number in options.items():
                narrowed = client.get("/calls/", {**chosen, name: value})
                assert narrowed.context["page"].paginator.count == number, (chosen, name, value)


def test_the_grid_of_districts_leads_to_the_calls_of_each(cast: Cast) -> None:
    for district in ("huishan", "binhu", "binhu"):
        open_call(cast, published_need(cast, district_id=district))
    tiles = cast.client().get("/calls/", {"public_state": "open"}).context["tiles"]["tiles"]
    assert [(str(tile["label"]), tile["needs"], tile["url"]) for tile in tiles] == [
        ("Huishan", 1, "?public_state=open&district=huishan"),
        ("Binhu", 2, "?public_state=open&district=binhu"),
    ]


def test_a_call_is_not_found_under_a_need_that_its_reader_may_not_read(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    Need.objects.update(visibility="verified")
    assert counts(cast.client().get("/calls/"))["domain"] == {}
    assert codes(cast.client().get("/calls/", {"domain": "manufacturing"})) == set()
    assert codes(cast.client("supplier").get("/calls/", {"domain": "manufacturing"})) == {call.code}


def test_a_pool_is_found_under_what_three_owners_share(cast: Cast) -> None:
    pool = formed_pool(cast)
    for part in (None, "supplier", "enterprise"):
        answer = cast.client(part).get("/pools/")
        assert (counts(answer)["domain"], counts(answer)["district"]) == ({"manufacturing": 1}, {})
        assert codes(cast.client(part).get("/pools/", {"domain": "manufacturing"})) == {pool.code}
        for district in ("huishan", "binhu"):
            assert codes(cast.client(part).get("/pools/", {"district": district})) == set()
    staff = cast.client("manager").get("/pools/")
    assert counts(staff)["district"] == {"huishan": 1, "binhu": 1}
    assert codes(cast.client("manager").get("/pools/", {"district": "binhu"})) == {pool.code}


def test_a_pool_that_names_its_members_is_found_under_each(cast: Cast) -> None:
    pool = formed_pool(cast, disclosure=Disclosure.NAMED)
    answer = cast.client().get("/pools/", {"district": "binhu"})
    assert codes(answer) == {pool.code}
    assert counts(answer)["district"] == {"huishan": 1, "binhu": 1}
    tiles = answer.context["tiles"]["tiles"]
    assert [(str(tile["label"]), tile["needs"]) for tile in tiles] == [("Huishan", 1), ("Binhu", 1)]


def test_a_pool_of_two_owners_tells_nothing_of_where_they_are(cast: Cast) -> None:
    pool = pool_of(cast, published_need(cast), published_need(cast, "rival"))
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    MergedDemand.objects.filter(pk=pool.pk).update(disclosure=Disclosure.NAMED)
    answer = cast.client().get("/pools/")
    assert codes(answer) == {pool.code}
    assert (counts(answer)["domain"], counts(answer)["district"]) == ({}, {})
    assert codes(cast.client().get("/pools/", {"domain": "manufacturing"})) == set()


def test_the_api_narrows_calls_and_pools_alike(cast: Cast) -> None:
    pool = formed_pool(cast)
    call = open_call(cast, published_need(cast, domain="health", district_id="xinwu"))
    client = cast.client()
    asked = (
        ("demands", {"domain": "manufacturing"}, [pool.code]),
        ("demands", {"district": "huishan"}, []),
        ("calls", {"domain": ["health", "city"]}, [call.code]),
        ("calls", {"district": "xinwu", "domain": "health"}, [call.code]),
        ("calls", {"district": "binhu"}, []),
    )
    for name, query, found in asked:
        answer = client.get(f"/api/v1/{name}/", query).json()
        assert [row["code"] for row in answer["results"]] == found, (name, query)


def test_lessons_are_narrowed_by_the_domain_of_their_need(cast: Cast) -> None:
    engagement = running_engagement(cast)
    write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, title="光源", text="先做光源试验。")
    write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, title="清砂", text="先清砂。")
    client = cast.client()
    assert counts(client.get("/lessons/"))["domain"] == {"manufacturing": 2}
    found = client.get("/lessons/", {"domain": "manufacturing", "q": "清砂"})
    assert [row.title for row in found.context["page"]] == ["清砂"]
    assert "2 lessons" in client.get("/lessons/", {"domain": "manufacturing"}).content.decode()
    Need.objects.update(visibility="verified")
    assert counts(client.get("/lessons/"))["domain"] == {}


def test_the_lists_take_no_more_queries_for_more_rows(cast: Cast, django_assert_num_queries: Any) -> None:
    open_call(cast, published_need(cast))
    client = cast.client()
    client.get("/calls/")
    with django_assert_num_queries(8):
        client.get("/calls/")
    for _number in range(3):
        open_call(cast, published_need(cast, district_id="binhu"))
    with django_assert_num_queries(8):
        client.get("/calls/")
