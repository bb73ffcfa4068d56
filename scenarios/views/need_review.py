"""What staff read before they decide on a need: its public face, findings, risk, likeness, earlier decisions."""

from typing import Any

from scenarios.actions.needs import public_content
from scenarios.actor import Actor
from scenarios.audiences import NEED_FIELDS, Audience, visible_fields
from scenarios.facts import Fact, indicator_text, label_of, need_facts
from scenarios.likeness import like_needs
from scenarios.models import Event, ModerationDecision, Need
from scenarios.precision import PrecisionReport
from scenarios.revisions import Change, revisions
from scenarios.risk import QUESTIONS, derive_tier, reason_labels
from scenarios.staff_forms import ReasonsForm

PUBLIC = visible_fields(NEED_FIELDS, Audience.PUBLIC)
FOR_STAFF = visible_fields(NEED_FIELDS, Audience.STAFF) - PUBLIC


def public_facts(need: Need) -> list[Fact]:
    """Return what anyone may read of a need."""
    return need_facts(need, PUBLIC)


def indicators_of(need: Need) -> list[str]:
    """Return the need's indicators, one line each; the need comes from `for_page`."""
    return [indicator_text(vars(row)) for row in need.indicators.all()]


def review_context(need: Need, actor: Actor, form: ReasonsForm) -> dict[str, Any]:
    """Return everything a moderator reads before the decision; each fact comes with its field for a reason."""
    decisions = _decisions(need)
    earlier = next((row for row in decisions if row.verdict == "return"), None)
    before = earlier.reasons if earlier else {}
    report = PrecisionReport.from_json(need.precision_report) if need.precision_report else None
    return {
        "need": need,
        "form": form,
        "facts": [(fact, form[fact.name], before.get(fact.name)) for fact in public_facts(need)],
        "staff_facts": [(fact, form[fact.name], before.get(fact.name)) for fact in need_facts(need, FOR_STAFF)],
        "indicators": indicators_of(need),
        "indicators_reason": form["indicators"],
        "indicators_before": before.get("indicators"),
        "report": report,
        "risk": risk_of(need),
        "like": like_needs(need, actor=actor),
        "decisions": decisions,
        "changes": changes_since_publication(need),
        "changed_since": _changed_since(need, earlier),
    }


def risk_of(need: Need) -> dict[str, Any]:
    """Return why the need has its tier, and the questions its owner answered with yes."""
    asked = {name: bool(need.risk_answers.get(name)) for name in QUESTIONS}
    reasons = derive_tier(need.risk_answers, data_class=need.data_class).reasons
    return {"reasons": reason_labels(reasons), "yes": [QUESTIONS[name] for name, answer in asked.items() if answer]}


def _decisions(need: Need) -> list[ModerationDecision]:
    """Return the latest ten decisions, newest first; their reasons are put under the fields' labels."""
    found = ModerationDecision.objects.filter(subject_type="need", subject_id=need.pk).select_related("account")
    rows = list(found[:10])
    for row in rows:
        row.labelled = [(reason_label(name), text) for name, text in row.reasons.items()]  # type: ignore[attr-defined]
    return rows


def reason_label(name: str) -> str:
    """Return what a field with a reason is called; a field of an earlier version keeps its name."""
    return label_of(Need, name) if name in NEED_FIELDS else str(ReasonsForm.base_fields["general"].label)


def changes_since_publication(need: Need) -> list[Change]:
    """Return each public field that differs from the last published version, with what it said."""
    last = need.versions.first()
    return revisions([(last.content, public_content(need))], inside=True)[0] if last else []


def _changed_since(need: Need, decision: ModerationDecision | None) -> list[str]:
    """Return the labels of the fields that the owner saved after the decision."""
    if decision is None:
        return []
    saved = Event.objects.about("need", need.pk).filter(kind="need.saved", at__gt=decision.created_at)
    names = {name for changed in saved.values_list("changed", flat=True) for name in changed}
    return [
        label_of(Need, name.removesuffix("_id")) for name in sorted(names) if name.removesuffix("_id") in NEED_FIELDS
    ]
