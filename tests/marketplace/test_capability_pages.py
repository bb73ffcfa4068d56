"""The pages on which an owner drafts its capabilities and keeps them on offer."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.models import Capability, Member
from scenarios.models import Event
from tests.factories import CAPABILITY, Cast, draft_capability, make_account, make_organisation, published_capability


def page(capability: Capability) -> str:
    return f"/capabilities/{capability.pk}/"


def edit(capability: Capability) -> str:
    return f"/workspace/capabilities/{capability.pk}/edit/"


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def form_data(**changes: Any) -> dict[str, Any]:
    rows = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-INITIAL_FORMS": "0",
        "evidence-0-case": "缸体表面检测",
        "evidence-0-site": "惠山某厂 3 条线",
        "evidence-0-reached": "漏检率 0.4 %",
        "tiers-TOTAL_FORMS": "2",
        "tiers-INITIAL_FORMS": "0",
        "tiers-0-from_quantity": "12",
        "tiers-0-price": "18.5",
        "tiers-1-from_quantity": "30",
        "tiers-1-price": "15.25",
    }
    return {**CAPABILITY, **rows, "key": uuid4().hex, "action": "save", **changes}


def test_a_draft_is_kept_whole(cast: Cast) -> None:
    response = cast.client("supplier").post("/workspace/capabilities/new/", form_data())
    capability = Capability.objects.get()
    assert response.headers["Location"] == edit(capability)
    assert (capability.status, capability.title_zh, capability.deploy) == (
        "draft",
        "铸件表面缺陷视觉检测系统",
        ["onprem", "edge"],
    )
    assert capability.min_scale_quantity == Decimal(12)
    assert [(row.case, row.reached) for row in capability.evidence.all()] == [("缸体表面检测", "漏检率 0.4 %")]
    assert [(row.from_quantity, row.price) for row in capability.price_tiers.all()] == [
        (Decimal(12), Decimal("18.5")),
        (Decimal(30), Decimal("15.25")),
    ]


def test_a_draft_may_be_incomplete(cast: Cast) -> None:
    data = {name: value for name, value in form_data().items() if name not in CAPABILITY} | {"title_zh": "跌倒识别"}
    assert cast.client("supplier").post("/workspace/capabilities/new/", data).status_code == 302
    capability = Capability.objects.get()
    assert (capability.layer, capability.techniques, capability.solves) == ("", [], "")
    shown = text(cast.client("supplier"), edit(capability))
    assert "3 of 14 told" in shown
    assert "A need that must run on premises is matched only if you say you can." in shown


def test_sending_the_form_twice_makes_one_draft(cast: Cast) -> None:
    data = form_data()
    client = cast.client("supplier")
    first = client.post("/workspace/capabilities/new/", data)
    second = client.post("/workspace/capabilities/new/", data)
    assert first.headers["Location"] == second.headers["Location"]
    assert Capability.objects.count() == 1


def test_a_submission_names_what_is_missing_and_keeps_what_was_typed(cast: Cast) -> None:
    data = form_data(action="submit", limits="", solves="识别铸件表面缺陷")
    response = cast.client("supplier").post("/workspace/capabilities/new/", data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["limits"]
    shown = response.content.decode()
    assert 'href="#id_limits"' in shown
    assert "识别铸件表面缺陷" in shown
    assert Capability.objects.count() == 0


def test_a_complete_form_is_submitted(cast: Cast) -> None:
    response = cast.client("supplier").post("/workspace/capabilities/new/", form_data(action="submit"))
    capability = Capability.objects.get()
    assert (capability.status, response.headers["Location"]) == ("submitted", page(capability))


def test_rows_are_added_without_javascript(cast: Cast) -> None:
    response = cast.client("supplier").post("/workspace/capabilities/new/", form_data(add_tiers="1", solves="半句"))
    assert response.status_code == 200
    shown = response.content.decode()
    assert 'name="tiers-2-price"' in shown
    assert 'name="evidence-1-case"' not in shown
    assert "半句" in shown
    assert Capability.objects.count() == 0


def test_rows_are_removed_and_empty_rows_are_ignored(cast: Cast) -> None:
    data = form_data(**{"evidence-TOTAL_FORMS": "3", "evidence-0-DELETE": "on", "evidence-1-case": "第二个案例"})
    cast.client("supplier").post("/workspace/capabilities/new/", data)
    assert [row.case for row in Capability.objects.get().evidence.all()] == ["第二个案例"]


def test_two_tiers_from_one_quantity_are_refused_beside_the_form(cast: Cast) -> None:
    response = cast.client("supplier").post(
        "/workspace/capabilities/new/", form_data(**{"tiers-1-from_quantity": "12"})
    )
    assert response.status_code == 422
    assert "Each price tier starts from another quantity above zero." in response.content.decode()
    assert Capability.objects.count() == 0


def test_of_two_editors_neither_overwrites_the_other(cast: Cast) -> None:
    """Each chooses for every field that differs; what was not chosen stays as it is saved."""
    capability, client = draft_capability(cast), cast.client("supplier")
    data = form_data(version=capability.version)
    first = {"limits": "不做探伤", "deploy": ["edge"], "evidence-0-case": "缸盖检测", "tiers-1-price": "14"}
    assert client.post(edit(capability), {**data, **first}).status_code == 302
    second = {**data, "limits": "不做分拣", "districts": ["huishan"]}
    late = client.post(edit(capability), second)
    assert late.status_code == 409
    assert {row.name: (row.label, row.mine, row.saved) for row in late.context["differences"]} == {
        "limits": ("What it does not do", "不做分拣", "不做探伤"),
        "deploy": ("Where it can run", "On premises\nAt the edge", "At the edge"),
        "evidence": (
            "Evidence",
            "缸体表面检测 · 惠山某厂 3 条线 · 漏检率 0.4 %",
            "缸盖检测 · 惠山某厂 3 条线 · 漏检率 0.4 %",
        ),
        "price_tiers": ("Price tiers", "12 · 18.5\n30 · 15.25", "12 · 18.5\n30 · 14"),
        "districts": ("Districts served", "Huishan", ""),
    }
    assert 'hx-trigger="none"' in late.content.decode()
    capability.refresh_from_db()
    assert (capability.limits, capability.version) == ("不做探伤", 2)
    kept = {"keep-limits": "mine", "keep-deploy": "saved", "keep-evidence": "saved", "keep-price_tiers": "saved"}
    refused = client.post(edit(capability), {**second, **kept, "version": "2", "min_scale_quantity": "many"})
    assert (refused.status_code, refused.context["form"]["version"].value()) == (422, "0")
    assert client.post(edit(capability), {**second, **kept, "version": "0"}).status_code == 409
    assert client.post(edit(capability), {**second, **kept, "version": "2"}).status_code == 302
    capability.refresh_from_db()
    assert (capability.limits, capability.deploy) == ("不做分拣", ["edge"])
    assert [row.case for row in capability.evidence.all()] == ["缸盖检测"]
    assert [row.price for row in capability.price_tiers.all()] == [Decimal("18.5"), Decimal(14)]
    assert [row.pk for row in capability.districts.all()] == ["huishan"]


AUTOSAVE = "/workspace/capabilities/autosave/"


def test_autosave_makes_one_draft_and_tells_how_complete_it_is(cast: Cast) -> None:
    client, rows = cast.client("supplier"), {"evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0"}
    rows |= {"tiers-TOTAL_FORMS": "0", "tiers-INITIAL_FORMS": "0", "key": "k1"}
    assert client.post(AUTOSAVE, rows).status_code == 204
    first = client.post(AUTOSAVE, {**rows, "title_zh": "跌倒识别"})
    capability = Capability.objects.get()
    assert first["HX-Replace-Url"] == edit(capability)
    assert (first.context["pk"], first.context["version"]) == (capability.pk, 1)
    assert "1 of 14 told" in first.content.decode()
    typed = {**rows, "title_zh": "跌倒识别", "limits": "不做报警", "capability": str(capability.pk), "version": "1"}
    second = client.post(AUTOSAVE, {**typed, "min_scale_quantity": "many"})
    assert ("2 of 14 told" in second.content.decode(), second.context["version"]) == (True, 2)
    capability.refresh_from_db()
    assert (capability.limits, capability.min_scale_quantity) == ("不做报警", None)
    assert client.post(AUTOSAVE, {**typed, "limits": "迟到"}).status_code == 409
    capability.refresh_from_db()
    assert (capability.limits, capability.version) == ("不做报警", 2)
    assert list(Event.objects.values_list("kind", flat=True)) == ["capability.drafted"]


def test_a_scale_without_its_unit_keeps_nothing_else_from_being_saved(cast: Cast) -> None:
    capability = draft_capability(cast, min_scale_quantity=Decimal(5), min_scale_unit="line", limits="")
    half = form_data(
        capability=str(capability.pk), version="1", limits="不做报警", min_scale_quantity="8", min_scale_unit=""
    )
    assert cast.client("supplier").post(AUTOSAVE, half).status_code == 200
    capability.refresh_from_db()
    assert capability.limits == "不做报警"
    assert (capability.min_scale_quantity, capability.min_scale_unit) == (Decimal(5), "line")
    both = {**half, "version": "2", "min_scale_unit": "line"}
    assert cast.client("supplier").post(AUTOSAVE, both).status_code == 200
    capability.refresh_from_db()
    assert capability.min_scale_quantity == Decimal(8)


def test_a_page_that_did_not_learn_of_its_draft_goes_on_with_it(cast: Cast) -> None:
    client, data = cast.client("supplier"), form_data()
    client.post(AUTOSAVE, {**data, "limits": "第一稿"})
    assert client.post("/workspace/capabilities/new/", {**data, "limits": "第二稿"}).status_code == 302
    assert [row.limits for row in Capability.objects.all()] == ["第二稿"]


def test_a_page_that_comes_back_after_another_saved_chooses_once(cast: Cast) -> None:
    client, data = cast.client("supplier"), form_data()
    client.post(AUTOSAVE, {**data, "limits": "第一稿"})
    capability = Capability.objects.get()
    client.post(edit(capability), {**data, "version": "1", "limits": "第二稿"})
    new = "/workspace/capabilities/new/"
    refused = client.post(new, {**data, "limits": "第三稿"})
    assert refused.status_code == 409
    version = refused.context["form"]["version"].value()
    assert client.post(new, {**data, "version": str(version), "limits": "第三稿"}).status_code == 302
    capability.refresh_from_db()
    assert capability.limits == "第三稿"


def test_nothing_is_kept_before_it_is_known_for_which_organisation(cast: Cast) -> None:
    second = make_organisation("丁视觉科技")
    Member.objects.create(organisation=second, account=cast.supplier, role="editor")
    client, data = cast.client("supplier"), form_data()
    data.pop("owner", None)
    assert client.post(AUTOSAVE, data).status_code == 204
    assert not Capability.objects.exists()
    assert client.post(AUTOSAVE, {**data, "owner": str(second.pk)}).status_code == 200
    assert Capability.objects.get().owner_id == second.pk


def test_others_save_nothing(cast: Cast) -> None:
    capability = draft_capability(cast)
    data = form_data(capability=str(capability.pk), version="1", limits="别人写的")
    assert [cast.client(part).post(AUTOSAVE, data).status_code for part in ("enterprise", "manager")] == [404, 403]
    capability.refresh_from_db()
    assert capability.version == 1


def test_only_an_editor_drafts(cast: Cast) -> None:
    viewer = make_account("viewer@example.org")
    Member.objects.create(organisation=cast.supplier_org, account=viewer, role="viewer")
    client = cast.client()
    client.force_login(viewer)
    assert client.get("/workspace/capabilities/").status_code == 200
    assert client.get("/workspace/capabilities/new/").status_code == 403
    assert client.post("/workspace/capabilities/new/", form_data()).status_code == 403
    assert client.post(edit(draft_capability(cast)), form_data(version=1)).status_code == 403


def test_the_draft_of_another_is_not_there(cast: Cast) -> None:
    capability = draft_capability(cast)
    client = cast.client("enterprise")
    assert client.get(edit(capability)).status_code == 404
    assert client.post(edit(capability), form_data(version=1)).status_code == 404
    assert client.post(f"/workspace/capabilities/{capability.pk}/submit/").status_code == 404
    capability.refresh_from_db()
    assert (capability.status, capability.version) == ("draft", 1)


def test_the_owner_withdraws_reopens_and_renews(cast: Cast) -> None:
    capability = published_capability(cast)
    client = cast.client("supplier")
    path = f"/workspace/capabilities/{capability.pk}"
    for move, status in [
        ("renew", "published"),
        ("withdraw", "withdrawn"),
        ("reopen", "draft"),
        ("submit", "submitted"),
    ]:
        assert client.post(f"{path}/{move}/").headers["Location"] == page(capability)
        capability.refresh_from_db()
        assert capability.status == status
    assert client.post(f"{path}/publish/").status_code == 404
    assert client.get(f"{path}/withdraw/").status_code == 405
    assert client.get(edit(capability)).headers["Location"] == page(capability)


def test_an_incomplete_draft_goes_back_to_its_form(cast: Cast) -> None:
    capability = draft_capability(cast, limits="")
    response = cast.client("supplier").post(f"/workspace/capabilities/{capability.pk}/submit/", follow=True)
    assert response.redirect_chain == [(edit(capability), 302)]
    assert "What it does not do" in next(str(message) for message in response.context["messages"])


def test_my_capabilities_take_the_same_queries_however_many(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = cast.client("supplier")
    for _ in range(2):
        published_capability(cast)
        draft_capability(cast)
        with django_assert_num_queries(8):
            assert client.get("/workspace/capabilities/").status_code == 200
