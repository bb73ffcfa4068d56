"""From the award to its project: who finds the way on from which page."""

import pytest
from django.urls import reverse

from marketplace.models import Engagement
from tests.factories import Cast
from tests.marketplace.test_awards import give_award
from tests.selections import Review, end_notice, published, write_all_feedback
from tests.stories.town import post, signed_in

THREE = (["90", "80"], ["70", "95"], ["35", "100"])


@pytest.fixture
def awarded(cast: Cast) -> Review:
    review = published(cast, *THREE)
    write_all_feedback(review)
    end_notice(review)
    give_award(cast, review)
    return review


def test_the_manager_opens_the_project_on_the_page_of_the_selection(cast: Cast, awarded: Review) -> None:
    winner, loser, _third = awarded.responses()
    page, opening = (
        reverse(name, args=[pk]) for name, pk in (("selection", winner.call_id), ("engagement_open", winner.pk))
    )
    assert opening not in cast.client("publisher").get(page).content.decode()
    shown = cast.client("manager").get(page).content.decode()
    assert (opening in shown, reverse("engagement_open", args=[loser.pk]) in shown) == (True, False)

    # News of the award leads to the result, and from there to where the manager works.
    result = cast.client("manager").get(reverse("call_result", args=[winner.call_id])).content.decode()
    assert page in result
    assert page not in cast.client().get(reverse("call_result", args=[winner.call_id])).content.decode()

    post(cast.client("manager"), "engagement_open", winner.pk)
    project = reverse("engagement_detail", args=[Engagement.objects.get().pk])
    shown = cast.client("manager").get(page).content.decode()
    assert (opening in shown, project in shown) == (False, True)


def test_the_winner_and_later_everybody_find_the_project(cast: Cast, awarded: Review) -> None:
    winner, loser, _third = awarded.responses()
    first, second = (signed_in(account) for account in awarded.suppliers[:2])
    own, others = (reverse("response_detail", args=[row.pk]) for row in (winner, loser))
    result = reverse("call_result", args=[winner.call_id])
    assert "The scenario manager opens the project" in first.get(own).content.decode()
    assert "You were awarded this call" not in second.get(others).content.decode()

    post(cast.client("manager"), "engagement_open", winner.pk)
    engagement = Engagement.objects.get()
    project = reverse("engagement_detail", args=[engagement.pk])
    assert project in first.get(own).content.decode()
    assert project not in cast.client().get(result).content.decode()  # nothing of it is public before it starts
    Engagement.objects.update(status="running", started_at=engagement.created_at)
    assert project in cast.client().get(result).content.decode()
