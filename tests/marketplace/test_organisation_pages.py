"""Organisations: the public page, registering, members, verification, suspension."""

from typing import Any

import pytest

from marketplace.actions import members
from marketplace.actions.accounts import appoint_staff
from marketplace.actions.engagement_landing import write_lesson
from marketplace.actors import actor_for
from marketplace.models import Engagement, Invitation, Member, Notification, Organisation
from scenarios.actor import SYSTEM
from scenarios.errors import Invalid
from scenarios.models import Event
from tests.drain import drain_outbox
from tests.engagements import opened_engagement, running_engagement
from tests.factories import (
    TOTP_SECRET,
    Cast,
    draft_need,
    make_account,
    make_member,
    make_uscc,
    published_capability,
    published_need,
)
from tests.marketplace.test_awards import give_award
from tests.selections import end_notice, published, write_all_feedback

MINE = "/workspace/organisation/"
REGISTER = "/workspace/organisation/new/"


def fields(**changes: Any) -> dict[str, Any]:
    values = {"name_zh": "丁注塑厂", "name_en": "Ding Moulding", "kind": "enterprise", "uscc": make_uscc()}
    return {**values, "district": "binhu", "about": "", "contact": "办公室 0510-00000003", **changes}


def test_the_public_page_shows_what_is_on_offer_and_nothing_else(cast: Cast) -> None:
    need, capability = published_need(cast), published_capability(cast, "enterprise")
    draft = draft_need(cast, title_en="A secret draft")
    Organisation.objects.filter(pk=cast.enterprise_org.pk).update(about="铸造三十年", contact="gAAA-not-read")
    path = f"/organisations/{cast.enterprise_org.pk}/"
    organisation = Organisation.objects.defer("contact").get(pk=cast.enterprise_org.pk)
    organisation.contact = "厂长 0510-00000009"
    organisation.save()
    shown = cast.client().get(path).content.decode()
    assert "铸造三十年" in shown
    assert f"/needs/{need.pk}/" in shown
    assert f"/capabilities/{capability.pk}/" in shown
    for hidden in (str(draft.pk), "0510-00000009", cast.enterprise_org.uscc):
        assert hidden not in shown
    assert cast.enterprise_org.uscc in cast.client("moderator").get(path).content.decode()
    assert "0510-00000009" in cast.client("enterprise").get(path).content.decode()


def test_the_public_page_shows_the_calls_that_an_organisation_won(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["70", "70"])
    winner, loser = (row.lead_id for row in review.responses())
    result = f"/calls/{review.ready.call.pk}/result/"
    assert won(cast, winner) == won(cast, loser) == []
    write_all_feedback(review)
    end_notice(review)
    give_award(cast, review)
    assert (won(cast, winner), won(cast, loser)) == ([review.ready.call.code], [])
    shown = cast.client().get(f"/organisations/{winner}/").content.decode()
    assert (result in shown, "Calls won" in shown) == (True, True)
    assert result not in cast.client().get(f"/organisations/{loser}/").content.decode()


def won(cast: Cast, organisation: Any) -> list[str]:
    return [card["call"].code for card in cast.client().get(f"/organisations/{organisation}/").context["won"]]


def test_the_public_page_shows_projects_under_way_and_what_they_taught(cast: Cast) -> None:
    path = f"/organisations/{cast.supplier_org.pk}/"
    preparing = opened_engagement(cast)
    assert str(preparing.pk) not in cast.client().get(path).content.decode()
    engagement = running_engagement(cast)
    lesson = {"title": "先清砂", "text": "未清砂误报高，先清砂再检测。"}
    write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, **lesson)
    for part in (cast.supplier_org, cast.enterprise_org):
        page = cast.client().get(f"/organisations/{part.pk}/")
        assert [*page.context["under_way"]] == [engagement]
        assert [(one.title, one.engagement) for one in page.context["lessons"]] == [("先清砂", engagement)]
        assert f"/engagements/{engagement.pk}/" in page.content.decode()
    Engagement.objects.update(status="stopped_no_fault")
    stopped = cast.client().get(path).context  # a stop without fault leaves no mark on the supplier
    assert ([*stopped["under_way"]], [*stopped["lessons"]]) == ([], [])
    stranger = cast.client().get(f"/organisations/{cast.rival_org.pk}/").context
    assert ([*stranger["under_way"]], [*stranger["lessons"]]) == ([], [])


def test_who_has_no_organisation_registers_one(cast: Cast) -> None:
    client = cast.client("stranger")
    assert client.get(MINE).headers["Location"] == REGISTER
    assert "stranger@example.org" in client.get(REGISTER).content.decode()
    response = client.post(REGISTER, fields())
    organisation = Organisation.objects.get(name_zh="丁注塑厂")
    assert response.headers["Location"] == f"{MINE}{organisation.pk}/"
    assert (organisation.verification, organisation.district_id) == ("pending", "binhu")
    assert [(one.account, one.role) for one in organisation.members.all()] == [(cast.stranger, "owner")]


def test_without_a_code_it_is_unverified(cast: Cast) -> None:
    cast.client("stranger").post(REGISTER, fields(uscc=""))
    assert Organisation.objects.get(name_zh="丁注塑厂").verification == "unverified"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91000000MATE000000"}, "uscc"),
        ({"uscc": "12345"}, "uscc"),
        ({"name_zh": ""}, "name_zh"),
        ({"kind": "government"}, "kind"),
        ({"district": "atlantis"}, "district"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(cast: Cast, changes: dict[str, str], field: str) -> None:
    response = cast.client("stranger").post(REGISTER, fields(**changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Organisation.objects.filter(name_zh="丁注塑厂").exists()


def test_a_code_is_registered_once(cast: Cast) -> None:
    response = cast.client("stranger").post(REGISTER, fields(uscc=cast.enterprise_org.uscc))
    assert "This organisation is registered already." in response.content.decode()


def test_another_code_needs_another_verification(cast: Cast) -> None:
    path = f"{MINE}{cast.enterprise_org.pk}/save/"
    client = cast.client("enterprise")
    kept = fields(name_zh=cast.enterprise_org.name_zh, name_en="", uscc=cast.enterprise_org.uscc, about="新的介绍")
    assert client.post(path, kept).status_code == 302
    cast.enterprise_org.refresh_from_db()
    assert (cast.enterprise_org.verification, cast.enterprise_org.about) == ("verified", "新的介绍")
    client.post(path, {**kept, "uscc": make_uscc()})
    cast.enterprise_org.refresh_from_db()
    assert cast.enterprise_org.verification == "pending"


# Members


def test_an_owner_invites_a_colleague_who_accepts(cast: Cast) -> None:
    colleague = make_account("colleague@example.org")
    client, path = cast.client("enterprise"), f"{MINE}{cast.enterprise_org.pk}/"
    assert client.post(f"{path}members/", {"email": "Colleague@example.org", "role": "editor"}).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == (colleague.email, "editor", cast.enterprise)
    assert actor_for(colleague).organisation_ids == frozenset()
    assert "colleague@example.org" in client.get(path).content.decode()
    guest = cast.client()
    guest.force_login(colleague)
    for page in ("/workspace/", "/workspace/notifications/"):
        assert f"/workspace/invitations/{invitation.pk}/accept/" in guest.get(page).content.decode()
    assert guest.post(f"/workspace/invitations/{invitation.pk}/accept/").headers["Location"] == path
    assert actor_for(colleague).editor_of == {cast.enterprise_org.pk}
    assert not Invitation.objects.exists()
    client.post(f"{path}members/{colleague.pk}/role/", {"role": "viewer"})
    assert Member.objects.get(account=colleague).role == "viewer"
    client.post(f"{path}members/{colleague.pk}/remove/")
    assert not Member.objects.filter(account=colleague).exists()


def test_the_invited_account_is_told_once(cast: Cast) -> None:
    path = f"{MINE}{cast.enterprise_org.pk}/members/"
    for _ in range(2):
        cast.client("enterprise").post(path, {"email": "stranger@example.org", "role": "editor"})
    drain_outbox()
    notification = Notification.objects.get(account=cast.stranger)
    assert (notification.event.kind, notification.path) == ("organisation.member_invited", "/workspace/notifications/")
    assert "stranger@example.org" not in str(Event.objects.get(kind="organisation.member_invited").data)


def test_a_declined_invitation_is_gone(cast: Cast) -> None:
    invitation = members.invite_member(
        actor=cast.actor("enterprise"), organisation_id=cast.enterprise_org.pk, email=cast.stranger.email, role="editor"
    )
    path = f"/workspace/invitations/{invitation.pk}/"
    assert cast.client("rival").post(f"{path}accept/").status_code == 404
    assert cast.client("rival").post(f"{path}decline/").status_code == 404
    assert cast.client("stranger").post(f"{path}join/").status_code == 404
    assert Invitation.objects.count() == 1
    assert cast.client("stranger").post(f"{path}decline/").status_code == 302
    assert (Invitation.objects.count(), Member.objects.filter(account=cast.stranger).count()) == (0, 0)


def test_an_owner_takes_an_invitation_back(cast: Cast) -> None:
    invitation = members.invite_member(
        actor=cast.actor("enterprise"), organisation_id=cast.enterprise_org.pk, email=cast.stranger.email, role="editor"
    )
    path = f"{MINE}{cast.enterprise_org.pk}/invitations/{invitation.pk}/withdraw/"
    assert cast.client("rival").post(path).status_code == 404
    assert cast.client("enterprise").post(path).status_code == 302
    assert cast.client("stranger").post(f"/workspace/invitations/{invitation.pk}/accept/").status_code == 404
    assert not Member.objects.filter(account=cast.stranger).exists()


def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(cast: Cast) -> None:
    path = f"{MINE}{cast.enterprise_org.pk}/members/"
    shown = []
    for email in ("stranger@example.org", "nobodyxx@example.org", "auditorx@example.org", "auditor@example.org"):
        answer = cast.client("enterprise").post(path, {"email": email, "role": "viewer"}, follow=True)
        shown.append(str(next(iter(answer.context["messages"]))).replace(email, "-"))
        assert answer.redirect_chain == [(f"{MINE}{cast.enterprise_org.pk}/", 302)]
    assert set(shown) == {"- is invited as: Viewer. They act once they accept."}


@pytest.mark.parametrize("part", ["moderator", "auditor"])
def test_staff_never_act_for_an_organisation(cast: Cast, part: str) -> None:
    account = getattr(cast, part)
    invitation = members.invite_member(
        actor=cast.actor("enterprise"), organisation_id=cast.enterprise_org.pk, email=account.email, role="owner"
    )
    answer = cast.client(part).post(f"/workspace/invitations/{invitation.pk}/accept/", follow=True)
    assert "staff cannot act for an organisation" in answer.content.decode()
    assert cast.actor(part).organisation_ids == frozenset()
    assert Invitation.objects.count() == 1
    assert cast.client(part).post(REGISTER, fields()).status_code == 422
    assert not Member.objects.filter(account=account).exists()


def test_a_member_gets_no_staff_role(cast: Cast) -> None:
    with pytest.raises(Invalid):
        appoint_staff(actor=SYSTEM, account=cast.enterprise, role="auditor", totp_secret=TOTP_SECRET)
    assert not cast.enterprise.staff_roles.exists()


def test_a_member_leaves_but_the_last_owner_stays(cast: Cast) -> None:
    colleague = make_member(cast.enterprise_org, "viewer", email="colleague@example.org")
    client, path = cast.client(), f"{MINE}{cast.enterprise_org.pk}/members/"
    client.force_login(colleague)
    assert client.post(f"{path}{colleague.pk}/remove/").headers["Location"] == "/workspace/"
    assert not Member.objects.filter(account=colleague).exists()
    owner = cast.client("enterprise")
    assert "You are the last owner." in owner.post(f"{path}{cast.enterprise.pk}/remove/", follow=True).content.decode()
    owner.post(f"{path}{cast.enterprise.pk}/role/", {"role": "viewer"})
    assert Member.objects.get(account=cast.enterprise).role == "owner"
    make_member(cast.enterprise_org, email="second@example.org")
    owner.post(f"{path}{cast.enterprise.pk}/remove/")
    assert not Member.objects.filter(account=cast.enterprise).exists()


def test_a_suspended_organisation_can_be_left(cast: Cast) -> None:
    make_member(cast.enterprise_org, email="second@example.org")
    Organisation.objects.filter(pk=cast.enterprise_org.pk).update(verification="suspended")
    cast.client("enterprise").post(f"{MINE}{cast.enterprise_org.pk}/members/{cast.enterprise.pk}/remove/")
    assert not Member.objects.filter(account=cast.enterprise).exists()


def test_a_member_is_not_invited_and_invitations_are_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_INVITATIONS", 1)
    client, path = cast.client("enterprise"), f"{MINE}{cast.enterprise_org.pk}/members/"
    assert client.post(path, {"email": "enterprise@example.org", "role": "viewer"}).status_code == 422
    assert client.post(path, {"email": "one@example.org", "role": "viewer"}).status_code == 302
    assert client.post(path, {"email": "two@example.org", "role": "viewer"}).status_code == 422
    assert client.post(path, {"email": "one@example.org", "role": "editor"}).status_code == 302
    assert list(Invitation.objects.values_list("email", "role")) == [("one@example.org", "editor")]


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_only_owners_manage_members(cast: Cast, role: str) -> None:
    colleague = make_account("colleague@example.org")
    Member.objects.create(organisation=cast.enterprise_org, account=colleague, role=role)
    client = cast.client()
    client.force_login(colleague)
    path = f"{MINE}{cast.enterprise_org.pk}/members/"
    assert client.get(MINE).status_code == 200
    assert client.post(path, {"email": "stranger@example.org", "role": "owner"}).status_code == 403
    assert client.post(f"{path}{cast.enterprise.pk}/remove/").status_code == 403
    assert client.post(f"{path}{cast.enterprise.pk}/role/", {"role": "viewer"}).status_code == 403
    assert not Invitation.objects.exists()
    assert cast.enterprise_org.members.count() == 2


def test_another_organisation_is_not_there(cast: Cast) -> None:
    client, path = cast.client("rival"), f"{MINE}{cast.enterprise_org.pk}/"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}save/", fields()).status_code == 404
    assert client.post(f"{path}members/", {"email": "rival@example.org", "role": "owner"}).status_code == 404
    cast.enterprise_org.refresh_from_db()
    assert (cast.enterprise_org.name_zh, cast.enterprise_org.members.count()) == ("甲精密铸造厂", 1)


# Verification and suspension


def test_a_moderator_verifies(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.supplier_org.pk).update(verification="pending")
    moderator = cast.client("moderator")
    assert cast.supplier_org.uscc in moderator.get("/staff/organisations/").content.decode()
    moderator.post(f"/staff/organisations/{cast.supplier_org.pk}/decide/", {"decision": "verify"})
    cast.supplier_org.refresh_from_db()
    assert cast.supplier_org.verification == "verified"
    assert cast.supplier_org.uscc not in moderator.get("/staff/organisations/").content.decode()


def test_a_suspended_organisation_reads_why_and_cannot_act(cast: Cast) -> None:
    path = f"/staff/organisations/{cast.supplier_org.pk}/decide/"
    cast.client("moderator").post(path, {"decision": "suspend", "reason": " "})
    cast.supplier_org.refresh_from_db()
    assert cast.supplier_org.verification == "verified"
    cast.client("moderator").post(path, {"decision": "suspend", "reason": "执照已注销"})
    client = cast.client("supplier")
    assert "执照已注销" in client.get(MINE).content.decode()
    assert "This organisation is suspended" in client.get("/workspace/").content.decode()
    assert client.get("/workspace/capabilities/new/").status_code == 403
    assert cast.client().get(f"/organisations/{cast.supplier_org.pk}/").status_code == 404
    assert "执照" not in str(Event.objects.get(kind="organisation.suspended").data)


@pytest.mark.parametrize("part", ["enterprise", "publisher", "auditor"])
def test_only_moderators_decide(cast: Cast, part: str) -> None:
    Organisation.objects.filter(pk=cast.supplier_org.pk).update(verification="pending")
    client = cast.client(part)
    assert client.get("/staff/organisations/").status_code == 403
    path = f"/staff/organisations/{cast.supplier_org.pk}/decide/"
    assert client.post(path, {"decision": "verify"}).status_code == 403
    cast.supplier_org.refresh_from_db()
    assert cast.supplier_org.verification == "pending"
