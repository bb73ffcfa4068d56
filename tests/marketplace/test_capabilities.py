"""The actions on capabilities: every arrow of the table, who may make it, and what must be true first."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.actions import capabilities as actions
from marketplace.lifecycle import CAPABILITY_MOVES
from marketplace.models import Capability, Member, Suggestion
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import Delivery, Event, ModerationDecision
from tests.drain import drain_outbox
from tests.factories import (
    CAPABILITY,
    Cast,
    draft_capability,
    published_capability,
    published_need,
    submitted_capability,
    verified_capability,
)

STATES = ("draft", "submitted", "verified", "returned", "published", "expired", "suspended", "withdrawn")


def in_state(cast: Cast, status: str) -> Capability:
    """Return a capability in a state, with the people who brought it there."""
    capability = draft_capability(cast)
    stamps: dict[str, Any] = {"verified_by": cast.moderator, "published_by": cast.publisher}
    if status in ("published", "expired", "suspended"):
        Capability.objects.filter(pk=capability.pk).update(
            **stamps, published_at=timezone.now(), valid_until=timezone.now() + timedelta(days=365)
        )
    if status == "verified":
        Capability.objects.filter(pk=capability.pk).update(verified_by=cast.moderator)
    if status != "draft":
        Capability.objects.filter(pk=capability.pk).update(submitted_at=timezone.now())
    Capability.objects.filter(pk=capability.pk).update(
        status=status, suspended_reason="x" if status == "suspended" else ""
    )
    return capability


Act = Callable[[Cast, Capability], Capability]
MOVES: dict[str, Act] = {
    "submit": lambda cast, one: actions.submit_capability(actor=cast.actor("supplier"), capability_id=one.pk),
    "verify": lambda cast, one: actions.verify_capability(actor=cast.actor("moderator"), capability_id=one.pk),
    "return": lambda cast, one: actions.return_capability(
        actor=cast.actor("moderator"), capability_id=one.pk, reasons={"limits": "请补充"}
    ),
    "publish": lambda cast, one: actions.publish_capability(actor=cast.actor("publisher"), capability_id=one.pk),
    "suspend": lambda cast, one: actions.suspend_capability(
        actor=cast.actor("moderator"), capability_id=one.pk, reason="证书过期"
    ),
    "reinstate": lambda cast, one: actions.reinstate_capability(actor=cast.actor("moderator"), capability_id=one.pk),
    "withdraw": lambda cast, one: actions.withdraw_capability(actor=cast.actor("supplier"), capability_id=one.pk),
    "reopen": lambda cast, one: actions.reopen_capability(actor=cast.actor("supplier"), capability_id=one.pk),
    "renew": lambda cast, one: actions.renew_capability(actor=cast.actor("supplier"), capability_id=one.pk),
}


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("move", sorted(MOVES))
def test_the_actions_walk_the_table(cast: Cast, move: str, status: str) -> None:
    capability = in_state(cast, status)
    arrow = next(row for row in CAPABILITY_MOVES if row.name == move)
    before = Event.objects.count()
    if status in arrow.source:
        assert MOVES[move](cast, capability).status == arrow.target
        assert Event.objects.count() == before + 1
        return
    # Staff are not shown drafts at all.
    with pytest.raises((IllegalMove, NotFound)), transaction.atomic():
        MOVES[move](cast, capability)
    capability.refresh_from_db()
    assert (capability.status, Event.objects.count()) == (status, before)


@pytest.mark.parametrize(
    ("move", "status", "part"),
    [
        ("verify", "submitted", "publisher"),
        ("verify", "submitted", "supplier"),
        ("publish", "verified", "supplier"),
        ("publish", "verified", "manager"),
        ("suspend", "published", "supplier"),
        ("withdraw", "published", "moderator"),
        ("submit", "draft", "enterprise"),
        ("withdraw", "published", "enterprise"),
        ("renew", "published", "enterprise"),
    ],
)
def test_who_may_not(cast: Cast, move: str, status: str, part: str) -> None:
    capability = in_state(cast, status)
    verbs: dict[str, Any] = {
        "verify": actions.verify_capability,
        "publish": actions.publish_capability,
        "suspend": actions.suspend_capability,
        "withdraw": actions.withdraw_capability,
        "submit": actions.submit_capability,
        "renew": actions.renew_capability,
    }
    more = {"reason": "x"} if move == "suspend" else {}
    with pytest.raises((NotPermitted, NotFound)):
        verbs[move](actor=cast.actor(part), capability_id=capability.pk, **more)
    capability.refresh_from_db()
    assert capability.status == status


def test_whoever_verifies_does_not_publish(cast: Cast) -> None:
    capability = verified_capability(cast)
    cast.moderator.staff_roles.create(role="publisher")
    with pytest.raises(NotPermitted):
        actions.publish_capability(actor=cast.actor("moderator"), capability_id=capability.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Capability.objects.filter(pk=capability.pk).update(published_by=cast.moderator)
    capability.refresh_from_db()
    assert capability.status == "verified"


def test_a_moderator_does_not_decide_on_their_own(cast: Cast) -> None:
    cast.supplier_org.members.create(account=cast.moderator, role="viewer")
    capability = submitted_capability(cast)
    with pytest.raises(NotPermitted):
        actions.verify_capability(actor=cast.actor("moderator"), capability_id=capability.pk)
    capability.refresh_from_db()
    assert (capability.status, capability.verified_by) == ("submitted", None)


def test_publication_starts_the_index_and_365_days(cast: Cast) -> None:
    capability = published_capability(cast)
    assert capability.valid_until - capability.published_at == timedelta(days=365)
    assert Delivery.objects.filter(task="marketplace.index_capabilities").count() == 1
    assert Capability.objects.published().matching_text(["铸件"]).count() == 1


def test_a_submission_names_every_missing_field(cast: Cast) -> None:
    capability = draft_capability(cast, limits="", techniques=[], maturity="")
    with pytest.raises(Invalid) as refused:
        actions.submit_capability(actor=cast.actor("supplier"), capability_id=capability.pk)
    assert set(refused.value.fields) == {"limits", "techniques", "maturity"}


def test_reasons_name_fields_of_the_form_only(cast: Cast) -> None:
    capability = submitted_capability(cast)
    for reasons in ({}, {"limits": " "}, {"password": "x"}, {"limits": "x" * 1001}):
        with pytest.raises(Invalid):
            actions.return_capability(actor=cast.actor("moderator"), capability_id=capability.pk, reasons=reasons)
    assert ModerationDecision.objects.count() == 0
    actions.return_capability(
        actor=cast.actor("moderator"), capability_id=capability.pk, reasons={"limits": " 请补充 ", "solves": ""}
    )
    assert ModerationDecision.objects.get().reasons == {"limits": "请补充"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"min_scale_quantity": Decimal(0)}, "min_scale_quantity"),
        ({"min_scale_quantity": Decimal(-1)}, "min_scale_quantity"),
        ({"min_scale_unit": ""}, "min_scale_unit"),
    ],
)
def test_a_minimum_scale_is_above_zero_and_has_a_unit(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft_capability(cast, **changes)
    assert list(refused.value.fields) == [field]
    assert Capability.objects.count() == 0


def test_a_stale_version_is_refused_with_the_differences(cast: Cast) -> None:
    capability = draft_capability(cast)
    save = {"actor": cast.actor("supplier"), "capability_id": capability.pk}
    actions.save_capability(**save, version=1, fields={"limits": "不做探伤"})  # type: ignore[arg-type]
    with pytest.raises(Conflict) as refused:
        actions.save_capability(**save, version=1, fields={"limits": "不做分拣", "solves": CAPABILITY["solves"]})  # type: ignore[arg-type]
    assert refused.value.differences == {"limits": ("不做分拣", "不做探伤")}
    capability.refresh_from_db()
    assert (capability.limits, capability.version) == ("不做探伤", 2)


def test_the_log_names_what_changed_and_not_its_value(cast: Cast) -> None:
    capability = draft_capability(cast)
    actions.save_capability(
        actor=cast.actor("supplier"), capability_id=capability.pk, version=1, fields={"contact": "新联系人 999"}
    )
    event = Event.objects.get(kind="capability.saved")
    assert event.changed == ["contact"]
    assert "999" not in str(event.data)


def test_the_clock_takes_a_capability_off_offer_once(cast: Cast) -> None:
    capability = published_capability(cast)
    actions.expire_capability(capability_id=capability.pk)
    capability.refresh_from_db()
    assert capability.status == "published"
    Capability.objects.filter(pk=capability.pk).update(valid_until=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        actions.expire_capability(capability_id=capability.pk)
    capability.refresh_from_db()
    assert capability.status == "expired"
    assert Event.objects.filter(kind="capability.expired").count() == 1
    renewed = actions.renew_capability(actor=cast.actor("supplier"), capability_id=capability.pk)
    assert renewed.status == "published"
    assert renewed.valid_until > timezone.now() + timedelta(days=364)


def test_what_is_not_on_offer_leaves_the_index(cast: Cast) -> None:
    published_need(cast)
    capability = published_capability(cast)
    drain_outbox()
    assert Suggestion.objects.filter(state="open").count() == 1
    actions.suspend_capability(actor=cast.actor("moderator"), capability_id=capability.pk, reason="证书过期")
    drain_outbox()
    assert Suggestion.objects.filter(state="open").count() == 0
    actions.reinstate_capability(actor=cast.actor("moderator"), capability_id=capability.pk)
    drain_outbox()
    assert Suggestion.objects.filter(state="open").count() == 1


@pytest.mark.parametrize(
    ("name", "part", "status"),
    [
        ("verify", "moderator", "submitted"),
        ("return", "moderator", "submitted"),
        ("publish", "publisher", "verified"),
        ("reinstate", "moderator", "suspended"),
    ],
)
def test_nobody_decides_on_a_capability_of_their_own_organisation(
    cast: Cast, name: str, part: str, status: str
) -> None:
    capability = in_state(cast, status)
    Member.objects.create(organisation=cast.supplier_org, account=getattr(cast, part), role="viewer")
    with pytest.raises(NotPermitted, match="自己的机构"):
        MOVES[name](cast, capability)
    assert Capability.objects.get(pk=capability.pk).status == status


def test_too_many_rows_are_refused_not_cut(cast: Cast) -> None:
    capability = draft_capability(cast)
    values: dict[str, Any] = {"capability_id": capability.pk, "version": capability.version, "fields": {}}
    rows: dict[str, Any] = {
        "evidence": [{"case": str(n), "site": "", "reached": ""} for n in range(21)],
        "price_tiers": [{"from_quantity": Decimal(n + 1), "price": Decimal(1)} for n in range(21)],
    }
    for name in rows:
        with pytest.raises(Invalid) as refusal:
            actions.save_capability(actor=cast.actor("supplier"), **values, **{name: rows[name]})
        assert list(refusal.value.fields) == [name]
        assert str(refusal.value.fields[name][0]) == "最多 20 行，请删去 1 行。"
    capability.refresh_from_db()
    assert (capability.version, capability.evidence.count() < 20, capability.price_tiers.count() < 20) == (
        1,
        True,
        True,
    )


def test_each_publication_keeps_what_the_public_could_read(cast: Cast) -> None:
    capability = published_capability(cast)
    first = capability.versions.get()
    assert first.version == Capability.objects.get(pk=capability.pk).version
    assert first.content["title_zh"] == CAPABILITY["title_zh"]
    assert {"solves", "min_scale_quantity", "districts", "evidence"} <= set(first.content)
    assert not {"contact", "price_tiers", "min_scale_basis", "status"} & set(first.content)
    for name in ("suspend", "reinstate", "renew", "withdraw", "reopen"):
        MOVES[name](cast, capability)
    again = Capability.objects.get(pk=capability.pk)
    changed: dict[str, Any] = {"title_zh": "表面检测二代"}
    actions.save_capability(
        actor=cast.actor("supplier"),
        capability_id=again.pk,
        version=again.version,
        fields=changed,  # type: ignore[arg-type]
    )
    for name in ("submit", "verify", "publish"):
        MOVES[name](cast, capability)
    titles = [row.content["title_zh"] for row in capability.versions.all()]
    assert titles == ["表面检测二代", *[CAPABILITY["title_zh"]] * 3]
    first.refresh_from_db()
    assert first.content["title_zh"] == CAPABILITY["title_zh"]
