import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import MatchingError, continue_groups

SETS = st.lists(st.frozensets(st.integers(0, 8), min_size=2, max_size=5), max_size=6, unique=True)


def test_a_group_goes_on_while_half_of_all_members_stay():
    old = {"p": {"a", "b", "c", "d"}, "q": {"x", "y"}}
    assert continue_groups(old, [{"a", "b", "c"}, {"x", "y", "z", "w"}]) == ["p", "q"]
    assert continue_groups(old, [{"a", "e"}, {"x", "z"}]) == [None, None]


def test_of_two_parts_the_larger_keeps_the_name():
    assert continue_groups({"p": "abcde"}, ["ab", "cde"]) == [None, "p"]


def test_two_equal_halves_that_unite_keep_the_smaller_name():
    assert continue_groups({"q": "cd", "p": "ab"}, ["abcd"]) == ["p"]


def test_a_name_is_given_once():
    assert continue_groups({"p": "abcd"}, ["ab", "cd"]) == ["p", None]


@given(SETS, SETS, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(old, new, random):
    named = {f"p{number}": members for number, members in enumerate(old)}
    order = random.sample(range(len(new)), len(new))
    names = random.sample(sorted(named), len(named))
    expected = continue_groups(named, new)
    found = continue_groups({name: named[name] for name in names}, [new[place] for place in order])
    assert [expected[place] for place in order] == found
    assert len([one for one in expected if one]) == len({one for one in expected if one})


@pytest.mark.parametrize("overlap", [0.0, 1.1])
def test_an_overlap_outside_its_range_is_refused(overlap):
    with pytest.raises(MatchingError):
        continue_groups({}, [], min_overlap=overlap)
