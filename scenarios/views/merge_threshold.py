"""The manager's choice of the merge threshold: a curve, a table, and which proposals would appear or vanish."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.thresholds import ask_for_preview, choose_threshold
from scenarios.errors import Conflict, Invalid
from scenarios.merge_threshold import HIGHEST, LOWEST
from scenarios.reliability import reliability_of
from scenarios.threshold_choice import Choice, Point, threshold_choice
from scenarios.views.parts import actor_of

WIDTH, HEIGHT, LEFT, TOP = 600, 220, 44, 16


class ThresholdForm(forms.Form):
    """A threshold, and the one that the manager saw as the present one."""

    threshold = forms.FloatField(min_value=0, max_value=1)
    present = forms.FloatField(min_value=0, max_value=1)


@access("manager")
def merge_threshold(request: HttpRequest) -> HttpResponse:
    """Show what each threshold would propose, and compare the one in the address with the one that holds."""
    form = ThresholdForm({"threshold": request.GET.get("threshold", ""), "present": "0"})
    return _page(request, form.cleaned_data["threshold"] if form.is_valid() else None)


def _page(request: HttpRequest, wanted: float | None, *, status: int = 200, refusal: Any = "") -> HttpResponse:
    choice = threshold_choice(wanted)
    plot = reliability_of(choice.reliability) if choice.reliability else None
    context = {"choice": choice, "curve": curve_of(choice), "plot": plot, "refusal": refusal}
    return render(request, "scenarios/staff/merge_threshold.html", context, status=status)


def curve_of(choice: Choice) -> dict[str, Any]:
    """Return the curve as places in a picture of WIDTH × HEIGHT: expected precision, recall, proposals."""
    most = max((point.proposals for point in choice.points), default=0) or 1
    lines: dict[str, list[tuple[Point, float | None]]] = {
        "precision": [(point, point.precision) for point in choice.points],
        "recall": [(point, point.recall) for point in choice.points],
        "proposals": [(point, point.proposals / most) for point in choice.points],
    }
    return {
        **{name: " ".join(_place(*pair) for pair in line if pair[1] is not None) for name, line in lines.items()},
        "present": _x(choice.present),
        "chosen": _x(choice.chosen),
        "most": most,
        "ticks": [(_x(tick), f"{tick:.2f}") for tick in (0.1, 0.2, 0.3, 0.4, 0.5)],
        "levels": [(_y(level), f"{level:.0%}") for level in (0.0, 0.5, 1.0)],
    }


def _place(point: Point, share: float | None) -> str:
    return f"{_x(point.threshold)},{_y(share or 0.0)}"


def _x(threshold: float) -> float:
    part = (threshold - LOWEST) / (HIGHEST - LOWEST)
    return round(LEFT + min(max(part, 0.0), 1.0) * (WIDTH - LEFT - TOP), 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * (HEIGHT - 2 * TOP - 12), 1)


@access("manager")
@require_POST
def choose_merge_threshold(request: HttpRequest) -> HttpResponse:
    """Have another threshold hold; all needs are looked at again."""
    form = ThresholdForm(request.POST)
    if not form.is_valid():
        return _page(request, None, status=422, refusal=_("Choose a threshold from the table."))
    value, present = form.cleaned_data["threshold"], form.cleaned_data["present"]
    try:
        choose_threshold(actor=actor_of(request), value=value, present=present)
    except Invalid as error:
        return _page(request, value, status=422, refusal=error.fields["threshold"][0])
    except Conflict as error:
        return _page(request, value, status=409, refusal=error.message)
    text = _("From %(value)s on, needs are proposed now. Workers look at all of them again.") % {"value": f"{value:g}"}
    messages.success(request, text)
    return redirect("merge_threshold")


@access("manager")
@require_POST
def preview_merge_threshold(request: HttpRequest) -> HttpResponse:
    """Have a worker reckon the preview anew."""
    ask_for_preview(actor=actor_of(request))
    messages.success(request, _("A worker reckons the preview anew. Reload this page in a few seconds."))
    return redirect("merge_threshold")
