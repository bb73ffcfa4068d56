import pytest

from matching.stemming import stem


# From the published vocabulary of the algorithm; a longer stem that ends in i is shown with its y.
@pytest.mark.parametrize(
    ("stemmed", "words"),
    [
        ("consign", "consign consigned consigning consignment"),
        ("consist", "consist consisted consistency consistent consistently consisting consists"),
        ("consolid", "consolidate consolidated consolidating"),
        ("inspect", "inspect inspected inspecting inspection inspections"),
        ("relat", "relate related relates relational"),
        ("technolog", "technology technologies"),
        ("quality", "quality qualities"),
        ("generous", "generous generously"),
        ("general", "general generally"),
        ("proceed", "proceed proceeds"),
    ],
)
def test_forms_of_a_word_have_one_stem(stemmed, words):
    assert {stem(word) for word in words.split()} == {stemmed}


@pytest.mark.parametrize("word", ["ai", "gps", "cms", "its", "wifi", "api", "taxi"])
def test_short_words_stay_as_they_are(word):
    assert stem(word) == word


def test_plurals_of_short_words_lose_their_s():
    assert [stem(word) for word in ("apis", "cars", "taxis")] == ["api", "car", "taxi"]
