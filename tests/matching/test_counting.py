import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matching.counting
from matching import Analyzer, compiled
from matching.counting import count_terms
from matching.strings import StringTable
from tests.matching.corpus import documents, needs_kernels

# What single characters, their neighbours and the expressions treat in ways of their own.
ODD = (
    "中文檢測缺陷〇𠀀𝒜ﬁ①㎡½İıßΣςſéÅ゜ハﾊﾟが각가 \t\n\u3000。.,_-·'aAzZ09１２．٣"
    "ing sed -/:"
    "\u1100\u1161\u0301\u0327\u034f\u200b\ufeff\u00ad\u3164\ufffd\x00\ud800"
)
CHARACTERS = st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=()))
TEXTS = st.lists(st.text(CHARACTERS, max_size=30), max_size=8)


def both_ways(texts, known=()):
    """Count texts with and without the kernels, beginning with the same table of terms."""
    plain, fast = StringTable(known), StringTable(known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(compiled.SWITCH, "0")
        counted = count_terms(texts, plain, Analyzer()), list(plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.counting, "COMPILED_FROM", 0)
        return counted, (count_terms(texts, fast, Analyzer()), list(fast))


def assert_same(counted, others):
    assert counted[1] == others[1]
    assert counted[0].shape == others[0].shape
    assert (counted[0] != others[0]).nnz == 0
    assert others[0].has_sorted_indices
    assert others[0].dtype == counted[0].dtype
    assert {part.dtype for counts in (counted[0], others[0]) for part in (counts.indices, counts.indptr)} == {
        np.dtype("int32")
    }


@needs_kernels
@given(TEXTS, st.sampled_from([1, 10, 1_000_000]))
def test_the_kernels_count_the_same_terms_under_the_same_numbers(texts, batch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.counting, "BATCH", batch)
        assert_same(*both_ways(texts, known=["缺陷", "ai"]))


@needs_kernels
@pytest.mark.parametrize(
    "text",
    [
        "1.2.3 2.5mm a2.5 2a.5 12. .5 1..2 1.2.",
        "a" * 200 + " b" + "c" * 63,
        "中" * 20_005 + "甲",
        "㎡" * 12_000,  # each becomes two characters: the normalised text is cut at 20,000 as well
        "e\u0301" * 5 + "\u200b缺\u200b陷" + "檢測檢測",
        "缺" * 70_000,
        "Defect-inspections of rolled strips, e.g. 40 ppm (ISO 9001); 3.5 mm/s",
        "technologies\ntechnologie ß qualitiés x" + " inspections" * 9_000,
        "x y " * 5_000 + "d" * 31 + " " + "e" * 32 + " " + "f" * 32,
    ],
)
def test_long_and_odd_texts(text):
    assert_same(*both_ways([text, "", "缺陷检测 AI-2.0", text]))


@needs_kernels
def test_many_documents_in_small_batches(monkeypatch):
    monkeypatch.setattr(matching.counting, "BATCH", 50)
    assert_same(*both_ways([document.body for document in documents(300)], known=["ocr"]))


@needs_kernels
def test_the_kernels_load_from_an_installation_that_is_read_only():
    code = (
        "import os; os.access = lambda *_: False; from matching import compiled;"
        "compiled.kernels('join_kernels', work=1, pays_from=0); print(os.environ[compiled.CACHE])"
    )
    env = {name: value for name, value in os.environ.items() if name != compiled.CACHE}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    folder = Path(done.stdout.strip())
    assert folder.name.startswith("matching-kernels-")
    assert not folder.exists()  # it went with its process


def test_the_compiler_is_not_loaded_before_there_is_work_for_it():
    """Web processes import the library for single queries; numba would cost them seconds and memory."""
    code = (
        "import sys; from matching import Document, TextIndex, similar_pairs;"
        "index = TextIndex.build([Document('a', '焊缝检测'), Document('b', '焊缝检测')]);"
        "index.search('焊缝'); similar_pairs(index, min_similarity=.5); print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
