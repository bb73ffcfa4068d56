"""What the platform explains by itself is worded for each reader, whatever language whoever clicked reads."""

from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.actions.selections import open_evaluation
from marketplace.actors import actor_for
from marketplace.models import Account, Engagement, Exclusion, Organisation
from scenarios.actions import needs
from scenarios.models import Call, MergedDemand, Need
from scenarios.pipeline import sweep_clock
from tests.calls import close, drafted_call, make_supplier, opened_call, sealed, sealed_call
from tests.engagements import running_engagement
from tests.factories import Cast
from tests.marketplace.test_lost_winners import block, ended, suspend, withdraw
from tests.marketplace.test_suspended_parties import suspend as suspend_account
from tests.sandboxes import report, set_up
from tests.scenarios.test_deadlines import SOON, make_pool, reach_deadline
from tests.selections import Review, open_all

UNVERIFIED = (
    "The lead organisation was verified when it sealed, and is not any more.",
    "密封时牵头机构已认证，现已不再认证。",
)
WITHDREW = (
    "The lead organisation withdrew between the result and the award.",
    "牵头方在结果公布后、定标前退出。",
)
BLOCKED = (
    "An organisation that stands behind the call does not go on with the lead organisation.",
    "榜单的需求方之一不再与该牵头方继续合作。",
)
LANGUAGES = ("en", "zh-hans")


def read(account: Account | None, path: str) -> list[str]:
    """Return the page or answer at a path in English and in Chinese."""
    texts = []
    for language in LANGUAGES:
        client = Client(headers={"accept-language": language})
        if account:
            client.force_login(account)
        answer = client.get(path)
        assert answer.status_code == 200, path
        texts.append(answer.content.decode())
    return texts


def told(texts: list[str], pair: tuple[str, str]) -> list[tuple[bool, bool]]:
    """Return for each text whether the English and the Chinese sentence stand in it."""
    return [(pair[0] in text, pair[1] in text) for text in texts]


EACH_ITS_OWN = [(True, False), (False, True)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("drops_out", "ground", "pair"),
    [(suspend, "unverified", UNVERIFIED), (withdraw, "withdrew", WITHDREW), (block, "blocked", BLOCKED)],
)
def test_why_a_winner_dropped_out(
    cast: Cast, drops_out: Callable[[Cast, Review], None], ground: str, pair: tuple[str, str], language: str
) -> None:
    review = ended(cast)
    drops_out(cast, review)
    publisher = cast.client("publisher", language=language)
    next_in_rank = reverse("selection_next", args=[review.ready.call.pk])
    assert publisher.post(next_in_rank, {"version": review.fresh().version}).status_code == 302
    gone = review.responses()[0]
    assert (gone.exclusion.ground, gone.exclusion.explanation) == (ground, "")
    Organisation.objects.filter(pk=gone.lead_id).update(verification="verified")  # nobody suspended reads on
    author = review.suppliers[0]
    assert told(read(author, reverse("response_detail", args=[gone.pk])), pair) == EACH_ITS_OWN
    assert told(read(author, f"/api/v1/responses/{gone.pk}/"), pair) == EACH_ITS_OWN


def test_why_a_response_is_excluded_at_the_opening_of_the_evaluation(cast: Cast) -> None:
    ready, account = sealed_call(cast), make_supplier(0)[1]
    sealed(ready.call, account)
    close(ready.call)
    open_all(ready)
    suspend_account(cast, account)
    with override("zh-hans"):
        open_evaluation(actor=actor_for(ready.reviewers[0]), call_id=ready.call.pk)
    exclusion = Exclusion.objects.get()
    assert (exclusion.clause, exclusion.ground, exclusion.explanation) == ("unverified", "unverified", "")
    for language, sentence in zip(LANGUAGES, UNVERIFIED, strict=True):
        with override(language):
            assert exclusion.told == sentence


def test_why_the_platform_cancelled_a_call(cast: Cast) -> None:
    call = opened_call(cast, drafted_call(cast, kind="open_list"))
    with override("en"):
        needs.withdraw_need(actor=cast.actor("enterprise"), need_id=Need.objects.get().pk)
    pair = ("What the call asked for was taken back by its owner.", "榜单对应的需求已由提交方撤回。")
    assert (Call.objects.get().cancelled_reason, Call.objects.get().cancelled_ground) == ("", "taken_back")
    assert told(read(None, reverse("call_detail", args=[call.pk])), pair) == EACH_ITS_OWN
    assert told(read(None, f"/api/v1/calls/{call.pk}/"), pair) == EACH_ITS_OWN
    assert told(read(cast.manager, reverse("staff_call", args=[call.pk])), pair) == EACH_ITS_OWN


def test_why_the_platform_ended_a_pool(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6], threshold_quantity=Decimal(99), deadline=timezone.now() + SOON)
    MergedDemand.objects.filter(pk=pool.pk).update(on_fail="split")
    reach_deadline(pool)
    sweep_clock()
    pair = ("The minimum scale was not reached by the deadline.", "截止时未达到规模起点。")
    assert told(read(None, reverse("pool_detail", args=[pool.pk])), pair) == EACH_ITS_OWN
    assert told(read(None, f"/api/v1/demands/{pool.pk}/"), pair) == EACH_ITS_OWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_an_incident_suspends_a_project(cast: Cast, language: str) -> None:
    engagement = running_engagement(cast)
    set_up(cast.client("supervisor"), engagement)
    assert report(cast.client("supplier", language=language), engagement, 1, what="机械臂越界").status_code == 302
    saved: Any = Engagement.objects.get()
    assert (saved.status, saved.reason, saved.halting_incident) == ("suspended", "机械臂越界", 1)
    pair = ("Incident 1 of severity 1 in the sandbox: 机械臂越界", "沙箱内发生 1 级事件（第 1 号）：机械臂越界")
    assert told(read(cast.manager, reverse("engagement_detail", args=[engagement.pk])), pair) == EACH_ITS_OWN
    assert told(read(cast.manager, f"/api/v1/engagements/{engagement.pk}/"), pair) == EACH_ITS_OWN


@pytest.mark.parametrize("language", [0, 1], ids=LANGUAGES)
def test_sentences_of_before_become_grounds_and_sentences_again(cast: Cast, language: int) -> None:
    """The migrations, on a call, a pool and an exclusion of before, and on reasons that somebody wrote."""
    of_calls, of_responses = (
        import_module(f"{app}.migrations.{name}_word_grounds_when_read")
        for app, name in (("scenarios", "0033"), ("marketplace", "0030"))
    )
    call = opened_call(cast, drafted_call(cast, kind="open_list"))
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=Need.objects.get().pk)
    pool, own = make_pool(cast, [4, 6]), make_pool(cast, [5, 7])
    ends = {pool: of_calls.ENDED[language], own: "不再需要。"}
    for one, reason in ends.items():
        MergedDemand.objects.filter(pk=one.pk).update(status="dissolved", reason=reason)
    Call.objects.filter(pk=call.pk).update(cancelled_reason=of_calls.CANCELLED[language], cancelled_ground="")
    review = ended(cast, *([number, number] for number in ("90", "80", "70", "60")))
    words = {name: pair[language] for name, pair in of_responses.SENTENCES.items()} | {"": "资质不符。"}
    rows = list(review.responses())
    for row, text in zip(rows, words.values(), strict=True):
        Exclusion.objects.create(response=row, clause="budget", explanation=text)

    def stored() -> list[Any]:
        return [
            list(Call.objects.filter(pk=call.pk).values_list("cancelled_ground", "cancelled_reason")),
            [MergedDemand.objects.values_list("end_ground", "reason").get(pk=one.pk) for one in ends],
            [Exclusion.objects.values_list("ground", "explanation").get(response=row) for row in rows],
        ]

    for module in (of_calls, of_responses):
        module.to_grounds(apps, None)
    assert stored() == [
        [("taken_back", "")],
        [("missed", ""), ("", "不再需要。")],
        [("unverified", ""), ("withdrew", ""), ("blocked", ""), ("", "资质不符。")],
    ]
    for module in (of_calls, of_responses):
        module.to_sentences(apps, None)
    assert stored() == [
        [("", of_calls.CANCELLED[1])],
        [("", of_calls.ENDED[1]), ("", "不再需要。")],
        [*(("", pair[1]) for pair in of_responses.SENTENCES.values()), ("", "资质不符。")],
    ]
