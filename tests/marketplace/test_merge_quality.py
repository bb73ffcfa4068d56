"""How well merging finds the demonstration's groups, with the hard negatives that are written beside them."""

from django.conf import settings

from benchmarks.merge_threshold import both_scores, build, measured, planted, proposals, read
from tests.marketplace.demo_rows import NEEDS, ORGANISATIONS
from tests.marketplace.test_demo_files import ALLOWED


def test_precision_and_recall_at_the_threshold_that_is_set() -> None:
    index, needs = build()
    pairs = both_scores(index.part("needs"))
    line = measured(pairs["likeness"], needs, settings.MERGE_MIN_SIMILARITY)
    assert (line.proposals, line.whole, line.near_likes, line.hard) == (10, 10, 0, 0)
    assert (line.precision, round(line.recall, 3)) == (1.0, 0.939)
    plain = measured(pairs["cosine"], needs, settings.MERGE_MIN_SIMILARITY)
    assert round(plain.precision, 3) == 0.917


def test_what_the_demonstration_loads_is_found_whole() -> None:
    index, needs = build(near=False)
    found = proposals(both_scores(index.part("needs"))["likeness"], needs, settings.MERGE_MIN_SIMILARITY)
    together, _apart, _hard = planted()
    assert {frozenset((a, b)) for group in found for a in group for b in group if a < b} == together


def test_there_are_enough_hard_negatives_and_none_is_loaded() -> None:
    _together, apart, hard = planted()
    assert (len(apart), len(hard)) == (24, 120)
    rows = read("merge_near_needs.csv")
    assert len(rows) == 30
    assert not {row["external_id"] for row in rows} & NEEDS.keys()


def test_each_hard_negative_is_whole_and_says_why() -> None:
    for row in read("merge_near_needs.csv"):
        assert row["organisation"] in ORGANISATIONS
        assert all(row.values()) or {name for name, value in row.items() if not value} == {"risk_answers"}
        assert len(row["why"]) >= 15
        for name in ("quantity_unit", "data_class", "deploy"):
            assert row[name] in ALLOWED[name]


def test_the_texts_share_words_and_no_sentences() -> None:
    texts = [row["problem"] + row["boundary_in"] for row in read("merge_near_needs.csv")]
    for place, text in enumerate(texts):
        for other in texts[place + 1 :]:
            mine, theirs = ({one[at : at + 4] for at in range(len(one) - 3)} for one in (text, other))
            assert len(mine & theirs) / len(mine | theirs) < 0.2
