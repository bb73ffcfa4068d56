"""What one page costs one reader: bytes, queries, and the time of the server.

Times are medians: what the clock showed, and how long the web process and the database's process for it worked, which
other work on the machine hardly changes. A page is over where the work is; where only the clock is, it waited.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.page_weight import bytes_of, compressed

MOST_BYTES, MOST_QUERIES, MOST_MILLISECONDS = 150_000, 12, 200
TIMES = 5


@dataclass(frozen=True)
class Measured:
    """One page as one reader got it: bytes compressed, queries, and the median milliseconds of the server.

    cpu : the milliseconds in which the web process worked rather than waited for the database or its turn; database :
    those in which the database's process for it worked, 0 where that runs on another machine.
    """

    page: str
    path: str
    reader: str
    bytes: int
    queries: int
    milliseconds: float
    cpu: float
    database: float

    @property
    def work(self) -> float:
        """Milliseconds in which somebody worked for the page; those of the clock where the database is elsewhere."""
        return self.cpu + self.database if self.database else self.milliseconds

    @property
    def worst(self) -> float:
        """How far the page is into the limit that it comes nearest to; above 1 it is over it."""
        return max(self.bytes / MOST_BYTES, self.queries / MOST_QUERIES, self.work / MOST_MILLISECONDS)

    @property
    def verdict(self) -> str:
        if self.worst > 1:
            return "**yes**"
        return "waits" if self.milliseconds > MOST_MILLISECONDS else ""


def alone() -> None:
    """Have the one process whose time is read do all the database's work for a page."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")


def measured(client: Client, page: str, path: str, reader: str) -> Measured:
    """Return what a page costs this reader, whose process has shown it once already."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    count = len(queries)
    weight = bytes_of(content) if answer["Content-Type"].startswith("text/html") else compressed(content)
    times = []
    for _ in range(TIMES):
        began = _clocks()
        again = client.get(path)
        if again.streaming:
            b"".join(again.streaming_content)
        times.append([after - before for before, after in zip(began, _clocks(), strict=True)])
    wall, cpu, database = (round(statistics.median(one) * 1000, 1) for one in zip(*times, strict=True))
    return Measured(page, path, reader, weight, count, wall, cpu, database)


def _clocks() -> tuple[float, float, float]:
    """Return the seconds of the clock, of this process's work, and of that of the database's process for it."""
    kept = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    database = int(kept.read_text().split()[0]) / 1e9 if _is_here(kept) else 0.0
    return time.perf_counter(), time.process_time(), database


@cache
def _is_here(kept: Path) -> bool:
    """Say whether the database's process runs on this machine."""
    return kept.exists() and "postgres" in kept.with_name("cmdline").read_text()


def table(found: list[Measured]) -> Iterator[str]:
    """Yield the lines of a Markdown table: each page once, as the reader got it for whom it was worst."""
    yield "| page | worst for | KB | queries | wall ms | CPU ms: web | database | over |"
    yield "|---|---|---|---|---|---|---|---|"
    worst: dict[str, Measured] = {}
    for one in sorted(found, key=lambda one: -one.worst):
        _, asked, query = one.path.partition("?")
        worst.setdefault(f"{one.page}{asked}{query}", one)
    for page, one in worst.items():
        figures = (f"{one.bytes / 1000:.0f}", one.queries, f"{one.milliseconds:.0f}", f"{one.cpu:.0f}")
        yield f"| `{page}` | {one.reader} | {' | '.join(map(str, figures))} | {one.database:.0f} | {one.verdict} |"
