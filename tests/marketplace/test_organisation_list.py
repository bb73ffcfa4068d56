"""The public list of organisations: who is listed to whom, with which numbers, found and narrowed how."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.models import Organisation
from marketplace.pipeline import refresh_search
from scenarios.models import MergedDemand
from tests.engagements import accept, landed_pool, passed_gate, running_engagement
from tests.factories import Cast, draft_capability, make_member, make_organisation, published_capability, published_need
from tests.marketplace.test_capability_pages import text
from tests.scenarios.test_list_files import sheet

LIST = "/organisations/"
COUNTS = ("needs_on_offer", "capabilities_on_offer", "landed_projects")


def listed(client: Client, query: str = "") -> dict[str, tuple[int, int, int]]:
    """Return name → the three numbers, in the order of the page."""
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {one.name_zh: tuple(getattr(one, name) for name in COUNTS) for one in response.context["page"]}  # type: ignore[misc]


def through_api(client: Client, query: str = "") -> dict[str, tuple[int, int, int]]:
    rows = client.get(f"/api/v1/organisations/?listed=true&{query}").json()["results"]
    return {row["name_zh"]: tuple(row[name] for name in COUNTS) for row in rows}  # type: ignore[misc]


def test_the_list_holds_verified_organisations_with_something_on_offer(cast: Cast) -> None:
    published_need(cast)
    published_need(cast)
    published_capability(cast)
    draft_capability(cast, "rival")
    unverified = make_organisation("丁未认证厂", verified=False)
    published_need(cast, make_member(unverified))
    suspended = make_organisation("戊停用厂")
    published_need(cast, make_member(suspended))
    Organisation.objects.filter(pk=suspended.pk).update(verification="suspended")
    found = {"甲精密铸造厂": (2, 0, 0), "丙视觉科技": (0, 1, 0)}
    assert listed(cast.client()) == through_api(cast.client()) == found
    shown = text(cast.client(), LIST)
    assert "2 organisations" in shown
    assert "2 needs on offer" in shown
    assert "1 capability on offer" in shown
    assert "共 2 家机构" in text(cast.client(language="zh-hans"), LIST)


def test_a_need_that_a_reader_may_not_open_is_not_counted_for_them(cast: Cast) -> None:
    published_need(cast)
    published_need(cast, visibility="verified")
    published_need(cast, visibility="parties")
    published_need(cast, "rival", visibility="verified")
    for part, found in (
        (None, {"甲精密铸造厂": (1, 0, 0)}),
        ("stranger", {"甲精密铸造厂": (1, 0, 0)}),
        ("supplier", {"甲精密铸造厂": (2, 0, 0), "乙精密铸造厂": (1, 0, 0)}),
        ("auditor", {"甲精密铸造厂": (3, 0, 0), "乙精密铸造厂": (1, 0, 0)}),
    ):
        client = cast.client(part)
        assert listed(client) == through_api(client) == found, part
        page = client.get(f"{LIST}{cast.enterprise_org.pk}/")
        assert len(page.context["needs"]) == found["甲精密铸造厂"][0]


def test_the_members_of_an_anonymous_pool_are_not_told_by_what_landed(cast: Cast) -> None:
    engagement = landed_pool(cast)
    found = {"甲精密铸造厂": (1, 0, 0), "乙精密铸造厂": (1, 0, 0), "丙视觉科技": (0, 0, 1)}
    assert listed(cast.client()) == through_api(cast.client()) == listed(cast.client("auditor")) == found
    for organisation, shown in ((cast.enterprise_org, False), (cast.rival_org, False), (cast.supplier_org, True)):
        page = cast.client().get(f"{LIST}{organisation.pk}/").content.decode()
        assert (f"/engagements/{engagement.pk}/" in page) is shown
    # Named, but only two of them: each could tell the other's part.
    MergedDemand.objects.update(disclosure="named")
    assert listed(cast.client()) == found


def test_both_sides_of_a_project_for_one_need_are_told(cast: Cast) -> None:
    engagement = running_engagement(cast)
    assert listed(cast.client()) == {"甲精密铸造厂": (1, 0, 0)}
    for stage in ("poc", "scale"):
        passed_gate(cast, engagement, stage)
    accept(cast, engagement, "0.4", "9.5")
    assert listed(cast.client(), "?sort=name") == {"丙视觉科技": (0, 0, 1), "甲精密铸造厂": (0, 0, 1)}
    shown = text(cast.client(), f"{LIST}{cast.enterprise_org.pk}/")
    assert "Landed projects (1)" in shown
    assert "Needs on offer (0)" in shown


@pytest.fixture
def three(cast: Cast) -> Cast:
    """Three that are listed, the supplier with an English name that its owner gave it."""
    published_need(cast)
    published_need(cast, "rival")
    published_capability(cast)
    path = f"/api/v1/organisations/{cast.supplier_org.pk}/"
    about = {"name_en": "Bing Vision", "about": "为铸造厂做在线视觉检测。", "district": "binhu"}
    cast.client("supplier").patch(path, about, content_type="application/json")
    Organisation.objects.update(verification="verified")
    refresh_search(finish=lambda: None)
    return cast


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=精密铸造", {"甲精密铸造厂", "乙精密铸造厂"}),
        ("q=bjs", set()),
        ("q=jmzz", {"甲精密铸造厂", "乙精密铸造厂"}),
        ("q=shijue", {"丙视觉科技"}),
        ("q=bing vision", {"丙视觉科技"}),
        ("q=在线视觉", {"丙视觉科技"}),
        ("kind=supplier", {"丙视觉科技"}),
        ("district=huishan", {"甲精密铸造厂", "乙精密铸造厂"}),
        ("kind=enterprise&district=binhu", set()),
    ],
)
def test_the_list_is_searched_and_narrowed(three: Cast, query: str, found: set[str]) -> None:
    assert set(listed(three.client(), f"?{query}")) == set(through_api(three.client(), query)) == found


def test_a_new_name_is_found_as_soon_as_its_owner_gives_it(cast: Cast) -> None:
    published_capability(cast)
    path = f"/api/v1/organisations/{cast.supplier_org.pk}/"
    answer = cast.client("supplier").patch(path, {"name_en": "Third Eye"}, content_type="application/json")
    assert answer.status_code == 200
    found = cast.client("moderator").get("/api/v1/organisations/", {"q": "third eye"}).json()["results"]
    assert [row["name_zh"] for row in found] == ["丙视觉科技"]
    assert listed(cast.client(), "?q=third eye") == {}  # another name is verified first


def test_the_place_of_a_hit_is_marked(three: Cast) -> None:
    page = three.client(language="zh-hans").get(f"{LIST}?q=jmzz").content.decode()
    assert "<mark>精密铸造</mark>厂" in page
    assert "<mark>视觉</mark>" in three.client().get(f"{LIST}?q=视觉").content.decode()


def test_facets_count_under_the_choices_of_the_others(three: Cast) -> None:
    context = three.client().get(f"{LIST}?district=huishan").context
    counts = {facet.name: {one.value: one.count for one in facet.options} for facet in context["facets"]}
    assert counts == {"kind": {"enterprise": 2}, "district": {"binhu": 1, "huishan": 2}}
    assert [str(chip.label) for chip in context["chips"]] == ["Huishan"]
    assert context["page"].paginator.count == 2


def test_the_list_is_sorted(three: Cast) -> None:
    assert [*listed(three.client())] == ["丙视觉科技", "乙精密铸造厂", "甲精密铸造厂"]
    assert [*listed(three.client(language="zh-hans"), "?sort=name")] == sorted(listed(three.client()))
    assert next(iter(listed(three.client(), "?sort=name"))) == "丙视觉科技"  # Bing Vision
    orders = [one.name for one in three.client().get(f"{LIST}?q=视觉").context["orders"]]
    assert orders == ["best", "newest", "name", "landed"]


def test_an_empty_list_says_what_to_do(cast: Cast) -> None:
    shown = text(cast.client(), f"{LIST}?q=量子")
    assert "No organisation fits" in shown
    assert "Take a filter away, or search for a part of the name." in shown
    assert 'href="/organisations/"' in cast.client().get(f"{LIST}?q=量子").content.decode()


def test_the_workbook_has_the_columns_of_the_open_data_and_the_numbers_of_the_page(three: Cast) -> None:
    head, row = sheet(three.client(), LIST, kind="supplier")
    found: dict[Any, Any] = dict(zip(head, row, strict=True))
    assert (found["Name"], found["English name"], found["Kind"], found["District"]) == (
        "丙视觉科技",
        "Bing Vision",
        "Supplier",
        "Binhu",
    )
    assert (found["Needs on offer"], found["Capabilities on offer"], found["Landed projects"]) == (0, 1, 0)
    public = three.client().get("/api/v1/open-data/organisations/").json()["results"]
    assert [*public[0]][-3:] == [*COUNTS]
    assert len(head) == len(public[0])
    told = {one["name_zh"]: tuple(one[name] for name in COUNTS) for one in public}
    assert told == listed(three.client())


def test_the_list_takes_as_many_queries_for_two_as_for_twenty(three: Cast) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert three.client().get(LIST).status_code == 200
        return len(captured)

    taken()  # names of districts and domains are read once
    before = taken()
    for number in range(17):
        published_need(three, make_member(make_organisation(f"第{number}铸造厂")))
    assert taken() == before


def test_the_list_is_led_to(cast: Cast) -> None:
    published_need(cast)
    page = cast.client().get(f"{LIST}{cast.enterprise_org.pk}/").content.decode()
    assert '<a href="/organisations/">' in page
    home = cast.client().get("/").content.decode()
    assert 'href="/organisations/"' in home
    assert "/organisations/</loc>" in cast.client().get("/sitemap-lists.xml").content.decode()
