"""The main line in a browser, from a posted need to a rollout with lessons: whose step it is clicks and types it.

Nobody types an address: each starts at the home page and finds the way by links. The workers run beside it; only what
days would do, the close of the call and the end of the notice, the test does in the database.
"""

from typing import Any, NamedTuple

import pytest

from marketplace.models import Account, Capability, Engagement, Organisation, Response, Selection
from scenarios.models import Call, MergedDemand, MergeProposal, Need
from tests.browser.conftest import PageMaker
from tests.browser.people import Person, rows
from tests.browser.project_steps import (
    LESSON,
    accept_project,
    close_project,
    open_own,
    plan_gate,
    run_gate,
    write_lesson,
)
from tests.calls import answers, close, make_supplier
from tests.factories import CAPABILITY, EVIDENCE, INDICATORS, PRICE_TIERS, Cast, make_account
from tests.processes import drained, relay, wait_until, worker
from tests.scenarios.test_call_pages import written
from tests.scenarios.test_drafting_pages import whole
from tests.selections import end_notice_of
from tests.stories.test_story_7_seven_sealed_responses import remarks, sheet

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.slow]
LIKE = {"title_zh": "车身压铸件外观缺陷视觉检测", "title_en": "Visual inspection of die castings", "quantity": "9"}
CALLED = {"title_zh": "铸件外观在线检测揭榜", "title_en": "Call: inspection of castings", "kind": "bounty"}
SCORES = {"mine": ("90", "80"), "other": ("70", "70")}


class Town(NamedTuple):
    """Everybody who plays a part in the main line, each at a browser of their own."""

    enterprise: Person
    rival: Person
    supplier: Person
    other: Person
    manager: Person
    moderator: Person
    publisher: Person
    openers: list[Person]
    panel: list[Person]
    public: Person

    @classmethod
    def of(cls, cast: Cast, open_page: PageMaker, other: Account) -> "Town":
        def at(account: Account | None, language: str) -> Person:
            return Person(open_page, account, language)

        openers = [make_account(f"opener{n}@example.org", roles=("auditor",)) for n in range(3)]
        panel = [make_account(f"reviewer{n}@example.org", roles=("reviewer",)) for n in range(3)]
        return cls(
            enterprise=at(cast.enterprise, "zh"),
            rival=at(cast.rival, "en"),
            supplier=at(cast.supplier, "zh"),
            other=at(other, "en"),
            manager=at(cast.manager, "zh"),
            moderator=at(cast.moderator, "en"),
            publisher=at(cast.publisher, "zh"),
            openers=[at(one, language) for one, language in zip(openers, ("zh", "en", "en"), strict=True)],
            panel=[at(one, language) for one, language in zip(panel, ("zh", "en", "zh"), strict=True)],
            public=at(None, "en"),
        )


def offer_capability(town: Town) -> None:
    supplier, moderator, publisher = town.supplier, town.moderator, town.publisher
    supplier.menu("My capabilities")
    supplier.follow("Offer a capability")
    supplier.enter({**CAPABILITY, **rows("evidence", EVIDENCE), **rows("tiers", PRICE_TIERS)})
    supplier.station("capability-form")
    supplier.press("Submit to the moderators")
    capability = Capability.objects.get()
    moderator.menu("Capabilities to verify")
    moderator.follow(capability)
    moderator.station("capability-moderation")
    moderator.press("Verify")
    publisher.menu("Capabilities to publish")
    publisher.station("capability-publication")
    publisher.page.locator("[name=row]").check()
    publisher.press("Publish")
    publisher.station("capability-publication-preview")
    publisher.confirm("%(label)s: %(number)s row", label=publisher.word("Publish capabilities"), number=1)
    supplier.menu("My capabilities")
    supplier.station("my-capabilities")


def post_needs(town: Town) -> None:
    """Have both owners post a need by the form, and the staff move both on."""
    for owner, changes in ((town.enterprise, {}), (town.rival, LIKE)):
        owner.menu("My needs")
        owner.follow("Post a need")
        owner.enter({**whole(**changes), **rows("indicators", INDICATORS)})
        owner.station("need-form")
        owner.press("Save and check your answers")
        owner.station("need-check")
        owner.press("Submit")
    for need in Need.objects.all():
        wait_until(lambda pk=need.pk: Need.objects.get(pk=pk).status == "checked", "the check")
        town.moderator.menu("Moderation queue")
        town.moderator.follow(need)
        town.moderator.station("moderate-need")
        town.moderator.press("Approve")
    town.publisher.menu("Publication")
    town.publisher.station("publication")
    for box in town.publisher.page.locator("[name=row]").all():
        box.check()
    town.publisher.press("Preview the chosen ones")
    town.publisher.station("publication-preview")
    town.publisher.confirm("Publish %(number)s need", number=2)


def make_pool(town: Town) -> MergedDemand:
    """Have the manager accept the proposal and both owners consent, to the core as it stands after a change of it."""
    manager, enterprise, rival = town.manager, town.enterprise, town.rival
    wait_until(MergeProposal.objects.exists, "a proposal")
    wait_until(drained, "the index")  # which may draw the proposal anew
    proposal = MergeProposal.objects.open().get()
    manager.menu("Merge desk")
    manager.station("merge-desk")
    manager.follow(proposal.representative)
    manager.station("merge-proposal")
    manager.confirm("Confirm: draft the pool")
    pool = MergedDemand.objects.get()
    manager.confirm("Invite the owners")
    consent(enterprise, pool)
    manager.follow("Edit the core")
    manager.enter({"boundary_in": "铸件外表面气孔、裂纹、冷隔和缺肉的识别、定位与报警。"})
    manager.station("core-form")
    manager.confirm("Save as a new version")
    manager.station("staff-pool")
    for owner in (enterprise, rival):
        consent(owner, pool)
    town.publisher.menu("Pools in progress")
    town.publisher.follow(pool)
    town.publisher.confirm("Freeze")
    pool.refresh_from_db()
    assert (pool.status, pool.core_version) == ("frozen", 2)
    return pool


def consent(owner: Person, pool: MergedDemand) -> None:
    owner.menu("Invitations and pools")
    owner.follow("Read the core and answer")
    owner.station("consent")
    owner.press("Accept")


def publish_call(town: Town, pool: MergedDemand) -> tuple[Call, list[str]]:
    """Have the call drafted, its officials named, reviewed, approved and opened; return it with the openers' codes."""
    manager, moderator, publisher = town.manager, town.moderator, town.publisher
    manager.menu("Pools in progress")
    manager.follow(pool)
    manager.follow("Draft a call")
    manager.enter({**written(**CALLED), "consortium_allowed": True})
    manager.station("call-form")
    manager.press("Draft the call")
    call = Call.objects.get()
    manager.follow("Panel and opening")
    panel, openers = ([one.account.pk for one in people] for people in (town.panel, town.openers))
    manager.enter({"panel": panel, "chair": panel[0], "openers": openers})
    manager.station("seats")
    manager.press("Name them")
    codes = [take_code(opener, call) for opener in town.openers]
    for staff, step in ((moderator, "Reviewed: it is sound"), (publisher, "Approve")):
        staff.menu("Calls in progress")
        staff.follow(call)
        staff.station("staff-call")
        staff.confirm(step)
    publisher.follow("Open: see what becomes public")
    publisher.station("call-open")
    publisher.confirm("Open the call")
    wait_until(drained, "the news of the call")
    call.refresh_from_db()
    return call, codes


def take_code(opener: Person, call: Call) -> str:
    opener.menu("Calls in progress")
    opener.follow(call)
    opener.follow("Panel and opening")
    opener.confirm("Take my code")
    opener.station("opener-code", again=False)
    return opener.page.locator("code.break").inner_text()


def find_call(town: Town, call: Call) -> None:
    """One supplier is told of the call, since its capability fits; the other one finds it in the public list."""
    town.supplier.menu("Notifications")
    town.supplier.station("notifications")
    town.supplier.follow(call)
    town.other.follow("Open calls")
    town.other.station("calls")
    town.other.follow(call)


def respond(supplier: Person, lead: Organisation, call: Call, *sets: str) -> Response:
    """Have a supplier who has found the call declare interest, write, check, copy and seal.

    sets : the sets of rows that it fills in.
    """
    supplier.enter({"message": "有同类案例"})
    supplier.press("Declare interest")
    supplier.station("call")
    supplier.follow("Respond")
    supplier.press("Respond for %(name)s", name=lead.name_zh)
    content = answers(call)
    supplier.enter({name: content[name] for name in ("role", "plan", "team", "ip", "data_needed", "compute_needed")})
    for prefix in sets:
        supplier.enter(rows(prefix, content[{"tiers": "price_tiers"}.get(prefix, prefix)]))
    supplier.station("response-form")
    supplier.press("Save and check")
    supplier.station("response-check")
    with supplier.page.expect_download() as copy:
        supplier.link("Download my copy").click()
    assert copy.value.suggested_filename.endswith(".zip")
    supplier.enter({"kept": True})
    supplier.confirm("Seal the response")
    supplier.station("receipt")
    return Response.objects.latest("sealed_at")


def open_responses(town: Town, call: Call, codes: list[str]) -> None:
    for opener, code in list(zip(town.openers, codes, strict=True))[:2]:
        at_selection(opener, call)
        opener.follow("Panel and opening")
        opener.enter({"code": code})
        opener.press("Give my code")
    opener.station("opened")


def at_response(reviewer: Person, call: Call, number: int) -> None:
    at_selection(reviewer, call)
    reviewer.follow("Response %(number)s", number=number)


def at_selection(person: Person, call: Call) -> None:
    person.menu("Selections")
    person.follow(call)


def review(town: Town, call: Call, scores: dict[int, tuple[str, str]]) -> None:
    """Have the panel declare, find the responses eligible, score them and agree."""
    chair = town.panel[0]
    at_selection(chair, call)
    chair.confirm("Open the evaluation")
    for reviewer in town.panel:
        at_selection(reviewer, call)
        reviewer.enter({"conflict": "no"})
        reviewer.station("declaration")
        reviewer.press("Declare")
    for number in scores:
        at_response(chair, call, number)
        chair.press("Eligible")
    for reviewer in town.panel:
        for number, values in scores.items():
            at_response(reviewer, call, number)
            reviewer.enter(sheet(values, "comment", "依据第三节"))
            reviewer.press("Save my scores")
        reviewer.station("scores")
        at_selection(reviewer, call)
        reviewer.confirm("Submit my scores")
    for number in scores:
        at_response(chair, call, number)
        chair.station("consensus")
        chair.press("Note the consensus")


def award(town: Town, call: Call, loser: Response) -> None:
    """Have the result published, the loser told what was weak, and the call awarded when the notice is over."""
    publisher, chair = town.publisher, town.panel[0]
    at_selection(publisher, call)
    publisher.station("before-notice")
    publisher.confirm("Put under public notice")
    publisher.station("notice")
    at_response(chair, call, loser.number or 0)
    chair.enter(remarks())
    chair.station("feedback")
    chair.press("Save the feedback")
    end_notice_of(call)
    at_selection(publisher, call)
    publisher.confirm("Award the call")
    publisher.station("awarded")
    assert Selection.objects.get(call=call).status == "awarded"


def land(town: Town, call: Call) -> Engagement:
    """Have the project opened, its gates planned and passed, and the values accepted."""
    manager, owner, supplier = town.manager, town.enterprise, town.supplier
    at_selection(manager, call)
    manager.confirm("Open the project")
    project = Engagement.objects.get()
    for stage in ("poc", "scale"):
        plan_gate(owner, project, stage)
    manager.station("project-prepared")
    manager.confirm("Start")
    for stage in ("poc", "scale"):
        run_gate(owner, supplier, manager, project, stage)
    accept_project(owner, supplier, project)
    project.refresh_from_db()
    assert project.status == "landed"
    return project


def own_rollout(owner: Person, project: Engagement) -> None:
    open_own(owner, project)
    owner.go(owner.page.locator("#rollout").get_by_role("link"))


def roll_out(town: Town, project: Engagement) -> None:
    """One member takes it over with a deviation, the other one declines."""
    own, other = town.enterprise, town.rival
    open_own(own, project)
    own.station("project-landed")
    own_rollout(own, project)
    own.confirm("Take over")
    own.enter({"part": "boundary_in", "value": "含内腔口部", "reason": "本厂缺陷多在口部"})
    own.press("Note the deviation")
    own.enter({"day": "2026-02-01"}, step="plan")
    own.press("Set the day")
    own.enter({"day": "2026-02-10"}, step="finish")
    own.station("rollout")
    own.confirm("It runs")
    own_rollout(other, project)
    other.page.locator("summary", has_text=other.word("Decline")).click()
    other.enter({"reason": "产线搬迁，明年再议"}, step="decline")
    other.confirm("Decline")
    other.station("rollout-declined")


def test_from_a_posted_need_to_a_rollout_with_lessons(live_cast: Cast, own_broker: Any, open_page: PageMaker) -> None:
    cast = live_cast
    other_lead, other_account = make_supplier(0)
    town = Town.of(cast, open_page, other_account)
    with worker(), relay():
        offer_capability(town)
        post_needs(town)
        pool = make_pool(town)
        call, codes = publish_call(town, pool)
        find_call(town, call)
        mine = respond(town.supplier, cast.supplier_org, call, "partners", "commitments", "tiers")
        other = respond(town.other, other_lead, call, "commitments", "tiers")
        close(call)
        open_responses(town, call, codes)
        mine.refresh_from_db()
        other.refresh_from_db()
        assert {mine.number, other.number} == {1, 2}
        review(town, call, {mine.number or 0: ("90", "80"), other.number or 0: ("70", "70")})
        award(town, call, other)
        project = land(town, call)
        roll_out(town, project)
        write_lesson(town.supplier, project)
        close_project(town.manager, project)
        wait_until(drained, "the news of the project")
    project.refresh_from_db()
    assert project.status == "closed"
    public = town.public
    public.follow("Projects")
    public.follow(project)
    public.station("project-public")
    public.follow(LESSON["title"])
    public.station("lesson")
    assert public.page.get_by_text(LESSON["text"]).is_visible()
