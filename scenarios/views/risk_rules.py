"""The rule table of the risk tiers, for everyone; for those inside a need also which rule applied to it and why."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scenarios import risk
from scenarios.access import access
from scenarios.actions.risk_papers import enter_ethics_number
from scenarios.audiences import NEED_FIELDS, audience_of, visible_fields
from scenarios.errors import Invalid, NotFound, refused_for
from scenarios.models import Need
from scenarios.policies import one_of
from scenarios.risk_reading import RuleRow, lacking, rule_rows, tier_rows
from scenarios.views.parts import actor_of


@access("public")
def risk_rules(request: HttpRequest) -> HttpResponse:
    """The rule table and what each tier demands before which step."""
    rows = [RuleRow(rule, applies=False, because=[]) for rule in risk.RULES]
    return render(request, "scenarios/risk_rules.html", {"rules": rows, "tiers": tier_rows()})


@access("signed_in")
def need_risk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same table with the rules that gave this need its tier; for its owner and staff."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor), pk)
    if "risk_answers" not in visible_fields(NEED_FIELDS, audience_of(actor, need.owner_id)):
        raise NotFound
    context = {"need": need, "rules": rule_rows(need), "tiers": tier_rows(), "lacking": lacking(need)}
    return render(request, "scenarios/risk_rules.html", context)


@require_POST
@access("member")
def ethics_number(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter the number of the ethics review of a need that lacks it."""
    try:
        enter_ethics_number(actor=actor_of(request), need_id=pk, number=request.POST.get("ethics_number", ""))
    except Invalid as error:
        messages.error(request, refused_for(error))
    else:
        messages.success(request, _("The number of the ethics review is entered."))
    return redirect("need_detail", pk)
