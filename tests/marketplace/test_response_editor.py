"""The editor of a response: what a supplier without partners sends, and what is kept while it is still half written."""

from typing import Any

from django.test import Client
from django.urls import reverse

from marketplace.models import Response
from marketplace.response_content import read
from tests.calls import SealedCall, sealed_call
from tests.factories import Cast
from tests.stories.test_story_7_seven_sealed_responses import typed


def begun(cast: Cast) -> tuple[SealedCall, Client, Response]:
    """Return a call that consortia may answer, with a draft of the supplier."""
    ready, client = sealed_call(cast, consortium_allowed=True), cast.client("supplier")
    client.post(reverse("response_start", args=[ready.call.pk]), {"lead": str(cast.supplier_org.pk)})
    return ready, client, Response.objects.get()


def alone(ready: SealedCall, version: int, **changes: Any) -> dict[str, Any]:
    """Return the form of a supplier without partners: the empty row has a role, as every list has a first line."""
    return {**typed(ready, version, ""), "partners-0-name": "", "partners-0-role": "tech", **changes}


def test_the_way_to_respond_stands_above_the_text_of_a_call(cast: Cast) -> None:
    ready, client, _draft = begun(cast)
    top, _rest = client.get(reverse("call_detail", args=[ready.call.pk])).content.decode().split('id="summary"')
    assert reverse("response_start", args=[ready.call.pk]) in top


def test_who_responds_alone_leaves_the_row_of_partners_as_it_is(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    answer = client.post(reverse("response_edit", args=[draft.pk]), {**alone(ready, 1), "then": "check"})
    assert answer.headers["location"] == reverse("response_check", args=[draft.pk])
    draft.refresh_from_db()
    assert read(draft.content)["partners"] == []
    assert client.get(answer.headers["location"]).context["complete"] is True


def test_a_price_that_is_half_written_is_kept_and_asked_for_before_sealing(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    half = alone(ready, 1, **{"tiers-1-price": ""})
    assert client.post(reverse("response_autosave", args=[draft.pk]), half).status_code == 200
    draft.refresh_from_db()
    assert read(draft.content)["price_tiers"] == [
        {"from_quantity": "4", "price": "18.5"},
        {"from_quantity": "12", "price": ""},
    ]
    page = client.get(reverse("response_check", args=[draft.pk])).context
    assert ([row.name for row in page["rows"] if not row.met], page["complete"]) == (["price_tiers"], False)
