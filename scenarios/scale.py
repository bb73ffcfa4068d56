"""The scale meter of a pool as one reader may see it: suppliers' minimum scales, what is missing, who would close it.

Where a band stands for the pooled quantity, a mark inside the band is told as neither met nor missed: the marks of
several suppliers would otherwise narrow the band down to the figure. A supplier that counts in another unit than the
pool is measured against what is pooled in that unit, as far as the reader may learn of it; nothing is converted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scenarios.actor import Actor
from scenarios.choices import Unit
from scenarios.conflicts import conflicts_between
from scenarios.disclosure import UnitSum, band_of, counted, own_sum, shows_sum, told_sums
from scenarios.facts import number
from scenarios.linking import kept_apart_from
from scenarios.live_index import live_index
from scenarios.models import CoreVersion, DemandMember, MergedDemand, Need, ScaleMark

# As far as two published needs are like enough for an author to be shown one beside the other.
MIN_SIMILARITY = 0.08
LOOKED_AT = 100
MET, MISSED, WITHIN = "met", "missed", "within"


@dataclass(frozen=True)
class ShownMark:
    """A minimum scale in its unit and how the pool stands to it: met, missed, or within the band that is told.

    `gap` is what is missing, None where it is not told; `closing` the needs outside the pool that would close it.
    """

    label: str
    url: str
    code: str
    unit: str
    quantity: Decimal
    state: str
    gap: Decimal | None
    closing: tuple[Need, ...] = ()

    @property
    def met(self) -> bool:
        return self.state == MET

    @property
    def within(self) -> bool:
        return self.state == WITHIN

    @property
    def gap_text(self) -> str:
        return "" if self.gap is None else number(self.gap)


class Gathered(NamedTuple):
    """A pool with what its meter is reckoned from, read once.

    pool : from `with_scale`. members : those in it now, from `telling_consent`, with their needs. core : the present
    one. decided : the fields on which a manager decided.
    """

    pool: MergedDemand
    members: Sequence[DemandMember]
    core: CoreVersion
    decided: Collection[str]

    def sums(self, actor: Actor) -> list[UnitSum]:
        """Return what is pooled in each unit of which the reader may learn."""
        return told_sums(self.pool, counted(self.members), actor)


def shown_marks(gathered: Gathered, actor: Actor, *, is_party: bool) -> list[ShownMark]:
    """Return the marks of a pool's meter, those in its own unit first, smallest first.

    Staff, the pool's owners and the supplier itself read which capability it is; for everyone else those of one
    quantity are counted. Which needs would close a gap is told to staff only: that a need is left out tells whom its
    owner blocks.
    """
    pool = gathered.pool
    sums = {one.unit: one for one in gathered.sums(actor)} | {pool.unit: own_sum(pool)}
    marks = [mark for mark in ScaleMark.objects.of_pool(pool).select_related("capability") if mark.unit in sums]
    named = [mark for mark in marks if is_party or actor.belongs_to(mark.capability.owner_id)]
    shown = [_named(sums[mark.unit], mark, actor) for mark in named]
    shown += _counted(sums, [mark for mark in marks if mark not in named], actor)
    if actor.is_staff:
        shown = _with_closing(gathered, shown)
    return sorted(shown, key=lambda one: (one.unit != pool.unit, one.unit, one.quantity, one.code))


def _named(summed: UnitSum, mark: ScaleMark, actor: Actor) -> ShownMark:
    offer = mark.capability
    return ShownMark(
        offer.title, _address(mark), offer.code, mark.unit, mark.quantity, *standing(summed, mark.quantity, actor)
    )


def _counted(sums: Mapping[str, UnitSum], marks: Iterable[ScaleMark], actor: Actor) -> list[ShownMark]:
    counts = Counter((mark.unit, mark.quantity) for mark in marks)
    return [
        ShownMark(_count_text(count), "", "", unit, quantity, *standing(sums[unit], quantity, actor))
        for (unit, quantity), count in counts.items()
    ]


def _count_text(count: int) -> str:
    return ngettext("%(count)d matching capability", "%(count)d matching capabilities", count) % {"count": count}


def _address(mark: ScaleMark) -> str:
    try:
        return reverse("capability_detail", args=[mark.capability_id])
    except NoReverseMatch:  # the supply side is another application's
        return ""


def standing(summed: UnitSum, wanted: Decimal, actor: Actor) -> tuple[str, Decimal | None]:
    """Return how what is pooled in a unit stands to a quantity, and what is missing, as the reader may know it."""
    pooled = summed.quantity
    if shows_sum(summed, actor):
        return (MET, Decimal(0)) if pooled >= wanted else (MISSED, wanted - pooled)
    band = band_of(pooled)
    if wanted <= band.low:
        return MET, None
    return (MISSED if band.high is not None and wanted > band.high else WITHIN), None


def _with_closing(gathered: Gathered, marks: list[ShownMark]) -> list[ShownMark]:
    if not any(mark.gap for mark in marks):
        return marks
    candidates = joinable_needs(gathered, {mark.unit for mark in marks if mark.gap})
    return [replace(mark, closing=_closing_of(mark, candidates)) if mark.gap else mark for mark in marks]


def _closing_of(mark: ShownMark, candidates: Sequence[Need]) -> tuple[Need, ...]:
    counted = [need for need in candidates if need.quantity_unit == mark.unit]
    return tuple(closing_needs(counted, mark.gap or Decimal(0)))


def joinable_needs(gathered: Gathered, units: Collection[str]) -> list[Need]:
    """Return the needs on offer, most alike first, that could join the pool: like its core, in one of these units, in
    no other pool, kept apart from no member, and in conflict with none in a field that is not decided.
    """
    members = [member.need for member in gathered.members]
    return [
        need
        for need in _like(gathered.core, members, units)
        if not {one.field for one in conflicts_between([*members, need])} - {*gathered.decided}
    ]


def _like(core: CoreVersion, members: Sequence[Need], units: Collection[str]) -> list[Need]:
    live = live_index()
    if live is None:
        return []
    title = f"{core.title_zh} {core.title_en}".strip()
    hits = live.indexes.part("needs").search(title, f"{core.problem}\n{core.boundary_in}", limit=LOOKED_AT)
    alike = {hit.id: hit.score for hit in hits if hit.score >= MIN_SIMILARITY}
    wanted = Need.objects.poolable().filter(pk__in=list(alike), quantity_unit__in=units, quantity__gt=0)
    wanted = wanted.exclude(kept_apart_from(members))
    return sorted(wanted.select_related("owner"), key=lambda need: (-alike[str(need.pk)], need.code))


def closing_needs(candidates: Sequence[Need], gap: Decimal) -> list[Need]:
    """Return the smallest need that closes the gap alone, else the fewest that close it together; none where all of
    them do not.
    """
    large = [need for need in candidates if need.quantity >= gap]  # type: ignore[operator]
    if large:
        return [min(large, key=lambda need: (need.quantity, need.code))]
    found: list[Need] = []
    missing = gap
    for need in sorted(candidates, key=lambda need: (-(need.quantity or 0), need.code)):
        found.append(need)
        missing -= need.quantity or Decimal(0)
        if missing <= 0:
            return found
    return []


def meter_rows(pool: MergedDemand, marks: Iterable[ShownMark], actor: Actor) -> list[dict[str, Any]]:
    """Return what the meter draws and its table says: the pool's own minimum scale, then the marks in its unit."""
    return own_scale(pool, actor) + [_row(mark) for mark in marks if mark.unit == pool.unit]


def other_meters(gathered: Gathered, marks: Iterable[ShownMark], actor: Actor) -> list[dict[str, Any]]:
    """Return a meter for each further unit of which the reader may learn: what is pooled in it, and its marks."""
    marks = list(marks)
    meters = []
    for one in gathered.sums(actor):
        if one.unit != gathered.pool.unit:
            band = None if shows_sum(one, actor) else band_of(one.quantity)
            drawn = number(one.quantity) if band is None else str(band.low)
            rows = [_row(mark) for mark in marks if mark.unit == one.unit]
            meters.append({"unit": Unit(one.unit).label, "pooled": drawn, "band": str(band or ""), "thresholds": rows})
    return meters


def own_scale(pool: MergedDemand, actor: Actor) -> list[dict[str, Any]]:
    """Return the meter's row for the minimum scale that the manager set for the pool; nothing without one."""
    wanted = pool.threshold_quantity
    if wanted is None:
        return []
    return [_row(ShownMark(_("Minimum scale of this pool"), "", "", pool.unit, wanted, *_own(pool, wanted, actor)))]


def _own(pool: MergedDemand, wanted: Decimal, actor: Actor) -> tuple[str, Decimal | None]:
    """Return how the pool stands to its own minimum scale, which its status tells everyone."""
    state, gap = standing(own_sum(pool), wanted, actor)
    if state != WITHIN:
        return state, gap
    pooled: Decimal = pool.pooled_quantity  # type: ignore[attr-defined]
    return (MET if pooled >= wanted else MISSED), None


def _closing(need: Need) -> dict[str, str]:
    return {"code": need.code, "url": reverse("need_detail", args=[need.pk]), "quantity": number(need.quantity)}


def _row(mark: ShownMark) -> dict[str, Any]:
    return {
        "label": mark.label,
        "url": mark.url,
        "code": mark.code,
        "quantity": number(mark.quantity),
        "met": mark.met,
        "within": mark.within,
        "gap": mark.gap_text,
        "closing": [_closing(need) for need in mark.closing],
    }
