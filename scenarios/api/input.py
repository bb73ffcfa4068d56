"""What the API reads: types only; rules are the actions' business."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

MAX_IDS = 100
MAX_VERSION = 2**31 - 1


class Strict(serializers.Serializer[Any]):
    """Refuses fields that it does not know, so that a misspelt one is not lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name: [_("This field cannot be set.")] for name in unknown[:20]})
        return super().to_internal_value(data)


class Nothing(Strict):
    """A body without fields."""


class Version(serializers.IntegerField):
    """The version that the author saw; another one in the database is a conflict."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MAX_VERSION, **options})


class Words(serializers.CharField):
    """A reason, a note or a message."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 2000, "allow_blank": True, **options})


class Reason(Strict):
    reason = Words(help_text="Why; those whom it concerns read it.")


class Note(Strict):
    note = Words(required=False, default="")


class Seen(Strict):
    """A decision on what was read: with `version`, what changed in between is not decided unseen."""

    version = Version(required=False, default=0, help_text="The version that you read; another one is a conflict.")


class SeenNote(Note, Seen):
    """A note on what was read."""


class Reasons(Strict):
    reasons = serializers.DictField(
        child=serializers.CharField(max_length=1000, allow_blank=True),
        help_text="Field → what is to be changed there; `general` for the whole.",
    )


class SeenReasons(Reasons, Seen):
    """Reasons about what was read."""


class KnownIds(serializers.ListField):
    """Ids of rows that exist for the reader: one query for all, where a related field asks for each."""

    def __init__(self, rows: Callable[[Any], Any], **options: Any) -> None:
        self._rows = rows
        super().__init__(**{"child": serializers.UUIDField(), "max_length": MAX_IDS, **options})

    def to_internal_value(self, data: Any) -> list[Any]:
        wanted = list(dict.fromkeys(super().to_internal_value(data)))
        found = set(self._rows(self.context.get("request")).filter(pk__in=wanted).values_list("pk", flat=True))
        _require_known(wanted, found)
        return wanted


class KnownId(serializers.UUIDField):
    """The id of a row that exists for the reader."""

    def __init__(self, rows: Callable[[Any], Any], **options: Any) -> None:
        self._rows = rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        wanted = super().to_internal_value(data)
        _require_known([wanted], self._rows(self.context.get("request")).filter(pk=wanted).values_list("pk", flat=True))
        return wanted


def _require_known(wanted: Iterable[Any], found: Iterable[Any]) -> None:
    unknown = sorted(str(pk) for pk in set(wanted) - set(found))
    if unknown:
        raise serializers.ValidationError(_("There is no such object: %(ids)s.") % {"ids": ", ".join(unknown[:5])})
