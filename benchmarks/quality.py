"""How well `rank` and `similar_pairs` do on judged data, and how long a join takes.

    DATA_DIR=/path/to/data python -m benchmarks.quality [DOCUMENTS]

Ranking (bdci_dev): nDCG@10, MAP and recall@10 by the convention of `matching.evaluation`. Merging (merge_dev): average
precision and best F1 of the similarity of the graded pairs; positive = grade 2, re-posts (grade 3) left out. Join:
seconds for DOCUMENTS synthetic documents (default 20,000, seed 1; 0 leaves it out).
"""

import csv
import os
import runpy
import sys
import time
from collections import defaultdict
from pathlib import Path

from matching import (
    DEFAULT_WEIGHTS,
    Document,
    IndexSet,
    RankingQuality,
    TextIndex,
    Weights,
    average_precision,
    best_f1,
    group_pairs,
    rank,
    ranking_quality,
    similar_pairs,
)

MERGE_PAIR = 2
REPOST = 3


def data_dir() -> Path:
    """Return the folder named by DATA_DIR, or end with a message that says how to name one."""
    folder = os.environ.get("DATA_DIR")
    if not folder or not Path(folder).is_dir():
        sys.exit("DATA_DIR does not name a folder; run: DATA_DIR=FOLDER python -m benchmarks.quality")
    return Path(folder)


def documents(path: Path) -> list[Document]:
    """Read id,title,body."""
    return [Document(row["id"], row["title"], row["body"]) for row in rows(path)]


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a heading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def judged(path: Path) -> dict[str, dict[str, int]]:
    """Read need_id,capability_id,grade as need → capability → grade."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows(path):
        grades[row["need_id"]][row["capability_id"]] = int(row["grade"])
    return grades


def ranking(index: IndexSet, grades: dict[str, dict[str, int]], weights: Weights = DEFAULT_WEIGHTS) -> RankingQuality:
    """Rank each need's judged candidates and return the mean figures."""
    ranked = {}
    for need, of in grades.items():
        ordered = rank(index, need, limit=None, weights=weights, candidates=of)
        ranked[need] = [of[one.id] for one in ordered]
    return ranking_quality(ranked)


def merging(folder: Path) -> tuple[int, float, float, float]:
    """Return the number of graded pairs, the average precision, the best F1 and its threshold."""
    index = TextIndex.build(documents(folder / "needs.csv"))
    graded = [row for row in rows(folder / "grades.csv") if int(row["grade"]) < REPOST]
    matrix = index.matrix
    scored = []
    for row in graded:
        a, b = index.row(row["need_a"]), index.row(row["need_b"])
        similarity = float((matrix[[a]] @ matrix[[b]].T).toarray()[0, 0])
        scored.append((similarity, row["need_a"], row["need_b"], int(row["grade"]) == MERGE_PAIR))
    scored.sort(key=lambda item: (-item[0], item[1], item[2]))
    relevant = [item[3] for item in scored]
    best = best_f1([item[0] for item in scored], relevant)
    return len(scored), average_precision(relevant), best.f1, best.threshold


def join(count: int, folder: Path) -> None:
    """Print the time of a build, of joins and of the groups for synthetic documents."""
    corpus = runpy.run_path(str(folder.parent / "bench" / "corpus.py"))["corpus"](count, 1)
    texts = [Document(str(number), title, body) for number, (title, body, _) in enumerate(corpus)]
    start = time.perf_counter()
    index = TextIndex.build(texts)
    print(f"build   {count} documents, {index.matrix.nnz} weights: {time.perf_counter() - start:.2f} s")
    for threshold in (0.5, 0.35, 0.25):
        start = time.perf_counter()
        pairs = similar_pairs(index, min_similarity=threshold)
        joined = time.perf_counter()
        groups = group_pairs(pairs, min_linkage=threshold)
        grouped = time.perf_counter()
        print(f"join    ≥ {threshold}: {len(pairs)} pairs in {joined - start:.2f} s", end=", ")
        print(f"{len(groups)} groups in {grouped - joined:.2f} s")
    start = time.perf_counter()
    for document in texts[:100]:
        index.search(document.title, document.body)
    print(f"search  {(time.perf_counter() - start) * 10:.1f} ms per query")


def main() -> None:
    """Print all figures."""
    folder, count = data_dir(), int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    real = folder / "bdci_dev"
    start = time.perf_counter()
    index = IndexSet.build(
        {"needs": documents(real / "needs.csv"), "capabilities": documents(real / "capabilities.csv")}
    )
    built = time.perf_counter()
    figures = ranking(index, judged(real / "judgements.csv"))
    print(
        f"ranking {figures.needs} needs: nDCG@10 {figures.ndcg:.4f}, MAP {figures.mean_average_precision:.4f}, "
        f"recall@10 {figures.recall:.4f} (build {built - start:.2f} s, rank {time.perf_counter() - built:.2f} s)"
    )
    pairs, precision, f1, threshold = merging(folder / "merge_dev")
    print(f"merging {pairs} pairs: average precision {precision:.4f}, best F1 {f1:.4f} at ≥ {threshold:.3f}")
    if count:
        join(count, folder)


if __name__ == "__main__":
    main()
