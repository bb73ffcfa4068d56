"""Projects in their public list: found by words, pinyin and synonyms, and narrowed by facets with counts."""

from typing import Any

from django.test import Client

from marketplace import pipeline
from marketplace.models import Engagement
from tests.engagements import closed_call, opened_engagement, running_engagement, running_gate
from tests.factories import Cast, published_need

LIST = "/engagements/"


def codes(client: Client, **query: Any) -> list[str]:
    return [row.code for row in client.get(LIST, query).context["page"]]


def counts(client: Client, **query: Any) -> dict[str, dict[str, int]]:
    facets = client.get(LIST, query).context["facets"]
    return {facet.name: {one.value: one.count for one in facet.options} for facet in facets}


def test_a_project_is_found_from_its_start_by_words_and_pinyin(cast: Cast) -> None:
    waiting = opened_engagement(cast)
    call = closed_call(cast, need_id=published_need(cast, title_zh="病区跌倒识别", problem="六十张床位。").pk)
    running = running_engagement(cast, call=call)
    client = cast.client()
    assert codes(client) == [running.code]
    for text in ("跌倒", "dieda", "bqdd", "丙视觉科技", running.code, "床位"):
        assert codes(client, q=text) == [running.code], text
    assert codes(client, q="铸件") == []
    assert waiting.search is None
    card = client.get(LIST, {"q": "跌倒"}, headers={"accept-language": "zh-hans"}).content.decode()
    assert "<mark>跌倒</mark>" in card


def test_the_api_finds_the_same(cast: Cast) -> None:
    running = running_engagement(cast)
    found = {q: cast.client().get("/api/v1/engagements/", {"q": q}).json()["results"] for q in ("zhujian", "跌倒")}
    assert {q: [row["code"] for row in rows] for q, rows in found.items()} == {"zhujian": [running.code], "跌倒": []}


def test_facets_count_what_lies_behind_them(cast: Cast) -> None:
    one, other = running_engagement(cast), running_engagement(cast, lead=cast.rival_org)
    running_gate(cast, one)
    Engagement.objects.filter(pk=other.pk).update(status="suspended", reason="待核实")
    client = cast.client()
    assert counts(client) == {
        "status": {"running": 1, "suspended": 1},
        "stage": {"poc": 1},
        "source": {"need": 2},
        "way": {"response": 2},
    }
    for chosen in ({}, {"status": "running"}, {"stage": "poc"}, {"way": "proposed_by"}):
        for name, options in counts(client, **chosen).items():
            for value, number in options.items():
                assert len(codes(client, **{**chosen, name: value})) == number, (chosen, name, value)


def test_columns_are_written_anew_with_the_others(cast: Cast) -> None:
    waiting, running = opened_engagement(cast), running_engagement(cast)
    Engagement.objects.update(search=None)
    pipeline.refresh_search(finish=lambda: None)
    assert codes(cast.client(), q="铸件") == [running.code]
    waiting.refresh_from_db()
    assert waiting.search is None
