"""The main job from end to end: each step through HTTP by whose it is, everything between by a real worker."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Capability, Notification, Suggestion
from scenarios.models import Call, Event, MergedDemand, MergeProposal, Need
from tests.factories import NEED, Cast
from tests.marketplace.test_capability_pages import form_data
from tests.processes import drained, relay, wait_until, worker
from tests.scenarios.test_call_pages import written
from tests.scenarios.test_drafting_pages import whole
from tests.scenarios.test_merge_desk_pages import posted_core

pytestmark = [pytest.mark.worker, pytest.mark.slow]
LIKE = "车身压铸件外观缺陷视觉检测"


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    """Post to the page `name` and follow to where it leads; anything but a page is a failure."""
    answer = client.post(reverse(name, args=args), data, follow=True)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer


def post_need(cast: Cast, part: str, **changes: Any) -> Need:
    """Post a need, have it moderated and published by three people, and wait for nobody."""
    post(cast.client(part), "need_create", **whole(then="submit", **changes))
    need = Need.objects.get(title_zh=changes.get("title_zh", NEED["title_zh"]))
    wait_until(lambda: Need.objects.get(pk=need.pk).status == "checked", "the check")
    post(cast.client("moderator"), "moderate_need", need.pk, verdict="approve")
    post(cast.client("publisher"), "publish_needs", need=str(need.pk))
    need.refresh_from_db()
    assert need.status == "published"
    return need


def post_capability(cast: Cast) -> Capability:
    post(cast.client("supplier"), "capability_create", **form_data(action="submit"))
    capability = Capability.objects.get()
    post(cast.client("moderator"), "moderate_capability", capability.pk, decision="verify")
    post(cast.client("publisher"), "capability_publish", capability.pk)
    capability.refresh_from_db()
    assert capability.status == "published"
    return capability


def answer_invitation(cast: Cast, part: str, pool: MergedDemand) -> None:
    (organisation,) = cast.actor(part).organisation_ids
    data = {"organisation": str(organisation), "core_version": pool.core_version, "state": "accepted"}
    post(cast.client(part), "pool_answer", pool.pk, **data)


def test_from_two_posted_needs_to_a_suppliers_interest(live_cast: Cast, own_broker: Any) -> None:
    cast = live_cast
    with worker(), relay():
        capability = post_capability(cast)
        need = post_need(cast, "enterprise")
        other = post_need(cast, "rival", title_zh=LIKE, quantity="9")
        proposal = wait_until(MergeProposal.objects.first, "a proposal")
        wait_until(drained, "the suggestions")

        # The supplier sees that one need alone is too small for it, and why the pool would do.
        suggested = Suggestion.objects.get(need=need, capability=capability)
        assert suggested.failed_gates == ["min_scale"]
        page = cast.client("supplier").get(reverse("my_suggestions")).content.decode()
        assert need.code in page

        # The manager makes a pool of the proposal; the owners consent to its core.
        manager = cast.client("manager")
        form = posted_core(manager.get(reverse("merge_proposal", args=[proposal.pk])))
        post(manager, "accept_proposal", proposal.pk, **form)
        pool = MergedDemand.objects.get()
        post(manager, "staff_pool_invite", pool.pk)
        for part in ("enterprise", "rival"):
            answer_invitation(cast, part, pool)
        assert MergedDemand.objects.with_scale().get().pooled_quantity == need.quantity + other.quantity

        # A call is opened from it under four eyes.
        post(cast.client("publisher"), "staff_pool_freeze", pool.pk)
        address = f"{reverse('staff_call_new')}?demand={pool.pk}"
        assert manager.post(address, written(title_zh="铸件外观在线检测揭榜")).status_code == 302
        call = Call.objects.get()
        post(cast.client("moderator"), "staff_call_review", call.pk)
        post(cast.client("publisher"), "staff_call_approve", call.pk)
        post(cast.client("publisher"), "staff_call_open", call.pk)
        wait_until(drained, "the news of the call")

        # The supplier hears of it, since it fits now, and declares its interest.
        fitting = Suggestion.objects.get(call=call, capability=capability)
        assert fitting.failed_gates == []
        assert Notification.objects.filter(account=cast.supplier, event__kind="call.suggested").count() == 1
        supplier = cast.client("supplier")
        assert call.title_zh in supplier.get(reverse("call_detail", args=[call.pk])).content.decode()
        post(supplier, "interest_declare", call.pk, organisation=str(cast.supplier_org.pk), message="有同类案例")
        wait_until(drained, "the news of the interest")

    heard = Notification.objects.filter(event__kind="call.interest_declared").values_list("account", flat=True)
    assert set(heard) == {cast.manager.pk, cast.enterprise.pk, cast.rival.pk}
    for part, seen in (("enterprise", True), ("manager", True), ("stranger", False), (None, False)):
        page = cast.client(part).get(reverse("call_detail", args=[call.pk])).content.decode()
        assert (cast.supplier_org.name_zh in page) is seen, part
    assert not Notification.objects.filter(mailed_at__isnull=True).exists()
    assert Event.objects.filter(kind="call.interest_declared").count() == 1
