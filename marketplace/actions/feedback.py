"""Feedback to every response that wins nothing: strengths and weaknesses by criterion, before the award."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import lock_selection, note, require_chair
from marketplace.actions.sheets import require_seen
from marketplace.choices import SelectionStatus
from marketplace.models import Feedback, Response
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.policies import one_of


class Remarks(NamedTuple):
    """What was strong and what was weak by one criterion."""

    strengths: str
    weaknesses: str


@transaction.atomic
def write_feedback(
    *, actor: Actor, selection_id: UUID, response_id: UUID, version: int, remarks: Mapping[int, Remarks]
) -> Response:
    """Write the feedback to one response, every criterion of it. Its author reads it with the award.

    version : of the response that the chair read.

    Raises NotPermitted for anyone but the chair, IllegalMove outside of the public notice, Conflict where feedback was
    written in between, Invalid for a criterion without both remarks.
    """
    selection = lock_selection(actor, selection_id)
    if selection.status not in (SelectionStatus.PUBLICITY, SelectionStatus.SUSPENDED):
        raise IllegalMove(_("Feedback is written while the result is under public notice."))
    require_chair(selection, actor)
    response = one_of(Response.objects.filter(call=selection.call, status="scored"), response_id, lock=True)
    _require_complete(len(selection.call.criteria), remarks)
    saved = {row.criterion: Remarks(row.strengths, row.weaknesses) for row in response.feedback.all()}
    require_seen(version, stored=response.version, mine=remarks, saved=saved)
    for criterion, said in remarks.items():
        Feedback.objects.update_or_create(
            response=response,
            criterion=criterion,
            defaults={"strengths": said.strengths.strip(), "weaknesses": said.weaknesses.strip()},
        )
    response.version += 1
    response.save()
    note(selection, "selection.feedback_written", actor, number=response.number)
    return response


def _require_complete(count: int, remarks: Mapping[int, Remarks]) -> None:
    wrong: dict[str, list[Any]] = {}
    for criterion in range(count):
        said = remarks.get(criterion, Remarks("", ""))
        for name, text in said._asdict().items():
            if not text.strip() or len(text) > 2000:
                wrong[f"{name}-{criterion}"] = [_("Write 1 to 2,000 characters; a loser learns from both.")]
    if set(remarks) - set(range(count)):
        wrong["feedback"] = [_("The call has no such criterion.")]
    if wrong:
        raise Invalid(wrong)


def lacking_feedback(work: PanelWork) -> list[Response]:
    """Return the ranked responses that win nothing and whose feedback is incomplete, by number.

    Who is not eligible has read the clause and its explanation, which is the feedback.
    """
    count = len(work.selection.call.criteria)
    losers: list[Any] = [row for row in work.those("scored") if row.pk not in work.winning]
    return [row for row in losers if row.said < count]
