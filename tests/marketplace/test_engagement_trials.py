"""Trials of a gate: recorded by the lead up to the planned number, over all rounds, whoever records at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from marketplace.actions import engagement_costs
from marketplace.actions import engagement_decisions as decisions
from marketplace.actions import engagement_trials as trials
from marketplace.models import Gate, Trial
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from tests.engagements import decide, measure, propose, recorded_trial, running_gate
from tests.factories import Cast
from tests.marketplace.test_engagement_gates import booked
from tests.scenarios.test_races import at_once, refusals
from tests.stories.town import heard, post

WORDS = {"tried_on": "2026-01-20", "what": "一百件标定铸件", "outcome": "漏检率 2.1 %"}


def made() -> tuple[int, int]:
    """Return how many trials the one gate counts, and how many rows there are."""
    return Gate.objects.get().trials_made, Trial.objects.count()


def test_trials_are_recorded_up_to_the_plan_and_not_beyond(cast: Cast) -> None:
    gate = running_gate(cast)
    for number in range(3):
        recorded_trial(cast, gate, what=f"第{number + 1}次", part="manager" if number == 1 else "supplier")
    with translation.override("en"), pytest.raises(Invalid) as refusal:
        recorded_trial(cast, gate)
    assert [str(one) for one in refusal.value.fields["trials"]] == [
        "All 3 trials that were planned for this gate are made. Nothing was recorded."
    ]
    assert made() == (3, 3)


def test_the_plan_holds_for_all_rounds_together(cast: Cast) -> None:
    gate = running_gate(cast)
    for _ in range(2):
        recorded_trial(cast, gate)
    measure(cast, gate, "0.9")
    decide(cast, gate, "iterate")
    assert recorded_trial(cast, gate).iteration == 1
    with pytest.raises(Invalid):
        recorded_trial(cast, gate)
    assert made() == (3, 3)


def test_only_the_lead_and_the_manager_for_it_record(cast: Cast) -> None:
    gate = running_gate(cast)
    for part in ("enterprise", "rival", "publisher"):
        with pytest.raises(NotPermitted):
            recorded_trial(cast, gate, part=part)
    assert made() == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"what": " "}, {"outcome": ""}, {"what": "字" * 401}, {"tried_on": timezone.localdate() + timedelta(days=2)}],
)
def test_a_trial_without_whole_words_or_on_a_day_to_come_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    gate = running_gate(cast)
    with pytest.raises(Invalid) as refusal:
        recorded_trial(cast, gate, **wrong)
    assert set(refusal.value.fields) == set(wrong)
    assert made() == (0, 0)


def test_a_trial_names_a_cost_that_stands_at_its_own_gate(cast: Cast) -> None:
    gate = running_gate(cast)
    standing, struck = booked(cast, gate, "1"), booked(cast, gate, "2")
    engagement_costs.strike_cost(actor=cast.actor("supplier"), cost_id=struck.pk, reason="记错")
    with pytest.raises(Invalid) as refusal:
        recorded_trial(cast, gate, cost_id=struck.pk)
    assert set(refusal.value.fields) == {"cost"}
    assert recorded_trial(cast, gate, cost_id=standing.pk).cost_id == standing.pk


def test_nothing_is_recorded_or_struck_while_a_decision_waits(cast: Cast) -> None:
    gate = running_gate(cast)
    trial = recorded_trial(cast, gate)
    decision = propose(cast, gate, "iterate")
    with pytest.raises(IllegalMove):
        recorded_trial(cast, gate)
    with pytest.raises(IllegalMove):
        trials.strike_trial(actor=cast.actor("supplier"), trial_id=trial.pk, reason="记错")
    decisions.take_decision_back(actor=cast.actor("enterprise"), decision_id=decision.pk)
    recorded_trial(cast, gate)
    assert made() == (2, 2)


def test_a_form_sent_twice_records_once(cast: Cast) -> None:
    gate = running_gate(cast)
    first, second = (recorded_trial(cast, gate, key="one-key") for _ in range(2))
    assert (first.pk == second.pk, made()) == (True, (1, 1))


def test_what_was_recorded_by_mistake_is_struck_out_and_leaves_room(cast: Cast) -> None:
    gate = running_gate(cast)
    rows = [recorded_trial(cast, gate) for _ in range(3)]
    with pytest.raises(NotPermitted):
        trials.strike_trial(actor=cast.actor("enterprise"), trial_id=rows[0].pk, reason="记错")
    with pytest.raises(Invalid):
        trials.strike_trial(actor=cast.actor("supplier"), trial_id=rows[0].pk, reason=" ")
    struck = trials.strike_trial(actor=cast.actor("supplier"), trial_id=rows[0].pk, reason="记了两遍")
    assert (struck.struck_reason, made()) == ("记了两遍", (2, 3))
    with pytest.raises(IllegalMove):
        trials.strike_trial(actor=cast.actor("supplier"), trial_id=rows[0].pk, reason="再来一次")
    recorded_trial(cast, gate)
    assert made() == (3, 4)


@pytest.mark.slow
def test_trials_at_the_same_moment_do_not_pass_the_plan_together(live_cast: Cast) -> None:
    gate = running_gate(live_cast)
    results = at_once(*[lambda: recorded_trial(live_cast, gate) for _ in range(6)])
    assert refusals(results) == 3
    assert made() == (3, 3)


def test_trials_are_recorded_and_struck_on_the_page_of_the_gate(cast: Cast) -> None:
    gate = running_gate(cast)
    supplier, address = cast.client("supplier"), f"/engagements/gates/{gate.pk}/"
    form = {**WORDS, "key": "once"}
    for _ in range(2):  # a double click
        post(supplier, "trial_record", gate.pk, **form)
    trial = Trial.objects.get()
    assert (trial.tried_on, heard(cast.enterprise, "engagement.trial_recorded")) == (date(2026, 1, 20), 1)
    shown = cast.client("enterprise").get(address).content.decode()
    assert ("1 of 3 trials made" in shown, "漏检率 2.1 %" in shown, "trial_form" in shown) == (True, True, False)
    refused = supplier.post(f"{address}trials/", {**WORDS, "outcome": ""})
    assert (refused.status_code, "一百件标定铸件" in refused.content.decode()) == (422, True)
    post(supplier, "trial_strike", trial.pk, reason="记了两遍")
    shown = supplier.get(address).content.decode()
    assert ("0 of 3 trials made" in shown, "记了两遍" in shown) == (True, True)
    assert cast.client("rival").post(f"/engagements/trials/{trial.pk}/strike/", {"reason": "x"}).status_code == 404
    project = cast.client("enterprise").get(f"/engagements/{gate.engagement_id}/").content.decode()
    assert "0 of 3 trials made" in project


def test_a_trial_of_others_is_not_found_before_the_project_is_public(cast: Cast) -> None:
    gate = running_gate(cast)
    trial = recorded_trial(cast, gate)
    gate.engagement.status = "preparing"
    gate.engagement.save()
    with pytest.raises(NotFound):
        trials.strike_trial(actor=cast.actor("rival"), trial_id=trial.pk, reason="x")
