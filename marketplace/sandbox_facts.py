"""A sandbox as one reader may see it: what they are to it and what they may do next."""

from dataclasses import dataclass

from marketplace.engagement_facts import standing_of
from marketplace.models import Engagement, Sandbox
from marketplace.sandbox_choices import SandboxStatus
from scenarios.actor import Actor
from scenarios.audiences import SANDBOX_FIELDS, Audience, visible_fields


@dataclass(frozen=True)
class Reading:
    """What a reader is to a sandbox. sets_up : a supervisor who is no party; closes : the one who watches it."""

    visible: frozenset[str]
    reports: bool
    sets_up: bool
    closes: bool


def reading_of(actor: Actor, engagement: Engagement, sandbox: Sandbox | None) -> Reading:
    """Return what the actor may see and do of a sandbox; of an engagement whose parties are loaded."""
    may = standing_of(actor, engagement)
    evaluates = sandbox is not None and actor.belongs_to(sandbox.third_party_id)
    active = sandbox is not None and sandbox.status == SandboxStatus.ACTIVE
    audience = Audience.OWNER if may.inside or evaluates else Audience.STAFF if actor.is_staff else Audience.PUBLIC
    third = sandbox is not None and actor.owns(sandbox.third_party_id)
    return Reading(
        visible=visible_fields(SANDBOX_FIELDS, audience),
        reports=active and (may.party or third or may.manager or may.supervisor),
        sets_up=may.supervisor and (sandbox is None or active),
        closes=may.supervisor and sandbox is not None and sandbox.supervisor_id == actor.account_id,
    )
