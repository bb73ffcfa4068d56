"""Speed and memory of a stored collection: building, joining, searching, adding, opening.

    python -m benchmarks.collections documents.csv[,…] [--queries 200] [--batch 2000] [--json]

documents.csv : id,title,body, as the generator of scenario-like texts writes it; the first 1,000 are held back to be
queries and additions. Prints one row per measurement: what, median, 99th percentile, unit.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from matching import Collection, Document
from matching.command_line import peak_memory
from matching.segments import Best, improve, merged, pairs_between

HELD = 1_000


def documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Document(row["id"], row["title"], row["body"])


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall seconds and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def spread(name: str, seconds: list[float]) -> dict[str, object]:
    """Return median and 99th percentile in milliseconds."""
    return {
        "what": name,
        "p50_ms": 1000 * float(np.median(seconds)),
        "p99_ms": 1000 * float(np.quantile(seconds, 0.99)),
    }


def each(work: Callable[[Document], object], some: list[Document]) -> list[float]:
    """Return the wall seconds of a call per document, after three that do not count."""
    for one in some[:3]:
        work(one)
    return [timed(lambda one=one: work(one))[0] for one in some[3:]]  # type: ignore[misc]


def peak_mib() -> float:
    """Return the largest resident size so far, in MiB."""
    return peak_memory() / 2**20


OPENING = """
import sys, time, resource
from matching import Collection
def private():  # clean pages of mapped files are shared as soon as a second process maps them
    lines = open("/proc/self/smaps_rollup")
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024
Collection.open(sys.argv[2]).search("钢板表面缺陷检测")    # a warm worker: modules loaded, files in the page cache
before = private()
began = time.perf_counter(); collection = Collection.open(sys.argv[1]); seconds = time.perf_counter() - began
collection.search("钢板表面缺陷检测")
print(1000 * seconds, private() - before)
"""


def measure(path: Path, folder: Path, queries: int, batch: int) -> Iterator[dict[str, object]]:
    """Yield the rows for one file."""
    every = documents(path)
    held = [next(every) for _ in range(HELD)]
    wall, cpu = timed(lambda: Collection.build(folder / "c", every))
    yield {"what": "build from raw text", "wall_s": wall, "cpu_s": cpu, "peak_mib": peak_mib()}
    collection = Collection.open(folder / "c")
    yield {"what": "documents", "n": len(collection), "terms": len(collection.vocabulary)}
    Collection.build(folder / "small", held)
    opened = [
        [float(part) for part in subprocess.run(
            [sys.executable, "-c", OPENING, str(folder / "c"), str(folder / "small")],
            check=True, capture_output=True, text=True,
        ).stdout.split()]
        for _ in range(3)
    ]  # fmt: skip
    yield {"what": "open in a warm worker", "ms": sorted(ms for ms, _ in opened)[1], "private_mib": opened[-1][1]}
    yield spread("top-10, title", each(lambda one: collection.search(one.title), held[:queries]))
    yield spread("top-10, whole text", each(lambda one: collection.search(one.title, one.body), held[:queries]))
    yield spread(
        "one new: its pairs ≥ .5", each(lambda one: collection.similar(one, min_similarity=0.5), held[:queries])
    )
    yield spread("one new: added", each(lambda one: collection.add([one]), held[:50]))
    rest = held[50:]
    wall, _cpu = timed(lambda: (collection.add(rest), collection.similar_to_each(rest, min_similarity=0.5)))
    yield {"what": f"{len(rest)} new: added and their pairs ≥ .5", "wall_s": wall}
    first, number = collection.segments[0], len(collection.segments)
    some = np.sort(np.random.default_rng(1).choice(len(first), min(batch, len(first)), replace=False))

    def best_of_some() -> None:
        best = Best.none(len(some), 10)
        for segment in collection.segments:
            improve(best, first.plan, some, segment, own=some if segment is first else None)

    wall, cpu = timed(best_of_some)
    whole = len(collection) / len(some)
    yield {"what": f"batch top-10, {len(some)} of all", "wall_s": wall, "cpu_s": cpu, "all_wall_s": wall * whole}
    found = []
    wall, cpu = timed(
        lambda: found.append(
            merged(
                pairs_between(collection.segments[i], collection.segments[j], 0.5)
                for i in range(number)
                for j in range(i + 1)
            )
        )
    )
    yield {
        "what": "join of the segments, t = .5",
        "wall_s": wall,
        "cpu_s": cpu,
        "pairs": len(found[0].x),
        "peak_mib": peak_mib(),
    }
    wall, cpu = timed(collection.compact)
    yield {"what": "compact: from stored counts to segments", "wall_s": wall, "cpu_s": cpu, "peak_mib": peak_mib()}


def main() -> None:
    """Measure the files named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path, nargs="+")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--batch", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    for path in asked.documents:
        with tempfile.TemporaryDirectory() as folder:
            for row in measure(path, Path(folder), asked.queries, asked.batch):
                rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}
                print(json.dumps(rounded, ensure_ascii=False) if asked.json else rounded, flush=True)


if __name__ == "__main__":
    main()
