"""The choice of a merge threshold as pages and the API show it: the curve, and what would appear or vanish."""

from datetime import datetime
from typing import Any, NamedTuple

from scenarios.merge_threshold import merge_threshold
from scenarios.models import MergePreview, Need


class Point(NamedTuple):
    """What a threshold would propose.

    precision : expected share of proposals that a manager accepts. judged, accepted : judged pairs that are at least so
    alike, and those of them that were put together. recall : the share of all accepted pairs still found; None without.
    """

    threshold: float
    proposals: int
    precision: float | None
    judged: int
    accepted: int
    recall: float | None


class Change(NamedTuple):
    """A set that one of two thresholds proposes and the other does not: (code, title) of its needs."""

    needs: list[tuple[str, str]]


class Choice(NamedTuple):
    """Everything about choosing a threshold; without a preview there are no points.

    present : the threshold that holds. chosen : the one looked at. appear, vanish : sets against the present one.
    reliability : as `MergePreview` keeps it.
    """

    present: float
    chosen: float
    points: list[Point]
    appear: list[Change]
    vanish: list[Change]
    judgements: int
    judged_pairs: int
    needs: int
    made_at: datetime | None
    reliability: dict[str, Any] | None = None


def threshold_choice(wanted: float | None = None) -> Choice:
    """Return the choice as it stands; `wanted` is taken to the nearest threshold of the preview."""
    present, preview = merge_threshold(), MergePreview.objects.first()
    if preview is None or not preview.points:
        return Choice(present, present, [], [], [], 0, 0, 0, None)
    by_threshold = {float(row["threshold"]): row for row in preview.points}
    holds = _nearest(by_threshold, present)
    chosen = holds if wanted is None else _nearest(by_threshold, wanted)
    before, after = (_sets(by_threshold[one]) for one in (holds, chosen))
    titles = _titles(before ^ after)
    return Choice(
        present=present,
        chosen=present if chosen == holds else chosen,
        points=[_point(row, preview.accepted_pairs) for row in preview.points],
        appear=[_change(one, titles) for one in sorted(after - before)],
        vanish=[_change(one, titles) for one in sorted(before - after)],
        judgements=preview.judgements,
        judged_pairs=preview.judged_pairs,
        needs=preview.needs,
        made_at=preview.made_at,
        reliability=preview.reliability,
    )


def _nearest(thresholds: dict[float, Any], wanted: float) -> float:
    return min(thresholds, key=lambda one: (abs(one - wanted), one))


def _sets(row: dict[str, Any]) -> set[tuple[str, ...]]:
    return {tuple(codes) for codes in row["sets"]}


def _point(row: dict[str, Any], accepted: int) -> Point:
    recall = row["accepted"] / accepted if accepted else None
    return Point(row["threshold"], len(row["sets"]), row["precision"], row["judged"], row["accepted"], recall)


def _titles(sets: set[tuple[str, ...]]) -> dict[str, str]:
    codes = {code for one in sets for code in one}
    return {need.code: need.title for need in Need.objects.filter(code__in=codes)}


def _change(codes: tuple[str, ...], titles: dict[str, str]) -> Change:
    return Change([(code, titles.get(code, "")) for code in codes])
