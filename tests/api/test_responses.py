"""A sealed response and what is said about its call, over the API."""

import base64

from tests.api.conftest import Send
from tests.calls import answers, sealed_call
from tests.factories import Cast


def test_a_response_is_written_sealed_confirmed_and_withdrawn(api: Send, cast: Cast) -> None:
    ready = sealed_call(cast)
    begun = {"call": str(ready.call.pk), "lead": str(cast.supplier_org.pk)}
    draft = api("supplier", "post", "responses/", begun).json()
    assert draft["missing"] == ["lots", "role", "commitments", "price_tiers", "plan", "team", "ip"]
    own = f"responses/{draft['id']}/"
    saved = api("supplier", "patch", own, {"version": 1, "content": answers(ready.call)}).json()
    assert (saved["missing"], saved["version"]) == ([], 2)
    assert api("supplier", "patch", own, {"version": 1, "content": {}}).status_code == 409
    receipt = api("supplier", "post", f"{own}seal/", {"version": 2}).json()
    assert (receipt["status"], receipt["content"], len(receipt["digest"])) == ("sealed", {}, 64)

    target = {str(ready.call.indicators[0]["id"]): "0.3"}
    changed = api("publisher", "post", f"calls/{ready.call.pk}/addenda/", {"text": "目标改为 0.3 %", "targets": target})
    assert (changed.status_code, changed.json()["terms_version"]) == (201, 2)
    assert api("supplier", "post", f"{own}confirm/", {"terms_version": 1}).status_code == 409
    assert api("supplier", "post", f"{own}confirm/", {"terms_version": 2}).json()["terms_version"] == 2
    assert api("supplier", "post", f"{own}withdraw/", {}).json()["status"] == "withdrawn"


def test_a_file_is_attached_to_a_draft_and_taken_out_again(api: Send, cast: Cast) -> None:
    ready = sealed_call(cast)
    begun = {"call": str(ready.call.pk), "lead": str(cast.supplier_org.pk)}
    own = f"responses/{api('supplier', 'post', 'responses/', begun).json()['id']}/"
    file = {"name": "报告.pdf", "base64": base64.b64encode(b"%PDF-1.7 report").decode()}
    for name in ("报告.pdf", "附录.pdf"):
        made = api("supplier", "post", f"{own}files/", {**file, "name": name})
    first, second = made.json()["files"]
    assert (made.status_code, first["name"], second["name"]) == (201, "报告.pdf", "附录.pdf")
    assert api("rival", "delete", f"{own}files/{first['id']}/").status_code == 404
    assert api("auditor", "delete", f"{own}files/{first['id']}/").status_code == 403
    assert api("supplier", "delete", f"{own}files/{first['id']}/").status_code == 204
    assert api("supplier", "delete", f"{own}files/{first['id']}/").status_code == 404
    assert api("supplier", "get", own).json()["files"] == [second]


def test_responses_are_found_by_their_own_organisation_alone(api: Send, cast: Cast) -> None:
    ready = sealed_call(cast)
    begun = {"call": str(ready.call.pk), "lead": str(cast.supplier_org.pk)}
    draft = api("supplier", "post", "responses/", begun).json()
    assert api("rival", "get", "responses/", None).json()["count"] == 0
    assert api("rival", "get", f"responses/{draft['id']}/", None).status_code == 404
    assert api("auditor", "get", f"responses/{draft['id']}/", None).status_code == 403


def test_a_question_is_public_once_answered_and_nobody_reads_who_asked(api: Send, cast: Cast) -> None:
    ready = sealed_call(cast)
    about = f"calls/{ready.call.pk}/"
    asked = api("supplier", "post", f"{about}questions/", {"text": "可否分批验收？"}).json()
    assert api("rival", "get", about, None).json()["questions"] == []
    answer = {"question": asked["id"], "text": "可以，按产线分批。"}
    assert api("supplier", "post", f"{about}questions/answer/", answer).status_code == 403
    assert api("manager", "post", f"{about}questions/answer/", answer).status_code == 200
    assert api("manager", "post", f"{about}questions/answer/", answer).status_code == 409
    (shown,) = api("rival", "get", about, None).json()["questions"]
    assert set(shown) == {"id", "text", "asked_at", "answer", "answered_at"}
    assert (shown["text"], shown["answer"]) == ("可否分批验收？", "可以，按产线分批。")
