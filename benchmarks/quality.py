"""How well `rank`, `rerank`, learned models and `pair_likeness` do on judged data, and what builds and groups cost.

    DATA_DIR=/path/to/data python -m benchmarks.quality [DOCUMENTS]

Ranking (bdci_dev): nDCG@10, MAP and recall@10 by the convention of `matching.evaluation`; learned models on needs of
folds they have not seen, in five shuffles. Merging (merge_dev): average precision and best F1 of the graded pairs;
positive = grade 2, re-posts (grade 3) left out. Costs: seconds for DOCUMENTS synthetic documents (default 20,000, seed
1; 0 leaves it out).
"""

import csv
import os
import runpy
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import numpy as np

from matching import (
    DEFAULT_WEIGHTS,
    BestF1,
    Candidates,
    Document,
    IndexSet,
    RankingModel,
    RankingQuality,
    TextIndex,
    Weights,
    average_precision,
    best_f1,
    group_pairs,
    learn_ranking,
    pair_likeness,
    rank,
    ranking_quality,
    rerank,
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


def second_stage(index: IndexSet, grades: dict[str, dict[str, int]]) -> tuple[RankingQuality, list[RankingModel]]:
    """Return the figures of `rerank` without a model, and the models that five shuffles of the folds give."""
    candidates = Candidates(index, grades)
    pairs = {(need, one): grade for need, of in grades.items() for one, grade in of.items()}
    ranked = {need: [pairs[need, one] for one, _ in some] for need, some in rerank(candidates).items()}
    return ranking_quality(ranked), [learn_ranking(candidates, pairs, seed=seed) for seed in range(5)]


def merging(folder: Path) -> dict[str, tuple[float, BestF1]]:
    """Return the average precision and the best F1 of the graded pairs, by one cosine and by `pair_likeness`."""
    index = TextIndex.build(documents(folder / "needs.csv"))
    graded = {(row["need_a"], row["need_b"]): int(row["grade"]) for row in rows(folder / "grades.csv")}
    pairs = sorted(pair for pair, grade in graded.items() if grade < REPOST)
    matrix = index.matrix
    x, y = ([index.row(pair[side]) for pair in pairs] for side in (0, 1))
    cosines = np.asarray(matrix[x].multiply(matrix[y]).sum(axis=1)).ravel().tolist()
    found = {}
    for name, scores in (("one cosine", cosines), ("pair_likeness", pair_likeness(index, pairs))):
        order = sorted(range(len(pairs)), key=lambda number: (-scores[number], pairs[number]))
        relevant = [graded[pairs[number]] == MERGE_PAIR for number in order]
        found[name] = average_precision(relevant), best_f1([scores[number] for number in order], relevant)
    return found


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
    stage, models = second_stage(index, judged(real / "judgements.csv"))
    bounds = [model.gain_bound for model in models]
    learned = [model.ndcg for model in models]
    print(
        f"second stage: nDCG@10 {stage.ndcg:.4f}, MAP {stage.mean_average_precision:.4f}, recall@10 {stage.recall:.4f}"
    )
    print(
        f"learned, held out: nDCG@10 {median(learned):.4f} [{min(learned):.4f}, {max(learned):.4f}], "
        f"gain over plain ≥ {median(bounds):+.4f} (one-sided 90 %)"
    )
    for name, (precision, best) in merging(folder / "merge_dev").items():
        print(f"merging by {name}: average precision {precision:.4f}, best F1 {best.f1:.4f} at ≥ {best.threshold:.3f}")
    if count:
        join(count, folder)


if __name__ == "__main__":
    main()
