"""Open data: which rows and columns are handed out, as page, data and file, and that nothing else is."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.open_data import DATA_SETS
from scenarios.audiences import Audience, visible_fields
from scenarios.models import Need
from tests.factories import Cast, checked_need, draft_need, published_capability, published_need

BACKED = {"needs": "needs", "capabilities": "capabilities", "calls": "calls", "organisations": "organisations"}
BACKED |= {"pools": "demands"}


def file_of(cast: Cast, name: str, part: str | None = None) -> list[dict[str, str]]:
    answer = cast.client(part).get(f"/api/v1/open-data/{name}.csv")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_column_is_open_to_the_public_and_explained() -> None:
    for data in DATA_SETS.values():
        open_to_all = visible_fields(data.table, Audience.PUBLIC)
        assert [field.name for field in data.fields if field.opened_by not in open_to_all] == []
        assert [field.name for field in data.fields if not data.label(field)] == []
        assert len({field.name for field in data.fields}) == len(data.fields)


@pytest.mark.parametrize("name", DATA_SETS)
def test_page_data_file_and_list_hold_the_same_rows(cast: Cast, name: str) -> None:
    published_need(cast)
    checked_need(cast)
    draft_need(cast)
    published_need(cast, visibility="verified", title_zh="只给认证机构")
    published_capability(cast)
    client = cast.client()
    rows = file_of(cast, name)
    shown = client.get(f"/api/v1/open-data/{name}/").json()
    assert shown["count"] == len(rows) == client.get(f"/api/v1/{BACKED[name]}/").json()["count"]
    assert [list(row) for row in shown["results"]] == [list(row) for row in rows]
    (told,) = [one for one in client.get("/open-data/").context["sets"] if one["name"] == name]
    assert told["count"] == len(rows)
    assert file_of(cast, name, "manager") == rows  # whoever asks gets what the public gets


def test_a_file_holds_plain_values_and_no_formula(cast: Cast) -> None:
    need = published_need(cast, quantity=Decimal("4.50"))
    Need.objects.filter(pk=need.pk).update(problem="=HYPERLINK(1)")
    (row,) = file_of(cast, "needs")
    assert (row["code"], row["quantity"], row["quantity_unit"]) == (need.code, "4.50", "line")
    assert row["problem"] == "'=HYPERLINK(1)"
    assert row["indicators"] == "漏检率 ≤ 0.5 % (3 %)\n节拍 ≤ 10 s/件 (12 s/件)"
    (data,) = cast.client().get("/api/v1/open-data/needs/").json()["results"]
    assert data["problem"] == "=HYPERLINK(1)"


def test_a_page_of_data_is_bounded(cast: Cast) -> None:
    for number in range(3):
        published_need(cast, title_zh=f"第 {number} 条")
    shown = cast.client().get("/api/v1/open-data/needs/?page_size=2").json()
    assert (shown["count"], len(shown["results"])) == (3, 2)
    assert shown["next"].endswith("/api/v1/open-data/needs/?page=2&page_size=2")
    assert cast.client().get("/api/v1/open-data/nothing/").status_code == 404
    assert cast.client().get("/api/v1/open-data/nothing.csv").status_code == 404


def test_a_file_is_streamed_in_a_constant_number_of_queries(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            file_of(cast, "needs")
        return len(found)

    published_need(cast)
    before = queries()
    for number in range(4):
        published_need(cast, title_zh=f"第 {number} 条")
    assert queries() == before <= 4


def test_files_are_limited_per_minute(cast: Cast) -> None:
    cache.clear()
    client = cast.client()
    statuses = [client.get("/api/v1/open-data/calls.csv").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


def test_the_page_names_the_licence_and_every_figure(cast: Cast, settings: Any) -> None:
    settings.OPEN_DATA_LICENCE, settings.OPEN_DATA_LICENCE_URL = "City Licence 1", ""
    with CaptureQueriesContext(connection) as queries:
        text = cast.client().get("/open-data/").content.decode()
    assert "City Licence 1" in text
    assert reverse("api-figure-file", args=["funnel"]) in text
    assert len(queries) <= 12
    assert cast.client().get("/api/v1/open-data/calls.csv", headers={"accept": "text/csv"}).status_code == 200
