"""What is measured usually in each domain, as a start for one's own indicators, and the units that are known."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class UsualIndicator(NamedTuple):
    """An indicator without its numbers, which only its author knows. comparator : ge or le."""

    metric: "StrPromise"
    unit: "StrPromise | str"
    comparator: str
    test_method: "StrPromise"


_MARKED = _("Blind test on 1,000 marked samples")
_BEFORE_AND_AFTER = _("Two weeks before and two weeks after, in the same hours")
_LABELLED = _("On a test set that two experts labelled independently")
_MONTH = _("Median of all cases of one month")

USUAL: dict[str, tuple[UsualIndicator, ...]] = {
    "manufacturing": (
        UsualIndicator(_("Miss rate"), "%", "le", _MARKED),
        UsualIndicator(_("False alarm rate"), "%", "le", _MARKED),
        UsualIndicator(_("Time per piece"), _("s/piece"), "le", _("Mean of one shift at the line")),
        UsualIndicator(_("Unplanned downtime"), _("h/month"), "le", _("Machine log of three months")),
    ),
    "transport": (
        UsualIndicator(_("Mean delay at the intersection"), "s", "le", _BEFORE_AND_AFTER),
        UsualIndicator(_("Detection rate of incidents"), "%", "ge", _("Against the manual records of one month")),
        UsualIndicator(_("Punctuality"), "%", "ge", _BEFORE_AND_AFTER),
    ),
    "health": (
        UsualIndicator(_("Sensitivity"), "%", "ge", _LABELLED),
        UsualIndicator(_("Specificity"), "%", "ge", _LABELLED),
        UsualIndicator(_("Time until the report"), "min", "le", _MONTH),
    ),
    "home": (
        UsualIndicator(_("Recognition rate"), "%", "ge", _("In ten homes over two weeks")),
        UsualIndicator(_("False alarms"), _("times/month"), "le", _("In ten homes over two weeks")),
    ),
    "city": (
        UsualIndicator(_("Time until a case is handled"), "h", "le", _MONTH),
        UsualIndicator(_("Detection rate of events"), "%", "ge", _("Against the manual records of one month")),
    ),
}
"""Domain → what is usual there."""

UNITS: tuple["StrPromise | str", ...] = (
    *("%", "‰", "ppm", "ms", "s", "min", "h", "mm", "℃", "kWh"),
    *(_("s/piece"), _("pieces/h"), _("h/month"), _("times/month"), _("cases/day"), _("10,000 yuan/year")),
)
"""Units that a form offers; any other may be typed."""


def usual_indicator(name: str) -> UsualIndicator | None:
    """Return what a button names, as ``health-0``; None where there is no such."""
    domain, _dash, number = name.partition("-")
    rows = USUAL.get(domain, ())
    return rows[int(number)] if number.isdecimal() and len(number) < 3 and int(number) < len(rows) else None


def usual_by_domain(first: str) -> Iterator[tuple[str, list[tuple[str, UsualIndicator]]]]:
    """Yield each domain with its indicators by the names of their buttons, the domain `first` before the others."""
    for domain in sorted(USUAL, key=lambda code: code != first):
        yield domain, [(f"{domain}-{number}", row) for number, row in enumerate(USUAL[domain])]
