"""What pages and API show of a selection to those who work on it: how far it is, and the sheet of one response."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.utils.translation import gettext as _

from marketplace.actions.consensus import leaves_range
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.responses import files_of
from marketplace.attached_files import CONTENT_TYPES
from marketplace.choices import PartnerRole
from marketplace.models import ConsensusScore, Feedback, Response, ReviewSeat, Score, Selection
from marketplace.weighing import Criterion, Spread, criteria_of, spread
from scenarios.actor import Actor
from scenarios.errors import NotFound
from scenarios.facts import indicator_text, lot_labels
from scenarios.models import Call

COUNTED = ("eligible", "scored", "awarded", "reserve", "not_selected")


class Step(NamedTuple):
    """One step of the way to the award, as `c-stepper` draws it."""

    label: str
    state: str
    detail: str = ""


class Line(NamedTuple):
    """A response in the list of those who work on the selection; nothing in it tells whose it is."""

    response: Response
    scored: bool
    agreed: bool
    has_feedback: bool


@dataclass(frozen=True)
class Row:
    """One criterion on the sheet of a response.

    given : every reviewer's score with its comment, in an order that tells no name; empty until all have submitted.
    """

    place: int
    criterion: Criterion
    mine: Score | None
    given: list[Score]
    agreed: ConsensusScore | None
    feedback: Feedback | None

    @property
    def spread(self) -> Spread:
        return spread(score.value for score in self.given)

    @property
    def points(self) -> Decimal | None:
        return None if self.agreed is None else self.criterion.weight * self.agreed.value / 100

    @property
    def is_explained(self) -> bool:
        """Whether the consensus lies in the reviewers' range or says why not."""
        if self.agreed is None:
            return False
        return bool(self.agreed.reason) or not leaves_range(self.agreed.value, [row.value for row in self.given])


def shown_content(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    """Return what a page shows of a response whose names were taken out."""
    indicators = {str(row["id"]): indicator_text(row) for row in call.indicators}
    lots = lot_labels(call.lots)
    return {
        "content": content,
        "role": PartnerRole(content["role"]).label if content.get("role") else "",
        "partner_roles": [PartnerRole(row["role"]).label for row in content["partners"]],
        "commitments": [(indicators.get(row["indicator"], ""), row) for row in content["commitments"]],
        "chosen_lots": [lots[pk] for pk in content.get("lots", []) if pk in lots] if len(lots) > 1 else [],
    }


class NumberedFile(NamedTuple):
    """An attachment as a reviewer gets it: its name tells the call, the response and its place, not whose it is."""

    place: int
    name: str
    content_type: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)


def numbered_files(response: Response) -> list[NumberedFile]:
    """Return the attachments of an opened response in their order, under numbers from 1 on."""
    found = []
    for place, (name, data) in enumerate(files_of(response), start=1):
        ending = name.rpartition(".")[2]
        told = f"{response.call.code}-{response.number}-{place}.{ending}"
        found.append(NumberedFile(place, told, CONTENT_TYPES.get(ending, "application/octet-stream"), data))
    return found


def file_response(files: list[NumberedFile], place: int) -> HttpResponse:
    """Return the file at a place as a download. Raises NotFound where there is none."""
    if not 1 <= place <= len(files):
        raise NotFound
    file = files[place - 1]
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(file.data, content_type=file.content_type, headers=headers)


def may_read_responses(selection: Selection, actor: Actor) -> bool:
    """Whether the actor reviews: a seat on the panel, and declared to have no conflict of interest."""
    found: bool = selection.seats.held_by(actor).reading().exists()
    return found


def lines(work: PanelWork, seat: ReviewSeat | None) -> list[Line]:
    """Return the opened responses by number, with how far the reader and the panel are with each."""
    rows: list[Any] = work.responses
    count = len(work.selection.call.criteria)
    mine: dict[Any, int] = {}
    scores = Score.objects.filter(seat=seat).exclude(comment="").values_list("response", flat=True) if seat else []
    for response_id in scores:
        mine[response_id] = mine.get(response_id, 0) + 1
    return [
        Line(row, mine.get(row.pk, 0) == count, len(row.consensus.all()) == count, row.said == count) for row in rows
    ]


def sheet(work: PanelWork, response: Response, seat: ReviewSeat | None) -> list[Row]:
    """Return the criteria of a response with what the reader may see of the scores.

    Of others' scores nothing before every reviewer has submitted, whoever asks.
    """
    return sheets(work, [response], seat)[response.pk]


def sheets(work: PanelWork, responses: list[Response], seat: ReviewSeat | None) -> dict[UUID, list[Row]]:
    """Return the sheets of several responses by their ids; three queries."""
    told = work.is_submitted
    seats = work.seats if told else [seat] if seat else []
    prefetch_related_objects(responses, "consensus", "feedback")
    scores: dict[UUID, list[Score]] = {row.pk: [] for row in responses}
    for score in Score.objects.filter(response__in=responses, seat__in=seats).order_by("seat"):
        scores[score.response_id].append(score)
    return {row.pk: _rows(work, row, seat, scores[row.pk], told=told) for row in responses}


def _rows(
    work: PanelWork, response: Response, seat: ReviewSeat | None, scores: Iterable[Score], *, told: bool
) -> list[Row]:
    own: dict[int, Score] = {}
    given: dict[int, list[Score]] = {}
    for row in scores:
        if seat and row.seat_id == seat.pk:
            own[row.criterion] = row
        if told:
            given.setdefault(row.criterion, []).append(row)
    agreed = {row.criterion: row for row in response.consensus.all()}
    said = {row.criterion: row for row in response.feedback.all()}
    return [
        Row(place, criterion, own.get(place), given.get(place, []), agreed.get(place), said.get(place))
        for place, criterion in enumerate(criteria_of(work.selection.call))
    ]


def version_of(response: Response, seat: ReviewSeat) -> int:
    """Return which version the seat's scores of a response are at; 0 before the first one."""
    found = seat.sheets.filter(response=response).values_list("version", flat=True).first()
    return found or 0


def steps(work: PanelWork) -> list[Step]:
    """Return the way from the declarations to the award with where it stands."""
    selection, seats, responses = work.selection, work.seats, work.responses
    eligible, count = work.those(*COUNTED), len(selection.call.criteria)
    agreed = sum(len(row.consensus.all()) == count for row in eligible)
    declared = sum(seat.may_read for seat in seats)
    submitted = sum(seat.submitted_at is not None for seat in seats)
    judged = sum(row.status != "opened" for row in responses)
    done = [
        (_("Declarations"), declared == len(seats) and bool(seats), f"{declared} / {len(seats)}"),
        (_("Eligibility"), judged == len(responses), f"{judged} / {len(responses)}"),
        (_("Individual scores"), bool(seats) and submitted == len(seats), f"{submitted} / {len(seats)}"),
        (_("Consensus"), bool(eligible) and agreed == len(eligible), f"{agreed} / {len(eligible)}"),
        (_("Public notice"), selection.status in ("publicity", "suspended", "awarded"), ""),
        (_("Award"), selection.status == "awarded", ""),
    ]
    return _drawn(done, failed=selection.status == "failed")


def _drawn(done: Iterable[tuple[str, bool, str]], *, failed: bool) -> list[Step]:
    found, reached = [], True
    for label, finished, detail in done:
        if finished and reached:
            state = "done"
        elif reached:
            state = "failed" if failed else "current"
        else:
            state = "todo"
        reached = reached and finished
        found.append(Step(label, state, detail))
    return found
