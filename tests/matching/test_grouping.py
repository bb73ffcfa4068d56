import random
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching import Group, MatchingError, Pair
from matching import group_pairs as groups_from

ids = [f"n{number}" for number in range(9)]
links = st.sampled_from(list(combinations(ids, 2)))
pairs_of = st.dictionaries(links, st.floats(0.05, 1.0), max_size=30).map(
    lambda found: [Pair(a, b, similarity) for (a, b), similarity in found.items()]
)


def group_pairs(pairs, *, min_linkage=0.05, **options):
    return groups_from(pairs, min_linkage=min_linkage, **options)


def members(groups):
    return [group.members for group in groups]


def components(must):
    """Ids → their must-link component, by repeated union."""
    found = {string: {string} for link in must for string in link}
    for a, b in must:
        union = found[a] | found[b]
        found |= dict.fromkeys(union, union)
    return found


def test_like_documents_become_a_group():
    pairs = [Pair("a", "b", 0.5), Pair("a", "c", 0.4), Pair("b", "c", 0.3), Pair("d", "e", 0.6)]
    assert group_pairs(pairs) == [
        Group(("d", "e"), "d", 0.6),
        Group(("a", "b", "c"), "a", pytest.approx(0.4)),
    ]


def test_a_chain_is_not_a_group():
    chain = [Pair(a, b, 0.5) for a, b in ("ab", "bc", "cd", "de", "ef")]
    assert members(group_pairs(chain)) == [("a", "b"), ("c", "d"), ("e", "f")]


@pytest.mark.parametrize("weaker", [0.5, 0.45, 0.2])
def test_three_in_a_chain_are_no_group_however_alike_and_whatever_else_is_given(weaker):
    chain = [Pair("a", "b", 0.5), Pair("b", "c", weaker)]
    assert members(group_pairs(chain)) == [("a", "b")]
    assert members(group_pairs([*chain, Pair("x", "y", 0.06)])) == [("a", "b"), ("x", "y")]
    assert members(group_pairs([*chain, Pair("a", "c", 0.06)])) == [("a", "b", "c")]


def test_every_member_is_paired_with_more_than_half_of_the_others():
    ring = [Pair(a, b, 0.5) for a, b in ("ab", "bc", "cd", "ad")]
    assert members(group_pairs(ring)) == [("a", "b", "c", "d")]
    assert members(group_pairs([*ring, Pair("a", "e", 0.9), Pair("b", "e", 0.9)])) == [("a", "b", "e"), ("c", "d")]


def test_what_staff_put_together_counts_as_paired():
    pairs = [Pair("a", "b", 0.5), Pair("b", "c", 0.5)]
    assert members(group_pairs(pairs, must_link=[("a", "c")])) == [("a", "b", "c")]


def test_one_missing_pair_does_not_part_a_group():
    pairs = [Pair(a, b, 0.8) for a, b in combinations("abcd", 2) if (a, b) != ("a", "d")] + [Pair("x", "y", 0.3)]
    assert members(group_pairs(pairs)) == [("a", "b", "c", "d"), ("x", "y")]


def test_min_linkage_decides_when_to_stop():
    pairs = [Pair("a", "b", 0.8), Pair("b", "c", 0.5), Pair("a", "c", 0.3)]
    assert members(group_pairs(pairs, min_linkage=0.4)) == [("a", "b", "c")]
    assert members(group_pairs(pairs, min_linkage=0.41)) == [("a", "b")]


def test_a_group_stops_at_its_size_cap():
    pairs = [Pair(a, b, 0.9) for a, b in combinations("abcdef", 2)]
    assert [len(group.members) for group in group_pairs(pairs, max_size=4)] == [4, 2]
    assert [len(group.members) for group in group_pairs(pairs)] == [6]


def test_staff_decide():
    pairs = [Pair("a", "b", 0.9), Pair("b", "c", 0.5), Pair("a", "c", 0.5)]
    assert members(group_pairs(pairs, cannot_link=[("b", "a")])) == [("a", "c")]
    assert members(group_pairs(pairs, must_link=[("x", "y"), ("z", "y")])) == [("a", "b", "c"), ("x", "y", "z")]
    assert group_pairs([], must_link=[("x", "y")]) == [Group(("x", "y"), "x", 0.0)]


def test_what_is_kept_apart_stays_apart_when_both_sides_have_grown():
    pairs = [Pair(a, b, 0.7) for a, b in combinations("abcd", 2)] + [Pair("a", "b", 0.9), Pair("c", "d", 0.8)]
    for link in ("ac", "ad", "bc", "bd"):
        assert members(group_pairs(pairs, cannot_link=[(link[0], link[1])])) == [("a", "b"), ("c", "d")]


def test_linked_documents_may_exceed_the_cap_but_do_not_grow():
    pairs = [Pair(a, b, 0.9) for a, b in combinations("abcd", 2)]
    assert members(group_pairs(pairs, max_size=2, must_link=[("a", "b"), ("b", "c")])) == [("a", "b", "c")]


def test_contradicting_decisions_are_refused():
    with pytest.raises(MatchingError, match="a and c are kept apart, yet must-links tie them together"):
        group_pairs([], must_link=[("a", "b"), ("b", "c")], cannot_link=[("c", "a")])


@pytest.mark.parametrize("similarity", [0.0, -0.1, float("nan"), float("inf")])
def test_senseless_pairs_are_refused(similarity):
    with pytest.raises(MatchingError, match="value above 0"):
        group_pairs([Pair("a", "b", similarity)])
    with pytest.raises(MatchingError, match="two ids"):
        group_pairs([Pair("a", "a", 0.5)])
    with pytest.raises(MatchingError, match="max_size is 1"):
        group_pairs([], max_size=1)


@given(pairs_of, st.integers(2, 6), st.lists(links, max_size=3), st.lists(links, max_size=6))
def test_groups_keep_every_promise(pairs, max_size, must, cannot):
    together = components(must)
    assume(not any(b in together.get(a, ()) for a, b in cannot))
    groups = group_pairs(pairs, max_size=max_size, must_link=must, cannot_link=cannot)
    home = {string: group for group in groups for string in group.members}
    assert len(home) == sum(len(group.members) for group in groups)
    assert all(home[a] is home[b] for a, b in must)
    assert not any(a in home and b in home and home[a] is home[b] for a, b in cannot)
    for group in groups:
        largest_linked = max((len(together.get(string, ())) for string in group.members), default=0)
        assert len(group.members) <= max(max_size, largest_linked)
        assert group.members == tuple(sorted(group.members))
        assert group.representative in group.members


@given(pairs_of, st.integers(2, 6), st.lists(links, max_size=6), st.floats(0.0, 1.0))
def test_cohesion_is_never_below_the_linkage_asked_for_and_no_group_is_a_chain(pairs, max_size, cannot, min_linkage):
    given_pairs = {frozenset(pair[:2]) for pair in pairs}
    for group in group_pairs(pairs, max_size=max_size, cannot_link=cannot, min_linkage=min_linkage):
        assert group.cohesion >= min_linkage * (1 - 1e-9)
        for one in group.members:
            paired = sum(frozenset((one, other)) in given_pairs for other in group.members)
            assert 2 * paired > len(group.members) - 1


@given(pairs_of, pairs_of, st.lists(links, max_size=3))
def test_unrelated_pairs_change_no_group(pairs, others, must):
    elsewhere = [Pair(f"m{a}", f"m{b}", similarity) for a, b, similarity in others]
    apart = [*group_pairs(pairs, must_link=must), *group_pairs(elsewhere)]
    together = group_pairs([*elsewhere, *pairs], must_link=must)
    assert together == sorted(apart, key=lambda group: (-group.cohesion, group.members))


@given(pairs_of, st.lists(links, max_size=3), st.lists(links, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(pairs, must, cannot, draw: random.Random):
    together = components(must)
    assume(not any(b in together.get(a, ()) for a, b in cannot))
    turned = [Pair(*draw.sample((a, b), 2), similarity) for a, b, similarity in draw.sample(pairs, len(pairs))]
    first = group_pairs(pairs, must_link=must, cannot_link=cannot)
    assert group_pairs(turned, must_link=must[::-1], cannot_link=[(b, a) for a, b in cannot[::-1]]) == first


def test_of_a_pair_given_twice_the_larger_counts():
    assert group_pairs([Pair("a", "b", 0.4), Pair("b", "a", 0.7)]) == [Group(("a", "b"), "a", 0.7)]
