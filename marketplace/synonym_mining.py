"""What the machine learns synonyms from, and what it proposes: for staff to accept or to dismiss."""

from collections.abc import Iterator
from itertools import combinations

from marketplace.choices import SuggestionState
from marketplace.models import Capability, Suggestion
from matching.mining import Meeting, MinedPair, mined_pairs
from matching.thesaurus import MAX_PHRASE, Thesaurus
from scenarios.models import DemandMember, Need, Phrase, SynonymProposal

NEWEST = 20_000
"""Objects and matches that are looked at, of each kind."""

LARGEST_POOL = 12
"""Members of a pool that are compared in pairs; more would outweigh everything else."""


def proposed_pairs() -> list[MinedPair]:
    """Return the pairs of phrases that the objects on offer and the matches that people accepted suggest."""
    return mined_pairs(_meetings(), Thesaurus(Phrase.objects.by_concept()))


def keep_proposals(pairs: list[MinedPair]) -> None:
    """Write the pairs down. One that was decided stays decided; an open one that no longer holds goes."""
    rows = [
        SynonymProposal(one=pair.one, other=pair.other, score=pair.score, times=pair.times, evidence=[*pair.evidence])
        for pair in pairs
        if max(len(pair.one), len(pair.other)) <= MAX_PHRASE
    ]
    kept = {(row.one, row.other) for row in rows}
    gone = [row.pk for row in SynonymProposal.objects.open() if (row.one, row.other) not in kept]
    SynonymProposal.objects.filter(pk__in=gone).delete()
    told = ["score", "times", "evidence"]
    SynonymProposal.objects.bulk_create(rows, update_conflicts=True, unique_fields=["one", "other"], update_fields=told)


def _meetings() -> Iterator[Meeting]:
    for kind in (Need.objects.indexable(), Capability.objects.published()):
        both = kind.exclude(title_en="").order_by("-published_at", "pk")
        yield from map(Meeting._make, both.values_list("code", "title_zh", "title_en")[:NEWEST])
    accepted = Suggestion.objects.filter(state__in=[SuggestionState.SHORTLISTED, SuggestionState.CONTACTED])
    wanted = accepted.filter(need__isnull=False).order_by("-updated_at", "pk")
    columns = ("need__code", "capability__code", "need__title_zh", "capability__title_zh")
    for need, capability, one, other in wanted.values_list(*columns)[:NEWEST]:
        yield Meeting(f"{need} – {capability}", one, other)
    yield from _pooled()


def _pooled() -> Iterator[Meeting]:
    """Yield each two needs that managers put into one pool."""
    members = DemandMember.objects.filter(left_at__isnull=True).order_by("-pk")
    pools: dict[str, list[tuple[str, str]]] = {}
    for pool, code, title in members.values_list("demand__code", "need__code", "need__title_zh")[:NEWEST]:
        pools.setdefault(pool, []).append((code, title))
    for needs in pools.values():
        for (one, ours), (other, theirs) in combinations(sorted(needs)[:LARGEST_POOL], 2):
            yield Meeting(f"{one} – {other}", ours, theirs)
