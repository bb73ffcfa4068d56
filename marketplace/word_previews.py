"""Working out, in a worker, what a change of synonyms or stop words would do; and what a page tells of it."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from marketplace.models import Capability, PreviewState, WordKind, WordPreview
from marketplace.word_effects import WordChange, change_of_concept, change_of_stop_word, effect_of
from matching import MatchingError
from scenarios.models import Need, StopWord


class Move(NamedTuple):
    """A need whose first suggestions would be others: capabilities that come in and that go."""

    need: Need
    came: list[Capability]
    left: list[Capability]


class Effect(NamedTuple):
    """What a page shows of a result: pairs of needs that would be newly proposed or no longer, and moves."""

    came: list[tuple[Need, Need]]
    left: list[tuple[Need, Need]]
    moves: list[Move]


def work_out(*, preview_id: str, finish: Callable[[], None]) -> None:
    """Work out a preview that waits; one that is ready or forgotten is left alone.

    It is refused where its phrases cannot be used any more, because another change came first.
    """
    rows = WordPreview.objects.filter(pk=UUID(preview_id), state=PreviewState.RUNNING)
    preview = rows.first()
    state, result = PreviewState.DONE, dict[str, Any]()
    if preview is not None:
        try:
            result = effect_of(_change_of(preview), lambda percent: _note(rows, percent))
        except (MatchingError, StopWord.DoesNotExist):
            state = PreviewState.REFUSED
    with transaction.atomic():
        rows.update(state=state, percent=100, result=result)
        finish()


def _note(rows: Any, percent: int) -> None:
    rows.update(percent=percent)


def _change_of(preview: WordPreview) -> WordChange:
    if preview.kind == WordKind.CONCEPT:
        return change_of_concept(preview.all_phrases, concept_id=preview.target)
    if preview.target:
        return change_of_stop_word(StopWord.objects.in_use().get(pk=preview.target).text, retired=True)
    return change_of_stop_word(*preview.all_phrases, retired=False)


def effect_for_page(result: dict[str, Any]) -> Effect:
    """Return what a result names as rows: two queries. What is no longer on offer is left out."""
    pairs, moves = [*result["came_pairs"], *result["left_pairs"]], result["examples"]
    named = {one for pair in pairs for one in pair} | {need for need, _, _ in moves}
    needs = {str(row.pk): row for row in Need.objects.indexable().filter(pk__in=named)}
    offered = {one for _, came, left in moves for one in (*came, *left)}
    offers = {str(row.pk): row for row in Capability.objects.published().filter(pk__in=offered)}

    def of(ids: Iterable[str]) -> list[Capability]:
        return [offers[one] for one in ids if one in offers]

    return Effect(
        came=[(needs[a], needs[b]) for a, b in result["came_pairs"] if a in needs and b in needs],
        left=[(needs[a], needs[b]) for a, b in result["left_pairs"] if a in needs and b in needs],
        moves=[Move(needs[need], of(came), of(left)) for need, came, left in moves if need in needs],
    )
