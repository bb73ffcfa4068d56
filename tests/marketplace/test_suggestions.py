"""The machine's suggestions: what is ranked, what the gates say, what survives the next run."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace import pipeline, suggesting
from marketplace.actions import capabilities, suggestions
from marketplace.models import Capability, Notification, Suggestion
from scenarios.actions import consents, demands, needs
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import Event, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import Cast, draft_capability, make_member, make_organisation, published_capability, published_need


def pairs() -> set[tuple[str, str]]:
    rows = Suggestion.objects.current().filter(need__isnull=False)
    return set(rows.values_list("need__code", "capability__code"))


def run_again(need: Need) -> None:
    pipeline.suggest_for_need(need_ids=[str(need.pk)], finish=lambda: None)


@pytest.fixture
def met(cast: Cast) -> tuple[Need, Capability]:
    """A need of 4 lines and a capability worth while from 12 lines, suggested by the workers."""
    need, capability = published_need(cast), published_capability(cast)
    drain_outbox()
    return need, capability


def test_a_suggestion_names_the_gate_that_fails_and_what_is_missing(met: tuple[Need, Capability]) -> None:
    suggestion = Suggestion.objects.get()
    assert (suggestion.need, suggestion.capability) == met
    assert suggestion.failed_gates == ["min_scale"]
    assert {row["gate"]: row["met"] for row in suggestion.verdicts} == {
        "data_class": True,
        "deploy": True,
        "min_scale": False,
    }
    assert suggestion.verdicts[-1] == {
        "gate": "min_scale",
        "met": False,
        "asked": "4",
        "offered": "12",
        "gap": "8",
        "unit": "line",
    }


def test_a_suggestion_carries_its_terms_and_its_index(met: tuple[Need, Capability]) -> None:
    suggestion = Suggestion.objects.get()
    words = [term for term, _ in suggestion.terms]
    contributions = [contribution for _, contribution in suggestion.terms]
    assert {"表面", "缺陷"} <= set(words)
    assert contributions == sorted(contributions, reverse=True)
    assert 0 < sum(contributions) <= suggestion.score + 0.001
    assert suggestion.index_build.live


def test_what_passes_every_gate_ranks_before_what_is_more_alike(cast: Cast) -> None:
    need = published_need(cast)
    alike = published_capability(cast)
    fitting = published_capability(cast, title_zh="缺陷识别", solves="识别缺陷。", min_scale_quantity=Decimal(2))
    drain_outbox()
    rows = Suggestion.objects.filter(need=need).order_by("rank")
    assert [(row.capability_id, row.rank) for row in rows] == [(fitting.pk, 1), (alike.pk, 2)]
    assert rows[0].score < rows[1].score


def test_what_fits_is_suggested_however_many_that_do_not_are_more_alike(cast: Cast) -> None:
    need, fitting = published_need(cast), published_capability(cast, **FITTING)
    clones = published_capability(cast, deploy=["cloud_cn"])
    rows = [_clone(clones, number) for number in range(65)]
    pipeline.index_capabilities(capability_ids=[str(row.pk) for row in (fitting, clones, *rows)], finish=lambda: None)
    pipeline.suggest_for_need(need_ids=[str(need.pk)], finish=lambda: None)
    drain_outbox()
    found = list(Suggestion.objects.current().filter(need=need).order_by("rank"))
    assert (found[0].capability, found[0].failed_gates) == (fitting, [])
    assert [row.failed_gates for row in found[1:]] == [["deploy", "min_scale"]] * suggesting.SHOWN_FAILED
    assert min(row.score for row in found[1:]) > found[0].score


FITTING: dict[str, Any] = {"title_zh": "缺陷识别", "solves": "识别缺陷。", "min_scale_quantity": Decimal(2)}


def _clone(capability: Capability, number: int) -> Capability:
    values = {field.attname: getattr(capability, field.attname) for field in Capability._meta.concrete_fields}
    values |= {"id": uuid.uuid4(), "code": f"NL-{number:06d}"}
    return Capability.objects.create(**values)


def test_the_gates_are_asked_in_one_query(
    cast: Cast, met: tuple[Need, Capability], django_assert_num_queries: Any
) -> None:
    near = published_capability(cast, district_ids=["huishan", "binhu"])
    with django_assert_num_queries(1):
        offers = suggesting.published_offers()
    assert {pk: sorted(offer.offered.districts) for pk, offer in offers.items()} == {
        str(met[1].pk): [],
        str(near.pk): ["binhu", "huishan"],
    }
    assert {offer.owner_id for offer in offers.values()} == {cast.supplier_org.pk}


def test_a_ranking_is_written_in_as_many_queries_for_many_as_for_one(cast: Cast, met: tuple[Need, Capability]) -> None:
    counted = []
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            run_again(met[0])
        counted.append(len([one for one in captured if "marketplace_suggestion" in one["sql"]]))
        for position in range(8):
            _clone(met[1], 100 * number + position)
        pks = [str(pk) for pk in Capability.objects.values_list("pk", flat=True)]
        pipeline.index_capabilities(capability_ids=pks, finish=lambda: None)
    assert counted[0] == counted[1]


def test_an_organisation_is_never_suggested_for_its_own_need(cast: Cast) -> None:
    own = published_need(cast)
    other = published_need(cast, "rival", title_zh="铸件表面裂纹检测")
    capability = published_capability(cast, "enterprise")
    drain_outbox()
    assert pairs() == {(other.code, capability.code)}
    run_again(own)
    assert pairs() == {(other.code, capability.code)}


def test_what_is_not_published_is_not_suggested(cast: Cast) -> None:
    published_need(cast)
    draft_capability(cast)
    drain_outbox()
    assert Suggestion.objects.count() == 0


def test_a_second_run_changes_nothing(met: tuple[Need, Capability]) -> None:
    before = list(Suggestion.objects.values("pk", "state", "rank", "score", "terms", "verdicts"))
    run_again(met[0])
    assert list(Suggestion.objects.values("pk", "state", "rank", "score", "terms", "verdicts")) == before


def test_a_dismissal_survives_every_later_run(cast: Cast, met: tuple[Need, Capability]) -> None:
    suggestion = Suggestion.objects.get()
    supplier = cast.actor("supplier")
    suggestions.judge_suggestion(actor=supplier, suggestion_id=suggestion.pk, move="dismiss", reason="不做铸件")
    run_again(met[0])
    pipeline.suggest_for_capability(capability_ids=[str(met[1].pk)], finish=lambda: None)
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.reason, suggestion.decided_by) == ("dismissed", "不做铸件", cast.supplier)
    assert Suggestion.objects.count() == 1


def test_a_withdrawn_capability_is_set_aside_and_comes_back(cast: Cast, met: tuple[Need, Capability]) -> None:
    supplier, capability = cast.actor("supplier"), met[1]
    capabilities.withdraw_capability(actor=supplier, capability_id=capability.pk)
    drain_outbox()
    assert [row.state for row in Suggestion.objects.all()] == ["superseded"]
    Capability.objects.filter(pk=capability.pk).update(status="verified", published_by=None)
    capabilities.publish_capability(actor=cast.actor("publisher"), capability_id=capability.pk)
    drain_outbox()
    assert [row.state for row in Suggestion.objects.all()] == ["open"]


def test_a_withdrawn_need_is_set_aside(cast: Cast, met: tuple[Need, Capability]) -> None:
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=met[0].pk)
    drain_outbox()
    assert [row.state for row in Suggestion.objects.all()] == ["superseded"]


def test_a_capability_published_later_finds_the_needs_that_are_there(cast: Cast) -> None:
    need = published_need(cast)
    drain_outbox()
    assert Suggestion.objects.count() == 0
    capability = published_capability(cast)
    drain_outbox()
    assert pairs() == {(need.code, capability.code)}


# Judging


def judge(cast: Cast, part: str, move: str, **options: Any) -> Suggestion:
    return suggestions.judge_suggestion(
        actor=cast.actor(part), suggestion_id=Suggestion.objects.get().pk, move=move, **options
    )


def test_both_sides_and_the_manager_judge(cast: Cast, met: tuple[Need, Capability]) -> None:
    assert judge(cast, "enterprise", "shortlist").state == "shortlisted"
    assert judge(cast, "supplier", "contact").state == "contacted"
    assert judge(cast, "manager", "undo").state == "open"
    assert list(Event.objects.filter(subject_type="suggestion").order_by("id").values_list("kind", flat=True)) == [
        "suggestion.shortlist",
        "suggestion.contact",
        "suggestion.undo",
    ]


@pytest.mark.parametrize(("part", "error"), [("rival", NotFound), ("stranger", NotFound), ("auditor", NotPermitted)])
def test_nobody_else_judges(cast: Cast, met: tuple[Need, Capability], part: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        judge(cast, part, "shortlist")
    assert Suggestion.objects.get().state == "open"


def test_a_judgement_is_undone_by_the_side_that_made_it(cast: Cast, met: tuple[Need, Capability]) -> None:
    judge(cast, "enterprise", "dismiss", reason="已有系统")
    with pytest.raises(NotPermitted, match=r"The other side decided this|对方"):
        judge(cast, "supplier", "undo")
    assert Suggestion.objects.get().state == "dismissed"
    assert judge(cast, "enterprise", "undo").state == "open"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_dismissal_needs_a_reason(cast: Cast, met: tuple[Need, Capability], reason: str) -> None:
    with pytest.raises(Invalid):
        judge(cast, "supplier", "dismiss", reason=reason)
    assert Suggestion.objects.get().state == "open"


@pytest.mark.parametrize(("move", "error"), [("undo", (IllegalMove, NotPermitted)), ("supersede", NotPermitted)])
def test_what_the_table_does_not_allow_is_refused(
    cast: Cast, met: tuple[Need, Capability], move: str, error: Any
) -> None:
    with pytest.raises(error):
        judge(cast, "supplier", move)
    assert Suggestion.objects.get().state == "open"


def test_a_need_for_verified_organisations_is_not_shown_to_others(cast: Cast) -> None:
    published_need(cast, visibility="verified")
    unverified = make_organisation("未认证供给方", kind="supplier", verified=False)
    newcomer = make_member(unverified, email="newcomer@example.org")
    object.__setattr__(cast, "newcomer", newcomer)
    published_capability(cast, "newcomer")
    published_capability(cast)
    drain_outbox()
    assert Suggestion.objects.for_supplier(cast.actor("newcomer")).count() == 0
    assert Suggestion.objects.for_supplier(cast.actor("supplier")).count() == 1


# Pools and calls


def _pool(cast: Cast, *needs_: Need) -> MergedDemand:
    manager = cast.actor("manager")
    demand = demands.draft_demand(
        actor=manager, need_ids=[need.pk for need in needs_], core=demands.suggested_core(needs_), resolutions={}
    )
    return demands.invite_owners(actor=manager, demand_id=demand.pk)


def _accept(cast: Cast, demand: MergedDemand, part: str) -> None:
    (organisation,) = cast.actor(part).organisation_ids
    consents.answer_invitation(
        actor=cast.actor(part),
        demand_id=demand.pk,
        organisation_id=organisation,
        core_version=1,
        state="accepted",
    )


def test_a_pool_passes_where_no_need_alone_does_and_its_supplier_hears_of_it_once(cast: Cast) -> None:
    small, large = published_need(cast), published_need(cast, "rival", quantity=Decimal(8))
    capability = published_capability(cast)
    demand = _pool(cast, small, large)
    for part in ("enterprise", "rival"):
        _accept(cast, demand, part)
    drain_outbox()
    suggestion = Suggestion.objects.get(demand=demand)
    assert (suggestion.capability, suggestion.failed_gates) == (capability, [])
    # Two owners: each could work out the other's quantity from the exact sum of 12.
    assert next(row["asked"] for row in suggestion.verdicts if row["gate"] == "min_scale") == "11–20"
    assert set(Suggestion.objects.filter(need__isnull=False).values_list("failed_gates__0", flat=True)) == {"min_scale"}
    pipeline.suggest_for_demand(demand_id=str(demand.pk), finish=lambda: None)
    drain_outbox()
    assert Event.objects.filter(kind="demand.scale_reached").count() == 1
    told = Notification.objects.filter(event__kind="demand.scale_reached")
    assert {(one.account, one.path) for one in told} == {
        (account, f"/pools/{demand.pk}/") for account in (cast.supplier, cast.manager)
    }
    # The news that the scale is reached says that it fits, too.
    assert not Event.objects.filter(kind="demand.suggested").exists()


def test_a_third_member_that_is_silent_does_not_unlock_the_exact_sum(cast: Cast) -> None:
    silent = published_need(cast, make_member(make_organisation("丁精密铸造厂")), quantity=Decimal(5))
    demand = _pool(cast, published_need(cast), published_need(cast, "rival", quantity=Decimal(7)), silent)
    published_capability(cast, min_scale_quantity=Decimal(90))
    for part in ("enterprise", "rival"):
        _accept(cast, demand, part)
    drain_outbox()
    assert _scale_told(cast, "supplier", demand) == ("11–20", "")
    # Even where the figures were stored while more owners stood behind them.
    _store_exact(demand)
    assert _scale_told(cast, "supplier", demand) == ("11–20", "")
    assert _scale_told(cast, "manager", demand) == ("11", "79")
    for part, path in (("supplier", "/workspace/suggestions/"), ("rival", f"/pools/{demand.pk}/suggestions/")):
        page = cast.client(part).get(path).content.decode()
        assert ("is not reached yet" in page, "79 more are needed" in page) == (True, False)


@pytest.mark.parametrize(("scale", "met"), [(6, True), (8, True), (9, True), (10, True), (11, False)])
def test_with_two_owners_no_gate_narrows_the_band(cast: Cast, scale: int, met: bool) -> None:
    """8 lines are told as 6–10: a member who read that 8 is met and 9 is not could subtract its own."""
    needs_ = published_need(cast, quantity=Decimal(3)), published_need(cast, "rival", quantity=Decimal(5))
    demand = _pool(cast, *needs_)
    published_capability(cast, min_scale_quantity=Decimal(scale))
    for part in ("enterprise", "rival"):
        _accept(cast, demand, part)
    drain_outbox()
    suggestion = Suggestion.objects.get(demand=demand)
    assert suggestion.failed_gates == ([] if met else ["min_scale"])
    for part in ("enterprise", "supplier"):
        shown = cast.client(part).get(f"/api/v1/suggestions/{suggestion.pk}/").json()["verdicts"]
        told = next(row for row in shown if row["gate"] == "min_scale")
        assert (told["met"], told["asked"], told["gap"]) == (met, "6–10", "")
    page = cast.client("enterprise").get(f"/pools/{demand.pk}/suggestions/").content.decode()
    assert (f"6–10 lines; worth it from {scale} lines." in page) is met


def _store_exact(demand: MergedDemand) -> None:
    row = Suggestion.objects.get(demand=demand)
    row.verdicts = [{**one, "asked": "11", "gap": "79"} if one["gate"] == "min_scale" else one for one in row.verdicts]
    row.save()


def _scale_told(cast: Cast, part: str, demand: MergedDemand) -> tuple[str, str]:
    suggestion = Suggestion.objects.get(demand=demand)
    shown = cast.client(part).get(f"/api/v1/suggestions/{suggestion.pk}/").json()["verdicts"]
    return next((row["asked"], row["gap"]) for row in shown if row["gate"] == "min_scale")
