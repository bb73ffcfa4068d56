"""What happened in a few words, for the e-mail that tells of it: only what everybody may read on its page."""

from collections.abc import Callable

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from scenarios.facts import listed
from scenarios.models import Addendum, Event, NeedVersion, Question
from scenarios.revisions import revisions

LONGEST = 600
"""Characters of a text that are told; the rest is read on the page."""


def _changed(event: Event) -> str:
    """Name what differs from the version that was public before; nothing at the first publication."""
    told = NeedVersion.objects.filter(need=event.subject_id, version__lte=event.data["version"]).order_by("-version")
    versions = [row.content for row in told[:2]]
    (changes,) = revisions([(versions[1], versions[0])], inside=False) if len(versions) > 1 else ([],)
    return _("Changed: %(names)s") % {"names": listed(row.label for row in changes)} if changes else ""


def _answer(event: Event) -> str:
    row = Question.objects.filter(pk=event.data["question"]).first()
    return f"{_cut(row.text)}\n\n{_cut(row.answer)}" if row else ""


def _addendum(event: Event) -> str:
    row = Addendum.objects.filter(call=event.subject_id, number=event.data["number"]).first()
    return _cut(row.text) if row else ""


def _cut(text: str) -> str:
    return str(Truncator(text).chars(LONGEST, truncate="…"))


DETAILS: dict[str, Callable[[Event], str]] = {
    "need.published": _changed,
    "call.question_answered": _answer,
    "call.addendum": _addendum,
}


def detail_of(event: Event) -> str:
    """Return the details of an event in the language that is active; empty where its sentence says it all."""
    told = DETAILS.get(event.kind)
    return told(event) if told else ""
