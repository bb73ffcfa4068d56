"""What an organisation did as a supplier: the results of its responses, and what its projects kept of promises."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.choices import SelectionStatus
from marketplace.engagement_choices import EngagementStatus, GateState, PartyRole
from marketplace.models import Engagement, Gate, Party, Placing, Response, Selection
from marketplace.proof import ProofLine, proofs_of
from scenarios.actor import Actor


@dataclass(frozen=True)
class Project:
    """A project in which the organisation did the work. gates : those passed, in order. lines : its indicators."""

    engagement: Engagement
    gates: list[Gate]
    lines: list[ProofLine]

    @property
    def measured(self) -> list[ProofLine]:
        return [line for line in self.lines if line.accepted]

    @property
    def met(self) -> int:
        return sum(line.met is True for line in self.lines)

    @property
    def kept(self) -> int:
        return sum(line.kept is True for line in self.lines)


class Totals(NamedTuple):
    """The record in numbers. counted : responses whose result is public. measured : indicators at acceptance."""

    sealed: int
    counted: int
    awarded: int
    projects: int
    gates: int
    no_fault: int
    measured: int
    met: int
    kept: int


class Answered(NamedTuple):
    """A response with its best placing, and whether the panel's feedback can be read."""

    response: Any
    placing: Placing | None
    has_feedback: bool


def told_responses(actor: Actor) -> Any:
    """Return what the actor's organisations sealed or more, with the status as they may know it, the latest first."""
    rows = Response.objects.of(actor).with_told().exclude(status__in=["draft", "cancelled"])
    return rows.select_related("call", "lead").order_by("-call__closes_at", "pk")


def answered(responses: Iterable[Response]) -> list[Answered]:
    """Return responses with their outcomes as their authors may read them; three queries."""
    rows = list(responses)
    calls = {row.call_id for row in rows}
    public = dict(Selection.objects.public().filter(call__in=calls).values_list("call", "status"))
    placings: dict[UUID, Placing] = {}
    for one in Placing.objects.filter(response__in=rows, selection__call__in=list(public)).order_by("-rank"):
        placings[one.response_id] = one
    heard = set(
        Response.objects.filter(pk__in=[row.pk for row in rows], feedback__isnull=False).values_list("pk", flat=True)
    )
    awarded = {call for call, status in public.items() if status == SelectionStatus.AWARDED}
    return [Answered(row, placings.get(row.pk), row.call_id in awarded and row.pk in heard) for row in rows]


def projects_of(actor: Actor) -> list[Project]:
    """Return the projects that an organisation of the actor leads or works in; to own the need is no work in it."""
    worked = Party.objects.of(actor).exclude(role=PartyRole.OWNER).values("engagement")
    rows = list(Engagement.objects.begun().filter(pk__in=worked).for_page().order_by("-started_at", "pk"))
    ids = [row.pk for row in rows]
    lines = proofs_of(ids)
    passed: dict[UUID, list[Gate]] = {}
    for gate in Gate.objects.filter(engagement__in=ids, state=GateState.PASSED).order_by("position"):
        passed.setdefault(gate.engagement_id, []).append(gate)
    return [Project(row, passed.get(row.pk, []), lines.get(row.pk, [])) for row in rows]


def told_outcomes(actor: Actor) -> list[str]:
    """Return the status of each of `told_responses`, as its author may know it."""
    return list(told_responses(actor).order_by().values_list("told", flat=True))


def totals(outcomes: Collection[str], projects: list[Project]) -> Totals:
    """Return the record in numbers."""
    counted = [told for told in outcomes if told in ("awarded", "reserve", "not_selected", "scored", "ineligible")]
    return Totals(
        sealed=sum(told != "withdrawn" for told in outcomes),
        counted=len(counted),
        awarded=counted.count("awarded"),
        projects=len(projects),
        gates=sum(len(one.gates) for one in projects),
        no_fault=sum(one.engagement.status == EngagementStatus.STOPPED_NO_FAULT for one in projects),
        measured=sum(len(one.measured) for one in projects),
        met=sum(one.met for one in projects),
        kept=sum(one.kept for one in projects),
    )
