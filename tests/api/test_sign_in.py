"""Tokens: who gets one, with which factors, and what one is worth."""

import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from knox.models import AuthToken

from marketplace.models import StaffRole
from tests.factories import PASSWORD, TOTP_SECRET, Cast

LOGIN = "/api/v1/auth/login/"


def code_now() -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    body = {"email": email, "password": password, **more}
    return client.post(LOGIN, body, content_type="application/json")


def bearer(token: str) -> Client:
    return Client(headers={"authorization": f"Token {token}", "accept-language": "en"})


def test_a_member_signs_in_with_a_password(cast: Cast) -> None:
    answer = sign_in(cast.client(), "enterprise@example.org")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json()["token"]
    assert AuthToken.objects.get().digest != token
    assert "sessionid" not in answer.cookies
    mine = bearer(token).get("/api/v1/organisations/?mine=true").json()
    assert [row["name_zh"] for row in mine["results"]] == ["甲精密铸造厂"]


def test_unknown_address_and_wrong_password_get_one_answer(cast: Cast) -> None:
    wrong = sign_in(cast.client(), "enterprise@example.org", "another passphrase")
    unknown = sign_in(cast.client(), "nobody@example.org", "another passphrase")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401
    assert wrong.json()["type"] == "/api/v1/problems/authentication-failed/"
    assert AuthToken.objects.count() == 0


def test_staff_need_their_code_and_a_code_counts_once(cast: Cast) -> None:
    client = cast.client()
    without = sign_in(client, "moderator@example.org")
    assert (without.status_code, without.json()["type"]) == (401, "/api/v1/problems/second-factor-required/")
    assert sign_in(client, "moderator@example.org", code="000000").status_code == 401
    code = code_now()
    token = sign_in(client, "moderator@example.org", code=code).json()["token"]
    assert bearer(token).get("/api/v1/events/").status_code == 200
    assert sign_in(client, "moderator@example.org", code=code).status_code == 401
    assert AuthToken.objects.count() == 1


def test_staff_without_a_second_factor_get_no_token(cast: Cast) -> None:
    Authenticator.objects.filter(user=cast.auditor).delete()
    answer = sign_in(cast.client(), "auditor@example.org")
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems/not-permitted/")
    assert AuthToken.objects.count() == 0


def test_a_token_from_before_the_second_factor_is_worth_nothing_to_staff(cast: Cast) -> None:
    token = sign_in(cast.client(), "stranger@example.org").json()["token"]
    assert bearer(token).get("/api/v1/follows/").status_code == 200
    StaffRole.objects.create(account=cast.stranger, role="auditor")
    assert bearer(token).get("/api/v1/events/").status_code == 401
    Authenticator.objects.create(user=cast.stranger, type="totp", data={"secret": ""})
    assert bearer(token).get("/api/v1/events/").status_code == 401


def test_an_unconfirmed_address_gets_no_token(cast: Cast) -> None:
    EmailAddress.objects.filter(user=cast.stranger).update(verified=False)
    assert sign_in(cast.client(), "stranger@example.org").status_code == 403
    assert AuthToken.objects.count() == 0


def test_signing_in_is_limited_before_a_password_is_hashed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.client()
    for number in range(10):
        assert sign_in(client, f"nobody{number}@example.org").status_code in (401, 429)
    hashed: list[str] = []
    monkeypatch.setattr("django.contrib.auth.base_user.AbstractBaseUser.check_password", hashed.append)
    limited = sign_in(client, "enterprise@example.org")
    assert limited.status_code == 429
    assert 1 <= int(limited.headers["Retry-After"]) <= 61
    assert limited.headers["Content-Type"] == "application/problem+json"
    assert hashed == []


def test_many_failures_for_one_address_are_limited_from_anywhere(cast: Cast) -> None:
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post(
            LOGIN, {"email": "enterprise@example.org", "password": "wrong passphrase"}, content_type="application/json"
        )
        for n in range(6)
    ]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


def test_a_forged_forwarding_header_does_not_lift_the_limit(cast: Cast, settings: Any) -> None:
    client = cast.client()
    codes = [
        client.post(
            LOGIN,
            {"email": f"nobody{n}@example.org", "password": "wrong passphrase"},
            content_type="application/json",
            headers={"x-forwarded-for": f"192.0.2.{n}"},
        ).status_code
        for n in range(11)
    ]
    assert codes[-1] == 429


def test_a_browsers_session_has_no_token_to_give_back(cast: Cast) -> None:
    answer = cast.client("enterprise").post("/api/v1/auth/logout/", {}, content_type="application/json")
    assert answer.status_code == 401


def test_logout_takes_this_token_and_logoutall_every_one(cast: Cast) -> None:
    one, two, three = (sign_in(cast.client(), "supplier@example.org").json()["token"] for _ in range(3))
    assert bearer(one).post("/api/v1/auth/logout/").status_code == 204
    assert bearer(one).get("/api/v1/follows/").status_code == 401
    assert bearer(two).get("/api/v1/follows/").status_code == 200
    assert bearer(two).post("/api/v1/auth/logoutall/").status_code == 204
    assert bearer(three).get("/api/v1/follows/").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a b", "\x00", "é", "0" * 5000])
def test_whatever_is_no_token_is_refused(cast: Cast, token: str) -> None:
    answer = Client(HTTP_AUTHORIZATION=f"Token {token}").get("/api/v1/needs/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_a_session_works_too_and_its_writes_need_the_csrf_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(cast.enterprise)
    assert client.get("/api/v1/follows/").status_code == 200
    refused = client.post("/api/v1/notifications/read/", content_type="application/json")
    assert (refused.status_code, refused.json()["type"]) == (403, "/api/v1/problems/permission-denied/")
