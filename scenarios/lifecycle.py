"""The state machines as tables: from where, to where, who may, what must be true first.

`who` names are checked by the policies: "owner" is an editor of the owning organisation, "system" a worker or the
relay, the rest are staff roles. `requires` names are checked by the action that makes the move; they stand here so that
the table is the whole rule.
"""

from dataclasses import dataclass

from scenarios.choices import CallStatus, DemandStatus, NeedStatus, ProposalStatus
from scenarios.errors import IllegalMove


@dataclass(frozen=True)
class Move:
    """One arrow of a state machine."""

    name: str
    source: tuple[str, ...]
    target: str
    who: tuple[str, ...]
    requires: tuple[str, ...] = ()

    @property
    def asks_for_reason(self) -> bool:
        return bool({"reason", "reason_per_field"} & set(self.requires))


N, D, C, P = NeedStatus, DemandStatus, CallStatus, ProposalStatus

NEED_MOVES = (
    Move("submit", (N.DRAFT, N.RETURNED), N.SUBMITTED, ("owner",), ("no_blocker",)),
    Move("check", (N.SUBMITTED,), N.CHECKED, ("system",)),
    Move("return", (N.CHECKED, N.APPROVED), N.RETURNED, ("moderator",), ("reason_per_field", "not_own")),
    Move("approve", (N.CHECKED,), N.APPROVED, ("moderator",), ("not_own",)),
    Move("take_back_approval", (N.APPROVED,), N.CHECKED, ("moderator",), ("own_decision", "nothing_since")),
    Move("take_back_return", (N.RETURNED,), N.CHECKED, ("moderator",), ("own_decision", "nothing_since")),
    Move(
        "publish",
        (N.APPROVED,),
        N.PUBLISHED,
        ("publisher",),
        ("not_the_moderator", "not_own", "supervised_if_r3", "ethics_if_r4"),
    ),
    Move("publish_imported", (N.DRAFT,), N.PUBLISHED, ("system",), ("not_in_production",)),
    Move("suspend", (N.PUBLISHED,), N.SUSPENDED, ("moderator",), ("reason",)),
    Move("reinstate", (N.SUSPENDED,), N.PUBLISHED, ("moderator",), ("not_own",)),
    Move(
        "withdraw",
        (N.DRAFT, N.SUBMITTED, N.CHECKED, N.RETURNED, N.APPROVED, N.PUBLISHED, N.SUSPENDED, N.EXPIRED),
        N.WITHDRAWN,
        ("owner",),
        ("no_closed_call",),
    ),
    Move("reopen", (N.WITHDRAWN,), N.DRAFT, ("owner",)),
    Move("expire", (N.PUBLISHED,), N.EXPIRED, ("system",), ("past_expiry",)),
    Move("renew", (N.EXPIRED, N.PUBLISHED), N.PUBLISHED, ("owner",)),
    Move("land", (N.PUBLISHED, N.EXPIRED), N.LANDED, ("system",), ("engagement_accepted",)),
    Move("close", (N.LANDED,), N.CLOSED, ("system",), ("engagement_closed",)),
)

PROPOSAL_MOVES = (
    Move("accept", (P.OPEN,), P.ACCEPTED, ("manager",), ("no_conflict",)),
    Move("dismiss", (P.OPEN,), P.DISMISSED, ("manager",), ("reason",)),
    Move("reconsider", (P.DISMISSED,), P.OPEN, ("manager",)),
    Move("supersede", (P.OPEN,), P.SUPERSEDED, ("system",)),
)

DEMAND_MOVES = (
    Move("invite", (D.DRAFTED,), D.CONSENTING, ("manager",), ("two_members",)),
    Move("form", (D.CONSENTING,), D.FORMED, ("system",), ("two_owners_on_the_core",)),
    Move("unform", (D.FORMED, D.THRESHOLD_MET), D.CONSENTING, ("system",), ("fewer_than_two_owners",)),
    Move("reconsent", (D.FORMED, D.THRESHOLD_MET, D.THRESHOLD_MISSED), D.CONSENTING, ("manager",), ("core_changed",)),
    Move("meet_threshold", (D.FORMED, D.THRESHOLD_MISSED), D.THRESHOLD_MET, ("system",), ("threshold_reached",)),
    Move("fall_below", (D.THRESHOLD_MET,), D.FORMED, ("system",), ("before_the_deadline",)),
    Move("fall_after_deadline", (D.THRESHOLD_MET,), D.THRESHOLD_MISSED, ("system",), ("past_deadline",)),
    Move("miss_threshold", (D.CONSENTING, D.FORMED), D.THRESHOLD_MISSED, ("system",), ("past_deadline",)),
    Move("extend", (D.THRESHOLD_MISSED,), D.FORMED, ("system",), ("first_deadline", "two_owners_on_the_core")),
    Move("extend_invitation", (D.THRESHOLD_MISSED,), D.CONSENTING, ("system",), ("first_deadline",)),
    Move(
        "freeze",
        (D.FORMED, D.THRESHOLD_MET),
        D.FROZEN,
        ("publisher",),
        ("two_owners_on_the_core", "every_owner_on_the_core", "threshold_met_if_there_is_one"),
    ),
    Move("take_on_core", (D.FROZEN,), D.CONSENTING, ("manager",), ("newer_core", "no_call_under_way")),
    Move("call", (D.FROZEN,), D.CALLED, ("system",)),
    Move("release", (D.CALLED,), D.FROZEN, ("system",), ("call_cancelled_or_failed",)),
    Move("land", (D.CALLED,), D.LANDED, ("system",), ("engagement_accepted",)),
    Move(
        "split",
        (D.CONSENTING, D.FORMED, D.THRESHOLD_MET, D.THRESHOLD_MISSED, D.FROZEN, D.CALLED),
        D.SPLIT,
        ("publisher", "system"),
        ("reason", "no_call_under_way"),
    ),
    Move(
        "dissolve",
        (D.DRAFTED, D.CONSENTING, D.FORMED, D.THRESHOLD_MET, D.THRESHOLD_MISSED, D.FROZEN, D.CALLED),
        D.DISSOLVED,
        ("publisher", "system"),
        ("reason", "no_call_under_way"),
    ),
)

CORE_CHANGE_MOVES = (
    Move("take_up", ("open",), "taken", ("manager",)),
    Move("dismiss", ("open",), "dismissed", ("manager",), ("reason",)),
)

CALL_MOVES = (
    Move("review", (C.DRAFT,), C.REVIEWED, ("moderator",), ("not_the_author", "not_own")),
    Move(
        "approve",
        (C.REVIEWED,),
        C.APPROVED,
        ("publisher",),
        ("not_the_author_or_reviewer", "not_own", "checklist_complete"),
    ),
    Move("rework", (C.REVIEWED, C.APPROVED), C.DRAFT, ("manager", "publisher"), ("reason",)),
    Move(
        "open",
        (C.APPROVED,),
        C.OPEN,
        ("publisher",),
        ("closes_in_future", "source_ready", "not_own", "risk_papers_there", "ready_for_responses"),
    ),
    Move("close", (C.OPEN,), C.CLOSED, ("system",), ("past_close",)),
    Move(
        "cancel",
        (C.DRAFT, C.REVIEWED, C.APPROVED, C.OPEN),
        C.CANCELLED,
        ("publisher", "system"),
        ("reason", "not_past_close"),
    ),
)


def move(table: tuple[Move, ...], name: str) -> Move:
    """Return the row of `table` called `name`."""
    return next(row for row in table if row.name == name)


def check_move(table: tuple[Move, ...], name: str, status: str) -> str:
    """Return the status that move `name` leads to from `status`.

    Raises IllegalMove when the table has no such arrow.
    """
    row = move(table, name)
    if status not in row.source:
        raise IllegalMove
    return row.target


def moves_from(table: tuple[Move, ...], status: str) -> tuple[Move, ...]:
    """Return every arrow that leaves `status`."""
    return tuple(row for row in table if status in row.source)


def way_back(table: tuple[Move, ...], name: str) -> Move | None:
    """Return the move that undoes `name` without a word more: back to where it starts, by one of those who made it."""
    made = move(table, name)
    return next((row for row in table if _leads_back(row, made)), None)


def _leads_back(row: Move, made: Move) -> bool:
    reversed_ = made.target in row.source and row.target in made.source
    return reversed_ and bool(set(row.who) & set(made.who)) and not row.asks_for_reason
