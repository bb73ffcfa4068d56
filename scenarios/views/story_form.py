"""Filling the form of a need from the story that its author told."""

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from scenarios.content import INDICATOR_FIELDS
from scenarios.facts import label_of
from scenarios.forms import IndicatorFormSet
from scenarios.models import District, DomainName, Indicator, Need
from scenarios.story import Told, told_by
from scenarios.views.drafting_form import PREFIX, Drafting

BUTTON = "take_apart"
TAKEN = "taken"
"""The parameter that names, in a form or an address, what was filled in from the text."""

TOGETHER = (
    *(("title_zh",), ("title_en",), ("domain",), ("users_and_site",), ("current_process",)),
    *(("boundary_in",), ("boundary_out",), ("quantity", "quantity_unit"), ("district",)),
    *(("start_by", "finish_by"), ("budget_min", "budget_max")),
)
"""Fields that are filled together or not at all: a number that was typed keeps the unit that its author chooses."""


def filled_from_story(data: QueryDict) -> tuple[QueryDict, list[str]]:
    """Return what was posted, with what the problem's text says in fields that were empty, and the names of those."""
    told, filled, taken = _told(data.get("problem", "")), data.copy(), list[str]()
    for names in TOGETHER:
        said = {name: told.fields[name] for name in names if name in told.fields}
        if said and _can_be_kept(Need, said) and not any(data.get(name, "").strip() for name in names):
            _put(filled, said)
            taken += said
    rows = _rows_kept(told)
    if rows and not _has_indicator(data):
        _put(filled, _rows(rows))
        taken.append("indicators")
    filled.setlist(TAKEN, [*data.getlist(TAKEN), *taken])
    return filled, taken


def still_taken(drafting: Drafting, names: Iterable[str]) -> frozenset[str]:
    """Return those of the fields filled in from the text that still say what the text says."""
    asked, form = set(names), drafting.form
    if not asked:
        return frozenset()
    told = _told(str(form["problem"].value() or ""))
    same = {name for name in asked & set(told.fields) if str(form[name].value() or "") == told.fields[name]}
    rows = [(row["metric"].value(), row["target"].value()) for row in drafting.indicators]
    if "indicators" in asked and rows == [(row["metric"], row["target"]) for row in _rows_kept(told)]:
        same.add("indicators")
    return frozenset(same)


def _told(story: str) -> Told:
    """Return what a story says, as far as a form offers it today."""
    rows = District.objects.offered().exclude(pk="other")
    districts = {name: row.pk for row in rows for name in (row.name_zh, row.name_en) if name}
    told = told_by(story, today=timezone.localdate(), districts=districts)
    if not DomainName.objects.offered().filter(pk=told.fields.get("domain", "")).exists():
        told.fields.pop("domain", None)
    return told


def _rows_kept(told: Told) -> list[dict[str, str]]:
    return [row for row in told.indicators if _can_be_kept(Indicator, row)][: IndicatorFormSet.max_num]


def _can_be_kept(model: type[Model], values: Mapping[str, str]) -> bool:
    """Whether the columns hold these values: the author is asked to correct only what they wrote themselves."""
    try:
        for name, value in values.items():
            model._meta.get_field(name).clean(value, None)  # type: ignore[union-attr]
    except ValidationError:
        return False
    return True


def _put(data: QueryDict, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        data[name] = value  # `update` would add to what is there


def tell_taken(request: HttpRequest, taken: list[str]) -> None:
    """Tell the author what was filled in, or what to write so that something can be."""
    if taken:
        names = ("、" if get_language() == "zh-hans" else ", ").join(label_of(Need, name) for name in taken)
        told = _("Filled in from your text: %(names)s. Look it over; what you had filled in yourself is unchanged.")
        messages.success(request, told % {"names": names})
        return
    messages.info(
        request,
        _(
            "Your text says nothing more that could be filled in. Tell how many, what has to be reached as a number "
            "with its unit, and the budget: “4 production lines, miss rate at most 0.5 %, budget 600,000 yuan”."
        ),
    )


def _has_indicator(data: QueryDict) -> bool:
    texts = ("metric", "unit", "baseline", "target", "target_max", "test_method")
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "0")
    rows = range(min(int(total), 40) if total.isdecimal() else 0)
    return any(data.get(f"{PREFIX}-{number}-{name}", "").strip() for number in rows for name in texts)


def _rows(indicators: list[dict[str, str]]) -> dict[str, str]:
    rows = {f"{PREFIX}-TOTAL_FORMS": str(len(indicators))}
    for number, row in enumerate(indicators):
        rows |= {f"{PREFIX}-{number}-{name}": row.get(name, "") for name in INDICATOR_FIELDS if name != "essential"}
        rows[f"{PREFIX}-{number}-essential"] = "on"
    return rows
