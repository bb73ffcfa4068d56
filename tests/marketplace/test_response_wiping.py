"""A cancelled call keeps nothing that was sealed for it, and everyone who responded is told once."""

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from marketplace.actions import response_wiping, responses
from marketplace.actors import actor_for
from marketplace.models import Response, ResponseAttachment, ResponseStep
from marketplace.response_content import read
from scenarios.models import Call, CallKey, Delivery, Event, KeyShare
from tests.calls import answers, close, drafted, make_supplier, sealed, sealed_call
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.stories.town import heard, signed_in

PDF = b"%PDF-1.7 a report"


def cancel(cast: Cast, call: Call) -> Any:
    return cast.client("publisher").post(
        reverse("staff_call_cancel", args=[call.pk]), {"cancel-reason": "资金来源撤回"}
    )


def test_what_was_sealed_is_wiped_with_its_key_and_its_author_is_told(cast: Cast) -> None:
    ready = sealed_call(cast)
    (other, account), writer = make_supplier(1), make_supplier(2)[1]
    draft = drafted(ready.call, cast.supplier)
    supplier = cast.actor("supplier")
    responses.attach_file(actor=supplier, response_id=draft.pk, name="报告.pdf", data=PDF)
    first = responses.seal_response(actor=supplier, response_id=draft.pk, version=draft.version)
    sealed(ready.call, account)
    kept = drafted(ready.call, writer)

    assert cancel(cast, ready.call).status_code == 302
    # The key goes with the call itself, before any worker comes.
    assert (CallKey.objects.count(), KeyShare.objects.count()) == (0, 0)
    drain_outbox()
    assert list(Response.objects.order_by("status").values_list("status", "sealed")) == [
        ("cancelled", None),
        ("cancelled", None),
        ("draft", None),
    ]
    assert not ResponseAttachment.objects.exists()
    assert read(Response.objects.get(pk=kept.pk).content) == answers(ready.call)
    assert [heard(one, "call.cancelled") for one in (cast.supplier, account, writer)] == [1, 1, 1]
    page = signed_in(cast.supplier).get(reverse("response_detail", args=[first.pk])).content.decode()
    assert all(text in page for text in ("资金来源撤回", first.digest, "wiped unopened"))
    assert other.responses.get().status == "cancelled"


def test_the_log_and_the_outbox_do_not_tell_how_many_there_were(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, cast.supplier)
    cancel(cast, ready.call)
    drain_outbox()
    told = Event.objects.filter(subject_id=ready.call.pk).order_by("id").values_list("kind", "data")
    assert list(told)[-1] == ("call.cancelled", {})
    assert Delivery.objects.filter(topic="call.cancelled").values_list("payload", flat=True)[0] == {
        "call_id": str(ready.call.pk)
    }
    assert ResponseStep.objects.order_by("pk").values_list("kind", flat=True).last() == "cancelled"
    assert not Event.objects.filter(kind="call.response_step").exists()


def test_wiping_twice_is_wiping_once_and_an_open_call_is_left_alone(cast: Cast) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    response_wiping.wipe_responses(call_id=ready.call.pk)
    assert Response.objects.get().status == "sealed"
    cancel(cast, ready.call)
    for _ in range(2):
        response_wiping.wipe_responses(call_id=ready.call.pk)
    response.refresh_from_db()
    assert (response.status, response.version) == ("cancelled", 4)
    assert ResponseStep.objects.filter(kind="cancelled").count() == 1


def test_a_call_that_has_closed_is_not_cancelled_and_keeps_its_responses(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, cast.supplier)
    close(ready.call)
    assert cancel(cast, ready.call).status_code == 409
    drain_outbox()
    assert (Call.objects.get().cancelled_reason, Response.objects.get().status) == ("", "sealed")
    assert CallKey.objects.filter(call=ready.call).exists()


def test_nothing_is_left_in_any_column_of_the_database(cast: Cast) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    ciphertext = bytes(response.sealed or b"").hex()[:64]
    assert ciphertext
    cancel(cast, ready.call)
    drain_outbox()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM marketplace_response WHERE strpos(encode(coalesce(sealed, ''), 'hex'), %s) > 0",
            [ciphertext],
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("part", ["manager", "auditor", "rival", None])
def test_nobody_else_sees_that_there_was_a_response(cast: Cast, part: str | None) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    cancel(cast, ready.call)
    drain_outbox()
    answer = cast.client(part).get(reverse("response_detail", args=[response.pk]))
    assert answer.status_code in (302, 403, 404)
    assert not Response.objects.visible_to(actor_for(getattr(cast, part or "stranger"))).exists()
