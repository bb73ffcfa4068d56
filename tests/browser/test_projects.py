"""A project in a real browser: from the award to the landing by clicking, and its pages as each circle sees them."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from marketplace.models import Engagement
from tests.browser.conftest import PageMaker, axe_findings
from tests.browser.test_pools import shot
from tests.browser.world import projects
from tests.engagements import awarded_response
from tests.factories import Cast

pytestmark = pytest.mark.browser


def cookie_of(cast: Cast, part: str | None) -> dict[str, str]:
    if part is None:
        return {}
    return {settings.SESSION_COOKIE_NAME: cast.client(part).cookies[settings.SESSION_COOKIE_NAME].value}


def confirmed(page: Page, label: str) -> None:
    """Press a button that asks first, and say yes."""
    page.get_by_role("button", name=label, exact=True).first.click()
    with page.expect_navigation():
        page.locator("#confirm-dialog [value=yes]").click()


def sent(page: Page, label: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).first.click()


class Desk:
    """One browser page of each part, opened where it is needed."""

    def __init__(self, cast: Cast, open_page: PageMaker) -> None:
        self.cast, self.open_page, self.pages = cast, open_page, {}  # type: ignore[var-annotated]

    def __call__(self, part: str, name: str, *args: Any) -> Page:
        address = reverse(name, args=args)
        if part not in self.pages:
            self.pages[part] = self.open_page(address, locale="en", cookies=cookie_of(self.cast, part))
        else:
            page = self.pages[part]
            page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + address)
        found: Page = self.pages[part]
        return found


def plan(desk: Desk, project: Engagement, stage: str) -> None:
    page = desk("enterprise", "gate_plan", project.pk, stage)
    page.fill("[name=entry]", "样本不少于 500 件")
    page.fill("[name=cost_cap]", "5")
    page.fill("[name=stop_loss]", "连续两轮漏检率高于 2 % 即停")
    sent(page, "Save the plan")


def record(page: Page, value: str) -> None:
    for name, text in (
        ("value", value),
        ("measured_on", "2026-01-31"),
        ("test_method", "连续 5 个班次人工复核"),
        ("measured_by", "某检测所"),
    ):
        page.fill(f"[name={name}]", text)
    sent(page, "Record the measurement")


def run_gate(desk: Desk, project: Engagement, stage: str) -> None:
    """Begin a gate, book and measure, propose to pass it and confirm."""
    confirmed(desk("enterprise", "engagement_detail", project.pk), "Begin")
    gate = project.gates.get(stage=stage)
    page = desk("supplier", "gate_detail", gate.pk)
    page.fill("[name=amount]", "4.5")
    page.fill("[name=spent_on]", "2026-01-15")
    page.fill("[name=what]", "相机与光源租用")
    sent(page, "Book")
    record(page, "0.4")
    page = desk("enterprise", "decision_propose", gate.pk)
    page.check("[name=verdict][value=pass]")
    page.fill("[name=reason]", "三次试验均达标")
    sent(page, "Propose")
    page = desk("manager", "decision_detail", gate.decisions.get().pk)
    confirmed(page, "Confirm the decision")


def test_from_the_award_to_the_landing_by_clicking(live_cast: Cast, open_page: PageMaker) -> None:
    awarded_response(live_cast)
    desk = Desk(live_cast, open_page)
    confirmed(desk("manager", "staff_engagements"), "Open the project")
    project = Engagement.objects.get()
    for stage in ("poc", "scale"):
        plan(desk, project, stage)
    confirmed(desk("manager", "engagement_detail", project.pk), "Start")
    for stage in ("poc", "scale"):
        run_gate(desk, project, stage)
    record(desk("supplier", "engagement_acceptance", project.pk), "0.45")
    confirmed(desk("enterprise", "engagement_acceptance", project.pk), "Accept")
    page = desk("supplier", "lesson_write", project.pk)
    page.fill("[name=title]", "先清砂再检测")
    page.fill("[name=text]", "未清砂的铸件误报高，先清砂。")
    sent(page, "Publish the lesson")
    confirmed(desk("manager", "engagement_detail", project.pk), "Close the project")
    project.refresh_from_db()
    assert (project.status, project.need.status) == ("closed", "closed")  # type: ignore[union-attr]
    public = open_page(reverse("lesson_list"), locale="en")
    assert public.get_by_text("先清砂再检测").count() == 1


@pytest.fixture
def pages(live_cast: Cast) -> dict[str, Any]:
    """Who looks at what: a landed pool, a project with a decision that waits, one stopped, one accepted."""
    ids = projects(live_cast)
    return {
        "project-public": (None, "engagement_detail", ids["accepted"]),
        "project-list": (None, "engagement_list"),
        "project-stopped": (None, "engagement_detail", ids["stopped"]),
        "lessons": (None, "lesson_list"),
        "lesson": (None, "lesson_detail", ids["lesson"]),
        "project-owner": ("enterprise", "engagement_detail", ids["busy"]),
        "gate": ("supplier", "gate_detail", ids["gate"]),
        "gate-plan": ("enterprise", "gate_plan", ids["accepted"], "mid"),
        "decision": ("manager", "decision_detail", ids["decision"]),
        "ledger": ("supplier", "engagement_elements", ids["busy"]),
        "acceptance": ("enterprise", "engagement_acceptance", ids["accepted"]),
        "rollout": ("enterprise", "rollout_detail", ids["rollout"]),
        "project-landed": ("manager", "engagement_detail", ids["landed"]),
        "staff-projects": ("manager", "staff_engagements"),
        "workspace": ("enterprise", "workspace"),
    }


@pytest.mark.slow
@pytest.mark.parametrize(("width", "locale"), [(1440, "zh-CN"), (390, "zh-CN"), (1440, "en"), (390, "en")])
def test_the_pages_of_projects_are_fit_to_be_seen(
    live_cast: Cast, pages: dict[str, Any], open_page: PageMaker, width: int, locale: str
) -> None:
    faults: list[str] = []
    for name, (part, address, *args) in pages.items():
        where = reverse(address, args=args)
        page = open_page(where, width=width, locale=locale, cookies=cookie_of(live_cast, part), wait="load")
        shot(page, f"{name}-{width}-{locale}")
        faults += [f"{name}: {finding}" for finding in axe_findings(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{name} scrolls sideways")
        page.context.close()
    assert not faults, "\n".join(faults)
