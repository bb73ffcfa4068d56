"""Selections of the demonstration: declarations, eligibility, scores, consensus, notice, objections, award, failure."""

from decimal import Decimal
from typing import Any

from marketplace.actions import (
    award as awarding,
)
from marketplace.actions import (
    consensus,
    eligibility,
    failed_calls,
    feedback,
    objections,
    public_notice,
    scoring,
    selection_panel,
    selections,
)
from marketplace.actions.panel_work import PanelWork
from marketplace.demonstration import past
from marketplace.demonstration.people import PANEL, organisation, speaker, staff
from marketplace.models import Response, Selection
from scenarios.models import Call

Row = dict[str, Any]


def evaluate(call: Call, story: Row) -> Selection | None:
    """Have the panel work as far as the story says; return the selection where all of it is agreed on."""
    chair = staff(PANEL[0])
    selection = selections.open_evaluation(actor=chair, call_id=call.pk)
    for name in PANEL:
        selection_panel.declare(actor=staff(name), selection_id=selection.pk, conflict=False)
    if failure := story["review"].get("failed"):
        failed_calls.fail_selection(actor=staff("publisher"), selection_id=selection.pk, **failure)
        return None
    rows = [(row, response_of(call, row)) for row in story["responses"]]
    for row, response in rows:
        judge(selection, row, response)
    scored = [(row, response) for row, response in rows if "scores" in row]
    for place, name in enumerate(PANEL):
        score(selection, story, name, place, scored)
    agreed = [pair for pair in scored if "agreed" in pair[0]]
    for row, response in agreed:
        agree(selection, row, response)
    return selection if agreed == scored else None


def response_of(call: Call, row: Row) -> Response:
    return Response.objects.opened().get(call=call, lead=organisation(row["lead"]))


def judge(selection: Selection, row: Row, response: Response) -> None:
    """Admit a response, or exclude it under the clause that the file names."""
    about: Any = {"actor": staff(PANEL[0]), "selection_id": selection.pk, "response_id": response.pk}
    if excluded := row.get("excluded"):
        eligibility.exclude(**about, **excluded)
    else:
        eligibility.admit(**about)


def score(selection: Selection, story: Row, name: str, place: int, rows: list[tuple[Row, Response]]) -> None:
    """Have one reviewer score every eligible response alone, and submit."""
    actor, comment = staff(name), story["review"]["comments"][place]
    for row, response in rows:
        given = {at: scoring.Given(Decimal(value), comment) for at, value in enumerate(row["scores"][place])}
        scoring.save_scores(actor=actor, selection_id=selection.pk, response_id=response.pk, version=0, scores=given)
    scoring.submit_scores(actor=actor, selection_id=selection.pk)


def agree(selection: Selection, row: Row, response: Response) -> None:
    agreed = {at: consensus.Agreed(Decimal(value)) for at, value in enumerate(row["agreed"])}
    response.refresh_from_db()
    about: Any = {"selection_id": selection.pk, "response_id": response.pk, "version": response.version}
    consensus.agree(actor=staff(PANEL[0]), **about, scores=agreed)


def publish(selection: Selection, story: Row) -> bool:
    """Put the result under notice, and have its objections decided; return whether its notice is to be over."""
    row, publisher = story["review"], staff("publisher")
    selection.refresh_from_db()
    public_notice.publish_notice(actor=publisher, selection_id=selection.pk, version=selection.version)
    past.age_notice(selection, days=row["published_days_ago"])
    for objection in row.get("objections", []):
        made = objections.object_to(
            actor=speaker(objection["by"]),
            selection_id=selection.pk,
            organisation_id=organisation(objection["by"]).pk,
            reasons=objection["reasons"],
        )
        objections.reject_objection(actor=staff("manager"), objection_id=made.pk, answer=objection["answer"])
    return bool(row.get("awarded"))


def award(selection: Selection, story: Row) -> None:
    """Write feedback to everyone who wins nothing, and award."""
    places = range(len(selection.call.criteria))
    rows = {organisation(row["lead"]).pk: row for row in story["responses"]}
    for response in feedback.lacking_feedback(PanelWork(selection)):
        said = feedback.Remarks(*rows[response.lead_id]["feedback"])
        feedback.write_feedback(
            actor=staff(PANEL[0]),
            selection_id=selection.pk,
            response_id=response.pk,
            version=response.version,
            remarks=dict.fromkeys(places, said),
        )
    selection.refresh_from_db()
    awarding.award(actor=staff("publisher"), selection_id=selection.pk, version=selection.version)
    past.age_award(selection)
