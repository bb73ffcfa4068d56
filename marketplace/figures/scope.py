"""What figures are narrowed by: days, domain, district; and the addresses of the lists that are narrowed alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from marketplace.models import Capability
from scenarios.actor import PUBLIC, Actor
from scenarios.choices import Domain
from scenarios.listing import a_day
from scenarios.models import District, Need

API = {"need_list": "api-need-list", "capability_list": "api-capability-list", "call_list": "api-call-list"}
API |= {"pool_list": "api-demand-list"}
Pairs = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Scope:
    """Who reads, and what is counted: from day `since` to day `until`, both included, of one domain and district."""

    actor: Actor
    since: date | None = None
    until: date | None = None
    domain: str = ""
    district: str = ""

    @cached_property
    def districts(self) -> list[District]:
        return list(District.objects.all())

    @property
    def query(self) -> dict[str, str]:
        """What the address says of it."""
        days = {"since": self.since, "until": self.until}
        return {name: day.isoformat() for name, day in days.items() if day} | self.kinds

    @property
    def kinds(self) -> dict[str, str]:
        """Domain and district as lists are narrowed by them."""
        pairs = {"domain": self.domain, "district": self.district}
        return {name: value for name, value in pairs.items() if value}

    def days(self, name: str) -> dict[str, str]:
        """Return the days as lists are narrowed by them: `<name>_since` and `<name>_until`."""
        pairs = {f"{name}_since": self.since, f"{name}_until": self.until}
        return {key: day.isoformat() for key, day in pairs.items() if day}

    def needs(self) -> Any:
        """Return the needs of the domain and district that the reader may read."""
        rows = Need.objects.visible_to(self.actor)
        if self.domain:
            rows = rows.filter(domain=self.domain)
        return rows.filter(district=self.district) if self.district else rows

    def offered(self) -> Any:
        """Return those of the needs that are on offer now and were published within the days."""
        return self.needs().published().published_within(self.since, self.until)

    def capabilities(self) -> Any:
        """Return the capabilities on offer that serve the district."""
        rows = Capability.objects.published()
        return rows.serving([self.district]) if self.district else rows


def scope_of(actor: Actor, query: Mapping[str, str]) -> Scope:
    """Return the scope that an address asks for, under `as=public` as the public reads; what is named wrongly is left
    out.
    """
    actor = PUBLIC if query.get("as") == "public" else actor
    domain, district = query.get("domain", ""), query.get("district", "")
    scope = Scope(
        actor,
        a_day(query.get("since", "")),
        a_day(query.get("until", "")),
        domain if domain in Domain.values else "",
    )
    known = {row.pk for row in scope.districts} if district else set()
    if district not in known:
        return scope
    named = Scope(actor, scope.since, scope.until, scope.domain, district)
    named.__dict__["districts"] = scope.districts
    return named


def lists(name: str, page: Pairs, api: Pairs | None = None) -> dict[str, str]:
    """Return the addresses, on the pages and in the API, of the list `name` with these filters.

    page, api : parameter → value or values; `api` where the two differ.
    """
    asked = urlencode(page, doseq=True)
    return {
        "page": _address(_path(name), asked),
        "api": _address(_path(API[name]), asked if api is None else urlencode(api, doseq=True)),
    }


@cache
def _path(name: str) -> str:
    """Return the path of a list; a page of figures leads to hundreds of them."""
    return reverse(name)


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
