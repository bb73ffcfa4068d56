"""A project in a real browser: from the award to the landing by clicking, and its pages as each circle sees them."""

from typing import Any

import pytest
from django.urls import reverse

from marketplace.models import Engagement
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import Person, photograph, session_of
from tests.browser.project_steps import (
    LESSON,
    accept_project,
    close_project,
    open_managed,
    plan_gate,
    run_gate,
    write_lesson,
)
from tests.browser.world import projects
from tests.engagements import awarded_response
from tests.factories import Cast

pytestmark = pytest.mark.browser


def test_from_the_award_to_the_landing_by_clicking(live_cast: Cast, open_page: PageMaker) -> None:
    awarded_response(live_cast)
    owner, supplier, manager = (
        Person(open_page, getattr(live_cast, part)) for part in ("enterprise", "supplier", "manager")
    )
    manager.menu("Projects in progress")
    manager.confirm("Open the project")
    project = Engagement.objects.get()
    for stage in ("poc", "scale"):
        plan_gate(owner, project, stage)
    open_managed(manager, project)
    manager.confirm("Start")
    for stage in ("poc", "scale"):
        run_gate(owner, supplier, manager, project, stage)
    accept_project(owner, supplier, project)
    write_lesson(supplier, project)
    close_project(manager, project)
    project.refresh_from_db()
    assert (project.status, project.need.status) == ("closed", "closed")  # type: ignore[union-attr]
    public = Person(open_page, None)
    public.follow("Projects")
    public.follow("What was learnt")
    assert public.page.get_by_text(LESSON["title"]).count() == 1


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
        cookies = session_of(getattr(live_cast, part) if part else None)
        page = open_page(where, width=width, locale=locale, cookies=cookies, wait="load")
        photograph(page, f"{name}-{width}-{locale}")
        faults += [f"{name}: {finding}" for finding in axe_findings(page)]
        if overflow := overflowing(page):
            faults.append(f"{name} scrolls sideways: {overflow}")
        page.context.close()
    assert not faults, "\n".join(faults)
