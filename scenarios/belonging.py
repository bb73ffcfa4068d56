"""Why each member is in a proposal: its strongest links, what only it has, and what would be lost without it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.choices import Unit
from scenarios.facts import grouped, label_of, text_of_field
from scenarios.likeness import shown_terms, whole_text
from scenarios.models import MergeProposal, Need

STRONGEST = 2
OWN_PHRASES = 6
TYPED = (
    "domain",
    "track",
    "quantity_unit",
    "data_class",
    "data_state",
    "deploy",
    "risk_tier",
    "cooperation",
    "adoption",
)


class LinkShown(NamedTuple):
    """A link to another member: its code, the likeness, and the phrases in common."""

    code: str
    similarity: float
    terms: list[dict[str, Any]]


class OwnValue(NamedTuple):
    """A typed field in which one member differs from all others, in words."""

    field: str
    value: str


class Belonging(NamedTuple):
    """One member of a proposal.

    mean : its mean likeness to the others. links : the strongest, best first. own_terms : phrases that no other member
    has. own_values : typed fields in which it differs from all others, who agree with each other.
    without : the mean likeness of the rest, None where one need would be left; quantity : what the pool would lose;
    owners : how many owners the rest would have. is_medoid : it stands for the group.
    """

    need: Need
    is_medoid: bool
    mean: float
    links: list[LinkShown]
    own_terms: list[str]
    own_values: list[OwnValue]
    without: float | None
    quantity: str
    owners: int


def belongings(proposal: MergeProposal) -> list[Belonging]:
    """Return every member of a proposal, by code, with why it is in it. Members come with their needs loaded."""
    members = list(proposal.members.all())
    needs = [member.need for member in members]
    texts = {need.code: whole_text(need) for need in needs}
    return [_belonging(proposal, member.need, member.own_terms, needs, texts) for member in members]


def _belonging(
    proposal: MergeProposal, need: Need, own: Sequence[Any], needs: Sequence[Need], texts: Mapping[str, str]
) -> Belonging:
    mine = [pair for pair in proposal.pairs if need.code in (pair["a"], pair["b"])]
    rest = [pair["similarity"] for pair in proposal.pairs if need.code not in (pair["a"], pair["b"])]
    return Belonging(
        need=need,
        is_medoid=need.pk == proposal.representative_id,
        mean=sum(pair["similarity"] for pair in mine) / len(mine) if mine else 0.0,
        links=_links(need.code, mine, texts),
        own_terms=_own_phrases(own, texts[need.code]),
        own_values=_own_values(need, needs),
        without=sum(rest) / len(rest) if rest else None,
        quantity=_quantity(need),
        owners=len({other.owner_id for other in needs if other.pk != need.pk}),
    )


def _links(code: str, pairs: Sequence[dict[str, Any]], texts: Mapping[str, str]) -> list[LinkShown]:
    found = []
    for pair in sorted(pairs, key=lambda pair: (-pair["similarity"], pair["a"], pair["b"]))[:STRONGEST]:
        other = pair["b"] if pair["a"] == code else pair["a"]
        known = [texts[one] for one in (code, other) if one in texts]
        found.append(LinkShown(other, pair["similarity"], shown_terms(pair["terms"], known)[:5]))
    return found


def _own_phrases(own: Sequence[Any], text: str) -> list[str]:
    """Return words and phrases; a 2-gram that joins no other is mostly cut out of the middle of words."""
    terms = [row["term"] for row in shown_terms(own, [text])]
    return [term for term in terms if len(term) > 2][:OWN_PHRASES]


def _own_values(need: Need, needs: Sequence[Need]) -> list[OwnValue]:
    """Return the typed fields in which all others agree and this one differs; with two members neither is alone."""
    others = [other for other in needs if other.pk != need.pk]
    if len(others) < 2:
        return []
    rows = []
    for name in TYPED:
        values = Counter(getattr(other, name) for other in others)
        if len(values) == 1 and getattr(need, name) not in values:
            rows.append(OwnValue(label_of(Need, name), text_of_field(need, name) or "–"))
    return rows


def _quantity(need: Need) -> str:
    if not need.quantity:
        return ""
    return f"{grouped(need.quantity)} {dict(Unit.choices).get(need.quantity_unit, need.quantity_unit)}"
