"""Projects and lessons as they are printed: what everyone may read of them, whoever asks."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from marketplace.engagement_facts import gates_of, standing_of, told_indicators, told_parties
from marketplace.models import Engagement, Lesson
from scenarios.actor import PUBLIC
from scenarios.facts import label_of, text_of_field
from scenarios.printing import Entry

FACTS = ("status", "started_at", "accepted_at", "landed_at", "ended_at")


def engagement_entry(engagement: Engagement) -> Entry:
    """Return a project that was loaded with its parties."""
    source: Any = engagement.demand or engagement.need
    told = [(label_of(Engagement, name), text_of_field(engagement, name)) for name in FACTS]
    facts = [(_("Comes from"), f"{source.code} {source.title}"), *((label, text) for label, text in told if text)]
    facts += [(party.role_label, party.name) for party in told_parties(engagement, PUBLIC)]
    texts = [
        (label_of(Engagement, "summary"), engagement.summary),
        (_("Gates"), _lines((gate.get_stage_display(), gate.get_state_display()) for gate in gates_of(engagement))),
        (_("From promise to proof"), "\n".join(_proof(engagement))),
        (_("What was learnt"), "\n\n".join(f"{one.title}\n{one.text}" for one in engagement.lessons.all())),
    ]
    return Entry(engagement.code, engagement.title, facts, [(label, text) for label, text in texts if text], [])


def _lines(pairs: Iterable[tuple[Any, Any]]) -> str:
    return "\n".join(f"{label}: {text}" for label, text in pairs)


def _proof(engagement: Engagement) -> list[str]:
    """Return a line for each indicator: what the need asks, what the call froze, what the acceptance measured."""
    told = told_indicators(engagement, standing_of(PUBLIC, engagement))
    heads = (_("Need"), _("Call"), _("Accepted"))
    lines = []
    for one in told:
        values = zip(heads, (one.asked, one.frozen, one.accepted), strict=True)
        parts = [f"{head} {value}" for head, value in values if value]
        lines.append(" · ".join([one.line.indicator.metric, *parts]))
    return lines


def lesson_entry(lesson: Lesson) -> Entry:
    """Return a lesson that was loaded with `for_page`."""
    engagement = lesson.engagement
    facts = [(_("Project"), f"{engagement.code} {engagement.title}")]
    if lesson.gate:
        facts.append((_("Stage"), str(lesson.gate.get_stage_display())))
    facts.append((label_of(Lesson, "published_at"), text_of_field(lesson, "published_at")))
    return Entry(engagement.code, lesson.title, facts, [(label_of(Lesson, "text"), lesson.text)], [])
