"""The schema is valid OpenAPI 3.1, complete, and its page works under the site's CSP."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

METHODS = ("get", "post", "patch", "put", "delete")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call, no-any-return]


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_it_validates_without_warnings(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    assert (tmp_path / "openapi.yaml").read_text().startswith("openapi: 3.1.0\n")


def test_every_operation_has_a_summary_and_its_own_name(schema: dict[str, Any]) -> None:
    found = operations(schema)
    assert [name for name, operation in found.items() if not operation.get("summary")] == []
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)


def test_every_operation_documents_its_problems(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        problem = operation["responses"]["429"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}, name
        if not name.startswith("get"):
            assert {"409", "422"} <= set(operation["responses"]), name


def test_the_steps_of_the_main_job_are_there(schema: dict[str, Any]) -> None:
    wanted = {
        "post /api/v1/needs/",
        "post /api/v1/needs/{id}/submit/",
        "post /api/v1/needs/{id}/approve/",
        "post /api/v1/needs/{id}/publish/",
        "post /api/v1/proposals/{id}/accept/",
        "post /api/v1/demands/{id}/invite/",
        "post /api/v1/demands/{id}/consent/",
        "post /api/v1/demands/{id}/freeze/",
        "post /api/v1/calls/",
        "post /api/v1/calls/{id}/open/",
        "post /api/v1/calls/{id}/interests/",
        "post /api/v1/auth/login/",
    }
    assert wanted - set(operations(schema)) == set()


def test_the_page_needs_nothing_from_elsewhere(client: Client, db: None) -> None:
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert "<style" not in text
    assert "<script>" not in text
    assert "http" not in text.replace("http://testserver", "")
    script = client.get("/api/v1/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content
