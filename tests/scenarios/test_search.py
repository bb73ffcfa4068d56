"""Full-text search: pinyin and initials, other words and characters, the best match first, where it was found."""

import pytest

from scenarios.highlighting import Hit, hit_of, passages
from scenarios.pinyin import spellings, spelt
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need
from tests.scenarios.test_pool_pages import accept, pool_of
from tests.scenarios.test_public_pages import open_call

CONTACT, BASIS = "陶器窑温", "景泰蓝釉"


def found(cast: Cast, page: str, words: str) -> list[str]:
    return [str(row.pk) for row in cast.client().get(page, {"q": words}).context["page"]]


@pytest.mark.parametrize(
    "typed",
    [
        "zhujianbiaomian",
        "zhu jian biao mian",
        "ZJBM",
        "zjbmqx",
        "qxjc",
        "Quēxiàn",
        "鑄件表面缺陷",
        "铸件 qxjc",
        "casting",
    ],
)
def test_a_need_is_found_however_it_is_typed(cast: Cast, typed: str) -> None:
    need = published_need(cast, title_zh="铸件表面缺陷检测")
    published_need(cast, "rival", title_zh="病区跌倒识别", title_en="Falls on wards", problem="夜间 60 张床位。")
    assert found(cast, "/needs/", typed) == [str(need.pk)]


def test_initials_begin_at_a_character_and_are_no_part_of_a_word(cast: Cast) -> None:
    published_need(cast, title_zh="铸件表面缺陷检测")
    assert found(cast, "/needs/", "uexian") == []
    assert found(cast, "/needs/", "zjqx") == []


def test_ü_is_typed_as_u(cast: Cast) -> None:
    assert sorted(spellings("绿地")) == ["d", "di", "ld", "ludi"]
    assert spelt("绿地巡检", "lud") == ["绿地"]


def test_capabilities_calls_pools_and_the_api_are_searched_alike(cast: Cast) -> None:
    capability = published_capability(cast, title_zh="表面瑕疵识别")
    call = open_call(cast, published_need(cast, title_zh="铸件表面缺陷检测"))
    members = [published_need(cast, title_zh="焊缝探伤"), published_need(cast, "rival", title_zh="焊缝探伤")]
    pool = pool_of(cast, *members)
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    assert found(cast, "/capabilities/", "bmxc") == [str(capability.pk)]
    assert found(cast, "/calls/", "biaomianquexian") == [str(call.pk)]
    assert found(cast, "/pools/", "hanfeng") == found(cast, "/pools/", pool.code) == [str(pool.pk)]
    for name, words, pk in (("calls", "bmqx", call.pk), ("demands", pool.code, pool.pk)):
        answer = cast.client().get(f"/api/v1/{name}/", {"q": words}).json()
        assert [row["id"] for row in answer["results"]] == [str(pk)]


def test_pinyin_of_a_synonym_finds_what_is_said_in_other_words(cast: Cast) -> None:
    need = published_need(cast, title_zh="铸件在线质检", problem="以外观检测代替人工。")
    drain_outbox()
    assert found(cast, "/needs/", "waiguanjiance") == [str(need.pk)]
    assert found(cast, "/needs/", "缺陷检测") == [str(need.pk)]


def test_the_best_match_comes_first(cast: Cast) -> None:
    problem = "人工目检铸件，漏检率 3 %，4 条产线。"
    in_title = published_need(cast, title_zh="焊缝探伤", problem=problem)
    in_text = published_need(cast, "rival", title_zh="无损检验", problem="焊缝探伤由人工完成，4 条产线，漏检率 3 %。")
    assert found(cast, "/needs/", "焊缝探伤") == [str(in_title.pk), str(in_text.pk)]
    answer = cast.client().get("/needs/", {"q": "焊缝探伤", "sort": "newest"})
    assert [row.pk for row in answer.context["page"]] == [in_text.pk, in_title.pk]


def test_a_hit_shows_where_it_was_found(cast: Cast) -> None:
    published_need(cast, title_zh="铸件質量", title_en="", problem="班组用肉眼看。", current_process="靠工人目视缺陷。")
    page = cast.client().get("/needs/", {"q": "缺陷"}).content.decode()
    assert "Current process" in page
    assert "靠工人目视<mark>缺陷</mark>。" in page
    assert "铸件<mark>質量</mark>" in cast.client().get("/needs/", {"q": "zhiliang"}).content.decode()


def test_passages_are_marked_as_they_stand_in_the_text() -> None:
    assert passages("鋼板Ｓｕｒｆａｃｅ缺陷", ["钢板", "surface"]) == ["鋼板", "Ｓｕｒｆａｃｅ"]
    assert passages("表面的缺陷与检测", ["缺陷检测"]) == ["缺陷", "检测"]
    assert passages("缺陷检测", ["qxjc"]) == []
    assert passages("缺陷检测", ["qxjc"], heads=True) == ["缺陷检测"]
    text = "一" * 50 + "缺陷" + "二" * 200
    assert hit_of("标题", [("Problem", text)], ["缺陷"]) == Hit(
        ["缺陷"], "Problem", "…" + "一" * 30 + "缺陷" + "二" * 128 + "…"
    )
    repeated = [("Title", "缺陷检测"), ("In scope", "检测缺陷")]
    assert hit_of("缺陷检测", repeated, ["缺陷"]) == Hit(["缺陷", "缺陷"], "In scope", "检测缺陷")
    assert hit_of("缺陷检测", repeated[:1], ["缺陷"]) == Hit(["缺陷"], "", "")


def test_what_not_everyone_may_read_is_found_by_nobody(cast: Cast) -> None:
    published_need(cast, contact=CONTACT, value_basis=BASIS, visibility="public")
    published_capability(cast, contact=CONTACT, min_scale_basis=BASIS)
    for part in (None, "enterprise", "rival", "manager"):
        client = cast.client(part)
        for words in (CONTACT, BASIS, "taoqiyaowen", "jtly"):
            for page in ("/needs/", "/capabilities/"):
                assert list(client.get(page, {"q": words}).context["page"]) == []


def test_a_pool_is_not_found_under_its_members(cast: Cast) -> None:
    members = [published_need(cast), published_need(cast, "rival")]
    pool = pool_of(cast, *members)
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    for organisation in (cast.enterprise_org, cast.rival_org):
        assert found(cast, "/pools/", organisation.name_zh) == []
