"""A suggestion as one reader sees it: what is asked, what is offered, and why they meet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from marketplace import explanations
from marketplace.explanations import Explanation
from marketplace.facts import quantity_text
from marketplace.gates import FieldVerdict, in_bands
from marketplace.lifecycle import SUGGESTION_MOVES
from marketplace.models import Suggestion
from marketplace.ranking_words import Part, shown_parts, whole_percent
from scenarios.actor import Actor
from scenarios.choices import Subject
from scenarios.disclosure import pooled_band
from scenarios.highlighting import Hit, hit_of
from scenarios.lifecycle import moves_from
from scenarios.models import CoreVersion, Follow
from scenarios.searching import fields_read

KINDS = {"need": "need_detail", "demand": "pool_detail", "call": "call_detail"}
TOLD = {
    "need": ("problem", "users_and_site", "current_process", "boundary_in"),
    "demand": ("problem", "boundary_in"),
    "call": ("summary",),
}


@dataclass(frozen=True)
class Shown:
    """A suggestion ready to be drawn. `url_name` leads to what is asked; `reason` only to those who gave it.

    chance : per cent of such suggestions that were taken up, None where the score is no probability. told : label and
    public text of the fields in which the asking side says what it needs.
    """

    suggestion: Suggestion
    kind: str
    asking: Any
    url_name: str
    quantity: str
    terms: list[dict[str, Any]]
    words: list[str]
    parts: list[Part]
    gates: list[Explanation]
    moves: frozenset[str]
    reason: str
    follows: bool
    chance: int | None
    told: list[tuple[Any, str]]

    @property
    def hit(self) -> Hit:
        """Where terms stand in what is asked for: the passage to show, with the marks; empty where none stands."""
        for label, text in self.told:
            words = [word for word in self.words if word.lower() in text.lower()]
            if words:
                return hit_of(str(self.asking.title), [(label, text)], words)
        return Hit([], "", "")

    @property
    def opening(self) -> str:
        """What is asked for in its own words, from their beginning; shown where no term stands in them."""
        return self.told[0][1] if self.told else ""

    @property
    def fits(self) -> bool:
        return not self.failed

    @property
    def met(self) -> list[Explanation]:
        return [gate for gate in self.gates if gate.met]

    @property
    def failed(self) -> list[Explanation]:
        return [gate for gate in self.gates if not gate.met]

    @property
    def lacks_scale(self) -> bool:
        """Whether the minimum scale is all that is missing: then a pool may close the gap."""
        return [gate.gate for gate in self.failed] == ["min_scale"]


def shown_suggestions(rows: Iterable[Suggestion], actor: Actor, *, districts: Mapping[str, str]) -> list[Shown]:
    """Return suggestions (from `for_page().judged_for(actor)`) as `actor` may see them: at most two queries more."""
    rows = list(rows)
    followed, cores = _followed(rows, actor), _cores(rows)
    return [_shown(row, actor, districts, followed, cores) for row in rows]


def _cores(rows: list[Suggestion]) -> dict[Any, CoreVersion]:
    """Return the present cores of the pools among them, by pool."""
    pools = {row.demand_id for row in rows if row.demand_id}
    present = CoreVersion.objects.filter(demand__in=pools, version=F("demand__core_version"))
    return {core.demand_id: core for core in present} if pools else {}


def _followed(rows: list[Suggestion], actor: Actor) -> set[Any]:
    """Return the ids of the needs among them that the reader follows."""
    needs = {row.need_id for row in rows if row.need_id}
    mine = Follow.objects.filter(account_id=actor.signed_in_id, subject_type=Subject.NEED)
    return set(mine.filter(subject_id__in=needs).values_list("subject_id", flat=True)) if needs else set()


def told_verdicts(row: Suggestion, actor: Actor) -> list[dict[str, Any]]:
    """Return the verdicts of a suggestion (from `for_page()`) as `actor` may read them now.

    A quantity that would reveal a member of a pool is told as its band, and what is missing from it is left out.
    """
    stored = [FieldVerdict(**verdict) for verdict in row.verdicts]
    return [verdict.as_json() for verdict in in_bands(stored, _told_band(row, actor))]


def _told_band(row: Suggestion, actor: Actor) -> str:
    """Return the band that the reader is told instead of what is asked for; empty where the quantity is told."""
    if actor.is_staff:
        return ""
    return row.call.quantity_band if row.call else pooled_band(row.demand) if row.demand else ""


def _shown(
    row: Suggestion, actor: Actor, districts: Mapping[str, str], followed: set[Any], cores: Mapping[Any, CoreVersion]
) -> Shown:
    kind = next(name for name in KINDS if getattr(row, f"{name}_id"))
    asking = getattr(row, kind)
    exact = not _told_band(row, actor)
    terms = explanations.shown_terms(row.terms)
    return Shown(
        suggestion=row,
        kind=kind,
        asking=asking,
        url_name=KINDS[kind],
        quantity=_quantity(kind, asking),
        terms=terms,
        words=[word for term in terms for word in term["term"].split(" = ") if len(word) > 1],
        parts=shown_parts(row.families),
        gates=explanations.explain(told_verdicts(row, actor), districts=districts, exact=exact),
        moves=_moves(row, actor),
        follows=row.need_id in followed,
        reason=row.reason if row.decided_here or actor.is_staff else "",  # type: ignore[attr-defined]
        chance=whole_percent(row.probability),
        told=list(fields_read(cores[row.demand_id] if row.demand_id else asking, *TOLD[kind])),
    )


def _quantity(kind: str, asking: Any) -> str:
    return "" if kind == "demand" else quantity_text(asking.quantity, asking.quantity_unit)


def _moves(row: Suggestion, actor: Actor) -> frozenset[str]:
    """Return the names of the judgements the reader may make now."""
    owners = {row.capability.owner_id, row.need.owner_id if row.need else None}
    manager = actor.has_role("manager")
    if not (owners & actor.editor_of or manager):
        return frozenset()
    names = {move.name for move in moves_from(SUGGESTION_MOVES, row.state)} - {"supersede"}
    if not (row.decided_here or manager):  # type: ignore[attr-defined]
        names -= {"undo"}
    return frozenset(names)
