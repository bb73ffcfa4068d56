"""What waits for the members of an organisation, and what they can do next, kind by kind; read in one query."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.models import (
    Capability,
    Response,
    Selection,
    Suggestion,
)
from marketplace.waiting_rows import Found, Kind, by_code, columns_of, in_language, until
from marketplace.working_days import last_day
from scenarios.actor import Actor
from scenarios.models import Call, Consent, Interest, Need
from scenarios.querysets import DatabaseClock

LOOKED_AT = 50
SOON = timedelta(days=14)


def _answer_until(one: Found) -> str:
    return _("%(code)s · answer until %(day)s") % {"code": one.code, "day": one.day or ""}


def _by(one: Found) -> str:
    return f"{one.code} · {in_language(one.one, one.other)}"


def _for(one: Found) -> str:
    return _("%(code)s · for %(capability)s") % {"code": one.code, "capability": in_language(one.one, one.other)}


def _interest(name: str, label: Any, hint: Any, page: str, rows: Any) -> Kind:
    shown = columns_of(
        "call", page="call_detail", object="call", one="organisation__name_zh", other="organisation__name_en"
    )
    return Kind(name, label, hint, page, rows, shown, _by)


def demand_side(actor: Actor) -> list[Kind]:
    """Return what may wait on the side of needs, the most urgent first."""
    returned, ending, drafts = _need_kinds(actor)
    return [
        _invitations(actor),
        returned,
        _opened_calls(actor),
        ending,
        _answered_calls(actor),
        _fitting(actor),
        drafts,
    ]


def _invitations(actor: Actor) -> Kind:
    invited = Consent.objects.filter(
        organisation__in=actor.organisation_ids, state="invited", core_version=F("demand__core_version")
    ).exclude(demand__status__in=["drafted", "split", "dissolved"])
    return Kind(
        "invitations",
        gettext_lazy("You are asked for consent"),
        gettext_lazy("Read the common core, then accept, accept with a reservation, or decline."),
        "my_pools",
        invited.order_by("answer_by", "pk"),
        columns_of("demand", page="pool_detail", object="demand", day=TruncDate("answer_by")),
        _answer_until,
        "warn",
    )


def _need_kinds(actor: Actor) -> tuple[Kind, Kind, Kind]:
    """Return the needs that were returned, that end soon, and that are drafts."""
    mine = Need.objects.of(actor).order_by("-updated_at", "pk")
    ending = Q(status="expired") | Q(status="published", expires_at__lte=DatabaseClock() + SOON)
    return (
        Kind(
            "returned-needs",
            gettext_lazy("Returned needs"),
            gettext_lazy("Read the reasons beside each field, improve it and submit it again."),
            "my_needs",
            mine.filter(status="returned"),
            {"page": "need_edit"},
            by_code,
            "warn",
        ),
        Kind(
            "ending-needs",
            gettext_lazy("Needs that end soon"),
            gettext_lazy("Renew what you still need; what has ended is not suggested any more."),
            "my_needs",
            mine.filter(ending).order_by("expires_at", "pk"),
            {"page": "need_detail", "day": TruncDate("expires_at")},
            until,
            "warn",
        ),
        Kind(
            "draft-needs",
            gettext_lazy("Drafts of needs"),
            gettext_lazy("Complete and submit them; nobody else sees a draft."),
            "my_needs",
            mine.filter(status="draft"),
            {"page": "need_edit"},
            by_code,
            "neutral",
        ),
    )


def _opened_calls(actor: Actor) -> Kind:
    """Return the calls whose responses the actor may read and whose result is not public yet."""
    opened = Response.objects.opened()
    rows = Call.objects.of(actor).filter(pk__in=opened.values("call"))
    told = Selection.objects.public().values("call")
    rows = rows.exclude(pk__in=told).exclude(pk__in=opened.of(actor).values("call"))
    return Kind(
        "responses-to-compare",
        gettext_lazy("Responses to your calls are open"),
        gettext_lazy("Read what each promises and at what price, without names, before the result is under notice."),
        "my_needs",
        rows.order_by("key__opened_at", "pk"),
        {"page": "call_responses"},
        by_code,
        "warn",
    )


def _answered_calls(actor: Actor) -> Kind:
    answered = Interest.objects.filter(call__in=Call.objects.of(actor), state="declared", call__status="open")
    return _interest(
        "answered-calls",
        gettext_lazy("Suppliers interested in your calls"),
        gettext_lazy("See who declared interest."),
        "my_needs",
        answered.order_by("-declared_at", "pk"),
    )


def _fitting(actor: Actor) -> Kind:
    return Kind(
        "fitting-capabilities",
        gettext_lazy("Needs of yours that a capability fits"),
        gettext_lazy("Shortlist, note a contact, or say why not."),
        "my_needs",
        Suggestion.objects.for_owner(actor).filter(state="open", failed_gates=[]).order_by("-score", "pk"),
        columns_of(
            "need", page="need_suggestions", object="need", one="capability__title_zh", other="capability__title_en"
        ),
        _by,
        "good",
        once=True,
        looked_at=LOOKED_AT,
    )


def result_side(actor: Actor) -> list[Kind]:
    """Return the public notices against which the actor may say something."""
    return [
        Kind(
            "notices",
            gettext_lazy("Results under public notice to which you may object"),
            gettext_lazy("Read the ranking and its grounds; what you say is answered before the award."),
            "result_list",
            Selection.objects.open_to_objection(actor).order_by("status", "notice_ends_at", "pk"),
            columns_of("call", page="call_result", object="call", day=last_day()),
            until,
        )
    ]


def supply_side(actor: Actor) -> list[Kind]:
    """Return what may wait on the side of capabilities, the most urgent first."""
    mine = Capability.objects.of(actor).order_by("-updated_at", "pk")
    ending = Q(status="expired") | Q(status="published", valid_until__lte=DatabaseClock() + SOON)
    declared = Interest.objects.filter(organisation__in=actor.organisation_ids, state="declared", call__status="open")
    return [
        *_response_kinds(actor),
        Kind(
            "returned-capabilities",
            gettext_lazy("Returned capabilities"),
            gettext_lazy("Read the reasons, improve it and submit it again."),
            "my_capabilities",
            mine.filter(status="returned"),
            {"page": "capability_edit"},
            by_code,
            "warn",
        ),
        *_suggested_kinds(actor),
        Kind(
            "ending-capabilities",
            gettext_lazy("Capabilities that end soon"),
            gettext_lazy("Renew what you still offer."),
            "my_capabilities",
            mine.filter(ending).order_by("valid_until", "pk"),
            {"page": "capability_detail", "day": TruncDate("valid_until")},
            until,
            "warn",
        ),
        _interest(
            "interests",
            gettext_lazy("Where you declared interest"),
            gettext_lazy("The call's owners see it; you can take it back while the call is open."),
            "call_list",
            declared.order_by("call__closes_at", "pk"),
        ),
        Kind(
            "draft-capabilities",
            gettext_lazy("Drafts of capabilities"),
            gettext_lazy("Complete and submit them; nobody else sees a draft."),
            "my_capabilities",
            mine.filter(status="draft"),
            {"page": "capability_edit"},
            by_code,
            "neutral",
        ),
    ]


def _response_kinds(actor: Actor) -> list[Kind]:
    shown = columns_of("call", day=TruncDate("call__closes_at"))
    return [
        Kind(
            "responses-to-confirm",
            gettext_lazy("Responses that count only once you confirm them"),
            gettext_lazy("An addendum changed the call. Read it, then confirm your response or replace it."),
            "my_responses",
            Response.objects.to_confirm(actor),
            {**shown, "page": "response_detail"},
            until,
            "bad",
        ),
        Kind(
            "draft-responses",
            gettext_lazy("Responses you have not sealed"),
            gettext_lazy("Complete and seal them before the close; a draft does not count."),
            "my_responses",
            Response.objects.to_seal(actor),
            {**shown, "page": "response_edit"},
            until,
            "warn",
        ),
    ]


def _suggested_kinds(actor: Actor) -> list[Kind]:
    new = Suggestion.objects.for_supplier(actor).filter(state="open", failed_gates=[])
    # Whoever has said so already, or is writing, is not asked to declare interest once more.
    declared = Interest.objects.filter(organisation__in=actor.organisation_ids, state="declared")
    fitting = new.exclude(call__in=declared.values("call")).exclude(
        call__in=Response.objects.to_seal(actor).values("call")
    )
    capability = {"one": "capability__title_zh", "other": "capability__title_en"}
    page = Case(When(need__isnull=False, then=Value("need_detail")), default=Value("pool_detail"))
    either = {name: Coalesce(f"need__{name}", f"demand__{name}") for name in ("title_zh", "title_en", "code")}
    return [
        Kind(
            "suggested-calls",
            gettext_lazy("Open calls that fit you"),
            gettext_lazy("Declare interest before they close."),
            "my_suggestions",
            fitting.filter(call__isnull=False).order_by("call__closes_at", "pk"),
            columns_of("call", page="call_detail", object="call", day=TruncDate("call__closes_at"), **capability),
            _for,
            "good",
        ),
        Kind(
            "suggested",
            gettext_lazy("New needs and pools that fit you"),
            gettext_lazy("Shortlist, note a contact, or say why not."),
            "my_suggestions",
            new.filter(call__isnull=True).order_by("-score", "pk"),
            {"page": page, "object": Coalesce("need", "demand"), **either, **capability},
            _for,
            "good",
            once=True,
            looked_at=LOOKED_AT,
        ),
    ]
