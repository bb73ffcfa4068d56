"""The parts of the form as tasks, and the page on which an author looks a need over before it is submitted."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from scenarios.models import Need
from tests.factories import INDICATORS, Cast, draft_need, published_need
from tests.scenarios.test_drafting_pages import NEW, VAGUE, form, hidden, whole

PRECISION = "/workspace/needs/precision/"


def checked(need: Need) -> str:
    return f"/workspace/needs/{need.pk}/check/"


def states(answer: Any) -> list[str]:
    return [part.state for part in answer.context["parts"].rows]


def test_the_form_tells_which_of_its_parts_are_complete(cast: Cast) -> None:
    client = cast.client("enterprise")
    empty = client.get(NEW)
    assert states(empty) == ["todo"] * 8
    assert "0 of 8 parts complete" in empty.content.decode()
    need = draft_need(cast, boundary_out="", deploy="", finish_by=timezone.localdate() + timedelta(days=99))
    page = client.get(f"/workspace/needs/{need.pk}/edit/")
    assert states(page) == ["done", "started", "done", "done", "done", "started", "done", "done"]
    assert "6 of 8 parts complete" in page.content.decode()
    (boundaries,) = re.findall(r'<a href="#section-boundaries".*?</li>', page.content.decode(), re.DOTALL)
    assert "1 to do" in boundaries


def test_the_parts_follow_what_is_typed(cast: Cast) -> None:
    answer = cast.client("enterprise").post(PRECISION, form([INDICATORS[0]], **VAGUE))
    assert states(answer) == ["started", "todo", "todo", "done", "todo", "todo", "todo", "todo"]
    assert re.search(r'<nav[^>]*id="need-parts"[^>]*hx-swap-oob="true"', answer.content.decode())
    assert "1 of 8 parts complete" in answer.content.decode()


def test_what_is_missing_or_vague_stands_first_and_nothing_can_be_submitted(cast: Cast) -> None:
    client = cast.client("enterprise")
    answer = client.get(client.post(NEW, form(**VAGUE, then="check"))["Location"])
    need, page = Need.objects.get(), answer.content.decode()
    first = answer.context["first"]
    assert [row.name for row in first if row.is_wanted] == ["boundary_out", "quantity", "indicators", "risk"]
    assert [row.name for row in first[4:] if row.urgency == 1] == ["title_zh", "problem"]
    assert "4 answers must change before you can submit" in page
    assert "<mark>打造世界一流</mark>智能工厂" in page or "打造<mark>世界一流</mark>智能工厂" in page
    assert f'href="/workspace/needs/{need.pk}/edit/#id_boundary_out"' in page
    assert f'action="/workspace/needs/{need.pk}/submit/"' not in page


def test_every_answer_stands_once_in_words_with_the_way_to_change_it(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    need, client = draft_need(cast), cast.client("enterprise")
    with django_assert_max_num_queries(12):
        answer = client.get(checked(need))
    page = answer.content.decode()
    shown = answer.context["first"] + [row for part in answer.context["parts"] for row in part.answers]
    text = {row.name: row.text for row in shown}
    assert len(text) == len(shown) == 30
    assert (text["quantity"], text["risk"], text["budget_max"]) == ("4 lines", "None of these applies", "120")
    assert {row.name for row in shown if not row.is_public} == {
        *("value_amount", "value_basis", "budget_min", "budget_max", "funding", "risk", "ethics_number"),
        *("merge_pref", "blocked", "visibility", "contact"),
    }
    assert page.count(f'href="/workspace/needs/{need.pk}/edit/#id_') == 30
    assert "漏检率" in page


def test_who_looked_over_an_older_version_looks_again(cast: Cast) -> None:
    need, client = draft_need(cast), cast.client("enterprise")
    version = hidden(client.get(checked(need)), "version")
    client.post(f"/workspace/needs/{need.pk}/edit/", whole(version=version, title_en="Changed by a colleague"))
    answer = client.post(f"/workspace/needs/{need.pk}/submit/", {"version": version}, follow=True)
    assert answer.redirect_chain == [(checked(need), 302)]
    assert "Someone saved this need after you looked it over." in answer.content.decode()
    assert "Changed by a colleague" in answer.content.decode()
    need.refresh_from_db()
    assert need.status == "draft"


@pytest.mark.parametrize(("part", "status"), [("rival", 404), ("supplier", 404), ("manager", 403)])
def test_nobody_else_looks_a_draft_over(cast: Cast, part: str, status: int) -> None:
    assert cast.client(part).get(checked(draft_need(cast))).status_code == status


def test_what_is_on_offer_is_not_checked_again(cast: Cast) -> None:
    need = published_need(cast)
    assert cast.client("enterprise").get(checked(need))["Location"] == f"/needs/{need.pk}/"
