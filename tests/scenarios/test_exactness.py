"""Moments, days and amounts that pass through forms, the API and files come out as they went in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.actions import responses
from marketplace.models import Response
from scenarios.actions.interests import hold_open
from scenarios.errors import IllegalMove
from scenarios.models import Call, Event, MergedDemand, Need
from tests.calls import drafted, sealed, sealed_call
from tests.factories import Cast, draft_need, published_need
from tests.marketplace.test_imports import FULL, as_csv, run
from tests.scenarios.test_call_pages import drafted as call_over_the_page
from tests.scenarios.test_call_pages import page, written
from tests.scenarios.test_deadlines import make_pool

TICK = timedelta(microseconds=1)
# Midnight in the city, at the end of the last day of 2098.
CLOSE = datetime(2098, 12, 31, 16, 0, tzinfo=UTC)


# Deadlines


def test_a_response_is_in_time_until_the_last_microsecond_before_the_close(cast: Cast) -> None:
    response = sealed(sealed_call(cast).call, cast.supplier)
    rows = Response.objects.filter(pk=response.pk)
    for moment in (CLOSE, CLOSE + TICK):
        with pytest.raises(IntegrityError, match="response_sealed_before_the_close"), transaction.atomic():
            rows.update(closes_at=CLOSE, sealed_at=moment)
    last = CLOSE - TICK
    rows.update(closes_at=CLOSE, sealed_at=last)
    assert timezone.localtime(rows.get().sealed_at).isoformat() == "2098-12-31T23:59:59.999999+08:00"


def test_at_the_very_moment_of_the_close_nothing_is_sealed_any_more(cast: Cast) -> None:
    ready = sealed_call(cast)
    draft = drafted(ready.call, cast.supplier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        (began,) = cursor.fetchone()
    # The clock of the sealing is never before the beginning of its transaction.
    Call.objects.filter(pk=ready.call.pk).update(opens_at=began - TICK, question_deadline=None, closes_at=began)
    with pytest.raises(IllegalMove):
        responses.seal_response(actor=cast.actor("supplier"), response_id=draft.pk, version=draft.version)
    assert Response.objects.get().status == "draft"


def test_what_is_found_open_is_told_a_moment_before_the_close(cast: Cast) -> None:
    call = sealed_call(cast).call
    moment = hold_open(call.pk)
    assert call.opens_at < moment <= call.closes_at - TICK


# The city's time


def test_a_close_typed_at_midnight_is_stored_in_utc_and_shown_as_typed(cast: Cast) -> None:
    call = call_over_the_page(cast, closes_at="2099-01-01T00:00")
    assert call.closes_at == CLOSE
    form = cast.client("manager").get(page(call, "edit")).content.decode()
    assert 'value="2099-01-01T00:00"' in form


@pytest.mark.parametrize("typed", ["2099-01-01T00:00:00+08:00", "2098-12-31T16:00:00Z", "2099-01-01T00:00:00"])
def test_the_api_reads_the_same_moment_however_it_is_written(cast: Cast, typed: str) -> None:
    call = call_over_the_page(cast)
    body = {"version": call.version, "closes_at": typed}
    answer = cast.client("manager").patch(f"/api/v1/calls/{call.pk}/", body, content_type="application/json")
    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json()["closes_at"]) == Call.objects.get().closes_at == CLOSE


def test_a_day_alone_is_from_midnight_to_midnight_in_the_city(cast: Cast) -> None:
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 2 March begins in Shanghai
    moments = (midnight - TICK, midnight, midnight + timedelta(days=1) - TICK, midnight + timedelta(days=1))
    need = published_need(cast)
    for at in moments:
        Event.objects.create(at=at, kind="need.saved", subject_type="need", subject_id=need.pk, subject_code=need.code)
    address = f"{reverse('event_log')}?kind=need.saved&since=2026-03-02&until=2026-03-02"
    rows = cast.client("auditor").get(address).context["rows"]
    assert [row["event"].at for row in rows] == [moments[2], moments[1]]


# Quantities and money


def test_only_quantities_in_the_pools_unit_are_added_up_and_every_owner_counts(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6, 3])
    Need.objects.filter(quantity=3).update(quantity_unit="site")
    with_scale: Any = MergedDemand.objects.with_scale().get(pk=pool.pk)
    assert (with_scale.pooled_quantity, with_scale.owners) == (Decimal(10), 3)


AMOUNTS = ["0.01", "0.10", "1234567890.07", "999999999999.99"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_money_passes_through_the_api_unchanged(cast: Cast, amount: str) -> None:
    need = draft_need(cast, budget_min=None, budget_max=None)
    address = f"/api/v1/needs/{need.pk}/"
    client = cast.client("enterprise")
    body = {"version": need.version, "budget_max": amount, "quantity": "0.30"}
    shown = client.patch(address, body, content_type="application/json").json()
    assert (shown["budget_max"], shown["quantity"]) == (amount, "0.30")
    assert Need.objects.get().budget_max == Decimal(amount)
    back = {"version": shown["version"], "budget_max": shown["budget_max"], "quantity": shown["quantity"]}
    again = client.patch(address, back, content_type="application/json").json()
    assert (again["budget_max"], Need.objects.get().budget_max * 3) == (amount, Decimal(amount) * 3)


@pytest.mark.parametrize("amount", AMOUNTS)
def test_money_passes_through_a_form_unchanged(cast: Cast, amount: str) -> None:
    call = call_over_the_page(cast, budget_cap=amount)
    assert call.budget_cap == Decimal(amount)
    shown = cast.client("manager").get(page(call, "edit")).context["form"]["budget_cap"].value()
    form = written(version=call.version, budget_cap=shown)
    assert cast.client("manager").post(page(call, "edit"), form).status_code == 302
    assert Call.objects.get().budget_cap == Decimal(amount)


@pytest.mark.parametrize("amount", AMOUNTS)
def test_money_passes_through_a_file_unchanged(cast: Cast, amount: str) -> None:
    run(as_csv([{**FULL, "budget_min": "", "budget_max": amount, "quantity": "0.30"}]))
    need = Need.objects.get()
    assert (need.budget_max, need.quantity) == (Decimal(amount), Decimal("0.30"))


def test_weights_add_up_exactly(cast: Cast) -> None:
    """As binary fractions six times 2.03 and 87.82 is 99.99999999999999."""
    weights = ["2.03"] * 6 + ["87.82"]
    rows = {"criteria-TOTAL_FORMS": str(len(weights))}
    for n, weight in enumerate(weights):
        rows |= {f"criteria-{n}-name": f"第{n}项", f"criteria-{n}-weight": weight, f"criteria-{n}-minimum": ""}
    call = call_over_the_page(cast, **rows)
    assert [row["weight"] for row in call.criteria] == weights
    assert cast.client("manager").get(page(call, "edit")).context["weights_sum"] == "100"
