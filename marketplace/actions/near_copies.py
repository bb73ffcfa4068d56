"""What follows from a capability being nearly a copy: it takes no slot, until a moderator finds that it is none."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.copying import Copied, digest_of
from marketplace.models import Capability, NearCopy
from scenarios import topics
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import IllegalMove
from scenarios.journal import log_event
from scenarios.outbox import emit
from scenarios.policies import one_of, require_role, require_stranger


@transaction.atomic
def keep(*, capability_id: UUID, copied: Copied) -> None:
    """Write down what a comparison found. Nothing where the text changed meanwhile or was ruled on already."""
    capability = Capability.objects.select_for_update(of=("self",)).filter(pk=capability_id).first()
    if capability is None or digest_of(capability) != copied.digest:
        return
    before = NearCopy.objects.filter(capability=capability).first()
    if before and before.text_digest == copied.digest and not before.stands:
        return
    if not copied.kind:
        if before:
            before.delete()
            _rank_anew(capability)
        return
    values = {**copied.as_fields(), "text_digest": copied.digest, "cleared_by": None, "cleared_at": None}
    row, _made = NearCopy.objects.update_or_create(capability=capability, defaults=values)
    if before is None or before.text_digest != copied.digest:
        log_event("capability.copy_found", capability, actor=SYSTEM, copied=row.kind, overlap=row.percent)
        _rank_anew(capability)


@transaction.atomic
def clear_near_copy(*, actor: Actor, capability_id: UUID) -> Capability:
    """Find that a capability is no copy, so that it is suggested again; holds until its text changes.

    Raises NotPermitted for anyone but a moderator, and on a capability of the moderator's own organisation; IllegalMove
    where nothing was found or it was cleared already.
    """
    require_role(actor, "moderator")
    capability = one_of(Capability.objects.visible_to(actor), capability_id, lock=True)
    require_stranger(actor, capability.owner_id)
    row = NearCopy.objects.filter(capability=capability, cleared_at=None).first()
    if row is None:
        raise IllegalMove(_("This capability does not count as a copy; there is nothing to decide."))
    row.cleared_by_id, row.cleared_at = actor.account_id, timezone.now()
    row.save(update_fields=["cleared_by", "cleared_at"])
    log_event("capability.copy_cleared", capability, actor=actor, copied=row.kind, overlap=row.percent)
    _rank_anew(capability)
    return capability


def _rank_anew(capability: Capability) -> None:
    if capability.status == "published":
        emit(topics.CAPABILITY_INDEXED, capability_ids=[str(capability.pk)])
