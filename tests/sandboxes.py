"""What a supervisor types of a sandbox, and who sends it."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Engagement, Incident, Organisation, Sandbox
from scenarios.models import Call, SandboxPlan
from tests.factories import make_organisation

SCOPE = "仅在惠山厂区一条产线、夜班停产时段试运行，不接入生产控制。"
LIMITS = [{"name": "每日处理件数", "value": "200", "unit": "件"}, {"name": "最高车速", "value": "2.5", "unit": "km/h"}]
CRITERIA = ["连续 30 日无 2 级以上事件", "第三方评估报告通过"]


def typed(version: int = 0, **changes: Any) -> dict[str, Any]:
    """Return what a browser posts of complete terms; None leaves a field out."""
    data: dict[str, Any] = {"version": version, "scope": SCOPE}
    for prefix, rows in (("limits", LIMITS), ("criteria", [{"text": text} for text in CRITERIA])):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        data |= {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    return {name: value for name, value in (data | changes).items() if value is not None}


def plan(supervisor: Client, call: Call) -> SandboxPlan:
    """Have the supervisor write the plan of a call over the page."""
    assert supervisor.post(reverse("save_sandbox_plan", args=[call.pk]), typed()).status_code == 302
    return SandboxPlan.objects.get(call=call)


def evaluator() -> Organisation:
    """Return a verified organisation that takes part in nothing."""
    return make_organisation("某检测研究院", kind="academy")


def setting(third: Organisation, version: int = 0, **changes: Any) -> dict[str, Any]:
    """Return what a browser posts of a complete sandbox."""
    days = {"third_party": str(third.pk), "starts_on": "2026-01-05", "ends_on": "2026-06-30"}
    return typed(version, **{**days, **changes})


def set_up(supervisor: Client, engagement: Engagement, third: Organisation | None = None) -> Sandbox:
    """Have the supervisor set the sandbox of an engagement up over the page."""
    form = setting(third or evaluator())
    assert supervisor.post(reverse("sandbox_set_up", args=[engagement.pk]), form).status_code == 302
    return Sandbox.objects.get(engagement=engagement)


def report(client: Client, engagement: Engagement, grade: int, **changes: Any) -> Any:
    """Report an incident over the page, as a browser would."""
    happened = timezone.localtime(timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    words = {"what": "接驳车在路口未识别横穿行人，安全员急刹", "measures": "立即停运全部车辆，封存行车数据"}
    form = {"severity": str(grade), "happened_at": happened, **words, **changes}
    return client.post(reverse("incident_report", args=[engagement.pk]), form)


def last_incident(engagement: Engagement) -> Incident:
    return Incident.objects.filter(sandbox__engagement=engagement).latest("number")
