"""Which responses count: the chair admits each, or excludes it under a clause that its author reads."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selection_panel import require_full_panel
from marketplace.actions.selections import lock_selection, note, require_chair, require_evaluating
from marketplace.choices import FOUND_CLAUSES, Clause, Verification
from marketplace.lifecycle import RESPONSE_MOVES
from marketplace.models import Exclusion, Response, Selection
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.policies import one_of, require_move


@transaction.atomic
def admit(*, actor: Actor, selection_id: UUID, response_id: UUID) -> Response:
    """Find a response eligible; a clause under which it was excluded falls away.

    Raises IllegalMove before every reviewer has declared, and for a response whose author did not confirm it after an
    addendum, or is not verified any more, which nobody can waive.
    """
    selection, response = _locked(actor, selection_id, response_id)
    if Exclusion.objects.filter(response=response, clause=Clause.TERMS).exists():
        raise IllegalMove(_("Its author did not confirm it after an addendum; that cannot be waived."))
    if response.lead.verification != Verification.VERIFIED:
        raise IllegalMove(_("Its author is not verified any more; that cannot be waived."))
    response.status = require_move(RESPONSE_MOVES, "admit", actor=actor, owner_id=None, status=response.status)
    response.version += 1
    response.save()
    Exclusion.objects.filter(response=response).delete()
    note(selection, "selection.response_admitted", actor, number=response.number)
    return response


@transaction.atomic
def exclude(
    *, actor: Actor, selection_id: UUID, response_id: UUID, clause: str, explanation: str, quoted: str = ""
) -> Response:
    """Find a response not eligible, and name the clause.

    clause : one of Clause. quoted : for a condition of the call, its words as the call has them.

    Raises Invalid for an unknown clause, words that are not in the call, or no explanation.
    """
    selection, response = _locked(actor, selection_id, response_id)
    _require_named(selection, clause, quoted.strip(), explanation.strip())
    response.status = require_move(RESPONSE_MOVES, "exclude", actor=actor, owner_id=None, status=response.status)
    response.version += 1
    response.save()
    Exclusion.objects.create(
        response=response,
        clause=clause,
        quoted=quoted.strip() if clause == Clause.CALL else "",
        explanation=explanation.strip(),
    )
    note(selection, "selection.response_excluded", actor, number=response.number, clause=clause)
    return response


def _locked(actor: Actor, selection_id: UUID, response_id: UUID) -> tuple[Selection, Response]:
    selection = lock_selection(actor, selection_id)
    require_evaluating(selection)
    require_chair(selection, actor)
    require_full_panel(PanelWork(selection))
    if selection.seats.active().filter(submitted_at__isnull=False).exists():
        raise IllegalMove(_("Scores are submitted already; which responses count is fixed."))
    return selection, one_of(Response.objects.opened().filter(call=selection.call), response_id, lock=True)


def _require_named(selection: Selection, clause: str, quoted: str, explanation: str) -> None:
    wrong = {}
    if clause not in Clause.values or clause in FOUND_CLAUSES:
        text = _("Choose the clause. Whether terms were confirmed, or who dropped out, the platform finds by itself.")
        wrong["clause"] = [text]
    if clause == Clause.CALL and quoted not in [row["text"] for row in selection.call.eligibility]:
        wrong["quoted"] = [_("Choose which of the call's clauses is not met.")]
    if not explanation or len(explanation) > 2000:
        wrong["explanation"] = [_("Explain it to the author in 1 to 2,000 characters.")]
    if wrong:
        raise Invalid(wrong)


def require_all_judged(work: PanelWork) -> list[Response]:
    """Return the responses that are eligible. Raises IllegalMove while some were not judged."""
    waiting = [str(row.number) for row in work.those("opened")]
    if waiting:
        text = _("Say first which responses are eligible. Not judged yet: %(numbers)s")
        raise IllegalMove(text % {"numbers": ", ".join(waiting)})
    return work.those("eligible")
