"""What the risk tier of a need demands before its pilot starts: a sandbox, and the filings of the chosen capability."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.engagement_parties import needs_of
from marketplace.models import Capability, Engagement, Sandbox
from scenarios.content import unmet_demands
from scenarios.errors import Invalid
from scenarios.models import Need
from scenarios.risk import DEMANDS, START_PILOT, Demand


def filings_held(capabilities: Iterable[Capability]) -> set[str]:
    """Return the items of the risk table that the filings of these capabilities meet."""
    filed = {name for one in capabilities for name in one.filings}
    return {row.item for row in DEMANDS if row.filings and filed & set(row.filings)}


def chosen_capabilities(engagement: Engagement) -> list[Capability]:
    """Return the capability that was agreed on, or those that the awarded lead has on offer."""
    if engagement.capability is not None:
        return [engagement.capability]
    return list(Capability.objects.published().filter(owner=engagement.lead_id))


def require_pilot_papers(engagement: Engagement) -> None:
    """Raise Invalid naming for each need what its tier demands before the pilot and is not there, and how to get it."""
    held = filings_held(chosen_capabilities(engagement))
    if Sandbox.objects.filter(engagement=engagement).exists():
        held.add("sandbox_plan")
    needs = needs_of(engagement)
    _refuse([(need, row) for need in needs for row in unmet_demands(need, before=START_PILOT, held=held)])


def _refuse(lacking: list[tuple[Need, Demand]]) -> None:
    if lacking:
        text: Any = _("%(code)s, before its pilot starts. %(refusal)s")
        raise Invalid({"need": [text % {"code": need.code, "refusal": row.refusal} for need, row in lacking]})
