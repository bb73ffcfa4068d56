"""Recording a measurement from its form, with both values where somebody recorded another one in between."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from marketplace.forms.engagements import MEASURED, MeasurementForm
from marketplace.models import Engagement, EngagementIndicator, Gate, Measurement
from scenarios.errors import Conflict, Invalid
from scenarios.two_versions import compared_again, with_choices


def blank_form(engagement: Engagement, indicators: Iterable[EngagementIndicator] | None = None) -> MeasurementForm:
    """Return the form for whoever has read the values of an engagement as it stands.

    indicators : those of the engagement in their order, where they are read already.
    """
    return MeasurementForm(initial={"version": engagement.version}, indicators=_options(engagement, indicators))


def posted_form(request: HttpRequest, engagement: Engagement, gate: Gate | None) -> MeasurementForm:
    """Return the form as posted, with what is saved in every field whose author keeps that."""
    saved = _saved(engagement, gate, request.POST.get("indicator", ""))
    return MeasurementForm(with_choices(request.POST, saved), indicators=_options(engagement))


def record(
    form: MeasurementForm, engagement: Engagement, gate: Gate | None, measure: Callable[..., Measurement]
) -> tuple[int, dict[str, Any]]:
    """Have `measure` record what the form says; return the status and what the page shows besides the form."""
    if not form.is_valid():
        compared_again(form)
        return 422, {}
    indicator = form.cleaned_data["indicator"]
    try:
        measure(indicator_id=UUID(indicator), fields=form.measurement, version=form.seen)
    except Invalid as refusal:
        form.show(refusal)
        compared_again(form)
        return 422, {}
    except Conflict as conflict:
        version = Engagement.objects.values_list("version", flat=True).get(pk=engagement.pk)
        rows = form.compare(_saved(engagement, gate, indicator), version)
        return 409, {"conflict": conflict, "differences": rows}
    return 302, {}


def _saved(engagement: Engagement, gate: Gate | None, indicator: str) -> dict[str, Any]:
    """Return what is recorded of an indicator in the present round of a gate, or for the acceptance."""
    round_ = gate.iterations if gate else 0
    rows = Measurement.objects.filter(indicator__engagement=engagement, gate=gate, iteration=round_)
    row = next((one for one in rows if str(one.indicator_id) == indicator), None)
    return {name: getattr(row, name) for name in MEASURED} if row else {}


def _options(engagement: Engagement, indicators: Iterable[EngagementIndicator] | None = None) -> list[tuple[str, str]]:
    rows = engagement.indicators.all() if indicators is None else indicators
    return [(str(row.pk), f"{row.metric} ({row.unit})" if row.unit else row.metric) for row in rows]
