"""What a manager does with the machine's proposals."""

from collections.abc import Iterable, Mapping
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
from scenarios.errors import Conflict, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.lifecycle import PROPOSAL_MOVES
from scenarios.linking import Link, clash
from scenarios.models import MergedDemand, MergeLink, MergeProposal, Need
from scenarios.policies import one_of, require_move, require_role

TIED_BUT_APART = _(
    "This would tie %(codes)s together, but two of them are kept apart, by a manager or because one owner blocks the "
    "other. Take back what keeps them apart first, or leave them as they are."
)
MEMBERS_CHANGED = _(
    "The members of this proposal changed since you opened it. Look at it again as it stands now, then decide."
)
APART_BUT_TIED = _(
    "Managers' words tie %(codes)s together. Take one of those words back first, then keep these needs apart."
)


@transaction.atomic
def accept_proposal(
    *,
    actor: Actor,
    proposal_id: UUID,
    core: CoreFields | None = None,
    resolutions: Mapping[str, str] | None = None,
    threshold_quantity: Decimal | None = None,
    deadline: datetime | None = None,
    member_key: str | None = None,
) -> MergedDemand:
    """Make a drafted pool of a proposal in one click.

    member_key : of the set of needs that the manager saw; where the night changed it since, nothing is merged.
    core : what the manager edited; what is missing is taken from the members.
    resolutions : hard field in which the members differ → module or excluded.

    Raises Invalid, naming the conflict, when the members differ in a hard field that is not resolved; Conflict when
    the members are other ones than those of `member_key`.
    """
    proposal = one_of(MergeProposal.objects.all(), proposal_id, lock=True)
    target = require_move(PROPOSAL_MOVES, "accept", actor=actor, owner_id=None, status=proposal.status)
    _require_same_members(proposal, member_key)
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
def dismiss_proposal(
    *, actor: Actor, proposal_id: UUID, reason: str, keep_apart: bool = False, member_key: str | None = None
) -> MergeProposal:
    """Set a proposal aside for good; the same set of needs is not proposed again, a different one may be.

    keep_apart : never propose any two of these needs together again, in whatever set.
    member_key : of the set of needs that the manager saw; Conflict where it is another one by now.

    Raises Invalid without a reason, and where words about other needs tie together what is to be kept apart.
    """
    proposal = one_of(MergeProposal.objects.all(), proposal_id, lock=True)
    target = require_move(PROPOSAL_MOVES, "dismiss", actor=actor, owner_id=None, status=proposal.status)
    _require_same_members(proposal, member_key)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why these needs are not to be merged.")]})
    proposal.reason, proposal.kept_apart = reason.strip(), keep_apart
    _close(proposal, target, actor)
    if keep_apart:
        pairs = list(combinations(sorted(proposal.members.values_list("need", flat=True)), 2))
        _require_no_clash(pairs, together=False, field="keep_apart")
        for pair in pairs:
            _link(pair, together=False, actor=actor)
    log_event("proposal.dismissed", proposal, actor=actor, keep_apart=keep_apart)
    return proposal


def _require_same_members(proposal: MergeProposal, member_key: str | None) -> None:
    if member_key is not None and member_key != proposal.member_key:
        raise Conflict(message=MEMBERS_CHANGED)


@transaction.atomic
def link_needs(*, actor: Actor, need_ids: tuple[UUID, UUID], together: bool) -> MergeLink:
    """Note a manager's word that two needs always or never belong together; a later word replaces an earlier one.

    Words are transitive. Raises Invalid, naming the needs, where this one would tie together what is kept apart.
    """
    require_role(actor, "manager")
    one, other = sorted(need_ids)
    if Need.objects.visible_to(actor).filter(pk__in=[one, other]).count() != 2:
        raise NotFound
    _require_no_clash([(one, other)], together=together, field="together")
    return _link((one, other), together=together, actor=actor)


@transaction.atomic
def take_back_link(*, actor: Actor, need_ids: tuple[UUID, UUID]) -> None:
    """Forget a manager's word on two needs, whichever it was: from then on their likeness decides.

    Raises NotFound where there is no word on them.
    """
    require_role(actor, "manager")
    one, other = sorted(need_ids)
    link = MergeLink.objects.filter(need_a=one, need_b=other).select_related("need_a", "need_b").first()
    if link is None:
        raise NotFound
    log_event("need.unlinked", link.need_a, actor=actor, other=link.need_b.code, together=link.together)
    link.delete()


def _require_no_clash(pairs: Iterable[Link], *, together: bool, field: str) -> None:
    codes = clash(pairs, together=together)
    if not codes:
        return
    raise Invalid({field: [(TIED_BUT_APART if together else APART_BUT_TIED) % {"codes": ", ".join(codes)}]})


def _link(pair: Link, *, together: bool, actor: Actor) -> MergeLink:
    one, other = pair
    link, _created = MergeLink.objects.update_or_create(
        need_a_id=one, need_b_id=other, defaults={"together": together, "account_id": actor.signed_in_id}
    )
    log_event("need.linked", link.need_a, actor=actor, other=link.need_b.code, together=together)
    return link


@transaction.atomic
def reconsider_proposal(*, actor: Actor, proposal_id: UUID, member_key: str | None = None) -> MergeProposal:
    """Undo a dismissal.

    member_key : as in dismiss_proposal.
    """
    proposal = one_of(MergeProposal.objects.all(), proposal_id, lock=True)
    _require_same_members(proposal, member_key)
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
