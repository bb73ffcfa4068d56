"""The publisher's queue: what may be published now, what is held back and why, and a preview before it is public."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from scenarios.access import access
from scenarios.actor import Actor
from scenarios.choices import Domain, RiskTier
from scenarios.content import unmet_demands
from scenarios.facts import label_of
from scenarios.forms import new_key
from scenarios.listing import Facet, Order, chosen_order, narrow
from scenarios.models import Need
from scenarios.naming import in_order
from scenarios.risk import PUBLISH_NEED
from scenarios.views.need_review import indicators_of, public_facts
from scenarios.views.parts import actor_of, page_of
from scenarios.views.sheets import NEED_COLUMNS, sheet_response, waiting_columns, wants_sheet
from scenarios.views.staff_parts import ids_of
from scenarios.waiting import LEVELS, Wait, promised_days, to_publish, with_wait

AT_ONCE = 20
ORDERS = (
    Order("oldest", _("Longest waiting first"), ("decided_at", "pk")),
    Order("newest", _("Newest first"), ("-decided_at", "pk")),
    Order("risk", _("Highest risk first"), ("-risk_tier", "decided_at", "pk")),
)


class Waiting(NamedTuple):
    """An approved need, how long it waits and what keeps this publisher from publishing it; nothing: it may go out."""

    need: Need
    wait: Wait
    held_back: list[Any]


def held_back(need: Need, actor: Actor) -> list[Any]:
    """Return why `actor` cannot publish an approved need now. The action asks the same again."""
    reasons: list[Any] = [row.refusal for row in unmet_demands(need, before=PUBLISH_NEED)]
    if need.approved_by_id == actor.account_id:
        reasons.append(_("You approved it yourself; another publisher has to publish it."))
    return reasons


@access("publisher")
def publication_queue(request: HttpRequest) -> HttpResponse:
    """List the approved needs, oldest first, each with its service level and what holds it back."""
    actor, promised = actor_of(request), promised_days("publication_queue")
    narrowed = narrow(with_wait(to_publish(), "decided_at", promised), _facets(), request.GET)
    order = chosen_order(ORDERS, request.GET)
    needs = narrowed.rows.select_related("owner", "district", "approved_by").order_by(*order.fields)
    if wants_sheet(request):
        return sheet_response("publication", _("Publication"), [*NEED_COLUMNS, *waiting_columns(promised)], needs)
    page = page_of(request, needs)
    rows = [Waiting(need, Wait(need.waited_days, promised), held_back(need, actor)) for need in page]
    context = {
        "page": page,
        "ready": [row for row in rows if not row.held_back],
        "blocked": [row for row in rows if row.held_back],
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "orders": ORDERS,
        "order": order,
    }
    return render(request, "scenarios/staff/publication_queue.html", context)


def _facets() -> list[Facet]:
    return [
        Facet("level", _("Service level"), [*LEVELS.items()]),
        Facet("risk_tier", label_of(Need, "risk_tier"), RiskTier.choices),
        Facet("domain", label_of(Need, "domain"), in_order("domain", Domain.choices)),
    ]


@access("publisher")
def publication_preview(request: HttpRequest) -> HttpResponse:
    """Show the chosen needs exactly as the public will read them."""
    needs = _chosen(request.GET.getlist("row"))
    if not needs:
        messages.warning(request, _("Choose at least one need that waits for publication."))
        return redirect("publication_queue")
    rows = [
        {"need": need, "facts": public_facts(need), "indicators": indicators_of(need), "held_back": reasons}
        for need, reasons in ((need, held_back(need, actor_of(request))) for need in needs)
    ]
    ready = [row for row in rows if not row["held_back"]]
    context = {"rows": rows, "ready": ready, "key": new_key()}
    return render(request, "scenarios/staff/publication_preview.html", context)


def _chosen(ids: Iterable[str]) -> list[Need]:
    keys = ids_of(list(ids)[:AT_ONCE])
    return list(Need.objects.awaiting_publication().filter(pk__in=keys).for_page())
