"""Story 5: un-merging restores five codes, followers and histories; an owner with two needs is one owner."""

from decimal import Decimal
from typing import Any

from django.urls import reverse

from scenarios.models import Event, Follow, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_need
from tests.stories.town import Owner, answer, invited_pool, owner_of, post

SENTENCE = "需求方要求各自推进。"


def histories(needs: list[Need]) -> dict[str, Any]:
    """Return what each need was and said: its row, its published versions, its indicators and its own events."""
    return {
        need.code: (
            Need.objects.filter(pk=need.pk).values().get(),
            list(need.versions.order_by("version").values()),
            list(need.indicators.order_by("pk").values()),
            list(Event.objects.about("need", need.pk).order_by("pk").values_list("kind", flat=True)),
            sorted(Follow.objects.filter(subject_id=need.pk).values_list("account", flat=True)),
        )
        for need in needs
    }


def test_story_5_a_split_gives_five_needs_back_as_they_were(cast: Cast) -> None:
    owners = [owner_of(cast, quantity) for quantity in (4, 6, 3, 5)]
    second = published_need(cast, owners[0].account, quantity=Decimal(2))
    needs = [*(owner.need for owner in owners), second]
    for need in needs:
        post(cast.client("stranger"), "follow", "need", need.pk)
    before = histories(needs)

    pool = invited_pool(cast)
    for owner in owners:
        answer(owner, pool)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.owners, scale.pooled_quantity) == (4, Decimal(20))  # two needs of one owner: one owner, both count
    links = [reverse("need_detail", args=[need.pk]) for need in needs] + [reverse("pool_detail", args=[pool.pk])]
    assert [cast.client().get(link).status_code for link in links] == [200] * 6

    post(cast.client("publisher"), "staff_pool_split", pool.pk, **{"split-reason": SENTENCE})
    drain_outbox()
    assert histories(needs) == before
    assert [cast.client().get(link).status_code for link in links] == [200] * 6
    assert SENTENCE in cast.client().get(links[-1]).content.decode()
    codes = {need.code for need in needs}
    assert len(codes) == 5
    assert set(Need.objects.poolable().values_list("code", flat=True)) == codes
    listed = cast.client().get("/api/v1/needs/", {"page_size": "100"}).json()["results"]
    assert {row["code"] for row in listed} == codes


def test_story_5_one_owner_alone_is_no_pool_whatever_it_brings(cast: Cast) -> None:
    owner, other = owner_of(cast, 4), owner_of(cast, 6)
    published_need(cast, owner.account, quantity=Decimal(2))
    pool = invited_pool(cast)
    answer(owner, pool)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.status, scale.owners, scale.pooled_quantity) == ("consenting", 1, Decimal(6))
    answer(Owner(other.account, other.need), pool)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.status, scale.owners, scale.pooled_quantity) == ("formed", 2, Decimal(12))
