"""Being told of changes, or not any more."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.following import FOLLOWED, follow, unfollow
from scenarios.errors import NotFound
from scenarios.models import Follow
from scenarios.views.parts import actor_of, page_of

PAGES = {"need": "need_detail", "demand": "pool_detail", "call": "call_detail", "engagement": "engagement_detail"}


@require_POST
@access("signed_in")
def follow_subject(request: HttpRequest, subject_type: str, pk: UUID) -> HttpResponse:
    """Follow, or with ``stop`` in the form stop following; htmx gets the button back, everyone else the page."""
    actor = actor_of(request)
    if subject_type not in PAGES:
        raise NotFound
    stop = "stop" in request.POST
    if stop:
        unfollow(actor=actor, subject_type=subject_type, subject_id=pk)
    else:
        follow(actor=actor, subject_type=subject_type, subject_id=pk)
    if request.headers.get("HX-Request"):
        context = {"subject_type": subject_type, "pk": pk, "follows": not stop}
        return render(request, "scenarios/parts/follow_button.html", context)
    messages.success(
        request, _("You will not be told of changes any more.") if stop else _("You will be told of changes.")
    )
    return redirect(PAGES[subject_type], pk)


@access("signed_in")
def my_following(request: HttpRequest) -> HttpResponse:
    """What the reader follows, with the states as they are now."""
    actor = actor_of(request)
    page = page_of(request, Follow.objects.filter(account_id=actor.account_id or 0).order_by("-created_at", "pk"))
    rows = list(page)
    found: dict[tuple[str, UUID], Any] = {}
    for kind, model in FOLLOWED.items():
        wanted = [row.subject_id for row in rows if row.subject_type == kind]
        found |= {(kind, one.pk): one for one in model.objects.visible_to(actor).filter(pk__in=wanted)}
    followed = [
        {"type": row.subject_type, "page": PAGES[row.subject_type], "subject": found[row.subject_type, row.subject_id]}
        for row in rows
        if (row.subject_type, row.subject_id) in found
    ]
    return render(request, "scenarios/my_following.html", {"followed": followed, "page": page})
