"""Reading a figure in every way there is, and holding the ways against each other."""

import csv
import io
from typing import Any

from django.test import Client

Shown = dict[str, Any]


def agreed(client: Client, page: str, name: str, **query: str) -> Shown:
    """Return a figure as the API shows it to this reader.

    Its page and its file must say the same, and each number must be the length of its list, in the API and on the
    page; of the zeros the first is looked at. page : the address of its page.
    """
    shown: Shown = read(client, f"/api/v1/figures/{name}/", query).json()
    table = read(client, page, query).context["one"]["table"]
    cells = [[_text(cell.value) for cell in row] for row in table.rows]
    names = [column["name"] for column in shown["columns"]]
    assert [[_text(row[column]) for column in names] for row in shown["rows"]] == cells
    head, *lines = csv.reader(
        io.StringIO(read(client, f"/api/v1/figures/{name}.csv", query).content.decode("utf-8-sig"))
    )
    assert (head, [[_text(value) for value in line] for line in lines]) == (names, cells)
    cells_with_lists = [cell for row in table.rows for cell in row if cell.api]
    nothing = next((cell for cell in cells_with_lists if not cell.value), None)
    for cell in [one for one in cells_with_lists if one.value or one is nothing]:
        assert read(client, cell.api).json()["count"] == cell.value, cell
        assert read(client, cell.page).context["page"].paginator.count == cell.value, cell
    return shown


def read(client: Client, path: str, query: dict[str, str] | None = None) -> Any:
    answer = client.get(path, query or {})
    assert answer.status_code == 200, path
    return answer


def column(shown: Shown, key: str, number: str) -> dict[str, Any]:
    """Return the values of the column `number` by those of the column `key`."""
    return {row[key]: row[number] for row in shown["rows"]}


def _text(value: Any) -> str:
    """Return a value as API and file write it; a number without idle zeros, which the two write differently."""
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return "" if value is None else str(value)
