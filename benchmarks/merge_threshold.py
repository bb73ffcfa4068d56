"""From which similarity on needs are proposed for merging: precision and recall on the demonstration's planted groups.

    [DATA_DIR=/path/to/data] python -m benchmarks.merge_threshold

A pair counts as proposed when both needs stand in one proposal that the merge desk would show: grouped, in no typed
conflict, of more than one owner. Positive are the pairs within a planted group; near-likes are planted pairs of one
field that must not be merged. With DATA_DIR set, the same thresholds on the graded pairs of real needs as well.
"""

import csv
import os
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

from benchmarks.quality import MERGE_PAIR, REPOST, documents, rows
from matching import Document, IndexSet, TextIndex, group_pairs, similar_pairs
from scenarios.conflicts import conflicts_between
from scenarios.risk import answers_from, derive_tier

DEMO = Path(__file__).resolve().parent.parent / "marketplace" / "demo"
THRESHOLDS = (0.10, 0.125, 0.15, 0.175, 0.20, 0.225, 0.25, 0.275, 0.30, 0.35, 0.40, 0.45, 0.50)
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


def build() -> tuple[IndexSet, dict[str, Row]]:
    """Return the index of what the demonstration publishes, and its poolable needs by id."""
    needs = [row for row in read("needs.csv") if row["intent"] == "publish"]
    offers = [
        Document(row["external_id"], f"{row['title_zh']} {row['title_en']}", row["solves"])
        for row in read("capabilities.csv")
    ]
    index = IndexSet.build({"needs": [need_document(row) for row in needs], "capabilities": offers})
    return index, {row["external_id"]: row for row in needs if row["merge_pref"] != "no"}


def hard_values(row: Row) -> SimpleNamespace:
    """Return what decides whether two needs conflict."""
    answers = dict.fromkeys(filter(None, row["risk_answers"].split(",")), True)
    tier = derive_tier(answers_from(answers, data_class=row["data_class"])).tier
    return SimpleNamespace(
        code=row["external_id"],
        data_class=row["data_class"],
        deploy=row["deploy"],
        quantity_unit=row["quantity_unit"],
        risk_tier=tier,
    )


def proposals(index: IndexSet, needs: dict[str, Row], threshold: float) -> list[tuple[str, ...]]:
    """Return the groups that would be proposed at a threshold."""
    found = similar_pairs(index.part("needs"), min_similarity=threshold)
    pairs = [pair for pair in found if pair.a in needs and pair.b in needs]
    values = {key: hard_values(row) for key, row in needs.items()}
    apart = {(pair.a, pair.b) for pair in pairs if conflicts_between([values[pair.a], values[pair.b]])}
    groups = group_pairs(pairs, min_linkage=threshold, max_size=MAX_SIZE, cannot_link=apart)
    return [group.members for group in groups if len({needs[one]["organisation"] for one in group.members}) > 1]


def planted() -> tuple[Pairs, Pairs]:
    """Return the pairs that belong together and the near-likes that do not."""
    members: dict[str, list[str]] = defaultdict(list)
    for row in read("merge_groups.csv"):
        members[row["group"]].append(row["external_id"])
    together = {frozenset(pair) for group in members.values() for pair in combinations(group, 2)}
    return together, {frozenset((row["a"], row["b"])) for row in read("merge_negatives.csv")}


def real_pairs(folder: Path) -> None:
    """Print precision and recall of the similarity alone on the graded pairs, re-posts left out."""
    index = TextIndex.build(documents(folder / "needs.csv"))
    graded = [row for row in rows(folder / "grades.csv") if int(row["grade"]) < REPOST]
    matrix, scored = index.matrix, []
    for row in graded:
        a, b = index.row(row["need_a"]), index.row(row["need_b"])
        scored.append((float((matrix[[a]] @ matrix[[b]].T).toarray()[0, 0]), int(row["grade"]) == MERGE_PAIR))
    positives = sum(hit for _, hit in scored)
    print(f"\n{len(scored)} graded pairs of real needs, {positives} to be merged")
    print("threshold  precision  recall    F1")
    for threshold in THRESHOLDS:
        chosen = [hit for similarity, hit in scored if similarity >= threshold]
        precision, recall = sum(chosen) / max(len(chosen), 1), sum(chosen) / positives
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{threshold:9.3f}  {precision:9.3f}  {recall:6.3f}  {f1:.3f}")


def main() -> None:
    """Print one line per threshold."""
    index, needs = build()
    together, apart = planted()
    print(f"{len(needs)} poolable needs, {len(together)} pairs in planted groups, {len(apart)} near-likes")
    print("threshold  proposals  whole groups  precision  recall    F1  near-likes proposed")
    for threshold in THRESHOLDS:
        groups = proposals(index, needs, threshold)
        proposed = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
        hits = len(proposed & together)
        precision, recall = hits / max(len(proposed), 1), hits / len(together)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        whole = sum(1 for group in groups if {frozenset(pair) for pair in combinations(group, 2)} <= together)
        print(
            f"{threshold:9.3f}  {len(groups):9d}  {whole:12d}  {precision:9.3f}  {recall:6.3f}  {f1:.3f}"
            f"  {len(proposed & apart)} of {len(apart)}"
        )
    if folder := os.environ.get("DATA_DIR"):
        real_pairs(Path(folder) / "merge_dev")


if __name__ == "__main__":
    main()
