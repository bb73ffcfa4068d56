"""What every page costs in a large city: `make bench-pages`, bytes on the first load, queries and time of the server.

Fills the database of throw-away servers and asks every page by GET, as everyone who may come there, with an object that
is typical and with the largest ones. Prints a table, the worst first; `--json` writes every single measurement.
A database that is filled already is measured as it is (`python -m config.runtime with -- python -m benchmarks.pages`).
"""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db.models import Count  # noqa: E402

from benchmarks.city import City  # noqa: E402
from benchmarks.city_market import write_market  # noqa: E402
from benchmarks.page_costs import Measured, alone, measured, table  # noqa: E402
from marketplace import models as supply  # noqa: E402
from marketplace.actors import actor_for  # noqa: E402
from marketplace.figures.registry import FIGURES  # noqa: E402
from marketplace.management.commands.bench_real import migrate  # noqa: E402
from scenarios import models as demand  # noqa: E402
from scenarios.access import allows  # noqa: E402
from tests.canaries import make_world  # noqa: E402
from tests.drain import drain_outbox  # noqa: E402
from tests.factories import STAFF, Cast, make_cast  # noqa: E402
from tests.routes import Route, routes  # noqa: E402
from tests.selections import published  # noqa: E402

ROLES = (None, "enterprise", "supplier", *STAFF)
# Addresses that are asked with these queries too: what a reader narrows, searches and turns over.
ASKED = {
    "needs/": (
        "q=缺陷检测",
        "q=检测",
        "domain=manufacturing&district=binhu",
        "technique=cv",
        "fit=none",
        "step=called",
        "step=awarded",
        "page=500",
    ),
    "capabilities/": ("q=缺陷检测", "q=检测", "technique=cv&district=binhu", "page=1500"),
    "calls/": ("q=检测", "domain=manufacturing&district=binhu", "page=8"),
    "pools/": ("q=需求", "domain=manufacturing", "page=9"),
    "search/": ("q=缺陷检测", "q=检测"),
    "engagements/": ("page=9",),
    "workspace/suggestions/": ("page=9",),
    "workspace/notifications/": ("page=9",),
    "staff/moderation/": ("page=9",),
    "staff/events/": ("page=9",),
    "figures/<slug:name>/": ("district=binhu",),
    "staff/dashboard/<slug:name>/": ("district=binhu", "since=2026-01-01"),
}


def filled(needs: int, capabilities: int) -> Cast:
    """Fill the database if it is empty; return the cast."""
    migrate()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    if demand.Need.objects.exists():
        return _cast()
    cast = make_cast()
    for name, step in _steps(cast, needs, capabilities):
        began = time.monotonic()
        step()
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    return _cast()


def _steps(cast: Cast, needs: int, capabilities: int) -> Iterator[tuple[str, Any]]:
    city = City.__new__(City)

    def begin() -> None:
        make_world(cast)
        published(cast, ["80", "90"], ["70", "60"])
        drain_outbox(limit=5000)
        city.__init__(cast, needs=needs, capabilities=capabilities)  # type: ignore[misc]

    yield "one of everything", begin
    yield "needs", city.write_needs
    yield "capabilities", city.write_capabilities
    yield "index", city.write_index
    yield "what hangs on them", lambda: write_market(cast)
    yield "statistics", _vacuum


def _vacuum() -> None:
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _cast() -> Cast:
    """Return the cast of a filled database; who reviews is the one in the chair of its call."""
    emails = {name: f"{name}@example.org" for name in ("enterprise", "rival", "supplier", "stranger", *STAFF)}
    emails["reviewer"] = "reviewer0@example.org"
    accounts = {name: supply.Account.objects.get(email=email) for name, email in emails.items()}
    orgs = {
        f"{name}_org": supply.Organisation.objects.get(members__account=accounts[name])
        for name in ("enterprise", "rival", "supplier")
    }
    return Cast(**accounts, **orgs)


def objects(cast: Cast) -> dict[str, list[Any]]:
    """Return ids by the word in an address that leads to them: the latest ones of the cast, and the largest."""
    enterprise, supplier = cast.enterprise_org, cast.supplier_org

    def largest(rows: Any, by: str) -> Any:
        return rows.annotate(size=Count(by)).order_by("-size")

    def few(*rows: Any) -> list[Any]:
        return list(dict.fromkeys(pk for one in rows for pk in one.values_list("pk", flat=True)[:2]))

    needs, capabilities = demand.Need.objects, supply.Capability.objects
    pools, calls, projects = demand.MergedDemand.objects, demand.Call.objects, supply.Engagement.objects
    own = needs.filter(owner=enterprise)
    return {
        "needs": few(
            needs.filter(status="checked"),
            own.filter(status="published"),
            own.filter(status="draft"),
            needs.filter(status="approved", risk_tier="R4"),
            largest(needs.filter(status="published", owner=enterprise), "suggestions"),
        ),
        "capabilities": few(
            capabilities.filter(status="submitted"),
            capabilities.filter(owner=supplier, status="published"),
            capabilities.filter(owner=supplier, status="draft"),
            largest(capabilities.filter(status="published"), "suggestions"),
        ),
        "pools": few(
            pools.filter(members__need__owner=enterprise).order_by("created_at"),
            pools.filter(status="threshold_met"),
            largest(pools.all(), "members"),
        ),
        "calls": few(
            calls.filter(selection__isnull=False),
            calls.filter(status="open"),
            largest(calls.filter(status="open"), "interests"),
        ),
        "organisations": [enterprise.pk, supplier.pk],
        "engagements": few(projects.filter(lead=supplier), largest(projects.all(), "gates")),
        "gates": few(supply.Gate.objects.filter(engagement__lead=supplier)),
        "decisions": few(supply.GateDecision.objects.all()),
        "rollouts": few(supply.Rollout.objects.all()),
        "lessons": few(supply.Lesson.objects.all()),
        "responses": few(supply.Response.objects.filter(lead=supplier)),
        "merge": few(largest(demand.MergeProposal.objects.filter(status="open"), "members")),
        "synonyms": few(demand.Concept.objects.all()),
        "open": few(supply.Response.objects.filter(status="awarded", engagement__isnull=True)),
    }


def pages(ids: dict[str, list[Any]]) -> Iterator[tuple[Route, str]]:
    """Yield the page of every address that can be read, with each object that it may lead to and each query."""

    def values(template: str, kind: str, name: str) -> Sequence[Any]:
        if kind == "int":
            return [1] if name == "number" else []
        if kind != "uuid":
            return [*FIGURES] if "figures/" in template or "dashboard/" in template else []
        words = [word for word in ids if f"{word}/" in template]
        return ids[words[-1]] if words else []

    for route in routes():
        if route.foreign or route.template.startswith("api/") or route.audience("get") == ():
            continue
        for path in route.paths(values):
            yield route, path
            yield from ((route, f"{path}?{query}") for query in ASKED.get(route.template, ()))


def measure_all(cast: Cast, only: str, readers: Sequence[str | None]) -> list[Measured]:
    found: list[Measured] = []
    steps: set[str] = set()
    asked = [(route, path) for route, path in pages(objects(cast)) if only in str(route)]
    actors = {reader: actor_for(getattr(cast, reader)) if reader else actor_for(None) for reader in readers}
    clients = {reader: cast.client(reader, language="zh-hans") for reader in readers}
    for number, ((route, path), reader) in enumerate(product(asked, readers)):
        if sys.stderr.isatty():
            print(f"\r{number} of {len(asked) * len(readers)}", end="", file=sys.stderr)
        if route.template not in steps and allows(actors[reader], route.audience("get") or ()):
            answer = clients[reader].get(path)
            if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                steps.add(route.template)
            if answer.status_code == HTTPStatus.OK:
                found.append(measured(clients[reader], str(route), path, reader or "public"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--needs", type=int, default=20_000)
    parser.add_argument("--capabilities", type=int, default=50_000)
    parser.add_argument("--only", default="", help="a part of the addresses to measure")
    parser.add_argument("--reader", action="append", choices=[role or "public" for role in ROLES])
    parser.add_argument("--json", type=Path, help="a file for every single measurement")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    cast = filled(given.needs, given.capabilities)
    settings.DEBUG = False  # as in production: Django keeps no list of queries beside the one that is counted
    alone()
    readers = [None if one == "public" else one for one in given.reader] if given.reader else ROLES
    found = measure_all(cast, given.only, readers)
    print("\n".join(table(found)))
    over = [one for one in found if one.worst > 1]
    print(f"\n{len(found)} pages and readers measured, {len(over)} over a limit; load {os.getloadavg()[0]:.0f}.")
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
