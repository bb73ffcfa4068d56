"""The public list of results: what stands in it from when, in which state, who wins, as files and over the API."""

from typing import Any

from django.test import Client, override_settings

from marketplace.actions import objections
from marketplace.actions.failed_calls import fail_selection
from marketplace.actors import actor_for
from marketplace.outcomes import last_day_of
from scenarios.pipeline import sweep_clock
from tests.engagements import frozen_pool
from tests.factories import Cast
from tests.marketplace.test_awards import give_award
from tests.scenarios.test_list_files import printed, sheet
from tests.selections import (
    Review,
    end_notice,
    evaluated_call,
    published,
    scored_call,
    write_all_feedback,
)
from tests.stories.town import post

SITE = "https://market.example.org"


def listed(client: Client, **query: Any) -> list[tuple[str, str, list[str]]]:
    """Return code, state and winners of what the list shows."""
    cards = client.get("/results/", query).context["cards"]
    return [(card["call"].code, card["state"], card["winners"]) for card in cards]


def page(client: Client) -> str:
    return " ".join(client.get("/results/").content.decode().split())


def failed(cast: Cast, review: Review, code: str = "no_responses") -> None:
    sweep_clock()
    act: Any = {"actor": cast.actor("publisher"), "selection_id": review.selection.pk}
    fail_selection(**act, code=code, reason="无人响应，拟调整后再发布")


def test_a_result_is_listed_from_its_notice_on_with_the_state_it_is_in(cast: Cast) -> None:
    review, public = scored_call(cast, ["90", "80"], ["70", "70"]), cast.client()
    code = review.ready.call.code
    assert (listed(public), listed(cast.client("publisher"))) == ([], [])
    assert "No result fits" in page(public)
    post(cast.client("publisher"), "selection_publish", review.ready.call.pk, version=review.fresh().version)
    assert listed(public) == [(code, "Under public notice: objections are possible", ["供给方00"])]
    shown = page(public)
    assert "Proposed winner: <strong>供给方00</strong>" in shown
    last = last_day_of(review.fresh())
    assert f'Objections until the end of <time datetime="{last}">{last}</time>' in shown
    assert (f"/calls/{review.ready.call.pk}/result/" in shown, "供给方01" in shown) == (True, False)
    act: Any = {"selection_id": review.selection.pk, "organisation_id": review.responses()[1].lead_id}
    made = objections.object_to(actor=actor_for(review.suppliers[1]), reasons="得分与承诺不符", **act)
    assert listed(public) == [(code, "Public notice suspended by an objection", ["供给方00"])]
    assert "Objections until" not in page(public)
    objections.reject_objection(actor=cast.actor("manager"), objection_id=made.pk, answer="不成立")
    end_notice(review)
    assert listed(public) == [(code, "Public notice over, award to come", ["供给方00"])]
    write_all_feedback(review)
    give_award(cast, review)
    assert listed(public) == [(code, "Awarded", ["供给方00"])]
    assert ("Winner: <strong>供给方00</strong>" in page(public), "Proposed winner" in page(public)) == (True, False)


def test_running_notices_stand_first_and_the_list_is_narrowed_by_state_kind_and_words(cast: Cast) -> None:
    review, none = published(cast, ["90", "80"]), evaluated_call(cast, 0, kind="open_list")
    failed(cast, none)
    running, over = review.ready.call.code, none.ready.call.code
    client = cast.client()
    first = (running, "Under public notice: objections are possible", ["供给方00"])
    second = (over, "Came to nothing", [])
    assert listed(client) == [first, second]
    assert listed(client, sort="newest") == [second, first]
    assert "Nobody responded" in page(client)
    facets = {facet.name: facet.options for facet in client.get("/results/").context["facets"]}
    assert [(one.value, one.count) for one in facets["result"]] == [("running", 1), ("failed", 1)]
    assert listed(client, result="failed") == [second]
    assert listed(client, result="running", kind="open_list") == []
    assert listed(client, kind="bounty") == [first]
    assert (len(listed(client, q="铸件")), listed(client, q="无人机")) == (2, [])


def test_the_domain_narrows_but_does_not_lead_to_the_members_of_an_anonymous_pool(cast: Cast) -> None:
    own, pooled = evaluated_call(cast, 0), evaluated_call(cast, 0, demand_id=frozen_pool(cast).pk)
    for review in (own, pooled):
        failed(cast, review)
    client = cast.client()
    row = (own.ready.call.code, "Came to nothing", [])
    assert len(listed(client)) == 2
    assert (listed(client, domain="manufacturing"), listed(client, domain="health")) == ([row], [])
    facets = {facet.name: facet.options for facet in client.get("/results/").context["facets"]}
    assert [(one.value, one.count) for one in facets["domain"]] == [("manufacturing", 1)]
    assert len(listed(cast.client("manager"), domain="manufacturing")) == 2
    found = client.get("/api/v1/selections/", {"domain": "manufacturing"}).json()["results"]
    assert [one["call"]["code"] for one in found] == [row[0]]


def test_a_call_that_failed_after_its_notice_names_no_winner(cast: Cast) -> None:
    review = published(cast, ["90", "80"])
    failed(cast, review, "funds")
    assert listed(cast.client()) == [(review.ready.call.code, "Came to nothing", [])]
    assert "供给方00" not in page(cast.client())
    (row,) = cast.client().get("/api/v1/selections/").json()["results"]
    assert (row["status"], row["winners"]) == ("failed", [])


def test_the_list_is_a_workbook_and_is_printed(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["70", "70"])
    head, row = sheet(cast.client(), "/results/")
    found = dict(zip(head, row, strict=True))
    call, last = review.ready.call, last_day_of(review.fresh())
    assert (found["Code"], found["Call"], found["Winners"]) == (call.code, call.title_en, "供给方00")
    assert found["State"] == "Under public notice: objections are possible"
    assert (found["Last day to object"].date(), found["Decided"]) == (last, None)
    for kind in ("docx", "pdf"):
        text = printed(cast.client(), "/results/", kind)
        assert [part for part in (call.code, "供给方00", str(last)) if part not in text] == []
        assert "供给方01" not in text


def test_one_result_is_printed_with_its_arithmetic(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["70", "70"])
    address = f"/calls/{review.ready.call.pk}/result/"
    assert 'href="?as=pdf"' in cast.client().get(address).content.decode()
    text = printed(cast.client(), address, "pdf").replace("\n", "")
    assert "技术方案 90 × 60 % + 价格 80 × 40 % = 86" in text
    assert "供给方01" in text
    assert 'href="?as=pdf"' not in cast.client().get(f"/calls/{evaluated(cast)}/result/").content.decode()


def evaluated(cast: Cast) -> Any:
    return evaluated_call(cast, 0).ready.call.pk


def test_the_api_lists_the_same(cast: Cast) -> None:
    review, none = published(cast, ["90", "80"]), evaluated_call(cast, 0, kind="open_list")
    failed(cast, none)

    def rows(**query: Any) -> list[tuple[str, list[str], str | None]]:
        found = cast.client().get("/api/v1/selections/", query).json()["results"]
        return [(row["call"]["code"], row["winners"], row["last_day"]) for row in found]

    running = (review.ready.call.code, ["供给方00"], str(last_day_of(review.fresh())))
    nothing = (none.ready.call.code, [], None)
    assert sorted(rows()) == sorted([running, nothing])
    assert (rows(under_notice="true"), rows(status="failed")) == ([running], [nothing])
    assert (rows(kind="open_list"), rows(q="无人机"), len(rows(q="铸件"))) == ([nothing], [], 2)


@override_settings(SITE_URL=SITE)
def test_results_are_found_from_home_the_calls_and_the_map_of_the_site(cast: Cast) -> None:
    review, client = scored_call(cast, ["90", "80"]), cast.client()
    call = review.ready.call
    address = f"/calls/{call.pk}/result/"
    assert address not in client.get("/").content.decode()
    assert f"{SITE}{address}" not in client.get("/sitemap-results.xml").content.decode()
    post(cast.client("publisher"), "selection_publish", call.pk, version=review.fresh().version)
    home = client.get("/").content.decode()
    assert (address in home, 'href="/results/"' in home) == (True, True)
    assert 'href="/results/"' in client.get("/calls/").content.decode()
    assert f"{SITE}{address}" in client.get("/sitemap-results.xml").content.decode()


def test_the_list_costs_the_same_with_one_result_and_with_many(cast: Cast, django_assert_max_num_queries: Any) -> None:
    published(cast, ["90", "80"], ["70", "70"])
    for _number in range(3):
        failed(cast, evaluated_call(cast, 0))
    with django_assert_max_num_queries(8):
        assert len(listed(cast.client())) == 4
