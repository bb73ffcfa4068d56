from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import MatchingError, check_acceptance, learn_acceptance
from matching.acceptance import CENTRE, EACH_KIND, ISOTONIC_FROM, PRIOR, UNIT

JUDGED = st.lists(st.tuples(st.floats(0.0, 1.0, allow_nan=False), st.booleans()), max_size=160)
GRID = np.linspace(0.0, 1.0, 101).tolist()


def learned(rows):
    return learn_acceptance([score for score, _ in rows], [hit for _, hit in rows])


def test_without_judgements_the_prior_speaks():
    acceptance = learn_acceptance([], [])
    assert (acceptance.method, acceptance.judgements) == ("prior", 0)
    assert acceptance.probability(0.20) == pytest.approx(1 / (1 + np.exp(1.40)))
    assert acceptance.probability(0.40) == pytest.approx(1 / (1 + np.exp(1.40 - 0.37 * 4)))


def test_one_judgement_moves_the_curve_by_its_gradient():
    # At the maximum the pull of the prior equals what the judgement leaves unexplained: c − prior = y − p, at x = 0.
    acceptance = learn_acceptance([CENTRE], [True])
    odds, slope = acceptance.curve
    assert acceptance.method == "logistic"
    assert slope == PRIOR[1]
    assert odds - PRIOR[0] == pytest.approx(1 - 1 / (1 + np.exp(-odds)), abs=1e-4)


@given(JUDGED)
def test_a_higher_score_is_never_less_probable(rows):
    found = [learned(rows).probability(score) for score in GRID]
    assert all(a <= b + 1e-12 for a, b in pairwise(found))
    assert 0.0 < found[0] <= found[-1] < 1.0 or np.isclose(found[-1], 1.0)


@given(JUDGED, st.randoms(use_true_random=False))
def test_the_order_of_judgements_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert learned(rows) == learned(shuffled)


def test_many_judgements_are_pooled_to_steps():
    scores = [0.2] * 50 + [0.3] * 50
    accepted = [index % 5 == 0 for index in range(50)] + [index % 5 != 0 for index in range(50)]
    acceptance = learn_acceptance(scores, accepted)
    assert (acceptance.method, acceptance.judgements) == ("isotonic", 100)
    curve = [1 / (1 + np.exp(-(acceptance.curve[0] + acceptance.curve[1] * (x - CENTRE) / UNIT))) for x in (0.2, 0.3)]
    assert acceptance.probability(0.2) == pytest.approx((0.2 + 0.1 * curve[0]) / 1.1)
    assert acceptance.probability(0.3) == pytest.approx((0.8 + 0.1 * curve[1]) / 1.1)
    assert acceptance.probability(0.1) == acceptance.probability(0.2)


def test_steps_that_fall_become_one():
    scores = [0.2] * 50 + [0.3] * 50
    accepted = [True] * 40 + [False] * 10 + [True] * 10 + [False] * 40
    acceptance = learn_acceptance(scores, accepted)
    assert len(acceptance.steps) == 1
    assert acceptance.steps[0][0] == pytest.approx(0.25)


@pytest.mark.parametrize("positives", [EACH_KIND - 1, ISOTONIC_FROM - EACH_KIND + 1])
def test_one_kind_alone_makes_no_steps(positives):
    accepted = [index < positives for index in range(ISOTONIC_FROM)]
    assert learn_acceptance([0.3] * ISOTONIC_FROM, accepted).method == "logistic"


@pytest.mark.parametrize(("scores", "accepted"), [([0.2], []), ([1.2], [True]), ([float("nan")], [True])])
def test_what_cannot_be_judged_is_refused(scores, accepted):
    with pytest.raises(MatchingError):
        learn_acceptance(scores, accepted)


def test_few_judgements_check_nothing():
    assert check_acceptance([0.3] * 19, [True] * 19) is None


def test_what_was_told_is_compared_with_judgements_it_had_not_seen():
    # All alike: each fifth is told what the other 16 of 20 say, 4 of 5 of which were accepted.
    checked = check_acceptance([0.3] * 20, [False] * 4 + [True] * 16)
    told = [
        learn_acceptance([0.3] * 16, [False] * unseen + [True] * (16 - unseen)).probability(0.3) for unseen in (3, 4)
    ]
    assert checked.judged == 20
    assert sum(one.pairs for one in checked.bins) == 20
    mean = sum(one.told * one.pairs for one in checked.bins) / 20
    assert mean == pytest.approx((4 * told[0] + told[1]) / 5)
    assert sum(one.relevant * one.pairs for one in checked.bins) == pytest.approx(16)


def test_bins_hold_ten_and_tell_how_far_off_they_are():
    rows = [(0.1 + 0.002 * number, number >= 100) for number in range(200)]
    checked = check_acceptance(*zip(*rows, strict=True))
    assert [one.pairs for one in checked.bins] == [20] * 10
    assert [one.relevant for one in checked.bins] == [0.0] * 5 + [1.0] * 5
    off = [abs(one.told - one.relevant) for one in checked.bins]
    assert checked.error == pytest.approx(sum(off) / 10)
    assert checked.error < 0.05
    assert all(one.low <= one.relevant <= one.high for one in checked.bins)
    backwards = check_acceptance(*zip(*rows[::-1], strict=True))
    assert backwards == checked
