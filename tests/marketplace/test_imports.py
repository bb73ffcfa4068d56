"""Files of needs and capabilities: reading, typed values, all or nothing per row, safe to repeat, who may import."""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from openpyxl import Workbook

from marketplace.imports.loading import load, parse_file
from marketplace.imports.report import Report, RowResult
from marketplace.imports.words import CHOICES, vocabulary
from marketplace.models import Organisation
from scenarios.actions.needs import submit_need
from scenarios.actor import SYSTEM
from scenarios.errors import Invalid
from scenarios.models import Delivery, Event, Need
from tests.factories import Cast, make_member

SIX = "场景类型,序号,场景机会名称,单位名称,合作需求,联系方式"
EXAMPLES = Path(__file__).resolve().parents[2] / "marketplace" / "demo" / "examples"
FULL: dict[str, str] = {
    "external_id": "a-1",
    "organisation": "测试精密铸造厂",
    "title_zh": "铸件表面缺陷在线检测",
    "title_en": "In-line inspection of casting surfaces",
    "domain": "智能制造",
    "track": "iiot",
    "problem": "铸件下线后靠目视检查气孔和裂纹，漏检率约3%。",
    "boundary_out": "不含内部缺陷探伤。",
    "quantity": "4",
    "quantity_unit": "产线",
    "district": "惠山",
    "data_class": "内部数据",
    "deploy": "on premises",
    "budget_min": "60",
    "budget_max": "1,200.5",
    "start_by": "2027年3月1日",
    "finish_in_days": "200",
    "merge_pref": "愿意",
    "contact_name": "质量部",
    "contact_phone": "0510-00000001",
    "risk_answers": "个人信息, safety_critical_control",
    "indicators": "漏检率|%|≤|3|0.5||封样盲测|1|60\n节拍|s/件|le|25|12||秒表|0|40",
}

CAPABILITY = {
    "external_id": "c-1",
    "organisation": "测试视觉公司",
    "title_zh": "产线表面缺陷在线视觉检测系统",
    "layer": "应用层",
    "techniques": "计算机视觉、ml",
    "solves": "检出划伤、凹坑。",
    "limits": "镜面件需先试验。",
    "maturity": "scaled",
    "evidence": "压铸线|五条产线|漏检率0.4%\n喷涂线",
    "min_scale_quantity": "12",
    "min_scale_unit": "产线",
    "price_tiers": "1|38\n12|21",
    "deploy": "本地,边缘",
    "data_classes": "公开，内部",
    "districts": "惠山区,Xinwu",
    "filings": "无",
}


def as_csv(rows: Iterable[dict[str, str]], encoding: str = "utf-8") -> bytes:
    rows = list(rows)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Iterable[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def run(data: bytes, *, name: str = "list.csv", kind: str = "needs", actor: Any = SYSTEM, **options: Any) -> Report:
    return load(parse_file(kind, data, name), actor=actor, **options)


def outcomes(report: Report) -> list[str]:
    return [row.outcome for row in report.rows]


def reasons(row: RowResult) -> list[tuple[str, str]]:
    return [(problem.column, str(problem.reason)) for problem in row.problems]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def test_full_form_becomes_a_typed_draft(db: None) -> None:
    report = run(as_csv([FULL]))
    assert outcomes(report) == ["created"]
    need = Need.objects.get()
    assert (need.code, need.status, need.source) == (report.rows[0].code, "draft", "file")
    assert (need.owner.name_zh, need.owner.verification) == ("测试精密铸造厂", "unverified")
    assert (need.domain, need.track, need.quantity, need.quantity_unit) == ("manufacturing", "iiot", Decimal(4), "line")
    assert (need.district_id, need.data_class, need.deploy, need.merge_pref) == (
        "huishan",
        "internal",
        "onprem",
        "open",
    )
    assert (need.budget_min, need.budget_max) == (Decimal(60), Decimal("1200.5"))
    assert (need.start_by, need.finish_by) == (date(2027, 3, 1), timezone.localdate() + timedelta(days=200))
    assert need.contact == "质量部 0510-00000001"
    yes = {name for name, value in need.risk_answers.items() if value}
    assert (yes, len(need.risk_answers), need.risk_tier) == ({"personal_data", "safety_critical_control"}, 11, "R3")
    rows = need.indicators.values_list("metric", "comparator", "baseline", "target", "essential", "weight")
    assert list(rows) == [
        ("漏检率", "le", Decimal(3), Decimal("0.5"), True, Decimal(60)),
        ("节拍", "le", Decimal(25), Decimal(12), False, Decimal(40)),
    ]


def test_the_contact_is_encrypted_and_in_no_event(db: None) -> None:
    run(as_csv([FULL]))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM scenarios_need")
        (stored,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(data::text || changed::text, ' ') FROM scenarios_event")
        (logged,) = cursor.fetchone()
    assert stored.startswith("gAAAA")
    assert "0510-00000001" not in logged


def test_event_says_who_imported(cast: Cast) -> None:
    run(as_csv([FULL]), actor=cast.actor("manager"))
    event = Event.objects.get(kind="need.imported")
    assert event.actor_id == cast.manager.pk
    assert event.data.keys() == {"row", "version"}
    assert not Event.objects.filter(kind="need.drafted").exists()


def test_nothing_is_published_or_sent_by_an_import(db: None) -> None:
    run(as_csv([FULL]))
    assert list(Need.objects.published()) == []
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("header", ["zh", "name"])
def test_every_column_has_a_chinese_and_an_english_header(db: None, header: str) -> None:
    from marketplace.imports.columns import capability_columns, need_columns

    for columns in (need_columns(), capability_columns()):
        headers = [getattr(column, header) for column in columns]
        assert len(set(headers)) == len(headers)
        folded = [word for column in columns for word in column.headers]
        assert len(set(folded)) == len(folded)


def test_chinese_words_of_files_are_values_of_our_choices() -> None:
    from marketplace.imports.words import ZH
    from scenarios.risk import QUESTIONS

    for name, words in ZH.items():
        known = set(CHOICES[name].values) if name in CHOICES else {"risk": set(QUESTIONS), "yes": {"0", "1"}}[name]
        assert set(words.values()) <= known
        assert vocabulary(name)


def test_six_column_list_becomes_drafts_with_what_they_lack(db: None) -> None:
    report = run((EXAMPLES / "six_columns.xlsx").read_bytes(), name="six_columns.xlsx")
    assert outcomes(report) == ["created"] * 12
    first = Need.objects.get(code=report.rows[0].code)
    assert (first.title_zh, first.domain, first.status) == ("轴承套圈磨削表面烧伤识别", "manufacturing", "draft")
    assert first.owner.name_zh == "示范·列表精密轴承厂"
    assert first.contact == "设备部 0510-00006101"
    assert [str(note) for note in report.rows[0].notes] == [
        "Still missing: indicators, quantity, out of scope, users and site, in scope, district, class of the data, "
        "deployment, ethics answers."
    ]
    assert report.ignored == ()
    # The blockers of the precision check stay.
    member = make_member(first.owner)
    from marketplace.actors import actor_for

    with pytest.raises(Invalid) as refused:
        submit_need(actor=actor_for(member), need_id=first.pk)
    assert {"indicators", "quantity", "boundary_out"} <= set(refused.value.fields)


def test_title_rows_merged_types_and_unknown_types(db: None) -> None:
    rows = [
        ["某市人工智能场景机会清单"],
        [],
        SIX.split(","),
        ["智能交通", 1, "内河船闸待闸调度", "航道站", "预测到闸时间。", "甲"],
        [None, 2, "校门口临停秩序管理", "小学", "分时到校提示。", "乙"],
        ["低空经济", 3, "无人机巡检", "巡检站", "巡检。", "丙"],
    ]
    report = run(as_xlsx(rows), name="list.xlsx")
    assert [(row.number, row.outcome) for row in report.rows] == [(4, "created"), (5, "created"), (6, "created")]
    assert list(Need.objects.order_by("code").values_list("domain", flat=True)) == ["transport", "transport", ""]
    assert str(report.rows[2].notes[0]) == "“低空经济” is none of our domains; the domain stays open."


def test_long_title_of_a_list_is_cut_and_stands_whole_in_the_text(db: None) -> None:
    title = "很" * 41
    report = run(f"{SIX}\n智慧城市,1,{title},甲厂,要做。,丁\n".encode())
    need = Need.objects.get()
    assert (need.title_zh, need.problem) == ("很" * 39 + "…", f"{title}\n要做。")
    assert "cut" in str(report.rows[0].notes[0])


def test_long_title_of_the_full_form_is_refused(db: None) -> None:
    report = run(as_csv([{**FULL, "title_zh": "很" * 41}]))
    assert reasons(report.rows[0]) == [("title_zh", "At most 40 characters; here are 41.")]
    assert Need.objects.count() == 0


WRONG = {
    "domain": ("星际旅行", "This word is not known here. Use one of: "),
    "quantity": ("四条", "Write a plain number, such as 12 or 0.5."),
    "budget_max": ("NaN", "Write a plain number, such as 12 or 0.5."),
    "start_by": ("2027-02-30", "Write a date as year-month-day, such as 2026-03-01."),
    "finish_in_days": ("soon", "Write a whole number of days from today."),
    "district": ("火星区", "This word is not known here. Use one of: liangxi, "),
    "risk_answers": ("no idea", "This word is not known here. Use one of: "),
    "indicators": ("漏检率|%|le|3", "Line 1: write metric|unit|comparator|baseline|"),
    "problem": ("长" * 20_001, "At most 20000 characters; here are 20001."),
    "organisation": ("", "A row needs the name of its organisation."),
    "title_zh": ("", "A row needs a title."),
}


@pytest.mark.parametrize("column", WRONG)
def test_a_wrong_cell_refuses_its_row_and_no_other(db: None, column: str) -> None:
    cell, reason = WRONG[column]
    report = run(as_csv([{**FULL, column: cell}, {**FULL, "external_id": "a-2"}]))
    assert outcomes(report) == ["refused", "created"]
    (problem,) = report.rows[0].problems
    assert (problem.column, len(problem.value) <= 60) == (column, True)
    assert str(problem.reason).startswith(reason)
    assert list(Need.objects.values_list("external_id", flat=True)) == ["a-2"]


def test_contradicting_values_refuse_the_row_and_leave_no_organisation(db: None) -> None:
    report = run(as_csv([{**FULL, "budget_min": "5000"}]))
    assert reasons(report.rows[0]) == [
        ("budget up to (10,000 yuan)", "The upper end of the budget lies below its lower end. Swap the two.")
    ]
    assert (Need.objects.count(), Organisation.objects.count(), Event.objects.count()) == (0, 0, 0)
