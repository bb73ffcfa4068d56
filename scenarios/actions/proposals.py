"""What a manager does with the machine's proposals."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.demands import CoreFields, draft_demand, suggested_core
from scenarios.actor import Actor
from scenarios.conflicts import conflicts_between
from scenarios.errors import Invalid, NotFound
from scenarios.journal import log_event
from scenarios.lifecycle import PROPOSAL_MOVES
from scenarios.models import MergedDemand, MergeLink, MergeProposal, Need
from scenarios.policies import one_of, require_move, require_role


@transaction.atomic
def accept_proposal(
    *,
    actor: Actor,
    proposal_id: UUID,
    core: CoreFields | None = None,
    resolutions: Mapping[str, str] | None = None,
    threshold_quantity: Decimal | None = None,
    deadline: datetime | None = None,
) -> MergedDemand:
    """Make a drafted pool of a proposal in one click.

    core : what the manager edited; what is missing is taken from the members.
    resolutions : hard field in which the members differ → module or excluded.

    Raises Invalid, naming the conflict, when the members differ in a hard field that is not resolved.
    """
    proposal = one_of(MergeProposal.objects.all(), proposal_id, lock=True)
    target = require_move(PROPOSAL_MOVES, "accept", actor=actor, owner_id=None, status=proposal.status)
    needs = [member.need for member in proposal.members.select_related("need")]
    conflicts = [conflict for conflict in conflicts_between(needs) if conflict.field not in (resolutions or {})]
    if conflicts:
        fields = {conflict.field: [_("The members differ in this field.")] for conflict in conflicts}
        raise Invalid(
            fields, _("The members conflict in a hard field; decide its treatment and draft the pool by hand.")
        )
    demand = draft_demand(
        actor=actor,
        need_ids=[need.pk for need in needs],
        core={**suggested_core(needs), **(core or {})},
        threshold_quantity=threshold_quantity,
        deadline=deadline,
        resolutions=resolutions,
        proposal=proposal,
    )
    _close(proposal, target, actor)
    log_event("proposal.accepted", proposal, actor=actor, demand=demand.code)
    return demand


@transaction.atomic
def dismiss_proposal(*, actor: Actor, proposal_id: UUID, reason: str, keep_apart: bool = False) -> MergeProposal:
    """Set a proposal aside for good; the same set of needs is not proposed again, a different one may be.

    keep_apart : never propose any two of these needs together again, in whatever set.
    """
    proposal = one_of(MergeProposal.objects.all(), proposal_id, lock=True)
    target = require_move(PROPOSAL_MOVES, "dismiss", actor=actor, owner_id=None, status=proposal.status)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why these needs are not to be merged.")]})
    proposal.reason, proposal.kept_apart = reason.strip(), keep_apart
    _close(proposal, target, actor)
    if keep_apart:
        members = sorted(proposal.members.values_list("need", flat=True))
        for one, other in combinations(members, 2):
            link_needs(actor=actor, need_ids=(one, other), together=False)
    log_event("proposal.dismissed", proposal, actor=actor, keep_apart=keep_apart)
    return proposal


@transaction.atomic
def link_needs(*, actor: Actor, need_ids: tuple[UUID, UUID], together: bool) -> MergeLink:
    """Note a manager's word that two needs always or never belong together; a later word replaces an earlier one."""
    require_role(actor, "manager")
    one, other = sorted(need_ids)
    if Need.objects.visible_to(actor).filter(pk__in=[one, other]).count() != 2:
        raise NotFound
    link, _created = MergeLink.objects.update_or_create(
        need_a_id=one, need_b_id=other, defaults={"together": together, "account_id": actor.signed_in_id}
    )
    log_event("need.linked", link.need_a, actor=actor, other=link.need_b.code, together=together)
    return link


@transaction.atomic
def reconsider_proposal(*, actor: Actor, proposal_id: UUID) -> MergeProposal:
    """Undo a dismissal."""
    proposal = one_of(MergeProposal.objects.all(), proposal_id, lock=True)
    proposal.status = require_move(PROPOSAL_MOVES, "reconsider", actor=actor, owner_id=None, status=proposal.status)
    proposal.decided_at = proposal.decided_by = None
    kept_apart, proposal.reason, proposal.kept_apart = proposal.kept_apart, "", False
    proposal.save()
    if kept_apart:
        _forget_links(proposal)
    log_event("proposal.reconsidered", proposal, actor=actor)
    return proposal


def _forget_links(proposal: MergeProposal) -> None:
    """Take back that these needs never belong together, but for the pairs that another dismissal keeps apart too."""
    members = set(proposal.members.values_list("need", flat=True))
    others = MergeProposal.objects.filter(kept_apart=True).exclude(pk=proposal.pk).prefetch_related("members")
    apart = [{member.need_id for member in other.members.all()} for other in others]
    for link in MergeLink.objects.filter(together=False, need_a__in=members, need_b__in=members):
        if not any({link.need_a_id, link.need_b_id} <= pair for pair in apart):
            link.delete()


def _close(proposal: MergeProposal, status: str, actor: Actor) -> None:
    proposal.status, proposal.decided_at, proposal.decided_by_id = status, timezone.now(), actor.account_id
    proposal.save()
