"""One move on several objects over the API."""

from scenarios.models import Batch, Need
from tests.api.conftest import Send
from tests.factories import Cast, checked_need, published_need


def test_a_rehearsal_says_what_would_happen(api: Send, cast: Cast) -> None:
    one, other = checked_need(cast), published_need(cast, "rival")
    body = {"kind": "approve-needs", "rows": [{"id": str(one.pk)}, {"id": str(other.pk)}]}
    answer = api("moderator", "post", "batches/rehearse/", body)
    assert [(row["code"], row["seen"], row["refusal"][:9]) for row in answer.json()] == [
        (one.code, str(one.version), ""),
        (other.code, str(other.version), "This step"),
    ]
    assert api("publisher", "post", "batches/rehearse/", body).status_code == 403
    assert api("enterprise", "post", "batches/rehearse/", body).status_code == 403
    assert (Need.objects.get(pk=one.pk).status, Batch.objects.count()) == ("checked", 0)


def test_a_bulk_action_reports_each_row_and_is_taken_back(api: Send, cast: Cast) -> None:
    one, other = published_need(cast), checked_need(cast, "rival")
    rows = [{"id": str(need.pk), "seen": str(need.version)} for need in (one, other)]
    body = {"kind": "suspend-needs", "rows": rows}
    refused = api("moderator", "post", "batches/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["reason"])
    made = api("moderator", "post", "batches/", {**body, "reason": "来源不实"})
    assert (made.status_code, made.json()["reversible"]) == (201, True)
    assert [(row["code"], row["state"]) for row in made.json()["rows"]] == [(one.code, "done"), (other.code, "refused")]
    undo = f"batches/{made.json()['id']}/undo/"
    assert api("manager", "post", undo).status_code == 404
    assert [row["state"] for row in api("moderator", "post", undo).json()["rows"]] == ["undone", "refused"]
    assert Need.objects.get(pk=one.pk).status == "published"
    assert [row["id"] for row in api("moderator", "get", "batches/").json()["results"]] == [made.json()["id"]]
    assert api("manager", "get", "batches/").json()["results"] == []


def test_nothing_is_decided_unseen(api: Send, cast: Cast) -> None:
    need = checked_need(cast)
    made = api("moderator", "post", "batches/", {"kind": "approve-needs", "rows": [{"id": str(need.pk)}]})
    assert (made.status_code, made.json()["rows"][0]["state"]) == (201, "refused")
    assert Need.objects.get().status == "checked"
