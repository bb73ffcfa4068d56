"""How a join over super-blocks gains from workers: wall time with each number of them, and the efficiency.

    python -m benchmarks.super_blocks documents.csv|collection [--workers 1 2] [--min-similarity 0.5]
        [--segment 131072] [--folder /disk] [--namespaces] [--json]

The whole path of the product: PostgreSQL and Valkey of its own, the relay, Celery workers of one process and one thread
each, tasks of two blocks claimed in the database, segments and results in the storage. Before it is measured, every
worker joins a small block often enough to have its kernels loaded. Wall time is from the start of the first task to the
end of the last; efficiency = (wall with one worker) / (n · wall with n), or against the first number that is given.

A file is laid out first. The folder of a stored `matching.Collection` is joined as it lies there, without what was
added to it since its segments were made; nothing is written to it.

--segment : documents of a block, where a file is laid out. --folder : where segments go, some 5 KB per document; by
default the folder for temporary files. --namespaces : each worker in a network namespace of its own, which reaches
nothing but files and their sockets; Linux, as root.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.collections import documents
from config.runtime.commands import run as run_beside_servers
from config.runtime.crew import die_with

if TYPE_CHECKING:
    from matching import Document
    from scenarios.models import SimilarityRun

Process = subprocess.Popen[bytes]

WARM_DOCUMENTS = 6_000
WARM_BLOCKS = 8
"""A small block that is joined with itself under as many names: tasks enough for each worker to get some."""


def migrate() -> None:
    """Make the tables, as the role that owns them."""
    owner = {**os.environ, "DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"], env=owner, check=True)


@contextmanager
def process(*command: str) -> Iterator[Process]:
    """Run a command in a session of its own for the body; it ends with the body, and where this process is killed."""
    child = subprocess.Popen(
        command,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with(signal.SIGKILL),
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def worker(number: int, namespaces: bool) -> tuple[str, ...]:
    """Return the command of a worker."""
    alone = ("unshare", "--net") if namespaces else ()
    options = (
        "-Q",
        "interactive,batch,blocks",
        "--pool",
        "solo",
        "--without-mingle",
        "--without-gossip",
        "-n",
        f"{number}@here",
    )
    return (*alone, sys.executable, "-m", "celery", "-A", "config", "worker", *options)


def wait_for(condition: Callable[[], Any], what: str, children: list[Process]) -> None:
    """Wait until something holds; a task that failed three times, or a process that ended, ends the benchmark."""
    from scenarios.models import Delivery

    while not condition():
        failed = Delivery.objects.quarantined().first()
        if failed:
            sys.exit(f"while waiting for {what}: {failed.error}")
        for child in children:
            if child.poll() is not None:
                sys.exit(f"while waiting for {what}: {child.args} ended by itself ({child.returncode})")
        time.sleep(0.1)


def run_of(epoch: str, min_similarity: float, children: list[Process]) -> "SimilarityRun":
    """Join an epoch that lies in the storage, and return the finished run."""
    from django.db import transaction

    from scenarios import similarity_runs
    from scenarios.models import SimilarityRun

    with transaction.atomic():
        run = similarity_runs.start_run("merge", min_similarity=min_similarity, epoch=epoch)
    wait_for(SimilarityRun.objects.filter(pk=run.pk, state="done").exists, f"run {run.pk}", children)
    return SimilarityRun.objects.with_progress().get(pk=run.pk)


def figures(run: "SimilarityRun", workers: int) -> dict[str, Any]:
    """Return what a run has come to."""
    spans = [(task.finished_at.timestamp(), task.seconds or 0.0) for task in run.tasks.all() if task.finished_at]
    wall = max(end for end, _ in spans) - min(end - seconds for end, seconds in spans)
    longest = max(seconds for _, seconds in spans)
    names = len(set(run.tasks.values_list("worker", flat=True)))
    found = sum(run.tasks.values_list("pairs", flat=True))
    return {
        "workers": workers,
        "took part": names,
        "tasks": len(spans),
        "pairs": found,
        "wall_s": round(wall, 2),
        "task_s": round(sum(seconds for _, seconds in spans), 2),
        "longest_task_s": round(longest, 2),
    }


def warm_documents(path: Path) -> Iterator["Document"]:
    """Yield the first documents of a file; beside a collection, which keeps no texts, made-up ones."""
    from matching import Document

    if path.is_dir():
        words = [f"w{number}" for number in range(500)]
        for number in range(WARM_DOCUMENTS):
            yield Document(str(number), "", " ".join(words[(number * step) % 500] for step in range(1, 30)))
    else:
        yield from islice(documents(path), WARM_DOCUMENTS)


def publish(path: Path, root: Path, segment: int) -> None:
    """Lay the documents out in the storage, or link a collection into it: all of them as one epoch.

    A few texts are another epoch to warm up with.
    """
    from matching import Collection
    from scenarios.epochs import Epoch, publish_epoch

    if path.is_dir():
        (root / "epochs/whole").mkdir(parents=True)
        whole = Collection.open(path)
        for name in whole.manifest["segments"]:
            (root / "epochs/whole" / name).symlink_to((path / name).resolve(), target_is_directory=True)
    else:
        whole = Collection.build(root / "epochs/whole", documents(path), segment=segment)
    sizes = [len(one) for one in whole.segments]
    blocks = [f"epochs/whole/{name}" for name in whole.manifest["segments"]]
    publish_epoch("whole", Epoch(sum(sizes), max(sizes), blocks, blocks))
    warm = Collection.build(root / "epochs/warm", warm_documents(path))
    blocks = [f"epochs/warm/{name}" for name in warm.manifest["segments"]] * WARM_BLOCKS
    publish_epoch("warm", Epoch(len(warm), len(warm), blocks, blocks))


def measure(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield a row per number of workers."""
    from scenarios.models import Heartbeat

    cost = None
    for number in asked.workers:
        Heartbeat.objects.all().delete()
        with ExitStack() as running:
            commands = [
                (sys.executable, "manage.py", "relay"),
                *(worker(one, asked.namespaces) for one in range(number)),
            ]
            children = [running.enter_context(process(*command)) for command in commands]
            beating = Heartbeat.objects.filter(name__startswith="worker")
            wait_for(lambda: beating.count() == number, "the workers", children)  # noqa: B023
            run_of("warm", asked.min_similarity, children)
            row = figures(run_of("whole", asked.min_similarity, children), number)
        cost = cost or number * row["wall_s"]
        yield {**row, "efficiency": round(cost / (number * row["wall_s"]), 3)}


def main() -> None:
    """Measure, beside throw-away servers that are started where the command does not run beside them yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path, help="id,title,body, or the folder of a collection")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--min-similarity", type=float, default=0.5)
    parser.add_argument("--segment", type=int, default=131_072)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--namespaces", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if "DATABASE_OWNER_URL" not in os.environ:
        sys.exit(run_beside_servers([sys.executable, "-m", "benchmarks.super_blocks", *sys.argv[1:]]))
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        os.environ |= {"SEGMENTS_ROOT": folder, "SUPER_BLOCK_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        migrate()
        publish(asked.documents, Path(folder), asked.segment)
        for row in measure(asked):
            print(json.dumps(row) if asked.json else row, flush=True)


if __name__ == "__main__":
    main()
