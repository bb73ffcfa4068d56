"""What the machine suggests, with its reasons: to a supplier for its capabilities, to owners and staff for the rest."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from marketplace.actions.suggestions import judge_suggestion
from marketplace.explanations import district_names
from marketplace.models import Capability, Suggestion
from marketplace.suggested import Shown, shown_suggestions
from scenarios.access import access
from scenarios.actions.interests import owners_of
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotFound
from scenarios.models import Call, MergedDemand, Need
from scenarios.policies import one_of
from scenarios.views.parts import actor_of, page_of

KINDS = {"need": gettext_lazy("Needs"), "demand": gettext_lazy("Pools"), "call": gettext_lazy("Calls")}
TABS = {
    "open": pgettext_lazy("suggestion", "New"),
    "shortlisted": gettext_lazy("Shortlisted"),
    "contacted": gettext_lazy("Contacted"),
    "dismissed": gettext_lazy("Dismissed"),
}


@access("member")
def my_suggestions(request: HttpRequest) -> HttpResponse:
    """List what is suggested to the reader's capabilities: what passes every gate first, then by score."""
    actor = actor_of(request)
    every = Suggestion.objects.for_supplier(actor)
    state = request.GET.get("state", "open")
    state = state if state in TABS else "open"
    narrowed = _narrowed(every, request)
    counts = dict(narrowed.order_by().values_list("state").annotate(Count("pk")))
    rows = narrowed.filter(state=state).for_page().judged_for(actor).fitting_first()
    page = page_of(request, rows, total=counts.get(state, 0))
    context = {
        "page": page,
        "rows": shown_suggestions(page.object_list, actor, districts=district_names()),
        "tabs": [(name, label, counts.get(name, 0)) for name, label in TABS.items()],
        "state": state,
        "kinds": [(name, label, name in request.GET.getlist("kind")) for name, label in KINDS.items()],
        "fits": request.GET.get("fits") == "1",
        "capabilities": _own_capabilities(actor),
        "capability": request.GET.get("capability", ""),
    }
    return render(request, "marketplace/my_suggestions.html", context)


def _narrowed(rows: Any, request: HttpRequest) -> Any:
    kinds = [name for name in KINDS if name in request.GET.getlist("kind")]
    if kinds:
        rows = rows.of_kinds(kinds)
    if request.GET.get("fits") == "1":
        rows = rows.filter(failed_gates=[])
    try:
        wanted = UUID(request.GET.get("capability", ""))
    except ValueError:
        return rows
    return rows.filter(capability_id=wanted)


def _own_capabilities(actor: Actor) -> "QuerySet[Capability]":
    return Capability.objects.of(actor).filter(status="published").order_by("code")


@access("member", "staff")
def need_suggestions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rank capabilities for a need, for its owner and staff."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor), pk)
    _require_party(actor, {need.owner_id})
    return _ranked(request, need, "need", Suggestion.objects.filter(need=need))


@access("member", "staff")
def pool_suggestions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rank capabilities for a pool, for its members and staff."""
    actor = actor_of(request)
    demand = one_of(MergedDemand.objects.visible_to(actor), pk)
    _require_party(actor, set(demand.members.filter(left_at__isnull=True).values_list("need__owner", flat=True)))
    return _ranked(request, demand, "demand", Suggestion.objects.filter(demand=demand))


@access("member", "staff")
def call_suggestions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rank capabilities for a call, for the owners behind it and staff."""
    actor = actor_of(request)
    call = one_of(Call.objects.visible_to(actor), pk)
    _require_party(actor, owners_of(call))
    return _ranked(request, call, "call", Suggestion.objects.filter(call=call))


def _require_party(actor: Actor, owners: set[Any]) -> None:
    if not actor.is_staff and not owners & actor.organisation_ids:
        raise NotFound


def _ranked(request: HttpRequest, asking: Any, kind: str, rows: Any) -> HttpResponse:
    actor = actor_of(request)
    rows = rows.current().filter(capability__status="published")
    rows = rows.for_page().with_others().judged_for(actor).fitting_first()
    page = page_of(request, rows)
    shown = shown_suggestions(page.object_list, actor, districts=district_names())
    context = {
        "asking": asking,
        "kind": kind,
        "page": page,
        "fitting": [row for row in shown if row.fits],
        "failing": [row for row in shown if not row.fits],
    }
    return render(request, "marketplace/ranked_capabilities.html", context)


MOVES = {
    "shortlist": gettext_lazy("It is on your shortlist."),
    "dismiss": gettext_lazy("It is dismissed and stays so; you can take that back under “Dismissed”."),
    "contact": gettext_lazy("Noted as contacted."),
    "undo": gettext_lazy("It is open again."),
}


@access("member", "manager")
@require_POST
def suggestion_judge(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Shortlist, dismiss with a reason, note a contact, or undo; then back to the list it was done on."""
    if move not in MOVES:
        raise Http404
    actor = actor_of(request)
    try:
        suggestion = judge_suggestion(actor=actor, suggestion_id=pk, move=move, reason=request.POST.get("reason", ""))
    except Invalid as invalid:
        if request.htmx:  # type: ignore[attr-defined]
            return _fragment(request, pk, error=invalid.fields["reason"][0])
        messages.error(request, str(invalid.fields["reason"][0]))
        return redirect(_back(request))
    if request.htmx:  # type: ignore[attr-defined]
        return _fragment(request, suggestion.pk)
    messages.success(request, str(MOVES[move]))
    return redirect(_back(request))


def _fragment(request: HttpRequest, pk: UUID, *, error: Any = "") -> HttpResponse:
    """Return the one suggestion as it stands now, in place of the one on the page."""
    actor = actor_of(request)
    row = one_of(Suggestion.objects.visible_to(actor).for_page().with_others().judged_for(actor), pk)
    (shown,) = shown_suggestions([row], actor, districts=district_names())
    context = {"row": shown, "error": error, "next": _back(request)}
    status = 422 if error else 200
    return render(request, f"marketplace/parts/suggestion_{_side(request, shown)}.html", context, status=status)


def _side(request: HttpRequest, shown: Shown) -> str:
    return "capability" if request.POST.get("side") == "capability" else "asking"


def _back(request: HttpRequest) -> str:
    """Return the address to go back to: of this site only."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "my_suggestions"
