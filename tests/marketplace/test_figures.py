"""The figures: what each counts, for whom, and that its page, its API, its file and its lists agree."""

import csv
import io
from itertools import product
from typing import Any

import pytest
from rest_framework.throttling import SimpleRateThrottle

from marketplace.figures.registry import FIGURES
from tests.canaries import make_world
from tests.factories import Cast

PAGES = {None: "/figures/{}/", "manager": "/staff/dashboard/{}/"}


def data(cast: Cast, name: str, part: str | None = None, **query: str) -> dict[str, Any]:
    answer = cast.client(part).get(f"/api/v1/figures/{name}/", query)
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


def row_of(shown: dict[str, Any], column: str, value: Any) -> dict[str, Any]:
    (row,) = [row for row in shown["rows"] if row[column] == value]
    found: dict[str, Any] = row
    return found


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)


def test_page_api_file_and_lists_say_the_same(cast: Cast) -> None:
    make_world(cast)
    for part, name in product(PAGES, FIGURES):
        client = cast.client(part)
        shown = data(cast, name, part)
        table = client.get(PAGES[part].format(name)).context["one"]["table"]
        cells = [[_text(cell.value) for cell in row] for row in table.rows]
        assert [[_text(row[column["name"]]) for column in shown["columns"]] for row in shown["rows"]] == cells
        file = client.get(f"/api/v1/figures/{name}.csv").content.decode("utf-8-sig")
        head, *lines = csv.reader(io.StringIO(file))
        assert head == [column["name"] for column in shown["columns"]]
        assert [[_text(value) for value in line] for line in lines] == cells
        counted = [(row[column], address) for row in shown["rows"] for column, address in row["lists"].items()]
        assert len(counted) > 3 or name in ("scale", "map")
        for value, address in counted:
            assert client.get(address).json()["count"] == value, (part, name, address)


def _text(value: Any) -> str:
    """Return a value as API and file write it; a number without idle zeros, which the two write differently."""
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return "" if value is None else str(value)
