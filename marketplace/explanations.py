"""Why something is suggested, in words: which hard values fit, and what would pass a gate that failed.

Everything quoted here is public: titles, texts, quantities and conditions of needs and capabilities. The quantity of
a pool of fewer than three owners is not told, since each of them could subtract its own.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.facts import quantity_text
from scenarios.choices import DataClass, Deploy, Unit
from scenarios.facts import listed
from scenarios.models import District

Verdict = Mapping[str, Any]


class Explanation(NamedTuple):
    """One gate in words; `remedy` says what would pass it, empty when it is met."""

    gate: str
    met: bool
    label: Any
    text: str
    remedy: str


GATE_LABELS = {
    "data_class": gettext_lazy("Data"),
    "deploy": gettext_lazy("Where it runs"),
    "district": gettext_lazy("District"),
    "unit": gettext_lazy("Unit"),
    "min_scale": gettext_lazy("Minimum scale"),
}


def explain(verdicts: Iterable[Verdict], *, districts: Mapping[str, str], exact: bool = True) -> list[Explanation]:
    """Return the gates in words, the failed ones first.

    districts : code → name, see `district_names`. exact : whether the quantity asked for may be told.
    """
    rows = [_explained(verdict, districts, exact) for verdict in verdicts]
    return sorted(rows, key=lambda row: row.met)


def district_names() -> dict[str, str]:
    """Return the names of all districts in the reader's language: one query."""
    return {district.pk: str(district) for district in District.objects.all()}


def _explained(verdict: Verdict, districts: Mapping[str, str], exact: bool) -> Explanation:
    gate, met = verdict["gate"], bool(verdict["met"])
    text, remedy = _scale(verdict, exact) if gate == "min_scale" else WORDS[gate](verdict, districts)
    return Explanation(gate, met, GATE_LABELS[gate], text, "" if met else remedy)


def _named(codes: str, options: Mapping[str, Any]) -> str:
    return listed(options.get(code, code) for code in codes.split(", "))


def _data_class(verdict: Verdict, districts: Mapping[str, str]) -> tuple[str, str]:
    values = {"asked": _named(verdict["asked"], dict(DataClass.choices))}
    values["offered"] = _named(verdict["offered"], dict(DataClass.choices))
    if verdict["met"]:
        return _("%(asked)s: the capability may touch it.") % values, ""
    return (
        _("It is about %(asked)s; the capability may touch %(offered)s.") % values,
        _("Passes when the capability may touch %(asked)s.") % values,
    )


def _deploy(verdict: Verdict, districts: Mapping[str, str]) -> tuple[str, str]:
    values = {"asked": _named(verdict["asked"], dict(Deploy.choices))}
    values["offered"] = _named(verdict["offered"], dict(Deploy.choices))
    if verdict["met"]:
        return _("Asked: %(asked)s. Offered: %(offered)s.") % values, ""
    return (
        _("It has to run %(asked)s; the capability runs %(offered)s.") % values,
        _("Passes when the capability can run %(asked)s.") % values,
    )


def _district(verdict: Verdict, districts: Mapping[str, str]) -> tuple[str, str]:
    values = {"asked": _named(verdict["asked"], districts), "offered": _named(verdict["offered"], districts)}
    if verdict["met"]:
        return _("%(asked)s is served.") % values, ""
    return (
        _("It is in %(asked)s; the capability serves %(offered)s.") % values,
        _("Passes when the capability serves %(asked)s.") % values,
    )


def _unit(verdict: Verdict, districts: Mapping[str, str]) -> tuple[str, str]:
    units = dict(Unit.choices)
    values = {"asked": _named(verdict["asked"], units), "offered": _named(verdict["offered"], units)}
    return (
        _("It is counted in %(asked)s, the minimum scale in %(offered)s.") % values,
        _("Passes when the capability states its minimum scale in %(asked)s.") % values,
    )


def _scale(verdict: Verdict, exact: bool) -> tuple[str, str]:
    """Return the sentence of the scale: ``4 of 12 lines: 8 more are needed.`` Without a gap what is asked is a band."""
    unit = verdict.get("unit", "")
    values = {name: quantity_text(verdict[name], unit) for name in ("asked", "offered") if verdict[name]}
    values |= {"have": verdict["asked"], "gap": verdict.get("gap", "")}
    if verdict["met"]:
        return _("%(asked)s; worth it from %(offered)s.") % values, ""
    if not exact:
        missing = _("The minimum of %(offered)s is not reached yet.")
    elif values["gap"]:
        missing = _("%(have)s of %(offered)s: %(gap)s more are needed.")
    else:
        missing = _("%(asked)s; the minimum of %(offered)s is not reached yet.")
    return missing % values, _("Passes in a larger pool: follow it to hear when a pool reaches the scale.")


WORDS: dict[str, Callable[[Verdict, Mapping[str, str]], tuple[str, str]]] = {
    "data_class": _data_class,
    "deploy": _deploy,
    "district": _district,
    "unit": _unit,
}


def shown_terms(terms: Iterable[Iterable[Any]]) -> list[dict[str, Any]]:
    """Return stored terms (term, contribution) as the pages draw them."""
    return [dict(zip(("term", "contribution"), row, strict=True)) for row in terms]
