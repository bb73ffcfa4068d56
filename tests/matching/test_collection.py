import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.collection
import matching.pieces
import matching.pruned_join
import matching.segments
from matching import Collection, Document, IndexExistsError, IndexFormatError, MatchingError, TextIndex, similar_pairs
from tests.matching.corpus import documents, needs_kernels

BOTH = [pytest.param(False, id="plain"), pytest.param(True, id="compiled", marks=needs_kernels)]


@pytest.fixture(params=BOTH, autouse=True)
def either(request, monkeypatch):
    """Small pieces and blocks, so that there are several; by the plain path, then by the kernels."""
    monkeypatch.setattr(matching.segments, "COMPILED_FROM", 0 if request.param else 10**9)
    monkeypatch.setattr(matching.collection, "SEGMENT", 60)
    for module in (matching.pruned_join, matching.segments):
        monkeypatch.setattr(module, "BLOCK", 25)


def rounded(pairs):
    return [(one.a, one.b, round(one.similarity, 5)) for one in pairs]


def hits(found):
    return [(one.id, round(one.score, 5)) for one in found]


def index_of(some):
    return TextIndex.build(some)


@pytest.mark.parametrize("threshold", [0.1, 0.35, 0.6])
def test_a_collection_has_the_pairs_of_an_index(tmp_path, threshold):
    some = documents(150)
    collection = Collection.build(tmp_path / "c", some)
    assert [len(segment) for segment in collection.segments] == [60, 60, 30]
    expected = rounded(similar_pairs(index_of(some), min_similarity=threshold))
    assert rounded(collection.pairs(min_similarity=threshold)) == expected


def test_a_search_finds_what_an_index_finds(tmp_path):
    some = documents(150)
    collection, index = Collection.build(tmp_path / "c", some), index_of(some)
    for one in some[::10]:
        found = collection.search(one.title, one.body, limit=8)
        assert sorted(hits(found), key=lambda hit: (-hit[1], hit[0])) == hits(
            index.search(one.title, one.body, limit=8)
        )
    first = some[0]
    without = collection.search(first.title, first.body, limit=3, exclude=[first.id, "unknown"])
    assert first.id not in [hit.id for hit in without]
    assert len(without) == 3


def test_what_is_added_is_found_with_the_weights_of_the_epoch(tmp_path):
    some = documents(130)
    collection, index = Collection.build(tmp_path / "c", some[:120]), index_of(some[:120])
    assert collection.add(some[120:]) == 10
    index.add(some[120:])
    assert rounded(collection.pairs(min_similarity=0.2)) == rounded(similar_pairs(index, min_similarity=0.2))
    again = Collection.open(tmp_path / "c")
    assert rounded(again.pairs(min_similarity=0.2)) == rounded(collection.pairs(min_similarity=0.2))
    newest = some[125]
    assert collection.search(newest.title, newest.body, limit=1)[0].id == newest.id
    near = [pair for pair in rounded(similar_pairs(index, min_similarity=0.1)) if newest.id in pair[:2]]
    found = hits(collection.similar(newest, min_similarity=0.1))
    assert sorted(found) == sorted((a if b == newest.id else b, similarity) for a, b, similarity in near)


def test_many_at_once_find_what_each_finds(tmp_path, monkeypatch):
    monkeypatch.setattr(matching.pieces, "PART", 16)
    some = documents(170)
    collection, index = Collection.build(tmp_path / "c", some[:120]), index_of(some[:120])
    for start in range(120, 160, 4):  # with searches in between: the tail's parts grow and are joined
        collection.add(some[start : start + 4])
        collection.search(some[start].title)
    collection.remove([some[3].id, some[121].id])
    index.add(some[120:160])
    index.remove([some[3].id, some[121].id])
    asked = [*some[150:], Document("new", some[4].title, some[4].body), Document("empty", "", "")]
    found = collection.similar_to_each(asked, min_similarity=0.15)
    assert [hits(collection.similar(one, min_similarity=0.15)) for one in asked] == [hits(one) for one in found]
    for one, its in zip(asked, found, strict=True):
        expected = [hit for hit in index.search(one.title, one.body, limit=200) if hit.score >= 0.15]
        assert sorted(hits(its)) == sorted(hits(hit for hit in expected if hit.id != one.id))


def test_what_is_removed_is_gone_and_a_known_id_is_replaced(tmp_path):
    some = documents(130)
    collection = Collection.build(tmp_path / "c", some[:120])
    collection.add(some[120:])
    assert collection.remove([some[0].id, some[125].id, "unknown"]) == 2
    assert collection.remove([some[0].id]) == 0
    changed = Document(some[7].id, "量子通信", "与其他全无关系的一段文字")
    assert collection.add([changed]) == 1
    assert len(collection) == 128
    for one in (collection, Collection.open(tmp_path / "c")):
        assert some[0].id not in one
        assert some[7].id in one
        ids = {id_ for pair in one.pairs(min_similarity=0.05) for id_ in pair[:2]}
        assert not {some[0].id, some[125].id} & ids
        assert one.search("量子通信", limit=1)[0].id == some[7].id
        assert not {hit.id for hit in one.search(some[0].title, some[0].body, limit=200)} & {some[0].id, some[125].id}


def test_compaction_gives_what_a_new_index_would(tmp_path):
    some = documents(170)
    collection = Collection.build(tmp_path / "c", some[:120])
    assert not collection.needs_compaction
    collection.add(some[120:])
    assert collection.needs_compaction
    collection.remove([some[3].id, some[130].id])
    held = [Collection.open(tmp_path / "c"), rounded(collection.pairs(min_similarity=0.2))]
    collection.compact()
    left = [one for one in some if one.id not in (some[3].id, some[130].id)]
    expected = rounded(similar_pairs(index_of(left), min_similarity=0.2))
    assert rounded(collection.pairs(min_similarity=0.2)) == expected
    assert rounded(Collection.open(tmp_path / "c").pairs(min_similarity=0.2)) == expected
    assert not collection.needs_compaction
    assert len(collection) == 168
    # A reader of the old epoch still answers from what it has mapped.
    assert rounded(held[0].pairs(min_similarity=0.2)) == held[1]
    names = {path.name for path in (tmp_path / "c").iterdir()}
    manifest = collection.manifest
    named = {"collection.json", manifest["epoch"], *manifest["pieces"], *manifest["segments"]}
    assert not (tmp_path / "c" / manifest["journal"]).exists()  # nothing has changed since
    assert names == named


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "compact", "open"]), st.integers(0, 39)), max_size=12))
def test_any_order_of_changes_ends_in_the_same_collection(tmp_path_factory, steps):
    some = documents(40)
    folder = tmp_path_factory.mktemp("c") / "c"
    collection, alive = Collection.build(folder, some[:20]), {one.id for one in some[:20]}
    for act, number in steps:
        if act == "add":
            collection.add([some[number]])
            alive.add(some[number].id)
        elif act == "remove":
            assert collection.remove([some[number].id]) == (some[number].id in alive)
            alive.discard(some[number].id)
        elif act == "compact":
            collection.compact()
        else:
            collection = Collection.open(folder)
        assert len(collection) == len(alive)
    collection.compact()
    left = [one for one in some if one.id in alive]
    expected = similar_pairs(index_of(left), min_similarity=0.15) if left else []
    assert rounded(collection.pairs(min_similarity=0.15)) == rounded(expected)


def test_terms_that_nobody_knows_lower_every_score(tmp_path):
    some = documents(60)
    collection = Collection.build(tmp_path / "c", some)
    plain = collection.search(some[0].title, limit=1)[0].score
    assert collection.search(f"{some[0].title} xyzzy", limit=1)[0].score < plain
    assert collection.search("xyzzy", limit=5) == []
    assert collection.search("", limit=5) == []


def test_what_cannot_be_used_is_named(tmp_path):
    some = documents(10)
    with pytest.raises(MatchingError, match="ids come twice"):
        Collection.build(tmp_path / "twice", [*some, some[0]])
    Collection.build(tmp_path / "c", some)
    with pytest.raises(IndexExistsError, match="holds a collection already"):
        Collection.build(tmp_path / "c", some)
    with pytest.raises(MatchingError, match="ids come twice"):
        Collection.open(tmp_path / "c").add([some[0], some[0]])
    with pytest.raises(IndexFormatError, match="is no collection"):
        Collection.open(tmp_path / "nowhere")
    (tmp_path / "c" / "collection.json").write_text("{")
    with pytest.raises(IndexFormatError, match="cannot be used"):
        Collection.open(tmp_path / "c")


def test_an_empty_collection_can_grow(tmp_path):
    collection = Collection.build(tmp_path / "c", [])
    assert len(collection) == 0
    assert collection.pairs(min_similarity=0.5) == []
    collection.add(documents(30))
    collection.compact()
    expected = similar_pairs(index_of(documents(30)), min_similarity=0.2)
    assert rounded(collection.pairs(min_similarity=0.2)) == rounded(expected)


def test_a_crash_while_writing_loses_nothing_else(tmp_path):
    some = documents(40)
    collection = Collection.build(tmp_path / "c", some[:30])
    collection.add(some[30:34])
    journal = tmp_path / "c" / collection.manifest["journal"]
    whole = journal.read_bytes()
    collection.add([some[34]])
    journal.write_bytes(journal.read_bytes()[:-7])
    again = Collection.open(tmp_path / "c")
    assert len(again) == 34
    assert some[34].id not in again
    again.add([some[35]])
    assert journal.read_bytes().startswith(whole)
    third = Collection.open(tmp_path / "c")
    assert [one.id in third for one in some[33:37]] == [True, False, True, False]


def test_a_damaged_journal_is_named(tmp_path):
    some = documents(40)
    collection = Collection.build(tmp_path / "c", some[:30])
    collection.add([some[30]])
    collection.add([some[31]])
    journal = tmp_path / "c" / collection.manifest["journal"]
    journal.write_bytes(journal.read_bytes().replace(b'"gone"', b'"gune"', 1))
    with pytest.raises(IndexFormatError, match=r"line 1 of .* is damaged"):
        Collection.open(tmp_path / "c")
