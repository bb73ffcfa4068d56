"""The steps of an uploaded file: previewing it in the request, importing it in a worker, some rows per delivery."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation

from marketplace.actors import actor_for
from marketplace.imports.errors import Problem
from marketplace.imports.loading import load, parse_file
from marketplace.imports.report import CREATED, REFUSED, Report, RowResult, reason_lines
from marketplace.models import ImportJob, ImportState
from scenarios import encrypted_files, topics
from scenarios.actor import Actor
from scenarios.errors import NotPermitted
from scenarios.journal import log_event
from scenarios.outbox import emit

ROWS_PER_DELIVERY = 500
KEPT_LINES = 5_000
PREVIEWED = 50


def preview_of(kind: str, data: bytes, name: str, *, organisation: str, actor: Actor) -> ImportJob:
    """Return an unsaved job with what would become of its first 50 rows, and all others that cannot be read.

    The first ones are taken through the actions, in a transaction that is rolled back. Raises UnreadableFile.
    """
    parsed = parse_file(kind, data, name, organisation=organisation)
    tried = load(replace(parsed, rows=parsed.rows[:PREVIEWED]), actor=actor, dry_run=True).rows
    others = [row for row in parsed.rows[PREVIEWED:] if row.problems]
    shown = [*map(_foreseen, tried), *(RowResult(row.number, row.title, REFUSED, "", row.problems) for row in others)]
    return ImportJob(
        kind=kind,
        name=name[-120:],
        organisation=organisation,
        language=translation.get_language() or "",
        rows=len(parsed.rows),
        ignored=list(parsed.header.ignored),
        lines=[_line(row) for row in shown][:KEPT_LINES],
        counts=dict(Counter(row.outcome for row in shown)),
    )


def _foreseen(row: RowResult) -> RowResult:
    # The code of what a rehearsal has created will be another one's.
    return replace(row, code="") if row.outcome == CREATED else row


def _line(row: RowResult) -> list[Any]:
    return [row.number, row.outcome, row.code, row.title, [list(line) for line in reason_lines(row)]]


def import_rows(*, job_id: str, start: int, finish: Callable[[], None]) -> None:
    """Import the next rows of a started job in one transaction, and ask for the rest.

    start : how many rows were taken before. A delivery that comes late or twice does nothing.

    Raises NotPermitted when the account is no scenario manager any more.
    """
    with transaction.atomic():
        job = ImportJob.objects.select_for_update().filter(pk=UUID(job_id)).first()
        if job is not None and job.state == ImportState.RUNNING and job.taken == start:
            with translation.override(job.language):
                _import_some(job)
        finish()


def _import_some(job: ImportJob) -> None:
    actor = actor_for(job.account)
    if not actor.has_role("manager"):
        raise NotPermitted
    data = encrypted_files.read(job.stored)
    parsed = parse_file(job.kind, data, job.name, organisation=job.organisation)
    rows = parsed.rows[job.taken : job.taken + ROWS_PER_DELIVERY]
    _note(job, load(replace(parsed, rows=rows), actor=actor))
    job.taken += len(rows)
    if job.taken < job.rows:
        emit(topics.IMPORT_ASKED, job_id=str(job.pk), start=job.taken)
    else:
        _end(job, actor)
    job.save()


def _note(job: ImportJob, report: Report) -> None:
    job.counts = dict(Counter(job.counts) + Counter({name: count for name, count in report.counts.items() if count}))
    told = [_line(row) for row in report.rows if row.problems or row.notes]
    job.lines = [*job.lines, *told][:KEPT_LINES]


def _end(job: ImportJob, actor: Actor) -> None:
    job.state, job.finished_at = ImportState.DONE, timezone.now()
    log_event("account.import_finished", job.account, actor=actor, holds=job.kind, **job.counts)
    stored, job.stored = job.stored, ""
    transaction.on_commit(lambda: encrypted_files.forget(stored))


def report_of(job: ImportJob) -> Report:
    """Return the kept lines as a report again, for a page or a spreadsheet."""
    rows = [
        RowResult(number, title, outcome, code, tuple(Problem(*line) for line in lines))
        for number, outcome, code, title, lines in job.lines
    ]
    return Report(rows, tuple(job.ignored))
