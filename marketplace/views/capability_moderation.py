"""Staff and capabilities: the moderators' queue, one capability beside its reasons, and what waits for publication."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.actions import capabilities as actions
from marketplace.actions.near_copies import clear_near_copy
from marketplace.choices import Layer, Maturity
from marketplace.completeness import completeness
from marketplace.facts import capability_facts
from marketplace.lifecycle import CAPABILITY_MOVES
from marketplace.models import Capability
from marketplace.views.capabilities import last_reasons, shown_copy
from scenarios.access import access
from scenarios.audiences import CAPABILITY_FIELDS, Audience, visible_fields
from scenarios.choices import Subject
from scenarios.errors import Invalid
from scenarios.facts import label_of
from scenarios.listing import Facet, Order, chosen_order, narrow, only_chosen
from scenarios.policies import one_of, open_moves
from scenarios.sheets import Column
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queue_places import ids_in, next_address, place_in, queue_query
from scenarios.views.sheets import sheet_response, waiting_columns, wants_sheet
from scenarios.views.staff_parts import posted_version
from scenarios.waiting import LEVELS, Wait, promised_days, since_decided, with_wait

MODERATE = (("verify-capabilities", "a", gettext_lazy("Verify")), ("return-capabilities", "r", gettext_lazy("Return")))
PUBLISH = (("publish-capabilities", "a", gettext_lazy("Publish")),)


COLUMNS = [
    Column(gettext_lazy("Code"), lambda row: row.code),
    Column(gettext_lazy("Title"), lambda row: row.title),
    Column(gettext_lazy("Organisation"), lambda row: row.owner),
    Column(gettext_lazy("Maturity"), lambda row: row.get_maturity_display()),
]


def _orders(since: str) -> tuple[Order, ...]:
    return (
        Order("oldest", _("Longest waiting first"), (since, "pk")),
        Order("newest", _("Newest first"), (f"-{since}", "pk")),
    )


def _facets() -> list[Facet]:
    return [
        Facet("level", _("Service level"), [*LEVELS.items()]),
        Facet("maturity", label_of(Capability, "maturity"), Maturity.choices),
        Facet("layer", label_of(Capability, "layer"), Layer.choices),
    ]


def _queue(request: HttpRequest, name: str, title: str, rows: Any, since: str, batches: Any) -> HttpResponse:
    """Show a queue of capabilities, narrowed and in order, with each one's service level, or hand it out as a file.

    name : of its address and its template. since : the column from which it waits.
    """
    promised, orders = promised_days(name), _orders(since)
    narrowed = narrow(with_wait(rows, since, promised), _facets(), request.GET)
    order = chosen_order(orders, request.GET)
    found = narrowed.rows.select_related("owner", "verified_by").order_by(*order.fields)
    if wants_sheet(request):
        return sheet_response("capabilities", title, [*COLUMNS, *waiting_columns(promised)], found)
    page = page_of(request, found)
    context = {
        "page": page,
        "rows": [(capability, Wait(capability.waited_days, promised)) for capability in page],
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "orders": orders,
        "order": order,
        "queue_query": queue_query(request),
        "batches": batches,
    }
    return render(request, f"marketplace/{name}.html", context)


def _to_verify(query: QueryDict) -> Any:
    """Return what waits for a moderator as the address narrows and orders it."""
    rows = with_wait(Capability.objects.awaiting_moderation(), "submitted_at", promised_days("capability_queue"))
    return only_chosen(rows, _facets(), query).order_by(*chosen_order(_orders("submitted_at"), query).fields)


@access("moderator")
def capability_queue(request: HttpRequest) -> HttpResponse:
    """List what waits for a moderator, the oldest first."""
    rows = Capability.objects.awaiting_moderation()
    return _queue(request, "capability_queue", _("Capabilities to verify"), rows, "submitted_at", MODERATE)


@access("moderator")
def moderate_capability(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a capability with a place for a reason beside each field; verify, return, suspend or reinstate it."""
    actor = actor_of(request)
    capability = one_of(Capability.objects.visible_to(actor).for_page(), pk)
    if request.method != "POST":
        return _page(request, capability)
    if request.POST.get("decision") == "no_copy":
        clear_near_copy(actor=actor, capability_id=capability.pk)
        messages.success(request, _("%(code)s counts as no copy.") % {"code": capability.code})
        return redirect(f"{reverse('moderate_capability', args=[pk])}{queue_query(request)}")
    reasons = {name: request.POST.get(f"reason-{name}", "") for name in (*CAPABILITY_FIELDS, "general")}
    queued = ids_in(_to_verify(request.GET))
    try:
        done = _decide(request, capability.pk, reasons)
    except Invalid as invalid:
        return _page(request, capability, typed=reasons, invalid=invalid)
    messages.success(request, done % {"code": capability.code})
    still = ids_in(_to_verify(request.GET).exclude(owner__in=actor.organisation_ids))
    return redirect(next_address(request, queued, pk, still, page="moderate_capability", queue="capability_queue"))


def _decide(request: HttpRequest, pk: UUID, reasons: dict[str, str]) -> str:
    """Make the one decision that was posted, on the version that was read, and return what is said of it."""
    actor, decision, version = actor_of(request), request.POST.get("decision", ""), posted_version(request)
    if decision == "verify":
        actions.verify_capability(actor=actor, capability_id=pk, version=version)
        return _("%(code)s is verified and waits for the publisher.")
    if decision == "return":
        actions.return_capability(actor=actor, capability_id=pk, reasons=reasons, version=version)
        return _("%(code)s went back to its owner with your reasons.")
    if decision == "suspend":
        actions.suspend_capability(actor=actor, capability_id=pk, reason=reasons["general"])
        return _("%(code)s is suspended; its owner reads why.")
    if decision == "reinstate":
        actions.reinstate_capability(actor=actor, capability_id=pk)
        return _("%(code)s is on offer again.")
    raise Invalid({"decision": [_("Choose what to decide.")]})


def _page(
    request: HttpRequest,
    capability: Capability,
    *,
    typed: dict[str, str] | None = None,
    invalid: Invalid | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    typed = typed or {}
    asked_before = {row["field"]: row["text"] for row in last_reasons(capability)}
    shown = visible_fields(CAPABILITY_FIELDS, Audience.STAFF)
    public = visible_fields(CAPABILITY_FIELDS, Audience.PUBLIC)
    rows: list[dict[str, Any]] = [
        {"fact": fact, "reason": typed.get(fact.name, ""), "asked_before": asked_before.get(fact.name, "")}
        for fact in capability_facts(capability, shown)
    ]
    context = {
        "capability": capability,
        "public_rows": [row for row in rows if row["fact"].name in public],
        "inner_rows": [row for row in rows if row["fact"].name not in public],
        **shown_copy(capability, actor),
        "general": typed.get("general", ""),
        "general_before": asked_before.get("general", ""),
        "completeness": completeness(capability, shown),
        "moves": open_moves(CAPABILITY_MOVES, actor=actor, owner_id=None, status=capability.status),
        "is_own": actor.belongs_to(capability.owner_id),
        "place": place_in(request, ids_in(_to_verify(request.GET)), capability.pk, "moderate_capability"),
        "queue_query": queue_query(request),
        "errors": [text for texts in invalid.fields.values() for text in texts] if invalid else [],
    }
    return render(request, "marketplace/moderate_capability.html", context, status=422 if invalid else 200)


@access("publisher")
def capability_publication(request: HttpRequest) -> HttpResponse:
    """List the verified capabilities that wait for the publisher, the oldest first."""
    rows = since_decided(Capability.objects.awaiting_publication(), Subject.CAPABILITY)
    return _queue(request, "capability_publication", _("Capabilities to publish"), rows, "decided_at", PUBLISH)
