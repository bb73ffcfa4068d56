"""How an engagement comes about, starts, is suspended and called off."""

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.actions import engagement_opening as opening
from marketplace.actions import engagement_standing as standing
from marketplace.models import Engagement, Response
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import Event, Need
from tests.calls import make_supplier
from tests.engagements import awarded_response, closed_call, opened_engagement, planned_gate, running_engagement
from tests.factories import Cast, make_organisation, published_capability, published_need
from tests.sandboxes import set_up

pytestmark = pytest.mark.django_db


def kinds(engagement: Engagement) -> list[str]:
    rows = Event.objects.filter(subject_id=engagement.pk).order_by("pk")
    return [kind.removeprefix("engagement.") for kind in rows.values_list("kind", flat=True)]


def test_an_award_becomes_an_engagement_with_its_parties_and_promises(cast: Cast) -> None:
    partner = make_organisation("某集成商", kind="supplier")
    response = awarded_response(cast)
    engagement = opening.open_engagement(actor=cast.actor("manager"), response_id=response.pk)
    assert (engagement.code[:3], engagement.status, engagement.need) == ("LD-", "preparing", response.call.need)
    assert {(row.role, row.organisation) for row in engagement.parties.all()} == {
        ("owner", cast.enterprise_org),
        ("lead", cast.supplier_org),
        ("integrator", partner),
    }
    assert engagement.parties.get(role="owner").contact == "设备科 0510-00000001"
    missed, takt = engagement.indicators.all()
    source = response.call.need.indicators.first()  # type: ignore[union-attr]
    assert (missed.indicator, missed.metric, missed.comparator) == (source.pk, "漏检率", "le")
    assert (missed.need_target, missed.target, missed.promised) == (Decimal("0.5"), Decimal("0.5"), Decimal("0.4"))
    assert (takt.baseline, takt.target, takt.essential) == (Decimal(12), Decimal(10), False)
    again = opening.open_engagement(actor=cast.actor("manager"), response_id=response.pk)
    assert (again.pk, kinds(engagement)) == (engagement.pk, ["opened"])


def test_a_partner_that_is_not_registered_keeps_its_name(cast: Cast) -> None:
    partner = opened_engagement(cast).parties.get(role="integrator")
    assert (partner.organisation, partner.name, str(partner)) == (None, "某集成商", "某集成商")


def test_a_race_opens_one_engagement_for_each_winner(cast: Cast) -> None:
    call = closed_call(cast)
    first = opened_engagement(cast, call=call)
    second = opened_engagement(cast, call=call, lead=make_supplier(1)[0])
    assert {first.lead.name_zh, second.lead.name_zh} == {"丙视觉科技", "供给方01"}
    assert first.need == second.need


def test_only_an_awarded_response_and_only_the_manager_opens(cast: Cast) -> None:
    response = awarded_response(cast)
    for part in ("enterprise", "supplier", "publisher", "supervisor"):
        with pytest.raises(NotPermitted):
            opening.open_engagement(actor=cast.actor(part), response_id=response.pk)
    Response.objects.update(status="reserve")
    with pytest.raises(IllegalMove):
        opening.open_engagement(actor=cast.actor("manager"), response_id=response.pk)
    moments = {"sealed_at": "2026-01-01T00:00Z", "closes_at": "2026-01-02T00:00Z"}
    Response.objects.update(status="sealed", number=None, opened_at=None, content="", sealed=b"x", **moments)
    with pytest.raises(NotFound):
        opening.open_engagement(actor=cast.actor("manager"), response_id=response.pk)
    assert not Engagement.objects.exists()


def agreed(cast: Cast, part: str = "enterprise") -> Engagement:
    """Return a direct agreement that one side proposed."""
    (organisation,) = cast.actor(part).organisation_ids
    return opening.propose_engagement(
        actor=cast.actor(part),
        need_id=published_need(cast).pk,
        capability_id=published_capability(cast).pk,
        organisation_id=organisation,
    )


@pytest.mark.parametrize(("one", "other"), [("enterprise", "supplier"), ("supplier", "enterprise")])
def test_a_direct_agreement_takes_both_sides(cast: Cast, one: str, other: str) -> None:
    engagement = agreed(cast, one)
    assert (engagement.status, engagement.lead) == ("proposed", cast.supplier_org)
    contacts = {row.role: row.contact for row in engagement.parties.all()}
    assert contacts == {"owner": "设备科 0510-00000001", "lead": ""}  # nobody's own contact is told without their word
    for part in (one, "manager"):
        with pytest.raises(NotPermitted):
            opening.confirm_engagement(actor=cast.actor(part), engagement_id=engagement.pk)
    with pytest.raises(NotFound):
        opening.confirm_engagement(actor=cast.actor("rival"), engagement_id=engagement.pk)
    opening.confirm_engagement(actor=cast.actor(other), engagement_id=engagement.pk)
    assert Engagement.objects.get().status == "preparing"
    assert [row.promised for row in engagement.indicators.all()] == [Decimal("0.5"), Decimal(10)]


def test_a_declined_agreement_says_why_and_leaves_room_for_another(cast: Cast) -> None:
    engagement = agreed(cast)
    with pytest.raises(Invalid):
        opening.decline_engagement(actor=cast.actor("supplier"), engagement_id=engagement.pk, reason=" ")
    declined = opening.decline_engagement(actor=cast.actor("supplier"), engagement_id=engagement.pk, reason="排期已满")
    assert (declined.status, declined.reason) == ("called_off", "排期已满")
    again = opening.propose_engagement(
        actor=cast.actor("enterprise"),
        need_id=engagement.need_id,
        capability_id=engagement.capability_id,
        organisation_id=cast.enterprise_org.pk,
    )
    assert again.status == "proposed"


def test_what_cannot_be_agreed_on(cast: Cast) -> None:
    first = agreed(cast)
    need, capability = first.need_id, first.capability_id
    enterprise = {"actor": cast.actor("enterprise"), "organisation_id": cast.enterprise_org.pk}
    with pytest.raises(Invalid):  # it is there already
        opening.propose_engagement(need_id=need, capability_id=capability, **enterprise)
    with pytest.raises(NotPermitted):  # of neither side
        opening.propose_engagement(
            actor=cast.actor("rival"), need_id=need, capability_id=capability, organisation_id=cast.rival_org.pk
        )
    called = closed_call(cast).need
    assert called is not None
    called.calls.update(status="open")
    with pytest.raises(IllegalMove):
        opening.propose_engagement(need_id=called.pk, capability_id=capability, **enterprise)
    own = published_capability(
        cast,
        "enterprise",
        title_zh="自有检测能力",
        solves="自研系统在线识别毛刺并报警，节拍不超过 15 s/件，漏检率低于 1 %。",
    )
    with pytest.raises(Invalid):
        opening.propose_engagement(need_id=need, capability_id=own.pk, **enterprise)
    assert Engagement.objects.count() == 1


def test_it_starts_with_a_planned_gate_and_can_be_suspended_and_resumed(cast: Cast) -> None:
    engagement, manager = opened_engagement(cast), cast.actor("manager")
    with pytest.raises(Invalid):
        standing.start_engagement(actor=manager, engagement_id=engagement.pk)
    planned_gate(cast, engagement)
    with pytest.raises(NotPermitted):
        standing.start_engagement(actor=cast.actor("enterprise"), engagement_id=engagement.pk)
    standing.start_engagement(actor=manager, engagement_id=engagement.pk)
    with pytest.raises(Invalid):
        standing.suspend_engagement(actor=cast.actor("supervisor"), engagement_id=engagement.pk, reason="")
    held = standing.suspend_engagement(actor=cast.actor("supervisor"), engagement_id=engagement.pk, reason="设备伤人")
    assert (held.status, held.reason) == ("suspended", "设备伤人")
    resumed = standing.resume_engagement(actor=manager, engagement_id=engagement.pk)
    assert (resumed.status, resumed.reason) == ("running", "")
    assert kinds(engagement) == ["opened", "gate_planned", "start", "suspend", "resume"]


def test_a_need_of_high_risk_does_not_start_without_its_sandbox_plan(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    planned_gate(cast, engagement)
    assert engagement.need is not None
    engagement.need.risk_tier, engagement.need.supervised_by = "R3", cast.supervisor
    engagement.need.save()
    with pytest.raises(Invalid) as refusal:
        standing.start_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert engagement.need.code in str(refusal.value.fields["need"])
    assert Engagement.objects.get().status == "preparing"


def test_a_need_of_high_risk_that_was_agreed_on_does_not_start_without_its_ethics_number(cast: Cast) -> None:
    """No call was opened for it, before which the number would have been asked for."""
    engagement = agreed(cast)
    opening.confirm_engagement(actor=cast.actor("supplier"), engagement_id=engagement.pk)
    planned_gate(cast, engagement)
    Need.objects.update(risk_tier="R3", supervised_by=cast.supervisor)
    set_up(cast.client("supervisor"), engagement)
    with pytest.raises(Invalid) as refusal:
        standing.start_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    (missing,) = refusal.value.fields["need"]
    assert "before its pilot starts. Missing: The number of the ethics document." in missing
    number = {"ethics_number": "锡伦审〔2026〕第 8 号"}
    assert cast.client("enterprise").post(reverse("need_ethics_number", args=[engagement.need_id]), number)
    standing.start_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert Engagement.objects.get().status == "running"


def test_it_is_called_off_before_it_began_and_not_after(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    off = standing.call_off_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk, reason="业主停产")
    assert (off.status, off.reason) == ("called_off", "业主停产")
    running = running_engagement(cast)
    with pytest.raises(IllegalMove):
        standing.call_off_engagement(actor=cast.actor("manager"), engagement_id=running.pk, reason="业主停产")
