"""The pages of suggestions: what a supplier reads, what owners and staff read, and what they do there."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.models import Capability, Suggestion
from scenarios.models import Call, IndexBuild, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need
from tests.scenarios.test_merging import formed
from tests.scenarios.test_public_pages import open_call

MINE = "/workspace/suggestions/"


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def suggest(asking: Any, capability: Capability, **values: Any) -> Suggestion:
    """Store a suggestion as the pipeline would, without an index."""
    build = IndexBuild.objects.first() or IndexBuild.objects.create()
    relation = {"MergedDemand": "demand"}.get(type(asking).__name__, type(asking).__name__.lower())
    defaults = {"score": 0.5, "rank": 1, "terms": [["铸件", 0.3], ["检测", 0.2]], "verdicts": [], "failed_gates": []}
    return Suggestion.objects.create(
        **{relation: asking}, capability=capability, index_build=build, **{**defaults, **values}
    )


TOO_SMALL: dict[str, Any] = {
    "verdicts": [
        {"gate": "min_scale", "met": False, "asked": "4", "offered": "12", "gap": "8", "unit": "line"},
        {"gate": "deploy", "met": True, "asked": "onprem", "offered": "edge, onprem"},
    ],
    "failed_gates": ["min_scale"],
}


@pytest.fixture
def pair(cast: Cast) -> tuple[Need, Capability]:
    return published_need(cast), published_capability(cast)


def test_the_supplier_reads_what_fits_what_is_missing_and_why(cast: Cast, pair: tuple[Need, Capability]) -> None:
    suggest(*pair, **TOO_SMALL)
    shown = text(cast.client("supplier"), MINE)
    assert "4 of 12 lines: 8 more are needed." in shown
    assert "Passes in a larger pool: follow it to hear when a pool reaches the scale." in shown
    assert f"/follow/need/{pair[0].pk}/" in shown
    assert "Asked: On premises. Offered: At the edge, On premises." in shown
    assert "0.300" in shown


def test_workers_bring_the_page_to_life(cast: Cast, pair: tuple[Need, Capability]) -> None:
    drain_outbox()
    assert "4 of 12 lines: 8 more are needed." in text(cast.client("supplier"), MINE)
    chinese = cast.client("supplier", language="zh-hans").get(MINE).content.decode()
    assert "<mark>铸件</mark>" in chinese


@pytest.mark.parametrize("part", ["enterprise", "rival"])
def test_nobody_reads_the_suggestions_of_another_supplier(cast: Cast, pair: tuple[Need, Capability], part: str) -> None:
    suggest(*pair)
    assert pair[0].code not in text(cast.client(part), MINE)


@pytest.mark.parametrize(("part", "status"), [(None, 302), ("stranger", 403), ("manager", 403)])
def test_the_page_is_for_members(cast: Cast, part: str | None, status: int) -> None:
    assert cast.client(part).get(MINE).status_code == status


@pytest.mark.parametrize(
    ("part", "status"),
    [("enterprise", 200), ("manager", 200), ("auditor", 200), ("supplier", 404), ("rival", 404), (None, 302)],
)
def test_owner_and_staff_read_the_ranking_for_a_need(
    cast: Cast, pair: tuple[Need, Capability], part: str | None, status: int
) -> None:
    suggest(*pair, **TOO_SMALL)
    response = cast.client(part).get(f"/needs/{pair[0].pk}/suggestions/")
    assert response.status_code == status
    if status == 200:
        assert "Visual inspection of casting surfaces" in response.content.decode()
        assert "18.5" not in response.content.decode()
        assert "80.00" not in response.content.decode()


def test_what_fits_stands_before_what_does_not(cast: Cast, pair: tuple[Need, Capability]) -> None:
    need, large = pair
    small = published_capability(cast, title_en="Small system", min_scale_quantity=Decimal(2))
    suggest(need, large, score=0.9, **TOO_SMALL)
    suggest(need, small, score=0.1)
    response = cast.client("enterprise").get(f"/needs/{need.pk}/suggestions/")
    assert [row.suggestion.capability.title for row in response.context["fitting"]] == ["Small system"]
    assert [row.suggestion.capability_id for row in response.context["failing"]] == [large.pk]


def test_filters_by_state_capability_kind_and_gates(cast: Cast, pair: tuple[Need, Capability]) -> None:
    need, capability = pair
    other = published_capability(cast, title_zh="另一个")
    suggest(need, capability, **TOO_SMALL)
    suggest(need, other, state="shortlisted")
    client = cast.client("supplier")

    def found(query: str) -> list[str]:
        return [row.suggestion.capability.code for row in client.get(MINE + query).context["rows"]]

    assert found("") == [capability.code]
    assert found("?state=shortlisted") == [other.code]
    assert found("?fits=1") == []
    assert found(f"?state=shortlisted&capability={capability.pk}") == []
    assert found("?kind=call") == []
    assert found("?kind=need&kind=demand") == [capability.code]
    assert found("?state=nonsense&capability=nonsense") == [capability.code]


def test_shortlist_dismiss_and_take_back(cast: Cast, pair: tuple[Need, Capability]) -> None:
    suggestion = suggest(*pair)
    client = cast.client("supplier")

    def post(move: str, **data: str) -> None:
        response = client.post(f"/suggestions/{suggestion.pk}/{move}/", {"next": MINE, **data})
        assert response.headers["Location"] == MINE
        suggestion.refresh_from_db()

    post("shortlist")
    assert suggestion.state == "shortlisted"
    post("dismiss")
    assert suggestion.state == "shortlisted"
    post("dismiss", reason="太远")
    assert (suggestion.state, suggestion.reason) == ("dismissed", "太远")
    assert "太远" in text(client, MINE + "?state=dismissed")
    assert "太远" not in text(cast.client("enterprise"), f"/needs/{pair[0].pk}/suggestions/")
    post("undo")
    assert (suggestion.state, suggestion.reason) == ("open", "")


def test_htmx_gets_the_one_card(cast: Cast, pair: tuple[Need, Capability]) -> None:
    suggestion = suggest(*pair)
    client = cast.client("supplier")
    path = f"/suggestions/{suggestion.pk}/"
    refused = client.post(path + "dismiss/", {"next": MINE, "side": "asking"}, headers={"HX-Request": "true"})
    assert (refused.status_code, "Say why" in refused.content.decode()) == (422, True)
    done = client.post(path + "shortlist/", {"next": MINE, "side": "asking"}, headers={"HX-Request": "true"})
    shown = done.content.decode()
    assert f'id="suggestion-{suggestion.pk}"' in shown
    assert "<html" not in shown
    assert "Shortlisted" in shown


def test_one_is_sent_back_to_this_site_only(cast: Cast, pair: tuple[Need, Capability]) -> None:
    suggestion = suggest(*pair)
    response = cast.client("supplier").post(
        f"/suggestions/{suggestion.pk}/shortlist/", {"next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == MINE


@pytest.mark.parametrize(("part", "status"), [("rival", 404), ("auditor", 403), ("stranger", 403)])
def test_others_do_not_judge(cast: Cast, pair: tuple[Need, Capability], part: str, status: int) -> None:
    suggestion = suggest(*pair)
    assert cast.client(part).post(f"/suggestions/{suggestion.pk}/shortlist/").status_code == status
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_the_quantity_of_a_pool_of_two_owners_is_not_told(cast: Cast, pair: tuple[Need, Capability]) -> None:
    demand = MergedDemand.objects.create(
        code="HB-2026-9001",
        title_zh="表面检测",
        manager=cast.manager,
        unit="line",
        status="formed",
        formed_at=pair[0].created_at,
    )
    demand.cores.create(
        version=1, title_zh="表面检测", problem="漏检", boundary_out="内部缺陷", created_by=cast.manager
    )
    for need in (pair[0], published_need(cast, "rival", quantity=Decimal(3))):
        demand.members.create(need=need)
        demand.consents.create(
            organisation=need.owner,
            core_version=1,
            state="accepted",
            answer_by=need.created_at,
            decided_at=need.created_at,
            decided_by=cast.enterprise,
        )
    pooled = {"gate": "min_scale", "met": False, "asked": "7", "offered": "12", "gap": "5", "unit": "line"}
    suggest(demand, pair[1], verdicts=[pooled], failed_gates=["min_scale"])
    told = "7 of 12 lines: 5 more are needed."
    assert told not in text(cast.client("supplier"), MINE)
    assert "The minimum of 12 lines is not reached yet." in text(cast.client("supplier"), MINE)
    assert told not in text(cast.client("enterprise"), f"/pools/{demand.pk}/suggestions/")
    assert told in text(cast.client("manager"), f"/pools/{demand.pk}/suggestions/")
    assert cast.client("supplier").get(f"/pools/{demand.pk}/suggestions/").status_code == 404


def test_pages_take_the_same_queries_however_long(
    cast: Cast, pair: tuple[Need, Capability], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, owner = cast.client("supplier"), cast.client("enterprise")
    suggest(*pair, **TOO_SMALL)
    counts = []
    for n in range(2):
        with django_assert_num_queries(12, exact=False) as mine:
            client.get(MINE)
        with django_assert_num_queries(12, exact=False) as ranked:
            owner.get(f"/needs/{pair[0].pk}/suggestions/")
        counts.append((len(mine), len(ranked)))
        suggest(pair[0], published_capability(cast, title_zh=f"第{n}个"), **TOO_SMALL)
    assert counts[0] == counts[1]


def test_the_supplier_reads_the_passage_that_holds_the_terms(cast: Cast) -> None:
    need = published_need(cast, boundary_in="铸件外表面气孔的识别。" + "现场说明。" * 60 + "冷隔报警。")
    capability = published_capability(cast)
    suggest(need, capability, terms=[["冷隔报警", 0.3]])
    suggest(published_need(cast, "rival"), capability, terms=[["nowhere", 0.3]], rank=2)
    client = cast.client("supplier")
    shown = text(client, MINE)
    assert '<span class="muted">In scope: </span>…' in shown
    assert "<mark>冷隔报警</mark>。" in shown
    assert "现场说明。" * 20 not in shown
    assert "铸件下线后靠 6 名工人目视检查" in shown  # where no term stands, how the need begins
    suggestion = Suggestion.objects.get(need=need)
    fragment = client.post(
        f"/suggestions/{suggestion.pk}/shortlist/", {"next": MINE, "side": "asking"}, headers={"HX-Request": "true"}
    )
    assert "<mark>冷隔报警</mark>" in fragment.content.decode()


def test_the_supplier_reads_the_core_of_a_pool_and_the_summary_of_a_call(cast: Cast) -> None:
    pool, capability = formed(cast), published_capability(cast)
    suggest(pool, capability, terms=[["气孔", 0.3]])
    call = open_call(cast, published_need(cast))
    Call.objects.filter(pk=call.pk).update(summary="为压铸车间征集气孔检测方案。")
    suggest(call, capability, terms=[["征集", 0.3]], rank=2)
    shown = text(cast.client("supplier"), MINE)
    assert "目视检查<mark>气孔</mark>、裂纹和冷隔" in shown
    assert "为压铸车间<mark>征集</mark>气孔检测方案。" in shown
