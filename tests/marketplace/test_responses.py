"""Sealed responses: written, sealed, replaced and withdrawn before the close; opened by two of three afterwards."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.actions import opening, responses
from marketplace.actors import actor_for
from marketplace.models import Response, ResponseStep
from marketplace.response_content import read
from scenarios import sealing
from scenarios.actions import call_talk, openers
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import CallKey, Delivery, Event, Opener
from tests.calls import answers, close, drafted, make_supplier, sealed, sealed_call
from tests.factories import Cast, make_member, make_organisation
from tests.stories.town import heard, post

PDF = b"%PDF-1.7 a report"


def test_sealing_leaves_ciphertext_only_and_a_receipt(cast: Cast) -> None:
    ready = sealed_call(cast)
    draft = drafted(ready.call, cast.supplier)
    actor = cast.actor("supplier")
    responses.attach_file(actor=actor, response_id=draft.pk, name="../检测 报告.exe", data=PDF)
    done = responses.seal_response(actor=actor, response_id=draft.pk, version=draft.version)
    done.refresh_from_db()
    attachment = done.attachments.get()
    assert (done.status, done.content, attachment.name, attachment.data) == ("sealed", "", "", "")
    assert (len(done.digest), len(bytes(done.sealed)) % 16_384) == (64, 48)  # an encapsulated key and a tag besides
    assert done.code.startswith("JB-")
    assert done.sealed_at < ready.call.closes_at


def test_what_is_missing_is_named_and_nothing_is_sealed(cast: Cast) -> None:
    ready = sealed_call(cast)
    actor = cast.actor("supplier")
    draft = responses.draft_response(actor=actor, call_id=ready.call.pk, lead_id=cast.supplier_org.pk)
    with pytest.raises(Invalid) as refusal:
        responses.seal_response(actor=actor, response_id=draft.pk, version=draft.version)
    assert set(refusal.value.fields) == {"lots", "role", "commitments", "price_tiers", "plan", "team", "ip"}
    assert Response.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lots": ["no such lot"]}, "lots"),
        ({"price_tiers": [{"from_quantity": "4", "price": "NaN"}]}, "price_tiers"),
        ({"price_tiers": [{"from_quantity": "4", "price": "-1"}]}, "price_tiers"),
        ({"price_tiers": [{"from_quantity": q, "price": "1"} for q in ("4", "4.0")]}, "price_tiers"),
        ({"commitments": [{"indicator": "x", "value": "1", "evidence": "e"}]}, "commitments"),
        ({"partners": [{"name": "某", "role": "boss"}]}, "partners"),
        ({"plan": "字" * 20_001}, "plan"),
    ],
)
def test_what_has_no_place_in_the_call_is_refused(cast: Cast, change: dict[str, object], field: str) -> None:
    ready = sealed_call(cast)
    draft = drafted(ready.call, cast.supplier)
    content = {**answers(ready.call), **change}
    with pytest.raises(Invalid) as refusal:
        responses.save_response(
            actor=cast.actor("supplier"), response_id=draft.pk, version=draft.version, content=content
        )
    assert list(refusal.value.fields) == [field]
    assert read(Response.objects.get().content) == answers(ready.call)


def test_a_lone_call_takes_no_consortium(cast: Cast) -> None:
    ready = sealed_call(cast, consortium_allowed=False)
    with pytest.raises(Invalid) as refusal:
        drafted(ready.call, cast.supplier)
    assert list(refusal.value.fields) == ["partners"]


def test_prices_stay_decimal(cast: Cast) -> None:
    ready = sealed_call(cast)
    content = {**answers(ready.call), "price_tiers": [{"from_quantity": "4.00", "price": "0.10"}]}
    draft = drafted(ready.call, cast.supplier)
    saved = responses.save_response(
        actor=cast.actor("supplier"), response_id=draft.pk, version=draft.version, content=content
    )
    (tier,) = read(saved.content)["price_tiers"]
    assert (tier["from_quantity"], Decimal(tier["price"]) * 3) == ("4", Decimal("0.3"))


def test_saving_an_old_version_is_refused(cast: Cast) -> None:
    ready = sealed_call(cast)
    draft = drafted(ready.call, cast.supplier)
    with pytest.raises(Conflict):
        responses.save_response(actor=cast.actor("supplier"), response_id=draft.pk, version=1, content={})
    assert read(Response.objects.get().content) == answers(ready.call)


@pytest.mark.parametrize(
    "data", [b"MZ program", b"<svg xmlns='x'/>", b"PK\x03\x04 broken", b"%PDF-" + b"0" * 4_000_000]
)
def test_other_files_are_refused(cast: Cast, data: bytes) -> None:
    draft = drafted(sealed_call(cast).call, cast.supplier)
    with pytest.raises(Invalid):
        responses.attach_file(actor=cast.actor("supplier"), response_id=draft.pk, name="a.pdf", data=data)
    assert draft.attachments.count() == 0


def test_a_new_sealing_replaces_the_earlier_one(cast: Cast) -> None:
    ready = sealed_call(cast)
    first, second = sealed(ready.call, cast.supplier, "一"), sealed(ready.call, cast.supplier, "二")
    first.refresh_from_db()
    assert (first.status, first.sealed, second.status) == ("withdrawn", None, "sealed")
    assert first.code != second.code


def test_what_is_withdrawn_is_wiped(cast: Cast) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    responses.withdraw_response(actor=cast.actor("supplier"), response_id=response.pk)
    response.refresh_from_db()
    assert (response.status, response.sealed, response.content) == ("withdrawn", None, "")


def test_after_the_close_nothing_is_drafted_sealed_or_withdrawn(cast: Cast) -> None:
    ready = sealed_call(cast)
    actor, late = cast.actor("supplier"), make_supplier(1)[1]
    held, draft = sealed(ready.call, cast.supplier), drafted(ready.call, late)
    close(ready.call)
    before = list(Response.objects.order_by("pk").values())
    with pytest.raises(IllegalMove):
        responses.seal_response(actor=actor_for(late), response_id=draft.pk, version=draft.version)
    with pytest.raises(IllegalMove):
        responses.withdraw_response(actor=actor, response_id=held.pk)
    with pytest.raises(IllegalMove):
        responses.draft_response(actor=actor, call_id=ready.call.pk, lead_id=cast.supplier_org.pk)
    assert list(Response.objects.order_by("pk").values()) == before


def test_only_verified_strangers_to_the_need_respond(cast: Cast) -> None:
    ready = sealed_call(cast)
    own, newcomer = cast.enterprise_org, make_organisation("新机构", verified=False)
    member = make_member(newcomer)
    with pytest.raises(Invalid):
        responses.draft_response(actor=cast.actor("enterprise"), call_id=ready.call.pk, lead_id=own.pk)
    with pytest.raises(NotPermitted):
        responses.draft_response(actor=actor_for(member), call_id=ready.call.pk, lead_id=newcomer.pk)
    assert not Response.objects.exists()


@pytest.mark.parametrize("part", ["rival", "manager", "publisher", "auditor", "reviewer", "stranger"])
def test_nobody_else_finds_a_response(cast: Cast, part: str) -> None:
    response = sealed(sealed_call(cast).call, cast.supplier)
    assert not Response.objects.visible_to(cast.actor(part)).exists()
    with pytest.raises(NotFound):
        responses.withdraw_response(actor=cast.actor(part), response_id=response.pk)


def test_no_event_and_no_outbox_row_tells_of_a_response(cast: Cast) -> None:
    ready = sealed_call(cast)
    before = Event.objects.count(), Delivery.objects.count()
    sealed(ready.call, cast.supplier)
    responses.withdraw_response(actor=cast.actor("supplier"), response_id=Response.objects.get().pk)
    assert (Event.objects.count(), Delivery.objects.count()) == before
    assert list(ResponseStep.objects.values_list("kind", flat=True)) == ["drafted", "sealed", "withdrawn"]


def test_an_early_opening_is_refused_and_logged(cast: Cast) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    with pytest.raises(IllegalMove):
        opening.agree_to_open(actor=actor_for(ready.openers[0]), call_id=ready.call.pk, code=ready.codes[0])
    logged = Event.objects.get(kind="call.opening_refused")
    assert (logged.actor_id, logged.data) == (ready.openers[0].pk, {})
    response.refresh_from_db()
    assert (response.status, Opener.objects.filter(agreed_at__isnull=False).count()) == ("sealed", 0)


@pytest.mark.parametrize("pair", [(0, 1), (2, 0), (1, 2)])
def test_any_two_openers_open_everything_after_the_close(cast: Cast, pair: tuple[int, int]) -> None:
    ready = sealed_call(cast)
    draft = drafted(ready.call, cast.supplier)
    actor = cast.actor("supplier")
    responses.attach_file(actor=actor, response_id=draft.pk, name="报告.pdf", data=PDF)
    responses.seal_response(actor=actor, response_id=draft.pk, version=draft.version)
    close(ready.call)
    counts = [
        opening.agree_to_open(actor=actor_for(ready.openers[n]), call_id=ready.call.pk, code=ready.codes[n].lower())
        for n in pair
    ]
    response = Response.objects.get()
    assert (counts, response.status, response.number, response.sealed) == ([None, 1], "opened", 1, None)
    assert read(response.content) == answers(ready.call)
    assert responses.files_of(response) == [("报告.pdf", PDF)]
    assert [row.data["step"] for row in Event.objects.filter(kind="call.response_step").order_by("id")] == [
        "drafted",
        "sealed",
    ]
    assert not Opener.objects.exclude(shares_given="").exists()


def test_one_opener_with_a_foreign_code_opens_nothing(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, cast.supplier)
    close(ready.call)
    first, second = (actor_for(one) for one in ready.openers[:2])
    with pytest.raises(Invalid):
        opening.agree_to_open(actor=second, call_id=ready.call.pk, code=ready.codes[0])
    opening.agree_to_open(actor=first, call_id=ready.call.pk, code=ready.codes[0])
    with pytest.raises(IllegalMove):
        opening.agree_to_open(actor=first, call_id=ready.call.pk, code=ready.codes[0])
    with pytest.raises(NotFound):
        opening.agree_to_open(actor=cast.actor("manager"), call_id=ready.call.pk, code=ready.codes[1])
    assert Response.objects.get().status == "sealed"


def test_a_changed_seal_opens_nothing(cast: Cast) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    Response.objects.filter(pk=response.pk).update(digest="0" * 64)
    close(ready.call)
    first, second = (actor_for(one) for one in ready.openers[:2])
    opening.agree_to_open(actor=first, call_id=ready.call.pk, code=ready.codes[0])
    with pytest.raises(IllegalMove):
        opening.agree_to_open(actor=second, call_id=ready.call.pk, code=ready.codes[1])
    assert (Response.objects.get().status, CallKey.objects.get().opened_at) == ("sealed", None)


def test_the_platform_and_one_code_do_not_give_the_key(cast: Cast) -> None:
    ready = sealed_call(cast)
    key, one = CallKey.objects.get(), Opener.objects.get(account=ready.openers[0])
    openers.give_shares(one, ready.codes[0])
    assert len(one.shares.all()) == 2
    for share in (sealing.private_of(ready.codes[0]), sealing.new_secret()):
        with pytest.raises(sealing.Unopened):
            sealing.unlocked(key.wrapped, share)


def test_a_code_is_shown_once(cast: Cast) -> None:
    ready = sealed_call(cast)
    with pytest.raises(IllegalMove):
        openers.take_code(actor=actor_for(ready.openers[0]), call_id=ready.call.pk)
    with pytest.raises(IllegalMove):
        openers.name_openers(actor=cast.actor("manager"), call_id=ready.call.pk, account_ids=[1, 2, 3])
    assert CallKey.objects.count() == 1


def test_a_changed_indicator_asks_for_the_response_again(cast: Cast) -> None:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    target = {str(ready.call.indicators[0]["id"]): Decimal("0.3")}
    call_talk.publish_addendum(
        actor=cast.actor("publisher"), call_id=ready.call.pk, text="漏检率目标改为 0.3 %。", targets=target
    )
    ready.call.refresh_from_db()
    assert (ready.call.indicators[0]["target"], ready.call.terms_version, response.terms_version) == ("0.3", 2, 1)
    with pytest.raises(Conflict):
        responses.confirm_response(actor=cast.actor("supplier"), response_id=response.pk, terms_version=1)
    confirmed = responses.confirm_response(actor=cast.actor("supplier"), response_id=response.pk, terms_version=2)
    assert (confirmed.terms_version, confirmed.status) == (2, "sealed")


def test_an_addendum_reaches_followers_owners_and_whoever_responds_once(cast: Cast) -> None:
    ready, (_organisation, writing) = sealed_call(cast), make_supplier(0)
    sealed(ready.call, cast.supplier)
    drafted(ready.call, writing)
    taken_back = sealed(ready.call, cast.rival)
    responses.withdraw_response(actor=cast.actor("rival"), response_id=taken_back.pk)
    post(cast.client("stranger"), "follow", "call", ready.call.pk)
    call_talk.publish_addendum(actor=cast.actor("publisher"), call_id=ready.call.pk, text="补充接口说明。")
    told = (cast.supplier, writing, cast.stranger, cast.enterprise, cast.rival)
    assert [heard(account, "call.addendum") for account in told] == [1, 1, 1, 1, 0]


def test_an_addendum_gives_more_time_and_never_less(cast: Cast) -> None:
    ready = sealed_call(cast)
    earlier = ready.call.closes_at - timedelta(days=1)
    with pytest.raises(Invalid):
        call_talk.publish_addendum(actor=cast.actor("publisher"), call_id=ready.call.pk, text="提前", closes_at=earlier)
    later = ready.call.closes_at + timedelta(days=7)
    addendum = call_talk.publish_addendum(
        actor=cast.actor("publisher"), call_id=ready.call.pk, text="延期一周", closes_at=later
    )
    ready.call.refresh_from_db()
    assert (ready.call.closes_at, addendum.number, addendum.changed) == (later, 1, ["closes_at"])
