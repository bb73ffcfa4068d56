"""What a change of the list of vague phrases would do to the scores of needs, worked out before it is saved."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from scenarios.content import need_draft
from scenarios.drafts import TEXT_FIELDS, NeedDraft
from scenarios.folding import fold
from scenarios.models import Need, VaguePhrase
from scenarios.precision import check
from scenarios.vagueness import holds, phrase_key

LOOKED_AT = 1000
"""Needs on offer or on their way there, the newest, in which the phrase is looked for."""

EXAMPLES = 10


class ScoreChange(NamedTuple):
    """A need whose findings would be others, with its score now and then."""

    need: Need
    before: int
    after: int


class PhraseEffect(NamedTuple):
    """What a phrase would do.

    holding : of those that were looked at, needs in which it stands. noted : needs whose findings would be others.
    changed : needs whose score would be another. blocked, freed : needs that would no longer be precise enough, or
    would be from now on. examples : of those noted, the largest changes of the score first.
    """

    looked_at: int
    holding: int
    noted: int
    changed: int
    blocked: int
    freed: int
    examples: list[ScoreChange]


def effect_of(text: str, group: str) -> PhraseEffect:
    """Return what taking `text` into the list would do; see scenarios.actions.vocabulary.add_phrase."""
    edits, form = VaguePhrase.objects.edits(), phrase_key(text.strip())
    wanted, today = edits.with_phrase(text.strip(), group), timezone.localdate()
    newest = (
        Need.objects.judged().order_by(F("submitted_at").desc(nulls_last=True), "pk").prefetch_related("indicators")
    )
    drafts = [(need, need_draft(need, need.indicators.all())) for need in newest[:LOOKED_AT]]
    holding = [(need, draft) for need, draft in drafts if any(holds(fold(part).text, form) for part in _texts(draft))]
    changes, blocked, freed = [], 0, 0
    for need, draft in holding:
        before, after = (check(draft, today=today, edits=some) for some in (edits, wanted))
        if before.findings != after.findings:
            changes.append(ScoreChange(need, before.score, after.score))
        blocked += before.precise_enough and not after.precise_enough
        freed += after.precise_enough and not before.precise_enough
    changes.sort(key=lambda one: (-abs(one.after - one.before), one.need.code))
    changed = sum(one.before != one.after for one in changes)
    return PhraseEffect(len(drafts), len(holding), len(changes), changed, blocked, freed, changes[:EXAMPLES])


def _texts(draft: NeedDraft) -> Iterator[str]:
    yield from (getattr(draft, name) for name in TEXT_FIELDS)
    yield from (row.metric for row in draft.indicators)
