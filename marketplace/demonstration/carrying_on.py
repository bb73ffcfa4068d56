"""Carrying the demonstration on from the workers' proposals: a formed pool, and another one in an open call.

One transaction for each pool, with the row that marks it: a start after a crash finds a pool done or not begun, and
what was carried on once is left to whoever works with it. What follows (suggestions, notices) the outbox carries.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from marketplace.actors import actor_for
from marketplace.choices import MemberRole
from marketplace.demonstration.files import read
from marketplace.demonstration.loading import JOB, is_loaded
from marketplace.demonstration.logins import logins
from marketplace.imports.columns import need_columns
from marketplace.models import Account, Capability, Member
from scenarios.actions import calls, consents, demands, interests, proposals
from scenarios.actor import Actor
from scenarios.choices import ConsentState, Treatment
from scenarios.errors import DomainError
from scenarios.models import Call, JobSlot, MergedDemand, MergeProposal
from scenarios.policies import one_of

Row = Mapping[str, str]
CLOSING_HOUR = 17


def carry_on() -> list[str]:
    """Make the demonstration's pools of what the workers proposed, as far as it is missing.

    Where no open proposal holds the need that a pool begins with, somebody else was faster, and nothing is done.
    Returns a sentence for each pool that was refused.
    """
    problems = []
    for row in read("pools.csv") if is_loaded() else ():
        try:
            carry_pool(row)
        except DomainError as error:
            problems.append(f"The demonstration's pool “{row['pool']}” was refused: {error}")
    return problems


@transaction.atomic
def carry_pool(row: Row) -> bool:
    """Carry one proposal on to its pool and, where the files say so, to its call; return whether it was done now."""
    proposal = MergeProposal.objects.open().filter(conflicts=[], members__need__external_id=row["need"]).first()
    if proposal is None or not JobSlot.objects.get_or_create(job=JOB, slot=f"pool {row['pool']}")[1]:
        return False
    demand = pool(row, proposal)
    for one in rows_of(row["pool"], "calls.csv"):
        call = open_call(one, demand)
        for interest in rows_of(row["pool"], "interests.csv"):
            declare(interest, call)
    return True


def pool(row: Row, proposal: MergeProposal) -> MergedDemand:
    """Accept the proposal and have every owner consent to its core: the pool is formed."""
    manager = staff("manager")
    demand = proposals.accept_proposal(
        actor=manager,
        proposal_id=proposal.pk,
        core=core_of(row),
        # Targets on which the members differ and that the core does not name are delivered to each as its own.
        resolutions={"indicators": Treatment.MODULE},
        threshold_quantity=Decimal(row["threshold_quantity"]),
        deadline=closing(row["deadline_in_days"]),
    )
    demands.invite_owners(actor=manager, demand_id=demand.pk)
    # All of them: without a word of each the pool could not be frozen.
    for owner in demand.consents.order_by("organisation__name_zh").values_list("organisation", flat=True):
        consents.answer_invitation(
            actor=owner_of(owner),
            demand_id=demand.pk,
            organisation_id=owner,
            core_version=demand.core_version,
            state=ConsentState.ACCEPTED,
        )
    return demand


def core_of(row: Row) -> demands.CoreFields:
    """Return the core as the manager words it, so that it fits every member and tells of none."""
    (column,) = (one for one in need_columns() if one.name == "indicators")
    return {
        "title_zh": row["title_zh"],
        "title_en": row["title_en"],
        "problem": row["problem"],
        "boundary_in": row["boundary_in"],
        "boundary_out": row["boundary_out"],
        "indicators": [plain(indicator) for indicator in column.read(row["indicators"])],
    }


def plain(indicator: Mapping[str, Any]) -> dict[str, Any]:
    """Return an indicator as a core stores it: numbers as text."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in indicator.items()}


def open_call(row: Row, demand: MergedDemand) -> Call:
    """Freeze the pool and open a call from it; who wrote, reviewed and approved it are three different people."""
    demands.freeze_demand(actor=staff("publisher"), demand_id=demand.pk)
    call = calls.draft_call(actor=staff("manager"), fields=call_fields(row), demand_id=demand.pk)
    calls.review_call(actor=staff("moderator"), call_id=call.pk)
    calls.approve_call(actor=staff("publisher"), call_id=call.pk)
    return calls.open_call(actor=staff("publisher"), call_id=call.pk)


def call_fields(row: Row) -> calls.CallFields:
    """Return what the author of a call writes, one a line: criteria ``name|weight|minimum``, clauses ``name|text``."""
    cells = (line.split("|") for line in row["criteria"].splitlines())
    clauses = (line.split("|") for line in row["eligibility"].splitlines())
    return {
        "kind": row["kind"],
        "budget_cap": Decimal(row["budget_cap"]),
        "eligibility": [{"name": name, "text": text} for name, text in clauses],
        "consortium_allowed": True,
        "question_deadline": closing(row["questions_in_days"]),
        "closes_at": closing(row["closes_in_days"]),
        "publicity_days": int(row["publicity_days"]),
        "criteria": [
            {"name": name, "weight": weight, **({"minimum": minimum} if minimum else {})}
            for name, weight, minimum in cells
        ],
        "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
    }


def declare(row: Row, call: Call) -> None:
    """Declare a supplier's interest in the call with one of its capabilities."""
    email = next(one.email for one in logins() if one.organisation == row["organisation"])
    offers = Capability.objects.published().filter(owner__members__account__email=email)
    offered = one_of(offers, offers.filter(external_id=row["capability"]).values_list("pk", flat=True).first())
    interests.declare_interest(
        actor=owner_of(offered.owner_id),
        call_id=call.pk,
        organisation_id=offered.owner_id,
        message=row["message"],
        capability_id=offered.pk,
    )


def rows_of(name: str, file: str) -> list[dict[str, str]]:
    """Return the rows of a file that belong to a pool."""
    return [row for row in read(file) if row["pool"] == name]


def staff(role: str) -> Actor:
    """Return the demonstration's actor of a staff role."""
    return actor_for(Account.objects.get(email=next(one.email for one in logins() if one.role == role)))


def owner_of(organisation_id: UUID) -> Actor:
    """Return whoever speaks for an organisation."""
    members = Member.objects.filter(organisation=organisation_id, role=MemberRole.OWNER).select_related("account")
    return actor_for(members.earliest("pk").account)


def closing(days: str) -> datetime:
    """Return the end of the working day in so many days, on the city's clock."""
    day = timezone.localtime() + timedelta(days=int(days))
    return day.replace(hour=CLOSING_HOUR, minute=0, second=0, microsecond=0)
