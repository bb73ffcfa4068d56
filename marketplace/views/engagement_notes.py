"""What the parties of a project write to each other."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.actions.engagement_notes import write_note
from marketplace.engagement_facts import standing_of, told_notes
from marketplace.models import Engagement, EngagementNote
from marketplace.views.engagements import engagement_page, inside_of, note_form, notes_open
from scenarios.access import access
from scenarios.errors import Invalid
from scenarios.views.parts import actor_of, page_of


@access("member", "staff")
def engagement_notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All notes of a project, newest first; a post writes one for one's own party, or as the manager."""
    actor = actor_of(request)
    engagement = inside_of(actor, pk)
    if request.method == "POST":
        return _write(request, engagement)
    page = page_of(request, EngagementNote.objects.visible_to(actor).filter(engagement=engagement).newest())
    context = {
        "engagement": engagement,
        "page": page,
        "notes": told_notes(engagement, actor, page),
        "may_write": notes_open(engagement, standing_of(actor, engagement)),
    }
    return render(request, "marketplace/engagement_notes.html", context)


def _write(request: HttpRequest, engagement: Engagement) -> HttpResponse:
    actor = actor_of(request)
    form = note_form(engagement, actor, request.POST)
    if form.is_valid():
        try:
            write_note(actor=actor, engagement_id=engagement.pk, **form.note)
        except Invalid as refusal:
            form.show(refusal)
        else:
            messages.success(request, _("The note is written; the other parties hear of it."))
            return redirect(f"{reverse('engagement_detail', args=[engagement.pk])}#notes")
    return engagement_page(request, engagement.pk, status=422, note_form=form)
