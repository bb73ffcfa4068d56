"""How well English texts are compared: our scores against stemmed words and 2-grams, by the judgements of people.

    LEE_DIR=/path/to/test_data python -m benchmarks.english

The set: 50 short news texts, people's judgements of every pair, and 300 texts beside them (Lee, Pincombe & Welsh 2005,
"An empirical evaluation of models of text document similarity"). It is among the test data in the wheel of gensim 4.4:
`pip download gensim==4.4.0 --no-deps`, unpack it, and LEE_DIR is its folder gensim/test/test_data. Our scores are taken
with the product's thesaurus too, which must not cost an English text anything.

Then, without LEE_DIR too, how well what is offered in English is found in Chinese: by the Chinese title of each
demonstration capability its English title, among the English titles of all and among the titles of all others in both
languages: without a thesaurus, with the product's, and with that and every pair of phrases that is mined from the
titles of the demonstration's needs, as if staff had accepted them all. We wrote both titles and the thesaurus, so this
shows that the languages are tied together, not how much of a stranger's English is known.
"""

import csv
import os
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import TfidfVectorizer
from snowballstemmer.english_stemmer import EnglishStemmer

from matching import Analyzer, Document, MergeVectors, TextIndex, Thesaurus, pair_likeness
from matching.mining import Meeting, mined_pairs
from matching.thesaurus import phrase_form
from scenarios.migrations._synonyms import SEED

FILES = ("lee_background.cor", "lee.cor", "similarities0-1.txt")
FIRST = 10
DRAWS = 2_000
BASELINE = "stemmed words + 2-grams"
DEMO = Path(__file__).resolve().parent.parent / "marketplace" / "demo"

Square = npt.NDArray[np.float64]


def lee_dir() -> Path | None:
    """Return the folder named by LEE_DIR, if it holds the set."""
    folder = os.environ.get("LEE_DIR")
    return Path(folder) if folder and all((Path(folder) / name).is_file() for name in FILES) else None


def judgements(path: Path) -> Square:
    """Return the judged likenesses, symmetric; the file holds each pair once or twice."""
    half = np.triu(np.loadtxt(path), 1)
    return np.asarray(half + half.T)


def baseline(background: list[str], texts: list[str]) -> Square:
    """Return the cosines of scikit-learn's sublinear tf-idf over Snowball stems and their 2-grams."""
    stemmer = EnglishStemmer()

    def terms(text: str) -> list[str]:
        words = stemmer.stemWords(re.findall(r"[a-z0-9]+", text.lower()))
        return [*words, *(f"{one} {other}" for one, other in pairwise(words))]

    weights = TfidfVectorizer(sublinear_tf=True, analyzer=terms).fit(background + texts).transform(texts)
    return np.asarray((weights @ weights.T).toarray())


def titles(file: str) -> list[tuple[str, str, str]]:
    """Return (id, Chinese title, English title) of the demonstration's needs or capabilities."""
    with (DEMO / file).open(encoding="utf-8", newline="") as rows:
        return [(row["external_id"], row["title_zh"], row["title_en"]) for row in csv.DictReader(rows)]


def seeded() -> list[list[str]]:
    """Return the concepts that come with the product."""
    lines = (line.replace("=", ",").split(",") for line in SEED.strip().splitlines())
    return [[phrase_form(phrase) for phrase in phrases] for phrases in lines]


def mined() -> list[list[str]]:
    """Return those concepts and what is mined from the needs' titles: a pair goes into the concept of one phrase."""
    concepts = seeded()
    home = {phrase: concept for concept in concepts for phrase in concept}
    for pair in mined_pairs((Meeting(*one) for one in titles("needs.csv")), Thesaurus(concepts)):
        known = [home[phrase] for phrase in (pair.one, pair.other) if phrase in home]
        if len(known) == 1:
            known[0] += {pair.one, pair.other} - set(known[0])
        elif not known:
            concepts.append([pair.one, pair.other])
    return concepts


def ours(background: list[str], texts: list[str], analyzer: Analyzer) -> dict[str, Square]:
    """Return our three scores of every pair."""
    both = {"": background, "x": texts}
    documents = [Document(f"{kind}{i}", "", text) for kind, some in both.items() for i, text in enumerate(some)]
    index = TextIndex.build(documents, analyzer=analyzer)
    ids = [f"x{number}" for number in range(len(texts))]
    rows = [index.row(one) for one in ids]
    matrices = {"cosine": index.matrix[rows], "MergeVectors": MergeVectors(index).matrix[rows]}
    found = {name: np.asarray((matrix @ matrix.T).toarray()) for name, matrix in matrices.items()}
    likeness = pair_likeness(index, [(a, b) for a in ids for b in ids])
    return found | {"pair_likeness": np.array(likeness).reshape(len(ids), -1)}


def correlation(scores: Square, judged: Square) -> float:
    """Return Spearman's correlation over the pairs."""
    pairs = np.triu_indices(len(judged), 1)
    return float(spearmanr(scores[pairs], judged[pairs])[0])


def linear(scores: Square, judged: Square) -> float:
    """Return Pearson's correlation over the pairs."""
    pairs = np.triu_indices(len(judged), 1)
    return float(np.corrcoef(scores[pairs], judged[pairs])[0, 1])


def gains(scores: Square, judged: Square) -> Square:
    """Return nDCG@10 by text, of all others ranked for it; the gain is the judged likeness."""
    discount, found = 1 / np.log2(np.arange(2, FIRST + 2)), []
    for number in range(len(judged)):
        gain, score = np.delete(judged[number], number), np.delete(scores[number], number)
        ranked = gain[np.argsort(-score, kind="stable")][:FIRST]
        found.append(ranked @ discount / (np.sort(gain)[::-1][:FIRST] @ discount))
    return np.array(found)


def ndcg(scores: Square, judged: Square) -> float:
    """Return the mean of `gains`."""
    return float(gains(scores, judged).mean())


def interval(figure: Callable[[Square, Square], float], scores: Square, other: Square, judged: Square) -> Square:
    """Return the 95 % bounds of the difference of a correlation: a paired bootstrap over texts, no text with itself."""
    random, differences = np.random.default_rng(1), []
    for _ in range(DRAWS):
        drawn = np.sort(random.integers(0, len(judged), len(judged)))
        x, y = np.triu_indices(len(drawn), 1)
        apart = drawn[x] != drawn[y]
        pairs = drawn[x][apart], drawn[y][apart]
        differences.append(
            _of_pairs(figure, scores[pairs], judged[pairs]) - _of_pairs(figure, other[pairs], judged[pairs])
        )
    return np.asarray(np.quantile(differences, (0.025, 0.975)))


def _of_pairs(figure: Callable[[Square, Square], float], scores: Square, judged: Square) -> float:
    return float(spearmanr(scores, judged)[0] if figure is correlation else np.corrcoef(scores, judged)[0, 1])


def ndcg_interval(scores: Square, other: Square, judged: Square) -> Square:
    """Return the 95 % bounds of the difference of nDCG@10: a paired bootstrap over the texts ranked for."""
    differences = gains(scores, judged) - gains(other, judged)
    drawn = np.random.default_rng(1).integers(0, len(differences), (DRAWS, len(differences)))
    return np.asarray(np.quantile(differences[drawn].mean(axis=1), (0.025, 0.975)))


def found_across(analyzer: Analyzer, *, both: bool) -> list[int]:
    """Return the place of each capability's English title in a search for its Chinese one; 0 where it is not found.

    both : among the Chinese titles of the other capabilities as well.
    """
    offers = titles("capabilities.csv")
    documents = [Document(f"en:{one}", english) for one, _, english in offers]
    documents += [Document(f"zh:{one}", chinese) for one, chinese, _ in offers] if both else []
    index = TextIndex.build(documents, analyzer=analyzer)
    places = []
    for one, chinese, _english in offers:
        hits = [hit.id for hit in index.search(chinese, limit=len(documents)) if hit.id != f"zh:{one}"]
        places.append(hits.index(f"en:{one}") + 1 if f"en:{one}" in hits else 0)
    return places


def print_across() -> None:
    """Print how many English titles are found first and among ten by their Chinese ones, and the mean reciprocal."""
    print("English titles of the demonstration's capabilities, looked for by their Chinese titles")
    ways = {
        "without thesaurus": Analyzer(),
        "with thesaurus": Analyzer(Thesaurus(seeded())),
        "and what is mined": Analyzer(Thesaurus(mined())),
    }
    for where, both in (("among English titles", False), ("among titles in both languages", True)):
        for name, analyzer in ways.items():
            places = found_across(analyzer, both=both)
            first, ten = (sum(0 < place <= most for place in places) for most in (1, FIRST))
            reciprocal = sum(1 / place for place in places if place) / len(places)
            print(f"{where:32}{name:20}{len(places)} titles  first {first}  in ten {ten}  MRR {reciprocal:.3f}")


def print_judged(folder: Path) -> None:
    """Print the figures of each score, and the bounds of its difference to the baseline."""
    background, texts = ((folder / name).read_text(encoding="latin-1").splitlines() for name in FILES[:2])
    judged, base = judgements(folder / FILES[2]), baseline(background, texts)
    print(f"{len(texts)} texts, {len(texts) * (len(texts) - 1) // 2} judged pairs, {len(background)} texts beside them")
    known = ours(background, texts, Analyzer(Thesaurus(seeded())))
    rows = ours(background, texts, Analyzer()) | {f"{name}, thesaurus": scores for name, scores in known.items()}
    for name, scores in {BASELINE: base, **rows}.items():
        print(f"{name:26}", end="")
        for label, figure in (("Spearman", correlation), ("Pearson", linear), ("nDCG@10", ndcg)):
            print(f"  {label} {figure(scores, judged):.4f}", end="")
            if name != BASELINE:
                bounds = (
                    ndcg_interval(scores, base, judged) if figure is ndcg else interval(figure, scores, base, judged)
                )
                print(f" [{bounds[0]:+.4f}, {bounds[1]:+.4f}]", end="")
        print()


def main() -> None:
    """Print the figures of both parts."""
    folder = lee_dir()
    if folder is None:
        print("English texts: left out, LEE_DIR names no folder with the set; see the head of benchmarks/english.py")
    else:
        print_judged(folder)
    print_across()


if __name__ == "__main__":
    main()
