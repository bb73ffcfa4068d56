from math import log2

import pytest
from sklearn.metrics import average_precision_score

from matching import BestF1, RankingQuality, average_precision, best_f1, ndcg_at, ranking_quality, recall_at


def test_ndcg_has_exponential_gains():
    assert ndcg_at([4, 3, 1]) == 1.0
    assert ndcg_at([1, 4, 3]) == pytest.approx((7 / log2(3) + 3 / 2) / (7 + 3 / log2(3)))
    assert ndcg_at([1, 1, 4], k=2) == 0.0
    assert ndcg_at([1, 1]) == 0.0
    assert ndcg_at([]) == 0.0


def test_average_precision_is_that_of_scikit_learn():
    relevant = [True, False, True, False, False, True]
    assert average_precision(relevant) == pytest.approx(average_precision_score(relevant, [6, 5, 4, 3, 2, 1]))
    assert average_precision([False, False]) == 0.0
    assert average_precision([]) == 0.0


def test_recall_counts_the_relevant_ones_at_the_top():
    assert recall_at([True, False, True, True], 3) == pytest.approx(2 / 3)
    assert recall_at([False], 3) == 0.0


def test_best_f1_never_parts_equal_scores():
    assert best_f1([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == BestF1(0.8, 0.5, 2 / 3, 1.0)
    assert best_f1([0.1, 0.9], [True, True]) == BestF1(1.0, 0.1, 1.0, 1.0)
    assert best_f1([0.1], [False]) == BestF1(0.0, 0.0, 0.0, 0.0)


def test_needs_with_few_judgements_or_nothing_relevant_do_not_count():
    counted = [4, 1, 3] + [1] * 7
    rankings = {"few": [4] * 9, "none": [2] * 12, "good": counted}
    relevant = [grade >= 3 for grade in counted]
    assert ranking_quality(rankings) == RankingQuality(1, ndcg_at(counted), average_precision(relevant), 1.0)
    assert ranking_quality({"few": [4]}) == RankingQuality(0, 0.0, 0.0, 0.0)
