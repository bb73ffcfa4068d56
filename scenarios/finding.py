"""The public lists as reads: what an address finds, for pages, for saved searches and for news of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.facets import call_facets, need_facets, pool_facets
from scenarios.funnel import at_step, steps_for
from scenarios.listing import Chip, Facet, Narrowing, days, labelled, linked
from scenarios.models import Call, MergedDemand, Need
from scenarios.searching import Search, search_of
from scenarios.synonyms import Words

Carried = Mapping[str, str]


class Kind(NamedTuple):
    """One public list.

    readable : what an actor may read of it. narrowings : how figures narrow it. listed : rows and what the address
    carries of these → the rows that are listed. unchosen : those of them that are shown while the address chooses none
    of the facets' values. came : the time at which a row came into it. page : its address's name.
    """

    label: Any
    page: str
    came: str
    readable: Callable[[Actor], Any]
    narrowings: Callable[[Actor], Iterable[Narrowing]]
    facets: Callable[[Actor, Carried], list[Facet]]
    listed: Callable[[Any, Carried], Any]
    unchosen: Callable[[Any], Any] = lambda rows: rows


class Found(NamedTuple):
    """What an address finds before its facets narrow it."""

    rows: Any
    facets: list[Facet]
    search: Search
    chips: list[Chip]
    carried: dict[str, str]


def find(kind: Kind, actor: Actor, query: QueryDict, words: Words | None = None) -> Found:
    """Return what an address finds in a list for its reader. words : as for `search_of`."""
    search = search_of(query, words)
    rows, chips, carried = linked(search.among(kind.readable(actor)), kind.narrowings(actor), query)
    return Found(kind.listed(rows, carried), kind.facets(actor, carried), search, chips, carried)


def need_narrowings(actor: Actor) -> list[Narrowing]:
    """Return what figures narrow the list by."""
    steps = {step.name: step.label for step in steps_for(actor)}
    return [
        labelled("step", steps, lambda rows, name: at_step(rows, name, actor), _("Step: %(label)s")),
        labelled(
            "fit", {"none": _("No capability on offer fits")}, lambda rows, _none: rows.fitted_by_none(), "%(label)s"
        ),
        *days(
            lambda rows, since, until: rows.come_within(actor, since, until),
            "came",
            _("Came from %(day)s on"),
            _("Came until %(day)s"),
        ),
        *days(
            lambda rows, since, until: rows.published_within(since, until),
            "published",
            _("Published from %(day)s on"),
            _("Published until %(day)s"),
        ),
    ]


def _listed_needs(rows: Any, carried: Carried) -> Any:
    """Return the needs of every public state; a step of the funnel lists all that have passed it."""
    return rows if "step" in carried else rows.listed().with_offer_state()


def _public_calls(actor: Actor) -> Any:
    opened = Call.objects.visible_to(actor).filter(status__in=("open", "closed", "cancelled"), opens_at__isnull=False)
    return opened.with_public_state()


def _listed_pools(rows: Any, carried: Carried) -> Any:
    """Return the pools that live; what was formed within some days is listed even where it ended since."""
    return rows if carried else rows.on_the_way()


OPENED = days(
    lambda rows, since, until: rows.opened_within(since, until),
    "opened",
    _("Opened from %(day)s on"),
    _("Opened until %(day)s"),
)
FORMED = days(
    lambda rows, since, until: rows.formed_within(since, until),
    "formed",
    _("Formed from %(day)s on"),
    _("Formed until %(day)s"),
)
KINDS = {
    "need": Kind(
        label=_("Needs"),
        page="need_list",
        came="published_at",
        readable=Need.objects.visible_to,
        narrowings=need_narrowings,
        facets=lambda _actor, carried: need_facets(any_status="step" in carried),
        listed=_listed_needs,
        unchosen=lambda rows: rows.published(),
    ),
    "call": Kind(
        label=_("Calls"),
        page="call_list",
        came="opens_at",
        readable=_public_calls,
        narrowings=lambda _actor: OPENED,
        facets=lambda actor, _carried: call_facets(actor),
        listed=lambda rows, _carried: rows,
    ),
    "demand": Kind(
        label=_("Pools"),
        page="pool_list",
        came="formed_at",
        readable=MergedDemand.objects.visible_to,
        narrowings=lambda _actor: FORMED,
        facets=lambda actor, _carried: pool_facets(actor),
        listed=_listed_pools,
    ),
}
