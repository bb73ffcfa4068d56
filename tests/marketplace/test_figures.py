"""The figures: what each counts, for whom, and that its page, its API, its file and its lists agree."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from marketplace.figures.registry import FIGURES
from marketplace.models import Suggestion
from scenarios.models import MergedDemand, Need
from tests.canaries import make_world
from tests.drain import drain_outbox
from tests.factories import Cast, checked_need, published_capability, published_need
from tests.figures import agreed, column
from tests.scenarios.test_deadlines import make_pool

PAGES = {None: "/figures/{}/", "manager": "/staff/dashboard/{}/"}
CITY = timezone.get_default_timezone()


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)


def shown(cast: Cast, name: str, part: str | None = None, **query: str) -> Any:
    return agreed(cast.client(part), PAGES[part].format(name), name, **query)


def test_page_api_file_and_lists_say_the_same(cast: Cast) -> None:
    make_world(cast)
    for part, name in product(PAGES, FIGURES):
        assert shown(cast, name, part)["rows"] != [], (part, name)


def test_what_comes_before_publication_is_counted_for_staff_alone(cast: Cast) -> None:
    checked_need(cast)
    published_need(cast)
    told = column(shown(cast, "funnel", "manager"), "step", "needs")
    assert told == {"handed_in": 2, "approved": 1, "published": 1, "pooled": 0, "called": 0, "awarded": 0, "landed": 0}
    told = column(shown(cast, "funnel"), "step", "needs")
    assert told == {"published": 1, "pooled": 0, "called": 0, "awarded": 0, "landed": 0}
    client = cast.client()
    assert client.get("/api/v1/needs/?step=handed_in").json()["count"] == 0
    assert client.get("/needs/?step=handed_in").context["page"].paginator.count == 1  # an unknown step narrows nothing


def test_the_public_counts_members_of_naming_pools_only(cast: Cast) -> None:
    pools = {owners: make_pool(cast, [*range(first, first + owners)]) for owners, first in ((2, 1), (3, 11), (4, 21))}
    MergedDemand.objects.exclude(pk=pools[3].pk).update(disclosure="named")
    assert column(shown(cast, "funnel", "manager"), "step", "needs")["pooled"] == 9
    assert column(shown(cast, "funnel"), "step", "needs")["pooled"] == 4
    # With the fourth owner gone three are left, with the third two: nobody is named any more.
    for left, counted in ((24, 3), (23, 0)):
        pools[4].members.filter(need__quantity=left).update(left_at=timezone.now())
        assert column(shown(cast, "funnel"), "step", "needs")["pooled"] == counted


def test_shares_and_days_of_the_funnel(cast: Cast) -> None:
    handed, published = datetime(2026, 3, 2, 9, 0, tzinfo=CITY), datetime(2026, 3, 6, 21, 0, tzinfo=CITY)
    needs = [published_need(cast, title_zh=f"第 {number} 条") for number in range(3)]
    for days, need in enumerate(needs):
        row = Need.objects.filter(pk=need.pk)
        row.update(submitted_at=handed, published_at=published + timedelta(days=days))
    checked_need(cast)
    rows = {row["step"]: row for row in shown(cast, "funnel", "manager")["rows"]}
    assert (rows["published"]["share_of_first"], rows["published"]["share_of_before"]) == (0.75, 1.0)
    assert (rows["published"]["median_days"], rows["published"]["since"]) == (5.5, "handed_in")
    assert rows["handed_in"]["share_of_first"] is None
    told = column(shown(cast, "funnel", "manager", since="2026-03-02", until="2026-03-02"), "step", "needs")
    assert (told["handed_in"], told["published"]) == (3, 3)
    for since, count in (("2026-03-06", 3), ("2026-03-07", 2), ("2026-03-09", 0)):
        assert column(shown(cast, "funnel", since=since), "step", "needs")["published"] == count


def test_times_are_told_to_the_public_from_three_owners_on(cast: Cast) -> None:
    pool = make_pool(cast, [1, 2, 3])
    MergedDemand.objects.update(disclosure="named")
    days = column(shown(cast, "funnel"), "step", "median_days")
    assert days["pooled"] == 0.0
    assert days["published"] is None  # when it was handed in is for staff
    Need.objects.filter(memberships__demand=pool).update(owner=cast.enterprise_org)
    assert column(shown(cast, "funnel"), "step", "median_days")["pooled"] is None
    assert column(shown(cast, "funnel", "manager"), "step", "median_days")["pooled"] == 0.0


def test_gaps_are_the_needs_that_nothing_on_offer_fits(cast: Cast) -> None:
    published_capability(cast, min_scale_quantity=Decimal(4))
    published_need(cast)
    published_need(cast, quantity=Decimal(2), domain="health")
    drain_outbox()
    rows = {row["domain"]: row for row in shown(cast, "gaps")["rows"]}
    told = ("on_offer", "cv", "nlp", "without_fit")
    assert [rows["manufacturing"][name] for name in told] == [1, 1, 0, 0]
    assert [rows["health"][name] for name in told] == [1, 0, 0, 1]
    assert [rows["supply"][name] for name in ("cv", "ml", "nlp")] == [1, 1, 0]
    # What people said to a suggestion changes no figure.
    Suggestion.objects.update(state="dismissed", reason="x")
    assert {row["domain"]: row for row in shown(cast, "gaps")["rows"]} == rows


def test_weeks_begin_on_mondays_of_the_city(cast: Cast) -> None:
    sunday, monday = datetime(2026, 3, 8, 23, 59, tzinfo=CITY), datetime(2026, 3, 9, 0, 0, tzinfo=CITY)
    for number, moment in enumerate((sunday, monday, monday)):
        need = published_need(cast, title_zh=f"第 {number} 条")
        Need.objects.filter(pk=need.pk).update(published_at=moment)
    table = shown(cast, "weeks", since="2026-03-03", until="2026-03-10")
    assert column(table, "week", "needs") == {"2026-03-02": 1, "2026-03-09": 2}
    assert len(shown(cast, "weeks")["rows"]) == 26
    assert len(shown(cast, "weeks", since="2000-01-01")["rows"]) == 104
    narrowed = shown(cast, "weeks", domain="health", since="2026-03-03", until="2026-03-10")
    assert [one["name"] for one in narrowed["columns"]] == ["week", "needs"]
    assert column(narrowed, "week", "needs") == {"2026-03-02": 0, "2026-03-09": 0}


def test_a_district_counts_what_is_there_and_who_serves_it(cast: Cast) -> None:
    published_need(cast)
    published_capability(cast, district_ids=("huishan",))
    published_capability(cast, "rival")
    table = shown(cast, "districts")
    assert column(table, "district", "needs")["huishan"] == 1
    served = column(table, "district", "capabilities")
    assert (served["huishan"], served["binhu"]) == (2, 1)
    assert len(shown(cast, "districts", district="huishan")["rows"]) == 1


def test_a_pool_of_two_owners_is_drawn_from_its_range(cast: Cast) -> None:
    make_pool(cast, [4, 5], threshold_quantity=Decimal(18))
    (row,) = shown(cast, "scale")["rows"]
    assert (row["pooled"], row["state"]) == ("6–10", "missed")
    (bar,) = cast.client().get("/figures/scale/").context["one"]["table"].picture["bars"]
    assert bar["told"] == 6
    (row,) = shown(cast, "scale", "manager")["rows"]
    assert row["pooled"] == "9"


def test_the_map_holds_needs_that_the_reader_may_read(cast: Cast) -> None:
    for number, visibility in enumerate(("public", "public", "public", "verified", "parties")):
        published_need(cast, title_zh=f"检测任务{number}", visibility=visibility)
    drain_outbox()
    for part, count in ((None, 3), ("supplier", 4), ("manager", 4)):
        client = cast.client(part)
        rows = agreed(client, PAGES[None if part == "supplier" else part].format("map"), "map")["rows"]
        assert len(rows) == count
        if part is None:
            assert client.get("/api/v1/needs/?on_offer=true").json()["count"] == count


def test_staff_see_on_the_publics_page_what_the_public_sees(cast: Cast) -> None:
    published_need(cast, visibility="staff")
    client = cast.client("manager")
    one = client.get("/figures/funnel/").context["one"]
    assert one["table"].of("needs") == [0, 0, 0, 0, 0]
    assert client.get(one["json"]).json()["rows"][0]["needs"] == 0


@pytest.mark.parametrize("query", [{"since": "x"}, {"until": "9999-12-31"}, {"domain": "x"}, {"district": "x"}])
def test_a_wrong_filter_narrows_nothing(cast: Cast, query: dict[str, str]) -> None:
    published_need(cast)
    assert column(shown(cast, "funnel", **query), "step", "needs")["published"] == 1
    assert date.max.isoformat() == "9999-12-31"


def test_an_unknown_figure_does_not_exist(cast: Cast) -> None:
    for path in ("/figures/x/", "/api/v1/figures/x/", "/api/v1/figures/x.csv"):
        assert cast.client().get(path).status_code == 404
    assert cast.client().get("/staff/dashboard/").status_code == 302
    assert cast.client("enterprise").get("/staff/dashboard/funnel/").status_code == 403


def test_no_page_takes_more_than_twelve_queries(cast: Cast) -> None:
    make_world(cast)
    taken = {}
    for part, page in PAGES.items():
        client = cast.client(part)
        for path in (page.removesuffix("{}/"), *(page.format(name) for name in FIGURES)):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            taken[path] = len(queries)
    assert {path: number for path, number in taken.items() if number > 12} == {}
