"""Files of needs and capabilities: reading, typed values, all or nothing per row, safe to repeat, who may import."""

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from openpyxl import Workbook

from marketplace.imports.errors import UnreadableFile
from marketplace.imports.loading import load, parse_file
from marketplace.imports.reading import read_lines
from marketplace.imports.report import Report, RowResult, as_text, defused, write_csv
from marketplace.imports.words import CHOICES, vocabulary
from marketplace.models import Capability, Member, Organisation
from scenarios.actions.imports import import_need
from scenarios.actions.needs import save_need, submit_need
from scenarios.actor import PUBLIC, SYSTEM
from scenarios.errors import Invalid, NotPermitted
from scenarios.models import Delivery, Event, Need
from tests.factories import Cast, make_member, make_organisation

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


def test_the_same_row_twice_in_a_file_is_refused_once(db: None) -> None:
    report = run(as_csv([FULL, {**FULL, "title_zh": "另一个标题也可以"}]))
    assert outcomes(report) == ["created", "refused"]
    assert reasons(report.rows[1]) == [("", "The same row of the same organisation stands in row 2 already.")]


def test_repeating_a_file_changes_nothing(db: None) -> None:
    run(as_csv([FULL]))
    before = Need.objects.values().get(), Event.objects.count(), Organisation.objects.count()
    assert outcomes(run(as_csv([FULL]))) == ["unchanged"]
    assert (Need.objects.values().get(), Event.objects.count(), Organisation.objects.count()) == before


def test_rows_without_an_id_are_known_by_organisation_and_title(db: None) -> None:
    data = (EXAMPLES / "six_columns.csv").read_bytes()
    run(data)
    assert outcomes(run(data)) == ["unchanged"] * 12
    changed = data.decode().replace("现有3条磨削线", "现有5条磨削线").encode()
    assert outcomes(run(changed)) == ["updated", *["unchanged"] * 11]
    assert Need.objects.count() == 12


def test_a_changed_row_updates_its_draft_and_keeps_what_the_file_does_not_name(db: None) -> None:
    run(as_csv([FULL]))
    changed = {"external_id": "a-1", "organisation": FULL["organisation"], "title_zh": "新标题", "quantity": "6"}
    assert outcomes(run(as_csv([changed]))) == ["updated"]
    need = Need.objects.get()
    assert (need.title_zh, need.quantity, need.problem) == ("新标题", Decimal(6), FULL["problem"])
    assert need.indicators.count() == 2
    assert Event.objects.filter(kind="need.imported").count() == 2


def test_a_draft_edited_by_hand_is_left_alone(db: None) -> None:
    run(as_csv([FULL]))
    need = Need.objects.get()
    from marketplace.actors import actor_for

    actor = actor_for(make_member(need.owner))
    save_need(actor=actor, need_id=need.pk, version=need.version, fields={"problem": "改过了。"})
    Member.objects.all().delete()
    assert outcomes(run(as_csv([FULL]))) == ["unchanged"]
    report = run(as_csv([{**FULL, "quantity": "9"}]))
    assert outcomes(report) == ["kept"]
    assert str(report.rows[0].notes[0]).startswith("It was edited here since it was imported")
    need.refresh_from_db()
    assert (need.problem, need.quantity) == ("改过了。", Decimal(4))


def test_a_need_that_left_the_draft_stage_is_left_alone(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    fields: Any = {"title_zh": "标题", "quantity": Decimal(4)}
    made = import_need(actor=actor, owner_id=cast.enterprise_org.pk, external_id="x", fields=fields)
    Need.objects.filter(pk=made.object.pk).update(status="submitted")
    fields = {"title_zh": "别的标题"}
    again = import_need(actor=actor, owner_id=cast.enterprise_org.pk, external_id="x", fields=fields)
    assert again.outcome == "kept"
    assert Need.objects.get().title_zh == "标题"


def test_dry_run_writes_nothing_and_says_the_same(db: None) -> None:
    report = run(as_csv([FULL, {**FULL, "external_id": "a-2", "quantity": "-"}]), dry_run=True)
    assert (outcomes(report), report.dry_run) == (["created", "created"], True)
    assert (Need.objects.count(), Organisation.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_manager_imports_only_where_nobody_writes_for_themselves(cast: Cast) -> None:
    rows = [{**FULL, "organisation": cast.enterprise_org.name_zh}, {**FULL, "organisation": "无人认领厂"}]
    report = run(as_csv(rows), actor=cast.actor("manager"))
    assert outcomes(report) == ["refused", "created"]
    assert "writes for itself" in reasons(report.rows[0])[0][1]
    # From the first member on, the drafts are the organisation's own.
    make_member(Organisation.objects.get(name_zh="无人认领厂"))
    report = run(as_csv([{**FULL, "organisation": "无人认领厂", "quantity": "9"}]), actor=cast.actor("manager"))
    assert outcomes(report) == ["refused"]
    assert Need.objects.get().quantity == Decimal(4)


@pytest.mark.parametrize("part", ["moderator", "publisher", "rival", "stranger"])
def test_nobody_else_imports_for_another_organisation(cast: Cast, part: str) -> None:
    owner = make_organisation("无人认领厂", verified=False)
    with pytest.raises(NotPermitted):
        import_need(actor=cast.actor(part), owner_id=owner.pk, external_id="x", fields={"title_zh": "标题"})
    with pytest.raises(NotPermitted):
        import_need(actor=PUBLIC, owner_id=owner.pk, external_id="x", fields={"title_zh": "标题"})
    assert Need.objects.count() == 0


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


def test_capability_becomes_a_typed_draft_and_is_safe_to_repeat(db: None) -> None:
    data = as_csv([CAPABILITY])
    assert outcomes(run(data, kind="capabilities")) == ["created"]
    one = Capability.objects.get()
    assert (one.status, one.layer, one.techniques, one.maturity) == ("draft", "app", ["cv", "ml"], "scaled")
    assert (one.min_scale_quantity, one.min_scale_unit) == (Decimal(12), "line")
    assert (one.deploy, one.data_classes, one.filings) == (["onprem", "edge"], ["public", "internal"], ["none"])
    assert sorted(one.districts.values_list("pk", flat=True)) == ["huishan", "xinwu"]
    assert list(one.price_tiers.values_list("from_quantity", "price")) == [
        (Decimal(1), Decimal(38)),
        (Decimal(12), Decimal(21)),
    ]
    assert list(one.evidence.values_list("case", "site")) == [("压铸线", "五条产线"), ("喷涂线", "")]
    assert outcomes(run(data, kind="capabilities")) == ["unchanged"]
    changed = as_csv([{**CAPABILITY, "price_tiers": "1|30"}])
    assert outcomes(run(changed, kind="capabilities")) == ["updated"]
    assert list(one.price_tiers.values_list("price", flat=True)) == [Decimal(30)]


def test_capability_with_a_contradiction_is_refused(db: None) -> None:
    report = run(as_csv([{**CAPABILITY, "price_tiers": "1|38\n1|21"}]), kind="capabilities")
    assert outcomes(report) == ["refused"]
    assert Capability.objects.count() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_encodings(encoding: str) -> None:
    lines = list(read_lines("题,名\r\n甲,乙\r\n".encode(encoding), "a.csv"))
    assert [(line.number, line.cells) for line in lines] == [(1, ["题", "名"]), (2, ["甲", "乙"])]


def test_semicolons_and_tabs_part_cells_too() -> None:
    assert [line.cells for line in read_lines(b"a;b\n1;2\n", "a.csv")] == [["a", "b"], ["1", "2"]]
    assert [line.cells for line in read_lines(b"a\tb\n1\t2\n", "a.csv")] == [["a", "b"], ["1", "2"]]


def test_cells_of_a_workbook_are_read_as_shown() -> None:
    data = as_xlsx([["a", "b", "c", "d"], [4.0, 0.5, date(2027, 3, 1), None], [True, "x", None, None]])
    assert [line.cells for line in read_lines(data, "a.xlsx")] == [
        ["a", "b", "c", "d"],
        ["4", "0.5", "2027-03-01"],
        ["1", "x"],
    ]


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["a", "b"]]))) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return _zip({**parts, name: content})


REFUSED_FILES = {
    "empty": (b"", "a.csv", "The file is empty."),
    "too large": (b"a" * 10_000_001, "a.csv", "The file is larger than 10 MB."),
    "old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "a.xls",
        "This is a workbook of the old kind.",
    ),
    "workbook called csv": (as_xlsx([["a"]]), "a.csv", "The content of the file is not what its name says."),
    "csv called xlsx": (b"a,b\n", "a.xlsx", "The content of the file is not what its name says."),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.csv", "This is neither a .csv nor an .xlsx file."),
    "no known encoding": (b"a,b\n\xff\xff,1\n", "a.csv", "The file is neither UTF-8 nor GB 18030."),
    "plain zip": (_zip({"a.txt": b"a"}), "a.xlsx", "This is neither a .csv nor an .xlsx file."),
    "macros": (_with_part("xl/vbaProject.bin", b"x"), "a.xlsx", "Workbooks with macros"),
    "embedded": (_with_part("xl/embeddings/a.bin", b"x"), "a.xlsx", "Workbooks with macros"),
    "bomb": (_with_part("xl/media/a.bin", b"\x00" * 30_000_000), "a.xlsx", "The workbook unpacks to too much."),
    "damaged": (_with_part("xl/workbook.xml", b"<workbook"), "a.xlsx", "The workbook is damaged"),
    "cut off": (as_xlsx([["a", "b"]])[:900], "a.xlsx", "The workbook is damaged"),
    "many rows": (b"a\n" * 20_017, "a.csv", "The file has more than 20,000 rows."),
    "many columns": (b"," * 200 + b"\n", "a.csv", "Row 1 has more than 200 columns."),
    "long cell": (b'"' + b"a" * 40_001 + b'"\n', "a.csv", "The file is no well-formed CSV"),
}


@pytest.mark.parametrize("what", REFUSED_FILES)
def test_file_is_refused_as_a_whole(what: str) -> None:
    data, name, reason = REFUSED_FILES[what]
    with pytest.raises(UnreadableFile) as refused:
        list(read_lines(data, name))
    assert str(refused.value).startswith(reason)


def test_a_file_without_a_header_or_without_rows_is_refused(db: None) -> None:
    with pytest.raises(UnreadableFile, match="No header was found"):
        parse_file("needs", "甲,乙\n丙,丁\n".encode(), "a.csv")
    with pytest.raises(UnreadableFile, match="no rows below the header"):
        parse_file("needs", f"{SIX}\n".encode(), "a.csv")
    with pytest.raises(UnreadableFile, match="stands twice"):
        parse_file("needs", "title,标题,单位名称\n甲,乙,丙\n".encode(), "a.csv")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_dangerous_cells_of_a_report_are_defused(cell: str) -> None:
    assert defused(cell) == "'" + cell
    stream = io.StringIO(newline="")
    write_csv(Report([RowResult(2, cell, "created")]), stream)
    stream.seek(0)
    assert list(csv.reader(stream))[1] == ["2", "Created", "", "'" + cell, "", "", ""]


def test_report_names_row_column_value_and_reason(db: None) -> None:
    parsed = parse_file("needs", as_csv([{**FULL, "quantity": "四条"}]), "a.csv")
    report = Report([RowResult(2, "题", "refused", problems=parsed.rows[0].problems)], ("备注",))
    assert as_text(report) == [
        "Row 2  Refused  题",
        "    quantity: “四条” – Write a plain number, such as 12 or 0.5.",
        "Columns not read: 备注",
        "1 row: Refused 1",
    ]


def test_command_reports_and_ends_with_3_when_a_row_was_refused(db: None, tmp_path: Path) -> None:
    path, report = tmp_path / "list.csv", tmp_path / "report.csv"
    path.write_bytes(as_csv([FULL, {**FULL, "external_id": "=2", "quantity": "x"}]))
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("import_needs", path, "--language", "en", "--report", report, stdout=out)
    assert end.value.code == 3
    assert out.getvalue().splitlines()[-1] == "2 rows: Created 1, Refused 1"
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "result", "code", "title", "column", "value", "why"]
    assert [(row[0], row[1]) for row in rows[1:]] == [("2", "Created"), ("3", "Refused")]


def test_command_imports_as_a_manager_only(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv([FULL]))
    with pytest.raises(CommandError, match="no account with the role of scenario manager"):
        call_command("import_needs", path, "--as", cast.moderator.email, stdout=io.StringIO())
    assert Need.objects.count() == 0
    call_command("import_needs", path, "--as", cast.manager.email, stdout=io.StringIO())
    assert Event.objects.get(kind="need.imported").actor_id == cast.manager.pk


def test_command_dry_run_writes_nothing(db: None, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv([CAPABILITY]))
    out = io.StringIO()
    call_command("import_capabilities", path, "--dry-run", "--language", "en", stdout=out)
    assert out.getvalue().splitlines() == ["Dry run: nothing was written.", "1 row: Created 1"]
    assert Capability.objects.count() == 0


def test_command_says_what_is_wrong_with_a_file(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_needs", tmp_path / "none.csv", stdout=io.StringIO())
