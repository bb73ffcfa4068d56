"""The judged real data: through the import and the workers into a database, then measured on the index build in use.

The convention of the figures is that of `matching.evaluation`; ties are broken by the capability's id in the data.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from marketplace.actions.capabilities import publish_imported as publish_capability
from marketplace.imports.loading import Parsed, load, parse_file
from marketplace.imports.report import Report
from marketplace.models import Capability
from marketplace.suggesting import background_of
from matching import RankingQuality, ranking_quality, rerank_one
from scenarios.actions.needs import publish_imported as publish_need
from scenarios.actor import SYSTEM
from scenarios.live_index import LiveIndex
from scenarios.models import Need

FOLDER = "bdci_dev"
FILES = ("needs.csv", "capabilities.csv", "judgements.csv")
SUPPLIER = "Benchmark supplier"
PER_TRANSACTION = 500
Progress = Callable[[int, int], None]
Grades = dict[str, dict[str, int]]


class NoData(Exception):
    """The folder does not hold the data; the message says what is missing."""


def find_folder(data_dir: str) -> Path:
    """Return the folder of the judged data inside `data_dir`. Raises NoData."""
    if not data_dir:
        raise NoData("Say where the data is: --data-dir FOLDER, or DATA_DIR=FOLDER in the environment.")
    folder = Path(data_dir) / FOLDER
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise NoData(f"{folder} lacks {', '.join(missing)}.")
    return folder


def import_needs(folder: Path, progress: Progress) -> Report:
    """Import the needs, each under an organisation of its own: one owner's needs are never proposed for merging."""
    parsed = parse_file("needs", (folder / "needs.csv").read_bytes(), "needs.csv", organisation="?")
    rows = [
        replace(row, values={**row.values, "organisation": f"Benchmark enterprise {number:03d}"})
        for number, row in enumerate(parsed.rows, start=1)
    ]
    return _load(replace(parsed, rows=rows), progress)


def import_capabilities(folder: Path, progress: Progress) -> Report:
    """Import the capabilities, all of one supplier."""
    data = (folder / "capabilities.csv").read_bytes()
    return _load(parse_file("capabilities", data, "capabilities.csv", organisation=SUPPLIER), progress)


def _load(parsed: Parsed, progress: Progress) -> Report:
    return load(parsed, actor=SYSTEM, progress=progress)


def publish_all(progress: Progress) -> int:
    """Publish every imported draft as imported; return how many.

    In transactions of many rows: news is seen at the commit, and with one at a time the workers would build an index
    for every few capabilities.
    """
    waiting: list[tuple[Callable[..., Any], dict[str, Any]]] = []
    for model, act, argument in (
        (Need, publish_need, "need_id"),
        (Capability, publish_capability, "capability_id"),
    ):
        drafts = model.objects.filter(status="draft").values_list("pk", flat=True)
        waiting += [(act, {argument: pk}) for pk in drafts]
    for start in range(0, len(waiting), PER_TRANSACTION):
        with transaction.atomic():
            for act, subject in waiting[start : start + PER_TRANSACTION]:
                act(actor=SYSTEM, **subject)
        progress(min(start + PER_TRANSACTION, len(waiting)), len(waiting))
    return len(waiting)


def read_grades(folder: Path) -> Grades:
    """Return need id → capability id → grade, by the ids in the data."""
    grades: Grades = defaultdict(dict)
    with (folder / "judgements.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            grades[row["need_id"]][row["capability_id"]] = int(row["grade"])
    return grades


@dataclass(frozen=True)
class Measured:
    """The quality of the order in which judged pairs are suggested, and how many pairs were ranked."""

    quality: RankingQuality
    pairs: int


def measure(live: LiveIndex, grades: Grades) -> Measured:
    """Rank each need's judged capabilities as suggestions are, and compare with the grades.

    Raises LookupError when a judged pair is not in the index.
    """
    needs, capabilities = _keys(Need, grades), _keys(Capability, {pk for of in grades.values() for pk in of})
    names = {key: name for name, key in capabilities.items()}
    indexed, background = live.indexes.part("capabilities"), background_of(live)
    ranked: dict[str, list[int]] = {}
    for need, of in grades.items():
        missing = [one for one in of if capabilities.get(one) not in indexed]
        if missing:
            raise LookupError(f"{len(missing)} of {len(of)} judged capabilities of {need} are not in the index")
        pool = [capabilities[one] for one in of]
        found = rerank_one(live.indexes, needs[need], pool, background=background, terms=0)
        ordered = sorted(found, key=lambda one: (-one.score, names[one.id]))
        ranked[need] = [of[names[one.id]] for one in ordered]
    return Measured(ranking_quality(ranked), sum(map(len, ranked.values())))


def _keys(model: Any, external_ids: Iterable[str]) -> dict[str, str]:
    rows = model.objects.filter(external_id__in=list(external_ids)).values_list("external_id", "pk")
    return {name: str(pk) for name, pk in rows}
