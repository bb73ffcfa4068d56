"""A call that takes responses opens only when they could be sealed, reviewed and opened, through the HTTP edge."""

from typing import Any

import pytest
from django.urls import reverse

from marketplace.models import Account
from scenarios.actions.call_readiness import TAKES_RESPONSES
from scenarios.choices import CallKind
from scenarios.models import Call
from tests.factories import Cast, make_account
from tests.scenarios.test_call_pages import drafted, page
from tests.stories.town import signed_in

OPENERS = "Name the three who open the responses, on the page “Panel and opening” of the call."
PANEL = "Name the panel that reviews the responses."


def approved(cast: Cast, **changes: Any) -> Call:
    call = drafted(cast, **changes)
    assert cast.client("moderator").post(page(call, "review")).status_code == 302
    assert cast.client("publisher").post(page(call, "approve")).status_code == 302
    return call


def seat(cast: Cast, call: Call) -> list[Account]:
    """Name a panel and three openers over the page; return the openers."""
    reviewers = [make_account(f"judge{n}@example.org", roles=("reviewer",)) for n in range(3)]
    named = [make_account(f"opens{n}@example.org", roles=("auditor",)) for n in range(3)]
    seats = [str(one.pk) for one in reviewers]
    form = {"panel": seats, "chair": seats[0], "openers": [str(one.pk) for one in named]}
    assert cast.client("manager").post(reverse("call_seats", args=[call.pk]), form).status_code == 302
    return named


def refusals(cast: Cast, call: Call) -> list[str]:
    """Try to open; return what the page says is missing."""
    answer = cast.client("publisher").post(page(call, "open"))
    assert (answer.status_code, Call.objects.get(pk=call.pk).status) == (422, "approved")
    return [text for _label, texts in answer.context["refused"] for text in texts]


@pytest.mark.parametrize("kind", TAKES_RESPONSES)
def test_what_is_to_be_answered_does_not_open_before_three_openers_hold_their_codes(cast: Cast, kind: str) -> None:
    call = approved(cast, kind=kind, winners="2")
    assert refusals(cast, call) == [OPENERS, PANEL]
    named = seat(cast, call)
    for opener in named:
        assert refusals(cast, call) == ["All three openers have to take their codes first."]
        assert signed_in(opener).post(reverse("opener_code", args=[call.pk])).status_code == 200
    assert cast.client("publisher").post(page(call, "open")).status_code == 302
    assert Call.objects.get().status == "open"


@pytest.mark.parametrize("kind", sorted(set(CallKind.values) - set(TAKES_RESPONSES)))
def test_what_gathers_interest_opens_without_openers(cast: Cast, kind: str) -> None:
    call = approved(cast, kind=kind)
    assert cast.client("publisher").post(page(call, "open")).status_code == 302
    assert Call.objects.get().status == "open"


def test_interest_alone_is_no_longer_enough_once_openers_are_named(cast: Cast) -> None:
    call = approved(cast, kind="open_list")
    seat(cast, call)
    assert refusals(cast, call) == ["All three openers have to take their codes first."]


def test_a_race_needs_criteria_and_two_teams(cast: Cast) -> None:
    no_rows = {f"criteria-{n}-{name}": None for n in (0, 1) for name in ("name", "weight", "minimum")}
    call = approved(cast, kind="race", **no_rows, **{"criteria-TOTAL_FORMS": "0"})
    assert refusals(cast, call) == [
        OPENERS,
        PANEL,
        "Say by which criteria the responses are reviewed.",
        "In a race at least two teams are chosen.",
    ]
