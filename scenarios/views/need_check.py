"""Looking a need over before it is submitted: every answer in words, what is missing or vague first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from scenarios.access import access
from scenarios.actions.needs import EDITABLE, missing_for_submission
from scenarios.audiences import NEED_FIELDS, Audience
from scenarios.content import need_draft
from scenarios.facts import label_of, text_of_field
from scenarios.models import Need, VaguePhrase
from scenarios.precision import Finding, PrecisionReport, Severity, check
from scenarios.risk import QUESTIONS
from scenarios.shown_need import stored_indicators
from scenarios.views.drafting import ONLY_DRAFTS, own_need
from scenarios.views.drafting_form import (
    ANCHORS,
    NO_ANSWER,
    RETURNED_AS,
    SECTIONS,
    Drafting,
    Section,
    joined_pool,
    stored,
)
from scenarios.views.parts import actor_of

# What the check or a refusal calls a field → what the form calls it.
ASKED_AS = {
    **{anchor.removeprefix("id_"): name for name, anchor in ANCHORS.items()},
    **RETURNED_AS,
    "quantity_unit": "quantity",
}
# What the table of audiences calls a field, where the form calls it otherwise.
STORED_AS = {"risk": "risk_answers", "blocked": "blocked_organisations"}
LEFT_OUT = ("owner", "quantity_unit")
"""Who posts it cannot be changed here; the unit stands beside its number."""


class Answer(NamedTuple):
    """An answer in words, with what was found in it. is_wanted : nothing is submitted before it is put right."""

    name: str
    label: str
    text: str
    anchor: str
    is_public: bool
    is_wanted: bool
    findings: list[Finding]

    @property
    def quotes(self) -> list[str]:
        """The words that tell a wish, as they stand in the answer."""
        return [quote for finding in self.findings if finding.code == "vague" for quote in finding.quotes]

    @property
    def urgency(self) -> int:
        """0 for what must change, 1 for a warning, 2 for a hint."""
        if self.is_wanted:
            return 0
        return 1 if any(finding.severity is not Severity.HINT for finding in self.findings) else 2


class Part(NamedTuple):
    """A part of the form with its answers."""

    section: Section
    answers: list[Answer]


@access("member")
def need_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every answer of a draft with the way to change it, and the button that submits it."""
    actor = actor_of(request)
    need = own_need(actor, pk)
    if need.status not in EDITABLE:
        messages.info(request, str(ONLY_DRAFTS))
        return redirect("need_detail", pk)
    report = check(
        need_draft(need, need.indicators.all()), today=timezone.localdate(), edits=VaguePhrase.objects.edits()
    )
    missing = missing_for_submission(need, report)
    drafting = stored(actor, need)
    parts = list(_parts(need, drafting, report, missing))
    found = [answer for part in parts for answer in part.answers if answer.findings or answer.is_wanted]
    rest = [Part(part.section, [row for row in part.answers if row not in found]) for part in parts]
    context = {
        "need": need,
        "report": report,
        "first": sorted(found, key=lambda answer: answer.urgency),
        "wanted": sum(answer.is_wanted for answer in found),
        "parts": [part for part in rest if part.answers],
        "indicators": stored_indicators(need),
        "sentences": drafting.sentences,
        "pool": joined_pool(actor, need.joins_id),
    }
    return render(request, "scenarios/need_check.html", context)


def _parts(need: Need, drafting: Drafting, report: PrecisionReport, missing: Mapping[str, Any]) -> Iterator[Part]:
    findings: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        findings[ASKED_AS.get(finding.field, finding.field)].append(finding)
    wanted = {ASKED_AS.get(name, name) for name in missing}
    for section in SECTIONS:
        names = [name for group in section.groups for name in group] or [section.id]
        answers = [
            Answer(
                name,
                label_of(Need, name) if name == "indicators" else str(drafting.form.fields[name].label),
                _text(need, name),
                ANCHORS.get(name, f"id_{name}"),
                NEED_FIELDS[STORED_AS.get(name, name)] is Audience.PUBLIC,
                name in wanted,
                findings[name],
            )
            for name in names
            if name not in LEFT_OUT
        ]
        yield Part(section, answers)


def _text(need: Need, name: str) -> str:
    if name == "indicators":
        return ""  # drawn as a table
    if name == "quantity":
        return f"{text_of_field(need, name)} {need.get_quantity_unit_display()}".strip()
    if name == "risk":
        ticked = [str(label) for question, label in QUESTIONS.items() if need.risk_answers.get(question)]
        return "\n".join(ticked) or (str(NO_ANSWER) if need.risk_answers else "")
    if name == "blocked":
        return "\n".join(str(row) for row in need.blocked_organisations.all())
    return text_of_field(need, name)
