"""A supplier's own record: responses with results and feedback, projects with gates passed and promises kept."""

from typing import Any

from django.test import Client

from marketplace.actions.award import award
from tests.calls import drafted, sealed, sealed_call
from tests.engagements import accept, passed_gate, running_engagement
from tests.factories import Cast
from tests.selections import end_notice, published, write_all_feedback

PAGE = "/workspace/record/"


def record_of(cast: Cast, part: str = "supplier") -> Any:
    answer = cast.client(part).get(PAGE)
    assert answer.status_code == 200
    return answer.context


def test_nothing_done_is_nothing_told(cast: Cast) -> None:
    assert "Nothing to record yet" in cast.client("supplier").get(PAGE).content.decode()
    assert cast.client().get(PAGE).status_code == 302
    assert cast.client("manager").get(PAGE).status_code == 403


def test_a_project_counts_with_its_gates_and_what_was_measured(cast: Cast, django_assert_max_num_queries: Any) -> None:
    engagement = running_engagement(cast)
    passed_gate(cast, engagement, "poc")
    accept(cast, engagement, "0.45")
    client = cast.client("supplier")
    with django_assert_max_num_queries(16):
        answer = client.get(PAGE)
    (project,) = answer.context["projects"]
    assert [gate.stage for gate in project.gates] == ["poc"]
    # 0.45 % meets the target of 0.5 %, but not the promise of 0.4 %.
    totals = answer.context["totals"]
    assert (totals.projects, totals.gates, totals.measured, totals.met, totals.kept) == (1, 1, 1, 1, 0)
    assert "1 of 1 indicator meets its target, 0 the promise" in answer.content.decode()
    assert list(record_of(cast, "enterprise")["projects"]) == []
    told = client.get("/api/v1/record/").json()
    assert told["totals"] == totals._asdict()
    assert told["projects"] == [
        {
            "id": str(engagement.pk),
            "code": engagement.code,
            "status": "accepted",
            "gates": ["poc"],
            "measured": 1,
            "met": 1,
            "kept": 0,
        }
    ]
    assert cast.client("enterprise").get("/api/v1/record/").json()["projects"] == []
    assert cast.client("manager").get("/api/v1/record/").status_code == 403


def test_a_response_tells_its_result_only_with_the_notice_and_its_feedback_with_the_award(cast: Cast) -> None:
    waiting = sealed_call(cast)
    review = published(cast, ["90", "90"], ["70", "70"])
    loser = Client(headers={"accept-language": "en"})
    loser.force_login(review.suppliers[1])
    sealed(waiting.call, review.suppliers[1])
    drafted(waiting.call, review.suppliers[0])
    context = loser.get(PAGE).context
    told = {row.response.call_id: (row.response.told, row.placing and row.placing.rank) for row in context["rows"]}
    assert told == {waiting.call.pk: ("sealed", None), review.ready.call.pk: ("scored", 2)}
    assert (context["totals"].sealed, context["totals"].counted, context["totals"].awarded) == (2, 1, 0)
    assert [row.has_feedback for row in context["rows"]] == [False, False]
    rows = loser.get("/api/v1/record/responses/").json()["results"]
    assert {(row["call"], row["status"], row["rank"], row["total"], row["has_feedback"]) for row in rows} == {
        (str(waiting.call.pk), "sealed", None, None, False),
        (str(review.ready.call.pk), "scored", 2, "70.0000", False),
    }
    write_all_feedback(review)
    assert [row.has_feedback for row in loser.get(PAGE).context["rows"]] == [False, False]
    end_notice(review)
    award(actor=cast.actor("publisher"), selection_id=review.selection.pk, version=review.fresh().version)
    after = {row.response.call_id: row.has_feedback for row in loser.get(PAGE).context["rows"]}
    assert after == {waiting.call.pk: False, review.ready.call.pk: True}
