"""Who said of which needs that they belong together, or never do; and what holds where words contradict each other.

Words are transitive: who puts A with B and B with C puts A with C. Where two needs of a set that is tied together in
this way are kept apart, by a manager or because one owner blocks the other, apart wins and the words that tie the set
count for nothing, until a manager takes one back.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from scenarios.conflicts import blocked_pairs
from scenarios.models import MergeLink, Need

T = TypeVar("T")
Link = tuple[UUID, UUID]


class Words(NamedTuple):
    """What holds between needs; each link in ascending order of its ids.

    apart : never in one set. together : always in one. contradicted : sets that words tie together although two of
    their needs are kept apart. void : those words; they are not in `together`.
    """

    apart: set[Link]
    together: set[Link]
    contradicted: list[set[UUID]]
    void: set[Link]


class Word(NamedTuple):
    """That two needs, given with their codes, always belong together."""

    needs: Link
    codes: tuple[str, str]


class Contradiction(NamedTuple):
    """Codes of needs that words tie together although two of them are kept apart, and those words."""

    codes: list[str]
    words: list[Word]


def tied_sets(links: Iterable[tuple[T, T]]) -> list[set[T]]:
    """Return the sets of what the links tie together, directly or through others; each has at least two members."""
    home: dict[T, set[T]] = {}
    for a, b in links:
        small, large = sorted((home.setdefault(a, {a}), home.setdefault(b, {b})), key=len)
        if small is not large:
            large |= small
            home.update(dict.fromkeys(small, large))
    return list({id(members): members for members in home.values()}.values())


def within(pairs: Iterable[tuple[T, T]], sets: Iterable[Collection[T]]) -> set[tuple[T, T]]:
    """Return those pairs of which both sides lie in the same one of these disjoint sets."""
    home = {one: number for number, members in enumerate(sets) for one in members}
    return {(a, b) for a, b in pairs if a in home and home[a] == home.get(b)}


def holds(members: Iterable[UUID], apart: set[Link]) -> bool:
    """Whether two of these needs are kept apart."""
    return any(pair in apart for pair in combinations(sorted(members), 2))


def words_on(owners: Mapping[UUID, UUID]) -> Words:
    """Return what managers and owners said about these needs.

    owners : need → its organisation.
    """
    links = dict(_said(Q(need_a__in=[*owners], need_b__in=[*owners])))
    apart = {link for link, together in links.items() if not together} | _walls(owners)
    tied = {link for link, together in links.items() if together}
    sets = tied_sets(tied)
    broken = {one for pair in within(apart, sets) for one in pair}
    contradicted = sorted((members for members in sets if members & broken), key=min)
    void = within(tied, contradicted)
    return Words(apart, tied - void, contradicted, void)


def kept_apart_from(needs: Iterable[Need]) -> Q:
    """Return the condition on a need that a manager's word, or a block between the owners, keeps it apart from one of
    these.
    """
    ids, owners = [need.pk for need in needs], {need.owner_id for need in needs}
    one_way, other_way = Q(need_a=OuterRef("pk"), need_b__in=ids), Q(need_b=OuterRef("pk"), need_a__in=ids)
    said = MergeLink.objects.filter(one_way | other_way, together=False)
    blocks, blocked = (
        Q(need__owner=OuterRef("owner"), organisation__in=owners),
        Q(need__owner__in=owners, organisation=OuterRef("owner")),
    )
    return Q(Exists(said)) | Q(Exists(Need.blocked_organisations.through.objects.filter(blocks | blocked)))


def contradictions() -> list[Contradiction]:
    """Return every contradiction between words about needs that could be merged now."""
    link = MergeLink.objects.filter(Q(need_a=OuterRef("pk")) | Q(need_b=OuterRef("pk")), together=True)
    rows = Need.objects.poolable().filter(Exists(link)).values_list("pk", "owner", "code")
    codes = {pk: code for pk, _owner, code in rows}
    words = words_on({pk: owner for pk, owner, _code in rows})
    return [_contradiction(members, words.void, codes) for members in words.contradicted]


def _contradiction(members: set[UUID], void: set[Link], codes: Mapping[UUID, str]) -> Contradiction:
    words = [Word((a, b), (codes[a], codes[b])) for a, b in void if a in members]
    return Contradiction(sorted(codes[one] for one in members), sorted(words, key=lambda word: sorted(word.codes)))


def clash(pairs: Iterable[Link], *, together: bool) -> list[str]:
    """Return the codes of the needs that this word about `pairs` would tie together and keep apart at once; most
    often none.
    """
    pairs = set(pairs)
    links = dict(_said(Q())) | dict.fromkeys(pairs, together)
    sets = tied_sets(link for link, tied in links.items() if tied)
    concerned = {one for pair in pairs for one in pair}
    touched = [members for members in sets if members & concerned]
    apart = {link for link, tied in links.items() if not tied} | _walls_between(touched) if together else pairs
    broken = within(apart, touched)
    clashing = {one for members in touched if any(pair[0] in members for pair in broken) for one in members}
    return sorted(Need.objects.filter(pk__in=clashing).values_list("code", flat=True))


def _said(condition: Q) -> Iterable[tuple[Link, bool]]:
    rows = MergeLink.objects.filter(condition).values_list("need_a", "need_b", "together")
    return (((a, b), together) for a, b, together in rows)


def _walls_between(sets: Iterable[Collection[UUID]]) -> set[Link]:
    needs = [one for members in sets for one in members]
    return _walls(dict(Need.objects.filter(pk__in=needs).values_list("pk", "owner")))


def _walls(owners: Mapping[UUID, UUID]) -> set[Link]:
    """Return the pairs of these needs of which one owner blocks the other."""
    through = Need.blocked_organisations.through.objects
    blocks = through.filter(need__owner__in=set(owners.values())).values_list("need__owner", "organisation")
    return blocked_pairs(dict(owners), blocks)
