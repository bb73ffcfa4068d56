"""Carrying the demonstration on from the workers' proposals: pools, calls, and the stories that begin with a need.

One transaction for each pool and each story, with the row that marks it: a start after a crash finds it done or not
begun, and what was carried on once is left to whoever works with it. What follows (suggestions, notices) the outbox
carries.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from marketplace.demonstrated import is_loaded, take
from marketplace.demonstration import stories
from marketplace.demonstration.files import read
from marketplace.demonstration.people import closing, owner_of, staff
from marketplace.imports.columns import need_columns
from scenarios.actions import consents, demands, proposals
from scenarios.choices import ConsentState, Treatment
from scenarios.errors import DomainError
from scenarios.models import MergedDemand, MergeProposal

Row = Mapping[str, str]


def carry_on() -> list[str]:
    """Make the demonstration's pools of what the workers proposed and tell its stories, as far as they are missing.

    Where no open proposal holds the need that a pool begins with, or a story's need is not on offer alone, somebody
    else was faster, and nothing is done. Returns a sentence for each one that was refused.
    """
    if not is_loaded():
        return []
    problems = []
    for row in read("pools.csv"):
        try:
            carry_pool(row)
        except DomainError as error:
            problems.append(refusal("pool", row["pool"], error))
    for story in stories.stories():
        try:
            if "need" in story:
                stories.tell_of_need(story)
        except DomainError as error:
            problems.append(refusal("story", story["name"], error))
    return problems


def refusal(part: str, name: str, error: DomainError) -> str:
    return f"The demonstration's {part} “{name}” was refused: {error} {getattr(error, 'fields', None) or ''}".rstrip()


@transaction.atomic
def carry_pool(row: Row) -> bool:
    """Carry one proposal on to its pool and, where the files say so, to its call; return whether it was done now."""
    proposal = MergeProposal.objects.open().filter(conflicts=[], members__need__external_id=row["need"]).first()
    if proposal is None or not take(f"pool {row['pool']}"):
        return False
    demand = pool(row, proposal)
    story = stories.story_of_pool(row["pool"])
    if story is not None:
        demands.freeze_demand(actor=staff("publisher"), demand_id=demand.pk)
        demand.refresh_from_db()
        stories.tell(story, demand)
    return True


def pool(row: Row, proposal: MergeProposal) -> MergedDemand:
    """Accept the proposal and have every owner consent to its core: the pool is formed."""
    manager = staff("manager")
    demand = proposals.accept_proposal(
        actor=manager,
        proposal_id=proposal.pk,
        core=core_of(row),
        resolutions=resolutions_of(row),
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


def resolutions_of(row: Row) -> dict[str, str]:
    """Return what becomes of what members have of their own: places and boundaries are no part of the pool, targets
    are delivered to each as a module, or no part of it either.
    """
    left_out = dict.fromkeys(("boundary_in", "boundary_out", "district"), Treatment.EXCLUDED)
    return {**left_out, "indicators": Treatment(row["own_targets"])}


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
