"""Core, modules and differences: what is the same is the core, what conflicts is decided, and what members propose."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from marketplace.models import Notification
from scenarios.actions import demands
from scenarios.actions.core_changes import propose_core_change
from scenarios.actions.members import add_member
from scenarios.actor import SYSTEM
from scenarios.errors import IllegalMove, Invalid
from scenarios.models import Consent, CoreChange, Difference, Event, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import INDICATORS, Cast, published_need
from tests.scenarios.test_merging import accept, formed
from tests.scenarios.test_pool_rules import invited
from tests.stories.town import post

STRICTER = [{**INDICATORS[0], "target": Decimal("0.2")}, INDICATORS[1]]
CHANGE = {"change-part": "boundary_out", "change-value": "不含分拣。", "change-reason": "首条线试用时发现。"}


def drafted(cast: Cast, **changes: Any) -> MergedDemand:
    """Return a drafted pool of two needs whose targets of the first indicator differ."""
    needs = [published_need(cast), published_need(cast, "rival", indicators=STRICTER, quantity=Decimal(6), **changes)]
    ids = [need.pk for need in needs]
    return demands.draft_demand(actor=cast.actor("manager"), need_ids=ids, core=demands.suggested_core(needs))


def decide(cast: Cast, pool: MergedDemand, treatment: str, part: str = "manager") -> Any:
    data = {"field": "indicators", "metric": "漏检率", "treatment": treatment}
    return cast.client(part).post(reverse("staff_pool_decide", args=[pool.pk]), data, follow=True)


def proposed(cast: Cast, pool: MergedDemand, part: str = "rival", **changes: Any) -> Any:
    need = Need.objects.get(owner=getattr(cast, f"{part}_org"))
    data = {**CHANGE, "change-need_id": str(need.pk), **changes}
    return cast.client(part).post(reverse("pool_propose_change", args=[pool.pk]), data)


def heard(kind: str) -> set[int]:
    drain_outbox()
    return set(Notification.objects.filter(event__kind=kind).values_list("account", flat=True))


# Core and modules


def test_equal_targets_form_the_core_and_conflicting_ones_are_no_average(cast: Cast) -> None:
    pool = drafted(cast)
    (core,) = pool.cores.all()
    assert [(row["metric"], row["target"]) for row in core.indicators] == [("节拍", "10.0000")]
    rows = Difference.objects.filter(field="indicators").order_by("value")
    assert [(row.need.owner, row.metric, row.value, row.treatment, row.decided_by) for row in rows] == [
        (cast.rival_org, "漏检率", "≤ 0.2 %", "module", None),
        (cast.enterprise_org, "漏检率", "≤ 0.5 %", "module", None),
    ]


def test_nobody_is_invited_before_the_manager_decided_on_the_targets(cast: Cast) -> None:
    pool = drafted(cast)
    refused = cast.client("manager").post(reverse("staff_pool_invite", args=[pool.pk]), follow=True)
    assert "The members&#x27; targets differ: 漏检率." in refused.content.decode()
    assert not Consent.objects.exists()
    page = cast.client("manager").get(reverse("staff_pool", args=[pool.pk])).content.decode()
    assert "To be decided" in page
    assert "≤ 0.2 %" in page
    assert decide(cast, pool, "excluded").status_code == 200
    pool.refresh_from_db()
    assert (pool.core_version, pool.cores.get().treatments) == (
        1,
        [{"field": "indicators", "metric": "漏检率", "treatment": "excluded"}],
    )
    cast.client("manager").post(reverse("staff_pool_invite", args=[pool.pk]))
    assert set(Consent.objects.values_list("state", flat=True)) == {"invited"}
    assert "漏检率: Excluded" in cast.client("enterprise").get(f"/pools/{pool.pk}/").content.decode()


def test_a_decision_after_the_invitation_asks_every_owner_again(cast: Cast) -> None:
    pool = drafted(cast)
    decide(cast, pool, "module")
    demands.invite_owners(actor=cast.actor("manager"), demand_id=pool.pk)
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    decide(cast, pool, "module")  # nothing changes
    assert MergedDemand.objects.get().core_version == 1
    decide(cast, pool, "excluded")
    pool.refresh_from_db()
    assert (pool.core_version, pool.status) == (2, "consenting")
    page = cast.client("enterprise").get(f"/pools/{pool.pk}/").content.decode()
    assert "漏检率: <del>Module</del>" in page
    assert "漏检率: <ins>Excluded</ins>" in page


@pytest.mark.parametrize("treatment", ["core", "average", ""])
def test_another_treatment_is_refused(cast: Cast, treatment: str) -> None:
    pool = drafted(cast)
    decide(cast, pool, treatment)
    assert set(Difference.objects.values_list("treatment", "decided_by")) == {("module", None)}
    body = {"field": "indicators", "metric": "漏检率", "treatment": "module"}
    client = cast.client("manager")
    address = f"/api/v1/demands/{pool.pk}/decide/"
    assert client.post(address, {**body, "metric": "x"}, content_type="application/json").status_code == 404
    assert client.post(address, body, content_type="application/json").status_code == 200
    assert cast.client("publisher").post(address, body, content_type="application/json").status_code == 403
    assert set(Difference.objects.values_list("decided_by", flat=True)) == {cast.manager.pk}


def test_a_late_member_with_another_target_waits_for_a_decision_before_freezing(cast: Cast) -> None:
    pool = formed(cast)
    late = published_need(cast, "supplier", indicators=STRICTER)
    add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=late.pk)
    accept(cast, "supplier", pool)
    with pytest.raises(IllegalMove, match=r"未作出决定|not decided"):
        demands.freeze_demand(actor=cast.actor("publisher"), demand_id=pool.pk)
    pool.refresh_from_db()
    assert (pool.status, pool.members.living().count()) == ("formed", 3)


def two_metrics(cast: Cast) -> MergedDemand:
    """Return a drafted pool of two needs whose targets differ in two metrics and agree in a third."""
    faster = {**INDICATORS[1], "target": Decimal(8)}
    common = {**INDICATORS[1], "metric": "覆盖率", "target": Decimal(99)}
    needs = [
        published_need(cast, indicators=[*INDICATORS, common]),
        published_need(cast, "rival", indicators=[STRICTER[0], faster, common], quantity=Decimal(6)),
    ]
    ids = [need.pk for need in needs]
    return demands.draft_demand(actor=cast.actor("manager"), need_ids=ids, core=demands.suggested_core(needs))


def treated(cast: Cast, pool: MergedDemand) -> str:
    """Return what the manager's page says of the row of indicators in which the members stand beside each other."""
    rows = cast.client("manager").get(reverse("staff_pool", args=[pool.pk])).context["rows"]
    return str(rows[-1]["treatment"])


def test_two_metrics_are_treated_each_in_its_own_way(cast: Cast) -> None:
    pool = two_metrics(cast)
    assert treated(cast, pool) == "漏检率: To be decided; 节拍: To be decided"
    decide(cast, pool, "excluded")
    assert treated(cast, pool) == "漏检率: Excluded; 节拍: To be decided"
    data = {"field": "indicators", "metric": "节拍", "treatment": "module"}
    post(cast.client("manager"), "staff_pool_decide", pool.pk, **data)
    assert treated(cast, pool) == "漏检率: Excluded; 节拍: Module"


def test_the_parts_of_a_split_keep_what_was_decided_on_each_metric(cast: Cast) -> None:
    pool, manager = two_metrics(cast), cast.actor("manager")
    ids = list(pool.members.values_list("need", flat=True))
    for metric, treatment in (("漏检率", "excluded"), ("节拍", "module")):
        how: Any = {"field": "indicators", "metric": metric, "treatment": treatment}
        demands.decide_difference(actor=manager, demand_id=pool.pk, **how)
    demands.invite_owners(actor=manager, demand_id=pool.pk)
    demands.split_demand(actor=cast.actor("publisher"), demand_id=pool.pk, reason="分两期", groups=[ids])
    part = MergedDemand.objects.living().get()
    assert set(part.differences.values_list("metric", "treatment", "decided_by")) == {
        ("漏检率", "excluded", cast.manager.pk),
        ("节拍", "module", cast.manager.pk),
    }


# What an owner sees of a new version


def test_an_owner_sees_what_changed_since_the_version_it_answered(cast: Cast) -> None:
    pool = formed(cast)
    manager = cast.actor("manager")
    for version, text in ((1, "不含分拣。"), (2, "不含分拣与包装。")):
        demands.edit_core(actor=manager, demand_id=pool.pk, version=version, core={"boundary_out": text})
    client = cast.client("enterprise")
    page = client.get(f"/pools/{pool.pk}/").content.decode()
    assert "不含<del>内部缺陷探伤，" in page  # the first version, which it answered, not the second
    assert "不含<ins>分拣与包装</ins>。" in page
    (row,) = client.get(f"/api/v1/demands/{pool.pk}/").json()["changed_since_yours"]
    assert (row["before"][:4], row["after"]) == ("不含内部", "不含分拣与包装。")
    assert cast.client().get(f"/api/v1/demands/{pool.pk}/").json()["changed_since_yours"] == []


# Proposals for the next version


def test_a_members_proposal_goes_to_the_manager_and_into_the_next_version(cast: Cast) -> None:
    pool = formed(cast)
    assert proposed(cast, pool)["Location"] == f"/pools/{pool.pk}/"
    assert heard("demand.core_change_proposed") == {cast.manager.pk}
    change = CoreChange.objects.get()
    client = cast.client("manager")
    assert "不含分拣。" in client.get(reverse("staff_pool", args=[pool.pk])).content.decode()
    client.post(reverse("staff_change_take_up", args=[pool.pk, change.pk]))
    assert heard("demand.core_change_taken") == {cast.rival.pk}
    assert "Noted for this version" in client.get(reverse("staff_pool_core", args=[pool.pk])).content.decode()
    demands.edit_core(actor=cast.actor("manager"), demand_id=pool.pk, version=1, core={"boundary_out": "不含分拣"})
    change.refresh_from_db()
    assert (change.state, change.core_version) == ("taken", 2)


def test_what_was_noted_waits_for_a_core_in_new_words(cast: Cast) -> None:
    pool = drafted(cast)
    decide(cast, pool, "module")
    post(cast.client("manager"), "staff_pool_invite", pool.pk)
    proposed(cast, pool)
    change = CoreChange.objects.get()
    post(cast.client("manager"), "staff_change_take_up", pool.pk, change.pk)
    decide(cast, pool, "excluded")
    change.refresh_from_db()
    assert (MergedDemand.objects.get().core_version, change.core_version) == (2, None)
    page = cast.client("manager").get(reverse("staff_pool_core", args=[pool.pk])).content.decode()
    assert "Noted for this version" in page


def test_a_proposal_is_set_aside_with_an_answer(cast: Cast) -> None:
    pool = formed(cast)
    proposed(cast, pool)
    change, client = CoreChange.objects.get(), cast.client("manager")
    address = reverse("staff_change_dismiss", args=[pool.pk, change.pk])
    client.post(address, {"answer": " "})
    change.refresh_from_db()
    assert change.state == "open"
    client.post(address, {"answer": "其他成员需要分拣。"})
    assert heard("demand.core_change_dismissed") == {cast.rival.pk}
    assert "其他成员需要分拣。" in cast.client("rival").get(f"/pools/{pool.pk}/").content.decode()
    assert client.post(reverse("staff_change_take_up", args=[pool.pk, change.pk])).status_code == 409


def test_no_peer_reads_what_another_member_proposes(cast: Cast) -> None:
    pool = formed(cast)
    proposed(cast, pool)
    for part, seen in (("rival", True), ("manager", True), ("enterprise", False), ("supplier", False), (None, False)):
        rows = cast.client(part).get(f"/api/v1/demands/{pool.pk}/").json()["my_core_changes"]
        assert [row["value"] for row in rows] == ["不含分拣。"] * seen, part
        assert ("首条线试用" in cast.client(part).get(f"/pools/{pool.pk}/").content.decode()) is False, part


def test_a_second_word_on_the_same_part_replaces_the_first(cast: Cast) -> None:
    pool = formed(cast)
    proposed(cast, pool)
    proposed(cast, pool, **{"change-value": "不含包装。"})
    assert list(CoreChange.objects.values_list("value", flat=True)) == ["不含包装。"]


def test_a_rollout_brings_a_deviation_back_by_the_system(cast: Cast) -> None:
    pool = formed(cast)
    need = Need.objects.get(owner=cast.rival_org)
    words = {"part": "indicators", "value": "漏检率 ≤ 0.8 %", "reason": "二号线实测。"}
    change = propose_core_change(actor=SYSTEM, demand_id=pool.pk, need_id=need.pk, **words)
    assert (change.proposed_by, change.state) == (None, "open")


def test_who_is_not_in_the_pool_proposes_nothing(cast: Cast) -> None:
    pool = formed(cast)
    published_need(cast, "supplier")
    assert proposed(cast, pool, "supplier").status_code == 404
    foreign = {"change-need_id": str(Need.objects.get(owner=cast.enterprise_org).pk)}
    assert proposed(cast, pool, "rival", **foreign).status_code == 422
    assert proposed(cast, pool, "rival", **{"change-reason": ""}).status_code == 422
    with pytest.raises(Invalid):
        propose_core_change(
            actor=cast.actor("rival"),
            demand_id=pool.pk,
            need_id=Need.objects.get(owner=cast.rival_org).pk,
            part="title_zh",
            value="x",
            reason="y",
        )
    assert not CoreChange.objects.exists()


# The way out


def test_whose_invitation_lapses_hears_that_its_need_is_on_its_own(cast: Cast) -> None:
    from scenarios.pipeline import sweep_clock

    pool = invited(cast)
    accept(cast, "enterprise", pool)
    Event.objects.count()
    Consent.objects.filter(demand=pool).update(answer_by=pool.created_at)
    sweep_clock()
    sweep_clock()
    assert heard("need.left_pool") == {cast.rival.pk}
    assert Notification.objects.filter(event__kind="need.left_pool").count() == 1


def test_a_target_that_the_managers_core_names_is_decided(cast: Cast) -> None:
    pool = drafted(cast)
    (core,) = pool.cores.all()
    named = {"metric": "漏检率", "comparator": "le", "target": "0.4", "unit": "%"}
    rows = [*core.indicators, named]
    demands.edit_core(actor=cast.actor("manager"), demand_id=pool.pk, version=1, core={"indicators": rows})
    assert set(Difference.objects.filter(field="indicators").values_list("treatment", "decided_by")) == {
        ("module", cast.manager.pk)
    }
    demands.invite_owners(actor=cast.actor("manager"), demand_id=pool.pk)
    assert Consent.objects.count() == 2
