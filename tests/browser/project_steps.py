"""A project by clicking and typing, from its opening to its closing: each step by the person whose it is."""

from marketplace.engagement_choices import GateVerdict, Stage
from marketplace.models import Engagement
from tests.browser.people import Person
from tests.engagements import GATE

MEASURED = {"measured_on": "2026-01-31", "test_method": "连续 5 个班次，人工复核", "measured_by": "某检测所"}
COST = {"amount": "4.80", "spent_on": "2026-01-15", "what": "相机与光源租用"}
LESSON = {"title": "先清砂再检测", "text": "未清砂的铸件误报高；把清砂写进进入条件。"}


def open_own(person: Person, project: Engagement) -> None:
    """Have a party open its project from the workspace."""
    person.menu("My projects")
    person.follow(project)


def open_managed(manager: Person, project: Engagement) -> None:
    manager.menu("Projects in progress")
    manager.follow(project)


def plan_gate(owner: Person, project: Engagement, stage: str) -> None:
    open_own(owner, project)
    owner.follow(Stage(stage).label)
    owner.enter(GATE)
    owner.station(f"gate-plan-{stage}")
    owner.press("Save the plan")


def run_gate(owner: Person, supplier: Person, manager: Person, project: Engagement, stage: str) -> None:
    """Begin a gate, book and measure, propose to pass it and confirm."""
    open_own(owner, project)
    owner.confirm("Begin")
    open_own(supplier, project)
    supplier.follow(Stage(stage).label)
    supplier.enter(COST, step="costs")
    supplier.press("Book")
    record(supplier, "0.4")
    supplier.station(f"gate-{stage}")
    open_own(owner, project)
    owner.follow(Stage(stage).label)
    owner.follow("Propose a decision")
    owner.enter({"verdict": "pass", "reason": "三次试验均达标"})
    owner.station(f"decision-{stage}")
    owner.press("Propose")
    manager.menu("Projects in progress")
    manager.follow(GateVerdict.PASS.label)
    manager.station(f"confirm-{stage}")
    manager.confirm("Confirm the decision")


def record(supplier: Person, value: str) -> None:
    supplier.enter({"value": value, **MEASURED})
    supplier.press("Record the measurement")


def accept_project(owner: Person, supplier: Person, project: Engagement) -> None:
    for person in (supplier, owner):
        open_own(person, project)
        person.follow("Measure and accept")
        if person is supplier:
            record(supplier, "0.45")
        person.station("acceptance")
    owner.confirm("Accept")


def write_lesson(supplier: Person, project: Engagement) -> None:
    open_own(supplier, project)
    supplier.follow("Write a lesson")
    supplier.enter(LESSON)
    supplier.station("lesson-form")
    supplier.press("Publish the lesson")


def close_project(manager: Person, project: Engagement) -> None:
    open_managed(manager, project)
    manager.station("before-closing")
    manager.confirm("Close the project")
