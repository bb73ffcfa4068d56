"""The list of vague phrases: what staff adds, what it would do before it is saved, and the way back."""

from typing import Any

import pytest
from django.urls import reverse

from scenarios.models import Event, Need, VaguePhrase
from scenarios.vagueness import PhraseEdits, phrase_list
from tests.factories import Cast, checked_need, draft_need, published_need

PAGE = "/staff/vocabulary/phrases/"
BROAD = "全流程贯通，用人工智能自动检出铸件缺陷，覆盖全车间各工序，形成闭环并持续迭代。"

ONE_CLAUSE = "用人工智能实现铸件表面气孔裂纹自动检出与全流程贯通并覆盖全车间各道工序和质检台账"


def entered(cast: Cast, text: str, group: str = "buzz", **data: str) -> Any:
    return cast.client("manager").post(PAGE, {"text": text, "group": group, **data}, follow=True)


def vague_in(need: Need) -> list[str]:
    need.refresh_from_db()
    return [quote for row in need.precision_report["findings"] if row["code"] == "vague" for quote in row["quotes"]]


def test_only_managers_come_here(cast: Cast) -> None:
    assert cast.client("manager").get(PAGE).status_code == 200
    for part in ("moderator", "publisher", "auditor", "enterprise"):
        assert cast.client(part).get(PAGE).status_code == 403
        assert cast.client(part).post(PAGE, {"text": "全流程贯通", "group": "buzz"}).status_code == 403
    assert VaguePhrase.objects.count() == 0


def test_a_phrase_counts_from_the_next_check_and_is_taken_back(cast: Cast) -> None:
    before = draft_need(cast, problem=BROAD)
    assert vague_in(before) == []
    entered(cast, " 全流程贯通 ")
    phrase = VaguePhrase.objects.get()
    assert (phrase.text, phrase.form, phrase.group, phrase.added_by) == (
        "全流程贯通",
        "全流程贯通",
        "buzz",
        cast.manager,
    )
    assert vague_in(before) == []
    assert vague_in(draft_need(cast, problem=BROAD)) == ["全流程贯通"]
    cast.client("manager").post(reverse("vague_phrase_retire", args=[phrase.pk]))
    assert vague_in(draft_need(cast, problem=BROAD)) == []
    cast.client("manager").post(reverse("vague_phrase_reinstate", args=[phrase.pk]))
    assert vague_in(draft_need(cast, problem=BROAD)) == ["全流程贯通"]
    logged = Event.objects.filter(kind__startswith="vocabulary.").order_by("id")
    assert [(row.kind, row.actor_id, row.data) for row in logged] == [
        (f"vocabulary.{done}", cast.manager.pk, {"phrase": "全流程贯通", "group": "buzz"})
        for done in ("added", "retired", "reinstated")
    ]


def test_a_delivered_phrase_is_made_fair(cast: Cast) -> None:
    text = "世界一流的铸件产线要求：气孔漏检率不高于 0.5 %，裂纹全部检出，每班人工复核 200 件，数据写入质检台账。"
    assert vague_in(draft_need(cast, problem=text)) == ["世界一流"]
    entered(cast, "世界一流", "fair")
    assert vague_in(draft_need(cast, problem=text)) == []
    assert "世界一流" in phrase_list().group_of  # the delivered list itself stays as it is


def test_the_preview_says_what_scores_would_be(cast: Cast) -> None:
    held = published_need(cast, problem=ONE_CLAUSE)
    published_need(cast, "rival")
    checked_need(cast, "supplier", problem=f"{BROAD} 另需说明节拍 12 s/件。")
    page = entered(cast, "全流程贯通", preview="1")
    effect = page.context["effect"]
    assert (effect.looked_at, effect.holding, effect.noted, effect.changed) == (3, 2, 2, 1)
    assert (effect.examples[0].need, effect.examples[0].before) == (held, held.precision_score)
    assert effect.examples[0].after < effect.examples[0].before
    assert (VaguePhrase.objects.count(), Event.objects.filter(kind="vocabulary.added").count()) == (0, 0)
    assert "It stands in 2 of the 3 newest needs" in page.content.decode()
    assert entered(cast, "洗衣机甩干", preview="1").context["effect"].holding == 0


@pytest.mark.parametrize(
    ("text", "group", "refusal"),
    [
        ("赋", "buzz", "A phrase has 2 to 40 characters."),
        ("世界一流", "buzz", "This phrase is in the list already."),
        ("World-Class", "rank", "This phrase is in the list already."),
        ("铸件", "fair", "This phrase is not in the list: nothing to make fair."),
        ("全流程贯通", "nonsense", "Select a valid choice."),
    ],
)
def test_what_is_no_phrase_is_refused(cast: Cast, text: str, group: str, refusal: str) -> None:
    page = entered(cast, text, group)
    assert page.status_code == 422
    assert refusal in page.content.decode()
    assert VaguePhrase.objects.count() == 0


def test_a_retired_phrase_that_came_anew_stays_retired(cast: Cast) -> None:
    entered(cast, "全流程贯通")
    retired = VaguePhrase.objects.get()
    client = cast.client("manager")
    client.post(reverse("vague_phrase_retire", args=[retired.pk]))
    entered(cast, "全流程贯通", "effect")
    page = client.post(reverse("vague_phrase_reinstate", args=[retired.pk]), follow=True)
    assert "This phrase is in the list already." in page.content.decode()
    assert [row.group for row in VaguePhrase.objects.in_use()] == ["effect"]
    assert client.post(reverse("vague_phrase_retire", args=[retired.pk])).status_code == 409


def test_the_page_is_complete_in_chinese(cast: Cast) -> None:
    entered(cast, "全流程贯通")
    text = cast.client("manager", language="zh-hans").get(PAGE).content.decode()
    assert "空泛词" in text
    assert "世界一流、国际一流、国内一流 …" in text


def test_edits_are_added_and_exempted() -> None:
    edits = PhraseEdits().with_phrase("全流程贯通", "buzz").with_phrase("世界一流", "")
    known = phrase_list(edits).group_of
    assert (known["全流程贯通"], "世界一流" in known, "国际一流" in known) == ("buzz", False, True)
