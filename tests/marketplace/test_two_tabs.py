"""Two tabs of one author: the later one sees both versions, chooses field by field, and nothing is overwritten."""

import re
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from marketplace.models import Response
from marketplace.response_content import read
from tests.calls import answers, drafted, sealed_call
from tests.factories import Cast
from tests.selections import Review, admit_all, declare_all, evaluated_call, published, score, write_all_feedback
from tests.stories.test_story_7_seven_sealed_responses import typed
from tests.stories.town import post, signed_in, version_on


def told(answer: Any, form: str) -> dict[str, tuple[str, str]]:
    """Return what the page of a conflict shows beside each other: name → (mine, saved)."""
    assert answer.status_code == 409
    return {row.name: (row.mine, row.saved) for row in answer.context[form].differences}


def held(answer: Any) -> str:
    """Return the version that the form on an answered page will post next."""
    found = re.search(r'name="version"\s+value="(\d+)"', answer.content.decode())
    assert found
    return found.group(1)


def panel_at_work(cast: Cast) -> tuple[Review, Response]:
    review = evaluated_call(cast, 1)
    declare_all(review)
    admit_all(review)
    return review, review.responses()[0]


def sheet(first: str, second: str, text: str, words: str, **more: Any) -> dict[str, Any]:
    return {"value-0": first, f"{words}-0": text, "value-1": second, f"{words}-1": text, **more}


def test_scores_of_one_reviewer_in_two_tabs(cast: Cast) -> None:
    review, response = panel_at_work(cast)
    client, pk = signed_in(review.ready.reviewers[1]), review.ready.call.pk
    where, autosave = reverse("review_scores", args=[pk, response.number]), {"hx-request": "true"}
    first = client.post(where, sheet("80", "70", "第一页", "comment", version=0), headers=autosave)
    assert (first.status_code, held(first)) == (200, "1")
    second = sheet("80", "60", "第二页", "comment", version=0)
    assert client.post(where, second, headers=autosave).status_code == 409
    late = client.post(where, second)
    assert told(late, "scores_form") == {
        "comment-0": ("第二页", "第一页"),
        "value-1": ("60.00", "70.00"),
        "comment-1": ("第二页", "第一页"),
    }
    assert (held(late), "data-autosave" in late.content.decode()) == ("1", False)
    kept = {"keep-value-1": "saved", "keep-comment-0": "saved", "keep-comment-1": "mine", "version": "1"}
    assert client.post(where, second | kept).status_code == 302
    rows = response.scores.order_by("criterion").values_list("value", "comment")
    assert list(rows) == [(Decimal(80), "第一页"), (Decimal(70), "第二页")]
    same = sheet("80", "70", "第一页", "comment", version=0) | {"comment-1": "第二页"}
    assert client.post(where, same).status_code == 302  # who wrote the same is not asked


def test_a_consensus_in_two_tabs(cast: Cast) -> None:
    review, response = panel_at_work(cast)
    for account in review.ready.reviewers:
        score(review, account, {response.pk: ["90", "80"]})
    chair, pk = signed_in(review.ready.reviewers[0]), review.ready.call.pk
    version = version_on(chair, "review_response", pk, response.number)
    post(chair, "review_agree", pk, response.number, **sheet("90", "80", "", "reason", version=version))
    where = reverse("review_agree", args=[pk, response.number])
    second = sheet("85", "80", "讨论后", "reason", version=version)
    late = chair.post(where, second)
    assert told(late, "consensus_form") == {
        "value-0": ("85.00", "90.00"),
        "reason-0": ("讨论后", ""),
        "reason-1": ("讨论后", ""),
    }
    assert list(response.consensus.values_list("value", flat=True)) == [Decimal(90), Decimal(80)]
    assert "讨论后" in late.content.decode()
    assert chair.post(where, second | {"version": held(late), "keep-reason-1": "saved"}).status_code == 302
    assert list(response.consensus.values_list("value", "reason")) == [(Decimal(85), "讨论后"), (Decimal(80), "")]


def test_feedback_in_two_tabs(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["70", "95"])
    loser, chair, pk = review.responses()[1], signed_in(review.ready.reviewers[0]), review.ready.call.pk
    write_all_feedback(review)
    where = reverse("review_feedback", args=[pk, loser.number])
    said = {f"{name}-{n}": "另一页" for name in ("strengths", "weaknesses") for n in (0, 1)}
    late = chair.post(where, {**said, "version": loser.version})
    assert told(late, "feedback_form")["weaknesses-1"] == ("另一页", "成本偏高")
    assert set(loser.feedback.values_list("weaknesses", flat=True)) == {"成本偏高"}
    kept = {f"keep-{name}": "saved" for name in said if name != "strengths-0"}
    wrong = chair.post(where, {**said, **kept, "version": held(late), "strengths-0": ""})
    assert (wrong.status_code, held(wrong)) == (422, "0")  # the choice is asked for once more
    assert chair.post(where, {**said, **kept, "version": held(late)}).status_code == 302
    rows = loser.feedback.values_list("strengths", "weaknesses")
    assert list(rows) == [("另一页", "成本偏高"), ("方案完整", "成本偏高")]


def edited(client: Client, draft: Response, form: dict[str, Any]) -> Any:
    return client.post(reverse("response_edit", args=[draft.pk]), form)


def test_a_draft_response_in_two_tabs(cast: Cast) -> None:
    """Autosave stops at the conflict; the form shows every part that differs, each indicator apart."""
    ready = sealed_call(cast)
    draft, client = drafted(ready.call, cast.supplier), signed_in(cast.supplier)
    base = typed(ready, draft.version, "")
    first = {**base, "plan": "第一页的方案", "commitments-0-value": "0.3", "tiers-0-price": "17"}
    assert edited(client, draft, first).status_code == 302
    second = {**base, "plan": "第二页的方案", "commitments-0-value": "0.2", "partners-0-name": "另一集成商"}
    autosave = reverse("response_autosave", args=[draft.pk])
    assert client.post(autosave, second).status_code == 409
    late = edited(client, draft, second)
    indicator = ready.call.indicators[0]["id"]
    assert {row.name: (row.mine, row.saved) for row in late.context["differences"]} == {
        "partners": ("另一集成商: Integration", "某集成商: Integration"),
        f"commitments-{indicator}": ("0.2 · 第三方检测报告", "0.3 · 第三方检测报告"),
        "price_tiers": ("≥ 4: 18.5\n≥ 12: 15.25", "≥ 4: 17\n≥ 12: 15.25"),
        "plan": ("第二页的方案", "第一页的方案"),
    }
    assert (late.status_code, 'hx-trigger="none"' in late.content.decode()) == (409, True)
    kept = {"keep-plan": "saved", f"keep-commitments-{indicator}": "mine", "keep-price_tiers": "saved"}
    assert edited(client, draft, {**second, **kept, "version": held(late)}).status_code == 302
    draft.refresh_from_db()
    content: Any = read(draft.content)
    asked = answers(ready.call)
    assert (content["plan"], content["partners"]) == ("第一页的方案", [{"name": "另一集成商", "role": "integrator"}])
    assert [row["value"] for row in content["commitments"]] == ["0.2", *[r["value"] for r in asked["commitments"][1:]]]
    assert [row["price"] for row in content["price_tiers"]] == ["17", "15.25"]
