"""Members of an organisation and invitations over the API: the same actions as the pages."""

from marketplace.models import Invitation, Member
from tests.api.conftest import Send
from tests.factories import Cast, make_member


def test_an_invitation_is_made_read_and_accepted(api: Send, cast: Cast) -> None:
    path = f"organisations/{cast.enterprise_org.pk}/"
    answer = api("enterprise", "post", f"{path}invitations/", {"email": "stranger@example.org", "role": "editor"})
    assert (answer.status_code, answer.json()["role"]) == (201, "editor")
    pk = answer.json()["id"]
    assert [row["id"] for row in api("enterprise", "get", f"{path}invitations/").json()["results"]] == [pk]
    assert api("rival", "get", f"{path}invitations/").status_code == 404
    assert [row["id"] for row in api("stranger", "get", "invitations/").json()["results"]] == [pk]
    assert api("rival", "get", "invitations/").json()["results"] == []
    assert api("rival", "post", f"invitations/{pk}/accept/").status_code == 404
    assert api("stranger", "post", f"invitations/{pk}/accept/").json()["account"] == cast.stranger.pk
    shown = api("stranger", "get", f"{path}members/").json()["results"]
    assert [(row["email"], row["role"]) for row in shown] == [
        ("enterprise@example.org", "owner"),
        ("stranger@example.org", "editor"),
    ]
    assert api("stranger", "get", f"{path}invitations/").json()["results"] == []


def test_staff_are_refused_when_they_accept(api: Send, cast: Cast) -> None:
    body = {"email": "auditor@example.org", "role": "editor"}
    pk = api("enterprise", "post", f"organisations/{cast.enterprise_org.pk}/invitations/", body).json()["id"]
    assert api("auditor", "post", f"invitations/{pk}/accept/").status_code == 422
    assert not Member.objects.filter(account=cast.auditor).exists()
    assert api("auditor", "post", f"invitations/{pk}/decline/").status_code == 204
    assert not Invitation.objects.exists()


def test_roles_change_and_members_leave(api: Send, cast: Cast) -> None:
    colleague = make_member(cast.enterprise_org, "viewer")
    path = f"organisations/{cast.enterprise_org.pk}/members/"
    assert api("rival", "patch", f"{path}{colleague.pk}/", {"role": "owner"}).status_code == 404
    assert api("enterprise", "patch", f"{path}{colleague.pk}/", {"role": "boss"}).status_code == 400
    assert api("enterprise", "delete", f"{path}{cast.enterprise.pk}/").status_code == 422
    assert api("enterprise", "patch", f"{path}{colleague.pk}/", {"role": "owner"}).json()["role"] == "owner"
    assert api("enterprise", "delete", f"{path}{cast.enterprise.pk}/").status_code == 204
    assert list(Member.objects.filter(organisation=cast.enterprise_org).values_list("account", flat=True)) == [
        colleague.pk
    ]


def test_an_invitation_is_taken_back(api: Send, cast: Cast) -> None:
    path = f"organisations/{cast.enterprise_org.pk}/invitations/"
    pk = api("enterprise", "post", path, {"email": "stranger@example.org", "role": "editor"}).json()["id"]
    assert api("rival", "delete", f"{path}{pk}/").status_code == 404
    assert api("enterprise", "delete", f"{path}{pk}/").status_code == 204
    assert not Invitation.objects.exists()
