"""The first screen, and how the platform works."""

from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from scenarios.access import access
from scenarios.funnel import at_step
from scenarios.models import Call, Interest, MergedDemand, Need
from scenarios.views.parts import actor_of

LATEST = 6
LATEST_RESULTS = 3


class Step(NamedTuple):
    """A step of the one way through: who takes it, what happens, what it guards against."""

    title: Any
    who: Any
    text: Any
    icon: str


STEPS = (
    Step(
        _("Post a precise need"),
        _("Enterprise"),
        _(
            "A need names its object, its quantity, its indicator from today's value to the target, and what is "
            "left out. The form checks it while you type and quotes the words that are vague."
        ),
        "edit",
    ),
    Step(
        _("Checked and published"),
        _("Moderator, publisher, supervisor"),
        _(
            "Two people look at each need; a risk tier follows from the ethics answers and may ask for a "
            "supervisor too. A return gives its reasons field by field."
        ),
        "shield",
    ),
    Step(
        _("Like needs are merged"),
        _("Scenario manager"),
        _(
            "Like needs are proposed with the terms they share. A manager drafts the common core; conflicting "
            "values become modules or exclusions, never averages."
        ),
        "merge",
    ),
    Step(
        _("Owners consent"),
        _("Enterprise"),
        _(
            "Each owner accepts, accepts with a reservation, or declines exactly one version of the core. A "
            "changed core asks again. Leaving restores everything as it was."
        ),
        "check",
    ),
    Step(
        _("The scale is reached"),
        _("Everyone"),
        _(
            "The scale meter holds the pooled quantity against what suppliers need to begin. At the deadline it "
            "is met or missed, and what follows was agreed beforehand."
        ),
        "scale",
    ),
    Step(
        _("An open call"),
        _("Publisher"),
        _(
            "The call states frozen indicators, dates and criteria to everyone at the same time. Suppliers whose "
            "capabilities fit are told why they fit."
        ),
        "megaphone",
    ),
    Step(
        _("Suppliers respond under seal"),
        _("Supplier"),
        _(
            "Who would like to respond may declare interest first; rivals do not see it. A response is encrypted until "
            "two of three named people open it after the close; until then nobody learns how many there are."
        ),
        "lock",
    ),
    Step(
        _("Reviewed without names"),
        _("Reviewers, publisher"),
        _(
            "Each reviewer scores alone before the panel agrees. The ranking stands under public notice with its "
            "arithmetic; objections suspend it, and everyone who wins nothing gets feedback before the award."
        ),
        "list",
    ),
    Step(
        _("Landed with room for error"),
        _("Enterprise and supplier"),
        _(
            "A pilot runs in gates with a cost cap and may stop without fault; it is accepted against the same "
            "indicators, and its lessons flow back."
        ),
        "target",
    ),
)


def _capabilities() -> int:
    related: Any = Interest._meta.get_field("capability").related_model
    return int(related._default_manager.published().count())


def _results() -> Any:
    """Return the calls of the latest results that are public: under notice, awarded, or come to nothing."""
    selections: Any = Call._meta.get_field("selection").related_model
    rows = selections._default_manager.public().select_related("call")
    return rows.order_by(Coalesce("decided_at", "published_at").desc(), "pk")[:LATEST_RESULTS]


@access("public")
def home(request: HttpRequest) -> HttpResponse:
    """What the platform is, its live figures, what is new."""
    actor = actor_of(request)
    needs = Need.objects.published().visible_to(actor)
    pools = MergedDemand.objects.visible_to(actor).filter(status__in=["formed", "threshold_met", "frozen", "called"])
    calls = Call.objects.open()
    latest = needs.order_by(F("published_at").desc(nulls_last=True), "pk")
    context = {
        "steps": STEPS,
        "need_count": needs.count(),
        "pool_count": pools.count(),
        "call_count": calls.count(),
        "capability_count": _capabilities(),
        "landed_count": at_step(Need.objects.visible_to(actor), "landed", actor).count(),
        "needs": latest.select_related("owner", "district")[:LATEST],
        "results": _results(),
        "calls": calls.order_by("closes_at", "pk")[:LATEST],
    }
    return render(request, "scenarios/home.html", context)


@access("public")
def how_it_works(request: HttpRequest) -> HttpResponse:
    """The way from a need to a landed project, step by step."""
    return render(request, "scenarios/how_it_works.html", {"steps": STEPS})
