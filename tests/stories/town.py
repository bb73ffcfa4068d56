"""The town of the stories: owners with like needs, suppliers with minimum scales, and who does what through HTTP."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from marketplace.actions import capabilities
from marketplace.actors import actor_for
from marketplace.models import Account, Capability
from scenarios.models import MergedDemand, MergeProposal, Need
from tests.drain import drain_outbox
from tests.factories import CAPABILITY, EVIDENCE, PRICE_TIERS, Cast, make_member, make_organisation, published_need
from tests.scenarios.test_merge_desk_pages import posted_core


@dataclass(frozen=True)
class Owner:
    """An enterprise with one published need."""

    account: Account
    need: Need

    @property
    def client(self) -> Client:
        return signed_in(self.account)


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    """Post to the page `name`; anything but the way on to the next page is a failure."""
    answer = client.post(reverse(name, args=args), data)
    assert answer.status_code == 302, (name, answer.status_code)
    return answer


def version_on(client: Client, name: str, *args: Any) -> str:
    """Return the version that the form on the page `name` holds."""
    found = re.search(r'name="version"\s+value="(\d+)"', client.get(reverse(name, args=args)).content.decode())
    assert found, name
    return found.group(1)


def owner_of(cast: Cast, quantity: int, **changes: Any) -> Owner:
    """Return an owner of its own with a published need of so many lines."""
    account = make_member(make_organisation(f"第{quantity}线精密铸造厂"))
    return Owner(account, published_need(cast, account, quantity=Decimal(quantity), **changes))


def supplier_of(cast: Cast, scale: int) -> tuple[Account, Capability]:
    """Return a supplier with a published capability that pays from so many lines on."""
    account = make_member(make_organisation(f"起点{scale}视觉科技", kind="supplier"))
    actor = actor_for(account)
    (owner,) = actor.organisation_ids
    fields: Any = {**CAPABILITY, "min_scale_quantity": Decimal(scale)}
    tiers: Any = PRICE_TIERS
    evidence: Any = EVIDENCE
    row = capabilities.draft_capability(
        actor=actor, owner_id=owner, fields=fields, evidence=evidence, price_tiers=tiers, district_ids=()
    )
    capabilities.submit_capability(actor=actor, capability_id=row.pk)
    capabilities.verify_capability(actor=cast.actor("moderator"), capability_id=row.pk)
    return account, capabilities.publish_capability(actor=cast.actor("publisher"), capability_id=row.pk)


def invited_pool(cast: Cast, **terms: Any) -> MergedDemand:
    """Have the manager make a pool of the one proposal there is, and ask its owners."""
    drain_outbox()
    proposal, manager = MergeProposal.objects.open().get(), cast.client("manager")
    form = posted_core(manager.get(reverse("merge_proposal", args=[proposal.pk])), **terms)
    post(manager, "accept_proposal", proposal.pk, **form)
    pool = MergedDemand.objects.get(proposal=proposal)
    post(manager, "staff_pool_invite", pool.pk)
    pool.refresh_from_db()
    return pool


def answer(owner: Owner, pool: MergedDemand, state: str = "accepted", **changes: Any) -> None:
    """Have an owner answer the invitation to the core as it stands."""
    pool.refresh_from_db()
    data = {"organisation": str(owner.need.owner_id), "core_version": pool.core_version, "state": state, **changes}
    post(owner.client, "pool_answer", pool.pk, **data)


def heard(account: Account, kind: str) -> int:
    """Return how often an account was told of events of this kind, counted on its page of news."""
    drain_outbox()
    page = signed_in(account).get(reverse("notification_list"))
    assert page.status_code == 200
    return sum(row.event.kind == kind for row in account.notifications.select_related("event"))
