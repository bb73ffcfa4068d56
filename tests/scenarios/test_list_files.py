"""Public lists as workbooks and as printed lists: the rows of the page, public columns, both languages, and a limit."""

import io
from typing import Any

import pytest
from django.test import Client
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from scenarios.printing import pdf
from scenarios.views import list_files
from tests.factories import Cast, published_capability, published_need
from tests.scenarios.test_public_pages import open_call

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def sheet(client: Client, path: str, **query: Any) -> list[tuple[Any, ...]]:
    answer = client.get(path, {**query, "as": "xlsx"})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{path.strip("/")}.xlsx"'
    return list(load_workbook(io.BytesIO(answer.content)).worksheets[0].values)


def printed(client: Client, path: str, kind: str, **query: Any) -> str:
    answer = client.get(path, {**query, "as": kind})
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if kind == "pdf":
        assert answer.headers["Content-Type"] == "application/pdf"
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert answer.headers["Content-Type"] == WORD
    book = Document(io.BytesIO(answer.content))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in book.paragraphs] + cells)


def test_a_workbook_has_the_columns_of_the_open_data_and_the_rows_of_the_page(cast: Cast) -> None:
    health = published_need(cast, domain="health", title_zh="=1+1", contact="CANARY", quantity=7)
    published_need(cast, "rival", domain="city")
    published_need(cast, domain="health", visibility="verified")
    head, row = sheet(cast.client(), "/needs/", domain="health")
    found = dict(zip(head, row, strict=True))
    assert (found["Code"], found["Title"], found["English title"]) == (health.code, "'=1+1", health.title_en)
    assert (found["Domain"], found["Quantity"], found["Unit"], found["District"]) == (
        "Smart health care",
        7,
        "lines",
        "Huishan",
    )
    assert "漏检率" in found["Indicators"]
    assert "CANARY" not in str(row)
    public = cast.client().get("/api/v1/open-data/needs/").json()["results"][0]
    assert len(head) == len(public)
    chinese = sheet(cast.client(language="zh-hans"), "/needs/", domain="health")
    assert (chinese[0][0], chinese[1][3]) == ("编号", "智慧医疗")
    assert len(sheet(cast.client("supplier"), "/needs/", domain="health")) == 3


def test_calls_capabilities_and_pools_are_handed_out_too(cast: Cast) -> None:
    call, capability = open_call(cast, published_need(cast)), published_capability(cast)
    head, row = sheet(cast.client(), "/calls/")
    found = dict(zip(head, row, strict=True))
    assert (found["Code"], found["Code of the need or pool that it comes from"]) == (call.code, call.need.code)
    assert found["Consortium allowed"] == "Yes"
    head, row = sheet(cast.client(), "/capabilities/", q=capability.code)
    found = dict(zip(head, row, strict=True))
    assert found["Techniques"] == "Computer vision, Machine learning"
    assert len(sheet(cast.client(), "/pools/")) == 1


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_list_is_printed_with_title_page_contents_and_entries(cast: Cast, kind: str) -> None:
    one = published_need(cast, title_zh="铸件<检测>&测量", contact="CANARY")
    published_need(cast, "rival", domain="health", title_zh="病区跌倒识别")
    text = printed(cast.client(language="zh-hans"), "/needs/", kind, domain="manufacturing")
    for part in ("场景需求清单", "场景集市 · 无锡", "筛选条件：智能制造", "共 1 项", "目录", "漏检率", "≤ 0.5 %"):
        assert part in text, part
    assert text.count(one.code) == 2
    assert "铸件<检测>&测量" in text
    assert ("CANARY" in text, "跌倒" in text) == (False, False)
    english = printed(cast.client(), "/needs/", kind)
    assert ("List of needs" in english, "Entries: 2" in english) == (True, True)


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_calls_are_printed_with_what_they_ask_for(cast: Cast, kind: str) -> None:
    call = open_call(cast, published_need(cast))
    text = printed(cast.client(language="zh-hans"), "/calls/", kind)
    for part in ("场景榜单", call.code, call.need.code, "漏检率"):
        assert part in text, part


def test_one_need_and_one_call_are_printed_alone(cast: Cast) -> None:
    need = published_need(cast, contact="CANARY")
    call = open_call(cast, need)
    text = printed(cast.client("enterprise", language="zh-hans"), f"/needs/{need.pk}/", "pdf")
    assert (need.code in text, "漏检率" in text, "CANARY" in text, "目录" in text) == (True, True, False, False)
    assert call.code in printed(cast.client(), f"/calls/{call.pk}/", "pdf")
    hidden = published_need(cast, visibility="verified")
    assert cast.client().get(f"/needs/{hidden.pk}/", {"as": "pdf"}).status_code == 404


@pytest.mark.parametrize("method", ["测" * 1000, "步骤\n" * 330], ids=["words", "lines"])
def test_an_indicator_that_is_longer_than_a_page_is_printed(cast: Cast, method: str) -> None:
    need = published_need(cast)
    need.indicators.update(test_method=method)
    text = printed(cast.client(), f"/needs/{need.pk}/", "pdf")
    assert "".join(text.split()).count(method[0]) >= method.count(method[0])


def test_no_paragraph_of_a_pdf_holds_more_than_a_few_lines(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their time grows with the square of that: 20,000 lines in one took minutes."""
    need, seen, original = published_need(cast, problem="丙\n" * 999 + "末"), list[int](), pdf.Paragraph

    def counted(text: str, *given: Any) -> Any:
        seen.append(text.count("<br/>"))
        return original(text, *given)

    monkeypatch.setattr(pdf, "Paragraph", counted)
    text = printed(cast.client(), f"/needs/{need.pk}/", "pdf")
    assert (max(seen), sum(seen) >= 20 * 49, text.count("丙"), "末" in text) == (49, True, 999, True)


def test_a_control_character_that_was_pasted_spoils_no_file(cast: Cast) -> None:
    need = published_need(cast, title_zh="铸件\x0b检测", problem="\x01=1+1\uffff")
    need.indicators.update(test_method="抽检\x0c百件")
    head, row = sheet(cast.client(), "/needs/")
    found = dict(zip(head, row, strict=True))
    assert (found["Title"], found["Problem"]) == ("铸件检测", "'=1+1")
    text = printed(cast.client(language="zh-hans"), "/needs/", "docx")
    assert ("铸件检测" in text, "抽检百件" in text) == (True, True)
    assert need.code in printed(cast.client(), "/needs/", "pdf")
    assert "Entries: 0" in printed(cast.client(), "/needs/", "docx", q="nothing\uffff")


def test_a_list_that_is_too_long_leads_back_with_the_remedy(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_files, "MOST_PRINTED", 1)
    monkeypatch.setattr(list_files, "MOST_ROWS", 1)
    for _ in range(2):
        published_need(cast)
    client = cast.client()
    for kind in ("docx", "xlsx"):
        answer = client.get("/needs/", {"as": kind, "domain": "manufacturing"})
        assert answer.headers["Location"] == "/needs/?domain=manufacturing"
        page = client.get(answer.headers["Location"]).content.decode()
        assert "The list has 2 entries, and a file holds at most 1. Narrow the list by a filter first." in page
    assert client.get("/needs/", {"as": "exe"}).status_code == 200


def test_who_asks_too_often_waits(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(list_files, "within_limit", lambda _name, who, per_minute: asked.append(who))
    need = published_need(cast)
    client = cast.client("supplier")
    for path in ("/needs/", f"/needs/{need.pk}/"):
        refused = client.get(path, {"as": "pdf"})
        assert refused.headers["Location"] == path
        assert "Wait a minute" in client.get(path).content.decode()
    assert cast.client().get("/needs/", {"as": "xlsx"}).status_code == 302
    assert asked == [cast.supplier.pk, cast.supplier.pk, "127.0.0.1"]
