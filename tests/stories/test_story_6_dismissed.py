"""Story 6: a dismissed {A, B} stays hidden over 30 nightly runs; {A, B, C} appears once."""

from typing import Any

from django.urls import reverse

from scenarios.models import Event, MergeProposal
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.scenarios.test_proposing import night
from tests.stories.town import owner_of, post


def desk(cast: Cast) -> list[set[str]]:
    """Return the sets that the manager sees on the desk, as codes."""
    page = cast.client("manager").get(reverse("merge_desk"))
    return [{need.code for need in row["needs"]} for row in page.context["rows"]]


def test_story_6_a_dismissed_pair_stays_hidden_and_the_three_appear_once(cast: Cast) -> None:
    a, b = owner_of(cast, 4), owner_of(cast, 6)
    drain_outbox()
    assert desk(cast) == [{a.need.code, b.need.code}]
    form: dict[str, Any] = {"reason": "两家工件差异过大。"}
    post(cast.client("manager"), "dismiss_proposal", MergeProposal.objects.get().pk, **form)
    for _ in range(30):
        night()
        assert desk(cast) == []
    c = owner_of(cast, 3)
    drain_outbox()
    three = [{a.need.code, b.need.code, c.need.code}]
    assert desk(cast) == three
    night()
    assert desk(cast) == three
    assert Event.objects.filter(kind="proposal.made").count() == 2
