"""The public list of organisations and the page of one."""

from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.engagement_querysets import STOPPED, UNDER_WAY
from marketplace.finding import ORGANISATIONS
from marketplace.models import Capability, Engagement, Lesson, Organisation
from marketplace.open_data import ORGANISATIONS as COLUMNS
from marketplace.public_results import won_by
from marketplace.views.capabilities import card_of
from marketplace.views.result_list import result_card
from scenarios.access import access
from scenarios.audiences import ORGANISATION_FIELDS, audience_of, visible_fields
from scenarios.finding import find
from scenarios.listing import Order, district_tiles, narrow
from scenarios.models import Need
from scenarios.open_columns import sheet_columns
from scenarios.policies import one_of
from scenarios.searching import fields_read
from scenarios.views.list_files import ListFiles, file_of
from scenarios.views.parts import actor_of, page_of

SHOWN = 20
READ = ("about", "name_zh", "name_en")
FILES = ListFiles("organisations", _("Organisations"), lambda: sheet_columns(Organisation, COLUMNS))


def orders() -> tuple[Order, ...]:
    """Return the orders of the list; names stand in the order of the reader's language."""
    name = Coalesce(NullIf("name_en", Value("")), "name_zh") if get_language() == "en" else F("name_zh")
    return (
        Order("newest", _("Newest first"), (F("created_at").desc(), "pk")),
        Order("name", _("By name"), (name, "pk")),
        Order("landed", _("Most landed projects first"), (F("landed_projects").desc(), "name_zh", "pk")),
    )


@access("public")
def organisation_list(request: HttpRequest) -> HttpResponse:
    """The verified organisations with something to read of: searched, narrowed, sorted, paged."""
    actor = actor_of(request)
    found = find(ORGANISATIONS, actor, request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    rows = narrowed.rows.with_offers(actor).select_related("district", "chain")
    rows, order = search.ordered(rows, orders(), request.GET)
    if file := file_of(request, FILES, rows, total=narrowed.total):
        return file
    page = page_of(request, rows, total=narrowed.total)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [{"organisation": one, "hit": search.hit(str(one), *fields_read(one, *READ))} for one in page],
        "facets": narrowed.facets,
        "tiles": district_tiles(narrowed.facets, request.GET),
        "chips": narrowed.chips,
        "text": search.text,
        "orders": search.orders(orders()),
        "order": order,
    }
    return render(request, "marketplace/organisation_list.html", context)


@access("public")
def organisation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what is public of an organisation: its offers, what it won, its projects and what they taught."""
    actor = actor_of(request)
    rows = Organisation.objects.visible_to(actor).with_offers(actor).select_related("district", "chain")
    organisation: Any = one_of(rows, pk)
    needs = Need.objects.visible_to(actor).published().filter(owner=organisation).select_related("district")
    capabilities = Capability.objects.published().filter(owner=organisation).prefetch_related("districts")
    known = Engagement.objects.known_with(organisation.pk)
    context = {
        "organisation": organisation,
        "shown": visible_fields(ORGANISATION_FIELDS, audience_of(actor, organisation.pk)),
        "is_mine": actor.belongs_to(organisation.pk),
        "needs": needs[:SHOWN],
        "cards": [card_of(capability) for capability in capabilities.select_related("owner")[:SHOWN]],
        "won": [result_card(call) for call in won_by(organisation.pk, actor)[:SHOWN]],
        "landed": Engagement.objects.landed_with(organisation.pk).for_page()[:SHOWN],
        "under_way": known.filter(status__in=UNDER_WAY).for_page().order_by("-started_at", "pk")[:SHOWN],
        # What was learnt where a project was stopped without fault is no mark on those who worked in it.
        "lessons": Lesson.objects.for_page().filter(engagement__in=known.exclude(status__in=STOPPED))[:SHOWN],
    }
    return render(request, "marketplace/organisation_detail.html", context)
