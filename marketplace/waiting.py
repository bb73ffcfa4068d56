"""What waits for the members of an organisation, and what they can do next. One query per task."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.models import Capability, Engagement, GateDecision, LedgerEntry, Response, Rollout, Suggestion
from scenarios.actor import Actor
from scenarios.models import Consent, DemandMember, Interest, Need
from scenarios.querysets import DatabaseClock

SHOWN = 5
LOOKED_AT = 50
SOON = timedelta(days=14)


class Row(NamedTuple):
    """One thing that waits, with the page where it is dealt with."""

    title: str
    url: str
    detail: str = ""


class Task(NamedTuple):
    """A kind of thing that waits: what to do about it, the first few, and whether there are more."""

    name: str
    label: Any
    hint: Any
    tone: str
    url: str
    rows: list[Row]
    more: bool


def _task(
    name: str, label: Any, hint: Any, found: Iterable[Any], page: str, row: Callable[[Any], Row], tone: str = "info"
) -> Task:
    objects = list(found[: SHOWN + 1])  # type: ignore[index]
    rows = [row(one) for one in objects[:SHOWN]]
    return Task(name, label, hint, tone, reverse(page), rows, len(objects) > SHOWN)


def _day(moment: Any) -> str:
    return date_format(localtime(moment), "Y-m-d") if moment else ""


def _editing(page: str) -> Callable[[Any], Row]:
    return lambda one: Row(one.title or one.code, reverse(page, args=[one.pk]), one.code)


def _ending(page: str, field: str) -> Callable[[Any], Row]:
    def row(one: Any) -> Row:
        detail = _("%(code)s · until %(day)s") % {"code": one.code, "day": _day(getattr(one, field))}
        return Row(one.title, reverse(page, args=[one.pk]), detail)

    return row


def _invitation(consent: Consent) -> Row:
    demand = consent.demand
    detail = _("%(code)s · answer until %(day)s") % {"code": demand.code, "day": _day(consent.answer_by)}
    return Row(demand.title, reverse("pool_detail", args=[demand.pk]), detail)


def _interest(interest: Interest) -> Row:
    call = interest.call
    return Row(call.title, reverse("call_detail", args=[call.pk]), f"{call.code} · {interest.organisation}")


def _suggested(suggestion: Suggestion) -> Row:
    kind = "need" if suggestion.need_id else "demand" if suggestion.demand_id else "call"
    page = {"need": "need_detail", "demand": "pool_detail", "call": "call_detail"}[kind]
    asking = getattr(suggestion, kind)
    detail = _("%(code)s · for %(capability)s") % {"code": asking.code, "capability": suggestion.capability.title}
    return Row(asking.title, reverse(page, args=[asking.pk]), detail)


def demand_side(actor: Actor) -> list[Task]:
    """Return what waits on the side of needs, the most urgent first; tasks without rows are left out."""
    mine = Need.objects.of(actor).order_by("-updated_at")
    invited = Consent.objects.filter(
        organisation__in=actor.organisation_ids, state="invited", core_version=F("demand__core_version")
    ).exclude(demand__status__in=["drafted", "split", "dissolved"])
    ending = Q(status="expired") | Q(status="published", expires_at__lte=DatabaseClock() + SOON)
    behind = DemandMember.objects.consented().filter(need__owner__in=actor.organisation_ids)
    answered = Interest.objects.filter(
        Q(call__need__owner__in=actor.organisation_ids) | Q(call__demand__in=behind.values("demand")),
        state="declared",
        call__status="open",
    )
    return _with_rows(
        _task(
            "invitations",
            gettext_lazy("You are asked for consent"),
            gettext_lazy("Read the common core, then accept, accept with a reservation, or decline."),
            invited.select_related("demand").order_by("answer_by", "pk"),
            "my_pools",
            _invitation,
            "warn",
        ),
        _task(
            "returned-needs",
            gettext_lazy("Returned needs"),
            gettext_lazy("Read the reasons beside each field, improve it and submit it again."),
            mine.filter(status="returned"),
            "my_needs",
            _editing("need_edit"),
            "warn",
        ),
        _task(
            "ending-needs",
            gettext_lazy("Needs that end soon"),
            gettext_lazy("Renew what you still need; what has ended is not suggested any more."),
            mine.filter(ending).order_by("expires_at", "pk"),
            "my_needs",
            _ending("need_detail", "expires_at"),
            "warn",
        ),
        _task(
            "answered-calls",
            gettext_lazy("Suppliers interested in your calls"),
            gettext_lazy("See who declared interest."),
            answered.select_related("call", "organisation").order_by("-declared_at", "pk"),
            "my_needs",
            _interest,
        ),
        _task(
            "draft-needs",
            gettext_lazy("Drafts of needs"),
            gettext_lazy("Complete and submit them; nobody else sees a draft."),
            mine.filter(status="draft"),
            "my_needs",
            _editing("need_edit"),
            "neutral",
        ),
    )


def supply_side(actor: Actor) -> list[Task]:
    """Return what waits on the side of capabilities, the most urgent first; tasks without rows are left out."""
    mine = Capability.objects.of(actor).order_by("-updated_at")
    new = Suggestion.objects.for_supplier(actor).filter(state="open", failed_gates=[]).for_page().order_by("-score")
    ending = Q(status="expired") | Q(status="published", valid_until__lte=DatabaseClock() + SOON)
    declared = Interest.objects.filter(organisation__in=actor.organisation_ids, state="declared", call__status="open")
    drafted = Response.objects.to_seal(actor)
    # Whoever has said so already, or is writing, is not asked to declare interest once more.
    fitting = new.exclude(call__in=declared.values("call")).exclude(call__in=drafted.values("call"))
    return _with_rows(
        *_response_tasks(actor),
        _task(
            "returned-capabilities",
            gettext_lazy("Returned capabilities"),
            gettext_lazy("Read the reasons, improve it and submit it again."),
            mine.filter(status="returned"),
            "my_capabilities",
            _editing("capability_edit"),
            "warn",
        ),
        _task(
            "suggested-calls",
            gettext_lazy("Open calls that fit you"),
            gettext_lazy("Declare interest before they close."),
            fitting.filter(call__isnull=False).order_by("call__closes_at", "pk"),
            "my_suggestions",
            _suggested,
            "good",
        ),
        _task(
            "suggested",
            gettext_lazy("New needs and pools that fit you"),
            gettext_lazy("Shortlist, note a contact, or say why not."),
            _once_each(new.filter(call__isnull=True)[:LOOKED_AT]),
            "my_suggestions",
            _suggested,
            "good",
        ),
        _task(
            "ending-capabilities",
            gettext_lazy("Capabilities that end soon"),
            gettext_lazy("Renew what you still offer."),
            mine.filter(ending).order_by("valid_until", "pk"),
            "my_capabilities",
            _ending("capability_detail", "valid_until"),
            "warn",
        ),
        _task(
            "interests",
            gettext_lazy("Where you declared interest"),
            gettext_lazy("The call's owners see it; you can take it back while the call is open."),
            declared.select_related("call", "organisation").order_by("call__closes_at", "pk"),
            "call_list",
            _interest,
        ),
        _capability_drafts(mine),
    )


def _response(page: str) -> Callable[[Response], Row]:
    def row(response: Response) -> Row:
        detail = _("%(code)s · until %(day)s") % {"code": response.call.code, "day": _day(response.call.closes_at)}
        return Row(response.call.title, reverse(page, args=[response.pk]), detail)

    return row


def _response_tasks(actor: Actor) -> list[Task]:
    return [
        _task(
            "responses-to-confirm",
            gettext_lazy("Responses that count only once you confirm them"),
            gettext_lazy("An addendum changed the call. Read it, then confirm your response or replace it."),
            Response.objects.to_confirm(actor).select_related("call"),
            "my_responses",
            _response("response_detail"),
            "bad",
        ),
        _task(
            "draft-responses",
            gettext_lazy("Responses you have not sealed"),
            gettext_lazy("Complete and seal them before the close; a draft does not count."),
            Response.objects.to_seal(actor).select_related("call"),
            "my_responses",
            _response("response_edit"),
            "warn",
        ),
    ]


def _capability_drafts(mine: Any) -> Task:
    return _task(
        "draft-capabilities",
        gettext_lazy("Drafts of capabilities"),
        gettext_lazy("Complete and submit them; nobody else sees a draft."),
        mine.filter(status="draft"),
        "my_capabilities",
        _editing("capability_edit"),
        "neutral",
    )


def _once_each(rows: Iterable[Suggestion]) -> list[Suggestion]:
    """Return the best suggestion of each need and pool: several capabilities may fit the same one."""
    best: dict[Any, Suggestion] = {}
    for row in rows:
        best.setdefault(row.need_id or row.demand_id, row)
    return list(best.values())


def _project(engagement: Engagement) -> Row:
    return Row(engagement.title, reverse("engagement_detail", args=[engagement.pk]), engagement.code)


def _decision(decision: GateDecision) -> Row:
    gate = decision.gate
    detail = f"{gate.engagement.code} · {gate.get_stage_display()} · {decision.get_verdict_display()}"
    return Row(gate.engagement.title, reverse("decision_detail", args=[decision.pk]), detail)


def _element(entry: LedgerEntry) -> Row:
    detail = _("%(code)s · until %(day)s") % {"code": entry.engagement.code, "day": f"{entry.due_on:%Y-%m-%d}"}
    return Row(entry.what, reverse("engagement_elements", args=[entry.engagement_id]), detail)


def _rollout(rollout: Rollout) -> Row:
    return Row(rollout.need.title, reverse("rollout_detail", args=[rollout.pk]), rollout.engagement.code)


def project_side(actor: Actor) -> list[Task]:
    """Return what waits for the parties of projects, the most urgent first; tasks without rows are left out."""
    mine = actor.organisation_ids
    return _with_rows(
        _task(
            "agreements",
            gettext_lazy("You are asked to agree to a project"),
            gettext_lazy("Read by what it is to be measured, then agree or decline."),
            Engagement.objects.awaiting_confirmation(actor).order_by("created_at", "pk"),
            "my_engagements",
            _project,
            "warn",
        ),
        _task(
            "statements",
            gettext_lazy("You are to be heard before a project is stopped"),
            gettext_lazy("State your side before the time is over."),
            GateDecision.objects.awaiting_statement(mine),
            "my_engagements",
            _decision,
            "bad",
        ),
        _task(
            "gate-decisions",
            gettext_lazy("Decisions that wait for your confirmation"),
            gettext_lazy("Read what follows from each, then confirm it or have it taken back."),
            GateDecision.objects.awaiting_party(mine),
            "my_engagements",
            _decision,
            "warn",
        ),
        *_ledger_tasks(mine),
        _task(
            "rollouts",
            gettext_lazy("Do you take over what has landed?"),
            gettext_lazy("Answer for your own need; silence commits you to nothing."),
            Rollout.objects.awaiting_answer(mine),
            "my_engagements",
            _rollout,
        ),
    )


def _ledger_tasks(mine: frozenset[Any]) -> list[Task]:
    return [
        _task(
            "deliveries-to-confirm",
            gettext_lazy("Deliveries that wait for your confirmation"),
            gettext_lazy("Confirm what has come; say so where it has not."),
            LedgerEntry.objects.awaiting_receiver(mine),
            "my_engagements",
            _element,
            "warn",
        ),
        _task(
            "promises-due",
            gettext_lazy("What you promised to projects"),
            gettext_lazy("Deliver it by its day; what is past it is late."),
            LedgerEntry.objects.awaiting_giver(mine),
            "my_engagements",
            _element,
        ),
    ]


def _with_rows(*tasks: Task) -> list[Task]:
    return [task for task in tasks if task.rows]
