"""What waits to be published waits from the decision that found it fit, whatever is changed of its row afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from scenarios.actions import moderation
from scenarios.models import ModerationDecision, Need
from tests.factories import Cast, checked_need, verified_capability

RISKY = {"risk_answers": {"safety_critical_control": True}}


def approved(cast: Cast, **changes: Any) -> Need:
    return moderation.approve_need(actor=cast.actor("moderator"), need_id=checked_need(cast, **changes).pk)


def age(subject: Any, days: int) -> None:
    """Move the decisions on an object so many days back; its row itself was just written."""
    ModerationDecision.objects.filter(subject_id=subject.pk).update(created_at=F("created_at") - timedelta(days=days))
    type(subject).objects.get(pk=subject.pk).save()


def home(cast: Cast, part: str, label: str) -> tuple[int, str, str]:
    """Return count, age and level of a queue on the page on which a member of staff begins."""
    rows = cast.client(part).get("/staff/").context["rows"]
    (row,) = [one for one in rows if str(one["label"]) == label]
    return row["count"], str(row["age"]), str(row["word"])


def shown(cast: Cast, path: str, part: str = "publisher") -> Any:
    return cast.client(part).get(path).context


@pytest.mark.parametrize(("days", "age_shown", "word"), [(1, "1 day", "Soon overdue"), (3, "3 days", "Overdue")])
def test_a_need_waits_for_its_publication_from_its_approval(cast: Cast, days: int, age_shown: str, word: str) -> None:
    need, other = approved(cast), approved(cast, title_zh="另一需求")
    age(need, days)
    (first, second) = shown(cast, "/staff/publication/")["ready"]
    assert [row.need for row in (first, second)] == [need, other]  # the longest waiting first
    assert (str(first.wait.age), str(first.wait.word), str(second.wait.word)) == (age_shown, word, "In time")
    assert home(cast, "publisher", "Needs to publish") == (2, age_shown, word)
    found = shown(cast, "/staff/publication/?sort=newest&level=in_time")["ready"]
    assert [row.need for row in found] == [other]


def test_a_need_that_was_approved_again_waits_from_the_last_approval(cast: Cast) -> None:
    need = approved(cast)
    age(need, 5)
    moderator = cast.actor("moderator")
    moderation.return_need(actor=moderator, need_id=need.pk, reasons={"problem": "写明缺陷类型"})
    Need.objects.filter(pk=need.pk).update(status="checked")
    moderation.approve_need(actor=moderator, need_id=need.pk)
    assert home(cast, "publisher", "Needs to publish") == (1, "less than an hour", "In time")


def test_of_a_high_risk_need_supervision_waits_from_the_approval_and_publication_from_the_clearing(cast: Cast) -> None:
    need = approved(cast, **RISKY)
    age(need, 6)
    assert home(cast, "supervisor", "Needs of high risk to clear") == (1, "6 days", "Overdue")
    assert home(cast, "publisher", "Needs to publish")[0] == 0
    (held,) = shown(cast, "/staff/publication/")["blocked"]
    assert str(held.wait.age) == "6 days"
    moderation.supervise_need(actor=cast.actor("supervisor"), need_id=need.pk)
    assert home(cast, "publisher", "Needs to publish") == (1, "less than an hour", "In time")


def test_a_capability_waits_for_its_publication_from_its_verification(cast: Cast) -> None:
    capability = verified_capability(cast)
    age(capability, 4)
    (row,) = shown(cast, "/staff/publication/capabilities/")["rows"]
    assert (row[0], str(row[1].age), str(row[1].word)) == (capability, "4 days", "Overdue")
    assert home(cast, "publisher", "Capabilities to publish") == (1, "4 days", "Overdue")
