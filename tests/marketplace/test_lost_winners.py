"""A winner that drops out between the result and the award: the next in rank, or a failed call with its reason."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from marketplace.actions.organisations import suspend_organisation
from marketplace.models import Organisation, Response
from marketplace.pipeline import tell_notices_over
from scenarios.models import Event
from tests.factories import Cast
from tests.selections import Review, end_notice, published, write_all_feedback
from tests.stories.town import heard, post, signed_in

THREE = (["90", "80"], ["70", "95"], ["60", "60"])


def suspend(cast: Cast, review: Review) -> None:
    organisation = Organisation.objects.get(members__account=review.suppliers[0])
    act: Any = {"actor": cast.actor("moderator"), "organisation_id": organisation.pk}
    suspend_organisation(**act, reason="提供虚假材料")


def withdraw(cast: Cast, review: Review) -> None:
    post(signed_in(review.suppliers[0]), "response_withdraw_ranked", review.responses()[0].pk)


def block(cast: Cast, review: Review) -> None:
    review.ready.call.need.blocked_organisations.add(review.responses()[0].lead_id)


def ended(cast: Cast, *values: list[str]) -> Review:
    review = published(cast, *(values or THREE))
    write_all_feedback(review)
    end_notice(review)
    return review


def at(review: Review, name: str) -> str:
    return reverse(name, args=[review.ready.call.pk])


def read(cast: Cast, part: str, review: Review) -> Any:
    return cast.client(part).get(at(review, "selection")).context


def outcomes(review: Review) -> list[list[str]]:
    return [list(row.placings.values_list("outcome", flat=True)) for row in review.responses()]


@pytest.mark.parametrize(("drops_out", "clause"), [(suspend, "unverified"), (withdraw, "dropped"), (block, "dropped")])
def test_the_next_in_rank_goes_under_a_notice_of_its_own(
    cast: Cast, drops_out: Callable[[Cast, Review], None], clause: str
) -> None:
    review = ended(cast)
    assert (read(cast, "publisher", review)["lost"], read(cast, "publisher", review)["may_put_next"]) == ([], False)
    drops_out(cast, review)
    gone, second, third = review.responses()
    seen = read(cast, "publisher", review)
    assert (seen["lost"], seen["may_put_next"], read(cast, "manager", review)["may_put_next"]) == ([gone], True, False)
    publisher, version = cast.client("publisher"), {"version": review.fresh().version}
    publisher.post(at(review, "selection_award"), version)
    assert (review.fresh().status, cast.client("manager").post(at(review, "selection_next"), version).status_code) == (
        "publicity",
        403,
    )
    post(publisher, "selection_next", review.ready.call.pk, **version)
    gone.refresh_from_db()
    assert (gone.status, gone.exclusion.clause, outcomes(review)) == (
        "ineligible",
        clause,
        [[], ["awarded"], ["reserve"]],
    )
    selection = review.fresh()
    assert (selection.status, selection.round, selection.notice_ends_at > selection.published_at) == (
        "publicity",
        2,
        True,
    )
    assert [heard(account, "selection.next_in_rank") for account in review.suppliers] == [1, 1, 1]
    publisher.post(at(review, "selection_award"), {"version": selection.version})
    assert review.fresh().status == "publicity"  # its own notice is not over
    write_all_feedback(review)
    end_notice(review)
    post(publisher, "selection_award", review.ready.call.pk, version=review.fresh().version)
    assert [row.status for row in review.responses()] == ["ineligible", "awarded", "reserve"]
    assert (second.lead, third.lead) == tuple(row.lead for row in review.responses()[1:])


@pytest.mark.parametrize("drops_out", [suspend, withdraw, block])
def test_where_nobody_follows_the_call_fails_for_that_reason(
    cast: Cast, drops_out: Callable[[Cast, Review], None]
) -> None:
    review = ended(cast, ["90", "80"], ["10", "10"])  # the second misses a minimum score
    publisher, failing = cast.client("publisher"), {"code": "winner_lost", "reason": "中选方退出，无递补单位"}
    assert publisher.post(at(review, "selection_fail"), failing).status_code == 422
    drops_out(cast, review)
    seen = read(cast, "publisher", review)
    assert (len(seen["lost"]), seen["may_put_next"]) == (1, False)
    publisher.post(at(review, "selection_next"), {"version": review.fresh().version})
    assert (review.fresh().round, review.responses()[0].status) == (1, "scored")
    post(publisher, "selection_fail", review.ready.call.pk, **failing)
    assert (review.fresh().status, review.fresh().failure_code) == ("failed", "winner_lost")
    assert [row.status for row in review.responses()] == ["not_selected", "not_selected"]
    assert cast.client("manager").get(at(review, "selection")).context["lots_form"] is not None
    assert heard(review.suppliers[1], "selection.failed") == 1


def test_only_a_ranked_response_of_ones_own_is_withdrawn_from_the_award_and_once(cast: Cast) -> None:
    review = published(cast, *THREE)
    first = review.responses()[0]
    where = reverse("response_withdraw_ranked", args=[first.pk])
    assert signed_in(review.suppliers[1]).post(where).status_code == 404
    page = reverse("response_detail", args=[first.pk])
    assert "Withdraw from the award" in signed_in(review.suppliers[0]).get(page).content.decode()
    withdraw(cast, review)
    assert signed_in(review.suppliers[0]).post(where).status_code == 409
    assert [heard(one, "selection.response_withdrawn") for one in (cast.publisher, cast.manager)] == [1, 1]
    assert Response.objects.filter(withdrew_at__isnull=False).count() == 1


def test_of_equals_who_follow_the_lower_number_comes_first(cast: Cast) -> None:
    review = ended(cast, *[["70", "80"]] * 3)
    first, second, third = sorted(review.responses(), key=lambda row: row.number or 0)
    assert first.placings.get().outcome == "awarded"
    act: Any = {"actor": cast.actor("moderator"), "organisation_id": first.lead_id}
    suspend_organisation(**act, reason="提供虚假材料")
    post(cast.client("publisher"), "selection_next", review.ready.call.pk, version=review.fresh().version)
    assert [row.placings.get().outcome for row in (second, third)] == ["awarded", "reserve"]


def test_a_reserve_that_withdrew_holds_nobody_up_and_wins_nothing(cast: Cast) -> None:
    review = ended(cast)
    post(signed_in(review.suppliers[1]), "response_withdraw_ranked", review.responses()[1].pk)
    post(cast.client("publisher"), "selection_award", review.ready.call.pk, version=review.fresh().version)
    assert [row.status for row in review.responses()] == ["awarded", "not_selected", "not_selected"]


def test_what_was_blocked_is_not_told_to_the_public(cast: Cast) -> None:
    review = ended(cast)
    block(cast, review)
    post(cast.client("publisher"), "selection_next", review.ready.call.pk, version=review.fresh().version)
    page = cast.client().get(at(review, "call_result")).content.decode()
    assert "Dropped out between the result and the award" in page
    assert "does not go on" not in page
    own = signed_in(review.suppliers[0]).get(reverse("response_detail", args=[review.responses()[0].pk]))
    assert "does not go on with the lead organisation" in own.content.decode()


def test_the_publisher_hears_once_that_the_consensus_is_complete(cast: Cast) -> None:
    review = published(cast, *THREE)
    assert heard(cast.publisher, "selection.consensus_complete") == 1
    event = Event.objects.get(kind="selection.consensus_complete")
    assert (event.subject_id, event.generation, event.actor_id) == (review.ready.call.pk, 0, None)


def test_the_publisher_hears_once_that_the_notice_is_over_without_objections(cast: Cast) -> None:
    review = published(cast, *THREE)
    assert (tell_notices_over(), heard(cast.publisher, "selection.notice_over")) == (0, 0)
    end_notice(review)
    assert [tell_notices_over(), tell_notices_over()] == [1, 0]
    assert heard(cast.publisher, "selection.notice_over") == 1
    withdraw(cast, review)
    post(cast.client("publisher"), "selection_next", review.ready.call.pk, version=review.fresh().version)
    assert tell_notices_over() == 0
    end_notice(review)
    assert (tell_notices_over(), heard(cast.publisher, "selection.notice_over")) == (1, 2)


def test_a_notice_that_an_objection_holds_up_is_not_over(cast: Cast) -> None:
    review = published(cast, *THREE)
    loser = review.responses()[2]
    said = {"organisation": str(loser.lead_id), "reasons": "评分与承诺不符"}
    post(signed_in(review.suppliers[2]), "result_object", review.ready.call.pk, **said)
    end_notice(review)
    assert (tell_notices_over(), heard(cast.publisher, "selection.notice_over")) == (0, 0)
