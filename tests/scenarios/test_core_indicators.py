"""The indicators of a pool carry ids that lead to no member, and keep the link for those who may know."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from scenarios.actions import calls, demands
from scenarios.facts import lot_labels
from scenarios.models import Call, CoreIndicator, CoreVersion, Indicator, MergedDemand, Need
from tests.factories import Cast, published_need
from tests.scenarios.test_merging import accept, formed, opened

WARNING = "These words would name a member"


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def needs_ids() -> set[str]:
    return {str(pk) for pk in Indicator.objects.values_list("pk", flat=True)}


def read(cast: Cast, part: str | None, path: str) -> Any:
    return cast.client(part).get(f"/api/v1/{path}").json()


def test_no_public_id_of_a_core_or_its_call_leads_to_a_need(cast: Cast) -> None:
    call = opened(cast)
    assert call.demand is not None
    public = {one["id"] for need in Need.objects.all() for one in read(cast, None, f"needs/{need.pk}/")["indicators"]}
    assert public == needs_ids()
    core = read(cast, None, f"demands/{call.demand_id}/")["core"]["indicators"]
    assert len(core) == 2
    assert ids(core) == ids(read(cast, None, f"calls/{call.pk}/")["indicators"])
    assert set(ids(core)) & public == set()


def test_staff_follow_an_indicator_back_to_its_need(cast: Cast) -> None:
    demand = formed(cast)
    rows = read(cast, "manager", f"demands/{demand.pk}/")["indicator_sources"]
    assert {row["indicator"] for row in rows} == set(ids(demand.cores.get().indicators))
    largest = Need.objects.get(owner=cast.rival_org)
    assert {row["need_indicator"] for row in rows} == {str(row.pk) for row in largest.indicators.all()}
    assert {row["need"] for row in rows} == {largest.code}
    for part in (None, "enterprise", "supplier"):
        assert "indicator_sources" not in read(cast, part, f"demands/{demand.pk}/")


def test_an_indicator_keeps_its_id_from_version_to_version(cast: Cast) -> None:
    demand = formed(cast)
    first, second = demand.cores.get().indicators
    changed = [{**first, "target": "0.3"}, second, {"metric": "误检率", "comparator": "le", "target": "2"}]
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"indicators": changed})
    rows = demand.cores.get(version=2).indicators
    assert ids(rows)[:2] == [first["id"], second["id"]]
    assert CoreIndicator.objects.get(pk=rows[2]["id"]).source is None


def test_the_same_indicators_are_no_change(cast: Cast) -> None:
    demand = formed(cast)
    rows = demand.cores.get().indicators
    saved = demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"indicators": rows})
    assert (saved.core_version, CoreVersion.objects.count(), CoreIndicator.objects.count()) == (1, 1, 2)


def test_a_stranger_s_indicator_is_not_linked(cast: Cast) -> None:
    demand = formed(cast)
    foreign = published_need(cast, "supplier").indicators.all()[0]
    row = {**demand.cores.get().indicators[0], "id": str(foreign.pk)}
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"indicators": [row]})
    (shown,) = demand.cores.get(version=2).indicators
    assert shown["id"] != str(foreign.pk)
    assert CoreIndicator.objects.get(pk=shown["id"]).source is None


def test_a_part_of_a_split_pool_keeps_the_link(cast: Cast) -> None:
    demand = formed(cast)
    before = dict(CoreIndicator.objects.values_list("source", "pk"))
    members = list(demand.members.living().values_list("need", flat=True))
    demands.split_demand(actor=cast.actor("publisher"), demand_id=demand.pk, reason="分两期", groups=[members])
    part = MergedDemand.objects.exclude(pk=demand.pk).get()
    after = dict(part.core_indicators.values_list("source", "pk"))
    assert set(after) == set(before)
    assert set(after.values()) & set(before.values()) == set()


def test_the_manager_is_told_which_words_would_name_a_member(cast: Cast) -> None:
    demand = formed(cast)
    manager, address = cast.client("manager"), f"/staff/pools/{demand.pk}/core/"
    page = manager.get(address).content.decode()
    assert WARNING in page
    # The title is the larger member's own; the problem is what both say, so that it points to neither.
    assert "look up: Title. Put" in page
    demands.edit_core(
        actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"title_zh": "铸件检测合并需求"}
    )
    assert WARNING not in manager.get(address).content.decode()
    MergedDemand.objects.filter(pk=demand.pk).update(disclosure="named")
    assert WARNING not in manager.get(address).content.decode()


def test_the_words_of_a_members_boundary_are_no_lot(cast: Cast) -> None:
    own = {"boundary_in": "只做内腔口部的裂纹识别。", "boundary_out": "不含打标与分拣。"}
    one, other = published_need(cast, quantity=Decimal(9)), published_need(cast, "rival", **own)
    manager = cast.actor("manager")
    core = {**demands.suggested_core([one, other]), "boundary_in": "铸件外观检测", "boundary_out": "不含改造"}
    demand = demands.draft_demand(actor=manager, need_ids=[one.pk, other.pk], core=core)  # type: ignore[arg-type]
    demands.invite_owners(actor=manager, demand_id=demand.pk)
    for part in ("enterprise", "rival"):
        accept(cast, part, demand)
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    call = calls.draft_call(actor=manager, demand_id=demand.pk, fields={"kind": "rfi"})
    asked = [(row["field"], row["value"]) for row in call.lots]
    assert asked == [("", ""), ("boundary_in", ""), ("boundary_out", "")]
    with translation.override("en"):
        assert list(lot_labels(call.lots).values())[1:] == ["Module: In scope", "Module: Out of scope"]


@pytest.mark.parametrize("part", ["enterprise", "rival"])
def test_a_call_from_one_need_keeps_the_need_s_ids(cast: Cast, part: str) -> None:
    need = published_need(cast, part)
    call = calls.draft_call(actor=cast.actor("manager"), need_id=need.pk, fields={"kind": "rfi"})
    assert ids(Call.objects.get(pk=call.pk).indicators) == [str(row.pk) for row in need.indicators.all()]
