"""Who reviews and who opens the responses to a call, the openers' codes, and the opening itself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from marketplace.actions.opening import agree_to_open
from marketplace.actions.partners import with_barred_partner
from marketplace.forms.responses import CodeForm, SeatsForm
from marketplace.models import Account, Response, StaffRole
from scenarios.access import access
from scenarios.actions.openers import BEFORE_OPENING, name_openers, take_code
from scenarios.actions.panels import seat_panel
from scenarios.actor import STAFF_ROLES
from scenarios.errors import Invalid
from scenarios.models import Call, Opener, PanelSeat
from scenarios.policies import one_of
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queues import Line, chosen_queue, queue_response, waits_on
from scenarios.waiting import steps_for


@access("staff")
def my_openings(request: HttpRequest) -> HttpResponse:
    """The calls whose responses the actor opens together with another one, and what is to be done in each."""
    actor, waits = actor_of(request), waits_on(request, "my_openings")
    if queue := chosen_queue(request, waits):
        return queue_response(request, queue, waits, title=_("Responses that you open"), line=_line)
    page = page_of(request, Opener.objects.of(actor))
    steps = steps_for(actor, "my_openings", page)
    context = {"page": page, "rows": [(row, steps.get(row.pk)) for row in page], "waits": waits}
    return render(request, "marketplace/my_openings.html", context)


def _line(row: Opener) -> Line:
    return Line(reverse("call_opening", args=[row.call_id]), row.call.code, row.call.title)


@access("staff")
@never_cache
def call_opening(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Panel, openers and how far the opening is. Before it nothing tells how many responses there are."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    call: Any = one_of(_with_seats(Call.objects.visible_to(actor).with_public_state()), pk)
    openers = list(call.openers.all())
    mine = next((row for row in openers if row.account_id == actor.account_id), None)
    key = getattr(call, "key", None)
    may_name = actor.has_role("manager") and call.status in BEFORE_OPENING
    opened = Response.objects.opened().filter(call=call).order_by("number") if key and key.opened_at else None
    context = {
        "call": call,
        "openers": openers,
        "panel": call.panel.all(),
        "mine": mine,
        "key": key,
        "opened": opened,
        "barred": with_barred_partner(call, opened) if opened else set(),
        "seats_form": _seats_form(call) if may_name else None,
        "code_form": CodeForm() if mine and key and not key.opened_at and not mine.agreed_at else None,
        "may_take_code": mine is not None and mine.public_key is None and call.status in BEFORE_OPENING,
        **more,
    }
    return render(request, "marketplace/call_opening.html", context, status=status)


def _with_seats(calls: Any) -> Any:
    """Return calls with their panels, openers and keys."""
    seats = {"panel": PanelSeat.objects, "openers": Opener.objects}
    read = (Prefetch(name, queryset=rows.select_related("account")) for name, rows in seats.items())
    return calls.select_related("key").prefetch_related(*read)


def _seats_form(call: Call, data: Any = None) -> SeatsForm:
    reviews = Exists(StaffRole.objects.filter(account=OuterRef("pk"), role="reviewer"))
    active = Account.objects.filter(is_active=True, staff_roles__role__in=STAFF_ROLES)
    staff = list(active.annotate(reviews=reviews).distinct().order_by("email"))
    reviewers = [one for one in staff if one.reviews]
    start = {
        "panel": [str(row.account_id) for row in call.panel.all()],
        "chair": next((str(row.account_id) for row in call.panel.all() if row.is_chair), ""),
        "openers": [str(row.account_id) for row in call.openers.all()],
    }
    lists = {
        name: [(str(one.pk), str(one)) for one in rows] for name, rows in (("reviewers", reviewers), ("staff", staff))
    }
    return SeatsForm(data, initial=start, **lists)


@access("manager")
@require_POST
def name_seats(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name the panel and the openers."""
    actor = actor_of(request)
    form = _seats_form(one_of(Call.objects.visible_to(actor), pk), request.POST)
    if not form.is_valid():
        return _page(request, pk, status=422, seats_form=form)
    panel, openers = ([int(one) for one in form.cleaned_data[name]] for name in ("panel", "openers"))
    try:
        with transaction.atomic():
            chair = int(form.cleaned_data["chair"])
            seat_panel(actor=actor, call_id=pk, account_ids=panel, chair_id=chair)
            name_openers(actor=actor, call_id=pk, account_ids=openers)
    except Invalid as invalid:
        for name, texts in invalid.fields.items():
            form.add_error(name, texts)
        return _page(request, pk, status=422, seats_form=form)
    messages.success(request, _("Panel and openers are named. Each opener now takes their code."))
    return redirect("call_opening", pk)


@access("staff")
@require_POST
@never_cache
def opener_code(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the opener's code and show it this once: it is stored nowhere, so no redirect could show it."""
    code = take_code(actor=actor_of(request), call_id=pk)
    return _page(request, pk, code=code)


@access("staff")
@require_POST
@never_cache
def open_responses(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give an opener's code; the second one opens everything."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, status=422, code_form=form)
    try:
        opened = agree_to_open(actor=actor_of(request), call_id=pk, code=form.cleaned_data["code"])
    except Invalid as invalid:
        form.add_error("code", [text for texts in invalid.fields.values() for text in texts])
        return _page(request, pk, status=422, code_form=form)
    if opened is None:
        messages.success(request, _("Your code is right. Another opener now has to give theirs."))
    else:
        messages.success(request, _("%(count)d responses are open.") % {"count": opened})
    return redirect("call_opening", pk)
