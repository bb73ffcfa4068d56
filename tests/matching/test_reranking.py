import random

import numpy as np
import pytest

from matching import (
    Background,
    Document,
    IndexSet,
    MatchingError,
    RankingModel,
    UnknownDocument,
    learn_ranking,
    ranking_quality,
    rerank,
    rerank_one,
    try_ranking,
)
from matching.candidates import Candidates
from matching.features import features
from matching.learning import gain_bound
from matching.reranking import character_scores

TOPICS = [
    "缺陷检测",
    "能耗预测",
    "物流调度",
    "设备巡检",
    "智能排产",
    "语音客服",
    "焊缝识别",
    "轴承诊断",
    "光伏运维",
    "质量追溯",
]
PLACES = ["钢板", "铸件", "仓库", "锅炉", "产线", "门店", "船体", "风机", "电站", "药品"]


def city(needs=20, seed=1):
    """Needs with ten candidates each; grade 4 where the topic agrees, 2 where only the place does, else 1."""
    draw = random.Random(seed)
    wanted, offered, grades, pools = [], [], {}, {}
    for number in range(needs):
        topic, place = number % len(TOPICS), draw.randrange(len(PLACES))
        need = f"n{number}"
        wanted.append(
            Document(need, f"{PLACES[place]}{TOPICS[topic]}{number}", f"{PLACES[place]}需要{draw.choice(PLACES)}")
        )
        pools[need] = []
        for kind in range(10):
            other = (topic + 1 + kind) % len(TOPICS)
            same = kind < 2
            title = f"{TOPICS[topic if same else other]}{'系统平台方案'[kind % 3 * 2 :][:2]}{draw.choice(PLACES)}"
            title = title if kind != 5 else f"{PLACES[place]}{TOPICS[other]}"
            one = f"c{number}-{kind}"
            offered.append(Document(one, title))
            pools[need].append(one)
            grades[need, one] = 4 if same else 2 if kind == 5 else 1
    return IndexSet.build({"needs": wanted, "capabilities": offered}), pools, grades


def test_candidates_lie_by_need_and_ascending_id():
    source, pools, _ = city(3)
    candidates = Candidates(source, {need: reversed(pool) for need, pool in pools.items()})
    assert candidates.need_ids == ["n0", "n1", "n2"]
    assert candidates.ids == [f"c{need}-{kind}" for need in range(3) for kind in range(10)]
    assert [(pool.start, pool.stop) for pool in candidates.pools] == [(0, 10), (10, 20), (20, 30)]
    assert candidates.need.tolist() == [0] * 10 + [1] * 10 + [2] * 10


def test_an_unknown_candidate_is_refused():
    source, pools, _ = city(1)
    with pytest.raises(UnknownDocument, match="nobody"):
        Candidates(source, {"n0": [*pools["n0"], "nobody"]})


def test_character_scores_follow_their_formula():
    needs = [Document("n", "焊缝 ai", "焊"), Document("m", "调度")]
    source = IndexSet.build({"needs": needs, "capabilities": [Document("a", "焊缝"), Document("b", "焊机与ai")]})
    candidates = Candidates(source, {"n": ["a", "b"], "m": ["a"]})
    # Four texts; columns are single characters and words. df: 焊 3, 缝 2, ai 2, 机 1, 与 1.
    idf = {t: np.log(5 / (0.5 + df)) ** 1.5 for t, df in {"焊": 3, "缝": 2, "ai": 2, "机": 1, "与": 1}.items()}
    title = np.array([idf["焊"], idf["缝"], idf["ai"]])
    title /= np.linalg.norm(title)
    lengths = [np.linalg.norm([idf["焊"], idf["缝"]]), np.linalg.norm([idf[t] for t in ("焊", "机", "与", "ai")])]
    mean = (lengths[0] * 2 + lengths[1]) / 3  # a stands in two pools
    a, b = (0.4 * mean + 0.6 * length for length in lengths)
    expected = [
        (title[0] * idf["焊"] + title[1] * idf["缝"] + idf["焊"]) / a,
        (title[0] * idf["焊"] + title[2] * idf["ai"] + idf["焊"]) / b,
        0.0,
    ]
    np.testing.assert_allclose(character_scores(candidates), expected, rtol=1e-6)


def test_58_features_none_of_which_knows_a_duplicate():
    source, pools, _ = city()
    values = features(Candidates(source, pools))
    assert len(values) == 58
    assert all(np.isfinite(column).all() and column.shape == (200,) for column in values.values())
    # The same capability once more under another id: equal texts have equal features.
    source.add("capabilities", [Document("copy", "缺陷检测系统仓库"), Document("twin", "缺陷检测系统仓库")])
    twins = Candidates(source, pools | {"n0": [*pools["n0"], "copy", "twin"]})
    for column in features(twins).values():
        assert column[twins.ids.index("copy")] == column[twins.ids.index("twin")]


def test_a_model_is_learned_stored_and_ranks():
    source, pools, grades = city()
    candidates = Candidates(source, pools)
    model = learn_ranking(candidates, grades)
    assert model == learn_ranking(candidates, grades)
    assert RankingModel.from_json(model.as_json()) == model
    assert model.judged == 200
    assert 0.0 <= model.plain_ndcg <= model.ndcg <= 1.0
    assert model.is_better == (model.gain_bound > 0)
    ranked = rerank(candidates, model)
    assert all(rows == sorted(rows, key=lambda row: (-row[1], row[0])) for rows in ranked.values())
    quality = ranking_quality({need: [grades[need, one] for one, _ in rows] for need, rows in ranked.items()})
    assert quality.ndcg > model.plain_ndcg


def test_the_contributions_sum_to_the_learned_score():
    source, pools, grades = city()
    candidates = Candidates(source, pools)
    model = learn_ranking(candidates, grades)
    parts = model.contributions(candidates)
    np.testing.assert_allclose(sum(parts.values()), model.scores(candidates))
    assert set(parts) == set(model.names)


def test_noise_is_refused():
    source, pools, grades = city()
    draw = random.Random(3)
    shuffled = dict(zip(grades, draw.sample(list(grades.values()), len(grades)), strict=True))
    model = learn_ranking(Candidates(source, pools), shuffled)
    assert not model.is_better


def test_too_few_needs_teach_nothing():
    source, pools, grades = city(9)
    with pytest.raises(MatchingError, match="9 needs are judged; a ranking is learned from 10 or more"):
        learn_ranking(Candidates(source, pools), grades)


def test_a_model_of_other_features_is_refused():
    source, pools, grades = city()
    text = learn_ranking(Candidates(source, pools), grades).as_json().replace('"version": 1', '"version": 99')
    with pytest.raises(MatchingError, match="feature version 99"):
        RankingModel.from_json(text)


def test_the_bound_of_a_gain():
    assert gain_bound(np.full(30, 0.02)) == pytest.approx(0.02)
    assert gain_bound(np.array([0.1, -0.1] * 20)) < 0
    assert gain_bound(np.zeros(0)) == 0.0


def test_with_a_background_a_need_is_ranked_alone_as_among_others():
    source, pools, _ = city()
    background = Background.of(source)
    together = rerank(Candidates(source, pools, background=background))
    for need, pool in pools.items():
        assert rerank(Candidates(source, {need: pool}, background=background))[need] == together[need]


def test_a_background_counts_a_text_once():
    needs, offered = [Document("n", "焊缝识别")], [Document("a", "焊缝检测"), Document("b", "焊缝检测")]
    source = IndexSet.build({"needs": needs, "capabilities": offered})
    background = Background.of(source)
    column = source.vocabulary.terms.find("焊缝")
    assert (background.documents, background.texts) == (2, 1)
    assert (background.frequencies[column], background.offered[column]) == (2.0, 1.0)


def test_a_need_outside_the_index_is_ranked_as_inside():
    source, pools, _ = city()
    source.add("needs", [Document("inside", "钢板缺陷检测", "产线需要钢板")])
    background = Background.of(source)
    inside = rerank_one(source, "inside", pools["n0"], background=background)
    outside = rerank_one(
        source, Document("outside", "钢板缺陷检测", "产线需要钢板"), pools["n0"], background=background
    )
    assert outside == inside


def test_families_and_terms_explain_the_score():
    source, pools, grades = city()
    background = Background.of(source)
    plain = rerank_one(source, "n0", pools["n0"], background=background, limit=3, terms=None)
    assert len(plain) == 3
    for one in plain:
        assert one.families == {"characters": pytest.approx(one.score)}
        assert sum(term.contribution for term in one.terms) == pytest.approx(one.score)
    model = learn_ranking(Candidates(source, pools, background=background), grades)
    assert {name.partition(".")[0] for name in model.names} == {"cos", "bm25", "pool"}
    learned = rerank_one(source, "n0", pools["n0"], background=background, model=model, terms=None)
    assert [one.score for one in learned] == sorted((one.score for one in learned), reverse=True)
    for one in learned:
        assert set(one.families) == {"characters", "cos", "bm25", "pool"}
        assert sum(one.families.values()) == pytest.approx(one.score)
    expected = rerank(Candidates(source, {"n0": pools["n0"]}, background=background), model)["n0"]
    assert [(one.id, one.score) for one in learned] == [(name, pytest.approx(score)) for name, score in expected]


def test_facets_are_learned_beside_the_texts_and_explained_apart():
    texts = [Document(f"{name}{number}", "焊缝检测") for name in "ab" for number in range(20)]
    needs = [Document(f"n{number}", f"焊缝检测{TOPICS[number % 10]}{number}") for number in range(20)]
    source = IndexSet.build({"needs": needs, "capabilities": texts})
    pools = {f"n{number}": [f"a{number}", f"b{number}"] for number in range(20)}
    # Equal texts teach as one pair, so each has words of its own.
    source.add("capabilities", [Document(one.id, f"{one.title}{one.id}") for one in texts])
    grades = {(need, one): 4 if one[0] == "b" else 1 for need, pool in pools.items() for one in pool}
    facets = {pair: {"cases": 3.0} for pair, grade in grades.items() if grade == 4}
    background = Background.of(source)
    candidates = Candidates(source, pools, background=background, facets=facets)
    assert features(candidates)["facet.cases"].tolist() == [0.0, 3.0] * 20
    model = learn_ranking(candidates, grades)
    assert "facet.cases" in model.names
    found = rerank_one(source, "n7", ["a7", "b7"], background=background, model=model, facets=facets)
    by_id = {one.id: one for one in found}
    assert found[0].id == "b7"
    assert by_id["b7"].families["facet"] > 0 > by_id["a7"].families["facet"]
    for one in found:
        assert sum(one.families.values()) == pytest.approx(one.score)
    with pytest.raises(MatchingError, match=r"the model knows facet\.cases, which is not computed here"):
        rerank_one(source, "n7", ["a7", "b7"], background=background, model=model)


def test_few_candidates_or_none_are_ranked_by_a_model_too():
    source, pools, grades = city()
    background = Background.of(source)
    model = learn_ranking(Candidates(source, pools, background=background), grades)
    (one,) = rerank_one(source, "n0", pools["n0"][:1], background=background, model=model)
    assert sum(one.families.values()) == pytest.approx(one.score)
    assert rerank_one(source, "n0", [], background=background, model=model) == []


def test_what_is_not_judged_is_looked_at_but_not_learned_from():
    source, pools, grades = city()
    background = Background.of(source)
    wide = {need: [*pool, "c0-0"] for need, pool in pools.items() if need != "n0"} | {"n0": pools["n0"]}
    trial = try_ranking(Candidates(source, wide, background=background), grades)
    assert trial.model.judged == 200
    assert int((trial.grades == 0).sum()) == 19


def test_a_model_of_the_wrong_setting_is_refused():
    source, pools, grades = city()
    model = learn_ranking(Candidates(source, pools), grades)
    with pytest.raises(MatchingError, match="hub"):
        rerank_one(source, "n0", pools["n0"], background=Background.of(source), model=model)


def test_characters_are_told_within_the_words_that_both_texts_hold():
    needs, offered = [Document("n", "铸件焊缝")], [Document("a", "铸件焊机")]
    source = IndexSet.build({"needs": needs, "capabilities": offered})
    (one,) = rerank_one(source, "n", ["a"], background=Background.of(source), terms=None)
    # 件 belongs to both words by half; 铸 and 焊, as rare as it, to one each.
    half = pytest.approx(one.score / 2)
    assert [(term.term, term.contribution) for term in one.terms] == [("件焊", half), ("铸件", half)]
