"""From which likeness on needs are proposed for merging: precision and recall on the demonstration's planted groups.

    [DATA_DIR=/path/to/data] python -m benchmarks.merge_threshold

A pair counts as proposed when both needs stand in one proposal that the merge desk would show: grouped, in no typed
conflict, of more than one owner. Positive are the pairs within a planted group. Beside them stand hard negatives: the
planted pairs of one field, and 30 further needs (`merge_near_needs.csv`, which the demonstration does not load), each
in the words of a planted group and with another factual or typed core. With DATA_DIR set, the same thresholds on the
graded pairs of real needs as well. The plain cosine is printed beside the likeness that proposals are made by.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from benchmarks.quality import MERGE_PAIR, REPOST, documents, rows
from matching import (
    Document,
    IndexSet,
    MergeVectors,
    Pair,
    TextIndex,
    average_precision,
    group_pairs,
    similar_pairs,
)
from scenarios.conflicts import conflicts_between
from scenarios.risk import derive_tier

DEMO = Path(__file__).resolve().parent.parent / "marketplace" / "demo"
THRESHOLDS = (0.10, 0.125, 0.15, 0.175, 0.1875, 0.20, 0.2125, 0.225, 0.2375, 0.25, 0.275, 0.30, 0.35, 0.40, 0.50)
MAX_SIZE = 12
TEXTS = ("problem", "users_and_site", "current_process", "boundary_in")
Row = dict[str, str]
Pairs = set[frozenset[str]]


def read(name: str) -> list[Row]:
    """Read one of the demonstration's files."""
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def need_document(row: Row) -> Document:
    """Return a need as it is indexed: its titles; its public texts and the names of its indicators."""
    metrics = [line.partition("|")[0] for line in row["indicators"].splitlines()]
    body = "\n".join([*(row[name] for name in TEXTS), *metrics])
    return Document(row["external_id"], f"{row['title_zh']} {row['title_en']}", body)


def build(*, near: bool = True) -> tuple[IndexSet, dict[str, Row]]:
    """Return the index of what the demonstration publishes, and its poolable needs by id.

    near : with the needs that only this measurement has.
    """
    needs = [row for row in read("needs.csv") if row["intent"] == "publish"]
    needs += [{**row, "merge_pref": "open"} for row in read("merge_near_needs.csv")] if near else []
    offers = [
        Document(row["external_id"], f"{row['title_zh']} {row['title_en']}", row["solves"])
        for row in read("capabilities.csv")
    ]
    index = IndexSet.build({"needs": [need_document(row) for row in needs], "capabilities": offers})
    return index, {row["external_id"]: row for row in needs if row["merge_pref"] != "no"}


def hard_values(row: Row) -> SimpleNamespace:
    """Return what decides whether two needs conflict."""
    answers = dict.fromkeys(filter(None, row["risk_answers"].split(",")), True)
    tier = derive_tier(answers, data_class=row["data_class"]).tier
    return SimpleNamespace(
        code=row["external_id"],
        data_class=row["data_class"],
        deploy=row["deploy"],
        quantity_unit=row["quantity_unit"],
        risk_tier=tier,
    )


def proposals(pairs: Iterable[Pair], needs: dict[str, Row], threshold: float) -> list[tuple[str, ...]]:
    """Return the groups that would be proposed at a threshold."""
    found = [pair for pair in pairs if pair.similarity >= threshold and pair.a in needs and pair.b in needs]
    values = {key: hard_values(row) for key, row in needs.items()}
    apart = {(pair.a, pair.b) for pair in found if conflicts_between([values[pair.a], values[pair.b]])}
    groups = group_pairs(found, min_linkage=threshold, max_size=MAX_SIZE, cannot_link=apart)
    return [group.members for group in groups if len({needs[one]["organisation"] for one in group.members}) > 1]


def planted() -> tuple[Pairs, Pairs, Pairs]:
    """Return the pairs that belong together, the planted pairs that do not, and those of the needs beside them."""
    members, beside = defaultdict(list), defaultdict(list)
    for row in read("merge_groups.csv"):
        members[row["group"]].append(row["external_id"])
    for row in read("merge_near_needs.csv"):
        beside[row["beside"]].append(row["external_id"])
    together = {frozenset(pair) for group in members.values() for pair in combinations(group, 2)}
    apart = {frozenset((row["a"], row["b"])) for row in read("merge_negatives.csv")}
    hard = {frozenset((one, other)) for group, some in beside.items() for one in some for other in members[group]}
    hard |= {frozenset(pair) for some in beside.values() for pair in combinations(some, 2)}
    return together, apart, hard


class Line(NamedTuple):
    """What one threshold proposes: groups, whole ones, and its pairs against the labels."""

    threshold: float
    proposals: int
    whole: int
    precision: float
    recall: float
    near_likes: int
    hard: int


def measured(pairs: Iterable[Pair], needs: dict[str, Row], threshold: float) -> Line:
    """Return precision and recall of the whole pipeline at a threshold, by pairs."""
    together, apart, hard = planted()
    groups = proposals(pairs, needs, threshold)
    sets = [{frozenset(pair) for pair in combinations(group, 2)} for group in groups]
    proposed: Pairs = set().union(*sets)
    hits, whole = len(proposed & together), sum(1 for pairs_of in sets if pairs_of <= together)
    precision, recall = hits / max(len(proposed), 1), hits / len(together)
    return Line(threshold, len(groups), whole, precision, recall, len(proposed & apart), len(proposed & hard))


def both_scores(part: TextIndex) -> dict[str, list[Pair]]:
    """Return the pairs of an index by the plain cosine and by the likeness that proposals are made by."""
    low = min(THRESHOLDS)
    return {
        "cosine": similar_pairs(part, min_similarity=low),
        "likeness": MergeVectors(part).pairs(min_likeness=low),
    }


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean."""
    return 2 * precision * recall / max(precision + recall, 1e-9)


def real_pairs(folder: Path) -> None:
    """Print precision and recall of both scores alone on the graded pairs, re-posts left out."""
    index = TextIndex.build(documents(folder / "needs.csv"))
    graded = [row for row in rows(folder / "grades.csv") if int(row["grade"]) < REPOST]
    hits = [int(row["grade"]) == MERGE_PAIR for row in graded]
    print(f"\n{len(graded)} graded pairs of real needs, {sum(hits)} to be merged")
    matrices = {"cosine": index.matrix, "likeness": MergeVectors(index).matrix}
    for name, matrix in matrices.items():
        x, y = ([index.row(row[side]) for row in graded] for side in ("need_a", "need_b"))
        scores = np.asarray(matrix[x].multiply(matrix[y]).sum(axis=1)).ravel().tolist()
        ranked = [hit for _, hit in sorted(zip(scores, hits, strict=True), key=lambda item: -item[0])]
        print(f"{name}: average precision {average_precision(ranked):.3f}\nthreshold  precision  recall    F1")
        for threshold in THRESHOLDS:
            chosen = [hit for score, hit in zip(scores, hits, strict=True) if score >= threshold]
            precision, recall = sum(chosen) / max(len(chosen), 1), sum(chosen) / sum(hits)
            print(f"{threshold:9.4f}  {precision:9.3f}  {recall:6.3f}  {f1(precision, recall):.3f}")


def main() -> None:
    """Print one line per score and threshold."""
    index, needs = build()
    together, apart, hard = planted()
    print(f"{len(needs)} poolable needs, {len(together)} pairs in planted groups, {len(apart)} near-likes,", end=" ")
    print(f"{len(hard)} hard negatives beside them")
    for name, pairs in both_scores(index.part("needs")).items():
        print(f"\n{name}")
        print("threshold  proposals  whole  precision  recall    F1  near-likes  hard negatives proposed")
        for one in (measured(pairs, needs, threshold) for threshold in THRESHOLDS):
            print(
                f"{one.threshold:9.4f}  {one.proposals:9d}  {one.whole:5d}  {one.precision:9.3f}  {one.recall:6.3f}"
                f"  {f1(one.precision, one.recall):.3f}  {one.near_likes:10d}  {one.hard:6d}"
            )
    if folder := os.environ.get("DATA_DIR"):
        real_pairs(Path(folder) / "merge_dev")


if __name__ == "__main__":
    main()
