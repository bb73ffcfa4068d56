"""Proposals that go on from night to night, what is known of their acceptance, and why each member is in them."""

from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from matching import learn_acceptance
from scenarios.actions.proposals import accept_proposal, dismiss_proposal, link_needs
from scenarios.belonging import belongings
from scenarios.errors import Conflict
from scenarios.keeping_proposals import member_key
from scenarios.models import Event, MergedDemand, MergeProposal
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_need
from tests.scenarios.test_proposing import LIKE, like, night, open_sets, third


def test_a_proposal_that_gains_a_member_stays_the_same_one(cast: Cast) -> None:
    one, other = like(cast)
    before = MergeProposal.objects.get()
    added = third(cast)
    drain_outbox()
    after = MergeProposal.objects.get()
    assert (after.pk, after.created_at, after.status) == (before.pk, before.created_at, "open")
    assert after.member_key == member_key([one.pk, other.pk, added.pk])
    assert len(after.pairs) == 3
    event = Event.objects.get(kind="proposal.renewed")
    assert event.data == {"joined": [added.code], "left": []}
    assert not Event.objects.filter(kind="proposal.superseded").exists()


def test_a_proposal_that_loses_a_member_stays_the_same_one(cast: Cast) -> None:
    one, other = like(cast)
    added = third(cast)
    drain_outbox()
    proposal = MergeProposal.objects.get()
    for kept in (one, other):
        link_needs(actor=cast.actor("manager"), need_ids=(kept.pk, added.pk), together=False)
    night()
    assert open_sets() == [{one.pk, other.pk}]
    assert MergeProposal.objects.open().get().pk == proposal.pk
    assert Event.objects.filter(kind="proposal.renewed").latest("id").data == {"joined": [], "left": [added.code]}


def test_a_night_that_finds_the_same_writes_no_event(cast: Cast) -> None:
    like(cast)
    before = Event.objects.count()
    for _ in range(3):
        night()
    assert Event.objects.count() == before
    assert MergeProposal.objects.count() == 1


def test_a_dismissed_set_returns_neither_alone_nor_twice_within_a_larger_one(cast: Cast) -> None:
    one, other = like(cast)
    dismissed = MergeProposal.objects.get()
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=dismissed.pk, reason="工件不同")
    added = third(cast)
    drain_outbox()
    for _ in range(3):
        night()
    assert open_sets() == [{one.pk, other.pk, added.pk}]
    assert list(MergeProposal.objects.values_list("status", flat=True).order_by("created_at")) == ["dismissed", "open"]
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=MergeProposal.objects.open().get().pk, reason="太大")
    night()
    assert {one.pk, other.pk} not in open_sets()
    assert {one.pk, other.pk, added.pk} not in open_sets()


@pytest.mark.parametrize("step", ["accept", "dismiss"])
def test_a_set_that_changed_is_not_decided_on_unseen(cast: Cast, step: str) -> None:
    like(cast)
    seen = MergeProposal.objects.get()
    third(cast)
    drain_outbox()
    manager = cast.actor("manager")
    act: Any = accept_proposal if step == "accept" else partial(dismiss_proposal, reason="工件不同")
    with pytest.raises(Conflict):
        act(actor=manager, proposal_id=seen.pk, member_key=seen.member_key)
    page = reverse(f"{step}_proposal", args=[seen.pk])
    values = {"reason": "工件不同", "member_key": seen.member_key}
    if step == "dismiss":
        answer = cast.client("manager").post(page, values)
        assert answer.status_code == 409
        assert "changed since you opened it" in answer.content.decode()
    body = {"member_key": seen.member_key, **({"reason": "x"} if step == "dismiss" else {})}
    address = f"/api/v1/proposals/{seen.pk}/{step}/"
    assert cast.client("manager").post(address, body, "application/json").status_code == 409
    assert (MergeProposal.objects.get().status, MergedDemand.objects.count()) == ("open", 0)


def test_before_there_are_judgements_the_prior_speaks(cast: Cast) -> None:
    like(cast)
    row = MergeProposal.objects.get()
    expected = learn_acceptance([], []).probability(row.score)
    assert (row.probability, row.probability_method, row.judgements) == (round(expected, 4), "prior", 0)
    page = cast.client("manager").get(reverse("merge_proposal", args=[row.pk])).content.decode()
    assert "prior, nothing judged yet" in page


def test_judgements_move_the_probability_of_what_waits(cast: Cast) -> None:
    like(cast)
    judged = MergeProposal.objects.get()
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=judged.pk, reason="工件不同")
    third(cast)
    drain_outbox()
    row = MergeProposal.objects.open().get()
    expected = learn_acceptance([judged.score], [False])
    assert (row.probability, row.probability_method) == (round(expected.probability(row.score), 4), "logistic")
    assert row.probability < learn_acceptance([], []).probability(row.score)
    shown = cast.client("manager").get(f"/api/v1/proposals/{row.pk}/").json()
    assert (shown["probability"], shown["judgements"]) == (row.probability, 1)
    assert "(1 judgement)" in cast.client("manager").get("/staff/merge/").content.decode()


def test_a_word_on_two_needs_is_a_judgement_unless_a_decision_holds_it(cast: Cast) -> None:
    one, other = like(cast)
    added = third(cast)
    drain_outbox()
    link_needs(actor=cast.actor("manager"), need_ids=(one.pk, other.pk), together=True)
    night()
    assert MergeProposal.objects.open().get().judgements == 1
    proposal = MergeProposal.objects.open().get()
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=proposal.pk, reason="工件不同")
    published_need(cast, make_member(make_organisation("戊压铸厂")), title_zh="压铸件外观缺陷检测")
    drain_outbox()
    assert {row.judgements for row in MergeProposal.objects.open()} == {1}
    assert added.pk in proposal.members.values_list("need", flat=True)


def test_every_member_says_why_it_is_in(cast: Cast) -> None:
    one, other = like(cast)
    added = third(cast)
    drain_outbox()
    proposal = MergeProposal.objects.for_page().get()
    rows = {row.need.pk: row for row in belongings(proposal)}
    assert rows.keys() == {one.pk, other.pk, added.pk}
    assert [row.is_medoid for row in rows.values()].count(True) == 1
    pairs = {frozenset((pair["a"], pair["b"])): pair["similarity"] for pair in proposal.pairs}
    mine = rows[other.pk]
    first, second = pairs[frozenset((one.code, other.code))], pairs[frozenset((other.code, added.code))]
    assert mine.mean == pytest.approx((first + second) / 2)
    assert mine.without == pairs[frozenset((one.code, added.code))]
    assert [link.similarity for link in mine.links] == sorted([first, second], reverse=True)
    assert mine.links[0].terms[0]["contribution"] > 0
    assert "车身压铸" in mine.own_terms
    assert (mine.quantity.split()[0], mine.owners) == ("4", 2)


def test_a_typed_value_that_one_member_has_alone_is_named(cast: Cast) -> None:
    like(cast)
    published_need(cast, make_member(make_organisation("丁压铸厂")), title_zh="铸件外观缺陷检测设备", data_state="full")
    drain_outbox()
    proposal = MergeProposal.objects.for_page().get()
    found = {row.need.title_zh: [tuple(value) for value in row.own_values] for row in belongings(proposal)}
    assert [values for values in found.values() if values] == [found["铸件外观缺陷检测设备"]]
    assert len(found["铸件外观缺陷检测设备"]) == 1
    shown: Any = cast.client("manager").get(f"/api/v1/proposals/{proposal.pk}/").json()
    assert sum(len(row["own_values"]) for row in shown["belongings"]) == 1
    assert "belongings" not in cast.client("manager").get("/api/v1/proposals/").json()["results"][0]


def test_without_it_one_owner_would_be_left(cast: Cast) -> None:
    like(cast)
    row = belongings(MergeProposal.objects.for_page().get())[0]
    assert (row.without, row.owners, row.own_values) == (None, 1, [])
    page = cast.client("manager").get(reverse("merge_proposal", args=[MergeProposal.objects.get().pk]))
    assert "One owner would be left" in page.content.decode()
    assert LIKE in page.content.decode()
