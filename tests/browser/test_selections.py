"""A selection as reviewer, chair, publisher, respondent and the public see it: phone and desk."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from marketplace.actions import objections
from marketplace.actions.eligibility import exclude
from marketplace.actions.engagement_opening import open_engagement
from marketplace.actions.failed_calls import fail_selection
from marketplace.actors import actor_for
from marketplace.models import Account, Selection
from tests.browser.conftest import PageMaker, axe_findings, overflowing
from tests.browser.people import photograph, session_of
from tests.factories import Cast
from tests.marketplace.test_awards import give_award
from tests.selections import (
    Review,
    admit_all,
    agree,
    declare_all,
    end_notice,
    evaluated_call,
    published,
    score,
    write_all_feedback,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [(1440, "zh-CN"), (390, "en")]


def visit(open_page: PageMaker, name: str, account: Account | None, address: str) -> None:
    """Open an address in Chinese on the desk and in English on the phone; it reads well on both."""
    for width, locale in SIZES:
        page = open_page(address, width=width, locale=locale, cookies=session_of(account))
        assert overflowing(page) == "", name
        photograph(page, f"{name}-{locale[:2]}-{width}")
        assert axe_findings(page) == [], name


def steps(cast: Cast) -> Iterator[tuple[str, Account | None, str]]:
    """Walk a selection and yield (picture, reader, address) at each step."""
    review = evaluated_call(cast, 4, eligibility=[{"name": "业绩", "text": "须有一年以上同类产线业绩"}])
    pk, reviewers = review.ready.call.pk, review.ready.reviewers
    page, first = reverse("selection", args=[pk]), reverse("review_response", args=[pk, 1])
    yield "declaration", reviewers[0], page
    yield "result-none", None, reverse("call_result", args=[pk])
    declare_all(review)
    yield "eligibility", reviewers[0], first
    *_others, last = review.responses()
    act: Any = {"actor": review.chair, "selection_id": review.selection.pk, "response_id": last.pk}
    exclude(**act, clause="call", explanation="所附业绩不满一年", quoted="须有一年以上同类产线业绩")
    admit_all(review)
    yield "scores", reviewers[1], reverse("review_response", args=[pk, review.responses()[0].number])
    given = dict(
        zip([row.pk for row in review.responses()[:3]], (["90", "80"], ["70", "95"], ["35", "100"]), strict=True)
    )
    for number, account in enumerate(reviewers):
        score(review, account, {key: [value[0], str(int(value[1]) - number)] for key, value in given.items()})
    yield "consensus", reviewers[0], reverse("review_response", args=[pk, review.responses()[0].number])
    for row in review.responses()[:3]:
        agree(review, row, given[row.pk])
    yield "evaluated", cast.publisher, page


@pytest.fixture
def under_notice(live_cast: Cast) -> Review:
    return published(live_cast, ["90", "80"], ["70.5", "95"], ["35", "100"])


def test_the_panels_pages_read_well(live_cast: Cast, open_page: PageMaker) -> None:
    seen = 0
    for name, account, address in steps(live_cast):
        visit(open_page, name, account, address)
        seen += 1
    assert seen == 6


def test_the_result_reads_well(live_cast: Cast, under_notice: Review, open_page: PageMaker) -> None:
    pk = under_notice.ready.call.pk
    result, page = reverse("call_result", args=[pk]), reverse("selection", args=[pk])
    visit(open_page, "notice", under_notice.suppliers[1], result)
    chair = under_notice.ready.reviewers[0]
    visit(open_page, "feedback", chair, reverse("review_response", args=[pk, under_notice.responses()[1].number]))
    actor = actor_for(under_notice.suppliers[1])
    (own,) = actor.organisation_ids
    objections.object_to(
        actor=actor, selection_id=under_notice.selection.pk, organisation_id=own, reasons="第二项评分与承诺不符。"
    )
    visit(open_page, "objection", live_cast.manager, page)
    row = under_notice.selection.objections.get()
    objections.reject_objection(actor=live_cast.actor("manager"), objection_id=row.pk, answer="评分依据充分。")
    write_all_feedback(under_notice)
    end_notice(under_notice)
    visit(open_page, "award", live_cast.publisher, page)
    give_award(live_cast, under_notice)
    visit(open_page, "awarded", None, result)
    own_page = reverse("response_detail", args=[under_notice.responses()[1].pk])
    visit(open_page, "own", under_notice.suppliers[1], own_page)
    visit(open_page, "list", live_cast.manager, reverse("selection_list"))
    visit(open_page, "project-to-open", live_cast.manager, page)
    winner = under_notice.responses()[0]
    open_engagement(actor=live_cast.actor("manager"), response_id=winner.pk)
    visit(open_page, "won", under_notice.suppliers[0], reverse("response_detail", args=[winner.pk]))
    visit(open_page, "waiting", live_cast.manager, reverse("staff_home"))


def test_a_failed_call_offers_what_comes_next(live_cast: Cast, open_page: PageMaker) -> None:
    review = evaluated_call(live_cast, 1)
    visit(open_page, "failing", live_cast.publisher, reverse("selection", args=[review.ready.call.pk]))
    fail_selection(
        actor=live_cast.actor("publisher"), selection_id=review.selection.pk, code="too_few", reason="仅一家响应。"
    )
    visit(open_page, "failed", live_cast.manager, reverse("selection", args=[review.ready.call.pk]))
    visit(open_page, "result-failed", None, reverse("call_result", args=[review.ready.call.pk]))
    assert Selection.objects.get().status == "failed"
