"""Finding and reading needs: the public list and a need's page."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scenarios.access import access
from scenarios.actions.needs import EDITABLE
from scenarios.actions.risk_papers import awaits_ethics_number
from scenarios.actor import Actor
from scenarios.disclosure import named_owners
from scenarios.event_labels import event_label
from scenarios.facts import label_of
from scenarios.finding import KINDS, find
from scenarios.forms import EthicsForm
from scenarios.lifecycle import NEED_MOVES
from scenarios.likeness import like_needs, like_pools
from scenarios.listing import Order, district_tiles, narrow
from scenarios.models import Call, DemandMember, Event, MergedDemand, ModerationDecision, Need
from scenarios.offered import own_offers
from scenarios.open_columns import NEEDS, sheet_columns
from scenarios.policies import one_of, open_moves
from scenarios.precision import PrecisionReport
from scenarios.printed import need_entry
from scenarios.querysets import circles_of
from scenarios.revisions import revisions
from scenarios.searching import fields_read
from scenarios.shown_need import shown_need
from scenarios.views.list_files import ListFiles, entry_file, file_of
from scenarios.views.parts import actor_of, followed, limited, page_of

ORDERS = (
    Order("newest", _("Newest first"), (F("published_at").desc(nulls_last=True), "pk")),
    Order("precise", _("Most precise first"), ("-precision_score", "pk")),
    Order("large", _("Largest quantity first"), (F("quantity").desc(nulls_last=True), "pk")),
    Order("soon", _("Earliest finish first"), (F("finish_by").asc(nulls_last=True), "pk")),
)
FILES = ListFiles("needs", _("Needs"), lambda: sheet_columns(Need, NEEDS), printed="need")
SHOWN_VERSIONS = 10
"""Published versions, the latest first, whose texts are compared."""
READ = ("problem", "users_and_site", "current_process", "boundary_in", "title_zh", "title_en")


@access("public")
def need_list(request: HttpRequest) -> HttpResponse:
    """The needs on offer, or of another state: searched, narrowed, sorted, paged. A step of the funnel lists all that
    have passed it.
    """
    actor = actor_of(request)
    found = find(KINDS["need"], actor, request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    rows, order = search.ordered(narrowed.rows.select_related("owner", "district"), ORDERS, request.GET)
    chips = [*found.chips, *narrowed.chips]
    labels = [*([search.text] if search.text else []), *(chip.label for chip in chips)]
    if file := file_of(request, FILES, rows.for_page(), total=narrowed.total, narrowed=labels):
        return file
    page = page_of(request, rows, total=narrowed.total, scattered="fit" in found.carried)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [{"need": need, "hit": search.hit(need.title, *fields_read(need, *READ))} for need in page],
        "facets": narrowed.facets,
        "tiles": district_tiles(narrowed.facets, request.GET),
        "chips": chips,
        "carried": found.carried,
        "kind": "need",
        "text": search.text,
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "scenarios/need_list.html", context)


@access("public")
def need_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A need as its reader may see it."""
    actor = actor_of(request)
    rows = Need.objects.visible_to(actor).for_page()
    found = rows.annotate(is_followed=followed(actor, "need"), blocked_names=_names_of_blocked())
    need = found.filter(pk=pk).first()
    if need is None:
        return _gone(request, actor, pk)
    if file := entry_file(request, need.code, lambda: need_entry(need)):
        return file
    shown = shown_need(need, actor)
    context = {
        "need": shown,
        "moves": open_moves(NEED_MOVES, actor=actor, owner_id=need.owner_id, status=need.status),
        "can_edit": actor.owns(need.owner_id) and need.status in EDITABLE,
        "can_delete": actor.owns(need.owner_id) and need.status == "draft" and need.submitted_at is None,
        "follows": need.is_followed,
        "can_join": bool(actor.editor_of) and not actor.belongs_to(need.owner_id) and need.status == "published",
        "pool": _pool(need, actor, inside=shown.is_inside),
        "calls": Call.objects.visible_to(actor).filter(need=need, status__in=["open", "closed"]),
        "versions": _versions(need, actor, inside=shown.is_inside or actor.is_staff),
        "offers": own_offers(need, actor),
        "is_offered": need.status == "published",
    }
    if actor.owns(need.owner_id) and awaits_ethics_number(need):
        context |= {"ethics_wanted": True, "ethics_form": EthicsForm()}
    if shown.is_inside:
        context |= {
            "events": _events(need, actor),
            "report": PrecisionReport.from_json(need.precision_report) if need.precision_report else None,
            "blocked": need.blocked_names,
            "returned": last_return(need),
        }
    return render(request, "scenarios/need_detail.html", context)


@access("public")
@limited
def like_this(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Needs and pools like a need on offer, as a page, and for htmx as the part of the need's page that shows them."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor).published().prefetch_related("indicators"), pk)
    context = {"need": need, "like": like_needs(need, actor=actor), "pools": like_pools(need, actor=actor)}
    context["can_join"] = bool(actor.editor_of) and not actor.belongs_to(need.owner_id)
    page = "parts/like_this.html" if request.htmx else "like_this.html"  # type: ignore[attr-defined]
    return render(request, f"scenarios/{page}", context)


def _names_of_blocked() -> ArraySubquery:
    """Return the organisations that a need's owner never pools with by their names, as an expression."""
    chinese = F("organisation__name_zh")
    english = Coalesce(NullIf("organisation__name_en", Value("")), chinese)
    through: Any = Need.blocked_organisations.through
    rows = through.objects.filter(need=OuterRef("pk")).order_by("organisation__name_zh")
    return ArraySubquery(rows.values_list(english if get_language() == "en" else chinese))


def _gone(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Tell of a need that was public and is not on offer any more; anything else does not exist."""
    need = one_of(Need.objects.once_public(actor), pk)
    return render(request, "scenarios/need_gone.html", {"code": need.code, "status": need.status}, status=410)


def _pool(need: Need, actor: Actor, *, inside: bool) -> MergedDemand | None:
    """Return the pool that the need is in, where telling it does not unmask an anonymous member."""
    readable = MergedDemand.objects.visible_to(actor).values("pk")
    member = DemandMember.objects.living().filter(need=need, demand__in=readable).select_related("demand").first()
    if member is None or inside:
        return member and member.demand
    return member.demand if actor.is_staff or need.owner_id in named_owners(member.demand) else None


def _versions(need: Need, actor: Actor, *, inside: bool) -> list[dict[str, Any]]:
    """Return the published versions, the latest first, each with what it changed.

    What stood in an earlier one is told to those alone who could read it then.
    """
    rows = list(need.versions.all())
    earlier = [inside or row.visibility in circles_of(actor) for row in rows[1:]]
    changes = revisions([(older.content, row.content) for row, older in pairwise(rows)], inside=inside)
    return [
        {
            "version": row.version,
            "at": row.created_at,
            "changed": [change.label for change in changed],
            "changes": [change for change in changed if change.told and told] if place < SHOWN_VERSIONS else [],
        }
        for place, (row, changed, told) in enumerate(zip(rows, [*changes, []], [*earlier, False], strict=False))
    ]


def _events(need: Need, actor: Actor) -> list[dict[str, Any]]:
    rows = Event.objects.history_of("need", need.pk)[:50]
    return [{"label": event_label(row.kind), "at": row.at, "by": _by(row.actor_id, actor)} for row in rows]


def _by(account_id: int | None, actor: Actor) -> Any:
    """Say who as far as a reader may know: owners are not told the names of staff."""
    if account_id is None:
        return _("The system")
    return _("You") if account_id == actor.account_id else ""


def last_return(need: Need) -> dict[str, Any] | None:
    """Return the reasons of the last return, by field, while the owner has not submitted the need again."""
    if need.status not in EDITABLE or need.submitted_at is None:
        return None
    decision = ModerationDecision.objects.filter(subject_type="need", subject_id=need.pk, verdict="return").first()
    if decision is None:
        return None
    reasons = [(name, _reason_label(name), text) for name, text in decision.reasons.items()]
    return {"reasons": reasons, "note": decision.note, "at": decision.created_at}


def _reason_label(name: str) -> str:
    return str(_("In general")) if name == "general" else label_of(Need, name)
