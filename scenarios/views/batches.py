"""One move on several objects: what it would do to each, the question, what came of it, and the way back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.batches import Asked, BatchKind, described, make_batch, rehearse, undo_batch
from scenarios.actor import Actor
from scenarios.batch_kinds import all_kinds, kind_of
from scenarios.choices import BatchRowState
from scenarios.errors import Invalid
from scenarios.forms import new_key
from scenarios.models import Batch
from scenarios.policies import one_of, require_role
from scenarios.staff_forms import SharedReasonForm
from scenarios.views.parts import actor_of, page_of
from scenarios.views.staff_parts import address, ids_of, show_errors

DECIDING = ("moderator", "publisher", "manager")


def asked_for(request: HttpRequest) -> list[Asked]:
    """Return the posted rows: ``<id> <what was read of it>``."""
    pairs = [text.partition(" ") for text in request.POST.getlist("row")]
    return [Asked(key, seen[:64]) for pk, _space, seen in pairs for key in ids_of([pk])]


@access(*DECIDING)
def batch_of(request: HttpRequest, kind: str) -> HttpResponse:
    """Show what the move would do to each of the chosen rows; a post makes it and shows what came of it."""
    actor, chosen = actor_of(request), kind_of(kind)
    require_role(actor, chosen.role)
    if request.method != "POST":
        return _preview(request, actor, chosen, ids_of(request.GET.getlist("row")), SharedReasonForm())
    asked, form = asked_for(request), SharedReasonForm(request.POST)
    form.full_clean()
    try:
        batch = make_batch(
            actor=actor,
            kind=chosen,
            asked=asked,
            reason=request.POST.get("reason", ""),
            key=request.POST.get("key", ""),
        )
    except Invalid as error:
        show_errors(form, error)
        return _preview(request, actor, chosen, [one.pk for one in asked], form, status=422)
    return redirect("batch_report", batch.pk)


def _preview(
    request: HttpRequest, actor: Actor, kind: BatchKind, ids: list[UUID], form: SharedReasonForm, *, status: int = 200
) -> HttpResponse:
    rows = described(actor=actor, kind=kind, ids=ids)
    if not rows:
        messages.warning(request, _("Choose at least one row."))
        return redirect(kind.page)
    forecasts = rehearse(actor=actor, kind=kind, rows=rows)
    context = {
        "kind": kind,
        "forecasts": [{"one": one, "url": address(kind.part, one.row.pk)} for one in forecasts],
        "ready": [one.row for one in forecasts if not one.refusal],
        "refused": sum(1 for one in forecasts if one.refusal),
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "back": address(kind.page),
    }
    return render(request, "scenarios/staff/batch_preview.html", context, status=status)


@access(*DECIDING)
def batch_list(request: HttpRequest) -> HttpResponse:
    """List what the reader decided on several at once, the last first."""
    page = page_of(request, Batch.objects.filter(account=actor_of(request).account_id).prefetch_related("rows"))
    labels = {kind.name: kind.label for kind in all_kinds()}
    rows = [{"batch": batch, "label": labels.get(batch.kind, batch.kind), **_counts(batch)} for batch in page]
    return render(request, "scenarios/staff/batch_list.html", {"page": page, "rows": rows})


@access(*DECIDING)
def batch_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what came of each row, and the way back where there is one."""
    actor = actor_of(request)
    batch = one_of(Batch.objects.filter(account=actor.account_id).prefetch_related("rows"), pk)
    kind = kind_of(batch.kind)
    counts = _counts(batch)
    context = {
        "batch": batch,
        "kind": kind,
        "rows": [{"row": row, "url": address(kind.part, row.subject_id)} for row in batch.rows.all()],
        "can_undo": kind.undo is not None and counts["done"] > 0,
        "back": address(kind.page),
        **counts,
    }
    return render(request, "scenarios/staff/batch_report.html", context)


def _counts(batch: Batch) -> dict[str, Any]:
    states = [row.state for row in batch.rows.all()]
    return {"total": len(states), **{state: states.count(state) for state in BatchRowState.values}}


@access(*DECIDING)
@require_POST
def batch_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a batch back."""
    actor = actor_of(request)
    batch = one_of(Batch.objects.filter(account=actor.account_id), pk)
    undo_batch(actor=actor, kind=kind_of(batch.kind), batch_id=pk)
    return redirect("batch_report", pk)
