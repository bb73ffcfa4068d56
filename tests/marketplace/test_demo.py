"""The demonstration: loaded once, through the actions, and carried to its end by the outbox."""

import io
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.demonstrated import is_loaded
from marketplace.demonstration import loading, main_job
from marketplace.demonstration.carrying_on import carry_on
from marketplace.demonstration.loading import load_demonstration, parsed
from marketplace.demonstration.logins import PASSWORD, current_code, logins, totp_secret
from marketplace.imports.rows import ParsedRow
from marketplace.models import Account, Capability, Member, Organisation, StaffRole, Suggestion
from scenarios.models import Delivery, Event, MergeProposal, ModerationDecision, Need
from tests.drain import drain_outbox
from tests.marketplace.demo_rows import CAPABILITIES, NEEDS, groups

# One of each intent and tier, and one that stays with the moderators: enough to see each step once.
FEW_NEEDS = {
    "casting-surface",
    "hospital-fall",
    "hospital-antibiotic",
    "medschool-teaching",
    "transit-vague",
    "textile-vague",
}
FEW_CAPABILITIES = {"vision-surface-lines", "dye-recipe"}


@pytest.fixture
def whole(db: None, settings: Any, tmp_path: Path) -> None:
    """The whole demonstration; it takes seconds, so few tests want it."""
    settings.PRODUCTION, settings.STATE_DIR = False, tmp_path
    assert load_demonstration()


@pytest.fixture
def demo(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody, but few needs and capabilities."""
    settings.PRODUCTION = False

    def few(name: str, columns: Any) -> list[ParsedRow]:
        return [row for row in parsed(name, columns) if row.values["external_id"] in FEW_NEEDS | FEW_CAPABILITIES]

    monkeypatch.setattr(loading, "parsed", few)
    assert load_demonstration()


def command(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_people_organisations_and_rights(demo: None) -> None:
    assert Counter(StaffRole.objects.values_list("role", flat=True)) == dict.fromkeys(
        ("manager", "moderator", "publisher", "supervisor"), 1
    ) | {"reviewer": 3, "auditor": 2}
    assert (Account.objects.count(), Authenticator.objects.count()) == (33, 9)
    assert set(Organisation.objects.values_list("verification", flat=True)) == {"verified"}
    assert Organisation.objects.filter(chain__isnull=False, district__isnull=False).count() == 24
    assert Counter(Member.objects.values_list("role", flat=True)) == {"owner": 24}


def test_needs_and_capabilities_go_as_far_as_their_intent(demo: None) -> None:
    assert dict(Need.objects.values_list("external_id", "status")) == {
        "casting-surface": "published",
        "hospital-fall": "published",
        "hospital-antibiotic": "approved",
        "medschool-teaching": "submitted",
        "transit-vague": "returned",
        "textile-vague": "draft",
    }
    assert dict(Capability.objects.values_list("external_id", "status")) == {
        "vision-surface-lines": "published",
        "dye-recipe": "submitted",
    }


def test_who_did_what(demo: None) -> None:
    staff = {role: Account.objects.get(staff_roles__role=role).pk for role in ("moderator", "publisher", "supervisor")}
    decided = Need.objects.filter(status="published").order_by("external_id")
    assert list(decided.values_list("risk_tier", "approved_by", "supervised_by", "published_by")) == [
        ("R1", staff["moderator"], None, staff["publisher"]),
        ("R3", staff["moderator"], staff["supervisor"], staff["publisher"]),
    ]
    (returned,) = ModerationDecision.objects.filter(subject_type="need", verdict="return")
    assert (returned.account_id, sorted(returned.reasons)) == (staff["moderator"], ["boundary_in", "problem"])
    # Nothing came in beside the actions: every need has the event of its import, by its own owner.
    owners = dict(Event.objects.filter(kind="need.imported").values_list("subject_id", "actor_id"))
    assert owners == dict(Need.objects.values_list("pk", "owner__members__account"))


def test_second_loading_changes_nothing(demo: None) -> None:
    before = (Need.objects.count(), Event.objects.count(), Delivery.objects.count())
    assert load_demonstration() is False
    assert command("demo") == "The demonstration is there already.\n"
    assert (Need.objects.count(), Event.objects.count(), Delivery.objects.count()) == before


def test_a_loading_that_fails_leaves_nothing(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRODUCTION = False
    monkeypatch.setattr(loading.Loading, "take_capability", lambda self, row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load_demonstration()
    assert (Account.objects.count(), Organisation.objects.count(), Event.objects.count()) == (0, 0, 0)
    assert not is_loaded()


def test_it_is_refused_in_production(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="refused in production"):
        command("demo")
    assert Account.objects.count() == 0


def test_password_and_second_factor_open_the_accounts(demo: None) -> None:
    account = Account.objects.get(email="moderator@demo.example")
    assert account.check_password(PASSWORD)
    code = command("demo_code", "moderator").strip()
    assert re.fullmatch(r"\d{6}", code)
    assert TOTP(Authenticator.objects.get(user=account)).validate_code(code)


def test_codes_of_all_roles(demo: None) -> None:
    lines = command("demo_code").splitlines()
    assert [line.split()[0] for line in lines] == [one.name for one in logins() if one.role]
    assert all(re.search(r" \d{6} ", line) for line in lines)


def test_secrets_differ_by_account_and_by_installation(settings: Any) -> None:
    first = totp_secret("manager@demo.example")
    assert re.fullmatch(r"[A-Z2-7]{32}", first)
    assert totp_secret("moderator@demo.example") != first
    settings.SECRET_KEY = "another key of another installation"
    assert totp_secret("manager@demo.example") != first


def test_code_follows_rfc_6238(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the RFC's key "12345678901234567890"
    monkeypatch.setattr("marketplace.demonstration.logins.totp_secret", lambda email: secret)
    monkeypatch.setattr("marketplace.demonstration.logins.time.time", lambda: 59.0)
    assert current_code("a@demo.example") == ("287082", 1)


def test_demo_code_says_what_to_do_first(db: None) -> None:
    with pytest.raises(CommandError, match="Load it first: manage"):
        command("demo_code", "manager")


@pytest.mark.slow
def test_the_whole_demonstration_is_carried_through(whole: None) -> None:
    wanted = {"publish": "published"}
    statuses = dict(Need.objects.values_list("external_id", "status"))
    assert statuses == {key: wanted.get(row["intent"], row["intent"]) for key, row in NEEDS.items()}
    waiting = Capability.objects.filter(status="submitted").values_list("external_id", flat=True)
    assert set(waiting) == loading.WAITING_CAPABILITIES
    # Who is told is the business of other tests, and it takes most of the time.
    Delivery.objects.filter(topic="event.recorded").update(state="done")
    drain_outbox(limit=5000)
    assert Counter(Need.objects.values_list("status", flat=True)) == {
        "published": 114,
        "approved": 1,
        "checked": 2,
        "returned": 4,
        "draft": 5,
    }
    published, offered = Need.objects.filter(status="published"), len(CAPABILITIES) - len(waiting)
    assert set(Suggestion.objects.values_list("need", flat=True)) == set(published.values_list("pk", flat=True))
    assert len(found_groups()) >= 9
    assert carry_on() == []
    Delivery.objects.filter(topic="event.recorded").update(state="done")
    drain_outbox(limit=5000)
    suggestions = Suggestion.objects.current().count()
    block = command("mainjob", "--url", "http://localhost:8000")
    assert f"  126 needs (114 published), {offered} capabilities published\n" in block
    assert " open merge proposals, 4 pools, 1 open call with 1 declared interest\n" in block
    assert "  5 selections, 4 projects, 3 lessons\n" in block
    assert f"  {suggestions} suggestions\n" in block
    assert "  Open http://localhost:8000\n" in block
    assert f"  Sign in with the password {PASSWORD} as\n    manager     manager@demo.example\n" in block


def found_groups() -> set[str]:
    """Return the planted groups of which at least two needs stand in one open proposal."""
    sets = [
        {member.need.external_id for member in proposal.members.all()}
        for proposal in MergeProposal.objects.open().prefetch_related("members__need")
    ]
    planted = {name: {row["external_id"] for row in rows} for name, rows in groups().items()}
    return {name for name, members in planted.items() for proposed in sets if len(members & proposed) > 1}


def set_deliveries(rows: int = 1, **changes: Any) -> None:
    """Call everything in the outbox done but the first `rows`, which are changed."""
    Delivery.objects.update(state="done")
    first = list(Delivery.objects.order_by("id").values_list("pk", flat=True)[:rows])
    Delivery.objects.filter(pk__in=first).update(**changes)


QUARANTINED = {"state": "quarantined", "error": "E: broken\nat"}


@pytest.mark.parametrize(("rows", "count"), [(1, "1 delivery is"), (2, "2 deliveries are")])
def test_quarantine_is_a_warning_while_serving_and_a_failure_under_once(demo: None, rows: int, count: str) -> None:
    set_deliveries(rows=rows, **QUARANTINED)
    block = command("mainjob", "--url", "http://localhost:8000")
    assert f"  WARNING: {count} in quarantine. See http://localhost:8000/status\n" in block
    assert "  6 needs (2 published)" in block
    with pytest.raises(CommandError, match=rf"^{count} in quarantine; the first: [a-z_.]+: E: broken$"):
        command("mainjob", "--url", "http://localhost:8000", "--once")


def test_what_waits_for_its_next_attempt_is_not_waited_for_while_serving(
    demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_deliveries(state="pending", available_at=timezone.now() + timedelta(minutes=10))
    monkeypatch.setattr(main_job, "POLL_SECONDS", 0.0)
    assert main_job.wait_for_drain(stalled_seconds=60.0).delayed == 1
    block = command("mainjob", "--url", "http://localhost:8000")
    assert "  WARNING: 1 delivery is waiting to be tried again after a failure. See http" in block
    with pytest.raises(main_job.MainJobFailed, match=r"^Nothing was done for 0 s\. 1 delivery is waiting to be tried"):
        main_job.wait_for_drain(once=True, stalled_seconds=0.0)


@pytest.mark.parametrize("state", ["pending", "sent", "running"])
def test_what_is_due_or_in_somebodys_hands_is_waited_for(
    demo: None, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_deliveries(state=state)

    def finish_it(_seconds: float) -> None:
        Delivery.objects.update(state="done")

    monkeypatch.setattr("marketplace.demonstration.main_job.time.sleep", finish_it)
    assert main_job.wait_for_drain() == main_job.Left(Delivery.objects.count(), 0, 0, 0)


def test_main_job_says_so_when_nothing_moves_and_fails_under_once(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_job, "POLL_SECONDS", 0.0)
    pending = Delivery.objects.count()
    assert main_job.wait_for_drain(stalled_seconds=0.0).awaited == pending
    with pytest.raises(main_job.MainJobFailed, match=rf"^Nothing was done for 0 s\. {pending} deliveries are not done"):
        main_job.wait_for_drain(once=True, stalled_seconds=0.0)


def test_the_drain_is_noted_only_when_everything_is_done(demo: None) -> None:
    set_deliveries(**QUARANTINED)
    command("mainjob", "--url", "http://localhost:8000")
    assert main_job.outcome(drained=False).seconds is None
    Delivery.objects.update(state="done")
    command("mainjob", "--url", "http://localhost:8000")
    assert main_job.outcome(drained=False).seconds is not None


def test_the_seconds_stay_those_of_the_first_drain(demo: None) -> None:
    first = main_job.outcome().seconds
    assert first is not None
    assert main_job.outcome().seconds == first


def test_outcome_without_the_demonstration(db: None) -> None:
    assert main_job.outcome() == main_job.Outcome(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None)
