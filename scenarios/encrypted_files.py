"""Files with confidential content, kept for a while: encrypted with FIELD_KEYS, under names of ours."""

import os
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import InvalidToken
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from scenarios.fields import cipher

FOLDER = "encrypted"


class UnreadableFile(Exception):
    """A file was encrypted with a key that is not in FIELD_KEYS; the message is its name."""


def keep(data: bytes) -> str:
    """Store the bytes encrypted; return the name under which `read` finds them."""
    return default_storage.save(f"{FOLDER}/{uuid4().hex}", ContentFile(cipher().encrypt(data)))


def read(name: str) -> bytes:
    """Return the bytes as they were given. Raises UnreadableFile when the key is gone."""
    with default_storage.open(name) as file:
        try:
            return cipher().decrypt(file.read())
        except InvalidToken:
            raise UnreadableFile(name) from None


def forget(name: str) -> None:
    """Remove a file; it may be gone already."""
    default_storage.delete(name)


def names(*, older_than: datetime | None = None) -> list[str]:
    """Return every stored file, or those last written before a moment."""
    if not default_storage.exists(FOLDER):
        return []
    found = [f"{FOLDER}/{name}" for name in sorted(default_storage.listdir(FOLDER)[1])]
    return [name for name in found if older_than is None or default_storage.get_modified_time(name) < older_than]


def rotate() -> int:
    """Encrypt every file anew with the first of FIELD_KEYS; return how many there are. May run twice.

    Raises UnreadableFile; what was done before stays done.
    """
    return sum(_rotate(name) for name in names() if not name.endswith(".new"))


def _rotate(name: str) -> bool:
    path = Path(default_storage.path(name))
    try:
        new = cipher().rotate(path.read_bytes())
    except FileNotFoundError:  # imported or thrown away meanwhile
        return False
    except InvalidToken:
        raise UnreadableFile(name) from None
    fresh, written = path.with_suffix(".new"), path.stat()
    fresh.write_bytes(new)
    os.utime(fresh, (written.st_atime, written.st_mtime))
    fresh.replace(path)
    return True
