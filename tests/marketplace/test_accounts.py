"""Signing in, the second factor, and what an account may speak for."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client

from marketplace.actors import actor_for, signed_in
from marketplace.models import Account, Member, Notification, Organisation, StaffRole
from scenarios.actor import PUBLIC
from tests.factories import PASSWORD, TOTP_SECRET, Cast, make_account

LOGIN = "/accounts/login/"
SECOND = "/accounts/2fa/authenticate/"


def code() -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, next(iter(yield_hotp_counters_from_time()))))


def test_a_member_signs_in_by_e_mail_and_lands_in_the_workspace(cast: Cast) -> None:
    client = cast.client()
    response = client.post(LOGIN, {"login": "Enterprise@example.org", "password": PASSWORD})
    assert response.headers["Location"] == "/workspace/"
    assert client.get("/workspace/").status_code == 200


@pytest.mark.parametrize("login", ["enterprise@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(cast: Cast, login: str) -> None:
    response = cast.client().post(LOGIN, {"login": login, "password": "not the passphrase"})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "The email address and/or password you specified are not correct."
    ]


def test_staff_are_asked_for_the_second_factor(cast: Cast) -> None:
    client = cast.client()
    response = client.post(LOGIN, {"login": "moderator@example.org", "password": PASSWORD})
    assert response.headers["Location"] == SECOND
    assert client.get("/staff/").headers["Location"].startswith(LOGIN)
    assert client.post(SECOND, {"code": "000000"}).status_code == 200
    assert client.get("/staff/").status_code == 302
    assert client.post(SECOND, {"code": code()}).headers["Location"] == "/workspace/"
    assert client.get("/staff/").status_code == 200


def test_staff_without_a_second_factor_go_nowhere_else(cast: Cast) -> None:
    Authenticator.objects.filter(user=cast.moderator).delete()
    client = cast.client("moderator")
    for path in ("/staff/", "/workspace/", "/capabilities/", "/staff/moderation/capabilities/"):
        assert client.get(path).headers["Location"] == "/accounts/2fa/totp/activate/"
    assert cast.client("enterprise").get("/capabilities/").status_code == 200


def test_signing_up_waits_for_the_address_to_be_confirmed(cast: Cast) -> None:
    client = cast.client()
    data = {"email": "New@example.org", "password1": PASSWORD, "password2": PASSWORD, "name": "新成员"}
    response = client.post("/accounts/signup/", data)
    assert response.headers["Location"] == "/accounts/confirm-email/"
    account = Account.objects.get(email="new@example.org")
    assert (account.name, account.language, account.is_staff) == ("新成员", "en", False)
    assert [message.to for message in mail.outbox] == [["new@example.org"]]
    assert cast.client().post(LOGIN, {"login": "new@example.org", "password": PASSWORD}).headers["Location"] == (
        "/accounts/confirm-email/"
    )


def test_an_actor_speaks_for_its_organisations(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    ids = frozenset({cast.enterprise_org.pk})
    assert (actor.account_id, actor.organisation_ids, actor.editor_of) == (cast.enterprise.pk, ids, ids)
    assert (actor.verified, actor.is_staff, actor.roles) == (True, False, frozenset())


def test_a_viewer_reads_but_does_not_write(cast: Cast) -> None:
    viewer = make_account("viewer@example.org")
    Member.objects.create(organisation=cast.enterprise_org, account=viewer, role="viewer")
    actor = actor_for(viewer)
    assert (actor.organisation_ids, actor.editor_of) == (frozenset({cast.enterprise_org.pk}), frozenset())


@pytest.mark.parametrize(
    ("verification", "organisations", "verified"),
    [("verified", 1, True), ("pending", 1, False), ("unverified", 1, False), ("suspended", 0, False)],
)
def test_verification_decides_what_an_actor_is(
    cast: Cast, verification: str, organisations: int, verified: bool
) -> None:
    Organisation.objects.filter(pk=cast.enterprise_org.pk).update(verification=verification)
    actor = cast.actor("enterprise")
    assert (len(actor.organisation_ids), actor.verified) == (organisations, verified)


def test_nobody_and_the_inactive_are_the_public(cast: Cast) -> None:
    assert actor_for(None) == PUBLIC
    cast.enterprise.is_active = False
    cast.enterprise.save()
    assert cast.actor("enterprise") == PUBLIC


def test_an_actor_takes_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        actor_for(cast.moderator)


def test_what_every_page_asks_of_an_account_takes_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    unread = Notification.objects.filter(account=cast.enterprise).unread().count()
    with django_assert_num_queries(2):  # type: ignore[operator]
        staff, member = signed_in(cast.moderator), signed_in(cast.enterprise)
    assert (staff.actor, staff.has_factor) == (cast.actor("moderator"), True)
    assert (member.actor, member.has_factor, member.unread) == (cast.actor("enterprise"), False, unread)


def test_what_was_taken_from_an_account_counts_at_the_next_page(cast: Cast) -> None:
    client = cast.client("moderator")
    assert client.get("/staff/moderation/").status_code == 200
    Authenticator.objects.filter(user=cast.moderator).delete()
    assert client.get("/staff/moderation/").headers["Location"] == "/accounts/2fa/totp/activate/"
    StaffRole.objects.filter(account=cast.moderator).delete()
    assert client.get("/staff/moderation/").status_code == 403


def test_roles_come_from_staff_roles_only(cast: Cast) -> None:
    superuser = Account.objects.create_superuser("root@example.org", PASSWORD)
    assert actor_for(superuser).roles == frozenset()
    assert cast.actor("publisher").roles == frozenset({"publisher"})


def test_a_new_password_takes_every_token_back(cast: Cast) -> None:
    from knox.models import AuthToken

    AuthToken.objects.create(user=cast.supplier)
    AuthToken.objects.create(user=cast.enterprise)
    client = Client()
    client.force_login(cast.supplier)
    data = {"oldpassword": PASSWORD, "password1": "another long passphrase", "password2": "another long passphrase"}
    assert client.post("/accounts/password/change/", data).status_code == 302
    assert list(AuthToken.objects.values_list("user", flat=True)) == [cast.enterprise.pk]
