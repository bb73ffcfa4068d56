"""The stories of the demonstration: each ends where its file leaves it, every role finds work, the tour leads on."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from marketplace.demonstration import loading, stories
from marketplace.demonstration.carrying_on import carry_on
from marketplace.demonstration.loading import load_demonstration, parsed
from marketplace.demonstration.logins import Login, logins
from marketplace.demonstration.opening_codes import kept_codes
from marketplace.demonstration.tour import STOPS, Shown, tour
from marketplace.imports.rows import ParsedRow
from marketplace.models import Account, Engagement, Gate, Lesson, Response, Selection
from scenarios.models import Call, CoreChange, Delivery, Event, JobSlot, Need
from tests.drain import drain_outbox
from tests.factories import make_account
from tests.marketplace.demo_rows import groups
from tests.marketplace.test_demo import command

GROUPS = ("G01", "G02", "G03")
# The pair that must not be merged, what the stories need on their own, and what waits for moderator and supervisor.
NEEDS = {"hospital-followup", "care-followup", "hospital-antibiotic", "medschool-teaching"}
GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guide"
OFFERED = {"vision-surface-lines", "deburr-force-cell", "compressor-group", "vibration-bearing"}


@pytest.fixture
def told(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration with the needs of its stories only, carried to its end."""
    settings.PRODUCTION, settings.STATE_DIR = False, tmp_path
    wanted = NEEDS | OFFERED | {row["external_id"] for name in GROUPS for row in groups()[name]}
    wanted |= {story["need"] for story in stories.stories() if "need" in story}

    def few(name: str, columns: Any) -> list[ParsedRow]:
        return [row for row in parsed(name, columns) if row.values["external_id"] in wanted]

    monkeypatch.setattr(loading, "parsed", few)
    assert load_demonstration()
    drain()
    assert carry_on() == []
    drain()


def drain() -> None:
    """Do what is pending but the notices, which are the business of other tests."""
    Delivery.objects.filter(topic="event.recorded").update(state="done")
    drain_outbox(limit=5000)
    Delivery.objects.filter(topic="event.recorded").update(state="done")


def call_of(need: str) -> Call:
    found: Call = (
        (Call.objects.filter(need__external_id=need) | Call.objects.filter(demand__members__need__external_id=need))
        .distinct()
        .get()
    )
    return found


def project_of(need: str, lead: str) -> Engagement:
    return Engagement.objects.get(need__external_id=need, lead__members__account__email=f"{lead}@demo.example")


def responses_to(need: str) -> dict[str, str]:
    rows = Response.objects.filter(call=call_of(need)).values_list("lead__members__account__email", "status")
    return {email.split("@")[0]: status for email, status in rows}


def test_each_story_ends_where_its_file_leaves_it(told: None) -> None:
    check_calls()
    check_projects()
    check_time()
    rows = (Call, Response, Engagement, Event, Delivery, JobSlot)
    before = [model.objects.count() for model in rows]
    assert carry_on() == []
    assert [model.objects.count() for model in rows] == before


def check_calls() -> None:
    assert responses_to("casting-surface") == {"robot-integration": "sealed", "vision-inspection": "draft"}
    assert set(responses_to("casting-void-xray").values()) == {"sealed"}
    assert call_of("casting-void-xray").openers.filter(agreed_at__isnull=False).count() == 1
    assert call_of("ebike-motor-noise").status == "reviewed"
    review = Selection.objects.get(call=call_of("casting-pump-wear"))
    assert (review.status, review.seats.filter(submitted_at__isnull=False).count()) == ("evaluating", 3)
    assert sorted(responses_to("casting-pump-wear").values()) == ["eligible", "eligible", "eligible", "ineligible"]
    notice = Selection.objects.get(call=call_of("port-gate"))
    assert (notice.status, notice.objections.get().state) == ("publicity", "rejected")
    assert notice.notice_ends_at is not None
    assert notice.notice_ends_at > timezone.now()
    failed = Selection.objects.get(call=call_of("casting-furnace-energy"))
    assert (failed.status, failed.failure_code, failed.next_step) == ("failed", "too_few", "")


def check_projects() -> None:
    """One in the middle of its gates, one stopped, one landed, one in a sandbox."""
    going = project_of("ebike-weld", "vision-inspection")
    assert list(going.gates.values_list("stage", "state", "iterations", "spent")) == [
        ("poc", "passed", 0, Decimal("4.50")),
        ("small", "running", 1, Decimal("9.60")),
        ("scale", "planned", 0, Decimal(0)),
    ]
    assert Gate.objects.get(engagement=going, stage="small").decisions.filter(state="proposed").count() == 1
    authors = [str(note.organisation or "") for note in going.notes.select_related("organisation")]
    assert authors == ["示范·新吴视觉检测公司", "示范·锡山电动车制造厂", ""]
    stopped = project_of("ebike-weld", "robot-integration")
    assert (stopped.status, stopped.lessons.get().gate) == ("stopped_no_fault", stopped.gates.get())
    landed = Engagement.objects.get(status="landed")
    states = dict(landed.rollouts.values_list("need__external_id", "state"))
    assert states == {
        "ebike-compressor": "planned",
        "electronics-compressor": "declined",
        "textile-compressor": "asked",
    }
    assert CoreChange.objects.get(demand=landed.demand).part == "boundary_in"
    assert Lesson.objects.filter(engagement=landed).count() == 2
    tried = project_of("casting-deburr", "robot-integration")
    severe, light = tried.sandbox.incidents.order_by("number")
    assert (tried.status, severe.severity, severe.suspends, severe.closed_at is None) == ("running", 1, True, False)
    assert (light.severity, light.closed_at) == (3, None)


def check_time() -> None:
    """Each step follows the one before, and nothing came in beside the actions."""
    closed = call_of("port-gate")
    assert closed.status == "closed"
    assert closed.closes_at is not None
    ago = timezone.now() - closed.closes_at
    assert timedelta(days=15) < ago < timedelta(days=17)
    kinds = list(Event.objects.filter(subject_id=closed.pk).order_by("id").values_list("kind", flat=True))
    assert kinds[:8] == [
        "call.drafted",
        "call.panel_seated",
        "call.openers_named",
        *["call.code_taken"] * 3,
        "call.reviewed",
        "call.approved",
    ]
    assert kinds.index("call.closed") < kinds.index("call.responses_opened") < kinds.index("selection.opened")
    assert kinds[-3:] == ["selection.published", "selection.objected", "selection.objection_rejected"]


def enter(name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    if name:
        client.force_login(Account.objects.get(email=f"{name}@demo.example"))
    return client


def waiting(one: Login) -> int:
    page = enter(one.name).get(reverse("staff_home"))
    assert page.status_code == 200
    return int(page.context["total"])


def test_every_role_finds_work_and_the_tour_leads_there(told: None, settings: Any) -> None:
    check_waiting()
    check_tour()
    check_becoming(settings)
    check_opening()
    settings.PRODUCTION = True
    assert enter("").get(reverse("tour")).status_code == 404
    assert reverse("tour") not in enter("").get("/").content.decode()


def check_waiting() -> None:
    # The other two reviewers have scored; what they agree on is the chair's to write down.
    busy = [one for one in logins() if one.role and one.name not in ("reviewer-2", "reviewer-3")]
    assert [one.name for one in busy if not waiting(one)] == []
    assert len(busy) == 7
    for name, task in (
        ("vision-inspection", "draft-responses"),
        ("xishan-ebike", "deliveries-to-confirm"),
        ("jiangyin-textile", "rollouts"),
    ):
        assert task in {one.name for one in enter(name).get(reverse("workspace")).context["tasks"]}


def check_tour() -> None:
    """Every stop opens for whoever it says, and the page of the tour links it; front page and sign-in link the tour."""
    stops = tour()
    assert [row.stop for row in stops] == list(STOPS)
    wrong = [(str(row.stop.title), row.url) for row in stops if not is_open(row)]
    assert wrong == []
    page = enter("").get(reverse("tour"), REMOTE_ADDR="10.0.0.7").content.decode()
    assert all(f'href="{target(row)}"' in page for row in stops)
    assert reverse("tour_become") not in page
    assert "demo-scenario" in page
    assert reverse("tour") in enter("").get("/").content.decode()
    assert f"{reverse('tour')}#accounts" in enter("").get(reverse("account_login")).content.decode()


def is_open(row: Shown) -> bool:
    return enter(row.stop.account).get(row.url).status_code == 200


def target(row: Shown) -> str:
    return row.url if row.login is None else f"{reverse('account_login')}?next={row.url}"


def check_becoming(settings: Any) -> None:
    """At the machine that serves one click signs in as the next account; from elsewhere, as a stranger, it does not."""
    stop = next(row for row in tour() if row.login and row.login.role)
    given = {"account": stop.login.email if stop.login else "", "next": stop.url}
    client = enter("")
    page = client.get(reverse("tour")).content.decode()
    assert f'name="next" value="{stop.url}"' in page
    for elsewhere in ({"REMOTE_ADDR": "10.0.0.7"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}):
        assert client.post(reverse("tour_become"), given, **elsewhere).status_code == 404
    stranger = make_account("stranger@example.org")
    assert client.post(reverse("tour_become"), {"account": stranger.email}).status_code == 404
    assert client.get(reverse("tour_become")).status_code == 405
    for onward in ("foo", "//example.org/"):
        answer = enter("").post(reverse("tour_become"), {**given, "next": onward})
        assert (answer.status_code, answer["Location"]) == (302, reverse("tour"))
    assert client.get(stop.url).status_code == 302
    answer = client.post(reverse("tour_become"), given, follow=True)
    assert (answer.redirect_chain, answer.status_code) == ([(stop.url, 302)], 200)
    assert answer.context["request"].user.email == given["account"]
    away = client.post(reverse("tour_become"), {**given, "next": "https://example.org/"})
    assert away.headers["Location"] == reverse("tour")
    settings.PRODUCTION = True
    assert client.post(reverse("tour_become"), given).status_code == 404
    settings.PRODUCTION = False


def check_opening() -> None:
    """The opener opens with the code that the command tells."""
    call = call_of("casting-void-xray")
    told = [line.split() for line in command("demo_code", "opener", "--opening").splitlines()]
    assert [code for _name, number, code in told if number == call.code] == [kept_codes("opener")[call.code]]
    assert len(told) == 2  # that of the call which is open yet, too
    client = enter("opener")
    answer = client.post(reverse("open_responses", args=[call.pk]), {"code": kept_codes("opener")[call.code]})
    assert answer.status_code == 302
    assert set(responses_to("casting-void-xray").values()) == {"opened"}


@pytest.mark.parametrize(("language", "guide"), [("en", "tour.md"), ("zh-hans", "zh/tour.md")])
def test_the_guide_has_the_stops_of_the_page(language: str, guide: str) -> None:
    text = (GUIDES / guide).read_text(encoding="utf-8")
    with translation.override(language):
        assert [str(stop.title) for stop in STOPS if f"**{stop.title}**" not in text] == []
    assert all(f"`{stop.account}@demo.example`" in text for stop in STOPS if stop.account)


def test_without_a_demonstration_there_is_no_tour(db: None, settings: Any) -> None:
    settings.PRODUCTION = False
    assert enter("").get(reverse("tour")).status_code == 404
    assert not Need.objects.exists()
