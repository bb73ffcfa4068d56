"""Where one moment, one quantity or one day ends and the next begins."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from scenarios.models import Call, Consent, MergedDemand, Need
from scenarios.pipeline import night_at
from scenarios.querysets import DatabaseClock
from tests.factories import Cast, make_member, make_organisation, published_need
from tests.scenarios.test_deadlines import make_pool
from tests.scenarios.test_pool_pages import pool_of
from tests.scenarios.test_pool_rules import approved_call, open_approved

TICK = timedelta(microseconds=1)


@pytest.fixture
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A database clock that stands still while the test's transaction lasts, so that a moment can be met exactly."""
    monkeypatch.setattr(DatabaseClock, "function", "transaction_timestamp")
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def test_a_deadline_belongs_to_what_is_past(cast: Cast, now: datetime) -> None:
    pool = make_pool(cast, [4, 6], threshold_quantity=Decimal(99))
    for deadline, past in ((now + TICK, False), (now, True), (now - TICK, True)):
        MergedDemand.objects.filter(pk=pool.pk).update(deadline=deadline)
        assert MergedDemand.objects.past_deadline().exists() is past, deadline - now


def test_an_invitation_lapses_at_its_last_moment(cast: Cast, now: datetime) -> None:
    pool = pool_of(cast, published_need(cast), published_need(cast, "rival"))
    for until, lapsed in ((now + TICK, False), (now, True)):
        Consent.objects.filter(demand=pool).update(answer_by=until)
        assert Consent.objects.due_for_lapse().exists() is lapsed, until - now


def test_a_need_is_on_offer_until_but_not_at_its_expiry(cast: Cast, now: datetime) -> None:
    need = published_need(cast)
    for expiry, offered in ((now + TICK, True), (now, False)):
        Need.objects.filter(pk=need.pk).update(expires_at=expiry)
        assert Need.objects.published().exists() is offered, expiry - now
        assert Need.objects.due_for_expiry().exists() is not offered


def test_a_call_is_open_until_but_not_at_its_close(cast: Cast, now: datetime) -> None:
    call = open_approved(cast, approved_call(cast, need_id=published_need(cast).pk))
    for close, is_open in ((now + TICK, True), (now, False)):
        Call.objects.filter(pk=call.pk).update(opens_at=now - timedelta(days=1), closes_at=close)
        found = (Call.objects.open().exists(), Call.objects.closed().exists(), Call.objects.due().exists())
        assert found == (is_open, not is_open, not is_open), close - now


def test_a_deadline_is_typed_and_shown_in_the_citys_time_and_stored_in_utc(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6, 3])
    terms = {"threshold_quantity": "13", "deadline": "2099-01-01T00:00", "disclosure": "anonymous"}
    rules = {"on_fail": "extend", "after_extension": "split", "version": pool.version}
    answer = cast.client("manager").post(reverse("staff_pool_terms", args=[pool.pk]), {**terms, **rules})
    assert answer.status_code == 302
    pool.refresh_from_db()
    assert pool.deadline == datetime(2098, 12, 31, 16, 0, tzinfo=UTC)
    assert "2099-01-01 00:00" in cast.client().get(reverse("pool_detail", args=[pool.pk])).content.decode()


@pytest.mark.parametrize(
    ("utc", "night"),
    [
        (datetime(2026, 11, 24, 17, 59, 59, 999999, tzinfo=UTC), None),
        (datetime(2026, 11, 24, 18, 0, tzinfo=UTC), "2026-11-25"),
        (datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC), "2026-11-25"),
        (datetime(2026, 11, 25, 16, 0, tzinfo=UTC), None),
    ],
)
def test_the_night_is_the_citys(utc: datetime, night: str | None) -> None:
    assert night_at(utc) == night


def test_tenths_add_up_exactly(cast: Cast) -> None:
    """As binary fractions 0.1 + 0.2 is more than 0.3, and 0.7 + 0.1 less than 0.8."""
    for parts, scale in ((("0.1", "0.2"), "0.3"), (("0.7", "0.1"), "0.8")):
        needs = [
            published_need(cast, make_member(make_organisation("示范厂")), quantity=Decimal(part)) for part in parts
        ]
        pool = pool_of(cast, *needs, threshold_quantity=Decimal(scale))
        for need in needs:
            account = need.owner.members.get().account
            object.__setattr__(cast, "part", account)
            data = {"organisation": str(need.owner_id), "core_version": 1, "state": "accepted"}
            assert cast.client("part").post(f"/pools/{pool.pk}/answer/", data).status_code == 302
        pool = MergedDemand.objects.with_scale().get(pk=pool.pk)
        assert (pool.pooled_quantity, pool.status) == (Decimal(scale), "threshold_met")


def test_only_likeness_is_stored_as_a_float() -> None:
    found = {
        f"{model.__name__}.{field.name}"
        for app in ("scenarios", "marketplace")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
    }
    # Likeness, probabilities, how good a ranking is and how long a task took: nothing that is paid or promised.
    assert found == {
        "BlockTask.seconds",
        "MergeProposal.probability",
        "MergeProposal.score",
        "MergeThreshold.value",
        "NearCopy.overlap",
        "NeedPlace.x",
        "NeedPlace.y",
        "RankingModel.gain_bound",
        "RankingModel.ndcg",
        "RankingModel.plain_ndcg",
        "RankingModel.unlearned_ndcg",
        "SimilarityRun.min_similarity",
        "Suggestion.probability",
        "Suggestion.score",
        "SynonymProposal.score",
    }
