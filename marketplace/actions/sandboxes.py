"""The sandbox of an engagement: set up by its supervisor before the first gate, ended with a word on each criterion."""

from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement
from marketplace.engagement_choices import EngagementStatus
from marketplace.engagement_parties import require_staff
from marketplace.lifecycle import SANDBOX_MOVES
from marketplace.models import Engagement, Organisation, Sandbox
from marketplace.sandbox_choices import SandboxStatus
from scenarios.actor import Actor
from scenarios.content import as_text
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.policies import require_move
from scenarios.sandbox_terms import TermsFields, term_differences, write_terms

SETTABLE = (
    EngagementStatus.PREPARING,
    EngagementStatus.RUNNING,
    EngagementStatus.SUSPENDED,
    EngagementStatus.ACCEPTED,
)
FINDINGS_LIMIT = 5000


class SandboxFields(TypedDict):
    """What a supervisor sets besides the terms: who evaluates, and from which day to which."""

    third_party_id: UUID
    starts_on: date
    ends_on: date


@transaction.atomic
def set_up_sandbox(
    *, actor: Actor, engagement_id: UUID, version: int, terms: TermsFields, fields: SandboxFields
) -> Sandbox:
    """Set up the sandbox of an engagement, or change it while it is in force; who does so last is its supervisor.

    version : of the sandbox that the writer read, 0 for a new one.

    Raises Conflict with what differs for another version, IllegalMove once it has ended, Invalid for missing terms,
    dates out of order or a third party that takes part itself, NotPermitted for a supervisor who belongs to a party.
    """
    engagement = lock_engagement(actor, engagement_id)
    require_staff(actor, engagement, "supervisor")
    if engagement.status not in SETTABLE:
        raise IllegalMove(_("This project has ended or is not agreed yet; no sandbox is set up for it."))
    sandbox = Sandbox.objects.filter(engagement=engagement).first() or Sandbox(engagement=engagement, version=0)
    if sandbox.version != version:
        raise Conflict(term_differences(sandbox, terms) | _differences(sandbox, fields))
    if sandbox.status != SandboxStatus.ACTIVE:
        raise IllegalMove(_("This sandbox has ended; its terms stand as they were."))
    write_terms(sandbox, terms)
    _write(sandbox, fields)
    sandbox.supervisor_id = actor.signed_in_id
    sandbox.version += 1
    sandbox.save()
    log_event("engagement.sandbox_set_up", engagement, actor=actor, version=sandbox.version)
    return sandbox


def _write(sandbox: Sandbox, fields: SandboxFields) -> None:
    wrong: dict[str, list[Any]] = {}
    sandbox.starts_on, sandbox.ends_on = fields["starts_on"], fields["ends_on"]
    if sandbox.starts_on > sandbox.ends_on:
        wrong["ends_on"] = [_("The end lies before the start.")]
    third = Organisation.objects.filter(pk=fields["third_party_id"], verification="verified").first()
    if third is None:
        wrong["third_party"] = [_("Name a verified organisation that evaluates.")]
    elif sandbox.engagement.parties.filter(organisation=third).exists():
        wrong["third_party"] = [_("Who takes part cannot evaluate; name another organisation.")]
    if wrong or third is None:
        raise Invalid(wrong)
    sandbox.third_party = third


def lock_sandbox(actor: Actor, engagement_id: UUID) -> tuple[Engagement, Sandbox]:
    """Return an engagement and its sandbox, both locked, in this order. Raises NotFound where there is none."""
    engagement = lock_engagement(actor, engagement_id)
    sandbox = Sandbox.objects.select_for_update().filter(engagement=engagement).first()
    if sandbox is None:
        raise NotFound
    return engagement, sandbox


def _differences(sandbox: Sandbox, fields: SandboxFields) -> dict[str, tuple[str, str]]:
    names = {"third_party": "third_party_id", "starts_on": "starts_on", "ends_on": "ends_on"}
    pairs = {
        name: (as_text(fields[column]), as_text(getattr(sandbox, column)))  # type: ignore[literal-required]
        for name, column in names.items()
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@transaction.atomic
def end_sandbox(*, actor: Actor, engagement_id: UUID, version: int, results: list[bool], findings: str) -> Sandbox:
    """End the sandbox: left where every exit criterion is met, failed where one is not.

    results : for each criterion, in its order, whether it is met. findings : what the third party found.

    Raises Conflict for another version, Invalid without a word on each criterion or without findings, IllegalMove while
    an incident of severity 1 or 2 is open.
    """
    engagement, sandbox = lock_sandbox(actor, engagement_id)
    require_staff(actor, engagement, "supervisor")
    if sandbox.version != version:
        raise Conflict(message=_("The terms were changed in the meantime. Read them again, then say what is met."))
    name = "leave" if all(results) else "fail"
    target = require_move(SANDBOX_MOVES, name, actor=actor, owner_id=None, status=sandbox.status)
    if len(results) != len(sandbox.exit_criteria):
        raise Invalid({"results": [_("Say of each criterion whether it is met.")]})
    if not 0 < len(findings.strip()) <= FINDINGS_LIMIT:
        raise Invalid({"findings": [_("Write what the third party found, in at most 5,000 characters.")]})
    if sandbox.incidents.filter(severity__lte=2, closed_at__isnull=True).exists():
        raise IllegalMove(_("An incident of severity 1 or 2 is open. Record the measures that put it right first."))
    sandbox.status, sandbox.results, sandbox.findings = target, results, findings.strip()
    sandbox.ended_at = timezone.now()
    sandbox.version += 1
    sandbox.save()
    log_event(f"engagement.sandbox_{target}", engagement, actor=actor, met=sum(results), criteria=len(results))
    return sandbox


def require_sandbox_passable(engagement: Engagement) -> None:
    """Raise IllegalMove where the sandbox of a locked engagement failed: no further gate is started then."""
    if Sandbox.objects.filter(engagement=engagement, status=SandboxStatus.FAILED).exists():
        raise IllegalMove(_("The sandbox ended with a criterion that was not met; no further gate starts."))
