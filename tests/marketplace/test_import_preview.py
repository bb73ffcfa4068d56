"""The preview says of each row what the import would do, and does nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from marketplace.imports import jobs
from marketplace.models import ImportJob, Organisation
from scenarios.models import Delivery, Event, Need
from tests.factories import Cast
from tests.marketplace.test_import_pages import upload
from tests.marketplace.test_imports import FULL, as_csv, run


def row(name: str, **changes: str) -> dict[str, str]:
    return {**FULL, "external_id": name, "title_zh": f"需求{name}", **changes}


def edited_by_hand() -> None:
    need = Need.objects.get(external_id="c")
    Need.objects.filter(pk=need.pk).update(version=need.version + 1, problem="改过了。")


def written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Need, Event, Delivery, Organisation))


def test_preview_says_what_would_become_of_each_row(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    run(as_csv([row("a"), row("b"), row("c")]), actor=cast.actor("manager"))
    edited_by_hand()
    before = written()
    theirs = {"organisation": cast.enterprise_org.name_zh}
    rows = [
        row("a"),
        row("b", quantity="6"),
        row("c", quantity="6"),
        row("d"),
        row("e", **theirs),
        row("f", quantity="x"),
    ]
    client = cast.client("manager")
    caplog.clear()
    page = client.get(upload(client, as_csv(rows))["Location"]).content.decode()
    job = ImportJob.objects.get()
    code = {need.external_id: need.code for need in Need.objects.all()}
    assert [(line[1], line[2]) for line in job.lines] == [
        ("unchanged", code["a"]),
        ("updated", code["b"]),
        ("kept", code["c"]),
        ("created", ""),
        ("refused", ""),
        ("refused", ""),
    ]
    forecasts = (
        "Would stay as it is",
        "Would be updated",
        "Would be left alone",
        "Would be created",
        "Would be refused",
    )
    assert [page.count(words) for words in forecasts] == [1, 1, 1, 1, 2]
    assert "It was edited here since it was imported" in page
    assert "writes for itself" in page
    assert "The file has 6 rows; 4 of them can be imported." in page
    assert written() == before
    assert [record.getMessage() for record in caplog.records if record.name == "scenarios.journal"] == []


def test_preview_tries_the_first_rows_and_reads_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PREVIEWED", 2)
    theirs = {"organisation": cast.enterprise_org.name_zh}
    rows = [row("a"), row("b", **theirs), row("c", **theirs), row("d", quantity="x")]
    upload(cast.client("manager"), as_csv(rows))
    job = ImportJob.objects.get()
    assert [(line[0], line[1]) for line in job.lines] == [(2, "created"), (3, "refused"), (5, "refused")]
    assert (job.rows, job.counts) == (4, {"created": 1, "refused": 2})


def test_import_does_what_the_preview_said(cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    from tests.drain import drain_outbox

    client = cast.client("manager")
    upload(client, as_csv([row("a"), row("b", organisation=cast.enterprise_org.name_zh)]))
    job = ImportJob.objects.get()
    foreseen = job.counts
    client.post(reverse("import_start", args=[job.pk]))
    with django_capture_on_commit_callbacks(execute=True):
        drain_outbox()
    job.refresh_from_db()
    assert job.counts == foreseen == {"created": 1, "refused": 1}
