"""What a selection holds fast: its pool, its need, and that nothing else is called from the same source meanwhile."""

from typing import Any

import pytest

from marketplace.actions.engagement_opening import open_engagement
from marketplace.actions.failed_calls import fail_selection
from marketplace.models import Response
from scenarios.actions import calls, demands
from scenarios.actions.needs import withdraw_need
from scenarios.errors import IllegalMove, Invalid
from scenarios.models import Need
from scenarios.pipeline import sweep_clock
from tests.calls import sealed_call
from tests.engagements import frozen_pool
from tests.factories import Cast
from tests.marketplace.test_awards import give_award
from tests.selections import Review, end_notice, evaluated_call, published, write_all_feedback


def fail(cast: Cast, review: Review) -> None:
    act: Any = {"actor": cast.actor("publisher"), "selection_id": review.selection.pk}
    fail_selection(**act, code="funds", reason="预算调整")


def split(cast: Cast, pool: Any) -> str:
    act: Any = {"actor": cast.actor("publisher"), "demand_id": pool.pk, "reason": "成员各自推进"}
    return demands.split_demand(**act).status


def test_a_pool_is_not_split_while_its_responses_are_reviewed(cast: Cast) -> None:
    pool = frozen_pool(cast)
    review = evaluated_call(cast, 1, call=sealed_call(cast, demand_id=pool.pk))
    sweep_clock()  # notes that the call has closed
    with pytest.raises(IllegalMove):
        split(cast, pool)
    fail(cast, review)
    assert split(cast, pool) == "split"


def test_a_pool_is_not_split_between_the_award_and_its_project(cast: Cast) -> None:
    pool = frozen_pool(cast)
    review = published(cast, ["90", "80"], call=sealed_call(cast, demand_id=pool.pk))
    end_notice(review)
    write_all_feedback(review)
    give_award(cast, review)
    sweep_clock()
    with pytest.raises(IllegalMove):
        split(cast, pool)
    open_engagement(actor=cast.actor("manager"), response_id=Response.objects.get().pk)
    with pytest.raises(IllegalMove):
        split(cast, pool)


def test_no_second_call_is_drafted_while_the_first_is_reviewed(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    sweep_clock()
    again: Any = {"actor": cast.actor("manager"), "need_id": review.ready.call.need_id, "fields": {"kind": "open_list"}}
    with pytest.raises(Invalid):
        calls.draft_call(**again)
    fail(cast, review)
    assert calls.draft_call(**again).status == "draft"


def test_the_owner_withdraws_only_after_the_call_came_to_nothing(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    act: Any = {"actor": cast.actor("enterprise"), "need_id": review.ready.call.need_id}
    with pytest.raises(IllegalMove):
        withdraw_need(**act)
    fail(cast, review)
    assert withdraw_need(**act).status == "withdrawn"
    assert Need.objects.get().status == "withdrawn"
