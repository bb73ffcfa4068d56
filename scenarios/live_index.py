"""The index build in use, mapped into this process: one load per build, shared by all requests."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from scenarios.models import IndexBuild

if TYPE_CHECKING:
    from matching import IndexSet


class LiveIndex(NamedTuple):
    """A build's row and its opened indexes."""

    build: IndexBuild
    indexes: "IndexSet"


_lock = Lock()
_opened: dict[tuple[str, int], LiveIndex] = {}


def folder_of(build: IndexBuild) -> Path:
    """Return where a build lies on the storage that web and workers share."""
    return Path(settings.INDEX_ROOT) / build.folder


class IndexUnreadable(Exception):
    """There is a live build but its folder cannot be read: the work waits for it to come back or to be made anew."""


def readable_index() -> LiveIndex | None:
    """Return the live index for a worker: None before the first build; raises IndexUnreadable for a damaged one.

    A worker that took "cannot be read" for "nothing there" would finish its work without an effect.
    """
    found = live_index()
    if found is None and IndexBuild.objects.live() is not None:
        raise IndexUnreadable
    return found


def live_index() -> LiveIndex | None:
    """Return the build that the live row names, or None before the first one or while its folder cannot be read."""
    from matching import IndexFormatError, IndexSet

    build = IndexBuild.objects.live()
    if build is None:
        return None
    key = (str(folder_of(build)), build.number)
    with _lock:
        if key not in _opened:
            try:
                opened = LiveIndex(build, IndexSet.load(folder_of(build)))
            except (IndexFormatError, OSError):
                return None
            _opened.clear()
            _opened[key] = opened
        return _opened[key]
