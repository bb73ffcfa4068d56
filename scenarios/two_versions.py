"""Two versions of one form: what differs field by field, and which of the two its author keeps."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from scenarios.content import as_text

CHOICE = "keep-"


class Differing(NamedTuple):
    """A field that two authors wrote differently, in words, as `c-two-versions` draws it."""

    name: str
    label: str
    mine: str
    saved: str


def kept_as_saved(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the fields whose author keeps what is saved rather than what the form holds."""
    return frozenset(
        name.removeprefix(CHOICE) for name, value in data.items() if name.startswith(CHOICE) and value == "saved"
    )


def with_choices(data: QueryDict, saved: Mapping[str, Any]) -> QueryDict:
    """Return what was posted, with the saved value in every field whose author keeps it."""
    chosen = data.copy()
    for name in kept_as_saved(data) & set(saved):
        chosen[name] = as_text(saved[name])
    return chosen


def differing(form: forms.Form, saved: Mapping[str, Any]) -> list[Differing]:
    """Return the fields of a valid form that say something else than what is saved."""
    pairs = {name: (as_text(form.cleaned_data.get(name)), as_text(value)) for name, value in saved.items()}
    return [
        Differing(name, str(form.fields[name].label), mine, there)
        for name, (mine, there) in pairs.items()
        if mine != there
    ]


def holds_version(form: forms.Form, version: int) -> None:
    """Have a bound form post `version` next: its author has seen what is saved."""
    posted: Any = form.data
    data = posted.copy()
    data[form.add_prefix("version")] = str(version)
    form.data = data


def compared(form: forms.Form, saved: Mapping[str, Any], version: int) -> list[Differing]:
    """Return what a valid form says otherwise than what is saved; it posts the version of that next."""
    rows = differing(form, saved)
    holds_version(form, version)
    return rows


def compared_again(form: forms.Form) -> None:
    """Have a form that was posted with choices, and is drawn once more without them, compared when it is saved next."""
    if any(name.startswith(CHOICE) for name in form.data):
        holds_version(form, 0)
