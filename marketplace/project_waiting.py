"""What waits for the parties of projects, kind by kind, beside what marketplace.waiting knows of needs and supply."""

from typing import Any

from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.engagement_choices import GateVerdict, Stage
from marketplace.models import Engagement, Gate, GateDecision, LedgerEntry, Rollout
from marketplace.waiting_rows import Found, Kind, by_code, columns_of, until
from scenarios.actor import Actor


def _verdict(one: Found) -> str:
    return f"{one.code} · {Stage(one.one).label} · {GateVerdict(one.other).label}"


def _stage(one: Found) -> str:
    values = {"code": one.code, "stage": Stage(one.one).label, "day": one.day or ""}
    return _("%(code)s · %(stage)s · until %(day)s") % values


def project_side(actor: Actor) -> list[Kind]:
    """Return what may wait for the parties of projects, the most urgent first."""
    mine = actor.organisation_ids
    return [
        Kind(
            "agreements",
            gettext_lazy("You are asked to agree to a project"),
            gettext_lazy("Read by what it is to be measured, then agree or decline."),
            "my_engagements",
            Engagement.objects.awaiting_confirmation(actor).order_by("created_at", "pk"),
            {"page": "engagement_detail"},
            by_code,
            "warn",
        ),
        *_decision_kinds(mine),
        *_proof_kinds(mine),
        *_ledger_kinds(mine),
        Kind(
            "rollouts",
            gettext_lazy("Do you take over what has landed?"),
            gettext_lazy("Answer for your own need; silence commits you to nothing."),
            "my_engagements",
            Rollout.objects.awaiting_answer(mine),
            columns_of("need", page="rollout_detail", code="engagement__code"),
            by_code,
        ),
    ]


def _decision_kinds(mine: frozenset[Any]) -> list[Kind]:
    shown = columns_of("gate__engagement", page="decision_detail", one="gate__stage", other="verdict")
    return [
        Kind(
            "statements",
            gettext_lazy("You are to be heard before a project is stopped"),
            gettext_lazy("State your side before the time is over."),
            "my_engagements",
            GateDecision.objects.awaiting_statement(mine),
            {**shown, "day": TruncDate("heard_by")},
            _verdict,
            "bad",
        ),
        Kind(
            "gate-decisions",
            gettext_lazy("Decisions that wait for your confirmation"),
            gettext_lazy("Read what follows from each, then confirm it or have it taken back."),
            "my_engagements",
            GateDecision.objects.awaiting_party(mine),
            shown,
            _verdict,
            "warn",
        ),
    ]


def _proof_kinds(mine: frozenset[Any]) -> list[Kind]:
    gate = columns_of("engagement", page="gate_detail", one="stage", day="ends_on")
    return [
        Kind(
            "gates-ending",
            gettext_lazy("Gates that end soon"),
            gettext_lazy("Measure what the round has reached; an owner then proposes the decision."),
            "my_engagements",
            Gate.objects.ending(mine),
            gate,
            _stage,
            "warn",
        ),
        Kind(
            "acceptances",
            gettext_lazy("Projects that wait for your acceptance"),
            gettext_lazy("Every gate is passed. Read what was measured of your indicators, then accept."),
            "my_engagements",
            Engagement.objects.to_accept(mine).order_by("updated_at", "pk"),
            {"page": "engagement_acceptance"},
            by_code,
            "warn",
        ),
    ]


def _ledger_kinds(mine: frozenset[Any]) -> list[Kind]:
    what = {"title_zh": "what", "title_en": "what", "code": "engagement__code", "day": "due_on"}
    shown = {**what, "page": "engagement_elements", "object": "engagement"}
    return [
        Kind(
            "deliveries-to-confirm",
            gettext_lazy("Deliveries that wait for your confirmation"),
            gettext_lazy("Confirm what has come; say so where it has not."),
            "my_engagements",
            LedgerEntry.objects.awaiting_receiver(mine),
            shown,
            until,
            "warn",
        ),
        Kind(
            "promises-due",
            gettext_lazy("What you promised to projects"),
            gettext_lazy("Deliver it by its day; what is past it is late."),
            "my_engagements",
            LedgerEntry.objects.awaiting_giver(mine),
            shown,
            until,
        ),
    ]
