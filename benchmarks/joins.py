"""The similarity join beside sparse_dot_topn: CPU, wall time, memory, and whether both find the same pairs.

    DATA_DIR=/path/to/data python -m benchmarks.joins [--full] [--repeat 3] [--only PART_OF_A_NAME]

Every measurement runs in a process of its own on the same stored matrix; figures are medians with the smallest and the
largest in brackets. The peer gets all documents as the right side and, beyond 20,000 documents, every k-th document as
the left one; its time is then multiplied by k. It multiplies both triangles, as its interface has it. Synthetic
documents come from bench/corpus.py beside DATA_DIR (seed 1), real prose from DATA_DIR/prose. The plots go to
docs/images, the figures to output/bench.
"""

import argparse
import json
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array, csr_matrix

from benchmarks.quality import data_dir
from matching import Document, TextIndex
from matching.command_line import peak_memory
from matching.join import similar_rows
from matching.tables import read_documents

ROOT = Path(__file__).resolve().parent.parent
SAMPLED_FROM, LEFT = 20_000, 4_000
NEAR = 1e-6
"""Pairs so near to the threshold do not count: the peer adds up in float32."""


class Workload(NamedTuple):
    """A collection and a threshold."""

    name: str
    threshold: float
    documents: Callable[[Path], list[Document]]
    count: int


def synthetic(count: int) -> Callable[[Path], list[Document]]:
    """Return what makes `count` synthetic documents."""

    def make(folder: Path) -> list[Document]:
        corpus = runpy.run_path(str(folder.parent / "bench" / "corpus.py"))["corpus"](count, 1)
        return [Document(str(number), title, body) for number, (title, body, _) in enumerate(corpus)]

    return make


def prose(folder: Path) -> list[Document]:
    """Return the real texts."""
    return read_documents(str(folder / "prose" / "documents.csv.gz"))


def workloads(full: bool) -> Iterator[Workload]:
    """Yield what is measured."""
    for count in (10_000, 30_000, 100_000, *((300_000, 1_000_000) if full else ())):
        yield Workload(f"synthetic {count:,}", 0.5, synthetic(count), count)
    for threshold in (0.5, 0.35):
        yield Workload("prose", threshold, prose, 48_775)


def stored_matrix(path: str) -> csr_array:
    """Open what `main` stored."""
    parts = {name: np.load(f"{path}.{name}.npy", mmap_mode=None) for name in ("data", "indices", "indptr", "shape")}
    return csr_array((parts["data"], parts["indices"], parts["indptr"]), shape=tuple(parts["shape"]))


def ours(path: str, threshold: float, left: int) -> dict[str, Any]:
    """Join with `matching`; warm: the kernels are loaded by a small join before."""
    matrix = stored_matrix(path)
    list(similar_rows(csr_array(matrix[:6_000]), threshold))
    began = time.perf_counter(), time.process_time()
    found = list(similar_rows(matrix, threshold))
    figures = taken(began)
    x, y, s = (np.concatenate([part[i] for part in found]) for i in range(3))
    return figures | {"pairs": len(x), "sampled": pair_keys(x, y, s, matrix.shape[0], left, threshold)}


def peer(path: str, threshold: float, left: int) -> dict[str, Any]:
    """Join `left` documents with all, by sparse_dot_topn with two threads and no truncation."""
    from sparse_dot_topn import sp_matmul_topn

    matrix = csr_matrix(stored_matrix(path))
    rows = np.arange(0, matrix.shape[0], max(1, matrix.shape[0] // left))[:left]
    turned = matrix.T.tocsr()
    began = time.perf_counter(), time.process_time()
    product = sp_matmul_topn(
        matrix[rows], turned, top_n=matrix.shape[0], threshold=threshold - NEAR, n_threads=2, sort=False
    ).tocoo()
    figures = {key: value * matrix.shape[0] / len(rows) for key, value in taken(began).items() if key != "mib"}
    keys = pair_keys(rows[product.row], product.col, product.data, matrix.shape[0], left, threshold)
    return figures | {"mib": taken(began)["mib"], "sampled": keys}


def taken(began: tuple[float, float]) -> dict[str, float]:
    """Return wall and CPU seconds since, and the process's peak of memory."""
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    return {"wall": wall, "cpu": cpu, "mib": peak_memory() / 2**20}


def pair_keys(x: Any, y: Any, similarities: Any, documents: int, left: int, threshold: float) -> list[int]:
    """Return the pairs with a document of the sample, without those at the threshold itself, as ascending numbers."""
    step = max(1, documents // left)
    sampled = lambda rows: (rows % step == 0) & (rows // step < left)  # noqa: E731
    kept = (x != y) & (similarities > threshold + NEAR) & (sampled(x) | sampled(y))
    low, high = np.minimum(x, y)[kept].astype(np.int64), np.maximum(x, y)[kept]
    return np.unique(low * documents + high).tolist()  # type: ignore[no-any-return]


def run(side: str, path: str, threshold: float, left: int) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.joins", "--side", side, path, str(threshold), str(left)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def measure(work: Workload, folder: Path, repeat: int, place: str) -> dict[str, Any]:
    """Return the figures of one workload."""
    began = time.perf_counter()
    index = TextIndex.build(work.documents(folder))
    built = time.perf_counter() - began
    matrix, path = index.matrix, f"{place}/matrix"
    for name in ("data", "indices", "indptr"):
        np.save(f"{path}.{name}.npy", getattr(matrix, name))
    np.save(f"{path}.shape.npy", np.array(matrix.shape))
    left = matrix.shape[0] if matrix.shape[0] <= SAMPLED_FROM else LEFT
    row: dict[str, Any] = {"name": work.name, "threshold": work.threshold, "documents": len(index), "built": built}
    del index, matrix
    for side in ("ours", "peer") if find_spec("sparse_dot_topn") else ("ours",):
        times = 1 if work.count > 300_000 or side == "peer" else repeat
        results = [run(side, path, work.threshold, left) for _ in range(times)]
        row[side] = {key: [result[key] for result in results] for key in ("wall", "cpu", "mib")}
        row["pairs"] = row.get("pairs", results[0].get("pairs"))
        row.setdefault("keys", []).append(results[0]["sampled"])
    keys = row.pop("keys")
    row["identical"] = None if len(keys) < 2 else keys[0] == keys[1]
    return row


def shown(values: list[float]) -> str:
    """Return the median, and the smallest and largest where there are several."""
    spread = f" [{min(values):.3g}–{max(values):.3g}]" if len(values) > 1 else ""
    return f"{median(values):.3g}{spread}"


def table(rows: list[dict[str, Any]]) -> str:
    """Return the figures as a table in Markdown."""
    columns = ["collection", "t", "pairs", "CPU s", "wall s", "MiB"]
    columns += ["peer CPU s", "peer wall s", "peer MiB", "CPU ratio", "same pairs"]
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for row in rows:
        mine, other = row["ours"], row.get("peer")
        cells = [row["name"], row["threshold"], f"{row['pairs']:,}", *(shown(mine[k]) for k in ("cpu", "wall", "mib"))]
        cells += [shown(other[k]) for k in ("cpu", "wall", "mib")] if other else ["–"] * 3
        cells += [f"{median(other['cpu']) / median(mine['cpu']):.0f}×" if other else "–", row["identical"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Plot CPU time and memory against the number of synthetic documents, for both."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    plotted = [row for row in rows if row["name"].startswith("synthetic")]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
    for axis, key, title in zip(axes, ("cpu", "mib"), ("CPU seconds", "peak memory, MiB"), strict=True):
        for side, label in (("ours", "matching"), ("peer", "sparse_dot_topn")):
            some = [row for row in plotted if side in row]
            axis.loglog([r["documents"] for r in some], [median(r[side][key]) for r in some], marker="o", label=label)
        axis.set_xlabel("documents")
        axis.set_title(title)
        axis.grid(visible=True, which="major", alpha=0.3)
    axes[0].legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, print, store and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--side", nargs=4, metavar=("WHO", "PATH", "THRESHOLD", "LEFT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        who, path, threshold, left = options.side
        print(json.dumps({"ours": ours, "peer": peer}[who](path, float(threshold), int(left))))
        return
    folder, rows = data_dir(), []
    for work in workloads(options.full):
        if options.only in work.name:
            with tempfile.TemporaryDirectory() as place:
                rows.append(measure(work, folder, options.repeat, place))
            print(table(rows[-1:]).splitlines()[-1], f"(index {rows[-1]['built']:.1f} s)", flush=True)
    print(table(rows))
    output = ROOT / "output" / "bench"
    output.mkdir(parents=True, exist_ok=True)
    (output / "joins.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if find_spec("matplotlib") and not options.only:
        draw(rows, ROOT / "docs" / "images" / "bench-join.svg")


if __name__ == "__main__":
    main()
