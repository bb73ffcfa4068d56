"""The demonstration carried on from its proposals: a formed pool, another one in an open call, and one interest."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from marketplace.demonstration import calling, carrying_on, loading, main_job
from marketplace.demonstration.carrying_on import carry_on
from marketplace.demonstration.loading import load_demonstration, parsed
from marketplace.imports.rows import ParsedRow
from marketplace.models import Account, Capability, Organisation, Suggestion
from scenarios.actions import proposals
from scenarios.models import Call, Consent, Delivery, Event, Interest, JobSlot, MergedDemand, MergeProposal
from tests.drain import drain_outbox
from tests.marketplace.demo_rows import groups
from tests.marketplace.test_demo import command

GROUPS = ("G01", "G09")
OFFERED = {"vision-surface-lines", "robot-inspection-cell", "edge-inspection-board", "lift-ebike-box"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the main job waits for is done at once."""

    def finish_it(_seconds: float) -> None:
        Delivery.objects.update(state="done")

    monkeypatch.setattr("marketplace.demonstration.main_job.time.sleep", finish_it)


@pytest.fixture
def proposed(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The needs of two groups, proposed by the workers, and the capabilities that answer them."""
    settings.PRODUCTION, settings.STATE_DIR = False, tmp_path
    wanted = OFFERED | {row["external_id"] for name in GROUPS for row in groups()[name]}

    def few(name: str, columns: Any) -> list[ParsedRow]:
        return [row for row in parsed(name, columns) if row.values["external_id"] in wanted]

    monkeypatch.setattr(loading, "parsed", few)
    assert load_demonstration()
    drain()
    assert MergeProposal.objects.open().count() == 2


def drain() -> None:
    """Do what is pending but the notices, which are the business of other tests."""
    Delivery.objects.filter(topic="event.recorded").update(state="done")
    drain_outbox(limit=5000)
    Delivery.objects.filter(topic="event.recorded").update(state="done")


def made() -> tuple[int, ...]:
    rows: tuple[Any, ...] = (MergedDemand, Consent, Call, Interest, Event, Delivery)
    return tuple(row.objects.count() for row in rows)


def test_one_pool_is_formed_and_one_is_called(proposed: None) -> None:
    assert carry_on() == []
    pools = {pool.title_en: pool for pool in MergedDemand.objects.with_scale()}
    lift = pools["Recognising electric bicycles in lift cars"]
    surface = pools["In-line visual inspection of surface defects"]
    assert (lift.status, lift.owners, lift.pooled_quantity, lift.threshold_quantity) == ("formed", 3, 112, 150)
    assert (surface.status, surface.owners, surface.pooled_quantity) == ("called", 5, 20)
    assert set(Consent.objects.values_list("state", flat=True)) == {"accepted"}
    assert Consent.objects.count() == 8
    (core,) = surface.cores.all()
    assert [(row["metric"], row["target"], row["weight"]) for row in core.indicators] == [
        ("漏检率", "0.8", "45"),
        ("误检率", "3", "30"),
        ("达到额定线速的时间占比", "98", "25"),
    ]
    assert not MergeProposal.objects.open().exists()


def test_the_call_went_the_whole_way(proposed: None) -> None:
    carry_on()
    call = Call.objects.open().get()
    staff = {role: Account.objects.get(email=f"{role}@demo.example") for role in ("manager", "moderator", "publisher")}
    assert (call.author, call.reviewed_by, call.approved_by) == tuple(staff.values())
    assert (call.kind, call.quantity, call.quantity_unit, call.budget_cap) == ("open_list", 20, "line", 700)
    assert [row["weight"] for row in call.criteria] == ["40", "25", "20", "15"]
    assert all(call.fair_competition.values())
    assert len(call.fair_competition) == 5
    interest = Interest.objects.get()
    assert (interest.call, interest.capability) == (call, Capability.objects.get(external_id="vision-surface-lines"))
    # Nothing came in beside the actions.
    kinds = Event.objects.filter(subject_id=call.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [
        *("call.drafted", "call.panel_seated", "call.openers_named", *["call.code_taken"] * 3),
        *("call.reviewed", "call.approved", "call.opened", "call.interest_declared"),
    ]


def test_the_workers_suggest_for_the_pools_and_the_call(proposed: None) -> None:
    carry_on()
    drain()
    told = Suggestion.objects.current().filter(capability__external_id="vision-surface-lines")
    assert told.filter(call__isnull=False).count() == 1
    assert Suggestion.objects.current().filter(demand__title_en__startswith="Recognising").exists()
    found = main_job.outcome()
    assert (found.pools, found.calls, found.interests, found.proposals) == (2, 1, 1, 0)


def test_a_second_start_makes_nothing_twice(proposed: None) -> None:
    carry_on()
    before = made()
    assert carry_on() == []
    assert made() == before


def test_a_start_after_a_crash_finishes_what_is_missing(proposed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(calling, "declare", lambda call, row: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            carry_on()
    assert list(MergedDemand.objects.values_list("status", flat=True)) == ["formed"]
    assert not Call.objects.exists()
    assert carry_on() == []
    assert sorted(MergedDemand.objects.values_list("status", flat=True)) == ["called", "formed"]
    assert (Call.objects.count(), Interest.objects.count()) == (1, 1)


def test_a_pool_that_a_person_dissolved_is_not_made_again(proposed: None) -> None:
    carry_on()
    pool = MergedDemand.objects.get(status="formed")
    MergedDemand.objects.filter(pk=pool.pk).update(status="dissolved", reason="no more")
    MergeProposal.objects.filter(demand=pool).update(status="open", decided_at=None, decided_by=None)
    assert carry_on() == []
    assert MergedDemand.objects.count() == 2


def test_what_a_person_decided_first_is_left(proposed: None) -> None:
    proposal = MergeProposal.objects.get(members__need__external_id="casting-surface")
    proposals.dismiss_proposal(actor=carrying_on.staff("manager"), proposal_id=proposal.pk, reason="Other cameras.")
    assert carry_on() == []
    assert list(MergedDemand.objects.values_list("status", flat=True)) == ["formed"]
    assert not JobSlot.objects.filter(slot="pool surface").exists()


def test_a_refusal_is_said_and_leaves_nothing(proposed: None, quick: None) -> None:
    Organisation.objects.filter(needs__external_id="cable-sheath").update(verification="suspended")
    (problem,) = carry_on()
    assert problem.startswith("The demonstration's pool “surface” was refused: ")
    assert list(MergedDemand.objects.values_list("status", flat=True)) == ["formed"]
    with pytest.raises(CommandError, match="pool “surface” was refused"):
        command("mainjob", "--url", "http://localhost:8000", "--once")


def test_the_block_names_pools_calls_and_interests(proposed: None, quick: None) -> None:
    block = command("mainjob", "--url", "http://localhost:8000", "--once")
    assert "  8 needs (8 published), 4 capabilities published\n" in block
    assert "  0 open merge proposals, 2 pools, 1 open call with 1 declared interest\n" in block
    assert "  0 selections, 0 projects, 0 lessons\n" in block


def test_nothing_is_carried_on_without_the_demonstration(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying_on, "carry_pool", lambda row: pytest.fail("not loaded"))
    assert carry_on() == []
