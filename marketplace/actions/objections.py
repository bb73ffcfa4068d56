"""Objections against a result under public notice: who is concerned makes one, the manager answers it.

An open objection suspends the notice. When the last one is rejected the notice goes on for as many working days as were
not over when it stopped; the day of the answer is not one of them. One that is upheld sends the result back to the
panel, or ends the call. See docs/adr/0013-selection.md.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.actions.selections import lock_selection, note
from marketplace.choices import ObjectionState, SelectionStatus
from marketplace.lifecycle import RESPONSE_MOVES, SELECTION_MOVES
from marketplace.models import Objection, Organisation, Placing, Response, Selection
from marketplace.working_days import after, left_at
from scenarios.actions.call_readiness import needs_behind
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.lifecycle import check_move
from scenarios.policies import one_of, require_move, require_owner, require_role
from scenarios.querysets import database_time


@transaction.atomic
def object_to(*, actor: Actor, selection_id: UUID, organisation_id: UUID, reasons: str) -> Objection:
    """Object to the result under notice; the notice is suspended until it is answered.

    Raises IllegalMove when the notice is over by the database clock, NotPermitted for an organisation that is not
    verified or not concerned, Invalid without reasons or for a second objection to the same notice.
    """
    require_owner(actor, organisation_id)
    selection = lock_selection(actor, selection_id)
    if not Selection.objects.under_notice().filter(pk=selection.pk).exists():
        raise IllegalMove(_("This result is not under public notice now."))
    _require_concerned(selection, organisation_id)
    if not reasons.strip() or len(reasons) > 5000:
        raise Invalid({"reasons": [_("Give your reasons in 1 to 5,000 characters.")]})
    if selection.objections.filter(round=selection.round, organisation_id=organisation_id).exists():
        raise Invalid({"reasons": [_("Your organisation has objected to this notice already.")]})
    objection = Objection.objects.create(
        selection=selection,
        round=selection.round,
        organisation_id=organisation_id,
        account_id=actor.signed_in_id,
        reasons=reasons.strip(),
    )
    if selection.status == SelectionStatus.PUBLICITY:
        selection.status = check_move(SELECTION_MOVES, "suspend", selection.status)
        selection.suspended_at = database_time()
    note(selection, "selection.objected", actor, objection=str(objection.pk))
    return objection


def concerned(selection: Selection, organisation_ids: Iterable[UUID]) -> QuerySet[Organisation]:
    """Return those of the organisations that responded, declared interest, or stand behind the call."""
    responded = Response.objects.opened().filter(call=selection.call).order_by().values("lead")
    interested = selection.call.interests.filter(state="declared").order_by().values("organisation")
    behind = needs_behind(selection.call).order_by().values("owner")
    is_concerned = Q(pk__in=responded) | Q(pk__in=interested) | Q(pk__in=behind)
    return Organisation.objects.filter(is_concerned, pk__in=organisation_ids)


def _require_concerned(selection: Selection, organisation_id: UUID) -> None:
    if not Organisation.objects.filter(pk=organisation_id, verification="verified").exists():
        raise NotPermitted(_("Only verified organisations can object. Ask for verification first."))
    if not concerned(selection, [organisation_id]).exists():
        raise NotPermitted(
            _("Only organisations that responded, declared interest, or stand behind the call can object.")
        )


@transaction.atomic
def reject_objection(*, actor: Actor, objection_id: UUID, answer: str) -> Objection:
    """Reject an objection with the reason; with the last open one answered, the notice goes on."""
    objection, selection = _lock_open(actor, objection_id)
    _answer(objection, ObjectionState.REJECTED, actor, answer)
    if selection.status == SelectionStatus.SUSPENDED and not selection.objections.open().exists():
        _resume(selection)
    note(selection, "selection.objection_rejected", actor, objection=str(objection.pk), organisations=_about(objection))
    return objection


def _resume(selection: Selection) -> None:
    """Let the notice run on for the working days that were not over when it stopped."""
    if selection.suspended_at is None or selection.notice_ends_at is None:
        raise IllegalMove
    days = min(left_at(selection.suspended_at, selection.notice_ends_at), selection.call.publicity_days)
    period = after(database_time(), days)
    selection.status = check_move(SELECTION_MOVES, "resume", selection.status)
    selection.suspended_at = None
    selection.notice_ends_at, selection.notice_provisional = period


@transaction.atomic
def uphold_objection(*, actor: Actor, objection_id: UUID, answer: str) -> Objection:
    """Uphold an objection: the notice is withdrawn and the panel works on what it has, which stays as it is.

    Reviewers' scores can be changed again and have to be submitted anew. To end the call instead, the publisher
    declares it failed for this reason afterwards.
    """
    objection, selection = _lock_open(actor, objection_id)
    target = require_move(SELECTION_MOVES, "reopen", actor=actor, owner_id=None, status=selection.status)
    _answer(objection, ObjectionState.UPHELD, actor, answer)
    Placing.objects.filter(selection=selection).delete()
    for response in Response.objects.filter(call=selection.call, status="scored").order_by("pk").select_for_update():
        response.status = check_move(RESPONSE_MOVES, "rescore", response.status)
        response.version += 1
        response.save()
    selection.seats.update(submitted_at=None)
    selection.status, selection.suspended_at, selection.notice_ends_at = target, None, None
    note(selection, "selection.objection_upheld", actor, objection=str(objection.pk), organisations=_about(objection))
    return objection


def _lock_open(actor: Actor, objection_id: UUID) -> tuple[Objection, Selection]:
    require_role(actor, "manager")
    selection_id = one_of(Objection.objects.visible_to(actor), objection_id).selection_id
    selection = lock_selection(actor, selection_id)
    objection = one_of(selection.objections.all(), objection_id, lock=True)
    if objection.state != ObjectionState.OPEN:
        raise IllegalMove(_("This objection is answered."))
    return objection, selection


def _answer(objection: Objection, state: str, actor: Actor, answer: str) -> None:
    if not answer.strip() or len(answer) > 5000:
        raise Invalid({"answer": [_("Give the reason in 1 to 5,000 characters; whoever objected reads it.")]})
    objection.state, objection.answer = state, answer.strip()
    objection.answered_by_id, objection.answered_at = actor.account_id, database_time()
    objection.save()


def _about(objection: Objection) -> list[str]:
    return [str(objection.organisation_id)]
