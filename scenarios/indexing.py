"""Making the next index build out of the live one: load, change, save under a new name, switch the live row."""

import logging
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from scenarios import topics
from scenarios.live_index import folder_of
from scenarios.locks import take_lock, wait_for_lock
from scenarios.models import Delivery, IndexBuild
from scenarios.outbox import emit
from scenarios.synonyms import current_analyzer

if TYPE_CHECKING:
    from matching import Document, IndexSet

logger = logging.getLogger(__name__)
KEPT_BUILDS = 3
ORPHAN_AGE_SECONDS = 3600
TRIES = 20
PATIENCE = 3
"""Times that synonyms which change while a build is made have it made anew; then it goes live and the next follows."""


class BuildRaced(Exception):
    """Another worker switched the live build first, again and again; the delivery will be tried later."""


def update_index(
    part: str,
    *,
    documents: Callable[[], list["Document"]],
    removed: Iterable[str],
    finish: Callable[[IndexBuild], None],
) -> IndexBuild:
    """Put documents into a part of the index, take others out, and make the result the live build.

    documents : read anew for every try, after the build that the try starts from: what another worker has just
    taken out must not come back.
    finish : called with the new build in the transaction that switches to it.

    Nothing slow happens in that transaction: it only checks that the build started from is still the live one.
    """
    removed = list(removed)
    for _ in range(TRIES):
        start = IndexBuild.objects.live()
        index = _changed(start, part, documents(), removed)
        if index is None:
            continue
        build = _saved(start, index, finish)
        if build is not None:
            return build
    raise BuildRaced


def _saved(start: IndexBuild | None, index: "IndexSet", finish: Callable[[IndexBuild], None]) -> IndexBuild | None:
    """Save a build and make it the live one; None where another one went live since `start`."""
    folder = f"build-{uuid4().hex}"
    index.save(Path(settings.INDEX_ROOT) / folder)
    build = _switch(start, index, folder, finish)
    if build is None:
        shutil.rmtree(Path(settings.INDEX_ROOT) / folder, ignore_errors=True)
    else:
        _prune()
    return build


def _changed(start: IndexBuild | None, part: str, documents: list["Document"], removed: list[str]) -> "IndexSet | None":
    """Return the live indexes with the changes; None where they were lost and everything begins anew."""
    from matching import IndexFormatError, IndexSet

    Path(settings.INDEX_ROOT).mkdir(parents=True, exist_ok=True)
    try:
        folder = folder_of(start) if start else None
        index = IndexSet.load(folder, verify=True) if folder else IndexSet(analyzer=current_analyzer())
    except (IndexFormatError, OSError):
        logger.exception("index build lost", extra={"build": start.number if start else 0})
        start_anew(start)
        return None
    gone = index.remove(part, removed)
    index.add(part, documents)
    # A new epoch drops terms that no document holds: the words of a withdrawn text leave the index with it.
    if gone or index.needs_refit:
        index.refit()
    return index


def begin_epoch(
    *, documents: Callable[[], dict[str, list["Document"]]], finish: Callable[[IndexBuild | None], None]
) -> IndexBuild | None:
    """Index everything anew with the present synonyms and make that the live build; until then the old one serves.

    documents : everything on offer, by part of the index; read anew for every try.
    finish : called in the transaction that switches, with the new build; with None where there is nothing to do,
    because the live build knows these synonyms already or the first build is still to come.

    What is published or changed meanwhile is noticed at the switch, and the work begins anew; so many changes at once
    make one build.
    """
    from matching import IndexSet

    for attempt in range(TRIES):
        start, analyzer = IndexBuild.objects.live(), current_analyzer()
        if start is None or start.analyzer == analyzer.name:
            with transaction.atomic():
                finish(None)
            return None
        index = IndexSet.build(documents(), analyzer=analyzer)
        if attempt < PATIENCE and current_analyzer().name != analyzer.name:
            continue
        build = _saved(start, index, finish)
        if build is not None:
            return build
    raise BuildRaced


def notice_new_synonyms() -> bool:
    """Have a new epoch begun where the live build does not know the present synonyms and no work for it is under way.

    That is so after an upgrade that brings synonyms. Returns whether it was.
    """
    live = IndexBuild.objects.live()
    if live is None or live.analyzer == current_analyzer().name:
        return False
    with transaction.atomic():
        take_lock("synonyms")
        if Delivery.objects.unfinished().filter(topic=topics.SYNONYMS_CHANGED).exists():
            return False
        emit(topics.SYNONYMS_CHANGED, concept_ids=[])
    return True


def replace_lost_build() -> bool:
    """Begin anew where the live build's folder is gone or damaged: everything on offer is indexed again.

    Returns whether it had to. Until the new build is live, searches find nothing rather than something wrong.
    """
    from matching import IndexFormatError, IndexSet

    live = IndexBuild.objects.live()
    if live is None:
        return False
    try:
        IndexSet.load(folder_of(live), verify=True)
    except (IndexFormatError, OSError):
        logger.exception("index build lost", extra={"build": live.number})
        start_anew(live)
        return True
    return False


@transaction.atomic
def start_anew(live: IndexBuild | None) -> None:
    """Retire the live build and have both sides index everything on offer."""
    if live is None or IndexBuild.objects.filter(pk=live.pk, live=True).update(live=False):
        emit(topics.INDEX_LOST)


def _switch(
    start: IndexBuild | None, index: "IndexSet", folder: str, finish: Callable[[IndexBuild], None]
) -> IndexBuild | None:
    with transaction.atomic():
        wait_for_lock("index build")
        live = IndexBuild.objects.live()
        if (live and live.number) != (start and start.number):
            return None
        IndexBuild.objects.filter(live=True).update(live=False)
        build = IndexBuild.objects.create(
            folder=folder,
            live=True,
            needs=len(index.part("needs")),
            capabilities=len(index.part("capabilities")),
            terms=len(index.vocabulary),
            analyzer=index.analyzer.name,
        )
        finish(build)
    logger.info("index build live", extra={"build": build.number, "needs": build.needs, "caps": build.capabilities})
    return build


def _prune() -> None:
    """Remove folders that no reader opens any more; who still maps one keeps it until it lets go."""
    recent = set(IndexBuild.objects.all()[:KEPT_BUILDS].values_list("folder", flat=True))
    # A writer that was killed leaves a folder with a leading dot.
    for folder in Path(settings.INDEX_ROOT).glob("*build-*"):
        if folder.name in recent:
            continue
        row = IndexBuild.objects.filter(folder=folder.name).exists()
        try:
            if row or time.time() - folder.stat().st_mtime > ORPHAN_AGE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            continue
