"""Where an engagement stands: it starts, is suspended and resumed, lands and is closed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.pilot_papers import require_pilot_papers
from marketplace.choices import Verification
from marketplace.engagement_choices import EngagementStatus, GateState, Stage
from marketplace.engagement_parties import require_staff
from marketplace.lifecycle import ENGAGEMENT_MOVES
from marketplace.models import Engagement, Incident
from scenarios import topics
from scenarios.actor import Actor
from scenarios.content import as_text
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move
from scenarios.querysets import lexemes
from scenarios.search_columns import found_under

UNDER_WAY = (EngagementStatus.RUNNING, EngagementStatus.ACCEPTED)
REASON_LIMIT = 2000


def lock_engagement(actor: Actor, engagement_id: UUID, version: int | None = None) -> Engagement:
    """Return the engagement, locked. Raises Conflict where the actor read another version of it."""
    engagement = one_of(Engagement.objects.visible_to(actor), engagement_id, lock=True)
    if version is not None and engagement.version != version:
        raise Conflict
    return engagement


def require_read(row: Any, version: int, fields: Mapping[str, Any]) -> None:
    """Raise Conflict with what differs, where a row was written after the version that the author of `fields` read.

    Whoever writes what is there already is not asked.
    """
    pairs = {name: (as_text(value), as_text(getattr(row, name))) for name, value in fields.items()}
    differences = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if row.version > version and differences:
        raise Conflict(differences)


def require_under_way(engagement: Engagement) -> None:
    """Raise IllegalMove unless a locked engagement has started and is neither suspended nor ended."""
    if engagement.status not in UNDER_WAY:
        raise IllegalMove(
            _("This project is not under way: it has not started yet, is suspended, or has ended. Read its status.")
        )


def move_engagement(engagement: Engagement, name: str, *, actor: Actor, **data: Any) -> Engagement:
    """Make a move that the table allows with a locked engagement, save, and log it as engagement.<name>."""
    engagement.status = check_move(ENGAGEMENT_MOVES, name, engagement.status)
    engagement.version += 1
    engagement.save()
    log_event(f"engagement.{name}", engagement, actor=actor, **data)
    return engagement


def stated(reason: str) -> str:
    """Return a reason without its margins. Raises Invalid where it is missing or too long."""
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise Invalid({"reason": [_("Say why, in at most %(limit)d characters.") % {"limit": REASON_LIMIT}]})
    return reason.strip()


@transaction.atomic
def start_engagement(*, actor: Actor, engagement_id: UUID) -> Engagement:
    """Begin: from here on gates run, costs are booked and its page is public.

    Raises Invalid while no gate is planned, or naming what the risk tier of a need demands and is not there;
    IllegalMove while the lead is suspended.
    """
    engagement = lock_engagement(actor, engagement_id)
    require_move(ENGAGEMENT_MOVES, "start", actor=actor, owner_id=None, status=engagement.status)
    require_staff(actor, engagement, "manager")
    if engagement.lead.verification == Verification.SUSPENDED:
        raise IllegalMove(
            _("The lead organisation is suspended. It is reinstated first, or the project is called off.")
        )
    if not engagement.gates.exists():
        raise Invalid({"gates": [_("Plan at least one gate with its cost cap first.")]})
    require_pilot_papers(engagement)
    engagement.started_at = timezone.now()
    engagement.search = lexemes(engagement_tokens(engagement))
    move_engagement(engagement, "start", actor=actor)
    emit(topics.ENGAGEMENT_STARTED, engagement_id=str(engagement.pk))
    engagement.refresh_from_db(fields=["search"])
    return engagement


def engagement_tokens(engagement: Engagement) -> list[str]:
    """Return the tokens under which a project's page is found: public texts, code and the lead's name."""
    lead = engagement.lead
    heads = (engagement.code, engagement.title_zh, engagement.title_en, lead.name_zh, lead.name_en)
    return found_under(heads, (engagement.summary,))


@transaction.atomic
def call_off_engagement(*, actor: Actor, engagement_id: UUID, reason: str) -> Engagement:
    """Give an engagement up before it has begun; the parties read why."""
    engagement = lock_engagement(actor, engagement_id)
    require_move(ENGAGEMENT_MOVES, "call_off", actor=actor, owner_id=None, status=engagement.status)
    require_staff(actor, engagement, "manager")
    engagement.reason, engagement.ended_at = stated(reason), timezone.now()
    return move_engagement(engagement, "call_off", actor=actor)


@transaction.atomic
def suspend_engagement(*, actor: Actor, engagement_id: UUID, reason: str) -> Engagement:
    """Halt everything: no gate is started or decided and nothing is booked until it is resumed."""
    engagement = lock_engagement(actor, engagement_id)
    require_move(ENGAGEMENT_MOVES, "suspend", actor=actor, owner_id=None, status=engagement.status)
    if not actor.has_role("system"):
        require_staff(actor, engagement, "manager", "supervisor")
    return suspend_locked(engagement, actor=actor, reason=stated(reason))


def suspend_locked(engagement: Engagement, *, actor: Actor, reason: str, incident: int | None = None) -> Engagement:
    """Suspend a locked engagement, for whatever calls for it; incident : number of the one that does."""
    engagement.reason, engagement.halting_incident = reason, incident
    return move_engagement(engagement, "suspend", actor=actor)


@transaction.atomic
def resume_engagement(*, actor: Actor, engagement_id: UUID) -> Engagement:
    """Let a suspended engagement go on from where it was.

    Raises IllegalMove while an incident of severity 1 is open in its sandbox.
    """
    engagement = lock_engagement(actor, engagement_id)
    name = "resume_accepted" if engagement.accepted_at else "resume"
    require_move(ENGAGEMENT_MOVES, name, actor=actor, owner_id=None, status=engagement.status)
    require_staff(actor, engagement, "manager", "supervisor")
    if is_held_by_incident(engagement):
        raise IllegalMove(_("An incident of severity 1 is open. The supervisor of the sandbox has to close it first."))
    return resume_locked(engagement, actor=actor)


def resume_locked(engagement: Engagement, *, actor: Actor) -> Engagement:
    """Let a locked engagement go on from where it was."""
    engagement.reason, engagement.halting_incident = "", None
    return move_engagement(engagement, "resume_accepted" if engagement.accepted_at else "resume", actor=actor)


def is_held_by_incident(engagement: Engagement) -> bool:
    """Whether an incident of severity 1 is open: before its supervisor closes it the engagement does not go on."""
    return Incident.objects.filter(sandbox__engagement=engagement, severity=1, closed_at__isnull=True).exists()


def has_scaled(engagement: Engagement) -> bool:
    """Whether the gate of deployment at scale is passed."""
    return engagement.gates.filter(stage=Stage.SCALE, state=GateState.PASSED).exists()
