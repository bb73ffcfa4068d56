"""Typed gates between a need and a capability: hard values first, the text score after. Plain values in and out.

The gates are asked about every capability on offer; the text ranks those that pass, and a few of those that fail.
A failed gate says what would pass it. The minimum scale is a gate that a pool can pass where one need cannot.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Asked:
    """The hard values of a need, a pool or a call; empty means not stated."""

    data_class: str = ""
    deploy: str = ""
    district: str = ""
    quantity: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Offered:
    """The hard values of a capability; empty means no restriction."""

    data_classes: Collection[str] = ()
    deploy: Collection[str] = ()
    districts: Collection[str] = ()
    min_scale_quantity: Decimal | None = None
    min_scale_unit: str = ""


@dataclass(frozen=True)
class FieldVerdict:
    """One gate: met or not, what was asked, what is offered, and for the scale its unit and what is missing."""

    gate: str
    met: bool
    asked: str
    offered: str
    gap: str = ""
    unit: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def verdicts(asked: Asked, offered: Offered) -> list[FieldVerdict]:
    """Return one verdict per gate that both sides say something about."""
    rows = [
        _member("data_class", asked.data_class, offered.data_classes),
        _deploy(asked, offered),
        _member("district", asked.district, offered.districts),
        _scale(asked, offered),
    ]
    return [row for row in rows if row is not None]


def passes(asked: Asked, offered: Offered) -> bool:
    """Whether no gate fails: what `verdicts` would tell, without its words; cheap enough for every capability."""
    return (
        _serves(asked.data_class, offered.data_classes)
        and _may_deploy(asked, offered)
        and _serves(asked.district, offered.districts)
        and _reaches_scale(asked, offered)
    )


def in_bands(rows: list[FieldVerdict], band: str) -> list[FieldVerdict]:
    """Return the verdicts with the asked quantity told as a band and the gap left out; unchanged without a band."""
    if not band:
        return rows
    return [replace(row, asked=band, gap="") if row.gate == "min_scale" else row for row in rows]


def _member(gate: str, asked: str, offered: Collection[str]) -> FieldVerdict | None:
    if not asked or not offered:
        return None
    return FieldVerdict(gate, _serves(asked, offered), asked, ", ".join(sorted(offered)))


def _serves(asked: str, offered: Collection[str]) -> bool:
    return not asked or not offered or asked in offered


def _deploy(asked: Asked, offered: Offered) -> FieldVerdict | None:
    if not asked.deploy or not offered.deploy:
        return None
    return FieldVerdict("deploy", _may_deploy(asked, offered), asked.deploy, ", ".join(sorted(offered.deploy)))


def _may_deploy(asked: Asked, offered: Offered) -> bool:
    return asked.deploy == "any" or "any" in offered.deploy or _serves(asked.deploy, offered.deploy)


def _scale(asked: Asked, offered: Offered) -> FieldVerdict | None:
    if offered.min_scale_quantity is None or asked.quantity is None:
        return None
    if asked.unit != offered.min_scale_unit:
        return FieldVerdict("unit", False, asked.unit, offered.min_scale_unit)
    gap = offered.min_scale_quantity - asked.quantity
    return FieldVerdict(
        "min_scale",
        _reaches_scale(asked, offered),
        _plain(asked.quantity),
        _plain(offered.min_scale_quantity),
        gap=_plain(gap) if gap > 0 else "",
        unit=asked.unit,
    )


def _reaches_scale(asked: Asked, offered: Offered) -> bool:
    if offered.min_scale_quantity is None or asked.quantity is None:
        return True
    return asked.unit == offered.min_scale_unit and offered.min_scale_quantity <= asked.quantity


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
