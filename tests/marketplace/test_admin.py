"""The admin: account activation and staff roles; nothing else, and only with the second factor."""

from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.test import Client

from marketplace.models import Account, StaffRole
from scenarios.models import Event
from tests.factories import TOTP_SECRET, Cast, make_account


def administrator() -> Client:
    account = make_account("administrator@example.org")
    Account.objects.filter(pk=account.pk).update(is_staff=True, is_superuser=True)
    TOTP.activate(account, TOTP_SECRET)
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def posted(account: Account, **changes: Any) -> dict[str, Any]:
    """Return what the form of an account posts: its values and one empty row for a role."""
    rows = {"staff_roles-TOTAL_FORMS": "1", "staff_roles-INITIAL_FORMS": "0", "staff_roles-0-account": account.pk}
    return (
        {"name": account.name, "language": account.language, "is_active": "on", "staff_roles-0-role": ""}
        | rows
        | changes
    )


def test_only_accounts_are_registered() -> None:
    admin.autodiscover()
    registered = {model.__name__ for model in admin.site._registry}
    assert registered == {"Account"}


def test_the_admin_signs_in_on_the_sites_own_page(cast: Cast) -> None:
    assert cast.client().get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    answer = cast.client().get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=%2Fadmin%2F",
    )


def test_staff_roles_open_no_admin(cast: Cast) -> None:
    for part in ("manager", "enterprise"):
        assert cast.client(part).get("/admin/marketplace/account/").status_code == 302


def test_an_administrator_without_a_second_factor_gets_nowhere(cast: Cast) -> None:
    Account.objects.filter(pk=cast.stranger.pk).update(is_staff=True, is_superuser=True)
    answer = cast.client("stranger").get("/admin/")
    assert answer["Location"] == "/accounts/2fa/totp/activate/"


def test_giving_a_role_is_logged(cast: Cast) -> None:
    client, address = administrator(), f"/admin/marketplace/account/{cast.stranger.pk}/change/"
    assert client.post(address, posted(cast.stranger, **{"staff_roles-0-role": "auditor"})).status_code == 302
    assert list(StaffRole.objects.filter(account=cast.stranger).values_list("role", flat=True)) == ["auditor"]
    event = Event.objects.get(kind="account.changed")
    assert (event.changed, event.data["roles"]) == (["staff_roles"], ["auditor"])
    assert event.actor_id == Account.objects.get(email="administrator@example.org").pk


def test_a_member_is_given_no_role(cast: Cast) -> None:
    address = f"/admin/marketplace/account/{cast.enterprise.pk}/change/"
    answer = administrator().post(address, posted(cast.enterprise, **{"staff_roles-0-role": "auditor"}))
    assert "This account acts for an organisation" in answer.content.decode()
    assert not StaffRole.objects.filter(account=cast.enterprise).exists()


def test_an_account_that_is_kept_out_can_do_nothing(cast: Cast) -> None:
    address = f"/admin/marketplace/account/{cast.enterprise.pk}/change/"
    assert administrator().post(address, posted(cast.enterprise, is_active="")).status_code == 302
    assert not Account.objects.get(pk=cast.enterprise.pk).is_active
    assert Event.objects.get(kind="account.changed").changed == ["is_active"]
    assert cast.client("enterprise").get("/workspace/needs/")["Location"].startswith("/accounts/login/")


def test_accounts_are_neither_made_nor_deleted_here(cast: Cast) -> None:
    client = administrator()
    assert client.get("/admin/marketplace/account/add/").status_code == 403
    assert client.get(f"/admin/marketplace/account/{cast.stranger.pk}/delete/").status_code == 403
