"""Notes that the parties of an engagement and its manager write to each other."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement
from marketplace.engagement_choices import EngagementStatus
from marketplace.engagement_parties import require_party_or_manager
from marketplace.models import Engagement, EngagementNote
from marketplace.models.engagement_note import NOTE_LIMIT
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.policies import one_of

MOST_NOTES = 500
OPEN = (
    EngagementStatus.PREPARING,
    EngagementStatus.RUNNING,
    EngagementStatus.SUSPENDED,
    EngagementStatus.ACCEPTED,
    EngagementStatus.LANDED,
)


@transaction.atomic
def write_note(
    *, actor: Actor, engagement_id: UUID, organisation_id: UUID | None = None, text: str, key: str = ""
) -> EngagementNote:
    """Write a note to the parties, for any of them or as the manager, from the preparation to the close.

    What is written stands: there is no step that changes it or takes it away. The event names the note, not its text.

    organisation_id : the party in whose name it is written; needed by whoever acts for several.
    key : idempotency key of the form; the same key returns the note that the first sending wrote.

    Raises IllegalMove outside that time; Invalid for a text that is missing or too long, or beyond 500 notes.
    """
    engagement = lock_engagement(actor, engagement_id)
    require_party_or_manager(actor, engagement)
    if earlier := result_of(actor, "note", key):
        return one_of(engagement.notes.all(), earlier)
    if engagement.status not in OPEN:
        raise IllegalMove(_("Notes are written from the preparation of a project to its close; they stay readable."))
    note = EngagementNote.objects.create(
        engagement=engagement,
        organisation_id=_writer(actor, engagement, organisation_id),
        written_by_id=actor.signed_in_id,
        text=_stated(engagement, text),
    )
    remember_result(actor, "note", key, note.pk)
    log_event("engagement.note_written", engagement, actor=actor, note=str(note.pk))
    return note


def _writer(actor: Actor, engagement: Engagement, named: UUID | None) -> UUID | None:
    """Return the organisation in whose name the actor writes, None for the manager."""
    own = set(engagement.parties.written_by(actor).values_list("organisation", flat=True))
    if named is not None and named not in own:
        raise NotPermitted
    if named is None and len(own) > 1:
        raise Invalid({"organisation": [_("You act for several parties; choose in whose name you write.")]})
    return named or next(iter(own), None)


def _stated(engagement: Engagement, text: str) -> str:
    """Return the text without its margins."""
    if not text.strip() or len(text) > NOTE_LIMIT:
        raise Invalid({"text": [_("Write this in at most %(limit)d characters.") % {"limit": NOTE_LIMIT}]})
    if engagement.notes.count() >= MOST_NOTES:
        full = _("A project takes at most %(most)d notes. Put further ones into the papers that the parties exchange.")
        raise Invalid({"text": [full % {"most": MOST_NOTES}]})
    return text.strip()
