"""Invitations to act for an organisation, where the invited read and answer them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import members
from marketplace.models import Invitation
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotFound, refused_for
from scenarios.views.parts import actor_of


def open_invitations(actor: Actor) -> Any:
    """Return the invitations that the reader can answer."""
    return Invitation.objects.to(actor).select_related("organisation")


def show_refusal(request: HttpRequest, invalid: Invalid) -> None:
    """Show what was refused as a message on the page that the view leads back to."""
    messages.error(request, refused_for(invalid))


@access("signed_in")
@require_POST
def invitation_answer(request: HttpRequest, pk: UUID, answer: str) -> HttpResponse:
    """Accept or decline an invitation."""
    actor = actor_of(request)
    if answer not in ("accept", "decline"):
        raise NotFound
    if answer == "decline":
        members.decline_invitation(actor=actor, invitation_id=pk)
        messages.success(request, _("The invitation is declined."))
        return redirect("notification_list")
    try:
        member = members.accept_invitation(actor=actor, invitation_id=pk)
    except Invalid as invalid:
        show_refusal(request, invalid)
        return redirect("notification_list")
    messages.success(request, _("You now act for %(name)s.") % {"name": member.organisation})
    return redirect("my_organisation_one", pk=member.organisation_id)
