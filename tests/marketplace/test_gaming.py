"""Tricks to get more or better places among suggestions, from the supplier to the page of the need: none works."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from marketplace import pipeline
from marketplace.actions import capabilities, near_copies
from marketplace.models import Capability, NearCopy, Notification, Suggestion
from scenarios.errors import IllegalMove, NotPermitted
from scenarios.models import Event, Need
from tests.drain import drain_outbox
from tests.factories import CAPABILITY, NEED, Cast, published_capability, published_need

HONEST: dict[str, Any] = {"min_scale_quantity": Decimal(2)}
OFF_TOPIC: dict[str, Any] = {
    "title_zh": "智能排产软件",
    "title_en": "",
    "solves": "按订单交期、设备负荷和换型时间排出日计划，插单后十分钟内重排，给计划员对比方案。",
    "min_scale_quantity": Decimal(2),
}
PASTE = "\n".join(NEED[name] for name in ("problem", "users_and_site", "current_process", "boundary_in"))
OTHER_NEED = "仓库夜班的搬运机器人要在窄通道里避让行人，目前每周急停两次，希望提前三秒预测行人的走向并且减速通过。"


@pytest.fixture
def need(cast: Cast, settings: Any) -> Need:
    """A need with one place, taken by an honest capability; a second need beside it."""
    settings.SUGGESTIONS_PER_NEED = 1
    need = published_need(cast)
    published_need(cast, title_zh="搬运机器人避让行人", problem=OTHER_NEED)
    published_capability(cast, **HONEST)
    drain_outbox()
    return need


def offered_by_form(cast: Cast, **changes: Any) -> Capability:
    """Offer a capability of the rival as a supplier would, over the API, and have staff let it through."""
    values = {**CAPABILITY, **OFF_TOPIC, **changes, "owner": str(cast.rival_org.pk)}
    answer = cast.client("rival").post("/api/v1/capabilities/", values, content_type="application/json")
    assert answer.status_code == 201, answer.content
    pk = answer.json()["id"]
    assert cast.client("rival").post(f"/api/v1/capabilities/{pk}/submit/").status_code == 200
    drain_outbox()
    capabilities.verify_capability(actor=cast.actor("moderator"), capability_id=pk)
    capability = capabilities.publish_capability(actor=cast.actor("publisher"), capability_id=pk)
    drain_outbox()
    return capability


def places(cast: Cast, need: Need) -> str:
    return cast.client("enterprise").get(reverse("need_suggestions", args=[need.pk])).content.decode()


STUFFING = {
    "the wanted words a hundred times": {"solves": OFF_TOPIC["solves"] + "缺陷检测" * 100},
    "the wanted words up to the limit": {"solves": ("表面缺陷检测 " * 3000)[:20_000]},
    "a list of all trades' words": {
        "solves": OFF_TOPIC["solves"] + "、".join(("检测", "识别", "预测", "排产", "铸件", "仓库") * 50)
    },
    "the wanted words in the title, often": {"title_zh": "缺陷检测" * 10},
    "spread out words": {"solves": OFF_TOPIC["solves"] + " 缺·陷·检·测" * 200},
}


@pytest.mark.parametrize("trick", STUFFING)
def test_stuffing_takes_no_place(cast: Cast, need: Need, trick: str) -> None:
    stuffed = offered_by_form(cast, **STUFFING[trick])
    honest = Capability.objects.get(owner=cast.supplier_org)
    assert list(Suggestion.objects.current().filter(need=need).values_list("capability", flat=True)) == [honest.pk]
    page = places(cast, need)
    assert (honest.code in page, stuffed.code in page) == (True, False)


COPIES = {
    "a need": (PASTE, "needs"),
    "two needs": (PASTE + OTHER_NEED, "needs"),
    "a need with zero-width spaces": ("\u200b".join(PASTE), "needs"),
    "a need in traditional characters": (PASTE.translate(str.maketrans("铸检气纹产线", "鑄檢氣紋產線")), "needs"),
    "a need without its punctuation": (PASTE.replace("，", " ").replace("、", " "), "needs"),
    "a need and a sentence again and again": (PASTE + "欢迎联系" * 50, "needs"),
    "a competitor's text": (CAPABILITY["solves"] * 2, "capability"),
    "a competitor's text, full width": (CAPABILITY["solves"].replace("10 s", "１０ ｓ"), "capability"),
    "a competitor's text, spaced out": (" ".join(CAPABILITY["solves"]), "capability"),
}


@pytest.mark.parametrize("trick", COPIES)
def test_a_copy_takes_no_place(cast: Cast, need: Need, settings: Any, trick: str) -> None:
    settings.SUGGESTIONS_PER_NEED = 20
    solves, kind = COPIES[trick]
    copy = offered_by_form(cast, title_zh="检测服务", solves=solves)
    found = NearCopy.objects.get()
    assert (found.capability_id, found.kind) == (copy.pk, kind)
    assert found.overlap >= 0.8
    assert not Suggestion.objects.current().filter(capability=copy).exists()
    assert copy.code not in places(cast, need)


CHARACTERS = "".join(sorted(set(PASTE) - set("，。、；：（）%— \n")))
LISTS = {
    "of all characters of a need": CHARACTERS,
    "of two thirds of them": CHARACTERS[::3] + CHARACTERS[1::3],
    "after a text of one's own": OFF_TOPIC["solves"] * 5 + CHARACTERS,
}


@pytest.mark.parametrize("trick", LISTS)
def test_a_list_of_characters_takes_no_place(cast: Cast, need: Need, settings: Any, trick: str) -> None:
    """Of single characters the score of a text is made: a list of them would rank above every honest text."""
    settings.SUGGESTIONS_PER_NEED = 20
    listed = offered_by_form(cast, title_zh="检测服务", solves=LISTS[trick])
    found = NearCopy.objects.get()
    assert (found.capability_id, found.kind, found.need_id) == (listed.pk, "listed", need.pk)
    assert not Suggestion.objects.current().filter(capability=listed).exists()
    desk = cast.client("moderator").get(reverse("moderate_capability", args=[listed.pk])).content.decode()
    assert f"{found.percent} % of the characters of the published need" in desk


def test_twenty_of_one_organisation_take_one_place(cast: Cast, need: Need, settings: Any) -> None:
    settings.SUGGESTIONS_PER_NEED = 20
    first = published_capability(cast, "rival", title_zh="铸件缺陷识别", title_en="", solves="识别铸件缺陷。", **HONEST)
    clones = [_clone(first, number) for number in range(70)]
    pks = [str(row.pk) for row in (first, *clones)]
    pipeline.index_capabilities(capability_ids=pks, finish=lambda: None)
    drain_outbox()
    owners = Suggestion.objects.current().filter(need=need).values_list("capability__owner", flat=True)
    assert sorted(owners) == sorted([cast.supplier_org.pk, cast.rival_org.pk])
    page = places(cast, need)
    assert "70 more capabilities of this organisation on offer" in page
    assert reverse("organisation_detail", args=[cast.rival_org.pk]) + "#capabilities" in page


def _clone(capability: Capability, number: int) -> Capability:
    values = {field.attname: getattr(capability, field.attname) for field in Capability._meta.concrete_fields}
    values |= {"id": uuid.uuid4(), "code": f"NL-{number:06d}", "title_zh": f"铸件缺陷识别{number}"}
    return Capability.objects.create(**values)


def test_whoever_wrote_first_keeps_the_place(cast: Cast, need: Need) -> None:
    copy = offered_by_form(cast, title_zh="检测服务", solves=CAPABILITY["solves"])
    honest = Capability.objects.get(owner=cast.supplier_org)
    pipeline.check_copies(capability_ids=[str(honest.pk), str(copy.pk)], finish=lambda: None)
    assert list(NearCopy.objects.values_list("capability", "source")) == [(copy.pk, honest.pk)]
    # Written anew later, the first one is still no copy of its copy.
    Capability.objects.filter(pk=honest.pk).update(submitted_at=copy.published_at)
    pipeline.check_copies(capability_ids=[str(honest.pk)], finish=lambda: None)
    assert NearCopy.objects.count() == 1


def test_an_organisation_may_repeat_itself(cast: Cast, need: Need) -> None:
    published_capability(cast, **HONEST, title_zh="铸件表面缺陷视觉检测系统二代")
    drain_outbox()
    assert NearCopy.objects.count() == 0


def test_a_need_that_quotes_a_capability_makes_it_no_copy(cast: Cast) -> None:
    capability = published_capability(cast)
    published_need(cast, problem=CAPABILITY["solves"] + NEED["problem"])
    drain_outbox()
    pipeline.check_copies(capability_ids=[str(capability.pk)], finish=lambda: None)
    assert NearCopy.objects.count() == 0


def test_the_moderator_sees_the_source_and_the_owner_what_to_do(cast: Cast, need: Need) -> None:
    copy = offered_by_form(cast, title_zh="检测服务", solves=PASTE)
    desk = cast.client("moderator").get(reverse("moderate_capability", args=[copy.pk])).content.decode()
    assert "word for word in published needs" in desk
    assert need.code in desk
    assert NEED["problem"][:30] in desk
    assert "It is no copy" in desk
    url = reverse("capability_detail", args=[copy.pk])
    own = cast.client("rival").get(url).content.decode()
    assert "Say in your own words what you solve" in own
    for part in (None, "supplier", "stranger"):
        assert "word for word" not in cast.client(part).get(url).content.decode()
    told = Notification.objects.get(event__kind="capability.copy_found")
    assert told.account == cast.rival


def copied_parts(answer: Any) -> dict[str, Any]:
    """Return what the API tells of a copy, without its moments."""
    told = answer.json()["near_copy"]
    return {name: value for name, value in told.items() if not name.endswith("_at")}


def test_the_api_tells_the_owner_and_the_staff_what_was_copied(cast: Cast, need: Need) -> None:
    copy = offered_by_form(cast, title_zh="检测服务", solves=PASTE)
    url = f"/api/v1/capabilities/{copy.pk}/"
    row = NearCopy.objects.get()
    brief = {"id": str(need.pk), "code": need.code, "title_zh": need.title_zh, "title_en": need.title_en}
    found = {"overlap": row.overlap, "passage": row.passage, "need": brief, "capability": None}
    for part in ("rival", "moderator", "auditor"):
        assert copied_parts(cast.client(part).get(url)) == {"kind": "needs", "stands": True, **found}
    for other in (None, "supplier", "stranger"):
        assert "near_copy" not in cast.client(other).get(url).json()
    answer = cast.client("moderator").post(f"{url}no-copy/")
    assert copied_parts(answer) == {"kind": "needs", "stands": False, **found}
    assert answer.json()["near_copy"]["cleared_at"] is not None


def test_the_api_names_the_earlier_capability_and_no_need_that_the_owner_may_not_read(cast: Cast, need: Need) -> None:
    honest = Capability.objects.get(owner=cast.supplier_org)
    assert cast.client("supplier").get(f"/api/v1/capabilities/{honest.pk}/").json()["near_copy"] is None
    copy = offered_by_form(cast, title_zh="检测服务", solves=CAPABILITY["solves"])
    told = copied_parts(cast.client("rival").get(f"/api/v1/capabilities/{copy.pk}/"))
    assert (told["kind"], told["capability"]["code"], told["need"]) == ("capability", honest.code, None)
    copy = offered_by_form(cast, title_zh="检测服务二", solves=PASTE)
    Need.objects.filter(pk=need.pk).update(status="suspended", suspended_reason="Under review.")
    assert copied_parts(cast.client("rival").get(f"/api/v1/capabilities/{copy.pk}/"))["need"] is None
    assert copied_parts(cast.client("moderator").get(f"/api/v1/capabilities/{copy.pk}/"))["need"]["code"] == need.code


def test_a_moderators_word_gives_the_place_back_until_the_text_changes(cast: Cast, need: Need, settings: Any) -> None:
    settings.SUGGESTIONS_PER_NEED = 20
    copy = offered_by_form(cast, title_zh="检测服务", solves=PASTE)
    answer = cast.client("moderator").post(reverse("moderate_capability", args=[copy.pk]), {"decision": "no_copy"})
    assert answer.status_code == 302
    drain_outbox()
    assert copy.code in places(cast, need)
    assert Event.objects.get(kind="capability.copy_cleared").actor_id == cast.moderator.pk
    pipeline.check_copies(capability_ids=[str(copy.pk)], finish=lambda: None)
    assert not NearCopy.objects.get().stands
    Capability.objects.filter(pk=copy.pk).update(solves=PASTE + OTHER_NEED)
    pipeline.check_copies(capability_ids=[str(copy.pk)], finish=lambda: None)
    assert NearCopy.objects.get().stands


def test_a_text_in_own_words_is_suggested_again(cast: Cast, need: Need) -> None:
    copy = offered_by_form(cast, title_zh="检测服务", solves=PASTE)
    Capability.objects.filter(pk=copy.pk).update(solves=OFF_TOPIC["solves"])
    pipeline.check_copies(capability_ids=[str(copy.pk)], finish=lambda: None)
    assert NearCopy.objects.count() == 0


def test_a_second_check_changes_nothing_and_tells_nobody_again(cast: Cast, need: Need) -> None:
    copy = offered_by_form(cast, title_zh="检测服务", solves=PASTE)
    before = NearCopy.objects.values().get()
    pipeline.check_copies(capability_ids=[str(copy.pk)], finish=lambda: None)
    assert NearCopy.objects.values().get() == before
    assert Event.objects.filter(kind="capability.copy_found").count() == 1


@pytest.mark.parametrize("part", ["rival", "manager", "publisher"])
def test_only_a_moderator_rules_on_a_copy(cast: Cast, need: Need, part: str) -> None:
    copy = offered_by_form(cast, title_zh="检测服务", solves=PASTE)
    with pytest.raises(NotPermitted):
        near_copies.clear_near_copy(actor=cast.actor(part), capability_id=copy.pk)
    assert cast.client(part).post(f"/api/v1/capabilities/{copy.pk}/no-copy/").status_code == 403
    assert NearCopy.objects.get().stands


def test_there_is_nothing_to_rule_where_nothing_was_found(cast: Cast) -> None:
    capability = published_capability(cast)
    with pytest.raises(IllegalMove):
        near_copies.clear_near_copy(actor=cast.actor("moderator"), capability_id=capability.pk)
    assert not Event.objects.filter(kind="capability.copy_cleared").exists()
