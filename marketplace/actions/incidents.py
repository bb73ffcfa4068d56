"""Incidents in a sandbox: reported by whoever takes part, closed by the supervisor; the gravest suspends at once."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import (
    UNDER_WAY,
    is_held_by_incident,
    lock_engagement,
    resume_locked,
    suspend_locked,
)
from marketplace.actions.sandboxes import lock_sandbox
from marketplace.engagement_choices import EngagementStatus
from marketplace.engagement_parties import require_staff
from marketplace.models import Engagement, Incident, Sandbox
from marketplace.sandbox_choices import SandboxStatus, Severity
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.journal import log_event
from scenarios.policies import one_of
from scenarios.querysets import database_time

TEXT_LIMIT = 2000


class IncidentFields(TypedDict):
    """What is reported; severity 1 to 4, happened_at a moment that has passed."""

    severity: int
    what: str
    measures: str
    happened_at: datetime


@transaction.atomic
def report_incident(*, actor: Actor, engagement_id: UUID, fields: IncidentFields, key: str = "") -> Incident:
    """Report an incident for a party, for the third party that evaluates, or as manager or supervisor.

    Severity 1 suspends the engagement in this transaction where it is under way; everybody is told of that once.

    key : idempotency key of the form; the same key returns the incident that the first sending made.

    Raises IllegalMove once the sandbox has ended, Invalid for missing values or a moment still to come, NotPermitted
    for whoever takes no part.
    """
    engagement, sandbox = lock_sandbox(actor, engagement_id)
    reporter = _reporting(actor, engagement, sandbox)
    if earlier := result_of(actor, "incident", key):
        return sandbox.incidents.get(pk=earlier)
    if sandbox.status != SandboxStatus.ACTIVE:
        raise IllegalMove(_("This sandbox has ended; nothing is reported in it any more."))
    number = (sandbox.incidents.aggregate(last=Max("number"))["last"] or 0) + 1
    incident = Incident(sandbox=sandbox, number=number, reported_by_id=actor.signed_in_id, reporter_id=reporter)
    _write(incident, fields)
    halts = incident.severity == Severity.GRAVE and engagement.status in UNDER_WAY
    # One that is reported while another one has halted everything holds it too; what a manager suspended stays theirs.
    held = engagement.status == EngagementStatus.SUSPENDED and _is_halted(sandbox)
    incident.suspends = incident.severity == Severity.GRAVE and (halts or held)
    incident.save(force_insert=True)
    remember_result(actor, "incident", key, incident.pk)
    _tell(engagement, incident, actor, halts=halts)
    return incident


def _is_halted(sandbox: Sandbox) -> bool:
    return sandbox.incidents.filter(suspends=True, closed_at__isnull=True).exists()


def _reporting(actor: Actor, engagement: Engagement, sandbox: Sandbox) -> UUID | None:
    """Return the organisation for which the actor reports; None for staff who are no party."""
    beside = {*engagement.parties.values_list("organisation", flat=True), sandbox.third_party_id}
    mine = sorted(one for one in beside if one is not None and actor.owns(one))
    if mine:
        return mine[0]
    if actor.organisation_ids & beside:
        raise NotPermitted
    require_staff(actor, engagement, "manager", "supervisor")
    return None


def _write(incident: Incident, fields: IncidentFields) -> None:
    wrong: dict[str, list[Any]] = {}
    for name in ("what", "measures"):
        text = str(fields[name]).strip()
        setattr(incident, name, text)
        if not 0 < len(text) <= TEXT_LIMIT:
            wrong[name] = [_("Write this in at most %(limit)d characters.") % {"limit": TEXT_LIMIT}]
    incident.severity, incident.happened_at = fields["severity"], fields["happened_at"]
    if incident.severity not in Severity.values:
        wrong["severity"] = [_("Choose one of the options.")]
    if incident.happened_at > database_time():
        wrong["happened_at"] = [_("This moment has not come yet.")]
    if wrong:
        raise Invalid(wrong)


def _tell(engagement: Engagement, incident: Incident, actor: Actor, *, halts: bool) -> None:
    """Log the report; where it suspends, the suspension is the one piece of news."""
    kind = "engagement.grave_incident" if halts else "engagement.incident"
    log_event(kind, engagement, actor=actor, incident=incident.number, severity=incident.severity)
    if halts:
        suspend_locked(engagement, actor=actor, reason=incident.what, incident=incident.number)


@transaction.atomic
def close_incident(*, actor: Actor, incident_id: UUID, remedy: str) -> Incident:
    """Record the measures that put an incident right; with the last one that suspends, the engagement goes on.

    Only the supervisor of the sandbox may. Raises IllegalMove for an incident that is closed, Invalid without measures.
    """
    found = Incident.objects.filter(pk=incident_id).select_related("sandbox").first()
    if found is None:
        raise NotFound
    engagement = lock_engagement(actor, found.sandbox.engagement_id)
    require_staff(actor, engagement, "supervisor")
    if found.sandbox.supervisor_id != actor.account_id:
        raise NotPermitted(_("The supervisor of this sandbox closes its incidents. Take the sandbox over first."))
    incident = one_of(Incident.objects.select_for_update(), incident_id)
    if incident.closed_at is not None:
        raise IllegalMove(_("This incident is closed."))
    if not 0 < len(remedy.strip()) <= TEXT_LIMIT:
        raise Invalid({"remedy": [_("Record the measures that put it right.")]})
    incident.remedy, incident.closed_by_id, incident.closed_at = remedy.strip(), actor.account_id, timezone.now()
    incident.save()
    waits = incident.suspends and engagement.status == EngagementStatus.SUSPENDED
    resumes = waits and not is_held_by_incident(engagement)
    kind = "engagement.grave_incident_closed" if resumes else "engagement.incident_closed"
    log_event(kind, engagement, actor=actor, incident=incident.number)
    if resumes:
        resume_locked(engagement, actor=actor)
    return incident
