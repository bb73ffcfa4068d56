"""The element ledger: a party promises something to another, delivers it, and the other one confirms that it came."""

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement, stated
from marketplace.engagement_choices import Element, ElementState, EngagementStatus, PartyRole
from marketplace.lifecycle import ELEMENT_MOVES
from marketplace.models import Engagement, LedgerEntry
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of, require_move, require_owner

WORDS_LIMIT, NOTE_LIMIT = 400, 2000
OPEN = (EngagementStatus.PREPARING, EngagementStatus.RUNNING, EngagementStatus.ACCEPTED)


class ElementFields(TypedDict, total=False):
    """What is promised: words, and where it can be counted a quantity with its unit; until which day."""

    element: str
    what: str
    quantity: Decimal | None
    unit: str
    due_on: date


@transaction.atomic
def promise_element(
    *, actor: Actor, engagement_id: UUID, giver_id: UUID, receiver_id: UUID, fields: ElementFields, key: str = ""
) -> LedgerEntry:
    """Promise an element in the name of one's own party; nobody promises for another one.

    key : idempotency key of the form; the same key returns the entry that the first sending made.

    Raises Invalid between two owners, who are peers, and for missing values.
    """
    engagement = _lock_open(actor, engagement_id)
    giver, receiver = (one_of(engagement.parties.all(), pk) for pk in (giver_id, receiver_id))
    require_owner(actor, giver.organisation_id)
    if earlier := result_of(actor, "element", key):
        return one_of(engagement.elements.all(), earlier)
    if giver.pk == receiver.pk or giver.role == receiver.role == PartyRole.OWNER or receiver.organisation_id is None:
        raise Invalid({"receiver": [_("Choose a registered party on the other side.")]})
    _require_whole(fields)
    entry = LedgerEntry.objects.create(
        engagement=engagement, giver=giver, receiver=receiver, promised_by_id=actor.signed_in_id, **fields
    )
    remember_result(actor, "element", key, entry.pk)
    _tell("promised", entry, actor)
    return entry


def _lock_open(actor: Actor, engagement_id: UUID) -> Engagement:
    engagement = lock_engagement(actor, engagement_id)
    if engagement.status not in OPEN:
        raise IllegalMove(_("The ledger is kept from the preparation to the landing, and rests while it is suspended."))
    return engagement


def _require_whole(fields: ElementFields) -> None:
    wrong: dict[str, list[Any]] = {}
    if fields.get("element") not in Element.values:
        wrong["element"] = [_("Choose one of the options.")]
    what = fields.get("what", "").strip()
    if not what or len(what) > WORDS_LIMIT:
        wrong["what"] = [_("Write this in at most %(limit)d characters.") % {"limit": WORDS_LIMIT}]
    quantity = fields.get("quantity")
    if quantity is not None and quantity <= 0:
        wrong["quantity"] = [_("A quantity is above zero; leave it empty where nothing is counted.")]
    if quantity is not None and not fields.get("unit", "").strip():
        wrong["unit"] = [_("A quantity needs its unit.")]
    if fields.get("due_on") is None:
        wrong["due_on"] = [_("Say until which day it is promised.")]
    if wrong:
        raise Invalid(wrong)


def _tell(step: str, entry: LedgerEntry, actor: Actor) -> None:
    other = entry.receiver if step in ("promised", "delivered") else entry.giver
    kind, organisations = f"engagement.element_{step}", [str(other.organisation_id)]
    log_event(kind, entry.engagement, actor=actor, element=entry.element, organisations=organisations)


def _locked_entry(actor: Actor, entry_id: UUID) -> LedgerEntry:
    found = one_of(LedgerEntry.objects.visible_to(actor), entry_id)
    engagement = _lock_open(actor, found.engagement_id)
    entry = LedgerEntry.objects.select_related("giver", "receiver").get(pk=entry_id)
    entry.engagement = engagement
    return entry


def _noted(text: str) -> str:
    if len(text) > NOTE_LIMIT:
        raise Invalid({"note": [_("Write this in at most %(limit)d characters.") % {"limit": NOTE_LIMIT}]})
    return text.strip()


@transaction.atomic
def deliver_element(*, actor: Actor, entry_id: UUID, note: str = "") -> LedgerEntry:
    """Say that what one's own party promised was delivered; the receiver confirms it."""
    entry = _locked_entry(actor, entry_id)
    entry.note, entry.delivered_at = _noted(note), timezone.now()
    return _move(entry, "deliver", ElementState.DELIVERED, actor, entry.giver.organisation_id)


@transaction.atomic
def confirm_element(*, actor: Actor, entry_id: UUID) -> LedgerEntry:
    """Confirm that what was promised to one's own party has come."""
    entry = _locked_entry(actor, entry_id)
    entry.confirmed_at = timezone.now()
    entry.delivered_at = entry.delivered_at or entry.confirmed_at
    return _move(entry, "confirm", ElementState.CONFIRMED, actor, entry.receiver.organisation_id)


@transaction.atomic
def refuse_element(*, actor: Actor, entry_id: UUID, reason: str) -> LedgerEntry:
    """Say that what was said to be delivered did not come, or not so; it is due again."""
    entry = _locked_entry(actor, entry_id)
    entry.note, entry.delivered_at = stated(reason), None
    return _move(entry, "refuse", "refused", actor, entry.receiver.organisation_id)


@transaction.atomic
def release_element(*, actor: Actor, entry_id: UUID, reason: str) -> LedgerEntry:
    """Give up what was promised to one's own party; it is not late any more."""
    entry = _locked_entry(actor, entry_id)
    entry.note = stated(reason)
    return _move(entry, "release", ElementState.RELEASED, actor, entry.receiver.organisation_id)


def _move(entry: LedgerEntry, name: str, step: str, actor: Actor, party: UUID | None) -> LedgerEntry:
    entry.state = require_move(ELEMENT_MOVES, name, actor=actor, owner_id=party, status=entry.state)
    entry.save()
    _tell(step, entry, actor)
    return entry
