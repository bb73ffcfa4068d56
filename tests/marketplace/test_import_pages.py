"""The scenario manager's upload: preview, import by the workers, report; whose it is and what becomes of the file."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.imports import jobs
from marketplace.imports.loading import load, parse_file
from marketplace.models import ImportJob, Organisation, StaffRole
from scenarios import encrypted_files
from scenarios.actor import SYSTEM
from scenarios.models import Delivery, Event, Need
from tests.drain import drain_outbox
from tests.factories import Cast, make_account
from tests.marketplace.test_imports import CAPABILITY, FULL, as_csv

GOOD = as_csv([FULL, {**FULL, "external_id": "a-2", "title_zh": "另一条需求"}])
MIXED = as_csv([FULL, {**FULL, "external_id": "a-2", "quantity": "四条"}])


def upload(client: Client, data: bytes = GOOD, *, name: str = "list.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("imports"), {"kind": "needs", "organisation": "", "file": file, **fields})


def stored_files(settings: Any) -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_upload_leads_to_a_preview_that_writes_nothing(cast: Cast, settings: Any) -> None:
    client = cast.client("manager")
    response = upload(client, MIXED)
    job = ImportJob.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("import_job", args=[job.pk]))
    page = client.get(response["Location"]).content.decode()
    assert "The file has 2 rows; 1 of them can be imported." in page
    assert "Write a plain number, such as 12 or 0.5." in page
    assert "“四条”" in page
    assert "Import this row" in page
    assert (Need.objects.count(), Organisation.objects.filter(name_zh=FULL["organisation"]).count()) == (0, 0)
    (kept,) = stored_files(settings)
    assert (kept.parent.name, "list" in kept.name) == ("encrypted", False)
    assert encrypted_files.read(f"encrypted/{kept.name}") == MIXED


def test_import_runs_in_the_worker_and_removes_the_file(
    cast: Cast, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = cast.client("manager")
    job_page = upload(client, MIXED)["Location"]
    job = ImportJob.objects.get()
    assert client.post(reverse("import_start", args=[job.pk])).status_code == 302
    assert (Need.objects.count(), Delivery.objects.filter(task="marketplace.import_rows").count()) == (0, 1)
    assert "The workers are importing the file" in client.get(job_page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        drain_outbox()
    job.refresh_from_db()
    assert (job.state, job.taken, job.counts, job.stored) == ("done", 2, {"created": 1, "refused": 1}, "")
    assert Need.objects.get().owner.name_zh == FULL["organisation"]
    assert Event.objects.get(kind="need.imported").actor_id == cast.manager.pk
    finished = Event.objects.get(kind="account.import_finished")
    assert (finished.actor_id, finished.data["refused"]) == (cast.manager.pk, 1)
    assert stored_files(settings) == []
    page = client.get(job_page).content.decode()
    assert "Rows with a remark" in page
    assert "Write a plain number" in page


def test_report_is_a_spreadsheet_in_the_uploaders_language(cast: Cast) -> None:
    client = cast.client("manager")
    upload(client, MIXED)
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))
    with translation.override("zh-hans"):  # the worker's own language does not matter
        drain_outbox()
    response = client.get(reverse("import_report", args=[job.pk]))
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["row", "result", "code", "title", "column", "value", "why"]
    refused = [row for row in rows if row[1] == "Refused"]
    assert refused == [
        ["3", "Refused", "", FULL["title_zh"], "quantity", "四条", "Write a plain number, such as 12 or 0.5."]
    ]


def test_large_files_are_taken_some_rows_at_a_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ROWS_PER_DELIVERY", 2)
    rows = [{**FULL, "external_id": f"a-{n}", "title_zh": f"第{n}条需求"} for n in range(5)]
    client = cast.client("manager")
    upload(client, as_csv(rows))
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))
    drain_outbox()
    job.refresh_from_db()
    assert (job.state, job.taken, job.counts) == ("done", 5, {"created": 5})
    starts = Delivery.objects.filter(task="marketplace.import_rows").order_by("id")
    assert [one.payload["start"] for one in starts] == [0, 2, 4]


def test_a_delivery_that_comes_twice_has_one_effect(cast: Cast) -> None:
    client = cast.client("manager")
    upload(client)
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))
    jobs.import_rows(job_id=str(job.pk), start=0, finish=lambda: None)
    jobs.import_rows(job_id=str(job.pk), start=0, finish=lambda: None)
    job.refresh_from_db()
    assert (job.taken, job.counts, Need.objects.count()) == (2, {"created": 2}, 2)


def test_a_failing_batch_leaves_nothing_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.client("manager")
    upload(client)
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))

    def lost() -> None:
        raise RuntimeError("the worker lost its lease")

    with pytest.raises(RuntimeError):
        jobs.import_rows(job_id=str(job.pk), start=0, finish=lost)
    job.refresh_from_db()
    assert (job.state, job.taken, Need.objects.count()) == ("running", 0, 0)


def test_the_worker_asks_again_whether_the_account_is_a_manager(cast: Cast) -> None:
    client = cast.client("manager")
    upload(client)
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))
    StaffRole.objects.filter(account=cast.manager).delete()
    with pytest.raises(AssertionError, match="import_rows"):
        drain_outbox()
    assert Need.objects.count() == 0


def test_a_file_is_imported_once(cast: Cast) -> None:
    client = cast.client("manager")
    upload(client)
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))
    assert client.post(reverse("import_start", args=[job.pk])).status_code == 409
    assert client.post(reverse("import_discard", args=[job.pk])).status_code == 409
    assert Delivery.objects.filter(task="marketplace.import_rows").count() == 1


def test_throwing_a_file_away_removes_it(
    cast: Cast, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = cast.client("manager")
    upload(client)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("import_discard", args=[ImportJob.objects.get().pk]))
    assert (response["Location"], ImportJob.objects.count(), stored_files(settings)) == (reverse("imports"), 0, [])


def test_an_upload_belongs_to_who_made_it(cast: Cast) -> None:
    upload(cast.client("manager"))
    job = ImportJob.objects.get()
    other = make_account("second-manager@example.org", roles=("manager",))
    client = Client(headers={"accept-language": "en"})
    client.force_login(other)
    for name in ("import_job", "import_report"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 404
    for name in ("import_start", "import_discard"):
        assert client.post(reverse(name, args=[job.pk])).status_code == 404
    assert ImportJob.objects.get().state == "preview"


@pytest.mark.parametrize("part", ["moderator", "publisher", "auditor", "enterprise", "supplier", "stranger"])
def test_imports_are_the_managers_alone(cast: Cast, part: str) -> None:
    client = cast.client(part)
    assert client.get(reverse("imports")).status_code == 403
    assert upload(client).status_code == 403
    assert client.get(reverse("import_template", args=["needs"])).status_code == 403
    assert ImportJob.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "list.csv", "This is neither a .csv nor an .xlsx file."),
        (GOOD, "list.xlsx", "The content of the file is not what its name says."),
        ("甲,乙\n".encode(), "list.csv", "No header was found in the first 15 rows."),
        (b"a" * 10_000_001, "list.csv", "The file is larger than 10 MB. Split it."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    cast: Cast, settings: Any, data: bytes, name: str, reason: str
) -> None:
    response = upload(cast.client("manager"), data, name=name)
    assert response.status_code == 422
    assert reason in response.content.decode()
    assert (ImportJob.objects.count(), stored_files(settings)) == (0, [])


def test_no_contact_is_kept_with_the_report(cast: Cast) -> None:
    rows = [{**FULL, "contact_phone": "0510-00000001" + "9" * 120}]
    upload(cast.client("manager"), as_csv(rows))
    job = ImportJob.objects.get()
    assert job.counts == {"refused": 1}
    assert "0510-0000" not in str(job.lines)


def test_progress_is_a_fragment_and_the_end_reloads_the_page(cast: Cast) -> None:
    client = cast.client("manager")
    address = upload(client)["Location"]
    job = ImportJob.objects.get()
    client.post(reverse("import_start", args=[job.pk]))
    part = client.get(address, headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()
    assert "0 of 2 rows" in part.content.decode()
    drain_outbox()
    assert client.get(address, headers={"hx-request": "true"})["HX-Refresh"] == "true"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("kind", "row"), [("needs", FULL), ("capabilities", CAPABILITY)])
def test_template_is_read_back_and_offers_choices(cast: Cast, language: str, kind: str, row: dict[str, str]) -> None:
    response = cast.client("manager", language=language).get(reverse("import_template", args=[kind]))
    assert response["Content-Disposition"] == f'attachment; filename="{kind}.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[1]]
    rules = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule for rule in sheet.data_validations.dataValidation}
    assert len(rules) >= (10 if kind == "needs" else 3)
    assert {rule.type for rule in rules.values()} == {"list"}
    from marketplace.imports.columns import capability_columns, need_columns
    from marketplace.imports.words import folded

    columns = need_columns() if kind == "needs" else capability_columns()
    for column in columns:
        position = next((n for n, text in enumerate(headers, 1) if folded(text) in column.headers), None)
        if position and column.name in row:
            sheet.cell(2, position, row[column.name])
    stream = io.BytesIO()
    book.save(stream)
    report = load(parse_file(kind, stream.getvalue(), f"{kind}.xlsx"), actor=SYSTEM)
    assert [(one.outcome, one.problems) for one in report.rows] == [("created", ())]


QUERIES = 3


def test_upload_page_states_its_query_count(cast: Cast, django_assert_num_queries: Any) -> None:
    client = cast.client("manager")
    upload(client)
    with django_assert_num_queries(QUERIES):
        client.get(reverse("imports"))
    for _ in range(3):
        upload(client)
    with django_assert_num_queries(QUERIES):
        client.get(reverse("imports"))
