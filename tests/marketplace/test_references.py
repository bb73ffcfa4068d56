"""Districts and industrial chains: added, renamed, retired where they are used, moved; and who may no longer choose."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.actions.capabilities import draft_capability, save_capability
from scenarios.actions.needs import draft_need, save_need
from scenarios.errors import Invalid
from scenarios.models import Chain, District, Event
from tests.api.conftest import api  # noqa: F401
from tests.factories import STAFF, Cast, published_capability, published_need
from tests.factories import draft_need as made_need

LIST = "/staff/vocabulary/lists/districts/"
NEW = {"code": "xinqu", "name_zh": "新区", "name_en": "New District"}


def posted(cast: Cast, end: str, values: dict[str, str] | None = None, part: str = "manager") -> Any:
    return cast.client(part).post(LIST + end, values or {})


def codes() -> list[str]:
    return list(District.objects.values_list("code", flat=True))


def logged() -> list[tuple[str, list[str], dict[str, Any]]]:
    events = Event.objects.filter(kind__startswith="vocabulary.entry").order_by("id")
    return [(row.kind.partition("entry_")[2], row.changed, {**row.data, "code": row.subject_code}) for row in events]


def test_only_managers_come_here(cast: Cast) -> None:
    for address in (LIST, f"{LIST}binhu/", "/staff/vocabulary/lists/chains/"):
        answers = {part: cast.client(part).get(address).status_code for part in (*STAFF, "enterprise")}
        assert answers == {part: 200 if part == "manager" else 403 for part in answers}
    assert posted(cast, "", NEW, "moderator").status_code == 403
    assert cast.client("manager").get("/staff/vocabulary/lists/kinds/").status_code == 404
    assert cast.client("manager").get(f"{LIST}nowhere/").status_code == 404
    for step in ("retire", "offer", "move"):
        assert posted(cast, f"nowhere/{step}/").status_code == 404


def test_a_district_is_added_renamed_retired_and_offered_again(cast: Cast) -> None:
    before = codes()
    assert posted(cast, "", NEW)["Location"] == LIST
    assert codes() == [*before, "xinqu"]
    renamed = {"name_zh": "高新区", "name_en": "New District", "seen_zh": "新区", "seen_en": "New District"}
    assert posted(cast, "xinqu/", renamed)["Location"] == LIST
    assert posted(cast, "xinqu/retire/")["Location"] == LIST
    assert posted(cast, "xinqu/retire/").status_code == 409
    row = District.objects.get(pk="xinqu")
    assert (row.name_zh, row.offered) == ("高新区", False)
    assert posted(cast, "xinqu/offer/")["Location"] == LIST
    assert District.objects.offered().filter(pk="xinqu").exists()
    of = {"list": "districts", "code": "xinqu"}
    assert logged() == [
        ("added", [], of),
        ("renamed", ["name_zh"], of),
        ("retired", ["offered"], of),
        ("offered", ["offered"], of),
    ]
    assert Event.objects.filter(kind__startswith="vocabulary").values("subject_id").distinct().count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": "Xin Qu"}, "lower-case letters, digits and hyphens"),
        ({"code": "binhu"}, "This code is in the list already."),
        ({"name_zh": "滨湖区"}, "This name is in the list already."),
        ({"name_en": "BINHU"}, "This name is in the list already."),
        ({"name_en": " "}, "This field is required."),
    ],
)
def test_what_is_no_entry_is_refused(cast: Cast, changes: dict[str, str], refusal: str) -> None:
    before = codes()
    page = posted(cast, "", NEW | changes)
    assert (page.status_code, refusal in page.content.decode()) == (422, True)
    assert page.context["form"]["code"].value() == (NEW | changes)["code"]
    assert (codes(), logged()) == (before, [])


def test_a_name_that_somebody_changed_is_compared(cast: Cast) -> None:
    seen = {"seen_zh": "梁溪", "seen_en": "Liangxi"}
    row = District.objects.get(pk="liangxi")
    seen = {"seen_zh": row.name_zh, "seen_en": row.name_en}
    assert posted(cast, "liangxi/", {**seen, "name_zh": "梁溪新区", "name_en": row.name_en}).status_code == 302
    page = posted(cast, "liangxi/", {**seen, "name_zh": "梁溪旧区", "name_en": row.name_en})
    assert page.status_code == 409
    assert [line["values"] for line in page.context["compared"]] == [["梁溪旧区", "梁溪新区"]]
    assert District.objects.get(pk="liangxi").name_zh == "梁溪新区"


def test_entries_change_places(cast: Cast) -> None:
    first, second, *_rest, last = codes()
    posted(cast, f"{second}/move/", {"up": "1"})
    assert codes()[:2] == [second, first]
    posted(cast, f"{second}/move/", {"down": "1"})
    posted(cast, f"{first}/move/", {"up": "1"})
    posted(cast, f"{last}/move/", {"down": "1"})
    assert (codes()[:2], codes()[-1], len(logged())) == ([first, second], last, 2)


def test_the_last_entry_on_offer_stays(cast: Cast) -> None:
    Chain.objects.exclude(pk=Chain.objects.first().pk).update(offered=False)
    code = Chain.objects.offered().get().pk
    page = cast.client("manager").post(f"/staff/vocabulary/lists/chains/{code}/retire/")
    assert (page.status_code, "Nothing else is offered" in page.content.decode()) == (409, True)
    assert Chain.objects.offered().count() == 1


def test_what_uses_an_entry_is_counted(cast: Cast) -> None:
    need = published_need(cast, district_id="binhu")
    capability = published_capability(cast)
    capability.districts.set(["binhu", "xinwu"])
    need.owner.district_id = "binhu"
    need.owner.save()
    page = cast.client("manager").get(f"{LIST}binhu/")
    assert [number for _label, number in page.context["uses"]] == [1, 1, 1]
    rows = {row["entry"].pk: row["uses"] for row in cast.client("manager").get(LIST).context["rows"]}
    assert [number for _label, number in rows["xinwu"]] == [0, 1, 0]


def test_a_retired_district_stays_where_it_is_and_is_newly_chosen_by_nobody(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    kept, other = made_need(cast, district_id="binhu"), made_need(cast, district_id="xinwu")
    posted(cast, "binhu/retire/")
    assert (
        save_need(actor=actor, need_id=kept.pk, version=kept.version, fields={"title_zh": "甲"}).district_id == "binhu"
    )
    for act in (
        lambda: save_need(actor=actor, need_id=other.pk, version=other.version, fields={"district_id": "binhu"}),
        lambda: draft_need(actor=actor, owner_id=other.owner_id, fields={"district_id": "binhu"}),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert list(refused.value.fields) == ["district"]
    client = cast.client("enterprise")
    for need, offered in ((kept, True), (other, False)):
        field = client.get(f"/workspace/needs/{need.pk}/edit/").context["form"].fields["district"]
        assert field.queryset.filter(pk="binhu").exists() is offered


def test_a_capability_keeps_a_retired_district_and_takes_no_other(cast: Cast) -> None:
    actor, owner = cast.actor("supplier"), published_capability(cast).owner_id
    mine: dict[str, Any] = {"actor": actor, "owner_id": owner, "fields": {"title_zh": "检测"}}
    capability = draft_capability(**mine, district_ids=["binhu"])
    posted(cast, "binhu/retire/")
    saved: dict[str, Any] = {
        "actor": actor,
        "capability_id": capability.pk,
        "version": capability.version,
        "fields": {},
    }
    save_capability(**saved, district_ids=["binhu", "xinwu"])
    assert sorted(capability.districts.values_list("pk", flat=True)) == ["binhu", "xinwu"]
    with pytest.raises(Invalid) as refused:
        draft_capability(**mine, district_ids=["binhu"])
    assert list(refused.value.fields) == ["districts"]


def test_the_api_tells_what_is_offered(api: Any, cast: Cast) -> None:  # noqa: F811
    posted(cast, "binhu/retire/")
    rows = {row["value"]: row["offered"] for row in api(None, "get", "reference/districts/").json()}
    assert (rows["binhu"], rows["xinwu"]) == (False, True)
    body = {"name_zh": "新的一家", "kind": "enterprise", "district": "binhu"}
    refused = api("stranger", "post", "organisations/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["district"])


def test_the_list_asks_a_constant_number_of_queries(cast: Cast) -> None:
    client = cast.client("manager")

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(LIST).status_code == 200
        return len(made)

    queries()
    before = queries()
    District.objects.bulk_create(District(code=f"d{n}", name_zh=f"区{n}", name_en=f"D{n}") for n in range(20))
    published_need(cast, district_id="d3")
    assert queries() == before


def test_the_page_is_complete_in_chinese(cast: Cast) -> None:
    assert "产业链" in cast.client("manager", language="zh-hans").get("/staff/vocabulary/").content.decode()
