"""Every role's pages with the demonstration loaded, in both languages, on a phone and on a desk.

No page scrolls sideways, the console is silent, nothing is asked of another host; what axe says of them stands in
tests/browser/test_walk.py. With SCREENSHOTS=folder each page is photographed into it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from marketplace.demonstration.tour import tour
from marketplace.figures.registry import FIGURES
from marketplace.models import Account, Capability
from scenarios.models import Call, Concept, MergedDemand, MergeProposal, Need
from tests.browser.conftest import PageMaker, overflowing
from tests.browser.people import photograph, session_of
from tests.browser.world import load_demonstration

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def address(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def pages() -> Iterator[tuple[str, str, str]]:
    """Yield (role, name of the picture, address) of the pages that people live on."""
    need = Need.objects.published().get(external_id="casting-surface")
    proposal = MergeProposal.objects.filter(conflicts=[]).order_by("-score", "pk").first()
    conflict = MergeProposal.objects.exclude(conflicts=[]).get()
    checked = Need.objects.filter(status="checked").order_by("code").first()
    call, pool = Call.objects.open().get(), MergedDemand.objects.get(status="formed")
    draft = Need.objects.get(external_id="textile-vague")
    capability = Capability.objects.get(external_id="vision-surface-lines")
    for name, where in (
        ("home", "/"),
        ("how-it-works", address("how_it_works")),
        ("needs", address("need_list")),
        ("need", address("need_detail", need.pk)),
        ("calls", address("call_list")),
        ("call", address("call_detail", call.pk)),
        ("pools", address("pool_list")),
        ("pool", address("pool_detail", pool.pk)),
        ("capabilities", address("capability_list")),
        ("capability", address("capability_detail", capability.pk)),
        ("organisations", address("organisation_list")),
        ("organisation", address("organisation_detail", need.owner_id)),
        ("figures", address("figures")),
        *((f"figure-{name}", address("figure", name)) for name in FIGURES),
        ("calendar", address("calendar")),
        ("open-data", address("open_data")),
        ("sign-in", "/accounts/login/"),
        ("sign-up", "/accounts/signup/"),
        ("about", "/about/"),
        ("api", address("api-docs")),
    ):
        yield "public", name, where
    owner = draft.owner.members.get().account.email
    yield owner, "enterprise-workspace", address("workspace")
    yield owner, "my-needs", address("my_needs")
    yield owner, "need-form", address("need_edit", draft.pk)
    yield owner, "organisation-settings", address("my_organisation")
    supplier = capability.owner.members.get().account.email
    yield supplier, "supplier-workspace", address("workspace")
    yield supplier, "my-suggestions", address("my_suggestions")
    yield supplier, "my-capabilities", address("my_capabilities")
    yield supplier, "capability-form", address("capability_create")
    yield supplier, "notifications", address("notification_list")
    yield supplier, "settings", address("account_settings")
    yield "moderator@demo.example", "moderation", address("moderation_queue")
    yield "moderator@demo.example", "moderate-need", address("moderate_need", checked.pk)
    yield "moderator@demo.example", "organisations", address("organisation_queue")
    yield "manager@demo.example", "dashboard", address("staff_dashboard")
    yield "manager@demo.example", "staff-calendar", address("staff_calendar")
    yield "manager@demo.example", "merge-desk", address("merge_desk")
    yield "manager@demo.example", "merge-proposal", address("merge_proposal", proposal.pk)
    yield "manager@demo.example", "merge-conflict", address("merge_proposal", conflict.pk)
    yield "manager@demo.example", "imports", address("imports")
    yield "manager@demo.example", "rankings", address("rankings")
    yield "manager@demo.example", "synonyms", address("synonyms")
    yield "manager@demo.example", "synonyms-proposed", address("synonyms_proposed")
    yield "manager@demo.example", "synonym-form", address("synonym_edit", Concept.objects.in_use().first().pk)
    yield "publisher@demo.example", "publication", address("publication_queue")
    yield "supervisor@demo.example", "supervision", address("supervision_queue")
    yield from pooled(call, pool)
    yield "auditor@demo.example", "events", address("event_log")
    yield "auditor@demo.example", "status", address("status")
    yield "manager@demo.example", "design", address("design")
    yield "public", "tour", address("tour")
    yield "opener@demo.example", "openings", address("my_openings")
    for number, row in enumerate(tour(), start=1):
        yield row.login.email if row.login else "public", f"tour-{number:02}", row.url


def pooled(call: Call, pool: MergedDemand) -> Iterator[tuple[str, str, str]]:
    """Yield the pages of a pool and of a call as those who take part in them see them."""
    yield "huishan-casting@demo.example", "owner-pool", address("pool_detail", call.demand_id)
    yield "huishan-casting@demo.example", "owner-call", address("call_detail", call.pk)
    yield "vision-inspection@demo.example", "supplier-call", address("call_detail", call.pk)
    yield "manager@demo.example", "manager-pool", address("pool_detail", pool.pk)
    yield "publisher@demo.example", "publisher-call", address("call_detail", call.pk)


@pytest.fixture
def demonstration(transactional_db: None) -> None:
    load_demonstration()


def test_every_page_is_fit_to_be_seen(demonstration: None, open_page: PageMaker) -> None:
    faults: list[str] = []
    for role, name, where in list(pages()):
        cookies = session_of(Account.objects.filter(email=role).first())
        for locale, width in (("zh-CN", 1440), ("zh-CN", 390), ("en", 1440), ("en", 390)):
            page = open_page(where, width=width, locale=locale, cookies=cookies, wait="load")
            shot = f"{name}-{locale[:2]}-{width}"
            photograph(page, shot)
            if overflow := overflowing(page):
                faults.append(f"{shot} scrolls sideways: {overflow}")
            page.context.close()
    assert not faults, "\n".join(faults)
