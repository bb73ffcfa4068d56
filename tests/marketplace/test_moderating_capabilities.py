"""The pages on which staff moderate and publish capabilities."""

import pytest
from pytest_django import DjangoAssertNumQueries

from marketplace.models import Capability
from scenarios.models import Event, ModerationDecision
from tests.factories import Cast, picked, published_capability, submitted_capability, verified_capability
from tests.marketplace.test_capability_pages import edit, form_data, page, text


def test_a_moderator_returns_with_a_reason_per_field_and_the_owner_reads_it(cast: Cast) -> None:
    capability = submitted_capability(cast)
    path = f"/staff/moderation/capabilities/{capability.pk}/"
    assert capability.code in text(cast.client("moderator"), "/staff/moderation/capabilities/")
    response = cast.client("moderator").post(path, {"decision": "return", "reason-limits": "请写明反光件是否适用"})
    assert response.headers["Location"] == "/staff/moderation/capabilities/"
    capability.refresh_from_db()
    assert capability.status == "returned"
    for shown in (text(cast.client("supplier"), edit(capability)), text(cast.client("supplier"), page(capability))):
        assert "请写明反光件是否适用" in shown
    cast.client("supplier").post(edit(capability), form_data(version=capability.version, action="submit"))
    assert "请写明反光件是否适用" in text(cast.client("moderator"), path)


def test_a_return_needs_a_reason(cast: Cast) -> None:
    capability = submitted_capability(cast)
    path = f"/staff/moderation/capabilities/{capability.pk}/"
    response = cast.client("moderator").post(path, {"decision": "return", "reason-limits": "  "})
    assert response.status_code == 422
    assert "Give at least one reason" in response.content.decode()
    capability.refresh_from_db()
    assert capability.status == "submitted"


def test_a_moderator_verifies_and_someone_else_publishes(cast: Cast) -> None:
    capability = submitted_capability(cast)
    cast.client("moderator").post(f"/staff/moderation/capabilities/{capability.pk}/", {"decision": "verify"})
    assert capability.code in text(cast.client("publisher"), "/staff/publication/capabilities/")
    capability.refresh_from_db()
    publish = "/staff/batches/publish-capabilities/"
    assert cast.client("moderator").post(publish, picked(capability)).status_code == 403
    assert cast.client("publisher").post(publish, picked(capability)).status_code == 302
    capability.refresh_from_db()
    assert (capability.status, capability.verified_by_id, capability.published_by_id) == (
        "published",
        cast.moderator.pk,
        cast.publisher.pk,
    )


@pytest.mark.parametrize("decision", ["verify", "return"])
def test_a_capability_that_changed_while_it_was_read_is_not_decided_unseen(cast: Cast, decision: str) -> None:
    capability = submitted_capability(cast)
    client, path = cast.client("moderator"), f"/staff/moderation/capabilities/{capability.pk}/"
    assert f'name="version" value="{capability.version}"' in text(client, path)
    stale = {"decision": decision, "reason-limits": "请补充", "version": str(capability.version - 1)}
    answer = client.post(path, stale)
    capability.refresh_from_db()
    assert (answer.status_code, capability.status, capability.verified_by) == (409, "submitted", None)
    assert not ModerationDecision.objects.exists()
    assert client.post(path, {**stale, "version": str(capability.version)}).status_code == 302


def test_a_moderator_suspends_with_a_reason_that_the_owner_reads(cast: Cast) -> None:
    capability = published_capability(cast)
    path = f"/staff/moderation/capabilities/{capability.pk}/"
    assert cast.client("moderator").post(path, {"decision": "suspend"}).status_code == 422
    cast.client("moderator").post(path, {"decision": "suspend", "reason-general": "证书过期"})
    assert cast.client().get(page(capability)).status_code == 404
    assert "证书过期" in text(cast.client("supplier"), page(capability))
    cast.client("moderator").post(path, {"decision": "reinstate"})
    assert cast.client().get(page(capability)).status_code == 200


@pytest.mark.parametrize("part", ["enterprise", "supplier", "publisher", "manager", "auditor"])
def test_the_moderators_pages_are_theirs(cast: Cast, part: str) -> None:
    capability = submitted_capability(cast)
    for path in ("/staff/moderation/capabilities/", f"/staff/moderation/capabilities/{capability.pk}/"):
        assert cast.client(part).get(path).status_code == 403
    assert cast.client(part).post(path, {"decision": "verify"}).status_code == 403
    assert not Event.objects.filter(kind="capability.verified").exists()


def test_the_queues_take_the_same_queries_however_long(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    moderator, publisher = cast.client("moderator"), cast.client("publisher")
    for _ in range(2):
        submitted_capability(cast)
        verified_capability(cast)
        with django_assert_num_queries(5):
            moderator.get("/staff/moderation/capabilities/")
        with django_assert_num_queries(5):
            publisher.get("/staff/publication/capabilities/")


def test_the_next_capability_is_the_following_one_of_the_queue_as_it_is_narrowed(cast: Cast) -> None:
    first, other, last = (submitted_capability(cast, maturity=name) for name in ("scaled", "lab", "scaled"))
    query = "?maturity=scaled&sort=newest"
    client = cast.client("moderator")

    def path(one: Capability) -> str:
        return f"/staff/moderation/capabilities/{one.pk}/"

    queue = text(client, f"/staff/moderation/capabilities/{query}")
    assert f'href="{path(last)}?maturity=scaled&amp;sort=newest"' in queue
    assert client.get(path(last) + query).context["place"] == ("", f"{path(first)}{query}")
    answer = client.post(path(last) + query, {"decision": "verify", "version": last.version})
    assert answer["Location"] == f"{path(first)}{query}"
    answer = client.post(path(first) + query, {"decision": "verify", "version": first.version})
    assert answer["Location"] == f"/staff/moderation/capabilities/{query}"
    other.refresh_from_db()
    assert other.status == "submitted"
