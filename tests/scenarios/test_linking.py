"""Managers' words on which needs belong together, and what happens where they contradict each other."""

from typing import Any

import pytest

from scenarios import pipeline, proposing
from scenarios.actions.proposals import dismiss_proposal, link_needs, take_back_link
from scenarios.errors import Invalid, NotFound
from scenarios.linking import contradictions, kept_apart_from, tied_sets, within, words_on
from scenarios.models import Event, MergeLink, MergeProposal, Need
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_need
from tests.scenarios.test_proposing import open_sets


def three(cast: Cast, *changes: dict[str, Any]) -> tuple[Need, Need, Need]:
    """Three like needs of three owners, in the order of their ids."""
    owners: list[Any] = ["enterprise", "rival", make_member(make_organisation("丁压铸厂"))]
    titles = ("铸件表面缺陷在线检测", "车身压铸件外观缺陷视觉检测", "铸件外观缺陷检测设备")
    different = changes or ({}, {}, {})
    made = [
        published_need(cast, owner, title_zh=title, **values)
        for owner, title, values in zip(owners, titles, different, strict=True)
    ]
    return made[0], made[1], made[2]


def say(a: Need, b: Need, together: bool, cast: Cast) -> None:
    link_needs(actor=cast.actor("manager"), need_ids=(a.pk, b.pk), together=together)


def said_before(a: Need, b: Need, together: bool, cast: Cast) -> None:
    """Store a word as it stood before contradicting ones were refused."""
    one, other = sorted((a.pk, b.pk))
    MergeLink.objects.create(need_a_id=one, need_b_id=other, together=together, account=cast.manager)


def run_all() -> None:
    pipeline.propose_merges(need_ids=None, finish=lambda: None)


def contradicting(cast: Cast) -> tuple[Need, Need, Need]:
    a, b, c = three(cast)
    for one, other, together in ((a, b, True), (b, c, True), (a, c, False)):
        said_before(one, other, together, cast)
    return a, b, c


def test_what_links_tie_together() -> None:
    assert sorted(map(sorted, tied_sets([("a", "b"), ("c", "d"), ("b", "e"), ("e", "a")]))) == [
        ["a", "b", "e"],
        ["c", "d"],
    ]
    assert within({("a", "e"), ("a", "c"), ("x", "y")}, [{"a", "b", "e"}, {"c", "d"}]) == {("a", "e")}


def test_contradicting_words_stop_no_run_and_apart_wins(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = contradicting(cast)
    logged: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(proposing.logger, "warning", lambda event, extra: logged.append((event, extra)))
    drain_outbox()  # nothing is quarantined
    run_all()
    assert len(open_sets()) == 1
    assert not any({a.pk, c.pk} <= members for members in open_sets())
    assert logged == [("words contradict", {"needs": sorted(str(one.pk) for one in (a, b, c))})] * 2


def test_a_block_contradicts_words_and_wins(cast: Cast) -> None:
    a, b, c = three(cast)
    say(a, b, True, cast)
    say(b, c, True, cast)
    c.blocked_organisations.add(cast.enterprise_org)
    drain_outbox()
    run_all()
    assert len(open_sets()) == 1
    assert not any({a.pk, c.pk} <= members for members in open_sets())
    assert [one.codes for one in contradictions()] == [sorted([a.code, b.code, c.code])]


def test_words_tie_needs_together_over_a_conflict_that_is_shown(cast: Cast) -> None:
    a, b, c = three(cast, {"deploy": "onprem"}, {"deploy": "any"}, {"deploy": "cloud_cn"})
    say(a, b, True, cast)
    say(b, c, True, cast)
    drain_outbox()
    run_all()
    assert open_sets() == [{a.pk, b.pk, c.pk}]
    assert [row["field"] for row in MergeProposal.objects.open().get().conflicts] == ["deploy"]
    assert contradictions() == []


def test_a_word_that_contradicts_others_is_refused(cast: Cast) -> None:
    a, b, c = three(cast)
    say(a, b, True, cast)
    say(b, c, True, cast)
    codes = ", ".join(sorted([a.code, b.code, c.code]))
    with pytest.raises(Invalid) as refusal:
        say(a, c, False, cast)
    assert [codes in str(text) for text in refusal.value.fields["together"]] == [True]
    assert set(MergeLink.objects.values_list("together", flat=True)) == {True}
    assert (MergeLink.objects.count(), Event.objects.filter(kind="need.linked").count()) == (2, 2)
    say(b, c, False, cast)  # a later word on the same two replaces the earlier one
    say(a, c, False, cast)
    with pytest.raises(Invalid):
        say(b, c, True, cast)


def test_needs_of_owners_of_whom_one_blocks_the_other_are_not_tied_together(cast: Cast) -> None:
    a, b, c = three(cast)
    c.blocked_organisations.add(cast.enterprise_org)
    say(a, b, True, cast)
    for one in (a, b):
        with pytest.raises(Invalid) as refusal:
            say(one, c, True, cast)
        assert list(refusal.value.fields) == ["together"]
    assert MergeLink.objects.count() == 1


def test_a_dismissal_replaces_the_words_within_its_set(cast: Cast) -> None:
    a, b, c = three(cast)
    say(a, b, True, cast)
    say(b, c, True, cast)
    drain_outbox()
    proposal = MergeProposal.objects.open().get()
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=proposal.pk, reason="工件不同", keep_apart=True)
    assert list(MergeLink.objects.values_list("together", flat=True)) == [False, False, False]


def apart_from(one: Need) -> set[Need]:
    """Return what is kept apart from a need, as the database finds it; the words on all needs must say the same."""
    found = set(Need.objects.filter(kept_apart_from([one])))
    apart = words_on(dict(Need.objects.values_list("pk", "owner"))).apart
    assert {need.pk for need in found} == {pk for pair in apart if one.pk in pair for pk in pair if pk != one.pk}
    return found


def test_what_is_kept_apart_from_a_need_is_found_in_both_directions(cast: Cast) -> None:
    a, b, c = three(cast)
    second = published_need(cast, "rival", title_zh="铸件外观检测")  # of the owner of b
    said_before(a, b, False, cast)
    said_before(a, c, True, cast)
    assert (apart_from(a), apart_from(b), apart_from(c)) == ({b}, {a}, set())
    c.blocked_organisations.add(cast.rival_org)
    assert (apart_from(b), apart_from(second), apart_from(c)) == ({a, c}, {c}, {b, second})
    assert set(Need.objects.filter(kept_apart_from([a, c]))) == {b, second}
    assert set(Need.objects.filter(kept_apart_from([]))) == set()


def test_a_dismissal_does_not_keep_apart_what_other_words_tie_together(cast: Cast) -> None:
    a, b, _c = three(cast, {}, {}, {"deploy": "cloud_cn", "data_class": "personal"})
    far = published_need(cast, make_member(make_organisation("戊厂")), merge_pref="no")
    drain_outbox()
    proposal = next(one for one in MergeProposal.objects.open() if {m.need for m in one.members.all()} == {a, b})
    say(a, far, True, cast)
    say(far, b, True, cast)
    with pytest.raises(Invalid) as refusal:
        dismiss_proposal(actor=cast.actor("manager"), proposal_id=proposal.pk, reason="工件不同", keep_apart=True)
    assert list(refusal.value.fields) == ["keep_apart"]
    proposal.refresh_from_db()
    assert (proposal.status, MergeLink.objects.filter(together=False).count()) == ("open", 0)
    page = cast.client("manager").post(
        f"/staff/merge/{proposal.pk}/dismiss/", {"reason": "工件不同", "keep_apart": "on"}
    )
    assert page.status_code == 422
    assert "Take one of those words back first" in page.content.decode()


def test_the_desk_names_contradicting_words_and_takes_one_back(cast: Cast) -> None:
    a, b, c = contradicting(cast)
    drain_outbox()
    client = cast.client("manager")
    page = client.get("/staff/merge/").content.decode()
    assert f"{', '.join(sorted([a.code, b.code, c.code]))} are tied together" in page
    one, other = sorted((b, c), key=lambda need: need.pk)
    address = f"/staff/merge/words/{one.pk}/{other.pk}/take-back/"
    assert address in page
    assert client.post(address)["Location"] == "/staff/merge/"
    assert "are tied together" not in client.get("/staff/merge/").content.decode()
    assert MergeLink.objects.count() == 2
    assert Event.objects.get(kind="need.unlinked").data == {"other": other.code, "together": True}
    assert client.post(address).status_code == 404
    run_all()
    assert {a.pk, b.pk} in open_sets()


def test_only_a_manager_takes_a_word_back_and_only_one_that_was_said(cast: Cast) -> None:
    a, b, _c = three(cast)
    with pytest.raises(NotFound):
        take_back_link(actor=cast.actor("manager"), need_ids=(a.pk, b.pk))
    say(a, b, True, cast)
    assert cast.client("moderator").post(f"/staff/merge/words/{a.pk}/{b.pk}/take-back/").status_code == 403
    assert MergeLink.objects.count() == 1
    take_back_link(actor=cast.actor("manager"), need_ids=(b.pk, a.pk))
    assert MergeLink.objects.count() == 0
