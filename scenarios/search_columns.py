"""The stored full-text columns: what a public page is found under, and writing it anew where the tokens have changed.

Three kinds of tokens stand in one column: the words of all texts; those of the heads (titles, code, names) once more
behind `HEAD`; and behind `SPELT` how the heads are typed in pinyin.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from scenarios.models import Call, CoreVersion, MergedDemand
from scenarios.pinyin import spellings
from scenarios.querysets import HEAD, SPELT, lexemes

BATCH = 500


def found_under(heads: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Return the tokens under which a page is found. Both are public fields and nothing else.

    heads : titles, code and names. texts : what is read on the page below them.
    """
    from matching import Analyzer

    analyzer = Analyzer()
    head = "\n".join(heads)
    words = analyzer.words(head)
    spelt = (SPELT + one for one in spellings(analyzer.normalise(head)))
    return [*analyzer.words("\n".join(texts)), *words, *(HEAD + one for one in words), *spelt]


def pool_tokens(code: str, core: Any) -> list[str]:
    """Return the tokens of a pool by its core: a mapping of fields as a manager writes them. Members are not named."""
    heads = (code, core.get("title_zh", ""), core.get("title_en", ""))
    return found_under(heads, (core.get("problem", ""), core.get("boundary_in", "")))


def call_tokens(call: Call) -> list[str]:
    """Return the tokens of a call."""
    metrics = [str(row.get("metric", "")) for row in call.indicators]
    return found_under((call.code, call.title_zh, call.title_en), (call.summary, *metrics))


def rewrite_search(rows: QuerySet[Any], tokens_of: Callable[[Any], list[str]], *, after: str) -> str:
    """Write the `search` column of one batch of these rows, ordered by pk; call it in a transaction.

    after : the pk behind which the batch begins; empty for the first. Returns the last pk of a full batch, which others
    may follow; empty behind the last row.
    """
    found = rows.filter(pk__gt=after) if after else rows
    batch = list(found.order_by("pk").select_for_update(of=("self",))[:BATCH])
    for row in batch:
        rows.filter(pk=row.pk).update(search=lexemes(tokens_of(row)))
    return str(batch[-1].pk) if len(batch) == BATCH else ""


def rewrite_pools_and_calls() -> None:
    """Write the `search` columns of all pools, and of all calls that were opened; call it in a transaction."""
    cores = {(row.demand_id, row.version): row for row in CoreVersion.objects.all()}
    for pool in MergedDemand.objects.order_by("pk").select_for_update():
        core = cores[pool.pk, pool.core_version]
        fields = {name: getattr(core, name) for name in ("title_zh", "title_en", "problem", "boundary_in")}
        MergedDemand.objects.filter(pk=pool.pk).update(search=lexemes(pool_tokens(pool.code, fields)))
    for call in Call.objects.filter(opens_at__isnull=False).order_by("pk").select_for_update():
        Call.objects.filter(pk=call.pk).update(search=lexemes(call_tokens(call)))
