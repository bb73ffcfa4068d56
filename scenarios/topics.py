"""Names of what the outbox carries, and who listens.

An action knows topics only. Each app subscribes its tasks, by name, when it starts; the relay sends them.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

NEED_SUBMITTED = "need.submitted"
NEED_PUBLISHED = "need.published"
NEED_UNLISTED = "need.unlisted"
NEED_INDEXED = "need.indexed"
CAPABILITY_SUBMITTED = "capability.submitted"
CAPABILITY_PUBLISHED = "capability.published"
CAPABILITY_UNLISTED = "capability.unlisted"
CAPABILITY_INDEXED = "capability.indexed"
NIGHT_CAME = "night.came"
INDEX_LOST = "index.lost"
NEED_SEARCH_OUTDATED = "need.search_outdated"
CAPABILITY_SEARCH_OUTDATED = "capability.search_outdated"
SYNONYMS_CHANGED = "synonyms.changed"
RANKING_ASKED = "ranking.asked"
RANKING_CHANGED = "ranking.changed"
SUGGESTIONS_DUE = "suggestions.due"
MERGE_THRESHOLD_CHOSEN = "threshold.chosen"
MERGE_PREVIEW_ASKED = "preview.asked"
DEMAND_FORMED = "demand.formed"
CALL_OPENED = "call.opened"
RUN_STARTED = "run.started"
BLOCKS_DUE = "run.blocks_due"
BLOCKS_DONE = "run.blocks_done"
SHORTLISTS_READY = "run.shortlists_ready"
CALL_CANCELLED = "call.cancelled"
EVENT_RECORDED = "event.recorded"
MAIL_DUE = "mail.due"
DIGEST_DUE = "mail.digest_due"
WORD_PREVIEW_ASKED = "word_preview.asked"
PRINTED_LIST_ORDERED = "printed_list.ordered"
IMPORT_ASKED = "import.asked"
ENGAGEMENT_STARTED = "engagement.started"
LESSON_PUBLISHED = "lesson.published"


class Subscription(NamedTuple):
    """A task that wants a topic: its registered Celery name and the queue it runs on."""

    task: str
    queue: str


_subscriptions: dict[str, list[Subscription]] = defaultdict(list)
_awaited_kinds: set[str] = set()


def subscribe(topic: str, task: str, *, queue: str = "interactive") -> None:
    """Have `task` started once for every outbox row of `topic`. Subscribing twice is the same as once."""
    subscription = Subscription(task, queue)
    if subscription not in _subscriptions[topic]:
        _subscriptions[topic].append(subscription)


def subscribers(topic: str) -> tuple[Subscription, ...]:
    """Return who listens to `topic`, in the order of subscription."""
    return tuple(_subscriptions[topic])


def await_events(kinds: Iterable[str]) -> None:
    """Have EVENT_RECORDED sent for events of these kinds; the others are only logged."""
    _awaited_kinds.update(kinds)


def is_awaited(kind: str) -> bool:
    """Whether anyone waits for events of this kind."""
    return kind in _awaited_kinds
