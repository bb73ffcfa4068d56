"""From the consensus to the award: ranking, public notice, objections, feedback; and calls that come to nothing."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.throttling import SimpleRateThrottle

from marketplace.actions import failed_calls, objections, public_notice
from marketplace.actions.award import award
from marketplace.actions.eligibility import exclude
from marketplace.actions.feedback import Remarks, lacking_feedback, write_feedback
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.scoring import submit_scores
from marketplace.actors import actor_for
from marketplace.models import Feedback, Objection, Placing, Response, Selection
from marketplace.working_days import after
from scenarios.actions.call_lots import split_core
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import Call, Event
from scenarios.pipeline import sweep_clock
from tests.calls import sealed_call
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation
from tests.figures import agreed, column
from tests.selections import (
    Review,
    declare_all,
    end_notice,
    evaluated_call,
    published,
    scored_call,
    write_all_feedback,
)

THREE = (["90", "80"], ["70", "95"], ["35", "100"])


def publish(cast: Cast, review: Review, version: int | None = None) -> Selection:
    seen = review.fresh().version if version is None else version
    return public_notice.publish_notice(actor=cast.actor("publisher"), selection_id=review.selection.pk, version=seen)


def give_award(cast: Cast, review: Review) -> Selection:
    return award(actor=cast.actor("publisher"), selection_id=review.selection.pk, version=review.fresh().version)


def objected(review: Review, place: int = 1) -> Objection:
    actor = actor_for(review.suppliers[place])
    (own,) = actor.organisation_ids
    return objections.object_to(
        actor=actor, selection_id=review.selection.pk, organisation_id=own, reasons="得分与承诺不符"
    )


def heard(account: Any, kind: str) -> int:
    drain_outbox()
    return account.notifications.filter(event__kind=kind).count()


def test_the_ranking_is_published_for_five_working_days(cast: Cast) -> None:
    review = scored_call(cast, *THREE)
    with pytest.raises(NotPermitted):
        public_notice.publish_notice(
            actor=cast.actor("manager"), selection_id=review.selection.pk, version=review.fresh().version
        )
    with pytest.raises(Conflict):
        publish(cast, review, version=1)
    selection = publish(cast, review)
    assert (selection.status, selection.round) == ("publicity", 1)
    assert selection.notice_ends_at == after(selection.published_at, 5).ends_at
    rows = {row.response_id: (row.rank, row.total, row.below, row.outcome) for row in Placing.objects.all()}
    first, second, third = (rows[row.pk] for row in review.responses())
    assert first == (1, Decimal(86), "", "awarded")
    assert second == (2, Decimal(80), "", "reserve")
    assert third == (None, Decimal(61), "技术方案", "not_selected")
    assert set(Response.objects.values_list("status", flat=True)) == {"scored"}


def test_nothing_is_published_before_the_panel_is_through(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    with pytest.raises(IllegalMove):
        publish(cast, review)
    declare_all(review)
    with pytest.raises(IllegalMove):
        publish(cast, review)
    assert review.fresh().status == "evaluating"


def test_a_race_has_several_winners(cast: Cast) -> None:
    review = published(cast, *THREE[:2], ["80", "80"], ["75", "75"], kind="race", winners=2)
    outcomes = [Placing.objects.get(response=row).outcome for row in review.responses()]
    assert outcomes == ["awarded", "reserve", "awarded", "not_selected"]


def test_lots_are_won_apart(cast: Cast) -> None:
    ready = sealed_call(cast)
    split_core(ready.call, 2)
    ready.call.refresh_from_db()
    review = published(cast, *THREE[:2], call=ready)
    lots = [row["id"] for row in ready.call.lots]
    assert Placing.objects.filter(lot__in=lots, rank=1, outcome="awarded").count() == 2
    assert Placing.objects.count() == 4
    end_notice(review)
    write_all_feedback(review)
    give_award(cast, review)
    assert [row.status for row in review.responses()] == ["awarded", "reserve"]


def test_the_award_waits_for_the_last_second_of_the_notice(cast: Cast) -> None:
    review = published(cast, *THREE)
    write_all_feedback(review)
    end_notice(review, seconds=3600)
    with pytest.raises(IllegalMove):
        give_award(cast, review)
    end_notice(review)
    selection = give_award(cast, review)
    assert selection.decided_at >= selection.notice_ends_at
    assert [row.status for row in review.responses()] == ["awarded", "reserve", "not_selected"]
    for account in (*review.suppliers, cast.enterprise):
        assert heard(account, "selection.awarded") == 1
    with pytest.raises(IllegalMove):
        give_award(cast, review)


def test_every_loser_has_feedback_first_and_the_missing_ones_are_named(cast: Cast) -> None:
    review = published(cast, *THREE)
    end_notice(review)
    winner, second, third = review.responses()
    with pytest.raises(Invalid) as refusal:
        give_award(cast, review)
    missing = ", ".join(str(number) for number in sorted([second.number, third.number]))
    assert str(refusal.value.fields["feedback"][0]).endswith(missing)
    act: Any = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": second.pk}
    act["version"] = second.version
    for remarks in ({0: Remarks("好", "贵")}, {0: Remarks("好", "贵"), 1: Remarks("好", " ")}):
        with pytest.raises(Invalid):
            write_feedback(**act, remarks=remarks)
    assert Feedback.objects.count() == 0
    write_feedback(**act, remarks={0: Remarks("好", "贵"), 1: Remarks("好", "慢")})
    assert lacking_feedback(PanelWork(review.fresh())) == [third]
    with pytest.raises(Invalid):
        give_award(cast, review)
    assert review.fresh().status == "publicity"
    assert winner.feedback.count() == 0


def test_an_objection_suspends_and_the_notice_goes_on_for_what_was_left(cast: Cast) -> None:
    review = published(cast, *THREE)
    write_all_feedback(review)
    objection = objected(review)
    assert review.fresh().status == "suspended"
    end_notice(review)  # time passes over the suspended notice
    with pytest.raises(IllegalMove):
        give_award(cast, review)
    with pytest.raises(NotPermitted):
        objections.reject_objection(actor=cast.actor("publisher"), objection_id=objection.pk, answer="x")
    with pytest.raises(Invalid):
        objections.reject_objection(actor=cast.actor("manager"), objection_id=objection.pk, answer=" ")
    objections.reject_objection(actor=cast.actor("manager"), objection_id=objection.pk, answer="评分依据充分")
    selection = review.fresh()
    objection.refresh_from_db()
    assert (selection.status, selection.suspended_at, objection.state) == ("publicity", None, "rejected")
    assert selection.notice_ends_at == after(objection.answered_at, 1).ends_at  # at least one day is left
    with pytest.raises(IllegalMove):
        give_award(cast, review)
    with pytest.raises(IllegalMove):
        objections.reject_objection(actor=cast.actor("manager"), objection_id=objection.pk, answer="x")
    assert heard(review.suppliers[1], "selection.objection_rejected") == 1


def test_a_notice_that_stopped_on_its_first_day_runs_its_full_time(cast: Cast) -> None:
    review = published(cast, *THREE)
    one, other = objected(review, 1), objected(review, 2)
    objections.reject_objection(actor=cast.actor("manager"), objection_id=one.pk, answer="理由不成立")
    assert review.fresh().status == "suspended"  # the other one is open
    objections.reject_objection(actor=cast.actor("manager"), objection_id=other.pk, answer="理由不成立")
    other.refresh_from_db()
    assert review.fresh().notice_ends_at == after(other.answered_at, 5).ends_at


def test_only_verified_organisations_that_are_concerned_object_once_and_in_time(cast: Cast) -> None:
    review = published(cast, *THREE)
    act = {"selection_id": review.selection.pk, "reasons": "理由"}
    for part in ("rival", "supplier"):
        (own,) = cast.actor(part).organisation_ids
        with pytest.raises(NotPermitted):
            objections.object_to(actor=cast.actor(part), organisation_id=own, **act)
    newcomer = make_member(make_organisation("未认证企业", verified=False))
    (unverified,) = actor_for(newcomer).organisation_ids
    with pytest.raises(NotPermitted):
        objections.object_to(actor=actor_for(newcomer), organisation_id=unverified, **act)
    with pytest.raises(NotPermitted):  # for an organisation that is not one's own
        objections.object_to(actor=cast.actor("rival"), organisation_id=cast.enterprise_org.pk, **act)
    objections.object_to(actor=cast.actor("enterprise"), organisation_id=cast.enterprise_org.pk, **act)
    with pytest.raises(Invalid):
        objections.object_to(actor=cast.actor("enterprise"), organisation_id=cast.enterprise_org.pk, **act)
    assert Objection.objects.count() == 1
    Selection.objects.update(status="publicity", suspended_at=None)
    end_notice(review)
    with pytest.raises(IllegalMove):
        objected(review)


def test_an_upheld_objection_sends_the_result_back_to_the_panel_with_its_work(cast: Cast) -> None:
    review = published(cast, *THREE)
    objection = objected(review)
    objections.uphold_objection(actor=cast.actor("manager"), objection_id=objection.pk, answer="第二项评分有误")
    selection = review.fresh()
    assert (selection.status, selection.notice_ends_at, Placing.objects.count()) == ("evaluating", None, 0)
    assert set(Response.objects.values_list("status", flat=True)) == {"eligible"}
    assert selection.seats.filter(submitted_at__isnull=False).count() == 0
    one = review.responses()[0]
    assert one.scores.count() == 6
    assert one.consensus.count() == 2
    exclude(actor=review.chair, selection_id=selection.pk, response_id=one.pk, clause="budget", explanation="超出上限")
    for account in review.ready.reviewers:
        submit_scores(actor=actor_for(account), selection_id=selection.pk)
    publish(cast, review)
    assert (review.fresh().round, review.fresh().status) == (2, "publicity")
    assert [row.status for row in review.responses()] == ["ineligible", "scored", "scored"]


def test_a_failed_call_says_a_true_reason(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    act = {"actor": cast.actor("publisher"), "selection_id": review.selection.pk}
    for code in ("no_responses", "none_eligible", "none_qualified", "objection", "bogus"):
        with pytest.raises(Invalid) as refusal:
            failed_calls.fail_selection(**act, code=code, reason="说明")
        assert list(refusal.value.fields) == ["code"]
    with pytest.raises(Invalid):
        failed_calls.fail_selection(**act, code="too_few", reason=" ")
    with pytest.raises(NotPermitted):
        failed_calls.fail_selection(**{**act, "actor": cast.actor("manager")}, code="too_few", reason="说明")
    assert failed_calls.failure_codes(PanelWork(review.fresh())) == ["too_few", "funds"]
    failed = failed_calls.fail_selection(**act, code="too_few", reason="仅两家响应，不足三家")
    assert (failed.status, failed.failure_code) == ("failed", "too_few")
    assert set(Response.objects.values_list("status", flat=True)) == {"not_selected"}
    assert [heard(account, "selection.failed") for account in review.suppliers] == [1, 1]


def test_nobody_responded(cast: Cast) -> None:
    review = evaluated_call(cast, 0)
    assert failed_calls.failure_codes(PanelWork(review.fresh())) == ["no_responses", "funds"]


def test_none_is_eligible_or_none_reaches_the_minimum(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    declare_all(review)
    (response,) = review.responses()
    act = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": response.pk}
    exclude(**act, clause="budget", explanation="超出上限")
    assert failed_calls.failure_codes(PanelWork(review.fresh())) == ["too_few", "none_eligible", "funds"]


def test_none_reaches_the_minimum(cast: Cast) -> None:
    review = scored_call(cast, ["35.99", "100"], ["20", "100"], ["0", "0"])
    with pytest.raises(IllegalMove):
        publish(cast, review)
    assert failed_calls.failure_codes(PanelWork(review.fresh())) == ["none_qualified", "funds"]


def failed(cast: Cast, review: Review) -> Review:
    sweep_clock()  # notes that the call has closed
    failed_calls.fail_selection(
        actor=cast.actor("publisher"), selection_id=review.selection.pk, code="funds", reason="预算调整"
    )
    return review


def test_a_failed_call_is_called_again_with_its_terms(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    act = {"actor": cast.actor("manager"), "selection_id": review.selection.pk}
    with pytest.raises(IllegalMove):
        failed_calls.call_again(**act)
    failed(cast, review)
    new = failed_calls.call_again(**act)
    old = Call.objects.get(pk=review.ready.call.pk)
    assert {name: getattr(new, name) for name in failed_calls.COPIED} == {
        name: getattr(old, name) for name in failed_calls.COPIED
    }
    assert (new.status, new.need_id, new.closes_at, new.panel.count()) == ("draft", old.need_id, None, 0)
    assert review.fresh().next_step == "call_again"
    with pytest.raises(IllegalMove):
        failed_calls.call_again(**act)


def test_a_failed_call_is_called_again_in_lots(cast: Cast) -> None:
    review = failed(cast, evaluated_call(cast, 1))
    act = {"actor": cast.actor("manager"), "selection_id": review.selection.pk}
    for lots in (0, 11):
        with pytest.raises(Invalid):
            failed_calls.call_again(**act, lots=lots)
    new = failed_calls.call_again(**act, lots=3)
    assert [(row["kind"], row["value"]) for row in new.lots] == [("core", "1/3"), ("core", "2/3"), ("core", "3/3")]
    assert review.fresh().next_step == "split_lots"


def test_a_failed_call_has_no_pool_to_give_back_where_one_need_stands_behind_it(cast: Cast) -> None:
    review = failed(cast, evaluated_call(cast, 1))
    with pytest.raises(IllegalMove):
        failed_calls.give_back(actor=cast.actor("manager"), selection_id=review.selection.pk)


def test_the_selection_is_nobodys_before_its_notice(cast: Cast) -> None:
    review = scored_call(cast, *THREE)
    supplier = actor_for(review.suppliers[0])
    (own,) = supplier.organisation_ids
    with pytest.raises(NotFound):
        objections.object_to(actor=supplier, selection_id=review.selection.pk, organisation_id=own, reasons="理由")
    publish(cast, review)
    assert heard(review.suppliers[0], "selection.published") == 1
    logged = Event.objects.filter(kind__startswith="selection.").values_list("data", flat=True)
    assert not any(name in str(list(logged)) for name in ("理由充分", "86.00", "供给方"))


def test_the_funnel_counts_and_lists_the_needs_of_awarded_calls(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    review = published(cast, *THREE)

    def told() -> tuple[Any, Any]:
        shown = agreed(cast.client("manager"), "/staff/dashboard/funnel/", "funnel")
        needs = column(shown, "step", "needs")
        return needs["called"], needs["awarded"]

    assert told() == (1, 0)
    write_all_feedback(review)
    end_notice(review)
    give_award(cast, review)
    assert told() == (1, 1)
    shown = agreed(cast.client(), "/figures/funnel/", "funnel")
    assert column(shown, "step", "needs")["awarded"] == 1
