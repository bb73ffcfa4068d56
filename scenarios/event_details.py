"""The details of events as people read them: in words, and with a link for what has a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from scenarios.actor import Actor
from scenarios.choices import Subject
from scenarios.event_meanings import FIELD, SOURCES, Meaning, Source, field_label, meaning_of
from scenarios.models import Event


class Told(NamedTuple):
    """A value in words: an object's code, its name or any other text, and the address of its page if it has one."""

    text: str
    code: str = ""
    url: str = ""


class Detail(NamedTuple):
    """A key with its values."""

    label: str
    values: list[Told]


class EventDetails(NamedTuple):
    """What an event was about, None for what the reader may not open or has no name, and what else it says."""

    subject: Told | None
    rows: list[Detail]


Known = Mapping[tuple[str, str], Told]
"""(kind, id or code) → the object."""


def details_of(events: Sequence[Event], actor: Actor) -> list[EventDetails]:
    """Return the details of events in words; whatever they mention is read in one query."""
    known = _read({pair for event in events for pair in _mentioned(event)}, actor)
    return [EventDetails(known.get(_subject(event)), list(_rows(event, known))) for event in events]


def _subject(event: Event) -> tuple[str, str]:
    numbered = event.subject_type == Subject.ACCOUNT
    return event.subject_type, str(event.subject_id.int if numbered else event.subject_id)


def _mentioned(event: Event) -> Iterator[tuple[str, str]]:
    yield _subject(event)
    for key, value in event.data.items():
        subject = meaning_of(event.kind, key).subject
        yield from ((subject, str(one)) for one in _several(value))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _read(mentioned: Iterable[tuple[str, str]], actor: Actor) -> Known:
    asked: dict[str, set[str]] = {}
    for subject, key in mentioned:
        if subject in SOURCES:
            asked.setdefault(subject, set()).add(key)
    parts = [_rows_of(subject, SOURCES[subject], keys, actor) for subject, keys in sorted(asked.items())]
    if not parts:
        return {}
    found: dict[tuple[str, str], Told] = {}
    for subject, key, code, zh, en in parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]:
        name = (en or zh) if get_language() == "en" else (zh or en)
        page = SOURCES[subject].page
        told = Told(name or key, code, reverse(page, args=[key]) if page else "")
        found[subject, key] = found[subject, code or key] = told
    return found


def _rows_of(subject: str, source: Source, keys: set[str], actor: Actor) -> Any:
    ids = list(filter(source.is_id, keys))
    wanted = Q(**{f"{source.key}__in": ids})
    if source.code:
        wanted |= Q(**{f"{source.code}__in": [key for key in keys if key not in ids]})
    columns = {
        "told_subject": Value(str(subject), TextField()),
        "told_key": Cast(source.key, TextField()),
        "told_code": Cast(source.code, TextField()) if source.code else Value("", TextField()),
        "told_zh": Cast(F(source.zh), TextField()),
        "told_en": Cast(F(source.en), TextField()),
    }
    return source.rows(actor).filter(wanted).order_by().annotate(**columns).values_list(*columns)


def _rows(event: Event, known: Known) -> Iterator[Detail]:
    if event.changed:
        names = [field_label(event.subject_type, name) for name in event.changed]
        yield Detail(_("Changed"), [Told(name) for name in names])
    for key, value in sorted(event.data.items()):
        meaning = meaning_of(event.kind, key)
        values = [_told(event, meaning, one, known) for one in _several(value)]
        yield Detail(str(meaning.label), values or [Told(_("none"))])


def _told(event: Event, meaning: Meaning, value: Any, known: Known) -> Told:
    if meaning.subject == FIELD:
        return Told(field_label(event.subject_type, str(value)))
    if meaning.subject:
        return known.get((meaning.subject, str(value)), Told(str(value)))
    return Told(meaning.told(value))
