"""What a reader may learn of a pool: who its members are, and how much each brings.

With two owners, "pool minus mine" would reveal the other: quantities are bands until three distinct owners are in.
That holds for each unit alone. Of a unit beside the pool's own in which one owner alone counts nothing is told.
Names are told only from three owners on, of those who consented, and only where the pool discloses them. Staff see all,
an owner its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from scenarios.actor import Actor
from scenarios.choices import Disclosure
from scenarios.figure_querysets import ENOUGH_OWNERS
from scenarios.models import Consent, DemandMember, MergedDemand, Need

TELLING = ("title_zh", "title_en", "problem", "boundary_in", "boundary_out")
BAND_ENDS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


class Band(NamedTuple):
    """A range that a quantity lies in, both ends included; `high` is None for the last one."""

    low: int
    high: int | None

    def __str__(self) -> str:
        return f"{self.low}–{self.high}" if self.high else _("more than %(low)s") % {"low": self.low - 1}


def band_of(quantity: Decimal) -> Band:
    """Return the band of a quantity: ``band_of(Decimal(6))`` is 6–10; nothing pooled is 0–5."""
    low = 0
    for high in BAND_ENDS:
        if quantity <= high:
            return Band(low, high)
        low = high + 1
    return Band(low, None)


class UnitSum(NamedTuple):
    """What owners who consented pool in one unit, and how many of them count in it."""

    unit: str
    quantity: Decimal
    owners: int

    @property
    def is_telling(self) -> bool:
        """Whether the exact figure would reveal what one owner brings."""
        return 0 < self.owners < ENOUGH_OWNERS


@dataclass(frozen=True)
class ShownMember:
    """A need in a pool as one reader sees it. `need` is None while its owner stays anonymous."""

    number: int
    need: Any
    quantity: Decimal | None
    band: str
    is_mine: bool


def owners_of(members: Iterable[DemandMember]) -> set[UUID]:
    """Return the distinct owners of these members (with their needs loaded)."""
    return {member.need.owner_id for member in members}


def shows_quantities(demand: MergedDemand, actor: Actor) -> bool:
    """Whether the exact pooled quantity is told; `demand` comes from `with_scale`."""
    return shows_sum(own_sum(demand), actor)


def shows_sum(summed: UnitSum, actor: Actor) -> bool:
    """Whether the exact quantity in a unit is told."""
    return actor.is_staff or not summed.is_telling


def own_sum(demand: MergedDemand) -> UnitSum:
    """Return what is pooled in the pool's own unit; `demand` comes from `with_scale`."""
    return UnitSum(demand.unit, demand.pooled_quantity, demand.counted_owners)  # type: ignore[attr-defined]


def counted(members: Iterable[DemandMember]) -> list[DemandMember]:
    """Return the links whose owners stand behind the pool, of those from `telling_consent`."""
    return [member for member in members if member.counts]  # type: ignore[attr-defined]


def consented_members(demand: MergedDemand) -> list[DemandMember]:
    """Return the links whose owners stand behind the pool, with their needs loaded."""
    return list(demand.members.consented().select_related("need"))


def unit_sums(consented: Iterable[DemandMember]) -> list[UnitSum]:
    """Return what is pooled in each unit in which one of these owners counts, by unit; nothing is converted."""
    by_unit: dict[str, list[Need]] = {}
    for member in consented:
        if member.need.quantity is not None:
            by_unit.setdefault(member.need.quantity_unit, []).append(member.need)
    return [
        UnitSum(
            unit, sum((row.quantity or Decimal(0) for row in rows), Decimal(0)), len({row.owner_id for row in rows})
        )
        for unit, rows in sorted(by_unit.items())
    ]


def shared_sums(demand: MergedDemand, consented: Iterable[DemandMember]) -> list[UnitSum]:
    """Return the sums of which somebody else than a single owner may learn: the pool's own, and of two owners on."""
    return [one for one in unit_sums(consented) if one.unit == demand.unit or one.owners > 1]


def told_sums(demand: MergedDemand, consented: Iterable[DemandMember], actor: Actor) -> list[UnitSum]:
    """Return the sums of which the reader may learn, each exactly or, where `shows_sum` is not, as a band."""
    return unit_sums(consented) if actor.is_staff else shared_sums(demand, consented)


def pooled_band(demand: MergedDemand) -> str:
    """Return the band that is told to everyone but staff instead of the pooled quantity; empty where that is told.

    It depends on the owners whose quantities are summed: those who consented and count in the pool's unit.
    `demand` comes from `with_scale`.
    """
    summed = own_sum(demand)
    return str(band_of(summed.quantity)) if summed.is_telling else ""


def told_at_most(summed: UnitSum) -> Decimal | None:
    """Return the quantity that capabilities are compared with: where only its band is told, the upper end of that, None
    where it has none. Which minimum scales are reached would otherwise narrow the band down to the figure.
    """
    if not summed.is_telling:
        return summed.quantity
    high = band_of(summed.quantity).high
    return None if high is None else Decimal(high)


def shows_reservation(consent: Consent, actor: Actor) -> bool:
    """Whether the words of a reservation are told: to the manager, who has to answer them, and to their author."""
    return actor.has_role("manager") or actor.belongs_to(consent.organisation_id)


def named_owners(demand: MergedDemand, consented: Iterable[DemandMember] | None = None) -> set[UUID]:
    """Return the owners whose needs in the pool are named to everyone; staff read all.

    Those who consented to the core, where the pool discloses them and they are three or more.
    consented : their links, where they are read already.
    """
    if demand.disclosure != Disclosure.NAMED:
        return set()
    owners = owners_of(consented_members(demand) if consented is None else consented)
    return owners if len(owners) >= ENOUGH_OWNERS else set()


def verbatim_parts(core: Mapping[str, Any], needs: Sequence[Need]) -> list[str]:
    """Return which parts of a core are the very words of some of the needs: whoever searches for them finds those.

    core : the parts in TELLING as they are to be published. What all needs say alike points to none.
    """
    return [name for name in TELLING if 0 < sum(_same(core.get(name), getattr(n, name)) for n in needs) < len(needs)]


def _same(one: Any, other: str) -> bool:
    return bool(other.strip()) and " ".join(str(one or "").split()) == " ".join(other.split())


def shown_members(demand: MergedDemand, members: Sequence[DemandMember], actor: Actor) -> list[ShownMember]:
    """Return the members as `actor` may see them, its own first; owners are numbered, not needs.

    members : the living ones, from `telling_consent`, with their needs and owners loaded.
    """
    named = owners_of(members) if actor.is_staff else named_owners(demand, counted(members))
    numbers = _numbers(members)
    rows = []
    for member in members:
        mine = actor.belongs_to(member.need.owner_id)
        told = mine or member.need.owner_id in named
        quantity = member.need.quantity if told else None
        rows.append(
            ShownMember(
                number=numbers[member.need.owner_id],
                need=member.need if told else None,
                quantity=quantity,
                band="" if quantity is not None else str(band_of(member.need.quantity or Decimal(0))),
                is_mine=mine,
            )
        )
    return sorted(rows, key=lambda row: (not row.is_mine, row.number))


def _numbers(members: Sequence[DemandMember]) -> dict[UUID, int]:
    """Number the owners by their ids, which say nothing about when they joined or what they are called."""
    return {owner: number for number, owner in enumerate(sorted(owners_of(members)), start=1)}
