import json
from mmap import mmap

import numpy as np
import pytest

from matching import Document, IndexExistsError, IndexFormatError, IndexSet, TextIndex, rank, similar_pairs
from matching.store import read_folder, write_folder
from matching.strings import StringTable
from matching.text import Analyzer
from tests.matching.corpus import documents


@pytest.fixture
def both():
    return IndexSet.build({"needs": documents(30, prefix="n"), "capabilities": documents(40, seed=2, prefix="c")})


@pytest.mark.parametrize("mmap", [True, False])
def test_a_stored_set_gives_the_same_answers(both, tmp_path, mmap):
    both.save(tmp_path / "build")
    loaded = IndexSet.load(tmp_path / "build", mmap=mmap, verify=True)
    assert [rank(loaded, need) for need in both.part("needs").ids] == [
        rank(both, need) for need in both.part("needs").ids
    ]
    needs = loaded.part("needs")
    assert needs.search("焊缝检测", "unseen") == both.part("needs").search("焊缝检测", "unseen")
    assert similar_pairs(needs, min_similarity=0.3) == similar_pairs(both.part("needs"), min_similarity=0.3)
    np.testing.assert_array_equal(needs.matrix.toarray(), both.part("needs").matrix.toarray())
    assert needs.ids == both.part("needs").ids
    assert loaded.parts == ("needs", "capabilities")


def test_a_build_follows_from_the_one_before(both, tmp_path):
    both.save(tmp_path / "one")
    live = IndexSet.load(tmp_path / "one")
    live.add("needs", [Document("late", "海上风电叶片巡检")])
    live.remove("capabilities", ["c000"])
    live.save(tmp_path / "two")
    assert live.vocabulary.changes == 2
    two = IndexSet.load(tmp_path / "two")
    assert two.vocabulary.changes == 2
    assert two.part("needs").search("海上风电叶片巡检")[0].id == "late"
    assert "c000" not in two.part("capabilities")
    assert "late" not in IndexSet.load(tmp_path / "one").part("needs")
    two.refit()
    fresh = IndexSet.build(
        {
            "needs": [*documents(30, prefix="n"), Document("late", "海上风电叶片巡检")],
            "capabilities": documents(40, seed=2, prefix="c")[1:],
        }
    )
    assert rank(two, "late") == rank(fresh, "late")
    assert two.vocabulary.idf.sum() == pytest.approx(fresh.vocabulary.idf.sum())


def test_an_index_alone_is_stored_with_its_vocabulary(tmp_path):
    index = TextIndex.build(documents(20))
    index.save(tmp_path / "index")
    loaded = TextIndex.load(tmp_path / "index")
    assert loaded.search("焊缝") == index.search("焊缝")
    loaded.refit()
    assert loaded.search("焊缝") == index.search("焊缝")
    with pytest.raises(IndexFormatError, match="holds a text-index, not a index-set"):
        IndexSet.load(tmp_path / "index")


def test_an_empty_set_can_be_stored(tmp_path):
    IndexSet().save(tmp_path / "empty")
    loaded = IndexSet.load(tmp_path / "empty", verify=True)
    assert (len(loaded), loaded.part("needs").search("焊缝")) == (0, [])
    loaded.add("needs", [Document("a", "焊缝")])
    assert loaded.part("needs").search("焊缝")[0].id == "a"


def test_a_build_is_never_overwritten(both, tmp_path):
    both.save(tmp_path / "build")
    before = (tmp_path / "build" / "manifest.json").read_bytes()
    with pytest.raises(IndexExistsError, match="save under a new name"):
        IndexSet().save(tmp_path / "build")
    assert (tmp_path / "build" / "manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="Object arrays"):
        write_folder(tmp_path / "x", {"good": np.zeros(3), "bad": np.array([object()])}, {})
    assert list(tmp_path.iterdir()) == []


def truncate(folder):
    path = folder / "vocabulary.utf8.npy"
    path.write_bytes(path.read_bytes()[:-1])


def remove_file(folder):
    (folder / "part.needs.ids.utf8.npy").unlink()


def remove_manifest(folder):
    (folder / "manifest.json").unlink()


def cut_manifest(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text()[:-20])


def edit(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            truncate,
            r"vocabulary\.utf8\.npy has \d+ bytes instead of \d+: the copy is incomplete; copy it again or make",
        ),
        (remove_file, "ids.utf8.npy is missing: the copy is incomplete"),
        (remove_manifest, "is not an index: manifest.json is missing; make a new build"),
        (cut_manifest, "manifest.json cannot be read"),
        (lambda folder: edit(folder, version=99), "has format version 99, this program reads 1; make a new build"),
        (lambda folder: edit(folder, format="other"), "is not the manifest of an index"),
        (lambda folder: edit(folder, meta={"kind": "index-set"}), "does not have its own checksum"),
    ],
)
def test_a_damaged_folder_is_refused(both, tmp_path, damage, message):
    both.save(tmp_path / "build")
    damage(tmp_path / "build")
    with pytest.raises(IndexFormatError, match=message):
        IndexSet.load(tmp_path / "build")


def test_a_changed_byte_is_found_on_verification(both, tmp_path):
    both.save(tmp_path / "build")
    path = tmp_path / "build" / "part.needs.postings.all.weights.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    IndexSet.load(tmp_path / "build")
    with pytest.raises(IndexFormatError, match="does not have its checksum: it is damaged"):
        IndexSet.load(tmp_path / "build", verify=True)


def test_a_pickle_is_never_loaded(tmp_path):
    write_folder(tmp_path / "x", {"a": np.zeros(3)}, {})
    np.save(tmp_path / "evil.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    evil = (tmp_path / "evil.npy").read_bytes()
    (tmp_path / "x" / "a.npy").write_bytes(evil)
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text())
    manifest["files"]["a.npy"]["bytes"] = len(evil)
    from matching.store import _digest

    del manifest["sha256"]
    (tmp_path / "x" / "manifest.json").write_text(json.dumps(manifest | {"sha256": _digest(manifest)}))
    for mapped in (True, False):
        with pytest.raises(IndexFormatError, match="cannot be read"):
            read_folder(tmp_path / "x", mmap=mapped)


def test_an_index_of_another_analyzer_is_refused(both, tmp_path):
    class Words(Analyzer):
        name = "words/1"

    both.save(tmp_path / "build")
    with pytest.raises(IndexFormatError, match="made with analyzer han12-words/3, not words/1"):
        IndexSet.load(tmp_path / "build", analyzer=Words())


def test_a_loaded_index_is_mapped_not_read(both, tmp_path):
    both.save(tmp_path / "build")
    weights = IndexSet.load(tmp_path / "build").part("needs")._turned["all"].weights
    assert not weights.flags.writeable
    assert isinstance(weights.base, mmap)


def test_strings_are_found_by_halving():
    strings = ["检测", "a", "", "zz", "𠮷", "é", "aa"]
    table = StringTable.from_arrays(StringTable(strings).arrays())
    assert [table.find(string) for string in strings] == list(range(7))
    assert [table.find(string) for string in ("b", "检", "zzz", "\ud800")] == [-1] * 4
    assert (list(table), table[4], len(table), "é" in table, 3 in table) == (strings, "𠮷", 7, True, False)
    table.numbering()["new"]
    assert (table.find("new"), table[7], len(table)) == (7, "new", 8)


def test_a_table_that_was_mapped_stores_what_was_appended_too():
    table = StringTable.from_arrays(StringTable("ba").arrays())
    assert table.numbering() == {"b": 0, "a": 1}
    assert table.arrays()["order"].tolist() == [1, 0]
    table.numbering()["0"]
    assert table.arrays()["order"].tolist() == [2, 1, 0]
