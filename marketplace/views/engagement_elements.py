"""The element ledger as a party or the staff read it, and its steps."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_elements as actions
from marketplace.engagement_facts import own_parties, standing_of, told_elements, told_parties
from marketplace.forms.engagements import ElementForm
from marketplace.models import Engagement, LedgerEntry
from marketplace.views.engagements import inside_of
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotFound, refused_for
from scenarios.forms import new_key
from scenarios.policies import one_of
from scenarios.views.parts import actor_of


@access("member", "staff")
def engagement_elements(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the ledger; a post promises something in the name of one's own party."""
    actor = actor_of(request)
    engagement = inside_of(actor, pk)
    if request.method != "POST":
        return _page(request, engagement)
    form = _form(engagement, actor, request.POST)
    if not form.is_valid():
        return _page(request, engagement, status=422, form=form)
    chosen = {f"{name}_id": UUID(form.cleaned_data[name]) for name in ("giver", "receiver")}
    key = form.cleaned_data["key"]
    try:
        actions.promise_element(actor=actor, engagement_id=pk, **chosen, fields=form.promise, key=key)
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, engagement, status=422, form=form)
    messages.success(request, _("The promise stands in the ledger; the other party hears of it."))
    return redirect("engagement_elements", pk)


def _form(engagement: Engagement, actor: Actor, data: Any = None) -> ElementForm:
    own = own_parties(engagement, actor)
    roles = {row.role for row in own}
    told = told_parties(engagement, actor)
    others = [row for row in told if not row.mine and row.organisation_id and not {row.role} == roles == {"owner"}]
    return ElementForm(
        data,
        givers=[(str(row.pk), f"{row} · {row.get_role_display()}") for row in own],
        receivers=[(str(row.id), f"{row.name} · {row.role_label}") for row in others],
        initial={"key": new_key()},
    )


def _page(request: HttpRequest, engagement: Engagement, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    names = {row.id: row.name for row in told_parties(engagement, actor)}
    own = {row.pk for row in own_parties(engagement, actor)}
    is_open = engagement.status in actions.OPEN
    entries = told_elements(engagement, actor)
    rows = [
        {
            "entry": entry,
            "giver": names[entry.giver_id],
            "receiver": names[entry.receiver_id],
            "gives": is_open and entry.giver_id in own,
            "receives": is_open and entry.receiver_id in own,
        }
        for entry in entries
    ]
    may = standing_of(actor, engagement)
    context = {
        "engagement": engagement,
        "rows": rows,
        "late": sum(entry.is_late for entry in entries),  # type: ignore[attr-defined]
        "form": _form(engagement, actor) if may.party and is_open else None,
        **more,
    }
    return render(request, "marketplace/engagement_elements.html", context, status=status)


def _moves(actor: Actor, pk: UUID, reason: str) -> dict[str, tuple[Callable[[], Any], Any]]:
    key: Any = {"actor": actor, "entry_id": pk}
    return {
        "deliver": (lambda: actions.deliver_element(**key, note=reason), _("The receiver is asked to confirm it.")),
        "confirm": (lambda: actions.confirm_element(**key), _("It is noted as received.")),
        "refuse": (lambda: actions.refuse_element(**key, reason=reason), _("It is due again; the giver reads why.")),
        "release": (lambda: actions.release_element(**key, reason=reason), _("It is not needed any more.")),
    }


@access("member")
@require_POST
def element_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Deliver, confirm, refuse or release a promised element."""
    actor = actor_of(request)
    entry = one_of(LedgerEntry.objects.visible_to(actor), pk)
    moves = _moves(actor, pk, request.POST.get("reason", ""))
    if move not in moves:
        raise NotFound
    act, done = moves[move]
    try:
        act()
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    else:
        messages.success(request, done)
    return redirect("engagement_elements", entry.engagement_id)
