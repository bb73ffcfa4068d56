"""The event log in words: keys and choices by their labels, and links to what an event mentions."""

import ast
import re
from html import unescape
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from marketplace.actions import members
from scenarios.actor import SYSTEM
from scenarios.choices import Subject
from scenarios.event_labels import EVENT_LABELS
from scenarios.event_meanings import FIELDS, MEANINGS, SOURCES, field_label
from scenarios.journal import log_event
from scenarios.models import Event
from tests.factories import Cast, draft_need, published_capability, published_need
from tests.marketplace.test_page_queries import LIMIT

LOG = "/staff/events/"
LOGGING = ("log_event", "move_demand", "move_engagement", "note")


def cells(cast: Cast, kind: str, *, part: str = "auditor", language: str = "en") -> list[str]:
    """Return the details of each event of a kind, as HTML."""
    page = cast.client(part, language=language).get(LOG, {"kind": kind}).content.decode()
    return re.findall(r'<td class="codes"[^>]*>(.*?)</td>', page, re.DOTALL)


def told(cast: Cast, kind: str, **reader: str) -> list[str]:
    """Return the details of each event of a kind, without tags."""
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in cells(cast, kind, **reader)]


def logged(kind: str, subject: Any, subject_type: str | None = None, **data: Any) -> None:
    with transaction.atomic():
        log_event(kind, subject, actor=SYSTEM, subject_type=subject_type, **data)


def test_what_was_changed_is_named_as_the_form_names_it(cast: Cast) -> None:
    need = draft_need(cast)
    logged("need.saved", need, changed=["title_zh", "district_id", "indicators", "unheard_of"])
    assert told(cast, "need.saved") == ["Changed District, Indicators, Title, unheard_of"]
    assert told(cast, "need.saved", language="zh-hans") == ["改动 所在区域、指标、标题、unheard_of"]


@pytest.mark.parametrize(
    ("kind", "data", "english", "chinese"),
    [
        (
            "demand.meet_threshold",
            {"quantity": "12.00", "threshold": "10.50"},
            "Quantity 12 Minimum scale 10.5",
            "规模 12 规模起点 10.5",
        ),
        (
            "demand.consent",
            {"state": "accepted_with_reservation", "core_version": 2},
            "Version of the core 2 Answer Accepted with reservation",
            "共性需求版本 2 答复 有保留同意",
        ),
        (
            "demand.difference_decided",
            {"treatment": "excluded", "changed": ["boundary_out"]},
            "Changed Out of scope Treatment Excluded",
            "改动 不包含范围 处理方式 不纳入",
        ),
        ("proposal.dismissed", {"keep_apart": True}, "Kept apart from now on Yes", "今后不再合并 是"),
        ("threshold.chosen", {"before": 0.35, "after": 0.4}, "After 0.4 Before 0.35", "改后 0.4 改前 0.35"),
        (
            "batch.made",
            {"batch": "approve-needs", "rows": 3},
            "Bulk action Approve needs Rows 3",
            "批量操作 批准需求 行数 3",
        ),
        ("vocabulary.entry_retired", {"list": "chains"}, "List industrial chains", "列表 产业链"),
        ("vocabulary.added", {"phrase": "稳妥", "group": ""}, "Kind Fair Phrase 稳妥", "类型 不算空泛 说法 稳妥"),
        (
            "engagement.decision_proposed",
            {"stage": "mid", "verdict": "stop_breach"},
            "Stage Pilot Verdict Stop for breach",
            "阶段 中试 决定 违约终止",
        ),
        ("engagement.element_delivered", {"element": "compute"}, "Contribution Computing power", "投入要素 算力"),
        (
            "engagement.grave_incident",
            {"incident": 2, "severity": 1},
            "Number of the incident 2 Severity 1: someone was harmed, or nearly",
            "事件序号 2 级别 1 级：已致或险致人身伤害",
        ),
        ("organisation.member_set", {"role": "editor"}, "Role Editor", "角色 编辑人员"),
        ("account.appointed", {"role": "auditor"}, "Role Auditor", "角色 审计员"),
        ("account.changed", {"roles": []}, "Roles none", "角色 无"),
        (
            "account.import_finished",
            {"holds": "needs", "created": 4, "refused": 1},
            "Created 4 What the file holds Needs Refused 1",
            "新建 4 文件内容 需求 未接受 1",
        ),
        ("selection.awarded", {"awarded": 1, "reserve": 2}, "Winner 1 Reserve 2", "中选 1 备选 2"),
        ("selection.failed", {"code": "too_few"}, "Ground Fewer responses than a competition needs", None),
        (
            "capability.copy_found",
            {"copied": "needs", "overlap": 82},
            "Finding Copied from published needs Overlap 82 %",
            None,
        ),
        ("need.saved", {"strange": ["x-1", 2]}, "strange x-1, 2", "strange x-1、2"),
    ],
)
def test_details_are_told_in_words(
    cast: Cast, kind: str, data: dict[str, Any], english: str, chinese: str | None
) -> None:
    subject = kind.partition(".")[0]
    logged(kind, draft_need(cast), subject_type="call" if subject == "selection" else subject, **data)
    assert told(cast, kind) == [english]
    if chinese is not None:
        assert told(cast, kind, language="zh-hans") == [chinese]


def test_a_step_of_a_response_tells_the_hour_of_the_city(cast: Cast) -> None:
    step = {"response": "r-1", "step": "sealed", "taken_at": "2026-03-02T08:15:00+00:00"}
    logged("call.response_step", draft_need(cast), **step)
    assert told(cast, "call.response_step") == ["Response r-1 Step Sealed Time 2026-03-02 16:15"]
    assert told(cast, "call.response_step", part="manager") == []


def test_what_is_mentioned_is_a_link_with_its_code_and_title(cast: Cast) -> None:
    need, other, capability = published_need(cast), published_need(cast, "rival"), published_capability(cast)
    logged("need.linked", need, other=other.code, together=False)
    logged("call.suggested", need, subject_type="call", organisations=[str(cast.supplier_org.pk), "gone"])
    logged("suggestion.shortlist", need, capability=capability.code)
    members.invite_member(
        actor=cast.actor("enterprise"), organisation_id=cast.enterprise_org.pk, email="new@example.org", role="viewer"
    )
    english = escape("In-line inspection of casting surfaces")
    assert f'<a href="/needs/{other.pk}/">{other.code} {english}</a>' in cells(cast, "need.linked")[0]
    chinese = cells(cast, "need.linked", language="zh-hans")[0]
    assert f'<a href="/needs/{other.pk}/">{other.code} 铸件表面缺陷在线检测</a>' in chinese
    assert (
        f'<a href="/capabilities/{capability.pk}/">{capability.code} {escape(capability.title_en)}</a>'
        in (cells(cast, "suggestion.shortlist")[0])
    )
    suggested = cells(cast, "call.suggested")[0]
    assert f'<a href="/organisations/{cast.supplier_org.pk}/">丙视觉科技</a>, gone' in suggested
    page = cast.client("auditor").get(LOG, {"kind": "organisation.member_invited"}).content.decode()
    assert f'Organisation<br><a href="/organisations/{cast.enterprise_org.pk}/">甲精密铸造厂</a>' in page


def test_an_account_is_called_by_its_name(cast: Cast) -> None:
    logged("call.panel_seated", draft_need(cast), subject_type="call", accounts=[cast.reviewer.pk, 999_999])
    assert told(cast, "call.panel_seated") == ["Accounts reviewer, 999999"]


def test_a_draft_that_was_never_handed_in_keeps_its_title_to_itself(cast: Cast) -> None:
    need, draft = published_need(cast), draft_need(cast, title_en="A secret draft", title_zh="不公开的草稿")
    logged("need.linked", need, other=draft.code, together=True)
    assert told(cast, "need.linked") == [f"Other need {draft.code} Go together Yes"]
    page = cast.client("auditor").get(LOG).content.decode()
    assert "A secret draft" not in page
    assert draft.code in page


def test_a_long_list_is_folded(cast: Cast) -> None:
    logged("demand.drafted", draft_need(cast), members=[f"XQ-{number}" for number in range(8)])
    logged("proposal.made", draft_need(cast), members=[f"XQ-{number}" for number in range(6)])
    assert "<summary>Needs (8)</summary>" in cells(cast, "demand.drafted")[0]
    assert "<summary>" not in cells(cast, "proposal.made")[0]


def test_the_api_hands_the_details_out_as_they_were_written(cast: Cast) -> None:
    ids = [str(cast.supplier_org.pk)]
    logged("call.suggested", draft_need(cast), subject_type="call", organisations=ids)
    (event,) = cast.client("auditor").get("/api/v1/events/", {"kind": "call.suggested"}).json()["results"]
    assert event["data"] == {"organisations": ids}


def test_whatever_is_mentioned_takes_one_query(cast: Cast) -> None:
    client, counts = cast.client("auditor"), []
    for _ in range(2):
        need, capability = published_need(cast), published_capability(cast)
        logged("need.linked", need, other=need.code, organisations=[str(cast.rival_org.pk)])
        logged("suggestion.shortlist", need, capability=capability.code, accounts=[cast.manager.pk])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LOG).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= LIMIT


def test_every_key_of_a_detail_has_a_meaning() -> None:
    known = {name.rpartition(".")[2] for name in MEANINGS}
    written: set[str] = set()
    for path in (*Path("scenarios").rglob("*.py"), *Path("marketplace").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in LOGGING:
                written |= {keyword.arg for keyword in node.keywords if keyword.arg}
    assert len(written) > 40
    assert written - known - set(signature(log_event).parameters) == set()


def test_every_kind_of_object_that_has_a_page_is_known_by_it() -> None:
    assert {*SOURCES} == {
        *(Subject.NEED, Subject.DEMAND, Subject.CALL, Subject.CAPABILITY, Subject.ORGANISATION, Subject.ENGAGEMENT),
        *(Subject.ACCOUNT, "lesson", "indicator", "seat"),
    }
    assert {kind.partition(".")[0] for kind in EVENT_LABELS} >= {*FIELDS}
    assert field_label("nothing", "unheard_of") == "unheard_of"
    assert Event._meta.get_field("subject_type").choices == Subject.choices
