"""Organisations before the moderators: who asks for verification, who is verified, who is suspended."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.organisations import suspend_organisation, verify_organisation
from marketplace.choices import Verification
from marketplace.models import Organisation
from scenarios.access import access
from scenarios.errors import Invalid, refused_for
from scenarios.views.parts import actor_of, page_of


@access("moderator")
def organisation_queue(request: HttpRequest) -> HttpResponse:
    """List organisations of one state of verification, those that ask for it first."""
    state = request.GET.get("state", Verification.PENDING)
    state = state if state in Verification.values else Verification.PENDING
    counts = dict(Organisation.objects.order_by().values_list("verification").annotate(Count("pk")))
    rows = Organisation.objects.filter(verification=state).select_related("district").order_by("created_at", "pk")
    context = {
        "page": page_of(request, rows),
        "tabs": [(one, counts.get(one.value, 0)) for one in _in_order()],
        "state": state,
    }
    return render(request, "marketplace/organisation_queue.html", context)


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
