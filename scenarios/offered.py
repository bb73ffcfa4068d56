"""What the reader's own organisations offer for a need. The application of the offers says it, named at its start."""

from collections.abc import Callable
from typing import Any, NamedTuple

from scenarios.actor import Actor
from scenarios.models import Need


class OwnOffer(NamedTuple):
    """One capability of the reader against a need.

    gates : the conditions in words, those that are not met first: label, text, met and, where it is not, the remedy.
    """

    code: str
    title: str
    url: str
    gates: list[Any]

    @property
    def failed(self) -> list[Any]:
        return [gate for gate in self.gates if not gate.met]

    @property
    def met(self) -> list[Any]:
        return [gate for gate in self.gates if gate.met]


Reader = Callable[[Need, Actor], list[OwnOffer]]
_readers: list[Reader] = []


def add_offers(reader: Reader) -> None:
    """Name who tells what is offered; at the start of the app that does."""
    if reader not in _readers:
        _readers.append(reader)


def own_offers(need: Need, actor: Actor) -> list[OwnOffer]:
    """Return how the reader's capabilities on offer fit somebody else's need on offer; those that fit come first."""
    if need.status != "published" or not actor.organisation_ids or actor.belongs_to(need.owner_id):
        return []
    found = [offer for reader in _readers for offer in reader(need, actor)]
    return sorted(found, key=lambda offer: (len(offer.failed), offer.code))
