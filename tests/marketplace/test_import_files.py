"""What becomes of an uploaded file: encrypted while it waits, forgotten when nobody comes back, readable after a
rotation of the keys.
"""

import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from marketplace.models import ImportJob
from scenarios import encrypted_files, topics
from scenarios.models import Need
from scenarios.outbox import emit
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.marketplace.test_import_pages import GOOD, MIXED, stored_files, upload
from tests.marketplace.test_imports import FULL

DAY_SECONDS = 86_400


def age(path: Path, days: int = 2) -> None:
    before = path.stat().st_mtime - days * DAY_SECONDS
    os.utime(path, (before, before))


def night() -> None:
    with transaction.atomic():
        emit(topics.NIGHT_CAME)
    drain_outbox()


def test_an_upload_is_encrypted_where_it_lies(cast: Cast, settings: Any) -> None:
    upload(cast.client("manager"))
    (kept,) = stored_files(settings)
    assert FULL["contact_phone"].encode() in GOOD
    assert FULL["contact_phone"].encode() not in kept.read_bytes()
    assert Fernet(settings.FIELD_KEYS[0]).decrypt(kept.read_bytes()) == GOOD


def test_the_night_forgets_uploads_that_nobody_came_back_to(
    cast: Cast, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = cast.client("manager")
    upload(client)
    ImportJob.objects.update(created_at=F("created_at") - timedelta(days=2))
    upload(client, MIXED)
    with django_capture_on_commit_callbacks(execute=True):
        night()
    job = ImportJob.objects.get()
    assert [f"encrypted/{path.name}" for path in stored_files(settings)] == [job.stored]
    assert encrypted_files.read(job.stored) == MIXED


def test_the_night_leaves_an_import_under_way_alone(
    cast: Cast, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = cast.client("manager")
    upload(client)
    ImportJob.objects.update(state="running", created_at=F("created_at") - timedelta(days=2))
    age(stored_files(settings)[0])
    with django_capture_on_commit_callbacks(execute=True):
        night()
    assert encrypted_files.read(ImportJob.objects.get().stored) == GOOD


def test_the_night_removes_files_that_belong_to_no_upload(cast: Cast, settings: Any) -> None:
    for name in (encrypted_files.keep(b"old"), encrypted_files.keep(b"new")):
        if encrypted_files.read(name) == b"old":
            age(Path(settings.MEDIA_ROOT) / name)
    night()
    assert [encrypted_files.read(f"encrypted/{path.name}") for path in stored_files(settings)] == [b"new"]


def test_an_upload_is_imported_after_a_rotation_of_the_keys(cast: Cast, settings: Any) -> None:
    client = cast.client("manager")
    upload(client)
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    age(stored_files(settings)[0], days=1)
    written = stored_files(settings)[0].stat().st_mtime
    settings.FIELD_KEYS = [new, old]
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert "encrypted: 1 files\n" in out.getvalue()
    assert [path.stat().st_mtime for path in stored_files(settings)] == [pytest.approx(written)]
    settings.FIELD_KEYS = [new]
    client.post(reverse("import_start", args=[ImportJob.objects.get().pk]))
    drain_outbox()
    assert Need.objects.count() == 2


def test_a_file_of_an_unknown_key_is_named_and_stays(cast: Cast, settings: Any) -> None:
    name = encrypted_files.keep(b"kept")
    before = stored_files(settings)[0].read_bytes()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=f"No key in FIELD_KEYS opens {name}"):
        call_command("rotate_field_keys", stdout=io.StringIO())
    with pytest.raises(encrypted_files.UnreadableFile):
        encrypted_files.read(name)
    assert [path.read_bytes() for path in stored_files(settings)] == [before]
