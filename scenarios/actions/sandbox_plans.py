"""The supervisor's plan of the sandbox in which whoever wins a call will work."""

from uuid import UUID

from django.db import transaction

from scenarios.actions.call_readiness import needs_behind
from scenarios.actions.openers import lock_unopened
from scenarios.actor import Actor
from scenarios.errors import Conflict
from scenarios.journal import log_event
from scenarios.models import SandboxPlan
from scenarios.policies import require_role, require_stranger
from scenarios.sandbox_terms import TermsFields, term_differences, write_terms


@transaction.atomic
def plan_sandbox(*, actor: Actor, call_id: UUID, version: int, fields: TermsFields) -> SandboxPlan:
    """Write the sandbox plan of a call that is not open yet; who writes it last is its supervisor.

    version : of the plan that the writer read, 0 for a new one.

    Raises Conflict with what differs for another version, Invalid for missing terms, IllegalMove once the call is open,
    NotPermitted where a need behind the call is of the supervisor's own organisation.
    """
    require_role(actor, "supervisor")
    call = lock_unopened(actor, call_id)
    require_stranger(actor, *needs_behind(call).values_list("owner", flat=True))
    plan = SandboxPlan.objects.filter(call=call).first() or SandboxPlan(call=call, version=0)
    if plan.version != version:
        raise Conflict(term_differences(plan, fields))
    write_terms(plan, fields)
    plan.supervisor_id = actor.signed_in_id
    plan.version += 1
    plan.save()
    log_event("call.sandbox_planned", call, actor=actor, limits=len(plan.limits), criteria=len(plan.exit_criteria))
    return plan
