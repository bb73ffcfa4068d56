"""The moderator's queue and desk: a need as the public would see it beside what the check found."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.moderation import approve_need, reinstate_need, return_need, suspend_need
from scenarios.actor import Actor
from scenarios.choices import Domain, RiskTier
from scenarios.errors import Invalid
from scenarios.lifecycle import NEED_MOVES
from scenarios.models import District, Need
from scenarios.policies import one_of, open_moves
from scenarios.querysets import NeedQuerySet
from scenarios.staff_forms import ReasonForm, ReasonsForm
from scenarios.views.need_review import review_context
from scenarios.views.parts import actor_of, page_of
from scenarios.views.staff_parts import chosen, options, posted_version, show_errors

TABS = {"waiting": _("Waiting"), "published": _("Published"), "suspended": _("Suspended")}


def _tab(name: str) -> NeedQuerySet:
    if name == "waiting":
        return Need.objects.awaiting_moderation()
    return Need.objects.filter(status=name).order_by("-published_at", "id")


@access("moderator")
def moderation_queue(request: HttpRequest) -> HttpResponse:
    """List the needs that wait, oldest first; on other tabs the published and the suspended ones, newest first."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "waiting"
    districts = [(row.pk, str(row)) for row in District.objects.all()]
    filters = {
        "domain": chosen(request, "domain", Domain.values),
        "district": chosen(request, "district", [pk for pk, _name in districts]),
        "risk_tier": chosen(request, "risk_tier", RiskTier.values),
    }
    needs = _tab(tab).filter(**{f"{name}__in": values for name, values in filters.items() if values})
    if code := request.GET.get("code", "").strip():
        needs = needs.filter(code__icontains=code[:20])
    context = {
        "tab": tab,
        "tabs": TABS.items(),
        "page": page_of(request, needs.select_related("owner", "district")),
        "filtered": bool(code) or any(filters.values()),
        "code": code,
        "domains": options(Domain.choices, filters["domain"]),
        "districts": options(districts, filters["district"]),
        "tiers": options(RiskTier.choices, filters["risk_tier"]),
    }
    return render(request, "scenarios/staff/moderation_queue.html", context)


@access("moderator")
def moderate_need(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a need for decision; a post approves it or returns it with a reason per field."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor).for_page(), pk)
    form = ReasonsForm(request.POST or None)
    if request.method != "POST":
        return _desk(request, actor, need, form)
    verdict = request.POST.get("verdict")
    if not form.is_valid():
        return _desk(request, actor, need, form, status=422)
    if verdict == "approve" and form.reasons:
        # Typed reasons would be lost: say so and ask once more.
        return _desk(request, actor, need, form, unused_reasons=True, status=422)
    try:
        if verdict == "return":
            return_need(actor=actor, need_id=pk, reasons=form.reasons, version=posted_version(request))
        elif verdict in ("approve", "approve_anyway"):
            approve_need(actor=actor, need_id=pk, version=posted_version(request))
        else:
            raise Invalid(message=_("Choose: approve or return."))
    except Invalid as error:
        show_errors(form, error)
        return _desk(request, actor, need, form, status=422)
    said = _("%(code)s is returned to its owner.") if verdict == "return" else _("%(code)s is approved.")
    messages.success(request, said % {"code": need.code})
    return _next(actor, need)


def _next(actor: Actor, decided: Need) -> HttpResponse:
    waiting = Need.objects.awaiting_moderation().filter(status="checked").exclude(pk=decided.pk)
    following = waiting.exclude(owner__in=actor.organisation_ids).first()
    return redirect("moderate_need", following.pk) if following else redirect("moderation_queue")


def _desk(
    request: HttpRequest, actor: Actor, need: Need, form: ReasonsForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    moves = open_moves(NEED_MOVES, actor=actor, owner_id=need.owner_id, status=need.status)
    context = {
        **review_context(need, actor, form),
        "moves": moves,
        "own": actor.belongs_to(need.owner_id),
        "suspend_form": ReasonForm(),
        **extra,
    }
    return render(request, "scenarios/staff/moderate_need.html", context, status=status)


@access("moderator")
@require_POST
def suspend_published_need(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a published need off offer."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor).for_page(), pk)
    form = ReasonForm(request.POST)
    form.full_clean()
    try:
        suspend_need(actor=actor, need_id=pk, reason=request.POST.get("reason", ""))
    except Invalid as error:
        show_errors(form, error)
        return _desk(request, actor, need, ReasonsForm(), status=422, suspend_form=form)
    messages.success(request, _("%(code)s is off offer; its owner is told why.") % {"code": need.code})
    return redirect("moderate_need", pk)


@access("moderator")
@require_POST
def reinstate_suspended_need(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a suspended need on offer again."""
    need = reinstate_need(actor=actor_of(request), need_id=pk)
    messages.success(request, _("%(code)s is on offer again.") % {"code": need.code})
    return redirect("moderate_need", pk)
