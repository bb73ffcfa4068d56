"""A collection with judgements from which something can be learned: near copies of needs were all dismissed."""

import uuid
from typing import Any

from marketplace import pipeline
from marketplace.models import Capability, Suggestion
from scenarios.models import IndexBuild, Need
from scenarios.pipeline import index_needs
from tests.factories import Cast, make_organisation, published_capability, published_need

THINGS = ("轴承", "齿轮", "光伏", "锂电", "纺纱", "印染", "注塑", "电缆", "铝箔", "阀门", "泵体", "链条")
GENERAL: dict[str, Any] = {"users_and_site": "一车间。", "current_process": "人工。", "boundary_in": "外观。"}


def problem_of(thing: str) -> str:
    return f"{thing}车间每月返工 40 件，靠 6 名工人目视检查质量，需要质量管理系统自动检出问题。"


def copy_of(row: Any, number: int, prefix: str, **changes: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    code = {"id": uuid.uuid4(), "code": f"{prefix}-9-{number:04d}"}
    return type(row).objects.create(**values | code | changes)


def judged_collection(cast: Cast, things: tuple[str, ...] = THINGS) -> list[Need]:
    """Make a need per thing, the platform that suits it, contacted, and three near copies of needs, dismissed."""
    asking, offer = published_need(cast), published_capability(cast)
    needs = [
        copy_of(asking, n, "XQ", title_zh=f"{one}车间质量管理", title_en="", problem=problem_of(one), **GENERAL)
        for n, one in enumerate(things)
    ]
    suits = [_offer(offer, n, "机器视觉平台", f"{FILLING}适用于{one}。") for n, one in enumerate(things)]
    near = [
        _offer(offer, 100 + n, "车间质量管理", problem_of("") + more) for n, more in enumerate(("报表", "看板", "归档"))
    ]
    index_needs(need_ids=[str(one.pk) for one in needs], finish=lambda: None)
    pipeline.index_capabilities(capability_ids=[str(one.pk) for one in (*suits, *near)], finish=lambda: None)
    for need, suit in zip(needs, suits, strict=True):
        judge(need, suit, "contacted")
        for one in near:
            judge(need, one, "dismissed")
    return needs


FILLING = "相机光源标定镜头选型，边缘算力部署推理加速，三维点云重建配准拼接，深度学习样本标注扩增，"


def _offer(offer: Capability, number: int, title: str, solves: str) -> Any:
    # Each its own, because an organisation takes one place; the first is the cast's supplier's.
    owner = make_organisation(f"供应商{number}", kind="supplier") if number else offer.owner
    return copy_of(
        offer, number, "NL", title_zh=title, title_en="", solves=solves, min_scale_quantity=1, owner_id=owner.pk
    )


def judge(need: Need, capability: Capability, state: str) -> Suggestion:
    """Write a suggestion as it stands after somebody said something to it."""
    build = IndexBuild.objects.live()
    said = {"state": state, "reason": "不合适" if state == "dismissed" else ""}
    return Suggestion.objects.create(need=need, capability=capability, score=1.0, rank=1, index_build=build, **said)
