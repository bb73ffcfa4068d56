"""What a need or a core says, as rows of label and text for pages that compare: moderation, merging, publication."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from scenarios.choices import Comparator
from scenarios.models import District, Need

# The order in which a need is read; what is not here (ids, states, times of the machine) says nothing about it.
READ_IN_ORDER = (
    *("title_zh", "title_en", "domain", "track", "problem", "users_and_site", "current_process"),
    *("boundary_in", "boundary_out", "indicators", "quantity", "quantity_unit", "district"),
    *("value_amount", "value_basis", "data_state", "data_class", "deploy", "budget_min", "budget_max", "funding"),
    *("cooperation", "adoption", "start_by", "finish_by", "risk_tier", "ethics_number", "merge_pref", "visibility"),
)
# Of parts that are rows of another table: their names here.
LABELS = {
    "indicators": gettext_lazy("indicators"),
    "openers": gettext_lazy("openers"),
    "panel": gettext_lazy("panel"),
}


class Fact(NamedTuple):
    """A field of an object: its name, its label and its value as a reader sees it (empty where it is not given)."""

    name: str
    label: str
    text: str


def label_of(model: type[Model], name: str) -> str:
    """Return what the field `name` of a model is called in the reader's language."""
    if name in LABELS:
        return str(capfirst(LABELS[name]))
    return str(capfirst(getattr(model._meta.get_field(name), "verbose_name", name)))


def text_of_field(row: Model, name: str) -> str:
    """Return the value of a field in words: the label of a choice, a date, a number without idle zeros."""
    if hasattr(row, f"get_{name}_display"):
        return str(getattr(row, f"get_{name}_display")() or "")
    return plain(getattr(row, name))


def plain(value: Any) -> str:
    """Return a value in words, empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return grouped(value)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    return str(value)


def number(value: Any) -> str:
    """Return a number without idle zeros: ``Decimal("0.5000")`` is ``0.5``."""
    return f"{Decimal(str(value)).normalize():f}"


def grouped(value: Any) -> str:
    """Return a number as people read it, its thousands apart: ``Decimal("12000.50")`` is ``12,000.5``."""
    return f"{Decimal(str(value)).normalize():,f}"


def listed(texts: Iterable[Any]) -> str:
    """Return texts as one enumeration in the reader's language."""
    return pgettext("between the items of an enumeration", ", ").join(map(str, texts))


def money(amount: Any) -> str:
    """Return an amount in 万元 as the reader's language counts: 700 万元, or CNY 7,000,000."""
    if (get_language() or "").startswith("zh"):
        return f"{Decimal(str(amount)):,.2f} {_('10,000 yuan')}".replace(".00 ", " ")
    return f"CNY {grouped(round(Decimal(str(amount)) * 10_000))}"


def need_facts(need: Need, names: Iterable[str]) -> list[Fact]:
    """Return those fields of a need that are in `names`, in the order in which it is read, without its indicators."""
    wanted = set(names) - {"indicators"}
    return [Fact(name, label_of(Need, name), text_of_field(need, name)) for name in READ_IN_ORDER if name in wanted]


def indicator_text(row: Mapping[str, Any], write: Callable[[Any], str] = grouped) -> str:
    """Return an indicator as one line: ``漏检率 ≤ 0.5 % (3 %)``, the present value in brackets.

    write : how a number is written.
    """
    unit = f" {row['unit']}" if row.get("unit") else ""
    target = "–" if row.get("target") in (None, "") else write(row["target"])
    if row.get("target_max") not in (None, ""):
        target += f"–{write(row['target_max'])}"
    sign = str(dict(Comparator.choices).get(row.get("comparator", ""), ""))
    today = "" if row.get("baseline") in (None, "") else f" ({write(row['baseline'])}{unit})"
    return f"{row.get('metric', '')} {sign} {target}{unit}{today}".strip()


# Without and with a present value.
_ASKED = {
    "le": (
        gettext_lazy("%(metric)s at most %(target)s"),
        gettext_lazy("%(metric)s from %(today)s to at most %(target)s"),
    ),
    "ge": (
        gettext_lazy("%(metric)s at least %(target)s"),
        gettext_lazy("%(metric)s from %(today)s to at least %(target)s"),
    ),
    "eq": (
        gettext_lazy("%(metric)s exactly %(target)s"),
        gettext_lazy("%(metric)s from %(today)s to exactly %(target)s"),
    ),
    "range": (
        gettext_lazy("%(metric)s within %(target)s"),
        gettext_lazy("%(metric)s from %(today)s to within %(target)s"),
    ),
}


def indicator_sentence(row: Mapping[str, Any]) -> str:
    """Return what an indicator asks for in words: ``miss rate from 5 % to at most 0.5 %, measured by …``.

    Empty while it has no name or no target.
    """
    if not row.get("metric") or row.get("target") in (None, ""):
        return ""
    unit = f" {row['unit']}" if row.get("unit") else ""
    end = f"–{grouped(row['target_max'])}" if row.get("target_max") not in (None, "") else ""
    has_today = row.get("baseline") not in (None, "")
    values = {
        "metric": row["metric"],
        "today": f"{grouped(row['baseline'])}{unit}" if has_today else "",
        "target": f"{grouped(row['target'])}{end}{unit}",
    }
    said = str(_ASKED[row.get("comparator") or Comparator.GE][has_today]) % values
    method = (row.get("test_method") or "").strip().rstrip("。.")
    return said + (_(", measured by %(method)s") % {"method": method} if method else "")


def indicator_sentences(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the indicators that ask for something, each in words."""
    return [said for row in rows if (said := indicator_sentence(row))]


def indicator_texts(rows: Sequence[Mapping[str, Any]], write: Callable[[Any], str] = grouped) -> str:
    """Return all indicators, one per line."""
    return "\n".join(indicator_text(row, write) for row in rows)


def lot_labels(lots: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return lot → what it is called; one query where a lot is named after a district."""
    asked = [row["value"] for row in lots if row["field"] == "district"]
    districts = {row.pk: str(row) for row in District.objects.filter(pk__in=asked)} if asked else {}
    return {row["id"]: _lot_label(row, districts) for row in lots}


def _lot_label(row: Mapping[str, Any], districts: Mapping[str, str]) -> str:
    if row["kind"] == "core" and row["value"]:
        return str(_("Core, part %(part)s") % {"part": row["value"]})
    if row["kind"] == "core":
        return str(_("Core: what all needs have in common"))
    field = label_of(Need, row["field"])
    if not row["value"]:
        return str(_("Module: %(field)s") % {"field": field})
    options = getattr(Need._meta.get_field(row["field"]), "flatchoices", []) if hasattr(Need, row["field"]) else []
    choices = {**dict(options), **districts}
    return str(_("Module: %(field)s = %(value)s") % {"field": field, "value": choices.get(row["value"], row["value"])})
