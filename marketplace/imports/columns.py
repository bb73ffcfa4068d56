"""The columns that a file may have: our name, the Chinese header, other headers in use, and how a cell is read."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _

from marketplace.imports import values as v
from marketplace.imports.errors import CellError
from marketplace.imports.words import folded, vocabulary
from marketplace.models import Capability, Evidence, Organisation, PriceTier
from scenarios.models import District, Indicator, Need
from scenarios.risk import QUESTIONS

Reader = Callable[[str], Any]
INDICATOR_FORM = "metric|unit|comparator|baseline|target|target_max|test method|essential|weight"
EVIDENCE_FORM = "case|site|indicators reached"
TIER_FORM = "from quantity|price per unit"


@dataclass(frozen=True)
class Column:
    """One column: `zh` is the Chinese header of the template; `aliases` are other headers that mean it."""

    name: str
    zh: str
    read: Reader
    aliases: tuple[str, ...] = ()

    @property
    def headers(self) -> frozenset[str]:
        return frozenset(folded(header) for header in (self.name, self.zh, *self.aliases))


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    found: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    return found


def _districts() -> dict[str, str]:
    """Return word → code of a district: its code and names, in Chinese with or without 区 or 市."""
    found = {}
    for row in District.objects.all():
        for word in (row.code, row.name_zh, row.name_zh.rstrip("区市"), row.name_en):
            found[folded(word)] = row.code
    return found


def _district(cell: str) -> str | None:
    return v.one_of(_districts())(cell) or None


def _some_districts(cell: str) -> list[str]:
    return v.some_of(_districts())(cell)


def _risk_answers(cell: str) -> dict[str, bool]:
    """Read the questions answered by yes; "none" answers all by no, an empty cell answers nothing."""
    if not cell:
        return {}
    words = dict(vocabulary("risk", extra=QUESTIONS)) | {"none": "", "无": ""}
    yes = v.some_of({word: value for word, value in words.items() if value})
    named = [] if words.get(folded(cell)) == "" else yes(cell)
    return {question: question in named for question in QUESTIONS}


def _indicator(parts: list[str]) -> dict[str, Any]:
    metric, unit, comparator, baseline, target, target_max, method, essential, weight = parts
    if not metric:
        raise CellError(_("An indicator needs the name of what is measured."))
    return {
        "metric": v.text(_field(Indicator, "metric"))(metric),
        "unit": v.text(_field(Indicator, "unit"))("" if unit == "-" else unit),
        "comparator": v.choice("comparator")(comparator) or "ge",
        "baseline": v.decimal_of(_field(Indicator, "baseline"))(baseline),
        "target": v.decimal_of(_field(Indicator, "target"))(target),
        "target_max": v.decimal_of(_field(Indicator, "target_max"))(target_max),
        "test_method": v.text(_field(Indicator, "test_method"))(method),
        "essential": v.one_of(vocabulary("yes", extra=("0", "1")))(essential) == "1",
        "weight": v.decimal_of(_field(Indicator, "weight"))(weight),
    }


def _evidence(parts: list[str]) -> dict[str, str]:
    names = ("case", "site", "reached")
    return {name: v.text(_field(Evidence, name))(part) for name, part in zip(names, parts, strict=True)}


def _tier(parts: list[str]) -> dict[str, Decimal]:
    quantity, price = (
        v.decimal_of(_field(PriceTier, name))(part)
        for name, part in zip(("from_quantity", "price"), parts, strict=True)
    )
    if quantity is None or price is None:
        raise CellError(_("A price tier needs a quantity and a price."))
    return {"from_quantity": quantity, "price": price}


def _texts(model: type[Model], rows: dict[str, tuple[str, ...]]) -> list[Column]:
    return [Column(name, zh, v.text(_field(model, name)), tuple(more)) for name, (zh, *more) in rows.items()]


def _numbers(model: type[Model], rows: dict[str, str]) -> list[Column]:
    return [Column(name, zh, v.decimal_of(_field(model, name))) for name, zh in rows.items()]


def _owner() -> list[Column]:
    name = v.text(_field(Organisation, "name_zh"))
    return [
        Column("external_id", "外部编号", v.text(limit=120), ("id", "编号")),
        Column("organisation", "单位名称", name, ("owner", "单位", "企业名称", "机构名称", "需求单位")),
    ]


@cache
def need_columns() -> tuple[Column, ...]:
    """Return the columns of needs in the order of the full form."""
    texts = _texts(
        Need,
        {
            "title_zh": ("场景名称", "title", "标题", "场景机会名称", "需求名称", "中文名称"),
            "title_en": ("英文名称",),
            "problem": ("问题描述", "body", "合作需求", "需求内容", "需求描述", "problem description"),
            "users_and_site": ("使用者与现场",),
            "current_process": ("现行做法",),
            "boundary_in": ("包含范围",),
            "boundary_out": ("不含范围",),
            "value_basis": ("价值测算依据",),
            "ethics_number": ("伦理审查编号",),
        },
    )
    money = {"value_amount": "年预期价值（万元）", "budget_min": "预算下限（万元）", "budget_max": "预算上限（万元）"}
    enums = {
        "domain": ("领域", "场景类型", "场景领域", "所属领域"),
        "track": ("赛道",),
        "data_state": ("数据现状",),
        "data_class": ("数据类别",),
        "deploy": ("部署方式",),
        "funding": ("资金来源",),
        "cooperation": ("合作方式",),
        "adoption": ("采用意向",),
        "merge_pref": ("合并意愿",),
    }
    indicators = v.lines_of(9, _indicator, INDICATOR_FORM)
    found = [
        *_owner(),
        *texts,
        *_numbers(Need, {**money, "quantity": "数量"}),
        *(Column(name, zh, v.choice(name), tuple(more)) for name, (zh, *more) in enums.items()),
        Column("quantity_unit", "数量单位", v.choice("unit"), ("单位类型",)),
        Column("district", "区县", _district, ("所在区县", "区域")),
        Column("start_by", "最晚开始日期", v.day),
        Column("finish_by", "最晚完成日期", v.day),
        Column("start_in_days", "几天后开始", v.days_from_today),
        Column("finish_in_days", "几天后完成", v.days_from_today),
        Column("contact", "联系方式", v.text(limit=500), ("联系人及电话", "联系人及联系方式")),
        Column("contact_name", "联系人", v.text(limit=120)),
        Column("contact_phone", "联系电话", v.text(limit=120)),
        Column("contact_email", "联系邮箱", v.text(limit=120)),
        Column("risk_answers", "伦理问题（答“是”的）", _risk_answers, ("伦理问题",)),
        Column("indicators", "指标", indicators),
    ]
    return tuple(sorted(found, key=lambda one: NEED_ORDER.index(one.name)))


NEED_ORDER = (
    "external_id", "organisation", "title_zh", "title_en", "domain", "track", "problem", "users_and_site",
    "current_process", "boundary_in", "boundary_out", "value_amount", "value_basis", "quantity", "quantity_unit",
    "district", "data_state", "data_class", "deploy", "budget_min", "budget_max", "funding", "cooperation",
    "adoption", "start_by", "start_in_days", "finish_by", "finish_in_days", "merge_pref", "contact", "contact_name",
    "contact_phone", "contact_email", "risk_answers", "ethics_number", "indicators",
)  # fmt: skip


@cache
def capability_columns() -> tuple[Column, ...]:
    """Return the columns of capabilities in the order of the full form."""
    texts = _texts(
        Capability,
        {
            "title_zh": ("能力名称", "title", "标题", "中文名称"),
            "title_en": ("英文名称",),
            "solves": ("解决什么", "body", "能力描述", "能力简介"),
            "limits": ("不能做什么",),
            "min_scale_basis": ("规模依据",),
        },
    )
    lists = {"techniques": ("technique", "技术"), "deploy": ("deploy", "部署方式")}
    lists |= {"data_classes": ("data_class", "可接触数据类别"), "filings": ("filing", "备案")}
    found = [
        *_owner(),
        *texts,
        Column("layer", "层级", v.choice("layer")),
        Column("maturity", "成熟度", v.choice("maturity")),
        *(Column(name, zh, v.choices(words)) for name, (words, zh) in lists.items()),
        Column("evidence", "案例", v.lines_of(3, _evidence, EVIDENCE_FORM, least=1)),
        *_numbers(Capability, {"min_scale_quantity": "最小规模"}),
        Column("min_scale_unit", "规模单位", v.choice("unit")),
        Column("price_tiers", "价格档", v.lines_of(2, _tier, TIER_FORM)),
        Column("districts", "服务区县", _some_districts),
        Column("contact", "联系方式", v.text(limit=500)),
    ]
    return tuple(sorted(found, key=lambda one: CAPABILITY_ORDER.index(one.name)))


CAPABILITY_ORDER = (
    "external_id", "organisation", "title_zh", "title_en", "layer", "techniques", "solves", "limits", "maturity",
    "evidence", "min_scale_quantity", "min_scale_unit", "min_scale_basis", "price_tiers", "deploy", "data_classes",
    "districts", "filings", "contact",
)  # fmt: skip


@cache
def known_headers() -> frozenset[str]:
    """Return every header that means one of our columns, folded."""
    return frozenset().union(*(column.headers for column in (*need_columns(), *capability_columns())))
