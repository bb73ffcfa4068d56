"""Organisations before the moderators: who asks for verification, who is verified, who is suspended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from marketplace.actions.organisations import suspend_organisation, verify_organisation
from marketplace.choices import OrganisationKind, Verification
from marketplace.models import Organisation
from scenarios.access import access
from scenarios.errors import Invalid, refused_for
from scenarios.listing import Facet, entries_of
from scenarios.models import District
from scenarios.sheets import Column
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queues import aged
from scenarios.views.sheets import sheet_response, waiting_columns, wants_sheet
from scenarios.waiting import Wait, promised_days

COLUMNS = [
    Column(gettext_lazy("Organisation"), str),
    Column(gettext_lazy("Unified social credit code"), lambda row: row.uscc),
    Column(gettext_lazy("Kind of organisation"), lambda row: row.get_kind_display()),
    Column(gettext_lazy("District"), lambda row: row.district or ""),
]


@access("moderator")
def organisation_queue(request: HttpRequest) -> HttpResponse:
    """List organisations of one state of verification; of those that ask for it, the longest waiting first."""
    state = request.GET.get("state", Verification.PENDING)
    state = state if state in Verification.values else Verification.PENDING
    counts = dict(Organisation.objects.order_by().values_list("verification").annotate(Count("pk")))
    rows = Organisation.objects.filter(verification=state)
    promised = promised_days("organisation_queue")
    shown: dict[str, Any] = {}
    if state == Verification.PENDING:
        rows, shown = aged(request, rows, since="updated_at", promised=promised, facets=_facets())
    else:
        rows = rows.order_by("created_at", "pk")
    if wants_sheet(request):
        columns = [*COLUMNS, *(waiting_columns(promised) if shown else [])]
        return sheet_response(f"organisations-{state}", _("Organisations"), columns, rows.select_related("district"))
    page = page_of(request, rows.select_related("district"))
    context = {
        **shown,
        "page": page,
        "rows": [(one, Wait(one.waited_days, promised) if shown else None) for one in page],
        "tabs": [(one, counts.get(one.value, 0)) for one in _in_order()],
        "state": state,
        "carried": {"state": state},
        "reset": f"{request.path}?state={state}",
    }
    return render(request, "marketplace/organisation_queue.html", context)


def _facets() -> list[Facet]:
    return [
        Facet("kind", _("Kind of organisation"), OrganisationKind.choices),
        Facet("district", _("District"), entries_of(District)),
    ]


def _in_order() -> list[Verification]:
    return [Verification.PENDING, Verification.VERIFIED, Verification.UNVERIFIED, Verification.SUSPENDED]


@access("moderator")
@require_POST
def organisation_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Verify an organisation, or suspend it with a reason that it reads."""
    actor = actor_of(request)
    try:
        if request.POST.get("decision") == "verify":
            organisation = verify_organisation(actor=actor, organisation_id=pk)
            messages.success(request, _("%(name)s is verified.") % {"name": organisation})
        else:
            reason = request.POST.get("reason", "")
            organisation = suspend_organisation(actor=actor, organisation_id=pk, reason=reason)
            messages.success(request, _("%(name)s is suspended.") % {"name": organisation})
    except Invalid as invalid:
        messages.error(request, refused_for(invalid))
    return redirect("organisation_queue")
