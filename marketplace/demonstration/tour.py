"""The five-minute tour of the demonstration: who you are at each stop, where you go, and what there is to see."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.demonstration.logins import Login, logins
from marketplace.models import Engagement, Lesson, Response
from scenarios.models import Call, MergedDemand, MergeProposal, Need

ANYBODY = ""


class Stop(NamedTuple):
    """One stop of the tour.

    account : the name of the account that is signed in, empty for anybody.
    find : returns the address, or None where what it shows is not there any more.
    """

    account: str
    title: Any
    do: Any
    see: Any
    find: Callable[[], str | None]


class Shown(NamedTuple):
    """A stop that can be visited: its address, and who enters it (None: anybody, without an account)."""

    stop: Stop
    url: str
    login: Login | None


def _page(name: str, rows: Any, *more: Any) -> str | None:
    pk = rows.values_list("pk", flat=True).first()
    return reverse(name, args=[pk, *more]) if pk else None


def _call_of(need: str) -> Any:
    """Return the calls that came from a need, or from a pool that it is in, the latest first."""
    own = Call.objects.filter(need__external_id=need)
    pooled = Call.objects.filter(demand__members__need__external_id=need)
    return (own | pooled).distinct().order_by("-opens_at", "pk")


def _project(need: str, lead: str) -> Any:
    mine = Engagement.objects.filter(lead__members__account__email=f"{lead}@demo.example")
    return (
        (mine.filter(need__external_id=need) | mine.filter(demand__members__need__external_id=need))
        .distinct()
        .order_by("-created_at")
    )


def _pool_of(need: str) -> Any:
    return MergedDemand.objects.filter(members__need__external_id=need).order_by("-created_at")


def _spread() -> str | None:
    call = _call_of("casting-pump-wear").first()
    waiting = Response.objects.filter(call=call, status="eligible", consensus__isnull=True).order_by("number").first()
    if waiting is None:
        return None
    return reverse("review_response", args=[waiting.call_id, waiting.number])


STOPS = (
    Stop(
        ANYBODY,
        _("A precise need"),
        _("Read the need of a casting works as anybody on the internet does."),
        _(
            "What is asked, how much of it, each indicator from today's value to the target, and what is left "
            "out. No contact, no budget."
        ),
        lambda: _page("need_detail", Need.objects.filter(external_id="casting-surface")),
    ),
    Stop(
        ANYBODY,
        _("Five needs in one pool"),
        _("Open the pool that this need went into."),
        _(
            "The scale meter: twenty production lines of five owners against what each supplier needs to begin, "
            "and which need would close a gap."
        ),
        lambda: _page("pool_detail", _pool_of("casting-surface")),
    ),
    Stop(
        "manager",
        _("A merge that is refused"),
        _("On the merge desk open the proposal with a conflict."),
        _(
            "The texts are nearly the same, the data is not: one hospital keeps personal data on its own "
            "premises, the other uses a cloud. One click is not enough here."
        ),
        lambda: _page("merge_proposal", MergeProposal.objects.open().exclude(conflicts=[]).order_by("pk")),
    ),
    Stop(
        "vision-inspection",
        _("A response under seal"),
        _("Under “What waits for me” open the draft for the call of the pool, complete it and seal it."),
        _(
            "The checklist, and after the sealing a receipt with time and digest. Nobody is told whether others "
            "have responded, and how many."
        ),
        lambda: reverse("workspace"),
    ),
    Stop(
        "opener",
        _("Opening takes two of three"),
        _("Open the call that has closed and give the opener's code; one of the three has given theirs."),
        _(
            "With your code the responses are opened, under numbers instead of names. A minute before the close "
            "the same attempt is refused and logged."
        ),
        lambda: _page("call_opening", _call_of("casting-void-xray").filter(status="closed")),
    ),
    Stop(
        "reviewer",
        _("A spread to discuss"),
        _(
            "Read a response of the pool of rotating machines and the scores of all three reviewers, then write "
            "down what the panel agrees on."
        ),
        _(
            "By criterion the three scores with their mean and range. What leaves the range needs a reason; the names "
            "are withheld."
        ),
        _spread,
    ),
    Stop(
        "vision-inspection",
        _("A result under public notice"),
        _("Read the result of the port gates, as the one that came second and objected."),
        _("The ranking with its arithmetic, your objection with its answer, and how long the notice lasts."),
        lambda: _page("call_result", _call_of("port-gate").filter(status="closed")),
    ),
    Stop(
        "manager",
        _("A call that failed"),
        _("Open the selection of the furnaces and choose what comes next."),
        _("A coded reason that everybody reads, and the ways on: call again with the same terms, or in smaller lots."),
        lambda: _page("selection", _call_of("casting-furnace-energy").filter(status="closed")),
    ),
    Stop(
        "xishan-ebike",
        _("A project in the middle of its gates"),
        _("Open the project of the frame welds, then its small trial."),
        _(
            "Proof of concept passed; the small trial went into another round; costs below their cap; a decision "
            "that waits for the manager."
        ),
        lambda: _page("engagement_detail", _project("ebike-weld", "vision-inspection")),
    ),
    Stop(
        ANYBODY,
        _("Stopped, and nobody is to blame"),
        _("Read what the other team of the same race learnt."),
        _("It reached its stop-loss and stopped. The lesson is public; the supplier carries no mark."),
        lambda: _page("lesson_detail", Lesson.objects.filter(gate__isnull=False).order_by("pk")),
    ),
    Stop(
        "supervisor",
        _("An incident in a sandbox"),
        _("Open the sandbox of the deburring cell and close the incident that is open."),
        _("Limits, exit criteria, who evaluates. The incident of severity 1 had suspended everything at once."),
        lambda: _page("sandbox_detail", _project("casting-deburr", "robot-integration")),
    ),
    Stop(
        "manager",
        _("Landed, from promise to proof"),
        _("Read the project of the compressor stations down to its end."),
        _("For each indicator one line from the need to the measurement; which members take it over, and two lessons."),
        lambda: _page("engagement_detail", _project("ebike-compressor", "energy-optimisation")),
    ),
    Stop(
        "auditor",
        _("Who did what"),
        _("Filter the event log by a code."),
        _("Every step of it, by whom and when, in a log that nobody can change."),
        lambda: reverse("event_log"),
    ),
)


def tour() -> list[Shown]:
    """Return the stops that can be visited now: what people have done since may have taken one away."""
    known = {one.name: one for one in logins()}
    found = ((stop, stop.find()) for stop in STOPS)
    return [Shown(stop, url, known.get(stop.account)) for stop, url in found if url]
