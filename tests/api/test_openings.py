"""Panel, openers and the opening of sealed responses over the API."""

from typing import Any

import pytest

from marketplace.models import Account, Response
from scenarios.models import Call, CallKey, Event
from tests.api.conftest import Send
from tests.calls import close, drafted_call, make_supplier, official, opened_call, sealed, sealed_call
from tests.factories import Cast
from tests.marketplace.test_sealed_canary import everything_stored

PANEL, OPENERS = (tuple(f"{role}{n}" for n in range(3)) for role in ("reviewer", "opener"))


@pytest.fixture
def officials(cast: Cast) -> dict[str, Account]:
    """Three reviewers and three openers, as parts of the cast."""
    rows = {name: official(f"{name}@example.org", "reviewer") for name in PANEL}
    rows |= {name: official(f"{name}@example.org", "auditor") for name in OPENERS}
    for name, account in rows.items():
        object.__setattr__(cast, name, account)
    return rows


@pytest.fixture
def call(cast: Cast) -> Call:
    return drafted_call(cast)


def named(api: Send, call: Call, officials: dict[str, Account], **headers: str) -> Any:
    """Name panel and openers as the manager does; return the last answer."""
    panel = [officials[name].pk for name in PANEL]
    own = f"calls/{call.pk}/opening/"
    assert api("manager", "put", f"{own}panel/", {"accounts": panel, "chair": panel[0]}).status_code == 200
    return api("manager", "put", f"{own}openers/", {"accounts": [officials[n].pk for n in OPENERS]}, **headers)


def ready(api: Send, cast: Cast, call: Call, officials: dict[str, Account]) -> list[str]:
    """Name everyone, have every opener take a code, open the call and return the codes."""
    named(api, call, officials)
    codes = [api(name, "post", f"calls/{call.pk}/opening/code/").json()["code"] for name in OPENERS]
    opened_call(cast, call)
    call.refresh_from_db()
    return codes


def test_panel_and_openers_are_named(api: Send, call: Call, officials: dict[str, Account]) -> None:
    own, ids = f"calls/{call.pk}/opening/", [officials[name].pk for name in PANEL]
    listed = api("manager", "get", f"{own}officials/").json()
    assert {"id": ids[0], "name": "reviewer0", "roles": ["reviewer"]} in listed["results"]
    assert listed["count"] == 12  # six of the cast and these six
    even = api("manager", "put", f"{own}panel/", {"accounts": ids[:2], "chair": ids[0]})
    assert (even.status_code, list(even.json()["errors"])) == (422, ["panel"])
    absent = api("manager", "put", f"{own}panel/", {"accounts": ids, "chair": officials["opener0"].pk})
    assert (absent.status_code, list(absent.json()["errors"])) == (422, ["chair"])
    two = api("manager", "put", f"{own}openers/", {"accounts": ids[:2]})
    assert (two.status_code, list(two.json()["errors"])) == (422, ["openers"])
    shown = named(api, call, officials).json()
    assert [row["name"] for row in shown["panel"] if row["is_chair"]] == ["reviewer0"]
    assert {row["account"] for row in shown["panel"]} == set(ids)
    assert {row["name"]: (row["has_code"], row["agreed_at"]) for row in shown["openers"]} == dict.fromkeys(
        OPENERS, (False, None)
    )
    assert (shown["call"]["code"], shown["takes_responses"], shown["responses"]) == (call.code, False, None)
    assert [row.kind for row in Event.objects.filter(subject_id=call.pk).order_by("id")] == [
        "call.drafted",
        "call.panel_seated",
        "call.openers_named",
    ]


def test_naming_sent_twice_voids_no_code(api: Send, call: Call, officials: dict[str, Account]) -> None:
    named(api, call, officials, Idempotency_Key="once")
    own = f"calls/{call.pk}/opening/"
    assert api("opener0", "post", f"{own}code/").status_code == 200
    body = {"accounts": [officials[name].pk for name in OPENERS]}
    again = api("manager", "put", f"{own}openers/", body, Idempotency_Key="once").json()
    assert [row["has_code"] for row in again["openers"] if row["name"] == "opener0"] == [True]
    anew = api("manager", "put", f"{own}openers/", body, Idempotency_Key="twice").json()
    assert [row["has_code"] for row in anew["openers"]] == [False, False, False]


def test_a_code_is_told_to_its_opener_once_and_to_nobody_else(
    api: Send, cast: Cast, call: Call, officials: dict[str, Account], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    named(api, call, officials)
    own = f"calls/{call.pk}/opening/"
    (place,) = api("opener0", "get", "openings/").json()["results"]
    assert (place["call"]["id"], place["take_code"], place["give_code"]) == (str(call.pk), True, False)
    taken = [api(name, "post", f"{own}code/") for name in OPENERS]
    assert [answer.status_code for answer in taken] == [200, 200, 200]
    assert "no-store" in taken[0].headers["Cache-Control"]
    assert CallKey.objects.filter(call=call).count() == 1
    again = api("opener0", "post", f"{own}code/")
    assert (again.status_code, again.json()["type"]) == (409, "/api/v1/problems/illegal-move/")
    opened_call(cast, call)
    codes = [answer.json()["code"] for answer in taken]
    assert len(set(codes)) == 3
    given = api("opener0", "post", f"{own}open/", {"code": codes[0]})  # refused, and logged without the code
    read = [api(part, "get", own) for part in ("manager", "auditor", *OPENERS)]
    told = [*(answer.content.decode() for answer in (again, given, *read)), everything_stored(), caplog.text]
    assert [code in text for code in codes for text in told] == [False] * len(codes) * len(told)


@pytest.mark.parametrize(
    ("part", "status", "named_status"),
    [(None, 401, 401), ("stranger", 403, 403), ("supplier", 403, 403), ("auditor", 404, 403), ("manager", 404, 422)],
)
def test_who_is_no_opener_takes_no_code_and_opens_nothing(
    api: Send, cast: Cast, part: str | None, status: int, named_status: int
) -> None:
    call = sealed_call(cast)
    sealed(call.call, cast.supplier)
    close(call.call)
    own = f"calls/{call.call.pk}/opening/"
    before = Event.objects.count()
    assert api(part, "post", f"{own}open/", {"code": call.codes[0]}).status_code == status
    assert (Event.objects.count(), Response.objects.get().status) == (before, "sealed")
    other = f"calls/{drafted_call(cast).pk}/opening/"
    assert api(part, "post", f"{other}code/").status_code == status
    assert api(part, "put", f"{other}panel/", {"accounts": [], "chair": 1}).status_code == named_status
    assert api(part, "put", f"{other}openers/", {"accounts": []}).status_code == named_status
    read = {401: 401, 403: 403, 404: 200}[status]
    assert [api(part, "get", path).status_code for path in (own, "openings/")] == [read, read]
    assert api(part, "get", f"{own}officials/").status_code == {422: 200}.get(named_status, named_status)


def test_an_early_opening_is_refused_and_logged_and_tells_nothing(
    api: Send, cast: Cast, call: Call, officials: dict[str, Account]
) -> None:
    codes, own = ready(api, cast, call, officials), f"calls/{call.pk}/opening/"
    empty = api("opener0", "get", own).json()
    for number in range(2):
        sealed(call, make_supplier(number)[1])
    assert api("opener0", "get", own).json() == empty
    assert (empty["takes_responses"], empty["opened_at"], empty["responses"]) == (True, None, None)
    early = api("opener0", "post", f"{own}open/", {"code": codes[0]})
    assert (early.status_code, early.json()["type"]) == (409, "/api/v1/problems/illegal-move/")
    assert early.json()["detail"] == "This call has not closed yet. Your attempt to open its responses was logged."
    (logged,) = Event.objects.filter(kind="call.opening_refused")
    assert (logged.actor_id, logged.data) == (officials["opener0"].pk, {})
    assert list(Response.objects.values_list("status", flat=True)) == ["sealed", "sealed"]


def test_two_of_the_three_open_everything(api: Send, cast: Cast, call: Call, officials: dict[str, Account]) -> None:
    codes, own = ready(api, cast, call, officials), f"calls/{call.pk}/opening/"
    for number in range(2):
        sealed(call, make_supplier(number)[1])
    close(call)
    wrong = api("opener1", "post", f"{own}open/", {"code": codes[0]})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["code"])
    (place,) = api("opener1", "get", "openings/").json()["results"]
    assert (place["take_code"], place["give_code"]) == (False, True)
    first = api("opener1", "post", f"{own}open/", {"code": codes[1]}).json()
    assert (first["opened_at"], first["responses"]) == (None, None)
    assert [row["agreed_at"] is not None for row in first["openers"] if row["name"] == "opener1"] == [True]
    assert api("opener1", "post", f"{own}open/", {"code": codes[1]}).status_code == 409
    assert set(Response.objects.values_list("status", flat=True)) == {"sealed"}
    shown = api("opener2", "post", f"{own}open/", {"code": codes[2]}).json()
    assert [(row["number"], row["terms_confirmed"], row["barred_partner"]) for row in shown["responses"]] == [
        (1, True, False),
        (2, True, False),
    ]
    assert shown["opened_at"] is not None
    assert set(Response.objects.values_list("status", flat=True)) == {"opened"}
    assert api("opener0", "post", f"{own}open/", {"code": codes[0]}).status_code == 409
    assert api("auditor", "get", own).json()["responses"] == shown["responses"]
    late = api("manager", "put", f"{own}openers/", {"accounts": [officials[name].pk for name in OPENERS]})
    assert late.status_code == 409
