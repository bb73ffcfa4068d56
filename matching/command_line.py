"""The command line: rank judged candidates, score graded pairs, join a collection; figures as text or JSON.

    python -m matching rank --needs N.csv --capabilities C.csv --judgements J.csv
    python -m matching merge --needs N.csv --grades G.csv
    python -m matching join --documents D.csv --min-similarity 0.5 --out P.csv

Exit code 2, with a message on standard error, where an argument or a file cannot be used.
"""

import argparse
import csv
import json
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matching.candidates import Background, Candidates
from matching.errors import MatchingError
from matching.evaluation import MIN_JUDGED, average_precision, best_f1, ranking_quality
from matching.index import TextIndex
from matching.index_set import IndexSet
from matching.join import similar_rows
from matching.learning import learn_ranking
from matching.likeness import pair_likeness
from matching.ranking import rank
from matching.reranking import RankingModel, rerank
from matching.second_stage import POOL
from matching.tables import read_documents, read_grades

GRADES = range(1, 5)
MERGE_GRADES = range(4)
POSITIVE, REPOST = 2, 3
Figures = dict[str, object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    began = time.perf_counter(), time.process_time()
    try:
        figures: Figures = options.run(options)
    except MatchingError as error:
        sys.stderr.write(f"matching: {error}\n")
        return 2
    figures["seconds"] = round(time.perf_counter() - began[0], 3)
    figures["cpu_seconds"] = round(time.process_time() - began[1], 3)
    figures["peak_memory_mib"] = round(peak_memory() / 2**20, 1)
    print_figures(figures, as_json=options.json)
    return 0


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    try:
        # Unlike ru_maxrss, this begins anew in a process that a large one has started.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024
    except (OSError, StopIteration):
        # In KiB everywhere but on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def print_figures(figures: Figures, *, as_json: bool) -> None:
    """Write the figures to standard output."""
    lines = [json.dumps(figures, ensure_ascii=False)] if as_json else [f"{k}: {v}" for k, v in figures.items()]
    sys.stdout.write("\n".join(lines) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m matching", description="Rank, merge and join CSV files.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_rank(commands.add_parser("rank", help="rank capabilities for needs and compare with judgements"))
    merge = commands.add_parser("merge", help="score pairs of needs and compare with grades")
    merge.add_argument("--needs", required=True, metavar="CSV", help="id,title,body")
    merge.add_argument("--grades", required=True, metavar="CSV", help="need_a,need_b,grade (0 to 3; 2: to be merged)")
    merge.add_argument("--reposts", action="store_true", help="count grade 3 (posted again) as to be merged")
    merge.set_defaults(run=run_merge)
    join = commands.add_parser("join", help="find all pairs of documents that are similar enough")
    join.add_argument("--documents", required=True, metavar="CSV", help="id,title,body; also .csv.gz")
    join.add_argument("--min-similarity", required=True, type=float, metavar="T", help="cosine, above 0 and at most 1")
    join.add_argument("--out", metavar="CSV", help="write the pairs: a,b,similarity")
    join.set_defaults(run=run_join)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    return parser


def _add_rank(command: argparse.ArgumentParser) -> None:
    for prefix, required in (("", True), ("train-", False)):
        told = "to learn from: " if prefix else ""
        command.add_argument(f"--{prefix}needs", required=required, metavar="CSV", help=f"{told}id,title,body")
        command.add_argument(f"--{prefix}capabilities", required=required, metavar="CSV", help=f"{told}id,title,body")
        command.add_argument(
            f"--{prefix}judgements",
            required=required,
            metavar="CSV",
            help=f"{told}need_id,capability_id,grade (1 to 4)",
        )
    command.add_argument(
        "--pool",
        choices=("judged", "all"),
        default="judged",
        help="rank the judged candidates, or the whole collection",
    )
    command.set_defaults(run=run_rank)


def run_rank(options: argparse.Namespace) -> Figures:
    """Rank each need's candidates; with files to learn from, by a model learned from them.

    A model that is not better than plain cosines with 90 % confidence is not used.
    """
    training = (options.train_needs, options.train_capabilities, options.train_judgements)
    if any(training) and not all(training):
        raise MatchingError("give all three of --train-needs, --train-capabilities and --train-judgements, or none")
    indexes, grades = _judged(options.needs, options.capabilities, options.judgements)
    model = _learned(*training, whole=options.pool == "all") if all(training) else None
    used = model if model and model.is_better else None
    judged = _pools(grades)
    # The nearest of the whole collection all hold the need's terms: how rare those are has to be counted outside.
    background = Background.of(indexes) if options.pool == "all" else None
    pools = _wide_pools(indexes, judged) if options.pool == "all" else judged
    ranked = rerank(Candidates(indexes, pools, background=background), used)
    if options.pool == "all":
        _append_rest(indexes, ranked, judged)
    quality = ranking_quality({need: [grades.get((need, one), 1) for one, _ in rows] for need, rows in ranked.items()})
    figures = {
        "needs": quality.needs,
        "ndcg_at_10": round(quality.ndcg, 4),
        "map": round(quality.mean_average_precision, 4),
        "recall_at_10": round(quality.recall, 4),
    }
    return {**figures, **_of_model(model)}


def _judged(needs: str, capabilities: str, judgements: str) -> tuple[IndexSet, dict[tuple[str, str], int]]:
    parts = {"needs": read_documents(needs), "capabilities": read_documents(capabilities)}
    known = tuple({document.id for document in documents} for documents in parts.values())
    grades = read_grades(judgements, ("need_id", "capability_id"), known=known, grades=GRADES)  # type: ignore[arg-type]
    return IndexSet.build(parts), grades


def _pools(grades: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    pools: dict[str, list[str]] = {}
    for need, capability in grades:
        pools.setdefault(need, []).append(capability)
    return pools


def _wide_pools(indexes: IndexSet, judged: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the nearest capabilities of each need that counts; one with few judged candidates does not."""
    counted = [need for need, candidates in judged.items() if len(candidates) >= MIN_JUDGED]
    return {need: [one.id for one in rank(indexes, need, limit=POOL)] for need in counted}


def _append_rest(
    indexes: IndexSet, ranked: dict[str, list[tuple[str, float]]], judged: Mapping[str, list[str]]
) -> None:
    """Put the judged candidates that did not come into the second stage behind the others, in the order of `rank`."""
    for need, rows in ranked.items():
        rest = set(judged[need]) - {one for one, _ in rows}
        rows += [(one.id, one.score) for one in rank(indexes, need, limit=None, candidates=rest)]


def _learned(needs: str, capabilities: str, judgements: str, *, whole: bool) -> RankingModel:
    indexes, grades = _judged(needs, capabilities, judgements)
    pools = _pools(grades)
    if not whole:
        return learn_ranking(Candidates(indexes, pools), grades)
    near = {need: {*some, *(one.id for one in rank(indexes, need, limit=POOL))} for need, some in pools.items()}
    return learn_ranking(Candidates(indexes, near, background=Background.of(indexes)), grades)


def _of_model(model: RankingModel | None) -> Figures:
    if model is None:
        return {"model": "none"}
    return {
        "model": "used" if model.is_better else "refused: not better than plain cosines with 90 % confidence",
        "model_held_out_ndcg": round(model.ndcg, 4),
        "model_plain_ndcg": round(model.plain_ndcg, 4),
        "model_gain_bound": round(model.gain_bound, 4),
    }


def run_merge(options: argparse.Namespace) -> Figures:
    """Score the graded pairs of needs; ties by the pair's ids."""
    documents = read_documents(options.needs)
    known = {document.id for document in documents}
    grades = read_grades(options.grades, ("need_a", "need_b"), known=(known, known), grades=MERGE_GRADES, ordered=False)
    pairs = sorted(pair for pair, grade in grades.items() if options.reposts or grade != REPOST)
    scores = pair_likeness(TextIndex.build(documents), pairs)
    order = sorted(range(len(pairs)), key=lambda number: (-scores[number], pairs[number]))
    relevant = [grades[pairs[number]] >= POSITIVE for number in order]
    best = best_f1([scores[number] for number in order], relevant)
    return {
        "pairs": len(pairs),
        "positives": sum(relevant),
        "average_precision": round(average_precision(relevant), 4),
        "best_f1": round(best.f1, 4),
        "threshold": round(best.threshold, 4),
        "precision": round(best.precision, 4),
        "recall": round(best.recall, 4),
    }


def run_join(options: argparse.Namespace) -> Figures:
    """Find all similar pairs; the figures leave out reading and writing, and tell the time of both stages."""
    if not 0.0 < options.min_similarity <= 1.0:
        raise MatchingError(f"--min-similarity is {options.min_similarity}; it has to be above 0 and at most 1")
    documents = read_documents(options.documents)
    clock = Clock()
    index = TextIndex.build(documents)
    ids, matrix = index.ids, index.matrix
    figures: Figures = {"documents": len(ids), "terms": matrix.shape[1]}
    del documents, index  # a large collection is not held twice
    figures |= clock.lap("index")
    found = list(similar_rows(matrix, options.min_similarity))
    figures |= {"pairs": sum(len(x) for x, _, _ in found)} | clock.lap("join")
    if options.out:
        _write_pairs(options.out, ids, found)
    return figures


class Clock:
    """Wall and CPU seconds since the last lap."""

    def __init__(self) -> None:
        self._last = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> Figures:
        """Return {name_seconds, name_cpu_seconds} and begin anew."""
        now = time.perf_counter(), time.process_time()
        wall, cpu = (round(after - before, 3) for after, before in zip(now, self._last, strict=True))
        self._last = now
        return {f"{name}_seconds": wall, f"{name}_cpu_seconds": cpu}


def _write_pairs(path: str, ids: Sequence[str], found: Iterable[tuple[Any, Any, Any]]) -> None:
    rows = [
        (*sorted((ids[x], ids[y])), f"{similarity:.6f}")
        for part in found
        for x, y, similarity in zip(*(column.tolist() for column in part), strict=True)
    ]
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["a", "b", "similarity"])
            writer.writerows(sorted(rows))
    except OSError as error:
        raise MatchingError(f"{path} cannot be written ({error.strerror or error})") from error
