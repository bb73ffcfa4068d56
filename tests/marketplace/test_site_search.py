"""The search of the whole site: every list at once, as each finds by itself, and straight to a page by its code."""

from typing import Any

import pytest

from marketplace.actions.engagement_landing import write_lesson
from marketplace.pipeline import refresh_search
from scenarios.actions import needs
from scenarios.models import Call, MergedDemand, Need
from tests.drain import drain_outbox
from tests.engagements import running_engagement
from tests.factories import Cast, draft_need, published_capability, published_need
from tests.scenarios.test_pool_pages import accept, pool_of
from tests.scenarios.test_public_pages import open_call

LISTS = ("needs", "calls", "pools", "capabilities", "engagements", "lessons")


def formed_pool(cast: Cast) -> MergedDemand:
    pool = pool_of(cast, published_need(cast), published_need(cast, "rival"))
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    return pool


def everything(cast: Cast) -> dict[str, Any]:
    """Plant something of every kind whose title holds 铸件 or 缺陷."""
    pool = formed_pool(cast)
    call = open_call(cast, published_need(cast, title_zh="铸件表面缺陷定位"))
    capability = published_capability(cast)
    engagement = running_engagement(cast)
    lesson = write_lesson(
        actor=cast.actor("manager"), engagement_id=engagement.pk, title="铸件先清砂", text="未清砂误报高。"
    )
    return {"demand": pool, "call": call, "capability": capability, "engagement": engagement, "lesson": lesson}


def groups(cast: Cast, words: str, part: str | None = None) -> dict[str, Any]:
    answer = cast.client(part).get("/search/", {"q": words})
    assert answer.status_code == 200
    return {group.name: group for group in answer.context["groups"]}


@pytest.mark.parametrize("part", [None, "enterprise", "manager"])
def test_it_finds_of_each_kind_what_the_list_finds(cast: Cast, part: str | None) -> None:
    everything(cast)
    found = groups(cast, "zj", part)
    assert list(found) == ["need", "call", "demand", "capability", "engagement", "lesson"]
    for name, page in zip(found, LISTS, strict=True):
        of_list = cast.client(part).get(f"/{page}/", {"q": "zj"}).context["page"]
        assert found[name].total == of_list.paginator.count, name
        assert {one.url for one in found[name].pages} <= {f"/{page}/{row.pk}/" for row in of_list}, name
        assert found[name].url == f"/{page}/?q=zj"


def test_an_organisation_is_found_by_its_name_as_in_its_list(cast: Cast) -> None:
    published_need(cast)
    refresh_search(finish=lambda: None)
    found = groups(cast, "甲精密")
    assert [(one.url, one.code, one.title) for one in found["organisation"].pages] == [
        (f"/organisations/{cast.enterprise_org.pk}/", "", "甲精密铸造厂")
    ]
    assert found["organisation"].url == "/organisations/?q=%E7%94%B2%E7%B2%BE%E5%AF%86"
    assert "organisation" not in groups(cast, "乙精密")  # has nothing on offer


def test_the_first_five_are_shown_with_the_way_to_all(cast: Cast) -> None:
    made = [published_need(cast, title_zh=f"焊缝探伤{number}") for number in "一二三四五六七"]
    page = cast.client().get("/search/", {"q": "焊缝"})
    (group,) = page.context["groups"]
    assert (group.total, len(group.pages)) == (7, 5)
    assert [one.code for one in group.pages] == [need.code for need in reversed(made[2:])]
    content = page.content.decode()
    assert '<a href="/needs/?q=%E7%84%8A%E7%BC%9D">' in content
    assert "All 7" in content
    assert "7 hits for “焊缝”" in content


def test_the_best_match_comes_first_and_shows_where_it_was_found(cast: Cast) -> None:
    in_title = published_need(cast, title_zh="焊缝探伤")
    in_text = published_need(cast, "rival", title_zh="无损检验", title_en="", current_process="焊缝探伤由人工完成。")
    (group,) = groups(cast, "焊缝探伤").values()
    assert [one.code for one in group.pages] == [in_title.code, in_text.code]
    assert (group.pages[1].hit.label, group.pages[1].hit.excerpt) == ("Current process", "焊缝探伤由人工完成。")
    assert "<mark>焊缝探伤</mark>由人工完成。" in cast.client().get("/search/", {"q": "焊缝探伤"}).content.decode()


def test_synonyms_and_pinyin_find_as_in_the_lists(cast: Cast) -> None:
    need = published_need(cast, title_zh="铸件在线质检", problem="以外观检测代替人工。")
    drain_outbox()
    for words in ("waiguanjiance", "缺陷检测", "zjzx"):
        assert [one.code for one in groups(cast, words)["need"].pages] == [need.code], words


def test_what_a_reader_may_not_read_is_not_found(cast: Cast) -> None:
    everything(cast)
    Need.objects.update(visibility="verified")
    assert "need" not in groups(cast, "铸件")
    assert groups(cast, "铸件", "supplier")["need"].total == Need.objects.filter(status="published").count()
    draft_need(cast, title_zh="景泰蓝釉面")
    assert groups(cast, "景泰蓝", "enterprise") == {}


def test_a_code_leads_straight_to_its_page(cast: Cast) -> None:
    planted = everything(cast)
    need = Need.objects.filter(status="published").first()
    assert need is not None
    pages = {need.code: f"/needs/{need.pk}/", need.code.lower(): f"/needs/{need.pk}/"}
    paths = {"demand": "pools", "call": "calls", "capability": "capabilities", "engagement": "engagements"}
    pages |= {planted[name].code: f"/{path}/{planted[name].pk}/" for name, path in paths.items()}
    pages[planted["call"].code.replace("-", "").replace("FB", " ｆb ")] = f"/calls/{planted['call'].pk}/"
    client = cast.client()
    for code, page in pages.items():
        answer = client.get("/search/", {"q": code})
        assert (answer.status_code, answer.headers.get("Location")) == (302, page), code


def test_a_code_leads_nowhere_for_whoever_may_not_read_its_page(cast: Cast) -> None:
    draft = draft_need(cast)
    call = open_call(cast, published_need(cast, "rival"))
    Call.objects.filter(pk=call.pk).update(status="draft", opens_at=None)
    for part in (None, "rival", "manager"):
        answer = cast.client(part).get("/search/", {"q": draft.code})
        assert (answer.status_code, answer.context["groups"]) == (200, []), part
    assert "Nothing fits" in cast.client().get("/search/", {"q": draft.code}).content.decode()
    assert cast.client("enterprise").get("/search/", {"q": draft.code})["Location"] == f"/needs/{draft.pk}/"
    assert cast.client().get("/search/", {"q": call.code}).status_code == 200
    assert cast.client("manager").get("/search/", {"q": call.code})["Location"] == f"/calls/{call.pk}/"


def test_the_code_of_a_need_that_was_withdrawn_leads_to_what_became_of_it(cast: Cast) -> None:
    need = published_need(cast)
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    answer = cast.client().get("/search/", {"q": need.code}, follow=True)
    assert (answer.status_code, answer.redirect_chain) == (410, [(f"/needs/{need.pk}/", 302)])


@pytest.mark.parametrize("words", ["", "  ", "\x00", "!?", "量子纠缠"])
def test_without_words_or_hits_the_page_says_what_to_do(cast: Cast, words: str) -> None:
    published_need(cast)
    assert groups(cast, words) == {}


def test_the_header_of_every_page_searches_the_whole_site(cast: Cast) -> None:
    page = cast.client().get("/calls/").content.decode()
    assert 'action="/search/"' in page
    assert "Search the whole site" in page


def test_it_takes_as_many_queries_however_much_it_finds(cast: Cast, django_assert_num_queries: Any) -> None:
    published_need(cast)
    client = cast.client()
    with django_assert_num_queries(3):
        client.get("/search/", {"q": "铸件"})
    everything(cast)
    with django_assert_num_queries(3):
        client.get("/search/", {"q": "铸件"})
