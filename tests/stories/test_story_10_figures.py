"""Story 10: from 120 needs every figure of the funnel equals its API list and its CSV; no confidential field leaks."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from marketplace.actors import actor_for
from marketplace.figures.registry import FIGURES
from marketplace.models import Account
from marketplace.open_data import DATA_SETS
from scenarios.actions import calls, consents, demands, moderation
from scenarios.models import Call, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import (
    Cast,
    checked_need,
    draft_need,
    make_member,
    make_organisation,
    published_capability,
    published_need,
)
from tests.figures import agreed, column, read

DOMAINS, PLACES = ("manufacturing", "health", "city"), ("huishan", "binhu", "xinwu")
SECRETS = {
    "contact": "canary-contact",
    "budget_min": Decimal("7319.11"),
    "budget_max": Decimal("9173.37"),
    "value_amount": Decimal("6271.53"),
    "ethics_number": "canary-ethics",
}
PUBLIC_PAGES = (
    "/",
    "/figures/",
    "/calendar/",
    "/calendar.ics",
    "/open-data/",
    "/api/v1/open-data/",
    "/api/v1/deadlines/",
)


class Town:
    """120 needs of twelve owners: 20 drafts, 10 handed in, 10 approved, 80 published, one of them for staff alone.

    Of the published ones three are in a pool that names its members, three in one that does not, two in one of two
    owners, one has a call of its own; the pool that names its members is in a call. Four have landed.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.owners = [make_member(make_organisation(f"第{number}厂")) for number in range(12)]
        self.number = 0
        for maker, times in ((draft_need, 20), (checked_need, 10), (checked_need, 10)):
            made = [self._need(maker) for _ in range(times)]
        for need in made:
            moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
        self.published = [self._need(published_need) for _ in range(79)]
        self._need(published_need, visibility="staff")
        self.named = self._pool(self.published[:3], disclosure="named")
        self.hidden = self._pool(self.published[3:6])
        self.pair = self._pool(self.published[6:8])
        self._call(demand_id=self._frozen(self.named))
        self._call(need_id=self.published[8].pk)
        Need.objects.filter(pk__in=[need.pk for need in self.published[9:13]]).update(status="landed")
        published_capability(cast, min_scale_quantity=Decimal(3))
        drain_outbox(limit=2000)

    def _need(self, maker: Any, **more: Any) -> Need:
        owner, number = self.owners[self.number % 12], self.number
        self.number += 1
        kinds = {"domain": DOMAINS[number % 3], "district_id": PLACES[number // 3 % 3]}
        need: Need = maker(self.cast, owner, title_zh=f"铸件检测第{number}号", **kinds, **SECRETS, **more)
        return need

    def _pool(self, needs: list[Need], **terms: Any) -> MergedDemand:
        manager = self.cast.actor("manager")
        core = demands.suggested_core(needs)
        pool = demands.draft_demand(actor=manager, need_ids=[need.pk for need in needs], core=core)
        demands.invite_owners(actor=manager, demand_id=pool.pk)
        for need in needs:
            owner = self.owners[int(need.title_zh.removeprefix("铸件检测第").removesuffix("号")) % 12]
            consents.answer_invitation(
                actor=actor_for(owner),
                demand_id=pool.pk,
                organisation_id=need.owner_id,
                core_version=1,
                state="accepted",
            )
        MergedDemand.objects.filter(pk=pool.pk).update(**terms or {"disclosure": "anonymous"})
        return MergedDemand.objects.get(pk=pool.pk)

    def _frozen(self, pool: MergedDemand) -> Any:
        return demands.freeze_demand(actor=self.cast.actor("publisher"), demand_id=pool.pk).pk

    def _call(self, **source: Any) -> Call:
        publisher = self.cast.actor("publisher")
        closes = timezone.now() + timedelta(days=20)
        checked = dict.fromkeys(calls.FAIR_COMPETITION, True)
        fields: Any = {"kind": "open_list", "closes_at": closes, "fair_competition": checked}
        call = calls.draft_call(actor=self.cast.actor("manager"), fields=fields, **source)
        calls.review_call(actor=self.cast.actor("moderator"), call_id=call.pk)
        calls.approve_call(actor=publisher, call_id=call.pk)
        return calls.open_call(actor=publisher, call_id=call.pk)


def reader(account: Account | None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if account:
        client.force_login(account)
    return client


@pytest.mark.slow
def test_story_10_every_figure_equals_its_list_and_its_file_and_nothing_leaks(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    town = Town(cast)
    assert Need.objects.count() == 120
    public, supplier, manager = reader(None), reader(cast.supplier), reader(cast.manager)

    funnel = agreed(manager, "/staff/dashboard/funnel/", "funnel")
    told = column(funnel, "step", "needs")
    assert told == {
        "handed_in": 100,
        "approved": 90,
        "published": 80,
        "pooled": 8,
        "called": 4,
        "awarded": 0,
        "landed": 4,
    }
    # Three of the four needs in a call came from a pool: 3 / 8 of the pooled ones went on, and 4 / 100 of all.
    assert column(funnel, "step", "share_of_before")["called"] == 0.375
    assert column(funnel, "step", "share_of_first")["called"] == 0.04
    told = column(agreed(public, "/figures/funnel/", "funnel"), "step", "needs")
    assert told == {"published": 79, "pooled": 3, "called": 4, "awarded": 0, "landed": 4}

    narrowed = {"domain": "health", "district": "binhu", "since": "2000-01-01"}
    for client, page in ((public, "/figures/{}/"), (supplier, "/figures/{}/"), (manager, "/staff/dashboard/{}/")):
        for name in FIGURES:
            agreed(client, page.format(name), name, **({} if client is supplier else narrowed))
    for name in FIGURES:
        agreed(public, f"/figures/{name}/", name)
    empty = agreed(public, "/figures/funnel/", "funnel", until="2000-01-01")
    assert set(column(empty, "step", "needs").values()) == {0}

    # Two owners: the pool stands in the overview with a range, and no step of the funnel names its members.
    scale = column(agreed(public, "/figures/scale/", "scale"), "code", "pooled")
    assert scale == {town.named.code: "12", town.hidden.code: "12", town.pair.code: "6–10"}
    assert column(agreed(manager, "/staff/dashboard/scale/", "scale"), "code", "pooled")[town.pair.code] == "8"
    listed = read(public, "/api/v1/needs/?step=pooled&page_size=100").json()["results"]
    assert {row["code"] for row in listed} == {need.code for need in town.published[:3]}

    assert leaks(public) == []


def leaks(client: Client) -> list[str]:
    """Return what a confidential text is in, of all that the public can have of figures and open data."""
    files = [f"/api/v1/open-data/{name}{end}" for name in DATA_SETS for end in ("/?page_size=1000", ".csv")]
    figures = [
        path
        for name in FIGURES
        for path in (f"/figures/{name}/", f"/api/v1/figures/{name}/", f"/api/v1/figures/{name}.csv")
    ]
    found = []
    for path in (*PUBLIC_PAGES, *files, *figures):
        answer = read(client, path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        plain = content.decode().replace(",", "")
        found += [f"{name} in {path}" for name, value in SECRETS.items() if str(value) in plain]
    return found
