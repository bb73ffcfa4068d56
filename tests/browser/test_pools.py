"""A pool with its scale meter as the public, an owner and the manager see it: both languages, phone and desk, dark."""

from typing import Any

import pytest
from django.urls import reverse

from scenarios.actions import demands
from scenarios.models import Need
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.drain import drain_outbox
from tests.factories import INDICATORS, Cast
from tests.scenarios.test_core_changes import decide, proposed
from tests.scenarios.test_deadlines import answer
from tests.stories.town import owner_of, supplier_of

pytestmark = pytest.mark.browser
STRICTER = [{**INDICATORS[0], "target": "0.2"}, INDICATORS[1]]


@pytest.fixture
def pool(live_cast: Cast) -> Any:
    """A pool of 18 lines whose members differ in one target, measured against 12, 18 and 30 lines."""
    cast = live_cast
    owners = [owner_of(cast, quantity) for quantity in (4, 6, 3, 5)]
    late = owner_of(cast, 2, indicators=STRICTER)
    for scale in (12, 18, 30):
        supplier_of(cast, scale)
    owner_of(cast, 14)
    drain_outbox()
    needs = list(Need.objects.filter(pk__in=[one.need.pk for one in (*owners, late)]))
    core = demands.suggested_core(needs)
    pool = demands.draft_demand(actor=cast.actor("manager"), need_ids=[one.pk for one in needs], core=core)
    decide(cast, pool, "module")
    demands.invite_owners(actor=cast.actor("manager"), demand_id=pool.pk)
    for one in owners:
        answer(pool, one.need.owner, one.account, "accepted")
    drain_outbox()
    object.__setattr__(cast, "owner", owners[0].account)
    object.__setattr__(cast, "owner_org", owners[0].need.owner)
    proposed(cast, pool, "owner")
    return pool


@pytest.mark.parametrize(
    ("width", "locale", "dark"),
    [(1440, "zh-CN", False), (1440, "en", True), (390, "en", False), (390, "zh-CN", True)],
)
def test_the_meter_reads_well(
    live_cast: Cast, pool: Any, open_page: PageMaker, width: int, locale: str, dark: bool
) -> None:
    addresses = {
        None: reverse("pool_detail", args=[pool.pk]),
        "owner": reverse("pool_detail", args=[pool.pk]),
        "manager": reverse("staff_pool", args=[pool.pk]),
    }
    for part, address in addresses.items():
        cookies = session_of(getattr(live_cast, part) if part else None)
        page = open_page(address, width=width, locale=locale, dark=dark, cookies=cookies)
        assert page.locator(".meter .tick").count() == 3
        assert axe_findings(page) == []
        assert overflowing(page) == ""
        photograph(page, f"pool-{part or 'public'}-{width}-{locale}{'-dark' if dark else ''}")
