"""The map of documents: the same index, the same places; what is alike lies close together."""

from math import dist

from matching import Document, TextIndex, plane_of

TEXTS = {
    "a1": "铸件表面缺陷在线检测",
    "a2": "铸件表面缺陷自动检测",
    "a3": "铸件表面裂纹缺陷检测",
    "b1": "医院床位调度优化",
    "b2": "医院床位智能调度",
    "b3": "住院床位调度排班",
}


def index() -> TextIndex:
    return TextIndex.build([Document(name, text) for name, text in TEXTS.items()])


def test_what_is_alike_lies_together() -> None:
    places = plane_of(index())
    assert sorted(places) == sorted(TEXTS)
    nearest = {
        one: min((other for other in TEXTS if other != one), key=lambda other: dist(places[one], places[other]))
        for one in TEXTS
    }
    assert {one[0] + other[0] for one, other in nearest.items()} == {"aa", "bb"}


def test_places_fill_the_plane_and_repeat() -> None:
    places = plane_of(index())
    assert [max(abs(place[axis]) for place in places.values()) for axis in (0, 1)] == [1.0, 1.0]
    assert plane_of(index()) == places


def test_too_few_documents_span_no_plane() -> None:
    assert plane_of(TextIndex.build([Document("a", "铸件"), Document("b", "床位")])) == {
        "a": (0.0, 0.0),
        "b": (0.0, 0.0),
    }
    same = TextIndex.build([Document(name, "铸件表面缺陷检测") for name in "abcd"])
    assert set(plane_of(same).values()) == {(0.0, 0.0)}
