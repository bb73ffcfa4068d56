"""The moderator's queue and desk: a need as the public would see it beside what the check found."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.moderation import approve_need, reinstate_need, return_need, suspend_need
from scenarios.actor import Actor
from scenarios.choices import Domain, NeedStatus, RiskTier
from scenarios.errors import Invalid
from scenarios.facts import label_of
from scenarios.lifecycle import NEED_MOVES
from scenarios.listing import Facet, Order, chosen_order, entries_of, narrow, only_chosen
from scenarios.models import Chain, ChainLead, District, Need
from scenarios.naming import in_order
from scenarios.policies import one_of, open_moves
from scenarios.searching import text_of
from scenarios.sheets import Column
from scenarios.staff_forms import ReasonForm, ReasonsForm
from scenarios.views.need_review import review_context
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queue_places import ids_in, next_address, place_in, queue_query
from scenarios.views.sheets import NEED_COLUMNS, sheet_response, waiting_columns, wants_sheet
from scenarios.views.staff_parts import posted_version, show_errors
from scenarios.waiting import LEVELS, Wait, promised_days, with_wait

TABS = {"waiting": _("Waiting"), "published": _("Published"), "suspended": _("Suspended")}
ORDERS = (
    Order("oldest", _("Longest waiting first"), (F("submitted_at").asc(nulls_last=True), "pk")),
    Order("newest", _("Newest first"), (F("submitted_at").desc(nulls_last=True), "pk")),
    Order("risk", _("Highest risk first"), ("-risk_tier", "submitted_at", "pk")),
    Order("vague", _("Least precise first"), ("precision_score", "submitted_at", "pk")),
)
# What may be done to several rows of a tab at once, with the key that does it.
BATCHES = {
    "waiting": (("approve-needs", "a", _("Approve")), ("return-needs", "r", _("Return"))),
    "published": (("suspend-needs", "s", _("Suspend")),),
    "suspended": (("reinstate-needs", "o", _("Put on offer again")),),
}


def _tab_of(query: QueryDict) -> str:
    name = query.get("tab", "")
    return name if name in TABS else "waiting"


def _tab(query: QueryDict) -> Any:
    """Return the needs of the tab that the address names, as far as they hold what is searched, with their wait."""
    name = _tab_of(query)
    needs = Need.objects.awaiting_moderation() if name == "waiting" else Need.objects.filter(status=name)
    return with_wait(needs.matching_name(text_of(query)), "submitted_at", promised_days("moderation_queue"))


def _queue(query: QueryDict) -> Any:
    """Return the needs of the queue as the address narrows and orders it."""
    found = only_chosen(_tab(query), _facets(_tab_of(query)), query)
    return found.order_by(*chosen_order(ORDERS, query).fields)


def _tab_counts() -> dict[str, int]:
    counts = dict(Need.objects.order_by().values_list("status").annotate(Count("pk")))
    waiting = counts.get(NeedStatus.SUBMITTED, 0) + counts.get(NeedStatus.CHECKED, 0)
    return {"waiting": waiting, **{name: counts.get(name, 0) for name in ("published", "suspended")}}


def _facets(tab: str) -> list[Facet]:
    level = Facet("level", _("Service level"), [*LEVELS.items()])
    return [
        *([level] if tab == "waiting" else []),
        Facet("risk_tier", label_of(Need, "risk_tier"), RiskTier.choices),
        Facet("domain", label_of(Need, "domain"), in_order("domain", Domain.choices)),
        Facet("district", label_of(Need, "district"), entries_of(District)),
        Facet("chain", _("Industrial chain"), entries_of(Chain), "owner__chain"),
    ]


def _columns(tab: str) -> list[Column]:
    return [*NEED_COLUMNS, *(waiting_columns(promised_days("moderation_queue")) if tab == "waiting" else [])]


@access("moderator")
def moderation_queue(request: HttpRequest) -> HttpResponse:
    """List the needs that wait, oldest first, with their service level; on other tabs what is or was on offer."""
    tab = _tab_of(request.GET)
    narrowed = narrow(_tab(request.GET), _facets(tab), request.GET)
    order = chosen_order(ORDERS, request.GET)
    found = narrowed.rows.select_related("owner", "district").order_by(*order.fields)
    if wants_sheet(request):
        return sheet_response(f"moderation-{tab}", TABS[tab], _columns(tab), found)
    page = page_of(request, found, total=narrowed.total)
    counts = _tab_counts()
    chains = ChainLead.objects.filter(account=actor_of(request).account_id).values_list("chain", flat=True)
    context = {
        "tab": tab,
        "tabs": [(name, label, counts[name]) for name, label in TABS.items()],
        "page": page,
        "rows": [(need, Wait(need.waited_days, promised_days("moderation_queue"))) for need in page],
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "carried": {"tab": tab},
        "text": text_of(request.GET),
        "orders": ORDERS,
        "order": order,
        "queue_query": queue_query(request),
        "batches": BATCHES[tab],
        "my_chains": urlencode([("tab", tab), *(("chain", pk) for pk in chains)]) if chains else "",
        "comparable": True,
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
    queued = ids_in(_queue(request.GET))
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
    still = _queue(request.GET).filter(status="checked").exclude(owner__in=actor.organisation_ids)
    return redirect(next_address(request, queued, pk, ids_in(still), page="moderate_need", queue="moderation_queue"))


def _desk(
    request: HttpRequest, actor: Actor, need: Need, form: ReasonsForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    moves = open_moves(NEED_MOVES, actor=actor, owner_id=need.owner_id, status=need.status)
    context = {
        **review_context(need, actor, form),
        "moves": moves,
        "own": actor.belongs_to(need.owner_id),
        "suspend_form": ReasonForm(),
        "place": place_in(request, ids_in(_queue(request.GET)), need.pk, "moderate_need"),
        "queue_query": queue_query(request),
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
    return redirect(f"{reverse('moderate_need', args=[pk])}{queue_query(request)}")


@access("moderator")
@require_POST
def reinstate_suspended_need(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a suspended need on offer again."""
    need = reinstate_need(actor=actor_of(request), need_id=pk)
    messages.success(request, _("%(code)s is on offer again.") % {"code": need.code})
    return redirect(f"{reverse('moderate_need', args=[pk])}{queue_query(request)}")
