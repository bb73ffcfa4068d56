"""What the details of events are about: the keys by their names, and how their values are told."""

from collections.abc import Callable
from decimal import InvalidOperation
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scenarios.actor import Actor
from scenarios.batch_kinds import all_kinds
from scenarios.choices import ConsentState, CorePart, PrintedFormat, PrintedListKind, Subject, Treatment
from scenarios.facts import label_of, number, plain
from scenarios.models import Call, CoreVersion, District, MergedDemand, Need
from scenarios.references import LISTS
from scenarios.vagueness import kind_label, phrase_list

FIELD = "field"
"""The subject of a key that holds names of fields."""


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class Meaning(NamedTuple):
    """What a key is called, how one of its values is told, and the kind of object whose ids or codes it holds."""

    label: Any
    told: Callable[[Any], str] = plain
    subject: str = ""


class Source(NamedTuple):
    """Where objects of a kind are found.

    rows : those that somebody may read. page : the name of the address of one; empty where it has none.
    code, zh, en : columns of its code, if it has one, and of its names in Chinese and English.
    key : column of its id. is_id : whether a text can be one.
    """

    rows: Callable[[Actor], QuerySet[Any]]
    page: str = ""
    code: str = "code"
    zh: str = "title_zh"
    en: str = "title_en"
    key: str = "pk"
    is_id: Callable[[str], bool] = _is_uuid


def label_in(choices: Any) -> Callable[[Any], str]:
    """Return what tells a value by its label; an unknown one as it is."""
    return lambda value: str(dict(choices.choices).get(value, value))


def as_number(value: Any) -> str:
    """Tell a number, which may be kept as a text, without idle zeros; what is none as it is."""
    try:
        return number(value)
    except InvalidOperation:
        return plain(value)


def as_share(value: Any) -> str:
    """Tell a share that is counted in hundredths."""
    return f"{as_number(value)} %"


def as_time(value: Any) -> str:
    """Tell a time that is kept as a text."""
    return plain(parse_datetime(str(value)) or value)


def _batch(name: Any) -> str:
    return str(next((kind.label for kind in all_kinds() if kind.name == name), name))


def _list(name: Any) -> str:
    return str(LISTS[name]._meta.verbose_name_plural) if name in LISTS else str(name)


def _vague_group(name: Any) -> str:
    group = phrase_list().groups.get(name)
    return kind_label(group) if group else str(name or pgettext_lazy("vague phrase", "Fair"))


MEANINGS: dict[str, Meaning] = {
    "accounts": Meaning(_("Accounts"), subject=Subject.ACCOUNT),
    "added": Meaning(_("Added")),
    "after": Meaning(pgettext_lazy("change", "After"), as_number),
    "batch": Meaning(_("Bulk action"), _batch),
    "before": Meaning(pgettext_lazy("change", "Before"), as_number),
    "capabilities": Meaning(_("Capabilities"), subject=Subject.CAPABILITY),
    "capability": Meaning(_("Capability"), subject=Subject.CAPABILITY),
    "call": Meaning(_("Call"), subject=Subject.CALL),
    "core_version": Meaning(_("Version of the core")),
    "criteria": Meaning(_("Exit criteria")),
    "demand": Meaning(_("Pool"), subject=Subject.DEMAND),
    "entries": Meaning(_("Entries"), as_number),
    "fields": Meaning(_("Fields"), subject=FIELD),
    "format": Meaning(_("File format"), label_in(PrintedFormat)),
    "group": Meaning(_("Kind"), _vague_group),
    "joined": Meaning(pgettext_lazy("merge proposal", "Joined"), subject=Subject.NEED),
    "keep_apart": Meaning(_("Kept apart from now on")),
    "left": Meaning(pgettext_lazy("merge proposal", "Left"), subject=Subject.NEED),
    "limits": Meaning(_("Limits")),
    "list": Meaning(_("List"), _list),
    "printed_list.ordered.list": Meaning(_("List"), label_in(PrintedListKind)),
    "members": Meaning(_("Needs"), subject=Subject.NEED),
    "need": Meaning(_("Need"), subject=Subject.NEED),
    "call.addendum.number": Meaning(_("Number of the addendum")),
    "organisation": Meaning(_("Organisation"), subject=Subject.ORGANISATION),
    "organisations": Meaning(_("Organisations"), subject=Subject.ORGANISATION),
    "other": Meaning(_("Other need"), subject=Subject.NEED),
    "owners": Meaning(_("Owners")),
    "part": Meaning(_("Part of the core"), label_in(CorePart)),
    "phrase": Meaning(_("Phrase")),
    "phrases": Meaning(_("Phrases")),
    "pool": Meaning(_("Pool"), subject=Subject.DEMAND),
    "quantity": Meaning(_("Quantity"), as_number),
    "question": Meaning(_("Question")),
    "removed": Meaning(_("Removed")),
    "row": Meaning(_("Row of the file")),
    "rows": Meaning(_("Rows")),
    "score": Meaning(_("Precision"), as_number),
    "size": Meaning(_("Bytes"), as_number),
    "state": Meaning(_("Answer"), label_in(ConsentState)),
    "terms_version": Meaning(_("Version of the terms")),
    "threshold": Meaning(_("Minimum scale"), as_number),
    "together": Meaning(_("Go together")),
    "topic": Meaning(_("Topic")),
    "treatment": Meaning(_("Treatment"), label_in(Treatment)),
    "version": Meaning(_("Version")),
}
"""Key → what it is about. Where a key says something else of some events, also kind.key and subject.key."""

SOURCES: dict[str, Source] = {
    Subject.NEED: Source(Need.objects.visible_to, "need_detail"),
    Subject.DEMAND: Source(MergedDemand.objects.visible_to, "pool_detail"),
    Subject.CALL: Source(Call.objects.visible_to, "call_detail"),
}

FIELDS: dict[str, tuple[type[Model], ...]] = {
    Subject.NEED: (Need,),
    Subject.DEMAND: (CoreVersion, MergedDemand, Need),
    Subject.CALL: (Call,),
    Subject.VOCABULARY: (District,),
}
"""Kind of object → the tables whose fields its events name."""

FIELD_LABELS: dict[str, Any] = {
    "general": _("In general"),
    "phrases": _("Phrases"),
    "offered": _("On offer"),
    "position": _("Place in the list"),
}
"""Names among those of changed fields that are no columns with a name."""


def add_meanings(
    *,
    meanings: dict[str, Meaning],
    sources: dict[str, Source],
    fields: dict[str, tuple[type[Model], ...]],
    labels: dict[str, Any],
) -> None:
    """Add what this package knows nothing of; at the start of the app that has it."""
    MEANINGS.update(meanings)
    SOURCES.update(sources)
    FIELDS.update(fields)
    FIELD_LABELS.update(labels)


def meaning_of(kind: str, key: str) -> Meaning:
    """Return what a key of an event is about; an unknown one is called as it is, its values are told as they are."""
    names = (f"{kind}.{key}", f"{kind.partition('.')[0]}.{key}", key)
    return next((MEANINGS[name] for name in names if name in MEANINGS), Meaning(key))


def field_label(subject: str, name: str) -> str:
    """Return what a field of a kind of object is called in the reader's language; an unknown one as it is."""
    if name in FIELD_LABELS:
        return str(FIELD_LABELS[name])
    for model in FIELDS.get(subject, ()):
        try:
            return label_of(model, name)
        except FieldDoesNotExist:
            continue
    return name
