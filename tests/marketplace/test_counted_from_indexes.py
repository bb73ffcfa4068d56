"""What lists and figures count among very many rows asks for no more than an index tells; the rows are wide."""

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.models import Capability
from scenarios.models import Need
from tests.factories import Cast, published_capability, published_need

PAGES: tuple[tuple[str, str | None], ...] = (
    ("/needs/", None),
    ("/needs/", "manager"),
    ("/needs/?technique=cv&domain=manufacturing", None),
    ("/needs/?fit=none", "manager"),
    ("/capabilities/", None),
    ("/capabilities/?technique=cv&district=binhu", None),
    ("/figures/gaps/?since=2026-01-01", None),
    ("/figures/districts/", None),
    ("/figures/weeks/", None),
    ("/staff/dashboard/gaps/", "manager"),
    ("/staff/dashboard/districts/?domain=manufacturing", "manager"),
)


def told_by(model: Any, name: str) -> set[str]:
    """Return the columns of an index."""
    index = next(one for one in model._meta.indexes if one.name == name)
    return {"id", "published_at"} | {model._meta.get_field(field).column for field in index.include}


def test_what_is_counted_asks_for_columns_of_the_index_alone(cast: Cast) -> None:
    published_need(cast)
    published_capability(cast)
    indexes = {"scenarios_need": told_by(Need, "need_counted")}
    indexes["marketplace_capability"] = told_by(Capability, "capability_listed")
    asked: dict[str, set[str]] = {table: set() for table in indexes}
    for page, reader in PAGES:
        for statement in counting(cast, page, reader):
            for table, columns in asked.items():
                columns |= set(re.findall(rf'"{table}"\."(\w+)"', statement))
    assert [(table, column) for table in asked for column in asked[table] - indexes[table]] == []
    assert {"district_id", "submitted_at", "expires_at", "owner_id"} <= asked["scenarios_need"]
    assert {"techniques", "valid_until", "owner_id"} <= asked["marketplace_capability"]


def counting(cast: Cast, page: str, reader: str | None) -> list[str]:
    client = cast.client(reader)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return [one["sql"] for one in queries if "COUNT(" in one["sql"]]
