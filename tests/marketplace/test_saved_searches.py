"""Saved searches: kept under a name, with what is new, told at once or daily, removed and taken back; nobody else's."""

from typing import Any

import pytest

from marketplace import telling
from marketplace.actions import saved_searches
from marketplace.models import Notification, SavedSearch
from scenarios.errors import Invalid
from scenarios.models import Event
from tests.drain import drain_outbox
from tests.engagements import running_engagement
from tests.factories import Cast, published_need
from tests.scenarios.test_races import at_once, refusals

PAGE = "/workspace/searches/"


def saved(cast: Cast, part: str = "supplier", **changes: Any) -> SavedSearch:
    fields = {"name": "铸件检测", "kind": "need", "query": "q=zjbm&domain=manufacturing", "notice": "daily", **changes}
    return saved_searches.save_search(actor=cast.actor(part), **fields)


def new(cast: Cast, part: str = "supplier") -> list[tuple[str, int]]:
    return [(row["search"].name, row["new"]) for row in cast.client(part).get(PAGE).context["rows"]]


def told(cast: Cast, part: str = "supplier") -> list[tuple[str, str]]:
    account = getattr(cast, part)
    rows = Notification.objects.filter(account=account, event__kind="search.hits").order_by("pk")
    return list(rows.values_list("title_zh", "path"))


def test_a_list_offers_to_keep_what_was_searched(cast: Cast) -> None:
    client = cast.client("supplier")
    page = client.get("/needs/", {"q": "铸件", "page": "3"}).content.decode()
    assert "/workspace/searches/new/?kind_of_list=need&amp;q=%E9%93%B8%E4%BB%B6" in page
    assert "/workspace/searches/new/" not in client.get("/needs/").content.decode()
    form = client.get(f"{PAGE}new/", {"kind_of_list": "call", "kind": "bounty", "q": "铸件", "page": "2"}).context[
        "form"
    ]
    assert (form["kind"].value(), form["query"].value()) == ("call", "kind=bounty&q=%E9%93%B8%E4%BB%B6")
    body = {"name": "铸件", "kind": "need", "query": "q=%E9%93%B8%E4%BB%B6&page=2", "notice": "off", "key": "k1"}
    for _ in range(2):
        assert client.post(f"{PAGE}new/", body)["Location"] == PAGE
    kept = SavedSearch.objects.get()
    assert (kept.account_id, kept.query, kept.notice) == (cast.supplier.pk, "q=%E9%93%B8%E4%BB%B6", "off")
    refused = client.post(f"{PAGE}new/", {**body, "key": "k2"})
    assert (refused.status_code, SavedSearch.objects.count()) == (422, 1)
    assert cast.client().get(f"{PAGE}new/")["Location"].startswith("/accounts/login/")


def test_what_came_since_the_last_look_is_new(cast: Cast, django_assert_max_num_queries: Any) -> None:
    published_need(cast)
    search = saved(cast)
    saved(cast, name="医疗", query="domain=health")
    assert new(cast) == [("铸件检测", 0), ("医疗", 0)]
    published_need(cast, "rival")
    published_need(cast, "rival", domain="health", visibility="verified")
    client = cast.client("supplier")
    with django_assert_max_num_queries(12):
        rows = client.get(PAGE).context["rows"]
    assert [(row["search"].name, row["new"]) for row in rows] == [("铸件检测", 1), ("医疗", 1)]
    opened = cast.client("supplier").get(f"{PAGE}{search.pk}/")
    assert opened["Location"] == "/needs/?q=zjbm&domain=manufacturing"
    assert new(cast) == [("铸件检测", 0), ("医疗", 1)]


def test_news_is_told_at_once_and_once(cast: Cast) -> None:
    search = saved(cast, notice="at_once")
    saved(cast, "stranger", notice="off")
    saved(cast, "rival", notice="at_once", query="domain=health")
    need = published_need(cast)
    drain_outbox()
    assert told(cast) == [("铸件检测", f"{PAGE}{search.pk}/")]
    assert (told(cast, "stranger"), told(cast, "rival")) == ([], [])
    assert Event.objects.get(kind="search.hits").data == {"hits": 1}
    type(need).objects.filter(pk=need.pk).update(published_at="2020-01-01T00:00Z")  # first published long ago: renewed
    telling.tell_searchers(need_ids=[str(need.pk)], finish=lambda: None)
    assert len(told(cast)) == 1


def test_a_search_of_projects_is_kept_and_told_of_one_that_starts(cast: Cast) -> None:
    page = cast.client("stranger").get("/engagements/", {"q": "铸件"}).content.decode()
    assert "/workspace/searches/new/?kind_of_list=engagement&amp;q=%E9%93%B8%E4%BB%B6" in page
    search = saved(cast, "stranger", kind="engagement", query="q=zjbm&status=running", notice="at_once")
    saved(cast, "rival", kind="engagement", query="q=zjbm&status=landed", notice="at_once")
    running_engagement(cast)
    drain_outbox()
    assert told(cast, "stranger") == [("铸件检测", f"{PAGE}{search.pk}/")]
    assert (new(cast, "stranger"), new(cast, "rival")) == ([("铸件检测", 1)], [("铸件检测", 0)])
    assert told(cast, "rival") == []
    opened = cast.client("stranger").get(f"{PAGE}{search.pk}/")
    assert opened["Location"] == "/engagements/?q=zjbm&status=running"


def test_news_is_told_once_a_day(cast: Cast) -> None:
    saved(cast)
    for _ in range(2):
        published_need(cast)
    drain_outbox()
    assert told(cast) == []
    for _ in range(2):
        telling.tell_searchers_daily(finish=lambda: None)
    assert Event.objects.get(kind="search.hits").data == {"hits": 2}
    drain_outbox()
    assert len(told(cast)) == 1


def test_nobody_is_told_of_what_they_may_not_read(cast: Cast) -> None:
    saved(cast, "stranger", notice="at_once")
    published_need(cast, visibility="verified")
    drain_outbox()
    assert told(cast, "stranger") == []
    assert new(cast, "stranger") == [("铸件检测", 0)]


def test_a_removed_search_can_be_taken_back(cast: Cast) -> None:
    search = saved(cast)
    client = cast.client("supplier")
    client.post(f"{PAGE}{search.pk}/remove/")
    assert (new(cast), client.get(PAGE).context["removed"]) == ([], [search])
    other = saved(cast)
    client.post(f"{PAGE}{search.pk}/restore/")
    assert [one.pk for one in SavedSearch.objects.of(cast.actor("supplier"))] == [other.pk]  # the name is taken
    saved_searches.remove_search(actor=cast.actor("supplier"), search_id=other.pk)
    client.post(f"{PAGE}{search.pk}/restore/")
    assert new(cast) == [("铸件检测", 0)]
    assert client.post(f"{PAGE}{search.pk}/nonsense/").status_code == 404


def test_another_account_neither_reads_nor_changes_it(cast: Cast) -> None:
    search = saved(cast)
    rival = cast.client("rival")
    assert rival.get(f"{PAGE}{search.pk}/").status_code == 404
    for move in ("remove", "restore", "notice"):
        assert rival.post(f"{PAGE}{search.pk}/{move}/", {"notice": "off"}).status_code == 404
    search.refresh_from_db()
    assert (search.removed_at, search.notice) == (None, "daily")


def test_at_most_twenty_are_kept(cast: Cast) -> None:
    for number in range(saved_searches.MOST):
        saved(cast, name=f"{number}")
    with pytest.raises(Invalid):
        saved(cast)
    assert SavedSearch.objects.count() == saved_searches.MOST


def test_the_api_keeps_tells_removes_and_restores(cast: Cast) -> None:
    client = cast.client("supplier")
    body = {"name": "铸件", "kind": "need", "query": "domain=manufacturing"}
    made = client.post("/api/v1/searches/", body, content_type="application/json")
    assert (made.status_code, made.json()["notice"], made.json()["new"]) == (201, "daily", 0)
    published_need(cast)
    (row,) = client.get("/api/v1/searches/").json()["results"]
    assert (row["id"], row["new"]) == (made.json()["id"], 1)
    address = f"/api/v1/searches/{row['id']}/"
    changed = client.patch(address, {"notice": "off"}, content_type="application/json")
    assert changed.json()["notice"] == "off"
    assert cast.client("rival").delete(address).status_code == 404
    assert client.delete(address).status_code == 204
    assert client.get("/api/v1/searches/").json()["count"] == 0
    assert client.post(f"{address}restore/").json()["name"] == "铸件"


@pytest.mark.slow
def test_two_at_once_do_not_keep_one_too_many(live_cast: Cast) -> None:
    actor = live_cast.actor("supplier")
    removed = saved(live_cast, name="已移除", query="q=0")
    saved_searches.remove_search(actor=actor, search_id=removed.pk)
    for number in range(1, saved_searches.MOST):
        saved(live_cast, name=f"检索{number}", query=f"q={number}")
    for number in range(5):
        one = saved_searches.MOST + number
        results = at_once(
            lambda one=one: saved(live_cast, name=f"检索{one}", query=f"q={one}"),
            lambda one=one: saved(live_cast, name=f"另一个{one}", query=f"q={one}a"),
            lambda pk=removed.pk: saved_searches.restore_search(actor=actor, search_id=pk),
        )
        assert refusals(results) == 2
        assert SavedSearch.objects.of(actor).count() == saved_searches.MOST
        (kept,) = [result for result in results if isinstance(result, SavedSearch)]
        saved_searches.remove_search(actor=actor, search_id=kept.pk)
        removed = kept
