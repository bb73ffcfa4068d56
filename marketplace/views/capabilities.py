"""The public list of capabilities and the page of one."""

from typing import Any
from uuid import UUID

from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from marketplace import facts
from marketplace.choices import Maturity
from marketplace.finding import KINDS
from marketplace.lifecycle import CAPABILITY_MOVES
from marketplace.models import Capability, NearCopy
from marketplace.open_data import CAPABILITIES
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.audiences import CAPABILITY_FIELDS, Audience, audience_of, visible_fields
from scenarios.choices import Subject, Verdict
from scenarios.finding import find
from scenarios.listing import Order, district_tiles, narrow
from scenarios.models import ModerationDecision, Need
from scenarios.open_columns import sheet_columns
from scenarios.policies import one_of, open_moves
from scenarios.searching import Search, fields_read
from scenarios.views.list_files import ListFiles, file_of
from scenarios.views.parts import actor_of, page_of

MATURITY_RANK = Case(
    *(When(maturity=value, then=position) for position, value in enumerate(Maturity.values)), default=-1
)
ORDERS = (
    Order("newest", _("Newest first"), (F("published_at").desc(nulls_last=True), "pk")),
    Order("small", _("Smallest minimum scale first"), (F("min_scale_quantity").asc(nulls_first=True), "pk")),
    Order("mature", _("Most mature first"), (MATURITY_RANK.desc(), "-published_at", "pk")),
)

FILES = ListFiles("capabilities", _("Capabilities"), lambda: sheet_columns(Capability, CAPABILITIES))


@access("public")
def capability_list(request: HttpRequest) -> HttpResponse:
    """The capabilities on offer: searched, narrowed, sorted, paged."""
    found = find(KINDS["capability"], actor_of(request), request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    rows, order = search.ordered(
        narrowed.rows.select_related("owner").prefetch_related("districts"), ORDERS, request.GET
    )
    if file := file_of(request, FILES, rows.for_page(), total=narrowed.total):
        return file
    page = page_of(request, rows, total=narrowed.total)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [card_of(capability, search) for capability in page.object_list],
        "facets": narrowed.facets,
        "tiles": district_tiles(narrowed.facets, request.GET),
        "chips": [*found.chips, *narrowed.chips],
        "carried": found.carried,
        "kind": "capability",
        "text": search.text,
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "marketplace/capability_list.html", context)


def card_of(capability: Capability, search: Search | None = None) -> dict[str, Any]:
    """Return what the card of a capability shows, on a list that was searched with where it was found."""
    read = fields_read(capability, "solves", "title_zh", "title_en")
    return {
        "hit": search and search.hit(capability.title, *read),
        "capability": capability,
        "techniques": facts.labels_of("techniques", capability.techniques[:3]),
        "min_scale": facts.quantity_text(capability.min_scale_quantity, capability.min_scale_unit),
    }


@access("public")
def capability_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one capability, as much of it as the reader may see, with the moves the reader may make."""
    actor = actor_of(request)
    capability = one_of(Capability.objects.visible_to(actor).for_page(), pk)
    audience = audience_of(actor, capability.owner_id)
    shown = visible_fields(CAPABILITY_FIELDS, audience)
    context = {
        "capability": capability,
        "shown": shown,
        "is_owner": audience == Audience.OWNER,
        "inside": audience >= Audience.STAFF,
        "techniques": facts.labels_of("techniques", capability.techniques),
        "conditions": facts.capability_facts(capability, shown & {"deploy", "data_classes", "districts", "filings"}),
        "min_scale": facts.quantity_text(capability.min_scale_quantity, capability.min_scale_unit),
        "moves": open_moves(CAPABILITY_MOVES, actor=actor, owner_id=capability.owner_id, status=capability.status),
        **(shown_copy(capability, actor) if audience >= Audience.STAFF else {}),
        "reasons": last_reasons(capability) if audience >= Audience.STAFF else [],
    }
    return render(request, "marketplace/capability_detail.html", context)


def shown_copy(capability: Capability, actor: Actor) -> dict[str, Any]:
    """Return what was found of a capability that is nearly a copy; the need only to those who may read it."""
    row = NearCopy.objects.filter(capability=capability).select_related("source__owner").first()
    need = Need.objects.visible_to(actor).filter(pk=row.need_id).first() if row and row.need_id else None
    return {"near_copy": row, "copy_need": need}


def last_reasons(capability: Capability) -> list[dict[str, str]]:
    """Return the moderators' reasons of the last return as rows of field, label and text; none once it moved on."""
    if capability.status not in ("returned", "submitted"):
        return []
    last = ModerationDecision.objects.filter(
        subject_type=Subject.CAPABILITY, subject_id=capability.pk, verdict=Verdict.RETURN
    ).first()
    rows = last.reasons.items() if last else ()
    return [{"field": name, "label": facts.label_of(name), "text": text} for name, text in rows]
