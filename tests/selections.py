"""Makers of selections: an opened call, a panel that has declared, scores, a consensus, and a notice that is over."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F
from django.utils import timezone

from marketplace.actions import consensus, eligibility, feedback, opening, public_notice, scoring, selection_panel
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import open_evaluation
from marketplace.actors import actor_for
from marketplace.models import Account, Response, ReviewSeat, ScoreSheet, Selection
from scenarios.actor import Actor
from scenarios.models import Call
from tests.calls import SealedCall, close, make_supplier, sealed, sealed_call
from tests.factories import Cast


class Review(NamedTuple):
    """A selection with the people behind it; `suppliers` in the order in which they sealed."""

    ready: SealedCall
    suppliers: list[Account]
    selection: Selection

    @property
    def chair(self) -> Actor:
        return actor_for(self.ready.reviewers[0])

    def responses(self) -> list[Response]:
        return list(Response.objects.filter(call=self.ready.call).order_by("lead__name_zh"))

    def fresh(self) -> Selection:
        return Selection.objects.get(pk=self.selection.pk)


def open_all(ready: SealedCall) -> None:
    """Have two openers open the responses to a closed call."""
    for account, code in zip(ready.openers[:2], ready.codes[:2], strict=True):
        opening.agree_to_open(actor=actor_for(account), call_id=ready.call.pk, code=code)


def evaluated_call(cast: Cast, count: int = 3, *, call: SealedCall | None = None, **changes: Any) -> Review:
    """Return a call (a new one, if none is given) whose evaluation is open, answered by `count` suppliers."""
    ready = call or sealed_call(cast, **changes)
    suppliers = [make_supplier(number)[1] for number in range(count)]
    for number, account in enumerate(suppliers):
        sealed(ready.call, account, f"第{number}家")
    close(ready.call)
    open_all(ready)
    selection = open_evaluation(actor=actor_for(ready.reviewers[0]), call_id=ready.call.pk)
    return Review(ready, suppliers, selection)


def declare_all(review: Review) -> None:
    for seat in ReviewSeat.objects.filter(selection=review.selection, declaration="pending"):
        actor = actor_for(Account.objects.get(pk=seat.account_id))
        selection_panel.declare(actor=actor, selection_id=review.selection.pk, conflict=False)


def admit_all(review: Review) -> None:
    for response in Response.objects.filter(call=review.ready.call, status="opened"):
        eligibility.admit(actor=review.chair, selection_id=review.selection.pk, response_id=response.pk)


def saving(review: Review, actor: Actor, response_id: Any) -> dict[str, Any]:
    """Return what saving scores takes besides them, with the version that the reviewer's page holds."""
    sheets = ScoreSheet.objects.filter(seat__account_id=actor.account_id, response_id=response_id)
    version = sheets.values_list("version", flat=True).first() or 0
    return {"actor": actor, "selection_id": review.selection.pk, "response_id": response_id, "version": version}


def score(review: Review, account: Account, values: dict[Any, list[str]]) -> None:
    """Have a reviewer score the responses (id → one value for each criterion) and submit."""
    actor = actor_for(account)
    for response_id, row in values.items():
        given = {place: scoring.Given(Decimal(value), "理由充分") for place, value in enumerate(row)}
        scoring.save_scores(**saving(review, actor, response_id), scores=given)
    scoring.submit_scores(actor=actor, selection_id=review.selection.pk)


def agree(review: Review, response: Response, values: list[str], reason: str = "") -> None:
    agreed = {place: consensus.Agreed(Decimal(value), reason) for place, value in enumerate(values)}
    response.refresh_from_db()
    act: Any = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": response.pk}
    consensus.agree(**act, version=response.version, scores=agreed)


def scored_call(cast: Cast, *values: list[str], **changes: Any) -> Review:
    """Return a selection whose panel agrees on these scores: one list of values for each response, as they sealed."""
    review = evaluated_call(cast, len(values), **changes)
    declare_all(review)
    admit_all(review)
    given = {row.pk: value for row, value in zip(review.responses(), values, strict=True)}
    for account in review.ready.reviewers:
        score(review, account, given)
    for row in review.responses():
        agree(review, row, given[row.pk])
    return review


def published(cast: Cast, *values: list[str], **changes: Any) -> Review:
    """Return a selection whose result is under public notice."""
    review = scored_call(cast, *values, **changes)
    public_notice.publish_notice(
        actor=cast.actor("publisher"), selection_id=review.selection.pk, version=review.fresh().version
    )
    return review


def write_all_feedback(review: Review) -> None:
    said = {place: feedback.Remarks("方案完整", "成本偏高") for place in range(len(review.ready.call.criteria))}
    for response in feedback.lacking_feedback(PanelWork(review.fresh())):
        act: Any = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": response.pk}
        feedback.write_feedback(**act, version=response.version, remarks=said)


def end_notice(review: Review, seconds: int = 0) -> None:
    """Move the notice so that it ends so many seconds from now; 0: it is just over."""
    end_notice_of(review.ready.call, seconds)


def end_notice_of(call: Call, seconds: int = 0) -> None:
    """Move the notice of a call's result as `end_notice` does."""
    ends = timezone.now() + timedelta(seconds=seconds)
    Selection.objects.filter(call=call).update(published_at=F("published_at") - timedelta(days=60), notice_ends_at=ends)
