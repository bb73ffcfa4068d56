"""What a sealed response says is nowhere: no page, no API, no event, outbox row, mail, log line or database column."""

import base64
import json
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from psycopg import sql

from marketplace.actions import responses
from marketplace.models import Response
from scenarios.access import allows
from scenarios.actor import PUBLIC
from scenarios.fields import EncryptedTextField
from tests.calls import drafted, sealed_call
from tests.drain import drain_outbox
from tests.factories import PARTS, Cast
from tests.routes import routes

MARK = "QZJWXK绝密"
FILE = b"%PDF-1.7 QZJWXKFILE"
FORMS = (MARK, "QZJWXK", base64.b64encode(FILE).decode()[8:], json.dumps(MARK)[1:-1])


def everything_stored() -> str:
    """Return every row of every table as text, encrypted columns opened with the platform's own keys."""
    texts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
            texts += [row for (row,) in cursor.fetchall()]
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
        for name in names:
            texts += [str(value) for value in model._default_manager.values_list(name, flat=True)]
    return "\n".join(texts)


def found(text: str) -> list[str]:
    return [form for form in FORMS if form in text]


@pytest.fixture
def response(cast: Cast, caplog: pytest.LogCaptureFixture) -> Response:
    caplog.set_level("DEBUG")
    ready = sealed_call(cast)
    draft, actor = drafted(ready.call, cast.supplier, MARK), cast.actor("supplier")
    responses.attach_file(actor=actor, response_id=draft.pk, name=f"{MARK}.pdf", data=FILE)
    assert found(everything_stored())  # the platform can read a draft: what follows could fail
    sealed = responses.seal_response(actor=actor, response_id=draft.pk, version=draft.version)
    drain_outbox()
    return sealed


def test_no_column_holds_what_was_sealed(response: Response) -> None:
    assert found(everything_stored()) == []


def test_no_log_line_and_no_mail_tells_of_it(response: Response, caplog: pytest.LogCaptureFixture) -> None:
    lines = "\n".join(f"{row.getMessage()} {vars(row)}" for row in caplog.get_records("setup"))
    mails = "\n".join(f"{one.subject} {one.body}" for one in mail.outbox)
    ours = "\n".join(line for line in lines.splitlines() if "django.db.backends" not in line)
    for text in (ours, mails):
        assert (found(text), response.code in text, str(response.pk) in text) == ([], False, False)


def _ids(response: Response, template: str, kind: str) -> list[Any]:
    if kind == "uuid":
        return [response.call_id, response.pk]
    return [1] if kind == "int" else ["need"]


@pytest.mark.slow
@pytest.mark.parametrize("part", [part for part in PARTS if part != "supplier"])
def test_nobody_else_reads_of_it_anywhere(cast: Cast, response: Response, part: str | None) -> None:
    actor, client, read = cast.actor(part) if part else PUBLIC, cast.client(part), 0
    client.raise_request_exception = False
    for route in routes():
        if route.foreign or not allows(actor, route.audience("get") or ()):
            continue
        for path in route.paths(lambda template, kind, _name: _ids(response, template, kind)):
            answer = client.get(path)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = content.decode(errors="replace")
            read += answer.status_code == 200
            told = found(text) or response.code in text or (str(response.pk) in text and str(response.pk) not in path)
            assert not told, path
    assert read > 10
