"""`manage.py bench_real`: the judged real data through import, outbox and workers, and what comes of it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace import real_data
from marketplace.demonstration.main_job import MainJobFailed, outcome, wait_for_drain
from marketplace.imports.progress import Progress
from marketplace.imports.report import Report
from scenarios.live_index import live_index
from scenarios.models import Need

# The plain character-gram level measured before this was built.
LEAST_NDCG = 0.601
WORKER = "-m celery -A config worker -Q interactive,batch,blocks --concurrency 2 -n bench@localhost --without-gossip"
COMMANDS = {
    "worker": [*WORKER.split(), "--without-mingle", "--loglevel", "WARNING"],
    "relay": ["manage.py", "relay"],
}


class Command(BaseCommand):
    help = (
        "Import the judged real data into an empty database, let the workers work, and measure. Refused in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data-dir", default=os.environ.get("DATA_DIR", ""), help="the folder that holds bdci_dev")

    def handle(self, *args: Any, data_dir: str, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This publishes without moderation, so it is refused in production.")
        try:
            folder = real_data.find_folder(data_dir)
        except real_data.NoData as error:
            raise CommandError(str(error), returncode=2) from error
        self.stages: dict[str, float] = {}
        with self.stage("migrate"):
            migrate()
        if Need.objects.exists():
            raise CommandError("The database is not empty. Run it on throw-away servers: make bench-real DATA_DIR=…")
        with workers():
            self.run_stages(folder)
        self.report(folder)

    def run_stages(self, folder: Path) -> None:
        with self.stage("import needs") as show:
            self.require_all(real_data.import_needs(folder, show))
        with self.stage("import capabilities") as show:
            self.require_all(real_data.import_capabilities(folder, show))
        with self.stage("publish as imported") as show:
            real_data.publish_all(show)
        with self.stage("workers drain the rest") as show:
            try:
                wait_for_drain(show)
            except MainJobFailed as error:
                raise CommandError(str(error)) from error

    def require_all(self, report: Report) -> None:
        self.stdout.write(f"  {report.summary()}")
        for row in report.refused:
            raise CommandError(f"row {row.number} was refused: {row.problems[0].reason}")

    def report(self, folder: Path) -> None:
        live = live_index()
        if live is None:
            raise CommandError("There is no index build.")
        with self.stage("rank every judged pair"):
            measured = real_data.measure(live, real_data.read_grades(folder))
        found, quality = outcome(), measured.quality
        self.stdout.write(
            f"{found.published} needs and {found.capabilities} capabilities published as imported; "
            f"{found.suggestions} suggestions, {found.proposals} merge proposals"
        )
        for name, seconds in self.stages.items():
            self.stdout.write(f"  {name:<24} {seconds:7.1f} s")
        self.stdout.write(
            f"nDCG@10 {quality.ndcg:.4f} over {quality.needs} needs ({measured.pairs} judged pairs ranked with index "
            f"build {live.build.number}; at least 10 judged, one of grade 3 or more; gain 2^(grade-1)-1), "
            f"MAP {quality.mean_average_precision:.4f}, recall@10 {quality.recall:.4f}"
        )
        if quality.ndcg < LEAST_NDCG:
            raise CommandError(f"nDCG@10 {quality.ndcg:.4f} lies below {LEAST_NDCG}")

    @contextmanager
    def stage(self, name: str) -> Iterator[Any]:
        """Announce a stage, show its progress and keep its seconds."""
        began = time.monotonic()
        self.stdout.write(f"{name} …")
        with Progress(f"  {name}", self.stdout) as progress:
            yield progress.show
        self.stages[name] = time.monotonic() - began


def migrate() -> None:
    """Bring the tables up to date as their owner."""
    owner = settings.DATABASE_OWNER_URL
    environment = {**os.environ, **({"DATABASE_URL": owner} if owner else {})}
    command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
    subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=True)


@contextmanager
def workers() -> Iterator[None]:
    """Run relay and worker during the body. They stay in our process group, so whoever ends that ends them too."""
    log = Path(settings.STATE_DIR) / "log"
    log.mkdir(parents=True, exist_ok=True)
    running = []
    try:
        for name, command in COMMANDS.items():
            with (log / f"{name}.log").open("ab") as output:
                started = subprocess.Popen(
                    [sys.executable, *command], cwd=settings.BASE_DIR, stdout=output, stderr=subprocess.STDOUT
                )
            running.append(started)
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            end(one)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that was asked to end; the databases are thrown away, so one that does not end is killed."""
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
