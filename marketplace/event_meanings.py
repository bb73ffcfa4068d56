"""What the details of events of organisations, capabilities, selections and projects are about."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.choices import (
    Clause,
    CopyKind,
    Declaration,
    FailureCode,
    MemberRole,
    Outcome,
    ResponseStepKind,
    StaffRoleName,
)
from marketplace.engagement_choices import Element, GateVerdict, Stage
from marketplace.imports.report import LABELS
from marketplace.models import (
    Account,
    Capability,
    Engagement,
    EngagementIndicator,
    Gate,
    ImportKind,
    Lesson,
    Organisation,
    ReviewSeat,
    SavedSearch,
)
from marketplace.sandbox_choices import Severity
from scenarios.choices import Subject
from scenarios.event_meanings import Meaning, Source, as_share, as_time, label_in

MEANINGS: dict[str, Meaning] = {
    "account": Meaning(_("Account"), subject=Subject.ACCOUNT),
    "account.appointed.role": Meaning(_("Role"), label_in(StaffRoleName)),
    "clause": Meaning(_("Ground"), label_in(Clause)),
    "code": Meaning(_("Ground"), label_in(FailureCode)),
    "copied": Meaning(_("Finding"), label_in(CopyKind)),
    "declaration": Meaning(_("Declaration"), label_in(Declaration)),
    "element": Meaning(_("Contribution"), label_in(Element)),
    "hits": Meaning(_("Hits")),
    "holds": Meaning(_("What the file holds"), label_in(ImportKind)),
    "incident": Meaning(_("Number of the incident")),
    "indicator": Meaning(_("Indicator"), subject="indicator"),
    "invitation": Meaning(_("Invitation")),
    "judgements": Meaning(_("Judgements")),
    "lesson": Meaning(_("Lesson"), subject="lesson"),
    "lots": Meaning(_("Lots")),
    "met": Meaning(_("Criteria met")),
    "needs": Meaning(_("Needs")),
    "note": Meaning(_("Note to the parties")),
    "objection": Meaning(_("Objection")),
    "overlap": Meaning(_("Overlap"), as_share),
    "response": Meaning(_("Response")),
    "responses": Meaning(_("Responses")),
    "role": Meaning(_("Role"), label_in(MemberRole)),
    "roles": Meaning(_("Roles"), label_in(StaffRoleName)),
    "round": Meaning(pgettext_lazy("of a gate or a notice", "Round")),
    "seat": Meaning(_("Reviewer"), subject="seat"),
    "selection.number": Meaning(_("Number of the response")),
    "severity": Meaning(_("Severity"), label_in(Severity)),
    "stage": Meaning(pgettext_lazy("of a project", "Stage"), label_in(Stage)),
    "step": Meaning(pgettext_lazy("of a response", "Step"), label_in(ResponseStepKind)),
    "taken_at": Meaning(_("Time"), as_time),
    "tokens": Meaning(_("Tokens")),
    "verdict": Meaning(_("Verdict"), label_in(GateVerdict)),
    **{f"selection.awarded.{value}": Meaning(label) for value, label in Outcome.choices},
    **{f"account.import_finished.{outcome}": Meaning(label) for outcome, label in LABELS.items()},
}

SOURCES: dict[str, Source] = {
    Subject.ACCOUNT: Source(lambda _actor: Account.objects.all(), code="", zh="name", en="name", is_id=str.isdecimal),
    Subject.CAPABILITY: Source(Capability.objects.visible_to, "capability_detail"),
    Subject.ENGAGEMENT: Source(Engagement.objects.visible_to, "engagement_detail"),
    Subject.ORGANISATION: Source(
        Organisation.objects.visible_to, "organisation_detail", code="", zh="name_zh", en="name_en"
    ),
    "indicator": Source(
        lambda _actor: EngagementIndicator.objects.all(), code="", zh="metric", en="metric", key="indicator"
    ),
    "lesson": Source(lambda _actor: Lesson.objects.all(), "lesson_detail", code="", zh="title", en="title"),
    "seat": Source(lambda _actor: ReviewSeat.objects.all(), code="", zh="account__name", en="account__name"),
}

FIELDS: dict[str, tuple[type[Model], ...]] = {
    Subject.ACCOUNT: (Account,),
    Subject.CAPABILITY: (Capability,),
    Subject.ENGAGEMENT: (Gate, Engagement),
    Subject.ORGANISATION: (Organisation,),
    Subject.SEARCH: (SavedSearch,),
}

FIELD_LABELS: dict[str, Any] = {
    "evidence": _("Evidence"),
    "price_tiers": _("Price tiers"),
    "staff_roles": _("Roles"),
}
