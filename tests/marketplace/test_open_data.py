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

from marketplace.actions import public_notice
from marketplace.open_data import DATA_SETS
from scenarios.audiences import Audience, visible_fields
from scenarios.models import Need
from tests.engagements import accept, decide, opened_engagement, passed_gate, running_engagement, running_gate
from tests.factories import Cast, checked_need, draft_need, published_capability, published_need
from tests.selections import scored_call

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


@pytest.mark.parametrize("name", BACKED)
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


def test_an_indicator_is_followed_from_the_need_to_its_measurement(cast: Cast) -> None:
    project = running_engagement(cast)
    for stage in ("poc", "scale"):
        passed_gate(cast, project, stage)
    assert file_of(cast, "measurements") == []  # what the gates measured is for parties and staff
    accept(cast, project, "0.4", "11")
    measured = {row["metric"]: row for row in file_of(cast, "measurements")}
    (told,) = file_of(cast, "projects")
    assert (told["code"], told["call"], told["need"]) == (project.code, project.response.call.code, project.need.code)
    assert (told["lead"], told["status"], told["pool"]) == ("丙视觉科技", "landed", "")
    asked = {row["indicator_id"]: row for row in file_of(cast, "indicators") if row["need"] == told["need"]}
    for metric, value, met in (("漏检率", "0.4", "True"), ("节拍", "11", "False")):
        row = measured[metric]
        assert (row["project"], Decimal(row["value"]), row["met"]) == (told["code"], Decimal(value), met)
        assert (asked[row["indicator_id"]]["metric"], row["target"]) == (metric, asked[row["indicator_id"]]["target"])
    assert "promised" not in measured["漏检率"]


def test_results_are_told_from_the_public_notice_on(cast: Cast) -> None:
    review = scored_call(cast, ["80", "90"], ["70", "60"])
    assert file_of(cast, "results", "manager") == []
    call = review.ready.call
    public_notice.publish_notice(
        actor=cast.actor("publisher"), selection_id=review.selection.pk, version=review.fresh().version
    )
    first, second = file_of(cast, "results")
    assert (first["call"], first["rank"], first["outcome"], first["status"]) == (call.code, "1", "awarded", "publicity")
    assert (second["rank"], second["outcome"]) == ("2", "reserve")
    assert Decimal(first["total"]) > Decimal(second["total"])
    assert first["lead_id"] != second["lead_id"]


def test_a_lesson_names_its_project_and_what_is_hidden_is_in_no_set(cast: Cast) -> None:
    gate = running_gate(cast)
    decide(cast, gate, "stop_no_fault", lesson_title="反光件要先去油", lesson="油膜让漏检率翻倍。")
    (row,) = file_of(cast, "lessons")
    assert (row["project"], row["title"], row["text"]) == (gate.engagement.code, "反光件要先去油", "油膜让漏检率翻倍。")
    prepared = opened_engagement(cast)
    assert prepared.code not in {row["code"] for row in file_of(cast, "projects", "manager")}
    hidden = published_need(cast, visibility="verified", title_zh="只给认证机构")
    assert hidden.code not in {row["need"] for row in file_of(cast, "indicators", "supplier")}
