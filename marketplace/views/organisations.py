"""The public page of an organisation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.models import Capability, Organisation
from marketplace.views.capabilities import card_of
from scenarios.access import access
from scenarios.audiences import ORGANISATION_FIELDS, audience_of, visible_fields
from scenarios.models import Need
from scenarios.policies import one_of
from scenarios.views.parts import actor_of

SHOWN = 20


@access("public")
def organisation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what is public of an organisation, with the needs and capabilities it has on offer."""
    actor = actor_of(request)
    rows = Organisation.objects.visible_to(actor).select_related("district", "chain")
    organisation: Any = one_of(rows, pk)
    needs = Need.objects.visible_to(actor).published().filter(owner=organisation).select_related("district")
    capabilities = Capability.objects.published().filter(owner=organisation).prefetch_related("districts")
    context = {
        "organisation": organisation,
        "shown": visible_fields(ORGANISATION_FIELDS, audience_of(actor, organisation.pk)),
        "is_mine": actor.belongs_to(organisation.pk),
        "needs": needs[:SHOWN],
        "cards": [card_of(capability) for capability in capabilities.select_related("owner")[:SHOWN]],
    }
    return render(request, "marketplace/organisation_detail.html", context)
