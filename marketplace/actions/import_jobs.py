"""An uploaded file: kept for its preview, handed to the workers, or thrown away. Each belongs to who uploaded it."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.models import ImportJob, ImportState
from scenarios import encrypted_files, topics
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, NotFound
from scenarios.journal import log_event
from scenarios.outbox import emit
from scenarios.policies import require_role

FORGOTTEN_AFTER = timedelta(days=1)


def my_jobs(actor: Actor) -> "list[ImportJob]":
    """Return the actor's uploads, newest first."""
    return list(ImportJob.objects.filter(account_id=actor.signed_in_id).defer("lines")[:20])


def my_job(actor: Actor, job_id: UUID, *, lock: bool = False) -> ImportJob:
    """Return one of the actor's own uploads. Raises NotFound for anybody else's."""
    rows = ImportJob.objects.select_for_update() if lock else ImportJob.objects.all()
    job = rows.filter(pk=job_id, account_id=actor.signed_in_id).first()
    if job is None:
        raise NotFound
    return job


@transaction.atomic
def keep_upload(*, actor: Actor, data: bytes, job: ImportJob) -> ImportJob:
    """Store the file of a previewed job, encrypted: it holds contacts."""
    require_role(actor, "manager")
    job.account_id = actor.signed_in_id
    job.stored = encrypted_files.keep(data)
    job.save(force_insert=True)
    return job


@transaction.atomic
def start_import(*, actor: Actor, job_id: UUID) -> ImportJob:
    """Hand a previewed file to the workers. Raises IllegalMove the second time."""
    require_role(actor, "manager")
    job = my_job(actor, job_id, lock=True)
    if job.state != ImportState.PREVIEW:
        raise IllegalMove(_("This file is being imported already, or has been."))
    job.state, job.counts, job.lines = ImportState.RUNNING, {}, []
    job.save()
    log_event("account.import_started", job.account, actor=actor, holds=job.kind, rows=job.rows)
    emit(topics.IMPORT_ASKED, job_id=str(job.pk), start=0)
    return job


@transaction.atomic
def discard_upload(*, actor: Actor, job_id: UUID) -> None:
    """Throw a previewed file away. Raises IllegalMove once it is being imported."""
    job = my_job(actor, job_id, lock=True)
    if job.state != ImportState.PREVIEW:
        raise IllegalMove(_("This file is being imported already, or has been."))
    _forget(job)


def _forget(job: ImportJob) -> None:
    stored = job.stored
    job.delete()
    transaction.on_commit(lambda: encrypted_files.forget(stored))


@transaction.atomic
def forget_uploads() -> None:
    """Remove previews of more than a day, to which nobody came back, and files of that age that belong to no upload."""
    before = timezone.now() - FORGOTTEN_AFTER
    forgotten = ImportJob.objects.filter(state=ImportState.PREVIEW, created_at__lt=before)
    for job in forgotten.order_by("pk").select_for_update(skip_locked=True):
        _forget(job)
    known = set(ImportJob.objects.exclude(stored="").values_list("stored", flat=True))
    for name in encrypted_files.names(older_than=before):
        if name not in known:
            encrypted_files.forget(name)
