"""What helps while a need is typed: how precise it is, what is like it, whom to block. Nothing is saved or indexed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from scenarios import risk
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.content import IndicatorFields, NeedFields, need_draft
from scenarios.drafts import PrecisionError
from scenarios.likeness import like_texts
from scenarios.models import Indicator, Need, VaguePhrase
from scenarios.precision import PrecisionReport, check
from scenarios.views.drafting_form import posted
from scenarios.views.need_parts import parts_of
from scenarios.views.parts import actor_of, limited

# Below this many characters nothing is like anything.
SHORTEST = 4
STEPS = (risk.PUBLISH_NEED, risk.OPEN_CALL, risk.START_PILOT)


@require_POST
@access("member")
@limited
def precision_panel(request: HttpRequest) -> HttpResponse:
    """How precise the need is as it is typed, which of its parts are complete, and its indicators in words."""
    drafting = posted(actor_of(request), request.POST)
    drafting.form.full_clean()
    drafting.indicators.full_clean()
    context = precision_context(drafting.form.values, drafting.indicators.rows)
    context |= {"parts": parts_of(context["report"]), "sentences": drafting.sentences}
    return render(request, "scenarios/parts/precision_answer.html", context)


def precision_context(fields: NeedFields, rows: Sequence[IndicatorFields]) -> dict[str, Any]:
    """Return the report on unsaved values, with the risk tier that follows and what it demands."""
    need = Need(**fields)
    indicators = [Indicator(**{name: value for name, value in row.items() if name != "id"}) for row in rows]
    try:
        report = check(need_draft(need, indicators), today=timezone.localdate(), edits=VaguePhrase.objects.edits())
    except PrecisionError:
        return {"report": None}
    return {"report": report, **_risk(fields)}


def report_context(need: Need) -> dict[str, Any]:
    """Return the report that was stored with a need, with its risk tier."""
    report = PrecisionReport.from_json(need.precision_report) if need.precision_report else None
    return {"report": report, **_risk({"risk_answers": need.risk_answers, "data_class": need.data_class})}


def _risk(fields: NeedFields) -> dict[str, Any]:
    answers = fields.get("risk_answers") or {}
    if not answers:
        return {"tier": ""}
    result = risk.derive_tier(answers, data_class=fields.get("data_class", ""))
    wanted = [(step, risk.demands(result.tier, before=step, reasons=result.reasons)) for step in STEPS]
    return {
        "tier": result.tier,
        "tier_reasons": risk.reason_labels(result.reasons),
        "tier_demands": [(step, rows) for step, rows in wanted if rows],
    }


@require_POST
@access("member")
@limited
def like_needs_panel(request: HttpRequest) -> HttpResponse:
    """Up to five published needs like the one in the form."""
    title = f"{request.POST.get('title_zh', '')} {request.POST.get('title_en', '')}".strip()
    body = "\n".join(
        request.POST.get(name, "") for name in ("problem", "users_and_site", "current_process", "boundary_in")
    )
    context = like_context(actor_of(request), title, body)
    return render(request, "scenarios/parts/like_needs.html", context)


def like_context(actor: Actor, title: str, body: str, *, leave_out: UUID | None = None) -> dict[str, Any]:
    """Return the like needs that the actor may read; ``has_index`` is False before the first build."""
    found = like_texts(title, body, actor=actor, leave_out=leave_out)
    if found is None:
        return {"has_index": False, "like": []}
    if len(title) + len(body.strip()) < SHORTEST:
        return {"has_index": True, "like": [], "is_short": True}
    return {"has_index": True, "like": found}


@require_POST
@access("member")
@limited
def blocked_panel(request: HttpRequest) -> HttpResponse:
    """The organisations that are ticked in the form, and those that bear the name looked for."""
    form = posted(actor_of(request), request.POST).form
    form.list_blocked()
    return render(request, "scenarios/parts/blocked_choices.html", {"form": form})
