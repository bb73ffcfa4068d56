"""What happens to one need, from the draft to its end."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scenarios.actions import moderation, needs
from scenarios.errors import Conflict, Invalid, NotFound, NotPermitted
from scenarios.models import Delivery, Event, Need, NeedVersion
from tests.factories import NEED, Cast, checked_need, draft_need, published_need


def test_a_draft_gets_a_code_a_score_and_one_event(cast: Cast) -> None:
    need = draft_need(cast)
    assert need.code.startswith("XQ-20")
    assert need.precision_score >= 80
    assert list(Event.objects.about("need", need.pk).values_list("kind", flat=True)) == ["need.drafted"]


def test_the_same_key_makes_one_draft(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    made = [
        needs.draft_need(actor=actor, owner_id=cast.enterprise_org.pk, fields={"title_zh": "一"}, key="k1")
        for _ in "ab"
    ]
    assert made[0].pk == made[1].pk
    assert Need.objects.count() == 1


def test_saving_an_old_version_is_refused_with_the_difference(cast: Cast) -> None:
    need, actor = draft_need(cast), cast.actor("enterprise")
    needs.save_need(actor=actor, need_id=need.pk, version=1, fields={"title_zh": "新"})
    with pytest.raises(Conflict) as refusal:
        needs.save_need(actor=actor, need_id=need.pk, version=1, fields={"title_zh": "旧"})
    assert refusal.value.differences == {"title_zh": ("旧", "新")}
    assert Need.objects.get(pk=need.pk).title_zh == "新"


def test_autosave_leaves_no_event(cast: Cast) -> None:
    need = draft_need(cast)
    needs.save_need(actor=cast.actor("enterprise"), need_id=need.pk, version=1, fields={"problem": "x"}, autosave=True)
    assert Event.objects.about("need", need.pk).count() == 1


def test_an_indicator_keeps_its_id_when_it_changes(cast: Cast) -> None:
    need = draft_need(cast)
    first, second = need.indicators.all()
    rows = [{"id": second.pk, "metric": "节拍"}, {"id": first.pk, "target": Decimal("0.4")}]
    needs.save_need(actor=cast.actor("enterprise"), need_id=need.pk, version=1, fields={}, indicators=rows)  # type: ignore[arg-type]
    assert [row.pk for row in need.indicators.all()] == [second.pk, first.pk]


def test_a_vision_is_not_submitted_and_stays_a_draft(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    need = needs.draft_need(actor=actor, owner_id=cast.enterprise_org.pk, fields={"title_zh": "打造世界一流智能工厂"})
    with pytest.raises(Invalid) as refusal:
        needs.submit_need(actor=actor, need_id=need.pk)
    assert {"indicators", "quantity", "boundary_out"} <= set(refusal.value.fields)
    need.refresh_from_db()
    assert (need.status, Delivery.objects.filter(topic="need.submitted").count()) == ("draft", 0)


def test_another_organisation_neither_sees_nor_saves_a_draft(cast: Cast) -> None:
    need = draft_need(cast)
    for part in ("rival", "stranger", "moderator"):
        assert not Need.objects.visible_to(cast.actor(part)).filter(pk=need.pk).exists()
    with pytest.raises(NotFound):
        needs.save_need(actor=cast.actor("rival"), need_id=need.pk, version=1, fields={"title_zh": "x"})


def test_the_moderator_who_approved_does_not_publish(cast: Cast) -> None:
    need = checked_need(cast)
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    both = cast.moderator.staff_roles.create(role="publisher")
    with pytest.raises(NotPermitted):
        moderation.publish_need(actor=cast.actor("moderator"), need_id=need.pk)
    both.delete()
    assert Need.objects.get(pk=need.pk).status == "approved"


def test_a_need_is_returned_with_a_reason_per_field(cast: Cast) -> None:
    need = checked_need(cast)
    with pytest.raises(Invalid):
        moderation.return_need(actor=cast.actor("moderator"), need_id=need.pk, reasons={"problem": " "})
    moderation.return_need(actor=cast.actor("moderator"), need_id=need.pk, reasons={"problem": "请写明工位"})
    assert Need.objects.get(pk=need.pk).status == "returned"


def test_publication_writes_a_version_an_expiry_and_the_outbox(cast: Cast) -> None:
    need = published_need(cast)
    need.refresh_from_db()
    assert (need.expires_at - need.published_at).days == 180
    content = NeedVersion.objects.get(need=need).content
    assert content["title_zh"] == NEED["title_zh"]
    assert "contact" not in content
    assert "budget_min" not in content
    assert sorted(Delivery.objects.filter(topic="need.published").values_list("task", flat=True)) == [
        "marketplace.tell_searchers_of_needs",
        "scenarios.index_needs",
    ]


def test_a_r3_need_waits_for_the_supervisor(cast: Cast) -> None:
    need = checked_need(cast, risk_answers={"safety_critical_control": True})
    assert need.risk_tier == "R3"
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    with pytest.raises(Invalid) as refusal:
        moderation.publish_need(actor=cast.actor("publisher"), need_id=need.pk)
    assert list(refusal.value.fields) == ["supervisor_approval"]
    assert Need.objects.get(pk=need.pk).status == "approved"
    moderation.supervise_need(actor=cast.actor("supervisor"), need_id=need.pk)
    assert moderation.publish_need(actor=cast.actor("publisher"), need_id=need.pk).status == "published"


def test_a_r4_need_is_neither_cleared_nor_published_without_its_ethics_number(cast: Cast) -> None:
    answers = {"safety_critical_control": True, "autonomous_decision": True}
    need = checked_need(cast, risk_answers=answers)
    assert need.risk_tier == "R4"
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    both = {"ethics_number", "supervisor_approval"}
    for act, part, lacking in (
        (moderation.supervise_need, "supervisor", {"ethics_number"}),
        (moderation.publish_need, "publisher", both),
    ):
        with pytest.raises(Invalid) as refusal:
            act(actor=cast.actor(part), need_id=need.pk)
        assert set(refusal.value.fields) == lacking
    assert Need.objects.get(pk=need.pk).status == "approved"


def test_a_withdrawn_need_is_taken_out_of_the_index_and_can_be_reopened(cast: Cast) -> None:
    need, actor = published_need(cast), cast.actor("enterprise")
    needs.withdraw_need(actor=actor, need_id=need.pk)
    assert Delivery.objects.filter(topic="need.unlisted", payload={"need_ids": [str(need.pk)]}).count() == 1
    assert not Need.objects.visible_to(cast.actor("stranger")).filter(pk=need.pk).exists()
    assert needs.reopen_need(actor=actor, need_id=need.pk).status == "draft"


def test_publishing_without_moderation_is_refused_in_production(cast: Cast, settings: object) -> None:
    need = draft_need(cast)
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted):
        needs.publish_imported(actor=cast.actor("manager"), need_id=need.pk)
    assert Need.objects.get(pk=need.pk).status == "draft"


# Nobody decides on what comes from their own organisation


@pytest.mark.parametrize(
    ("part", "status", "act"),
    [
        ("moderator", "checked", lambda actor, pk: moderation.approve_need(actor=actor, need_id=pk)),
        (
            "moderator",
            "checked",
            lambda actor, pk: moderation.return_need(actor=actor, need_id=pk, reasons={"problem": "x"}),
        ),
        ("supervisor", "approved", lambda actor, pk: moderation.supervise_need(actor=actor, need_id=pk)),
        ("publisher", "approved", lambda actor, pk: moderation.publish_need(actor=actor, need_id=pk)),
        ("moderator", "suspended", lambda actor, pk: moderation.reinstate_need(actor=actor, need_id=pk)),
    ],
    ids=["approve", "return", "supervise", "publish", "reinstate"],
)
def test_nobody_decides_on_a_need_of_their_own_organisation(cast: Cast, part: str, status: str, act: Any) -> None:
    need = checked_need(cast, risk_answers={"biometric_identification": True})
    Need.objects.filter(pk=need.pk).update(status=status, suspended_reason="重新核实" if status == "suspended" else "")
    need.refresh_from_db()
    actor = replace(cast.actor(part), organisation_ids=frozenset({cast.enterprise_org.pk}))
    with pytest.raises(NotPermitted, match="自己的机构"):
        act(actor, need.pk)
    again = Need.objects.get(pk=need.pk)
    assert (again.status, again.version, again.supervised_by) == (status, need.version, None)


@pytest.mark.parametrize("name", ["problem", "boundary_out", "quantity", "quantity_unit"])
def test_what_is_marked_as_wanted_is_wanted(cast: Cast, name: str) -> None:
    need = draft_need(cast)
    Need.objects.filter(pk=need.pk).update(**{name: None if name == "quantity" else " " if name == "problem" else ""})
    with pytest.raises(Invalid) as refusal:
        needs.submit_need(actor=cast.actor("enterprise"), need_id=need.pk)
    assert name in refusal.value.fields
    need.refresh_from_db()
    assert need.status == "draft"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"start_by": date(2027, 2, 1), "finish_by": date(2027, 1, 31)}, "finish_by"),
        ({"budget_min": Decimal(-1)}, "budget_min"),
        ({"value_amount": Decimal(-1)}, "value_amount"),
    ],
)
def test_dates_in_the_wrong_order_and_negative_amounts_are_refused(
    cast: Cast, fields: dict[str, Any], wrong: str
) -> None:
    need = draft_need(cast)
    with pytest.raises(Invalid) as refusal:
        needs.save_need(actor=cast.actor("enterprise"), need_id=need.pk, version=need.version, fields=fields)  # type: ignore[arg-type]
    assert set(refusal.value.fields) == {wrong}
    fresh = Need.objects.get(pk=need.pk)
    assert (fresh.version, fresh.start_by, fresh.budget_min) == (need.version, need.start_by, need.budget_min)
