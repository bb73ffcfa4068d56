"""The panel's work: declarations, replacements, eligibility, scores that stay apart, and the consensus."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace.actions import consensus, eligibility, public_notice, scoring, selection_panel
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import open_evaluation
from marketplace.actors import actor_for
from marketplace.models import ConsensusScore, Exclusion, Member, Response, ReviewSeat, Score, Selection
from scenarios.actions import call_talk
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import Event
from tests.calls import close, make_supplier, sealed, sealed_call
from tests.factories import Cast, make_account
from tests.selections import Review, admit_all, agree, declare_all, evaluated_call, open_all, score, scored_call


def reviewer(review: Review, place: int) -> Actor:
    return actor_for(review.ready.reviewers[place])


def seat(review: Review, place: int) -> ReviewSeat:
    return ReviewSeat.objects.get(selection=review.selection, account=review.ready.reviewers[place])


def test_the_chair_opens_the_evaluation_once_the_responses_are_open(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, cast.supplier)
    chair = actor_for(ready.reviewers[0])
    for step in (lambda: close(ready.call), lambda: open_all(ready)):
        with pytest.raises(IllegalMove):
            open_evaluation(actor=chair, call_id=ready.call.pk)
        step()
    for refused in (actor_for(ready.reviewers[1]), cast.actor("reviewer"), cast.actor("manager")):
        with pytest.raises(NotPermitted):
            open_evaluation(actor=refused, call_id=ready.call.pk)
    assert Selection.objects.count() == 0
    selection = open_evaluation(actor=chair, call_id=ready.call.pk)
    assert (selection.status, selection.round, selection.seats.count()) == ("evaluating", 0, 3)
    with pytest.raises(IllegalMove):
        open_evaluation(actor=chair, call_id=ready.call.pk)


def test_a_response_that_was_not_confirmed_after_an_addendum_is_excluded_by_that_clause(cast: Cast) -> None:
    ready = sealed_call(cast)
    old, new = make_supplier(0)[1], make_supplier(1)[1]
    sealed(ready.call, old)
    targets = {str(ready.call.indicators[0]["id"]): Decimal("0.3")}
    call_talk.publish_addendum(
        actor=cast.actor("publisher"), call_id=ready.call.pk, text="目标改为 0.3 %", targets=targets
    )
    ready.call.refresh_from_db()
    sealed(ready.call, new)
    close(ready.call)
    open_all(ready)
    selection = open_evaluation(actor=actor_for(ready.reviewers[0]), call_id=ready.call.pk)
    first, second = Response.objects.order_by("lead__name_zh")
    assert (first.status, first.exclusion.clause, second.status) == ("ineligible", "terms", "opened")
    review = Review(ready, [old, new], selection)
    declare_all(review)
    with pytest.raises(IllegalMove):
        eligibility.admit(actor=review.chair, selection_id=selection.pk, response_id=first.pk)


def test_nobody_judges_before_every_reviewer_has_declared(cast: Cast) -> None:
    review = evaluated_call(cast)
    (response, *_others) = review.responses()
    act = {"selection_id": review.selection.pk, "response_id": response.pk}
    with pytest.raises(NotPermitted):
        eligibility.admit(actor=review.chair, **act)
    selection_panel.declare(actor=review.chair, selection_id=review.selection.pk, conflict=False)
    with pytest.raises(IllegalMove):
        eligibility.admit(actor=review.chair, **act)
    declare_all(review)
    with pytest.raises(NotPermitted):
        eligibility.admit(actor=reviewer(review, 1), **act)
    assert eligibility.admit(actor=review.chair, **act).status == "eligible"
    with pytest.raises(NotFound):
        selection_panel.declare(actor=cast.actor("reviewer"), selection_id=review.selection.pk, conflict=False)


def test_a_conflict_frees_the_seat_and_its_replacement_declares_anew(cast: Cast) -> None:
    review = evaluated_call(cast)
    pk = review.selection.pk
    with pytest.raises(Invalid):
        selection_panel.declare(actor=reviewer(review, 2), selection_id=pk, conflict=True, statement=" ")
    left = selection_panel.declare(actor=reviewer(review, 2), selection_id=pk, conflict=True, statement="曾任顾问")
    assert (left.declaration, left.left_at is not None) == ("conflict", True)
    with pytest.raises(NotFound):
        selection_panel.declare(actor=reviewer(review, 2), selection_id=pk, conflict=False)
    new = selection_panel.replace_reviewer(
        actor=cast.actor("manager"), selection_id=pk, seat_id=left.pk, account_id=cast.reviewer.pk
    )
    assert (new.declaration, new.is_chair, new.replaces_id) == ("pending", False, left.pk)
    assert review.selection.seats.filter(left_at__isnull=True).count() == 3
    with pytest.raises(IllegalMove):
        selection_panel.replace_reviewer(
            actor=cast.actor("manager"), selection_id=pk, seat_id=left.pk, account_id=cast.reviewer.pk
        )
    declare_all(review)
    admit_all(review)
    assert set(Response.objects.values_list("status", flat=True)) == {"eligible"}


def test_whoever_leaves_loses_nobody_elses_work_and_the_chair_passes_on(cast: Cast) -> None:
    review = evaluated_call(cast)
    declare_all(review)
    admit_all(review)
    given = {row.pk: ["80", "70"] for row in review.responses()}
    for account in review.ready.reviewers:
        score(review, account, given)
    first = review.responses()[0]
    agree(review, first, ["80", "70"])
    left = selection_panel.leave_panel(actor=review.chair, selection_id=review.selection.pk, reason="健康原因")
    assert (Score.objects.count(), ConsensusScore.objects.count()) == (18, 2)
    assert not PanelWork(review.fresh()).is_submitted
    new = selection_panel.replace_reviewer(
        actor=cast.actor("manager"), selection_id=review.selection.pk, seat_id=left.pk, account_id=cast.reviewer.pk
    )
    assert new.is_chair
    declare_all(review)
    score(review, cast.reviewer, {pk: ["90", "90"] for pk in given})
    assert PanelWork(review.fresh()).is_submitted
    # Of the four who scored, the three who review now count.
    counted = consensus.individual_scores(review.fresh(), [first])[first.pk]
    assert sorted(counted[0]) == [Decimal(80), Decimal(80), Decimal(90)]


def test_a_replacement_is_related_to_neither_side(cast: Cast) -> None:
    review = evaluated_call(cast)
    left = selection_panel.leave_panel(actor=reviewer(review, 1), selection_id=review.selection.pk, reason="时间冲突")
    (respondent,) = Member.objects.filter(account=review.suppliers[0]).values_list("organisation", flat=True)
    for name, organisation in (("respondent", respondent), ("owner", cast.enterprise_org.pk)):
        related = make_account(f"{name}@related.example.org", roles=("reviewer",))
        Member.objects.create(account=related, organisation_id=organisation, role="viewer")
        with pytest.raises(Invalid) as refusal:
            _replace(cast, review, left, related.pk)
        assert list(refusal.value.fields) == ["account"]
    for refused in (cast.moderator.pk, review.ready.reviewers[0].pk, review.ready.reviewers[1].pk):
        with pytest.raises(Invalid):
            _replace(cast, review, left, refused)
    with pytest.raises(NotPermitted):
        selection_panel.replace_reviewer(
            actor=review.chair, selection_id=review.selection.pk, seat_id=left.pk, account_id=cast.reviewer.pk
        )
    assert review.selection.seats.count() == 3


def _replace(cast: Cast, review: Review, left: ReviewSeat, account_id: int) -> ReviewSeat:
    return selection_panel.replace_reviewer(
        actor=cast.actor("manager"), selection_id=review.selection.pk, seat_id=left.pk, account_id=account_id
    )


def test_a_reviewer_of_an_organisation_on_one_side_cannot_deny_the_conflict(cast: Cast) -> None:
    review = evaluated_call(cast)
    Member.objects.create(account=review.ready.reviewers[1], organisation=cast.enterprise_org, role="viewer")
    with pytest.raises(Invalid):
        selection_panel.declare(actor=reviewer(review, 1), selection_id=review.selection.pk, conflict=False)
    assert seat(review, 1).declaration == "pending"


CLAUSES = [
    {"name": "业绩", "text": "须有一年以上同类产线业绩"},
    {"name": "等保", "text": "须通过等保二级"},
]


def test_an_exclusion_quotes_the_call_or_names_a_fixed_clause(cast: Cast) -> None:
    review = evaluated_call(cast, 2, eligibility=CLAUSES)
    declare_all(review)
    one, other = review.responses()
    act = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": one.pk}
    wrong = [
        ({"clause": "bogus", "explanation": "无业绩"}, "clause"),
        ({"clause": "terms", "explanation": "无业绩"}, "clause"),
        ({"clause": "call", "explanation": "无业绩", "quoted": "须有两年业绩"}, "quoted"),
        ({"clause": "call", "explanation": "无业绩"}, "quoted"),
        ({"clause": "budget", "explanation": " "}, "explanation"),
    ]
    for fields, name in wrong:
        with pytest.raises(Invalid) as refusal:
            eligibility.exclude(**act, **fields)
        assert list(refusal.value.fields) == [name]
    eligibility.exclude(**act, clause="call", explanation="所附业绩不满一年", quoted="须有一年以上同类产线业绩")
    kept = Exclusion.objects.get(response=one)
    assert (kept.clause, kept.quoted) == ("call", "须有一年以上同类产线业绩")
    eligibility.admit(**act)
    assert not Exclusion.objects.exists()
    eligibility.exclude(**{**act, "response_id": other.pk}, clause="budget", explanation="超出上限")
    assert [row.status for row in review.responses()] == ["eligible", "ineligible"]


def test_scores_are_drafted_then_submitted_complete_and_fixed(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    declare_all(review)
    admit_all(review)
    one, other = review.responses()
    act = {"actor": reviewer(review, 1), "selection_id": review.selection.pk}
    new: Any = {**act, "response_id": one.pk, "version": 0}
    for value in ("100.01", "-1", "80.005", "NaN"):
        with pytest.raises(Invalid):
            scoring.save_scores(**new, scores={0: scoring.Given(Decimal(value), "x")})
    with pytest.raises(Invalid):
        scoring.save_scores(**new, scores={2: scoring.Given(Decimal(1), "x")})
    events = Event.objects.count()
    assert scoring.save_scores(**new, scores={0: scoring.Given(Decimal("80.25"), "扎实")}).version == 1
    scoring.save_scores(**new | {"version": 1}, scores={1: scoring.Given(Decimal(70))})
    assert Event.objects.count() == events
    scoring.save_scores(
        **new | {"response_id": other.pk}, scores={n: scoring.Given(Decimal(60), "一般") for n in (0, 1)}
    )
    with pytest.raises(Invalid) as refusal:
        scoring.submit_scores(**act)  # the comment on the second criterion of the first response is missing
    assert str(one.number) in str(refusal.value.fields["scores"][0])
    scoring.save_scores(**new | {"version": 2}, scores={1: scoring.Given(Decimal(70), "合理")})
    assert scoring.submit_scores(**act).submitted_at is not None
    with pytest.raises(IllegalMove):
        scoring.save_scores(**new | {"version": 3}, scores={0: scoring.Given(Decimal(1), "x")})
    assert Score.objects.get(seat=seat(review, 1), response=one, criterion=0).value == Decimal("80.25")
    with pytest.raises(IllegalMove):  # which responses count is fixed with the first submission
        eligibility.exclude(
            actor=review.chair, selection_id=review.selection.pk, response_id=one.pk, clause="budget", explanation="x"
        )


def test_consensus_waits_for_everyone_and_explains_what_leaves_the_range(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    declare_all(review)
    admit_all(review)
    (response,) = review.responses()
    for account, values in zip(review.ready.reviewers[:2], (["60", "50"], ["80", "70"]), strict=True):
        score(review, account, {response.pk: values})
    with pytest.raises(IllegalMove):
        agree(review, response, ["70", "60"])
    score(review, review.ready.reviewers[2], {response.pk: ["70", "60"]})
    with pytest.raises(Invalid) as refusal:
        agree(review, response, ["80.01", "60"])
    assert list(refusal.value.fields) == ["reason-0"]
    act: Any = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": response.pk}
    act["version"] = response.version
    with pytest.raises(Invalid):
        consensus.agree(**act, scores={0: consensus.Agreed(Decimal(70))})
    with pytest.raises(NotPermitted):
        consensus.agree(**act | {"actor": reviewer(review, 1)}, scores={})
    assert ConsensusScore.objects.count() == 0
    agree(review, response, ["60", "80"], reason="讨论后认为价格优势被低估")
    assert list(response.consensus.values_list("value", flat=True)) == [Decimal(60), Decimal(80)]


def test_what_the_panel_wrote_is_fixed_under_notice(cast: Cast) -> None:
    review = scored_call(cast, ["80", "70"])
    public_notice.publish_notice(
        actor=cast.actor("publisher"), selection_id=review.selection.pk, version=review.fresh().version
    )
    (response,) = review.responses()
    for step in (
        lambda: agree(review, response, ["80", "70"]),
        lambda: selection_panel.leave_panel(actor=review.chair, selection_id=review.selection.pk, reason="x"),
        lambda: scoring.submit_scores(actor=review.chair, selection_id=review.selection.pk),
    ):
        with pytest.raises(IllegalMove):
            step()
