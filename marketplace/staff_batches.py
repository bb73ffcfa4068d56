"""Which moves of capabilities may be made on several at once: kinds beside those of scenarios.batch_kinds."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.actions import capabilities as actions
from marketplace.choices import CapabilityStatus
from marketplace.lifecycle import CAPABILITY_MOVES
from marketplace.models import Capability
from scenarios.actions.batches import Asked, BatchKind
from scenarios.actor import Actor
from scenarios.batch_kinds import PUBLISHED_FOR_GOOD, described_by_owner, version_of


def _rows(actor: Actor) -> Any:
    return Capability.objects.visible_to(actor).select_related("owner")


def _verify(actor: Actor, one: Asked, _reason: str) -> None:
    actions.verify_capability(actor=actor, capability_id=one.pk, version=version_of(one))


def _return(actor: Actor, one: Asked, reason: str) -> None:
    actions.return_capability(actor=actor, capability_id=one.pk, reasons={"general": reason}, version=version_of(one))


def _publish(actor: Actor, one: Asked, _reason: str) -> None:
    actions.publish_capability(actor=actor, capability_id=one.pk, version=version_of(one))


def _end_verification(actor: Actor, one: Asked, _reason: str) -> None:
    actions.take_back_verification(actor=actor, capability_id=one.pk, version=version_of(one) + 1)


def _end_return(actor: Actor, one: Asked, _reason: str) -> None:
    actions.take_back_return(actor=actor, capability_id=one.pk, version=version_of(one) + 1)


_OF_CAPABILITIES: dict[str, Any] = {
    "table": CAPABILITY_MOVES,
    "rows": _rows,
    "describe": described_by_owner,
    "states": CapabilityStatus.choices,
}
KINDS = (
    BatchKind(
        name="verify-capabilities",
        role="moderator",
        move="verify",
        label=_("Verify capabilities"),
        question=_("Verify them? A publisher publishes them next."),
        act=_verify,
        undo=_end_verification,
        undo_note=_("They wait for the moderators again, unless somebody has published or returned them since."),
        page="capability_queue",
        part="moderate_capability",
        **_OF_CAPABILITIES,
    ),
    BatchKind(
        name="return-capabilities",
        role="moderator",
        move="return",
        label=_("Return capabilities"),
        question=_("Return them with this reason? Their owners are told."),
        act=_return,
        undo=_end_return,
        undo_note=_("They wait for the moderators again, unless their owners have begun to change them."),
        page="capability_queue",
        part="moderate_capability",
        **_OF_CAPABILITIES,
    ),
    BatchKind(
        name="publish-capabilities",
        role="publisher",
        move="publish",
        label=_("Publish capabilities"),
        question=_("Publish them? They are public, indexed and suggested at once."),
        act=_publish,
        final_note=PUBLISHED_FOR_GOOD,
        page="capability_publication",
        part="capability_detail",
        **_OF_CAPABILITIES,
    ),
)
