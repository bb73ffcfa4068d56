"""What a need leads its reader to: like needs, pools to join, own capabilities, and signing in to follow."""

from decimal import Decimal
from typing import Any

from scenarios.models import MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import INDICATORS, Cast, published_capability, published_need
from tests.scenarios.test_pool_pages import LIKE, accept, pool_of

HTMX = {"HX-Request": "true"}
OTHER: dict[str, Any] = {
    "title_zh": "住院病区跌倒识别",
    "title_en": "Falls on wards",
    "problem": "夜间 60 张床位，平均每月跌倒 2 次。",
    "users_and_site": "内科病区护士。",
    "current_process": "护士每小时巡视。",
    "boundary_in": "跌倒识别与呼叫。",
    "indicators": [{**INDICATORS[0], "metric": "跌倒发现率"}],
}


def likes(cast: Cast, need: Need, part: str | None = None) -> Any:
    answer = cast.client(part).get(f"/needs/{need.pk}/like/", headers=HTMX)
    assert answer.status_code == 200
    return answer


def formed_pool(cast: Cast) -> MergedDemand:
    pool = pool_of(cast, published_need(cast), published_need(cast, "rival", title_zh=LIKE))
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    return pool


def test_like_needs_are_shown_to_everyone_the_most_alike_first(cast: Cast) -> None:
    need = published_need(cast)
    like = published_need(cast, "rival", title_zh=LIKE, title_en="", boundary_in="")
    same = published_need(cast, "rival")
    published_need(cast, "rival", **OTHER)
    drain_outbox()
    answer = likes(cast, need)
    assert [row.need.pk for row in answer.context["like"]][:2] == [same.pk, like.pk]
    page = answer.content.decode()
    assert f"/needs/compare/?row={need.pk}&amp;row={same.pk}&amp;row={like.pk}" in page
    assert f"/needs/{need.pk}/like/" in cast.client().get(f"/needs/{need.pk}/").content.decode()
    whole = cast.client().get(f"/needs/{need.pk}/like/").content.decode()
    assert "<h1>Needs and pools like this one</h1>" in whole
    assert f'href="/needs/{same.pk}/"' in whole


def test_a_need_that_its_reader_may_not_read_is_not_among_them(cast: Cast) -> None:
    need = published_need(cast)
    closed = published_need(cast, "rival", visibility="verified")
    drain_outbox()
    assert likes(cast, need).context["like"] == []
    assert [row.need.pk for row in likes(cast, need, "supplier").context["like"]] == [closed.pk]
    assert cast.client().get(f"/needs/{closed.pk}/like/").status_code == 404


def test_pools_to_join_are_told_by_their_public_core_alone(cast: Cast) -> None:
    pool = formed_pool(cast)
    need = published_need(cast, "supplier", title_zh=LIKE, title_en="")
    unlike = published_need(cast, "supplier", **OTHER)
    drain_outbox()
    page = likes(cast, need)
    assert [row.pool.pk for row in page.context["pools"]] == [pool.pk]
    assert f"/pools/{pool.pk}/" in page.content.decode()
    assert "?pool=" not in page.content.decode()
    assert f"/workspace/needs/new/?pool={pool.pk}" in likes(cast, need, "enterprise").content.decode()
    assert likes(cast, unlike).context["pools"] == []
    MergedDemand.objects.filter(pk=pool.pk).update(status="frozen")
    assert likes(cast, need).context["pools"] == []


def test_a_pool_that_is_not_formed_is_told_to_nobody_outside(cast: Cast) -> None:
    pool = pool_of(cast, published_need(cast), published_need(cast, "rival", title_zh=LIKE))
    need = published_need(cast, "supplier", title_zh=LIKE)
    drain_outbox()
    for part in (None, "supplier", "enterprise", "manager"):
        assert likes(cast, need, part).context["pools"] == [], part
    assert pool.formed_at is None


def test_nothing_is_like_anything_before_the_first_index(cast: Cast) -> None:
    need = published_need(cast)
    published_need(cast, "rival")
    answer = likes(cast, need)
    assert (answer.context["like"], answer.context["pools"]) == ([], [])
    assert "No published need is like this one." in answer.content.decode()


def test_a_supplier_reads_how_each_of_its_capabilities_fits(cast: Cast) -> None:
    small = published_capability(cast, min_scale_quantity=Decimal("2"), title_zh="小型检测")
    large = published_capability(cast, district_ids=["binhu"], data_classes=["public"])
    need = published_need(cast)
    answer = cast.client("supplier").get(f"/needs/{need.pk}/")
    offers = answer.context["offers"]
    assert [(offer.code, [gate.gate for gate in offer.failed]) for offer in offers] == [
        (small.code, []),
        (large.code, ["data_class", "district", "min_scale"]),
    ]
    page = answer.content.decode()
    assert "Does yours fit?" in page
    assert "Meets every condition" in page
    assert "Passes when the capability may touch Internal data." in page
    assert "Binhu" in page


def test_nobody_else_reads_how_capabilities_fit(cast: Cast) -> None:
    published_capability(cast)
    published_capability(cast, "enterprise")
    need = published_need(cast)
    for part in (None, "enterprise", "rival", "manager", "stranger"):
        answer = cast.client(part).get(f"/needs/{need.pk}/")
        assert answer.context["offers"] == [], part
        assert "Does yours fit?" not in answer.content.decode(), part


def test_what_is_off_offer_is_compared_with_nothing(cast: Cast) -> None:
    published_capability(cast)
    need = published_need(cast)
    Need.objects.filter(pk=need.pk).update(status="landed")
    answer = cast.client("supplier").get(f"/needs/{need.pk}/")
    assert (answer.status_code, answer.context["offers"]) == (200, [])
    assert f"/needs/{need.pk}/like/" not in answer.content.decode()
    assert cast.client().get(f"/needs/{need.pk}/like/").status_code == 404


def test_whoever_is_not_signed_in_is_led_there_to_follow(cast: Cast) -> None:
    pool = formed_pool(cast)
    need = published_need(cast)
    for path in (f"/needs/{need.pk}/", f"/pools/{pool.pk}/"):
        page = cast.client().get(path).content.decode()
        assert f'href="/accounts/login/?next={path}"' in page, path
        assert f"/follow/need/{need.pk}/" not in page
    page = cast.client("stranger").get(f"/needs/{need.pk}/").content.decode()
    assert f'action="/follow/need/{need.pk}/"' in page
    assert "next=/needs/" not in page
