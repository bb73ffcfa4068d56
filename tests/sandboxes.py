"""What a supervisor types of a sandbox, and who sends it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from scenarios.models import Call, SandboxPlan

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
