"""Two versions of a capability in words, field by field, for the author who has to choose between them."""

from collections.abc import Mapping
from typing import Any

from marketplace.facts import label_of
from marketplace.forms.capabilities import CapabilityForm
from scenarios.two_versions import Differing


def differing_fields(differences: Mapping[str, tuple[str, str]], form: CapabilityForm) -> list[Differing]:
    """Return what differs in a conflict, in words: a choice by its label, several one below the other."""
    return [
        Differing(name, _label(form, name), *(_worded(text, _choices(form, name)) for text in pair))
        for name, pair in differences.items()
    ]


def _label(form: CapabilityForm, name: str) -> str:
    return str(form.fields[name].label) if name in form.fields else label_of(name)


def _choices(form: CapabilityForm, name: str) -> dict[str, str]:
    field: Any = form.fields.get(name)
    return {str(value): str(label) for value, label in getattr(field, "choices", ())}


def _worded(text: str, labels: Mapping[str, str]) -> str:
    return "\n".join(labels.get(line, line) for line in text.split("\n")) if labels else text
