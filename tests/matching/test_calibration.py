import numpy as np
import pytest

from matching import Calibration, MatchingError, calibrate


def judged(slope=2.0, intercept=-1.0, needs=40, each=50, seed=1):
    """Scores with judgements drawn from a known curve."""
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=needs * each)
    relevant = draw.random(len(scores)) < 1 / (1 + np.exp(-(slope * scores + intercept)))
    return scores, relevant, np.repeat(np.arange(needs), each)


def test_the_curve_is_found_again():
    found = calibrate(*judged(needs=400))
    assert found.slope == pytest.approx(2.0, abs=0.1)
    assert found.intercept == pytest.approx(-1.0, abs=0.1)
    assert found.judged == 20_000
    assert found.error < 0.02
    assert found.probability(0.5) == pytest.approx(0.5, abs=0.05)


def test_bins_hold_all_pairs_and_rise():
    scores, relevant, needs = judged()
    found = calibrate(scores, relevant, needs)
    assert [row.pairs for row in found.bins] == [200] * 10
    assert [row.told for row in found.bins] == sorted(row.told for row in found.bins)
    assert sum(row.relevant * row.pairs for row in found.bins) == pytest.approx(relevant.sum())
    assert all(row.low <= row.relevant <= row.high for row in found.bins)
    assert found.error == pytest.approx(sum(r.pairs * abs(r.told - r.relevant) for r in found.bins) / 2000)


def test_it_is_stored_and_read():
    found = calibrate(*judged())
    assert Calibration.from_json(found.as_json()) == found
    assert calibrate(*judged()) == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s, r, n: (s, np.ones_like(r), n), "all relevant or all not"),
        (lambda s, r, n: (-s, r, n), "not judged better"),
        (lambda s, r, n: (s, r, n % 4), "4 needs are judged"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(change, message):
    with pytest.raises(MatchingError, match=message):
        calibrate(*change(*judged()))
