"""Common terms as a reader says them: 2-grams that stand side by side in every text are shown as one phrase."""

import re
from collections.abc import Iterable, Iterator, Sequence
from math import ceil

Weighted = tuple[str, float]
_HAN = re.compile(r"[\u3400-\u9fff]+")


def common_phrases(terms: Iterable[Sequence[object]], texts: Sequence[str], *, share: float = 1.0) -> list[Weighted]:
    """Return the terms for display, the heaviest first, with 2-grams of Chinese joined to the longest common phrases.

    terms : (term, contribution) as `matching` explains them; they stay as they are stored.
    texts : normalised as by `matching.Analyzer`; a phrase stands in at least `share` of them.

    A phrase weighs what the terms weigh that it holds. Where there is a phrase, single characters and 2-grams that
    belong to none are left out; words of other scripts always stay.

    >>> common_phrases([("表面", 0.2), ("面缺", 0.1), ("缺陷", 0.3), ("个席", 0.1)], ["铸件表面缺陷", "表面缺陷多"])
    [('表面缺陷', 0.6)]
    """
    weights = {str(term): float(str(weight)) for term, weight in terms}
    grams = {term for term in weights if len(term) <= 2 and _is_han(term)}
    least = max(1, ceil(share * len(texts)))
    runs = {run for text in texts for run in _runs(text, grams) for run in _common(run, texts, least)}
    phrases = [run for run in runs if not any(run != other and run in other for other in runs)]
    joined = [(run, round(sum(weights[gram] for gram in grams if gram in run), 4)) for run in phrases]
    kept = [(term, weight) for term, weight in weights.items() if not joined or term not in grams]
    return sorted([*joined, *kept], key=lambda row: (-row[1], row[0]))


def _is_han(term: str) -> bool:
    return _HAN.fullmatch(term) is not None


def _runs(text: str, grams: set[str]) -> Iterator[str]:
    """Yield each longest stretch of the text all of whose 2-grams are among `grams`, if it is more than one of them."""
    begin = 0
    for end in range(1, len(text) + 1):
        if text[end - 1 : end + 1] in grams and len(text[end - 1 : end + 1]) == 2:
            continue
        if end - begin > 2:
            yield text[begin:end]
        begin = end


def _common(run: str, texts: Sequence[str], least: int) -> Iterator[str]:
    """Yield the longest parts of a stretch that stand in at least `least` of the texts."""
    for begin in range(len(run) - 2):
        for end in range(len(run), begin + 2, -1):
            if sum(run[begin:end] in text for text in texts) >= least:
                yield run[begin:end]
                break
