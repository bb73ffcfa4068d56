"""Following a project: who may, who is offered it, and that followers hear of what is public and of nothing else."""

from django.urls import reverse

from marketplace.actions.engagement_landing import close_engagement, write_lesson
from marketplace.models import Account, Engagement, Notification
from scenarios.actions.following import follow
from scenarios.models import Event, Follow
from tests.drain import drain_outbox
from tests.engagements import (
    accept,
    decide,
    measure,
    opened_engagement,
    passed_gate,
    planned_gate,
    running_engagement,
    running_gate,
)
from tests.factories import Cast
from tests.marketplace.test_engagement_decisions import LESSON
from tests.stories.town import post

LABEL = {True: "Stop following", False: "Follow"}


def followed(cast: Cast, engagement: Engagement, part: str = "stranger") -> Engagement:
    drain_outbox()  # what happened until now is told to those who followed then
    follow(actor=cast.actor(part), subject_type="engagement", subject_id=engagement.pk)
    return engagement


def told(account: Account) -> list[str]:
    """Return the kinds of news that an account got, the oldest first."""
    drain_outbox()
    return list(Notification.objects.filter(account=account).order_by("event_id").values_list("event__kind", flat=True))


def test_followers_hear_of_gates_acceptance_landing_lessons_and_the_end(cast: Cast) -> None:
    engagement = followed(cast, running_engagement(cast))
    gate = running_gate(cast, engagement)
    measure(cast, gate, "0.9")
    decide(cast, gate, "iterate")
    measure(cast, gate)
    decide(cast, gate, "pass")
    accept(cast, engagement, "0.4", "9.5")
    passed_gate(cast, engagement, "scale")
    write_lesson(actor=cast.actor("supplier"), engagement_id=engagement.pk, title="先清砂", text="先清砂再检测。")
    close_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert told(cast.stranger) == [
        "engagement.gate_iterated",
        "engagement.gate_passed",
        "engagement.accept",
        "engagement.gate_passed",
        "engagement.land",
        "engagement.lesson_written",
        "engagement.close",
    ]
    client, news = cast.client("stranger"), Notification.objects.filter(account=cast.stranger).latest("event_id")
    answer = client.post(reverse("notification_open", args=[news.pk]))
    assert answer["Location"] == reverse("engagement_detail", args=[engagement.pk])


def test_followers_hear_that_a_project_was_stopped_and_not_how_that_was_decided(cast: Cast) -> None:
    engagement = followed(cast, running_engagement(cast))
    decide(cast, running_gate(cast, engagement), "stop_no_fault", **LESSON)
    assert told(cast.stranger) == ["engagement.stop_no_fault", "engagement.lesson_written"]


def test_followers_of_the_need_hear_of_its_milestones_and_not_of_every_gate(cast: Cast) -> None:
    engagement = running_engagement(cast)
    drain_outbox()
    follow(actor=cast.actor("stranger"), subject_type="need", subject_id=engagement.need_id)  # type: ignore[arg-type]
    passed_gate(cast, engagement, "poc")
    accept(cast, engagement, "0.4", "9.5")
    passed_gate(cast, engagement, "scale")
    assert told(cast.stranger) == ["engagement.land", "need.landed"]


def test_a_project_is_followed_from_its_page_once_it_is_public(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    address = reverse("follow", args=["engagement", engagement.pk])
    stranger = cast.client("stranger")
    assert stranger.post(address).status_code == 404
    planned_gate(cast, engagement)
    post(cast.client("manager"), "engagement_move", engagement.pk, "start")
    page = reverse("engagement_detail", args=[engagement.pk])
    assert stranger.post(address)["Location"] == page
    assert Follow.objects.get().account_id == cast.stranger.pk
    assert engagement.code in stranger.get(reverse("my_following")).content.decode()
    fragment = stranger.post(address, {"stop": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert ("Follow" in fragment, Follow.objects.count()) == (True, 0)


def test_the_button_is_for_those_who_would_hear_nothing_without_it(cast: Cast) -> None:
    engagement = followed(cast, running_engagement(cast))
    address = reverse("follow", args=["engagement", engagement.pk])
    offered = {}
    for part in (None, "stranger", "rival", "auditor", "supplier", "enterprise"):
        shown = cast.client(part).get(reverse("engagement_detail", args=[engagement.pk])).content.decode()
        offered[part] = address in shown
        assert (LABEL[True] in shown) is (part == "stranger")
    assert offered == {
        **dict.fromkeys((None, "supplier", "enterprise"), False),
        **dict.fromkeys(("stranger", "rival", "auditor"), True),
    }


def test_who_follows_is_in_the_log_and_not_in_the_history_of_the_project(cast: Cast) -> None:
    engagement = followed(cast, running_engagement(cast))
    assert Event.objects.filter(kind="engagement.followed", subject_id=engagement.pk).count() == 1
    history = cast.client("manager").get(reverse("engagement_detail", args=[engagement.pk])).context["events"]
    assert [row["event"].kind for row in history] == [
        "engagement.start",
        "engagement.gate_planned",
        "engagement.opened",
    ]
