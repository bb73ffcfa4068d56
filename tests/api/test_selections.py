"""The selection of a call over the API: the panel's work, the result, objections, the award, what its losers read."""

from typing import Any

import pytest

from marketplace.audiences import OBJECTION_FIELDS, SELECTION_FIELDS
from scenarios.audiences import Audience, visible_fields
from scenarios.pipeline import sweep_clock
from tests.api.conftest import Send
from tests.calls import close, make_supplier, sealed, sealed_call
from tests.factories import Cast
from tests.selections import Review, end_notice, open_all, published

VALUES = [("90", "80"), ("70", "95")]


@pytest.fixture
def parts(cast: Cast) -> Any:
    """A call with two responses, opened; its chair and reviewers, and its suppliers, are parts of the cast."""
    ready = sealed_call(cast)
    for number in range(2):
        object.__setattr__(cast, f"supplier{number}", make_supplier(number)[1])
        sealed(ready.call, getattr(cast, f"supplier{number}"), f"第{number}家")
    for number, account in enumerate(ready.reviewers):
        object.__setattr__(cast, f"reviewer{number}", account)
    close(ready.call)
    open_all(ready)
    return ready


def scores(number: int, values: tuple[str, str]) -> dict[str, Any]:
    rows = [{"criterion": n, "value": value, "comment": "依据充分"} for n, value in enumerate(values)]
    return {"number": number, "version": 0, "scores": rows}


def test_the_whole_way_over_the_api(api: Send, cast: Cast, parts: Any) -> None:
    body = {"call": str(parts.call.pk)}
    assert api("reviewer1", "post", "selections/", body).status_code == 403
    made = api("reviewer0", "post", "selections/", body)
    assert (made.status_code, made.json()["status"], made.json()["lots"]) == (201, "evaluating", [])
    own = f"selections/{made.json()['id']}/"
    assert api(None, "get", own).status_code == 404
    assert api("reviewer0", "get", f"{own}responses/").status_code == 404
    for part in ("reviewer0", "reviewer1"):
        assert api(part, "post", f"{own}declare/", {"conflict": False}).status_code == 200
    assert api("reviewer2", "post", f"{own}declare/", {"conflict": True}).status_code == 422
    left = api("reviewer2", "post", f"{own}declare/", {"conflict": True, "statement": "曾任顾问"}).json()
    (free,) = [row for row in left["seats"] if row["declaration"] == "conflict"]
    assert (
        api("manager", "post", f"{own}replace/", {"seat": free["id"], "account": cast.reviewer.pk}).status_code == 200
    )
    assert api("reviewer", "post", f"{own}declare/", {"conflict": False}).status_code == 200

    shown = api("reviewer", "get", f"{own}responses/").json()
    assert [(row["number"], row["status"]) for row in shown] == [(1, "opened"), (2, "opened")]
    assert shown[0]["content"]["partners"] == [{"role": "integrator"}]
    for number in (1, 2):
        assert api("reviewer0", "post", f"{own}admit/", {"number": number}).status_code == 200
    panel = ("reviewer0", "reviewer1", "reviewer")
    for part in panel:
        for number, values in enumerate(VALUES, start=1):
            assert api(part, "post", f"{own}scores/", scores(number, values)).status_code == 200
        assert api("reviewer0", "get", f"{own}responses/").json()[0]["rows"][0]["given"] == []
        assert api(part, "post", f"{own}submit/").status_code == 200
    row = api("reviewer0", "get", f"{own}responses/").json()[0]["rows"][0]
    assert (len(row["given"]), row["spread"]) == (3, {"mean": "90.00", "low": "90.00", "high": "90.00"})
    for number, values in enumerate(VALUES, start=1):
        agreed = [{"criterion": n, "value": value} for n, value in enumerate(values)]
        read = api("reviewer0", "get", f"{own}responses/").json()[number - 1]["version"]
        body = {"number": number, "version": read, "scores": agreed}
        assert api("reviewer0", "post", f"{own}consensus/", body).status_code == 200
        other = [{**row, "value": "10", "reason": "另一页"} for row in agreed]
        late = api("reviewer0", "post", f"{own}consensus/", {**body, "scores": other})
        assert (late.status_code, late.json()["differences"]["value-0"]) == (
            409,
            {"yours": "10.00", "theirs": f"{values[0]}.00"},
        )

    version = api("publisher", "get", own).json()["version"]
    assert api("publisher", "post", f"{own}publish/", {"version": version + 1}).status_code == 409
    assert api("publisher", "post", f"{own}publish/", {"version": version}).json()["status"] == "publicity"
    (lot,) = api(None, "get", own).json()["lots"]
    assert [(row["rank"], row["total"]) for row in lot["rows"]] == [(1, "86.0000"), (2, "80.0000")]
    assert [cell["points"] for cell in lot["rows"][0]["cells"]] == ["54.0000", "32.0000"]


@pytest.fixture
def review(cast: Cast) -> Review:
    """A result under notice, its suppliers parts of the cast."""
    review = published(cast, ["90", "80"], ["35", "95"])
    for number, account in enumerate(review.suppliers):
        object.__setattr__(cast, f"supplier{number}", account)
    object.__setattr__(cast, "chair", review.ready.reviewers[0])
    return review


def test_objection_answer_feedback_and_award(api: Send, cast: Cast, review: Review) -> None:
    own = f"selections/{review.selection.pk}/"
    loser = review.responses()[1]
    body = {"organisation": str(loser.lead_id), "reasons": "评分与承诺不符"}
    made = api("supplier1", "post", f"{own}object/", body)
    assert (made.status_code, set(made.json())) == (201, set(OBJECTION_FIELDS))
    assert api(None, "get", own).json()["status"] == "suspended"
    assert len(api("supplier1", "get", f"{own}objections/").json()) == 1
    assert api("supplier0", "get", f"{own}objections/").json() == []
    said = {"objection": made.json()["id"], "upheld": False, "answer": "评分依据充分"}
    assert api("publisher", "post", f"{own}answer/", said).status_code == 403
    assert api("manager", "post", f"{own}answer/", said).json()["state"] == "rejected"

    end_notice(review)
    version = api("publisher", "get", own).json()["version"]
    refused = api("publisher", "post", f"{own}award/", {"version": version})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["feedback"])
    assert api("publisher", "get", own).json()["lacking_feedback"] == [loser.number]
    remarks = [{"criterion": n, "strengths": "方案完整", "weaknesses": "成本偏高"} for n in (0, 1)]
    written = {"number": loser.number, "version": loser.version, "remarks": remarks}
    assert api("chair", "post", f"{own}feedback/", written).status_code == 200
    version = api("publisher", "get", own).json()["version"]
    assert api("publisher", "post", f"{own}award/", {"version": version}).json()["status"] == "awarded"

    outcome = api("supplier1", "get", f"responses/{loser.pk}/").json()["outcome"]
    place = {"lot": "", "rank": None, "total": "59.0000", "below": "技术方案", "outcome": "not_selected"}
    assert outcome["places"] == [place]
    assert [row["points"] for row in outcome["scores"]] == ["21.0000", "38.0000"]
    assert [row["name"] for row in outcome["feedback"]] == ["技术方案", "价格"]
    assert api("supplier0", "get", f"responses/{review.responses()[0].pk}/").json()["status"] == "awarded"


def test_a_failed_call_is_called_again(api: Send, cast: Cast, review: Review) -> None:
    sweep_clock()
    own = f"selections/{review.selection.pk}/"
    assert api("publisher", "post", f"{own}fail/", {"code": "no_responses", "reason": "x"}).status_code == 422
    failed = api("publisher", "post", f"{own}fail/", {"code": "funds", "reason": "预算调整"}).json()
    assert (failed["status"], failed["failure_code"], failed["lots"]) == ("failed", "funds", [])
    assert api("manager", "post", f"{own}give-back/").status_code == 409
    new = api("manager", "post", f"{own}again/", {"lots": 2})
    assert (new.status_code, new.json()["status"], len(new.json()["lots"])) == (201, "draft", 2)
    assert api(None, "get", own).json()["next_step"] == "split_lots"


@pytest.mark.parametrize(
    ("part", "audience"),
    [(None, Audience.PUBLIC), ("stranger", Audience.PUBLIC), ("rival", Audience.VERIFIED), ("auditor", Audience.STAFF)],
)
def test_each_reader_gets_exactly_the_fields_of_the_table(
    api: Send, review: Review, part: str | None, audience: Audience
) -> None:
    shown = api(part, "get", f"selections/{review.selection.pk}/").json()
    assert set(shown) == visible_fields(SELECTION_FIELDS, audience)
    (listed,) = api(part, "get", "selections/").json()["results"]
    alone = {"lots", "excluded", "seats", "lacking_feedback", "lost_winners"}
    assert set(listed) == (set(shown) - alone) | {"winners", "last_day"}


def test_a_respondent_reads_no_finding_of_the_panel_before_the_notice(api: Send, cast: Cast, parts: Any) -> None:
    made = api("reviewer0", "post", "selections/", {"call": str(parts.call.pk)}).json()
    for part in ("reviewer0", "reviewer1", "reviewer2"):
        api(part, "post", f"selections/{made['id']}/declare/", {"conflict": False})
    api("reviewer0", "post", f"selections/{made['id']}/admit/", {"number": 1})
    for part in ("supplier0", "supplier1"):
        (shown,) = api(part, "get", "responses/").json()["results"]
        assert (shown["status"], shown["outcome"]) == ("opened", None)
