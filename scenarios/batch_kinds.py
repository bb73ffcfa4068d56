"""Which moves may be made on several objects at once. What is weighed one by one (risk, pools, calls) is not here."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from scenarios.actions.batches import Asked, BatchKind, Described
from scenarios.actions.moderation import (
    approve_need,
    publish_need,
    reinstate_need,
    return_need,
    suspend_need,
    take_back_approval,
    take_back_return,
)
from scenarios.actions.proposals import dismiss_proposal, reconsider_proposal
from scenarios.actor import Actor
from scenarios.choices import NeedStatus, ProposalStatus
from scenarios.errors import Conflict, NotFound
from scenarios.lifecycle import NEED_MOVES, PROPOSAL_MOVES
from scenarios.models import MergeProposal, Need

PUBLISHED_FOR_GOOD = _(
    "A publication cannot be undone: it is announced to others at once. What should not stand is taken off offer."
)


def version_of(one: Asked) -> int:
    """Return the version that was read; raises Conflict where none was named, so that nothing is decided unseen."""
    if not (one.seen.isdecimal() and len(one.seen) < 9 and int(one.seen)):
        raise Conflict
    return int(one.seen)


def described_by_owner(row: Any) -> Described:
    """Return a need or a capability in words, as its moderators know it; what is read of it is its version."""
    return Described(row.pk, row.code, row.title, str(row.owner), row.get_status_display(), str(row.version))


def _proposal(proposal: MergeProposal) -> Described:
    codes = ", ".join(member.need.code for member in proposal.members.all())
    title = f"{proposal.representative.title} ({codes})"
    return Described(proposal.pk, "", title, "", proposal.get_status_display(), proposal.member_key)


def _needs(actor: Actor) -> Any:
    return Need.objects.visible_to(actor).select_related("owner")


def _proposals(_actor: Actor) -> Any:
    return MergeProposal.objects.for_page()


def _approve(actor: Actor, one: Asked, _reason: str) -> None:
    approve_need(actor=actor, need_id=one.pk, version=version_of(one))


def _return(actor: Actor, one: Asked, reason: str) -> None:
    return_need(actor=actor, need_id=one.pk, reasons={"general": reason}, version=version_of(one))


def _publish(actor: Actor, one: Asked, _reason: str) -> None:
    publish_need(actor=actor, need_id=one.pk, version=version_of(one))


def _suspend(actor: Actor, one: Asked, reason: str) -> None:
    suspend_need(actor=actor, need_id=one.pk, reason=reason, version=version_of(one))


def _reinstate(actor: Actor, one: Asked, _reason: str) -> None:
    reinstate_need(actor=actor, need_id=one.pk, version=version_of(one))


def _end_suspension(actor: Actor, one: Asked, _reason: str) -> None:
    # What was read is the version before the suspension: one that somebody made anew since is not taken back with it.
    reinstate_need(actor=actor, need_id=one.pk, version=version_of(one) + 1)


def _end_approval(actor: Actor, one: Asked, _reason: str) -> None:
    take_back_approval(actor=actor, need_id=one.pk, version=version_of(one) + 1)


def _end_return(actor: Actor, one: Asked, _reason: str) -> None:
    take_back_return(actor=actor, need_id=one.pk, version=version_of(one) + 1)


def _dismiss(actor: Actor, one: Asked, reason: str) -> None:
    dismiss_proposal(actor=actor, proposal_id=one.pk, reason=reason, member_key=one.seen)


def _reconsider(actor: Actor, one: Asked, _reason: str) -> None:
    reconsider_proposal(actor=actor, proposal_id=one.pk, member_key=one.seen)


_OF_NEEDS: dict[str, Any] = {
    "table": NEED_MOVES,
    "rows": _needs,
    "describe": described_by_owner,
    "part": "moderate_need",
    "states": NeedStatus.choices,
}
_OF_PROPOSALS: dict[str, Any] = {
    "table": PROPOSAL_MOVES,
    "rows": _proposals,
    "describe": _proposal,
    "part": "merge_proposal",
    "states": ProposalStatus.choices,
}
KINDS = (
    BatchKind(
        name="approve-needs",
        role="moderator",
        move="approve",
        label=_("Approve needs"),
        question=_("Approve them? A publisher publishes them next."),
        act=_approve,
        undo=_end_approval,
        undo_note=_("They wait for moderation again, unless somebody has cleared, published or returned them since."),
        page="moderation_queue",
        **_OF_NEEDS,
    ),
    BatchKind(
        name="return-needs",
        role="moderator",
        move="return",
        label=_("Return needs"),
        question=_("Return them with this reason? Their owners are told."),
        act=_return,
        undo=_end_return,
        undo_note=_("They wait for moderation again, unless their owners have begun to change them."),
        page="moderation_queue",
        **_OF_NEEDS,
    ),
    BatchKind(
        name="publish-needs",
        role="publisher",
        move="publish",
        label=_("Publish needs"),
        question=_("Publish now? From then on everyone can read it."),
        act=_publish,
        final_note=PUBLISHED_FOR_GOOD,
        page="publication_queue",
        **_OF_NEEDS,
    ),
    BatchKind(
        name="suspend-needs",
        role="moderator",
        move="suspend",
        label=_("Suspend needs"),
        question=_("Take them off offer? They leave every list, index and pool at once."),
        act=_suspend,
        undo=_end_suspension,
        undo_note=_("They are on offer again. What had left a pool has to join it anew."),
        page="moderation_queue",
        **_OF_NEEDS,
    ),
    BatchKind(
        name="reinstate-needs",
        role="moderator",
        move="reinstate",
        label=_("Put needs on offer again"),
        question=_("Put them on offer again?"),
        act=_reinstate,
        page="moderation_queue",
        **_OF_NEEDS,
    ),
    BatchKind(
        name="dismiss-proposals",
        role="manager",
        move="dismiss",
        label=_("Dismiss merge proposals"),
        question=_("Set them aside? Exactly these sets of needs are not proposed again."),
        act=_dismiss,
        undo=_reconsider,
        undo_note=_("They are proposed again."),
        page="merge_desk",
        **_OF_PROPOSALS,
    ),
    BatchKind(
        name="reconsider-proposals",
        role="manager",
        move="reconsider",
        label=_("Take proposals up again"),
        question=_("Propose them again?"),
        act=_reconsider,
        page="merge_dismissed",
        **_OF_PROPOSALS,
    ),
)

_added: list[BatchKind] = []


def add_kinds(*kinds: BatchKind) -> None:
    """Add the moves of objects that this package knows nothing of; at the start of the app that has them."""
    _added.extend(kinds)


def all_kinds() -> tuple[BatchKind, ...]:
    """Return every move that may be made on several objects at once."""
    return (*KINDS, *_added)


def kind_of(name: str) -> BatchKind:
    """Return the kind of this name; raises NotFound."""
    found = next((kind for kind in all_kinds() if kind.name == name), None)
    if found is None:
        raise NotFound
    return found
