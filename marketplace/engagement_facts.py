"""An engagement as one reader may see it: what they are to it, whom it names to them, and what they may do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from marketplace.engagement_choices import DecisionState, GateState, PartyRole, Stage
from marketplace.models import Deviation, Engagement, EngagementNote, Gate, GateDecision, LedgerEntry, Party, Rollout
from marketplace.proof import ProofLine, proof_of
from marketplace.proof_picture import Picture, picture_of, reading_label
from scenarios.actor import Actor
from scenarios.audiences import ENGAGEMENT_FIELDS, Audience, visible_fields
from scenarios.choices import Comparator
from scenarios.disclosure import named_owners
from scenarios.facts import number

LEARNING = ("running", "suspended", "accepted", "landed", "closed", "stopped_no_fault", "stopped_breach")


@dataclass(frozen=True)
class Standing:
    """What a reader is to an engagement. Writing for a party: owner, lead, party; staff who are no party: manager,
    supervisor. Reading as one of the parties: inside.
    """

    owner: bool
    lead: bool
    party: bool
    inside: bool
    manager: bool
    supervisor: bool
    visible: frozenset[str]

    @property
    def decides(self) -> bool:
        """Whether the reader is one of the two sides that run the gates."""
        return self.owner or self.manager

    @property
    def records(self) -> bool:
        """Whether the reader may enter what was measured."""
        return self.party or self.manager


def standing_of(actor: Actor, engagement: Engagement) -> Standing:
    """Return what the actor is to an engagement whose parties are loaded."""
    parties = list(engagement.parties.all())
    inside = any(actor.belongs_to(one.organisation_id) for one in parties)
    written = {one.role for one in parties if actor.owns(one.organisation_id)}
    if inside:
        audience = Audience.OWNER
    else:
        audience = Audience.STAFF if actor.is_staff else Audience.VERIFIED if actor.verified else Audience.PUBLIC
    return Standing(
        owner=PartyRole.OWNER in written,
        lead=PartyRole.LEAD in written,
        party=bool(written),
        inside=inside,
        manager=actor.has_role("manager") and not inside,
        supervisor=actor.has_role("supervisor") and not inside,
        visible=visible_fields(ENGAGEMENT_FIELDS, audience),
    )


class ToldParty(NamedTuple):
    """A party as a reader may know it; a peer whose name is not told is numbered. contact is empty where not told."""

    id: UUID
    role: str
    role_label: str
    name: str
    organisation_id: UUID | None
    contact: str
    version: int
    mine: bool


def told_parties(engagement: Engagement, actor: Actor) -> list[ToldParty]:
    """Return the parties as the actor may know them.

    Owners in a pool are peers and often rivals: they are named to each other, and to the public, as far as their pool
    names its members. Contacts are told across the table: owners read those of the other parties, these the owners'.
    """
    parties = sorted(engagement.parties.all(), key=lambda one: (PartyRole.values.index(one.role), one.name, one.pk))
    on_owners_side = any(one.role == PartyRole.OWNER and actor.belongs_to(one.organisation_id) for one in parties)
    across = any(one.role != PartyRole.OWNER and actor.belongs_to(one.organisation_id) for one in parties)
    named = across or _names_owners(engagement, actor)
    told, owners = [], 0
    for one in parties:
        is_owner, mine = one.role == PartyRole.OWNER, actor.belongs_to(one.organisation_id)
        owners += is_owner
        shown = not is_owner or named or mine
        reads = mine or (across if is_owner else on_owners_side)
        told.append(
            ToldParty(
                id=one.pk,
                role=one.role,
                role_label=str(one.get_role_display()),
                name=str(one) if shown else _("Owner %(number)d") % {"number": owners},
                organisation_id=one.organisation_id if shown else None,
                contact=one.contact if reads and engagement.status != "proposed" else "",
                version=one.version if mine else 0,
                mine=mine,
            )
        )
    return told


def _names_owners(engagement: Engagement, actor: Actor) -> bool:
    return engagement.demand is None or actor.is_staff or bool(named_owners(engagement.demand))


class ToldNote(NamedTuple):
    """A note as a reader may know it. role is empty and organisation_id None for the manager; the latter also for a
    peer whose name is not told.
    """

    id: UUID
    author: str
    role: str
    organisation_id: UUID | None
    by_manager: bool
    text: str
    created_at: datetime


def told_notes(engagement: Engagement, actor: Actor, notes: Iterable[EngagementNote]) -> list[ToldNote]:
    """Return notes of an engagement whose parties are loaded, each writer named as among the parties."""
    organisations = {one.pk: one.organisation_id for one in engagement.parties.all()}
    writers: dict[UUID | None, ToldParty] = {}
    for party in told_parties(engagement, actor):
        # Owners come first: one that is also a partner stays a number where owners are not named.
        writers.setdefault(organisations[party.id], party)
    return [_told_note(note, writers[note.organisation_id] if note.organisation_id else None) for note in notes]


def _told_note(note: EngagementNote, writer: ToldParty | None) -> ToldNote:
    return ToldNote(
        id=note.pk,
        author=writer.name if writer else _("Scenario manager"),
        role=writer.role_label if writer else "",
        organisation_id=writer.organisation_id if writer else None,
        by_manager=writer is None,
        text=note.text,
        created_at=note.created_at,
    )


class IndicatorTold(NamedTuple):
    """A line from promise to proof in words; empty where nothing is given, measured or told."""

    line: ProofLine
    asked: str
    frozen: str
    promised: str
    readings: list[tuple[str, str, bool | None]]
    accepted: str
    picture: Picture | None


def told_indicators(engagement: Engagement, standing: Standing) -> list[IndicatorTold]:
    """Return a line for each indicator as far as the reader may know it."""
    sees_all = "indicator.readings" in standing.visible
    return [_told(line, sees_all) for line in proof_of(engagement)]


def _told(line: ProofLine, sees_all: bool) -> IndicatorTold:
    row = line.indicator
    unit = f" {row.unit}" if row.unit else ""

    def value(one: Any) -> str:
        return f"{number(one)}{unit}" if one is not None else ""

    def target(low: Any, high: Any) -> str:
        if low is None:
            return ""
        sign = "" if row.comparator == Comparator.RANGE else f"{dict(Comparator.choices)[row.comparator]} "
        return f"{sign}{number(low)}{f'–{number(high)}' if high is not None else ''}{unit}"

    readings = [(reading_label(one), value(one.measurement.value), one.met) for one in line.readings]
    return IndicatorTold(
        line=line,
        asked=target(row.need_target, row.need_target_max),
        frozen=target(row.target, row.target_max),
        promised=value(row.promised) if sees_all else "",
        readings=readings if sees_all else [],
        accepted=value(line.accepted.measurement.value) if line.accepted else "",
        picture=picture_of(line, sees_all=sees_all),
    )


def gates_of(engagement: Engagement) -> list[Gate]:
    """Return the gates in their order with their decisions loaded.

    Of each: `made` the last decision that was made, `waiting` the one that is open, `is_next` whether it is the one to
    begin now.
    """
    decisions = GateDecision.objects.select_related("accused__organisation").order_by("iteration", "proposed_at")
    gates = list(engagement.gates.prefetch_related(Prefetch("decisions", queryset=decisions)))
    for gate in gates:
        made = [one for one in gate.decisions.all() if one.state == DecisionState.MADE]
        gate.made = made[-1] if made else None
        waiting = (one for one in gate.decisions.all() if one.state == DecisionState.PROPOSED)
        gate.waiting = next(waiting, None)
        before = (one.state for one in gates if one.position < gate.position)
        gate.is_next = gate.state == GateState.PLANNED and set(before) <= {GateState.PASSED}
    return gates


def steps_of(engagement: Engagement, gates: Iterable[Gate]) -> list[dict[str, Any]]:
    """Return the way of an engagement for the stepper: its planned gates, its acceptance and its landing."""
    states = {"planned": "todo", "running": "current", "passed": "done", "stopped": "failed"}
    steps: list[dict[str, Any]] = [
        {"label": gate.get_stage_display(), "state": states[gate.state], "detail": gate.get_state_display()}
        for gate in gates
    ]
    done = "done" if engagement.accepted_at else "todo"
    steps.append({"label": _("Acceptance"), "state": done, "detail": ""})
    steps.append({"label": _("Landed"), "state": "done" if engagement.landed_at else "todo", "detail": ""})
    return steps


def unplanned_stages(gates: Iterable[Gate]) -> list[tuple[str, Any]]:
    """Return the stages that may still be planned: none before one that has begun."""
    gates = list(gates)
    begun = max((gate.position for gate in gates if gate.state != "planned"), default=-1)
    planned = {gate.stage for gate in gates}
    return [
        (value, label)
        for position, (value, label) in enumerate(Stage.choices)
        if value not in planned and position > begun
    ]


def told_elements(engagement: Engagement, actor: Actor) -> list[LedgerEntry]:
    """Return what the actor may read of the ledger, each with whether it is late."""
    rows = engagement.elements.visible_to(actor).with_lateness()
    return list(rows.select_related("giver__organisation", "receiver__organisation"))


def told_rollouts(engagement: Engagement, actor: Actor) -> list[Rollout]:
    """Return what the actor may read of the rollouts, with their deviations."""
    rows = engagement.rollouts.visible_to(actor).select_related("need__owner")
    deviations = Deviation.objects.select_related("core_change")
    return list(rows.prefetch_related(Prefetch("deviations", queryset=deviations)))


def own_parties(engagement: Engagement, actor: Actor) -> list[Party]:
    """Return the parties for which the actor may write, of an engagement whose parties are loaded."""
    return [one for one in engagement.parties.all() if actor.owns(one.organisation_id)]
