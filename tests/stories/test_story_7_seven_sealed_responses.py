"""Story 7, first half: seven sealed responses; an early opening is refused and logged."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Account, Response
from scenarios.models import Event
from tests.calls import SealedCall, answers, close, make_supplier, sealed_call
from tests.factories import Cast

ROWS = "TOTAL_FORMS", "INITIAL_FORMS"


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def typed(ready: SealedCall, version: int, mark: str) -> dict[str, Any]:
    """Return the editor's form as a supplier would send it."""
    content = answers(ready.call, mark)
    rows = {"commitments": content["commitments"], "tiers": content["price_tiers"], "partners": content["partners"]}
    form = {name: content[name] for name in ("role", "lots", "plan", "team", "ip", "data_needed", "compute_needed")}
    for prefix, values in rows.items():
        form |= {f"{prefix}-{name}": len(values) for name in ROWS}
        form |= {f"{prefix}-{n}-{name}": value for n, row in enumerate(values) for name, value in row.items()}
    return {**form, "version": version}


def respond(ready: SealedCall, account: Account, mark: str) -> Response:
    """Write, check, copy and seal over the pages; return what is stored."""
    client = signed_in(account)
    (lead,) = account.memberships.values_list("organisation", flat=True)  # type: ignore[attr-defined]
    started = client.post(reverse("response_start", args=[ready.call.pk]), {"lead": str(lead)})
    assert started.status_code == 302
    draft = Response.objects.get(call=ready.call, lead=lead)
    kept = client.post(reverse("response_autosave", args=[draft.pk]), typed(ready, 1, mark))
    assert (kept.status_code, b'value="2"' in kept.content) == (200, True)
    saved = client.post(reverse("response_edit", args=[draft.pk]), {**typed(ready, 2, mark), "then": "check"})
    assert saved.headers["location"] == reverse("response_check", args=[draft.pk])
    copy = client.get(reverse("response_copy", args=[draft.pk]))
    assert copy.headers["content-type"] == "application/zip"
    sealed = client.post(reverse("response_check", args=[draft.pk]), {"version": 3, "kept": "on"})
    assert sealed.headers["location"] == reverse("response_detail", args=[draft.pk])
    draft.refresh_from_db()
    assert draft.digest.encode() in client.get(sealed.headers["location"]).content
    return draft


@pytest.fixture
def ready(cast: Cast) -> SealedCall:
    """A call that seven suppliers have answered."""
    ready = sealed_call(cast)
    for number in range(7):
        respond(ready, make_supplier(number)[1], f"第{number}家")
    return ready


def test_seven_sealed_responses_open_together_and_not_a_moment_early(cast: Cast, ready: SealedCall) -> None:
    opening, page = (reverse(name, args=[ready.call.pk]) for name in ("open_responses", "call_opening"))
    first, second = (signed_in(account) for account in ready.openers[:2])

    early = first.post(opening, {"code": ready.codes[0]})
    assert early.status_code == 409
    refusal = Event.objects.get(kind="call.opening_refused")
    assert (refusal.actor_id, refusal.subject_id) == (ready.openers[0].pk, ready.call.pk)
    assert set(Response.objects.values_list("status", flat=True)) == {"sealed"}
    assert first.get(page).context["opened"] is None

    close(ready.call)
    assert first.post(opening, {"code": ready.codes[0]}).status_code == 302
    assert set(Response.objects.values_list("status", flat=True)) == {"sealed"}
    assert second.post(opening, {"code": ready.codes[0]}).status_code == 422
    assert second.post(opening, {"code": ready.codes[1]}).status_code == 302

    opened = second.get(page).context["opened"]
    assert [row.number for row in opened] == [1, 2, 3, 4, 5, 6, 7]
    assert set(Response.objects.values_list("status", flat=True)) == {"opened"}
    assert Event.objects.get(kind="call.responses_opened").data == {"responses": 7}
    assert sorted(row.content.count("第") > 0 for row in opened) == [True] * 7
