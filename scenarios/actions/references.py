"""What a scenario manager does with the lists of districts, chains and the like. A code is chosen once and for good."""

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.models.taxonomy import NamedReference
from scenarios.policies import require_role
from scenarios.references import FIXED, LISTS

LONGEST_NAME = 80
_CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
Names = tuple[str, str]
"""Chinese and English name."""


@transaction.atomic
def add_entry(*, actor: Actor, list_name: str, code: str, names: Names) -> NamedReference:
    """Put an entry at the end of a list. Raises Invalid for a code or a name that cannot be used or is there."""
    kind = _begin(actor, list_name)
    if list_name in FIXED:
        raise IllegalMove(_("What stands in this list comes with the product: rename or retire it."))
    code, names = code.strip(), _stripped(names)
    wrong = _wrong_names(kind, names)
    if not _CODE.fullmatch(code):
        wrong["code"] = [_("A code has 2 to 40 lower-case letters, digits and hyphens, and begins with a letter.")]
    elif kind.objects.filter(pk=code).exists():
        wrong["code"] = [_("This code is in the list already.")]
    if wrong:
        raise Invalid(wrong)
    last = kind.objects.order_by("position").values_list("position", flat=True).last() or 0
    row = kind.objects.create(code=code, name_zh=names[0], name_en=names[1], position=last + 1)
    _log("vocabulary.entry_added", row, actor, list_name)
    return row


@transaction.atomic
def rename_entry(*, actor: Actor, list_name: str, code: str, names: Names, seen: Names) -> NamedReference:
    """Call an entry something else, wherever it is used.

    seen : the names that the writer saw. Raises Conflict where somebody renamed it meanwhile, Invalid as `add_entry`.
    """
    kind = _begin(actor, list_name)
    row, names = _found(kind, code), _stripped(names)
    present = (row.name_zh, row.name_en)
    if present != seen:
        pairs = zip(("name_zh", "name_en"), names, present, strict=True)
        raise Conflict({field: (mine, theirs) for field, mine, theirs in pairs if mine != theirs})
    if wrong := _wrong_names(kind, names, beside=code):
        raise Invalid(wrong)
    row.name_zh, row.name_en = names
    row.save()
    changed = [field for field, old, new in zip(("name_zh", "name_en"), present, names, strict=True) if old != new]
    _log("vocabulary.entry_renamed", row, actor, list_name, changed=changed)
    return row


@transaction.atomic
def retire_entry(*, actor: Actor, list_name: str, code: str) -> NamedReference:
    """Offer an entry no more; it stays where it is used, and `offer_entry` undoes it. The last one cannot go."""
    kind = _begin(actor, list_name)
    row = _found(kind, code, offered=True)
    if kind.objects.offered().count() == 1:
        raise IllegalMove(_("Nothing else is offered in this list. Add another entry first."))
    row.offered = False
    row.save()
    _log("vocabulary.entry_retired", row, actor, list_name, changed=["offered"])
    return row


@transaction.atomic
def offer_entry(*, actor: Actor, list_name: str, code: str) -> NamedReference:
    """Offer a retired entry again."""
    row = _found(_begin(actor, list_name), code, offered=False)
    row.offered = True
    row.save()
    _log("vocabulary.entry_offered", row, actor, list_name, changed=["offered"])
    return row


@transaction.atomic
def move_entry(*, actor: Actor, list_name: str, code: str, up: bool) -> NamedReference:
    """Have an entry change places with the one before or after it; at the end of the list nothing happens."""
    kind = _begin(actor, list_name)
    rows: list[Any] = list(kind.objects.select_for_update())
    place = next((number for number, row in enumerate(rows) if row.pk == code), None)
    if place is None:
        raise NotFound
    row, other = rows[place], place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return row
    rows[place], rows[other] = rows[other], rows[place]
    for position, one in enumerate(rows):
        one.position = position
    kind.objects.bulk_update(rows, ["position"])
    _log("vocabulary.entry_moved", row, actor, list_name, changed=["position"])
    return row


def _begin(actor: Actor, list_name: str) -> type[NamedReference]:
    require_role(actor, "manager")
    if list_name not in LISTS:
        raise NotFound
    take_lock(f"references {list_name}")
    return LISTS[list_name]


def _found(kind: type[NamedReference], code: str, *, offered: bool | None = None) -> NamedReference:
    row: NamedReference | None = kind.objects.select_for_update().filter(pk=code).first()
    if row is None:
        raise NotFound
    if offered is not None and row.offered != offered:
        raise IllegalMove
    return row


def _stripped(names: Names) -> Names:
    return names[0].strip(), names[1].strip()


def _wrong_names(kind: type[NamedReference], names: Names, *, beside: str = "") -> dict[str, list[Any]]:
    wrong: dict[str, list[Any]] = {}
    for field, name in zip(("name_zh", "name_en"), names, strict=True):
        if not 0 < len(name) <= LONGEST_NAME:
            wrong[field] = [_("A name has 1 to 80 characters.")]
        elif kind.objects.exclude(pk=beside).filter(**{f"{field}__iexact": name}).exists():
            wrong[field] = [_("This name is in the list already.")]
    return wrong


def _log(kind: str, row: NamedReference, actor: Actor, list_name: str, changed: Any = ()) -> None:
    log_event(kind, row, actor=actor, changed=changed, list=list_name)
