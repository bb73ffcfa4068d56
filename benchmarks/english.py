"""How well English texts are compared: our scores against stemmed words and 2-grams, by the judgements of people.

    LEE_DIR=/path/to/test_data python -m benchmarks.english

The set: 50 short news texts, people's judgements of every pair, and 300 texts beside them (Lee, Pincombe & Welsh 2005,
"An empirical evaluation of models of text document similarity"). It is among the test data in the wheel of gensim 4.4:
`pip download gensim==4.4.0 --no-deps`, unpack it, and LEE_DIR is its folder gensim/test/test_data.
"""

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

from matching import Document, MergeVectors, TextIndex, pair_likeness

FILES = ("lee_background.cor", "lee.cor", "similarities0-1.txt")
FIRST = 10
DRAWS = 2_000
BASELINE = "stemmed words + 2-grams"

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


def ours(background: list[str], texts: list[str]) -> dict[str, Square]:
    """Return our three scores of every pair."""
    both = {"": background, "x": texts}
    index = TextIndex.build(
        Document(f"{kind}{i}", "", text) for kind, some in both.items() for i, text in enumerate(some)
    )
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


def main() -> None:
    """Print the figures of each score, and the bounds of its difference to the baseline."""
    folder = lee_dir()
    if folder is None:
        print("English texts: left out, LEE_DIR names no folder with the set; see the head of benchmarks/english.py")
        return
    background, texts = ((folder / name).read_text(encoding="latin-1").splitlines() for name in FILES[:2])
    judged, base = judgements(folder / FILES[2]), baseline(background, texts)
    print(f"{len(texts)} texts, {len(texts) * (len(texts) - 1) // 2} judged pairs, {len(background)} texts beside them")
    for name, scores in {BASELINE: base, **ours(background, texts)}.items():
        print(f"{name:24}", end="")
        for label, figure in (("Spearman", correlation), ("Pearson", linear), ("nDCG@10", ndcg)):
            print(f"  {label} {figure(scores, judged):.4f}", end="")
            if name != BASELINE:
                bounds = (
                    ndcg_interval(scores, base, judged) if figure is ndcg else interval(figure, scores, base, judged)
                )
                print(f" [{bounds[0]:+.4f}, {bounds[1]:+.4f}]", end="")
        print()


if __name__ == "__main__":
    main()
