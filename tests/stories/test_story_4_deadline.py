"""Story 4: the member with 6 lines withdraws before the deadline; missed, extended by 14 days, then split."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from scenarios.models import Event, MergedDemand
from scenarios.pipeline import sweep_clock
from tests.factories import Cast
from tests.stories.town import answer, heard, invited_pool, owner_of, post, signed_in

FORTNIGHT = timedelta(days=14)


def pass_deadline(pool: MergedDemand) -> None:
    MergedDemand.objects.filter(pk=pool.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    for _ in range(3):
        sweep_clock()
    pool.refresh_from_db()


def test_story_4_the_withdrawal_of_6_makes_12_of_18_and_each_is_told_once(cast: Cast) -> None:
    owners = [owner_of(cast, quantity) for quantity in (4, 6, 3, 5)]
    pool = invited_pool(cast)
    deadline = timezone.localtime() + timedelta(days=30)
    terms = {"threshold_quantity": "18", "deadline": deadline.strftime("%Y-%m-%dT%H:%M")}
    choices = {"on_fail": "extend", "after_extension": "split", "disclosure": "anonymous", "version": pool.version}
    post(cast.client("manager"), "staff_pool_terms", pool.pk, **terms, **choices)
    for owner in owners:
        answer(owner, pool)
    pool.refresh_from_db()
    assert pool.status == "threshold_met"

    six = next(owner for owner in owners if owner.need.quantity == 6)
    post(six.client, "pool_leave", pool.pk, six.need.pk)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.status, scale.pooled_quantity, scale.threshold_quantity) == ("formed", Decimal(12), Decimal(18))
    page = cast.client().get(reverse("pool_detail", args=[pool.pk]))
    assert [(row["quantity"], row["met"], row["gap"]) for row in page.context["scale"]["thresholds"]] == [
        ("18", False, "6")
    ]

    pass_deadline(pool)
    assert (pool.status, pool.deadline_generation) == ("formed", 2)
    assert abs(pool.deadline - timezone.now() - FORTNIGHT) < timedelta(minutes=1)
    pass_deadline(pool)
    assert pool.status == "split"
    clock = Event.objects.about("demand", pool.pk).filter(generation__isnull=False).order_by("id")
    assert list(clock.values_list("kind", "generation")) == [
        ("demand.miss_threshold", 1),
        ("demand.extend", 2),
        ("demand.miss_threshold", 2),
    ]

    staying = [owner for owner in owners if owner is not six]
    for account in (*(owner.account for owner in staying), cast.manager):
        assert heard(account, "demand.miss_threshold") == 2  # once for each deadline
        assert heard(account, "demand.extend") == 1
        assert heard(account, "demand.split") == 1
    for kind in ("demand.miss_threshold", "demand.extend", "demand.split"):
        assert heard(six.account, kind) == 0
    for owner in owners:
        assert signed_in(owner.account).get(reverse("need_detail", args=[owner.need.pk])).status_code == 200
