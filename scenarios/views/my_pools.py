"""The pools that an owner's needs are in, with the invitations that wait for an answer."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from scenarios.access import access
from scenarios.actor import Actor
from scenarios.models import Consent, DemandMember, MergedDemand
from scenarios.views.parts import actor_of, page_of
from scenarios.views.pools import pool_scale


@access("member")
def my_pools(request: HttpRequest) -> HttpResponse:
    """The pools that the reader's needs are in, or were in at their end; who waits for an answer comes first."""
    actor = actor_of(request)
    mine = MergedDemand.objects.of(actor).with_scale().annotate(waits=_waits_for(actor))
    page = page_of(request, mine.order_by("-waits", "-created_at", "pk"))
    pools = list(page)
    waiting = _states(pools, actor)
    cards = [
        {"pool": pool, "scale": pool_scale(pool, actor), "needs": needs, "consents": waiting.get(pool.pk, [])}
        for pool, needs in _own_needs(pools, actor)
    ]
    return render(request, "scenarios/my_pools.html", {"page": page, "cards": cards})


def _waits_for(actor: Actor) -> Exists:
    """Return whether a pool asks one of the reader's organisations and has no answer yet."""
    asked = Consent.objects.filter(demand=OuterRef("pk"), core_version=OuterRef("core_version"), state="invited")
    return Exists(asked.filter(organisation_id__in=actor.organisation_ids))


def _states(pools: Iterable[MergedDemand], actor: Actor) -> dict[UUID, list[Consent]]:
    """Return the reader's consents to the present cores, by pool."""
    found: dict[UUID, list[Consent]] = {}
    rows = Consent.objects.filter(demand__in=pools, organisation_id__in=actor.organisation_ids)
    for row in rows.select_related("demand", "organisation"):
        if row.core_version == row.demand.core_version:
            found.setdefault(row.demand_id, []).append(row)
    return found


def _own_needs(pools: list[MergedDemand], actor: Actor) -> list[tuple[MergedDemand, list[DemandMember]]]:
    rows = DemandMember.objects.filter(demand__in=pools, need__owner_id__in=actor.organisation_ids).select_related(
        "need"
    )
    by_pool: dict[UUID, list[DemandMember]] = {}
    for row in rows:
        by_pool.setdefault(row.demand_id, []).append(row)
    return [(pool, by_pool.get(pool.pk, [])) for pool in pools]
