"""What the staff's views have in common: filters, pages that others serve, and how a refusal gets into a form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from scenarios.disclosure import TELLING, verbatim_parts
from scenarios.errors import Conflict, Invalid
from scenarios.facts import label_of
from scenarios.models import Need


def chosen(request: HttpRequest, name: str, known: Iterable[str]) -> list[str]:
    """Return the values of a filter that the address names and the filter knows."""
    asked = set(request.GET.getlist(name))
    return [value for value in known if value in asked]


def options(
    pairs: Iterable[tuple[str, Any]], selected: Iterable[str], counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the options of a facet with the number of rows of each."""
    picked = set(selected)
    return [
        {"value": value, "label": label, "count": counts.get(value, 0), "selected": value in picked}
        for value, label in pairs
    ]


def ids_of(values: Iterable[str]) -> list[UUID]:
    """Return what can be read as ids."""
    return [key for key in map(_uuid, values) if key]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def address(name: str, *args: Any) -> str:
    """Return the address of a page that another part of the product may serve, empty where it does not."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def show_errors(form: forms.BaseForm, error: Invalid, names: Mapping[str, str] | None = None) -> None:
    """Put an action's refusal beside the fields that it names; what no field of the form carries stands above it.

    names : field of the action → field of the form, where they differ.
    """
    for name, messages in error.fields.items():
        field = (names or {}).get(name, name)
        for message in messages:
            form.add_error(field if field in form.fields else None, message)
    if not error.fields:
        form.add_error(None, error.message)


def with_one_more(request: HttpRequest, prefix: str) -> Any:
    """Return what was posted; where "add a row" was pressed without JavaScript, with room for one more row."""
    data = request.POST
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    if f"add_{prefix}" not in data or not total.isdecimal():
        return data
    more = data.copy()
    more[f"{prefix}-TOTAL_FORMS"] = str(int(total) + 1)
    return more


def posted_version(request: HttpRequest) -> int:
    """Return the version that the writer saw; 0, which nothing has, where it is missing."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


# Rows of rows: nobody compares them as text; the form keeps what was typed.
LISTS = ("indicators", "criteria", "eligibility", "fair_competition")


def comparison(model: type[Model], error: Conflict) -> dict[str, Any]:
    """Return the context of a refused save: what the two versions of each differing field say, yours first."""
    rows = [
        {"label": label_of(model, name), "values": [mine, theirs], "differs": True}
        for name, (mine, theirs) in error.differences.items()
        if mine != theirs and name not in LISTS
    ]
    return {"compared": rows, "compared_columns": [_("Yours"), _("The saved one")], "refusal": error.message}


def verbatim_labels(form: Any, needs: Sequence[Need]) -> list[str]:
    """Return the labels of the parts of a core, as it stands in its form, that are the very words of a need."""
    core = {name: form[name].value() for name in TELLING}
    return [str(form[name].label) for name in verbatim_parts(core, needs)]
