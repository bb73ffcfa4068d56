"""What two tabs wrote differently, as its author reads it on the answer that asks which to keep: phone and desk."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.urls import reverse

from marketplace.models import Account, Engagement, Measurement, Rollout, Sandbox
from scenarios.actions.sandbox_plans import plan_sandbox
from scenarios.models import SandboxPlan
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.calls import drafted_call
from tests.engagements import landed_pool, measured, running_gate
from tests.factories import Cast
from tests.sandboxes import CRITERIA, LIMITS, set_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [(1440, "zh-CN"), (1440, "en"), (390, "zh-CN"), (390, "en")]


class Form(NamedTuple):
    """A form of a page: `typed` into its fields by name, after `overtake` saved something else for the n-th time."""

    name: str
    account: Account
    page: str
    action: str
    typed: dict[str, str]
    overtake: Callable[[int], Any]


def projects(cast: Cast) -> Iterator[Form]:
    gate = running_gate(cast)
    line = gate.engagement.indicators.all()[0]  # the one that the form begins with
    words = {"value": "0.3", "test_method": "抽检", "measured_by": "某研究院", "measured_on": "2026-01-30"}

    def measured_meanwhile(number: int) -> None:
        version = Engagement.objects.get(pk=gate.engagement_id).version + 1
        Engagement.objects.filter(pk=gate.engagement_id).update(version=version)
        place = {"indicator": line, "gate": gate, "iteration": 0}
        saved = {**measured(f"0.4{number}"), "version": version, "recorded_by": cast.supplier}
        Measurement.objects.update_or_create(**place, defaults=saved)

    own = reverse("gate_detail", args=[gate.pk])
    yield Form("measurement", cast.supplier, own, reverse("gate_measure", args=[gate.pk]), words, measured_meanwhile)
    set_up(cast.client("supervisor"), gate.engagement)

    def set_up_meanwhile(number: int) -> None:
        saved = Sandbox.objects.get()
        Sandbox.objects.filter(pk=saved.pk).update(version=saved.version + 1, scope=f"第 {number} 版范围")

    page = reverse("sandbox_set_up", args=[gate.engagement_id])
    words = {"scope": "另一页的范围", "limits-0-value": "300"}
    yield Form("sandbox", cast.supervisor, page, "", words, set_up_meanwhile)


def plans(cast: Cast) -> Iterator[Form]:
    call = drafted_call(cast)

    def plan_meanwhile(number: int) -> None:
        version = getattr(SandboxPlan.objects.filter(call=call).first(), "version", 0)
        fields: Any = {"scope": f"第 {number} 版范围", "limits": LIMITS, "exit_criteria": CRITERIA}
        plan_sandbox(actor=cast.actor("supervisor"), call_id=call.pk, version=version, fields=fields)

    plan_meanwhile(0)
    page, action = (reverse(name, args=[call.pk]) for name in ("sandbox_plan", "save_sandbox_plan"))
    yield Form("plan", cast.supervisor, page, action, {"scope": "另一页的范围"}, plan_meanwhile)


def days(cast: Cast) -> Iterator[Form]:
    own = landed_pool(cast).rollouts.get(need__owner=cast.enterprise_org)
    Rollout.objects.filter(pk=own.pk).update(state="accepted")

    def planned_meanwhile(number: int) -> None:
        version = Rollout.objects.get(pk=own.pk).version + 1
        Rollout.objects.filter(pk=own.pk).update(state="planned", planned_on=f"2026-02-0{number + 1}", version=version)

    page, action = reverse("rollout_detail", args=[own.pk]), reverse("rollout_move", args=[own.pk, "plan"])
    yield Form("day", cast.enterprise, page, action, {"day": "2026-03-01"}, planned_meanwhile)


@pytest.mark.parametrize("forms", [projects, plans, days])
def test_both_versions_are_read_beside_each_other(
    live_cast: Cast, open_page: PageMaker, forms: Callable[[Cast], Iterator[Form]]
) -> None:
    for form in forms(live_cast):
        for number, (width, locale) in enumerate(SIZES):
            cookies = session_of(form.account)
            page = open_page(form.page, width=width, locale=locale, cookies=cookies, refusals=True)
            part = page.locator(f'form[action="{form.action}"]' if form.action else "main form.form").first
            for name, text in form.typed.items():
                part.locator(f'[name="{name}"]').fill(text)
            form.overtake(number)
            part.locator("button:not([name])").last.click()
            page.wait_for_selector('input[name^="keep-"]')
            first = next(iter(form.typed))
            assert page.locator(f'[name="keep-{first}"][value="mine"]').is_checked()
            assert overflowing(page) == "", form.name
            photograph(page, f"{form.name}-{locale[:2]}-{width}")
            assert axe_findings(page) == [], form.name
