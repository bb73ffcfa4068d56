"""Story 2: needs of 4, 6, 3, 5 and 2 lines, suppliers that need 12, 18 and 30, and an owner who declines."""

from decimal import Decimal

from django.urls import reverse

from scenarios.models import MergedDemand, ScaleMark
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.stories.town import answer, heard, invited_pool, owner_of, supplier_of


def test_story_2_the_pool_of_18_meets_12_and_18_and_misses_30_by_12(cast: Cast) -> None:
    owners = [owner_of(cast, quantity) for quantity in (4, 6, 3, 5, 2)]
    suppliers = {scale: supplier_of(cast, scale) for scale in (12, 18, 30)}
    pool = invited_pool(cast)
    for owner in owners:
        answer(owner, pool, "declined" if owner.need.quantity == 2 else "accepted")
    drain_outbox()

    pool = MergedDemand.objects.with_scale().get()
    assert (pool.status, pool.owners, pool.pooled_quantity) == ("formed", 4, Decimal(18))
    page = cast.client("manager").get(reverse("staff_pool", args=[pool.pk]))
    rows = [(row["quantity"], row["met"], row["gap"]) for row in page.context["thresholds"]]
    assert rows == [("12", True, "0"), ("18", True, "0"), ("30", False, "12")]
    text = page.content.decode()
    assert "12 lines short" in text
    assert text.count('<line class="tick"') == 3

    # Four owners stand behind it: everyone reads the figure, and the same rows as numbers over the API.
    shown = cast.client().get(f"/api/v1/demands/{pool.pk}/").json()
    assert (shown["pooled_quantity"], shown["owners"]) == ("18.00", 4)
    told = [(row["quantity"], row["state"], row["gap"]) for row in shown["scale_marks"]]
    assert told == [("12.00", "met", "0.00"), ("18.00", "met", "0.00"), ("30.00", "missed", "12.00")]

    # Whose scale was reached hears of it once, and so does the manager of each; nobody hears of the third.
    for scale, times in ((12, 1), (18, 1), (30, 0)):
        assert heard(suppliers[scale][0], "demand.scale_reached") == times, scale
    assert ScaleMark.objects.filter(reached_at__isnull=False).count() == 2
    assert owners[4].need.memberships.get().left_at is not None


def test_story_2_the_need_that_closes_the_gap_of_12_is_named_to_staff_only(cast: Cast) -> None:
    owners = [owner_of(cast, quantity) for quantity in (4, 6, 3, 5, 2)]
    supplier_of(cast, 30)
    pool = invited_pool(cast)
    for owner in owners:
        answer(owner, pool, "declined" if owner.need.quantity == 2 else "accepted")
    manager = cast.client("manager")
    drain_outbox()
    address = f"/api/v1/demands/{pool.pk}/"
    assert manager.get(address).json()["scale_marks"][0]["closing"] == []  # 2 lines do not close a gap of 12

    large, larger = owner_of(cast, 13), owner_of(cast, 40)
    owner_of(cast, 14, deploy="cloud_cn")  # in conflict with every member
    drain_outbox()
    (mark,) = manager.get(address).json()["scale_marks"]
    assert [row["code"] for row in mark["closing"]] == [large.need.code]
    assert large.need.code in manager.get(reverse("staff_pool", args=[pool.pk])).content.decode()
    for client in (cast.client(), owners[0].client, larger.client):
        assert client.get(address).json()["scale_marks"][0]["closing"] == []
