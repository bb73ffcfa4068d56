"""Calls: the public list, a call's page, and a supplier's declared interest."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.calls import FAIR_COMPETITION
from scenarios.actions.interests import declare_interest, interests_told, owners_of, withdraw_interest
from scenarios.actor import Actor
from scenarios.answer_forms import InterestForm
from scenarios.audiences import CALL_FIELDS, Audience, visible_fields
from scenarios.errors import Invalid
from scenarios.facts import lot_labels
from scenarios.finding import KINDS, find
from scenarios.listing import Order, district_tiles, narrow
from scenarios.models import Call, CallKey, Interest, SandboxPlan
from scenarios.open_columns import CALLS, sheet_columns
from scenarios.policies import one_of
from scenarios.printed import call_entry
from scenarios.querysets import DatabaseClock
from scenarios.searching import fields_read
from scenarios.shown_need import indicator_rows
from scenarios.views.list_files import ListFiles, entry_file, file_of
from scenarios.views.parts import actor_of, follows, organisations_of, page_of

CLOSING = (F("closes_at").asc(nulls_last=True), "pk")
FILES = ListFiles("calls", gettext_lazy("Calls"), lambda: sheet_columns(Call, CALLS), printed="call")
READ = ("summary", "title_zh", "title_en")
ORDERS = (
    Order("open", gettext_lazy("Open calls first, next closing first"), ("-is_open", *CLOSING)),
    Order("newest", gettext_lazy("Newest first"), (F("opens_at").desc(nulls_last=True), "pk")),
    Order("budget", gettext_lazy("Largest budget first"), (F("budget_cap").desc(nulls_last=True), "pk")),
)


@access("public")
def call_list(request: HttpRequest) -> HttpResponse:
    """The calls that were ever open, the open ones first, by the database clock."""
    found = find(KINDS["call"], actor_of(request), request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    ordered, order = search.ordered(narrowed.rows.with_openness(), ORDERS, request.GET)
    chips = [*found.chips, *narrowed.chips]
    rows = ordered.select_related("need", "demand")
    labels = [*([search.text] if search.text else []), *(chip.label for chip in chips)]
    if file := file_of(request, FILES, rows, total=narrowed.total, narrowed=labels):
        return file
    page = page_of(request, ordered, total=narrowed.total)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [{"call": call, "hit": search.hit(call.title, *fields_read(call, *READ))} for call in page],
        "facets": narrowed.facets,
        "tiles": district_tiles(narrowed.facets, request.GET),
        "chips": chips,
        "carried": found.carried,
        "kind": "call",
        "text": search.text,
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "scenarios/call_list.html", context)


@access("public")
def call_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A call as its reader may see it."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, *, form: InterestForm | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    asked = Call.objects.open().filter(pk=OuterRef("pk")).exclude(question_deadline__lte=DatabaseClock())
    rows = Call.objects.visible_to(actor).with_openness().select_related("need", "demand")
    sealed = CallKey.objects.filter(call=OuterRef("pk"))
    opened = Exists(sealed.filter(opened_at__isnull=False))
    call = one_of(rows.annotate(takes_questions=Exists(asked), is_sealed=Exists(sealed), is_opened=opened), pk)
    if file := entry_file(request, call.code, lambda: call_entry(Call.objects.for_print().get(pk=pk))):
        return file
    behind = owners_of(call)
    audience = _audience(actor, behind)
    visible = visible_fields(CALL_FIELDS, audience)
    context: dict[str, Any] = {
        "call": call,
        "indicators": indicator_rows(call.indicators),
        "visible": visible,
        "is_owner": audience is Audience.OWNER,
        "source": _source(call),
        "follows": follows(actor, "call", call.pk),
        "checklist": _checklist(call, visible),
        "interests": _declared(call, actor, behind) if "interests" in visible else None,
    }
    context["sandbox"] = SandboxPlan.objects.filter(call=call).first()
    context["lots"] = list(lot_labels(call.lots).values())
    context |= _talk(call, actor, behind)
    context |= _own_interest(call, actor, behind, form)
    return render(request, "scenarios/call_detail.html", context, status=status)


def _talk(call: Call, actor: Actor, behind: set[UUID]) -> dict[str, Any]:
    """Return what was answered and added, whether the reader may ask, and whether the call takes sealed responses."""
    sealed: bool = call.is_sealed  # type: ignore[attr-defined]
    stranger = bool(actor.organisation_ids) and not actor.organisation_ids & behind
    return {
        "questions": [row for row in call.questions.all() if row.answer],
        "addenda": call.addenda.all(),
        "may_ask": stranger and call.takes_questions,  # type: ignore[attr-defined]
        "takes_responses": call.is_open and sealed,  # type: ignore[attr-defined]
        "is_sealed": sealed,
    }


def _audience(actor: Actor, behind: set[UUID]) -> Audience:
    """Return what the reader is to a call: its owners are all whose needs stand behind it."""
    if actor.organisation_ids & behind:
        return Audience.OWNER
    return Audience.STAFF if actor.is_staff else Audience.VERIFIED if actor.verified else Audience.PUBLIC


def _source(call: Call) -> dict[str, Any]:
    """Return the page and the code of what the call comes from."""
    source: Any = call.demand or call.need
    page = "pool_detail" if call.demand_id else "need_detail"
    return {"page": page, "pk": source.pk, "code": source.code, "title": source.title}


def _checklist(call: Call, visible: frozenset[str]) -> list[tuple[Any, bool]]:
    """Return the fair-competition checklist; once the call is open, each point was confirmed and all may know."""
    if "fair_competition" in visible:
        return [(label, bool(call.fair_competition.get(name))) for name, label in FAIR_COMPETITION.items()]
    return [(label, True) for label in FAIR_COMPETITION.values()] if call.opens_at else []


def _declared(call: Call, actor: Actor, behind: set[UUID]) -> list[Interest]:
    return [row for row in interests_told(actor, call, behind) if row.state == "declared"]


def _own_interest(call: Call, actor: Actor, behind: set[UUID], refused: InterestForm | None) -> dict[str, Any]:
    """Return what the reader's organisations declared, and the form while one of them may still do so."""
    candidates = actor.editor_of - behind
    own = list(
        call.interests.filter(organisation_id__in=actor.organisation_ids, state="declared").select_related(
            "organisation"
        )
    )
    free = organisations_of(candidates - {row.organisation_id for row in own}) if call.is_open else []  # type: ignore[attr-defined]
    return {
        "own_interests": [{"interest": row, "may_withdraw": actor.owns(row.organisation_id)} for row in own],
        "interest_form": (refused or InterestForm(organisations=free)) if free else None,
        "may_declare": bool(candidates),
        "has_to_join": bool(actor.account_id)
        and not (actor.is_staff or actor.editor_of or actor.organisation_ids & behind),
    }


@require_POST
@access("member")
def declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that one of the reader's organisations would like to respond."""
    actor = actor_of(request)
    form = InterestForm(request.POST, organisations=organisations_of(actor.editor_of))
    if not form.is_valid():
        return _page(request, pk, form=form, status=422)
    try:
        declare_interest(actor=actor, call_id=pk, **form.declaration)
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, pk, form=form, status=422)
    messages.success(
        request, _("Your interest is declared. The owners and the scenario manager see it; nobody else does.")
    )
    return redirect("call_detail", pk)


@require_POST
@access("member")
def withdraw(request: HttpRequest, pk: UUID, organisation_pk: UUID) -> HttpResponse:
    """Take a declared interest back."""
    withdraw_interest(actor=actor_of(request), call_id=pk, organisation_id=organisation_pk)
    messages.success(request, _("Your interest is withdrawn."))
    return redirect("call_detail", pk)
