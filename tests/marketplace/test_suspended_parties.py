"""Who or what is suspended while a selection runs: excluded by the program before the notice, no award after it."""

from typing import Any

import pytest

from marketplace.actions.eligibility import admit
from marketplace.actions.engagement_standing import start_engagement
from marketplace.actions.organisations import reinstate_organisation, suspend_organisation
from marketplace.actions.selections import open_evaluation
from marketplace.actors import actor_for
from marketplace.models import Account, Organisation
from scenarios.actions.moderation import suspend_need
from scenarios.errors import IllegalMove
from scenarios.models import Event
from tests.calls import close, make_supplier, sealed, sealed_call
from tests.engagements import opened_engagement, planned_gate
from tests.factories import Cast
from tests.marketplace.test_awards import give_award, publish
from tests.selections import Review, declare_all, end_notice, open_all, published, scored_call, write_all_feedback

THREE = (["90", "80"], ["70", "95"], ["60", "60"])


def suspend(cast: Cast, account: Account) -> None:
    organisation = Organisation.objects.get(members__account=account)
    act: Any = {"actor": cast.actor("moderator"), "organisation_id": organisation.pk}
    suspend_organisation(**act, reason="提供虚假材料")


def test_a_lead_that_was_suspended_since_it_sealed_is_excluded_at_the_opening(cast: Cast) -> None:
    ready = sealed_call(cast)
    suppliers = [make_supplier(number)[1] for number in range(2)]
    for account in suppliers:
        sealed(ready.call, account)
    close(ready.call)
    open_all(ready)
    suspend(cast, suppliers[0])
    selection = open_evaluation(actor=actor_for(ready.reviewers[0]), call_id=ready.call.pk)
    review = Review(ready, suppliers, selection)
    gone, standing = review.responses()
    assert (gone.status, gone.exclusion.clause, standing.status) == ("ineligible", "unverified", "opened")
    event = Event.objects.get(kind="selection.response_excluded")
    assert (event.actor_id, event.data) == (None, {"number": gone.number, "clause": "unverified"})
    declare_all(review)
    with pytest.raises(IllegalMove):
        admit(actor=review.chair, selection_id=selection.pk, response_id=gone.pk)


def test_a_lead_that_was_suspended_during_the_review_is_not_ranked(cast: Cast) -> None:
    review = scored_call(cast, *THREE)
    suspend(cast, review.suppliers[0])
    publish(cast, review)
    gone, first, second = review.responses()
    assert (gone.status, gone.exclusion.clause) == ("ineligible", "unverified")
    assert [row.placings.get().outcome for row in (first, second)] == ["awarded", "reserve"]


def ended(cast: Cast) -> Review:
    review = published(cast, *THREE)
    write_all_feedback(review)
    end_notice(review)
    return review


def test_a_suspended_winner_is_not_awarded(cast: Cast) -> None:
    review = ended(cast)
    suspend(cast, review.suppliers[0])
    with pytest.raises(IllegalMove):
        give_award(cast, review)
    assert review.fresh().status == "publicity"


def test_nothing_is_awarded_for_a_suspended_need(cast: Cast) -> None:
    review = ended(cast)
    act: Any = {"actor": cast.actor("moderator"), "need_id": review.ready.call.need_id}
    suspend_need(**act, reason="内容失实")
    with pytest.raises(IllegalMove):
        give_award(cast, review)
    assert review.fresh().status == "publicity"


def test_no_project_starts_under_a_suspended_lead(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    planned_gate(cast, engagement)
    suspend(cast, cast.supplier)
    act: Any = {"actor": cast.actor("manager"), "engagement_id": engagement.pk}
    with pytest.raises(IllegalMove):
        start_engagement(**act)
    reinstate_organisation(actor=cast.actor("moderator"), organisation_id=cast.supplier_org.pk)
    assert start_engagement(**act).status == "running"
