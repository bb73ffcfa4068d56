"""An enterprise's own needs: what is to be done with each, and the steps that take one press."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.needs import delete_draft, renew_need, reopen_need, withdraw_need
from scenarios.actor import Actor
from scenarios.lifecycle import NEED_MOVES
from scenarios.models import Call, DemandMember, MergedDemand, Need
from scenarios.policies import open_moves
from scenarios.views.drafting import submit
from scenarios.views.parts import actor_of, page_of
from scenarios.views.pools import pool_scale

TABS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("todo", gettext_lazy("Your turn"), ("draft", "returned")),
    ("staff", gettext_lazy("With the staff"), ("submitted", "checked", "approved")),
    ("offer", gettext_lazy("On offer"), ("published", "landed")),
    ("ended", gettext_lazy("Not on offer"), ("suspended", "withdrawn", "expired", "closed")),
)
NEXT = {
    "draft": gettext_lazy("Make it precise, then submit it."),
    "returned": gettext_lazy("Read the reasons, put it right, submit it again."),
    "submitted": gettext_lazy("It is being checked."),
    "checked": gettext_lazy("A moderator reads it."),
    "approved": gettext_lazy("It waits for the publisher; from tier R3 on, for the supervisor first."),
    "published": gettext_lazy("It is matched with like needs and with capabilities."),
    "landed": gettext_lazy("A supplier is at work on it."),
    "suspended": gettext_lazy("A moderator took it off offer; the reason is on its page."),
    "withdrawn": gettext_lazy("Reopen it to make it a draft again."),
    "expired": gettext_lazy("Renew it to keep it on offer for another 180 days."),
    "closed": gettext_lazy("It is done."),
}


OFFERED = ("published", "landed")


class Standing(NamedTuple):
    """What has become of a need on offer.

    pool : that it is in now, with its scale as the owner may know it. call : the latest from the need or its pool, of
    which it is told how many are interested. fits : capabilities on offer that pass every gate.
    """

    pool: Any
    scale: dict[str, Any]
    call: Any
    fits: int


@access("member")
def my_needs(request: HttpRequest) -> HttpResponse:
    """The needs of the reader's organisations under four tabs: whose turn it is."""
    actor = actor_of(request)
    own = Need.objects.of(actor)
    counts = dict(own.order_by().values_list("status").annotate(Count("pk")))
    tabs = [
        {"name": name, "label": label, "count": sum(counts.get(s, 0) for s in states)} for name, label, states in TABS
    ]
    current = _current(request, tabs)
    tabs = [{**tab, "current": tab["name"] == current} for tab in tabs]
    states = next(states for name, _label, states in TABS if name == current)
    rows = own.filter(status__in=states).select_related("owner", "district").order_by("-updated_at", "pk")
    page = page_of(request, rows)
    standings = _standings([need for need in page if need.status in OFFERED], actor)
    needs = [
        {
            "need": need,
            "standing": standings.get(need.pk),
            "next": NEXT[need.status],
            "moves": open_moves(NEED_MOVES, actor=actor, owner_id=need.owner_id, status=need.status),
        }
        for need in page
    ]
    context = {
        "page": page,
        "needs": needs,
        "tabs": tabs,
        "current": current,
        "total": sum(counts.values()),
        "may_post": bool(actor.editor_of),
    }
    return render(request, "scenarios/my_needs.html", context)


def _standings(needs: list[Need], actor: Actor) -> dict[UUID, Standing]:
    """Return what has become of each of these needs, all read at once."""
    if not needs:
        return {}
    links = dict(DemandMember.objects.living().filter(need__in=needs).values_list("need", "demand"))
    pools = MergedDemand.objects.of(actor).with_scale().in_bulk(links.values())
    calls = _calls_of(needs, pools, actor)
    fitting = Q(suggestions__failed_gates=[], suggestions__capability__status="published")
    standing = fitting & Q(suggestions__state__in=["open", "shortlisted", "contacted"])
    counted = Need.objects.filter(pk__in=[need.pk for need in needs]).order_by()
    fits = dict(counted.annotate(fitting=Count("suggestions", filter=standing)).values_list("pk", "fitting"))
    found = {}
    for need in needs:
        pool = pools.get(links[need.pk]) if need.pk in links else None
        call = calls.get(need.pk) or (calls.get(pool.pk) if pool else None)
        found[need.pk] = Standing(pool, pool_scale(pool, actor) if pool else {}, call, fits[need.pk])
    return found


def _calls_of(needs: list[Need], pools: Iterable[UUID], actor: Actor) -> dict[UUID, Any]:
    """Return the latest call of each need or pool that is open or closed, with how many are interested."""
    rows = Call.objects.of(actor).filter(Q(need__in=needs) | Q(demand__in=[*pools]), status__in=["open", "closed"])
    interested = Count("interests", filter=Q(interests__state="declared"))
    rows = rows.with_public_state().annotate(interested=interested).order_by("opens_at", "pk")
    return {call.need_id or call.demand_id: call for call in rows}


def _current(request: HttpRequest, tabs: list[dict[str, Any]]) -> str:
    """Return the tab that the address names, else the first that holds something."""
    names = [tab["name"] for tab in tabs]
    asked = request.GET.get("tab")
    filled = [tab["name"] for tab in tabs if tab["count"]]
    return asked if asked and asked in names else str((filled or names)[0])


@require_POST
@access("member")
def need_submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Submit a need that its author has looked over."""
    version = request.POST.get("version", "")
    return submit(request, actor_of(request), pk, int(version) if version.isdecimal() and len(version) < 10 else None)


@require_POST
@access("member")
def need_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a need back."""
    need = withdraw_need(actor=actor_of(request), need_id=pk)
    messages.success(request, _("%(code)s is withdrawn.") % {"code": need.code})
    return redirect("need_detail", pk)


@require_POST
@access("member")
def need_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a withdrawn need a draft again."""
    reopen_need(actor=actor_of(request), need_id=pk)
    messages.success(request, _("It is a draft again."))
    return redirect("need_edit", pk)


@require_POST
@access("member")
def need_renew(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a need on offer for another 180 days."""
    need = renew_need(actor=actor_of(request), need_id=pk)
    messages.success(request, _("%(code)s stays on offer for another 180 days.") % {"code": need.code})
    return redirect("need_detail", pk)


@require_POST
@access("member")
def need_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a draft that was never submitted."""
    delete_draft(actor=actor_of(request), need_id=pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("my_needs")
