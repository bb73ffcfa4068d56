"""What the manager decides about a pool's core: modules, exclusions, and what members propose for its next version."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.core_changes import dismiss_core_change, take_up_core_change
from scenarios.actions.demands import decide_difference
from scenarios.errors import Invalid, refused_for
from scenarios.models import CoreChange
from scenarios.policies import one_of
from scenarios.views.parts import actor_of


@access("manager")
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make what members deviate in a module, or exclude it."""
    names = ("field", "metric", "treatment")
    words = {name: request.POST.get(name, "").replace("\x00", "") for name in names}
    try:
        decide_difference(actor=actor_of(request), demand_id=pk, **words)
        messages.success(request, _("The decision is noted; nothing is averaged."))
    except Invalid as error:
        messages.error(request, refused_for(error))
    return redirect("staff_pool", pk)


@access("manager")
@require_POST
def take_up(request: HttpRequest, pk: UUID, change: UUID) -> HttpResponse:
    """Note a member's proposal for the next version of the core."""
    one_of(CoreChange.objects.filter(demand=pk), change)
    take_up_core_change(actor=actor_of(request), change_id=change)
    messages.success(request, _("It is noted for the next version; edit the core to take it in."))
    return redirect("staff_pool", pk)


@access("manager")
@require_POST
def dismiss(request: HttpRequest, pk: UUID, change: UUID) -> HttpResponse:
    """Set a member's proposal aside, with an answer that its owner reads."""
    one_of(CoreChange.objects.filter(demand=pk), change)
    try:
        dismiss_core_change(actor=actor_of(request), change_id=change, answer=request.POST.get("answer", ""))
        messages.success(request, _("The proposal is set aside; its owner reads why."))
    except Invalid as error:
        messages.error(request, refused_for(error))
    return redirect("staff_pool", pk)
