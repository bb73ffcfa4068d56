"""Where segments and what is found between them lie: the storage `segments`, which all workers share.

Nothing in it is changed once it has its name, so a copy never goes stale. On a storage of files the files themselves
are mapped; of any other one each worker's machine keeps a copy, fetched once and checked by its digests.
"""

import hashlib
import io
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from matching import IndexFormatError
from matching.store import MANIFEST, read_folder

logger = logging.getLogger(__name__)
COPIES_KEPT = timedelta(days=2)
_checked: set[Path] = set()


class ResultDamaged(Exception):
    """What a task has written is gone or has another digest than the task noted; the task has to run again."""


def put_folder(name: str, write: Callable[[Path], None]) -> None:
    """Store a folder of `matching` under a name that nothing has yet; write(folder) makes it."""
    root = _root()
    if root:
        write(root / name)  # whole or not at all: its writer renames it into place
        return
    copies = Path(settings.SEGMENT_COPIES)
    copies.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=copies) as scratch:
        made = Path(scratch) / "folder"
        write(made)
        # The manifest comes last: a folder that has one is whole.
        for file in sorted(made.iterdir(), key=lambda one: one.name == MANIFEST):
            with file.open("rb") as opened:
                _save(f"{name}/{file.name}", File(opened))


def local_folder(name: str) -> Path:
    """Return a folder of this machine with the files of a stored one.

    Raises IndexFormatError with cause and remedy where the stored one is damaged, FileNotFoundError where it is gone.
    """
    root = _root()
    if root:
        return root / name
    copy = Path(settings.SEGMENT_COPIES) / name
    if copy not in _checked or not copy.exists():
        if not _is_whole(copy):
            _fetch(name, copy)
        _checked.add(copy)
    return copy


def _is_whole(copy: Path) -> bool:
    if not copy.exists():
        return False
    try:
        read_folder(copy, verify=True)
    except IndexFormatError:
        logger.exception("copy of a segment damaged", extra={"segment": copy.name})
        _remove(copy)
        return False
    return True


def _fetch(name: str, copy: Path) -> None:
    storage = _storage()
    copy.parent.mkdir(parents=True, exist_ok=True)
    _forget_old_copies(copy.parent)
    fetched = Path(tempfile.mkdtemp(prefix=".fetched-", dir=copy.parent))
    try:
        for file in storage.listdir(name)[1]:
            with storage.open(f"{name}/{file}") as source, (fetched / file).open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        read_folder(fetched, verify=True)
        fetched.rename(copy)
    except OSError:
        if not copy.exists():  # else another process of this machine was faster
            raise
    finally:
        shutil.rmtree(fetched, ignore_errors=True)


def _forget_old_copies(new: Path) -> None:
    """Remove from this machine what nothing was added to for days: epochs of earlier nights."""
    for old in new.parent.iterdir():
        if old != new and time.time() - old.stat().st_mtime > COPIES_KEPT.total_seconds():
            _remove(old)


def _remove(folder: Path) -> None:
    """Remove a folder in one step for everybody else; who has mapped its files keeps them."""
    aside = folder.with_name(f".removed-{uuid4().hex}")
    try:
        folder.rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def put_array(name: str, array: npt.NDArray[Any]) -> str:
    """Store an array, whole or not at all, and return the SHA-256 of its file. Twice the same is the same as once."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    put_bytes(name, buffer.getvalue())
    return hashlib.sha256(buffer.getbuffer()).hexdigest()


def get_array(name: str, digest: str) -> npt.NDArray[Any]:
    """Return a stored array; raises ResultDamaged where it is gone or does not have the digest."""
    try:
        content = get_bytes(name)
    except FileNotFoundError as error:
        raise ResultDamaged(f"{name} is missing") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ResultDamaged(f"{name} does not have its digest")
    found: npt.NDArray[Any] = np.load(io.BytesIO(content), allow_pickle=False)
    return found


def put_bytes(name: str, content: bytes) -> None:
    """Store a file, whole or not at all, in place of one of that name."""
    root = _root()
    if root is None:
        _save(name, ContentFile(content))
        return
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid4().hex}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)


def get_bytes(name: str) -> bytes:
    """Return a stored file; raises FileNotFoundError."""
    with _storage().open(name) as file:
        content: bytes = file.read()
    return content


def exists(name: str) -> bool:
    """Whether there is a file of that name."""
    return _storage().exists(name)


def folders_in(name: str) -> list[str]:
    """Return the names of the folders within one; none where it does not exist."""
    try:
        return _storage().listdir(name)[0]
    except FileNotFoundError:
        return []


def delete_folder(name: str) -> None:
    """Remove a folder with all that is in it; one that is gone is passed over."""
    root = _root()
    if root:
        _remove(root / name)
    else:
        _delete_within(_storage(), name)
        _remove(Path(settings.SEGMENT_COPIES) / name)


def _delete_within(storage: Storage, name: str) -> None:
    try:
        folders, files = storage.listdir(name)
    except FileNotFoundError:
        return
    for folder in folders:
        _delete_within(storage, f"{name}/{folder}")
    for file in files:
        storage.delete(f"{name}/{file}")


def _save(name: str, content: "File[Any]") -> None:
    storage = _storage()
    saved = storage.save(name, content)
    if saved != name:  # the name is taken: by the same content, since names are given once and results are repeatable
        storage.delete(saved)


def _root() -> Path | None:
    """Return the folder of a storage whose files can be mapped where they lie."""
    storage = _storage()
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def _storage() -> Storage:
    return storages["segments"]
