"""No confidential field is in anything that someone gets who may not read it: pages, API, search, mail, log, errors."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from pypdf import PdfReader
from rest_framework.throttling import SimpleRateThrottle

from marketplace.figures.registry import FIGURES
from marketplace.models import Notification, Suggestion
from marketplace.open_data import DATA_SETS
from scenarios.access import allows
from scenarios.actor import PUBLIC
from scenarios.audiences import CAPABILITY_FIELDS, NEED_FIELDS, Audience
from scenarios.models import Event, MergeProposal, Need
from tests.canaries import Canary, World, make_world
from tests.factories import PARTS, Cast
from tests.routes import Route, routes

# The word in an address → the objects that it leads to.
WORDS = {"pools": ("pools", "demands"), "proposals": ("proposals", "merge")}
CODE = re.compile(r"\b(?:XQ|NL|HB|FB)-\d{4}-\d{4,}\b")


@pytest.fixture
def world(cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> World:
    caplog.set_level("DEBUG")
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    world = make_world(cast)
    world.ids["proposals"] = list(MergeProposal.objects.values_list("pk", flat=True))
    world.ids["suggestions"] = list(Suggestion.objects.values_list("pk", flat=True))
    return world


def ids_for(world: World, template: str, kind: str) -> Sequence[Any]:
    """Return the values to try for a parameter of an address."""
    if kind == "int":
        return [Event.objects.latest("pk").pk, *Notification.objects.values_list("pk", flat=True)[:2]]
    if "open-data/" in template:
        return list(DATA_SETS)
    if "figures/" in template or "dashboard/" in template:
        return list(FIGURES)
    if kind != "uuid":
        return ["need", "districts", "en"]
    words = [name for name in world.ids if any(f"{word}/" in template for word in WORDS.get(name, (name,)))]
    return world.ids[words[-1]] if words else [pk for ids in world.ids.values() for pk in ids]


def readable(world: World) -> Iterator[tuple[Route, str]]:
    """Yield every address of ours that can be read, with every planted object."""
    for route in routes():
        if not route.foreign and route.audience("get") != ():
            for path in route.paths(lambda template, kind, _name: ids_for(world, template, kind)):
                yield route, path


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode(errors="replace")


def found_in(text: str, canaries: Sequence[Canary]) -> list[Canary]:
    plain = text.replace(",", "")
    return [one for one in canaries if one.text in text or any(form in plain for form in figures(one.text))]


def figures(text: str) -> list[str]:
    """Return how a number may stand on a page: as it is, and as English counts what is given in 万元."""
    if not re.fullmatch(r"\d+\.\d+", text):
        return [text] if text[0].isdigit() else []
    return [text, f"{Decimal(text) * 10_000:.0f}"]


# A walk takes minutes, so two processes share it.
HALVES = pytest.mark.parametrize("parts", [PARTS[::2], PARTS[1::2]], ids=["half of the cast", "the other half"])


@pytest.mark.slow
@HALVES
def test_nobody_reads_what_is_not_for_them(cast: Cast, world: World, parts: Sequence[str | None]) -> None:
    addresses = list(readable(world))
    leaks, broken = [], []
    for part in parts:
        actor, client = cast.actor(part) if part else PUBLIC, cast.client(part)
        client.raise_request_exception = False
        forbidden = [one for one in world.canaries if not one.allowed(actor)]
        read = 0
        for route, path in addresses:
            if not allows(actor, route.audience("get") or ()):
                continue  # tests/test_routes.py sees to it that nobody gets in there
            answer = client.get(path, {"page_size": "100"})
            read += answer.status_code == 200
            if answer.status_code >= 500:
                broken.append(f"{part}: {path}")
            # A page may repeat the address that was asked for; that tells the asker nothing.
            leaks += [
                f"{part}: {one.field} in {path}" for one in found_in(text_of(answer), forbidden) if one.text not in path
            ]
        assert read > 20
    assert "\n".join(leaks) == ""
    assert "\n".join(broken) == ""


FILES = {
    "needs": ("xlsx", "docx", "pdf"),
    "calls": ("xlsx", "docx", "pdf"),
    "pools": ("xlsx",),
    "capabilities": ("xlsx",),
}


def files(world: World) -> Iterator[tuple[str, str]]:
    """Yield the addresses of what is handed out as a file, with its kind."""
    for name, kinds in FILES.items():
        yield from ((f"/{name}/", kind) for kind in kinds)
    for name in ("needs", "calls"):
        yield from ((f"/{name}/{pk}/", "pdf") for pk in world.ids[name])


@pytest.mark.slow
def test_no_file_holds_what_is_not_for_everyone(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.views.list_files.within_limit", lambda *_args, **_options: True)
    forbidden = [one for one in world.canaries if not one.allowed(PUBLIC)]
    leaks, read = [], Counter[str]()
    for part in PARTS:
        client, actor = cast.client(part), cast.actor(part) if part else PUBLIC
        for path, kind in files(world):
            answer = client.get(path, {"as": kind})
            read[kind] += answer.headers.get("Content-Disposition", "").endswith(f'.{kind}"')
            # A title is told to whoever reads the page; all else only to everyone.
            told = [one for one in forbidden if not (one.field.endswith(".title") and one.allowed(actor))]
            leaks += [f"{part}: {one.field} in {path} as {kind}" for one in found_in(text_of(answer), told)]
    assert "\n".join(leaks) == ""
    assert read["xlsx"] == len(FILES) * len(PARTS)
    assert read["docx"] == 2 * len(PARTS)
    assert read["pdf"] > 4 * len(PARTS)


WRITING = ("post", "put", "patch", "delete")
# Every step is sent to one planted object: with all of them, for every role, it would take minutes.
TRIED = 1


def writable(world: World, method: str) -> Iterator[tuple[Route, str]]:
    """Yield the addresses of ours that something can be sent to, with planted objects."""
    for route in routes():
        if not route.foreign and route.audience(method):
            paths = route.paths(lambda template, kind, _name: ids_for(world, template, kind))
            for path in paths[:TRIED]:
                yield route, path


def sent(client: Client, method: str, route: Route, path: str) -> Any:
    """Send an empty form or body and follow to where it leads; what it does is rolled back."""
    options: dict[str, Any] = {"content_type": "application/json"} if route.template.startswith("api/") else {}
    with transaction.atomic():
        answer = getattr(client, method)(path, {}, **options)
        if answer.status_code == 302 and answer.headers["Location"].startswith("/"):
            answer = client.get(answer.headers["Location"])
        transaction.set_rollback(True)
    return answer


@pytest.mark.slow
@HALVES
def test_no_refusal_and_no_answer_to_a_step_tells_what_is_not_for_them(
    cast: Cast, world: World, parts: Sequence[str | None]
) -> None:
    leaks, broken, statuses = [], [], Counter[int]()
    addresses = [(method, *one) for method in WRITING for one in writable(world, method)]
    for part in parts:
        actor, client = cast.actor(part) if part else PUBLIC, cast.client(part)
        client.raise_request_exception = False
        forbidden = [one for one in world.canaries if not one.allowed(actor)]
        for method, route, path in addresses:
            if not allows(actor, route.audience(method) or ()):
                continue
            answer = sent(client, method, route, path)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500:
                broken.append(f"{part}: {method} {path}")
            leaks += [f"{part}: {one.field} from {method} {path}" for one in found_in(text_of(answer), forbidden)]
    assert "\n".join(leaks) == ""
    assert "\n".join(broken) == ""
    assert min(statuses[status] for status in (200, 403, 404, 409, 422)) > 1, statuses


# Choices, answers with yes or no, moments, and what quotes public texts: no text of these could be found again.
WITHOUT_TEXT = (
    {"funding", "merge_pref", "visibility", "risk_answers", "precision_report", "source"}
    | {f"{name}_at" for name in ("created", "updated", "submitted")}
    | {"near_copy"}
)


def test_a_text_is_planted_in_every_field_that_is_not_for_everyone(world: World) -> None:
    planted = {one.field for one in world.canaries}
    tables = {"need": NEED_FIELDS, "capability": CAPABILITY_FIELDS}
    hidden = {
        f"{kind}.{name}"
        for kind, table in tables.items()
        for name, least in table.items()
        if least > Audience.PUBLIC and name not in WITHOUT_TEXT
    }
    assert hidden - planted == set()


def test_every_canary_is_alive(cast: Cast, world: World) -> None:
    """Whoever may read a field finds it over the API or a page: what is planted nowhere would prove nothing."""
    missing = {one.field: one for one in world.canaries}
    for part in ("enterprise", "rival", "supplier", "manager"):
        client, actor = cast.client(part), cast.actor(part)
        for route, path in readable(world):
            if not route.template.startswith("api/"):
                continue
            for one in found_in(text_of(client.get(path)), list(missing.values())):
                assert one.allowed(actor), one.field
                del missing[one.field]
    # Reasons of a return stand in decisions, which pages show and the API does not; a suspended firm is in no list.
    # What two owners miss of a scale is told as a band from the start.
    assert set(missing) <= {"decision.reasons", "pool.gap", "call.gap"}


def codes(client: Client, path: str, query: str) -> set[str]:
    return set(CODE.findall(text_of(client.get(path, {"q": query, "page_size": "100"}))))


@pytest.mark.slow
def test_searching_for_a_confidential_text_finds_nothing(cast: Cast, world: World) -> None:
    lists = {path for route, path in readable(world) if not route.parameters}
    searched = 0
    for part in (None, "rival"):
        client, actor = cast.client(part), cast.actor(part) if part else PUBLIC
        for path in sorted(lists):
            unknown = codes(client, path, "qqqqxwvz")
            if unknown == codes(client, path, ""):
                continue  # this page does not search
            searched += 1
            for one in world.canaries:
                if not one.allowed(actor):
                    assert codes(client, path, one.text) == unknown, (one.field, path)
    assert searched >= 4


def test_mails_tell_nobody_what_is_not_for_them(cast: Cast, world: World) -> None:
    parts = {getattr(cast, part).email: cast.actor(part) for part in PARTS if part}
    assert len(mail.outbox) > 10
    for message in mail.outbox:
        (address,) = message.to
        for one in found_in(f"{message.subject}\n{message.body}", world.canaries):
            assert one.allowed(parts[address]), (one.field, address)


def test_the_log_names_events_and_ids_only(world: World, caplog: pytest.LogCaptureFixture) -> None:
    records = caplog.get_records("setup")
    assert len(records) > 40
    lines = "\n".join(f"{record.getMessage()} {vars(record)}" for record in records)
    assert [one.field for one in found_in(lines, world.canaries)] == []
    assert "@example.org" not in lines


def test_the_event_log_holds_no_confidential_value(world: World) -> None:
    rows = "\n".join(str(row) for row in Event.objects.values())
    assert [one.field for one in found_in(rows, world.canaries)] == []


def test_error_pages_show_nothing(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Need.objects.exclude(contact="").first()
    assert need is not None

    def fail(*_args: Any, **_kwargs: Any) -> None:
        contact = need.contact
        raise RuntimeError(f"broken at {contact}")

    monkeypatch.setattr("scenarios.querysets.NeedQuerySet.visible_to", fail)
    client = cast.client("rival")
    client.raise_request_exception = False
    for path in ("/needs/", "/api/v1/needs/", f"/needs/{need.pk}/", f"/api/v1/needs/{need.pk}/", "/nothing/"):
        answer = client.get(path)
        assert answer.status_code in (404, 500)
        assert found_in(text_of(answer), world.canaries) == []
