"""Every invitation has 14 days of its own: who is asked later has no less time, and nobody else gets more."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.urls import reverse

from scenarios.models import Consent, Event, MergedDemand
from scenarios.pipeline import sweep_clock
from tests.factories import Cast, make_member, make_organisation, published_need
from tests.scenarios.test_merging import accept
from tests.scenarios.test_pool_rules import invited
from tests.stories.town import heard, post, signed_in


def days_pass(days: int) -> None:
    """Let the days go by for every invitation, and have the clock looked at twice."""
    earlier = timedelta(days=days)
    Consent.objects.update(answer_by=F("answer_by") - earlier, invited_at=F("invited_at") - earlier)
    sweep_clock()
    sweep_clock()


def states(pool: MergedDemand) -> dict[str, str]:
    rows = pool.consents.filter(core_version=pool.core_version).select_related("organisation")
    return {row.organisation.name_zh: row.state for row in rows}


def reminded(*accounts: Any) -> list[int]:
    return [heard(account, "demand.consent_due") for account in accounts]


def test_an_owner_who_is_asked_later_has_fourteen_days_of_its_own(cast: Cast) -> None:
    pool = invited(cast)
    third = make_member(make_organisation("丁精密铸造厂"))
    need = published_need(cast, third)
    days_pass(12)
    assert reminded(cast.enterprise, cast.rival, third) == [1, 1, 0]
    accept(cast, "enterprise", pool)
    post(cast.client("manager"), "staff_pool_add", pool.pk, code=need.code)
    asked = Consent.objects.filter(demand=pool, state="invited").order_by("answer_by")
    a_fortnight = timedelta(days=14)
    assert all(abs(row.answer_by - row.invited_at - a_fortnight) < timedelta(minutes=1) for row in asked)
    assert (asked[1].answer_by - asked[0].answer_by).days in (11, 12)

    days_pass(2)
    pool.refresh_from_db()
    assert states(pool) == {"甲精密铸造厂": "accepted", "乙精密铸造厂": "withdrawn", "丁精密铸造厂": "invited"}
    assert reminded(cast.enterprise, cast.rival, third) == [1, 1, 0]
    days_pass(10)
    assert reminded(cast.enterprise, cast.rival, third) == [1, 1, 1]
    shown = Consent.objects.get(organisation=need.owner)
    page = signed_in(third).get(reverse("pool_detail", args=[pool.pk]))
    assert shown.answer_by in [row["consent"].answer_by for row in page.context["invitations"]]
    days_pass(3)
    assert states(pool)["丁精密铸造厂"] == "withdrawn"
    assert Event.objects.filter(kind="demand.consent_due").count() == 3


def test_who_came_too_late_is_told_by_its_own_deadline(cast: Cast) -> None:
    pool = invited(cast)
    Consent.objects.filter(organisation=cast.enterprise_org).update(answer_by=F("invited_at"))
    said = {"core_version": pool.core_version, "state": "accepted", "reservation": ""}
    for part, status in (("enterprise", 409), ("rival", 302)):
        (organisation,) = cast.actor(part).organisation_ids
        answer = cast.client(part).post(
            reverse("pool_answer", args=[pool.pk]), {**said, "organisation": str(organisation)}
        )
        assert answer.status_code == status
