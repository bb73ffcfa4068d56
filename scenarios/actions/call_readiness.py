"""What must stand before a call is opened: the papers of every need behind it, and all that its responses will need."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from scenarios.actions.openers import OPENERS
from scenarios.choices import CallKind
from scenarios.content import unmet_demands
from scenarios.errors import Invalid
from scenarios.models import Call, CallKey, Need, SandboxPlan
from scenarios.risk import OPEN_CALL

# The others may gather interest only, without anybody who could open a response.
TAKES_RESPONSES = (CallKind.BOUNTY, CallKind.RACE, CallKind.COOP_INNOV)


def needs_behind(call: Call) -> QuerySet[Need]:
    """Return the needs that a call asks for: its own one, or those in its pool now."""
    if call.need_id is not None:
        return Need.objects.filter(pk=call.need_id)
    living = Q(memberships__demand=call.demand_id, memberships__left_at__isnull=True)
    return Need.objects.filter(living).order_by("code")


def require_risk_papers(call: Call) -> None:
    """Raise Invalid naming for each need behind the call what its risk tier demands before it, and how to get it."""
    held = {"sandbox_plan"} if SandboxPlan.objects.filter(call=call).exists() else set()
    lacking = [(one.code, row) for one in needs_behind(call) for row in unmet_demands(one, before=OPEN_CALL, held=held)]
    if lacking:
        text = _("%(code)s, before its call opens. %(refusal)s")
        raise Invalid({"need": [text % {"code": code, "refusal": row.refusal} for code, row in lacking]})


def require_ready_for_responses(call: Call) -> None:
    """Raise Invalid where the call could not be answered, reviewed or opened; what gathers interest only is ready."""
    named = call.openers.count()
    if not named and call.kind not in TAKES_RESPONSES:
        return
    wrong: dict[str, list[Any]] = {}
    if named != OPENERS:
        wrong["openers"] = [_("Name the three who open the responses, on the page “Panel and opening” of the call.")]
    elif not CallKey.objects.filter(call=call).exists():
        wrong["openers"] = [_("All three openers have to take their codes first.")]
    if not call.panel.exists():
        wrong["panel"] = [_("Name the panel that reviews the responses.")]
    if not call.criteria:
        wrong["criteria"] = [_("Say by which criteria the responses are reviewed.")]
    if call.kind == CallKind.RACE and call.winners < 2:
        wrong["winners"] = [_("In a race at least two teams are chosen.")]
    if wrong:
        raise Invalid(wrong)
