"""What must never stand in the database is refused by the database itself, whatever code writes it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, F, Model
from django.utils import timezone

from marketplace.actions.engagement_opening import propose_engagement
from marketplace.actions.response_wiping import wipe_responses
from marketplace.models import (
    Exclusion,
    Feedback,
    Incident,
    Judgement,
    NeedFit,
    Response,
    Sandbox,
    SavedSearch,
    WordPreview,
)
from scenarios.actions.calls import cancel_call
from scenarios.models import (
    Batch,
    BatchRow,
    BlockTask,
    Call,
    Consent,
    CoreChange,
    IndexBuild,
    Indicator,
    MergedDemand,
    Need,
    NeedPlace,
    PrintedList,
    SandboxPlan,
    ScaleMark,
    SimilarityRun,
    StopWord,
    VaguePhrase,
)
from tests.calls import sealed, sealed_call
from tests.engagements import measure, opened_engagement, propose, recorded_trial, running_engagement, running_gate
from tests.factories import Cast, make_organisation, published_capability, published_need
from tests.sandboxes import CRITERIA, LIMITS, SCOPE, last_incident, report, set_up
from tests.scenarios.test_deadlines import make_pool
from tests.selections import evaluated_call, published

NOW = datetime(2026, 1, 5, tzinfo=UTC)
Maker = Callable[[Cast], Any]


def pool(cast: Cast) -> MergedDemand:
    return make_pool(cast, [4, 6])


def consent(cast: Cast) -> Consent:
    return pool(cast).consents.all()[0]


def indicator(cast: Cast) -> Indicator:
    return published_need(cast).indicators.all()[0]


def call(cast: Cast) -> Call:
    return Call.objects.create(code="FB-2026-0001", kind="rfi", need=published_need(cast), author=cast.manager)


def organisation(cast: Cast) -> Any:
    return cast.enterprise_org


def staff_role(cast: Cast) -> Any:
    return cast.manager.staff_roles.get()


def member(cast: Cast) -> Any:
    return cast.enterprise.memberships.get()


def core_change(cast: Cast) -> CoreChange:
    member = pool(cast).members.all()[0]
    return CoreChange.objects.create(
        demand=member.demand, need=member.need, part="problem", value="x", reason="y", proposed_by=cast.manager
    )


def batch_row(cast: Cast) -> BatchRow:
    """The second row of a batch of two."""
    batch = Batch.objects.create(kind="approve-needs", account=cast.moderator)
    rows = [BatchRow(batch=batch, position=n, subject_id=UUID(int=n), title="x", seen="1") for n in (1, 2)]
    return BatchRow.objects.bulk_create(rows)[1]


def vague_phrase(cast: Cast) -> VaguePhrase:
    """The second of two phrases."""
    rows = [VaguePhrase(text=text, form=text, group="buzz", added_by=cast.manager) for text in ("全流程贯通", "全域")]
    return VaguePhrase.objects.bulk_create(rows)[1]


def stop_word(cast: Cast) -> StopWord:
    """The second of two words."""
    rows = [StopWord(text=text, form=text, added_by=cast.manager) for text in ("平台", "方案")]
    return StopWord.objects.bulk_create(rows)[1]


def word_preview(cast: Cast) -> WordPreview:
    return WordPreview.objects.create(account=cast.manager, kind="stop_word", phrases={"text": ["平台"]})


def printed_list(cast: Cast) -> PrintedList:
    return PrintedList.objects.create(
        account=cast.supplier, kind="need", format="pdf", ids=[UUID(int=1)], language="en"
    )


def two_printed_lists(cast: Cast) -> PrintedList:
    """The second of two lists, which is ready."""
    printed_list(cast)
    ready = {"state": "done", "percent": 100, "file": b"%PDF", "size": 4, "entries": 1}
    return PrintedList.objects.create(
        account=cast.supplier, kind="need", format="pdf", ids=[UUID(int=1)], language="en", **ready
    )


def need_place(cast: Cast) -> NeedPlace:
    build = IndexBuild.objects.create(folder="build-1")
    return NeedPlace.objects.create(need=published_need(cast), x=1, y=-1, index_build=build)


def scale_mark(cast: Cast) -> ScaleMark:
    return ScaleMark.objects.create(
        demand=pool(cast), capability=published_capability(cast), quantity=Decimal(12), unit="line"
    )


def need_fit(cast: Cast) -> NeedFit:
    return NeedFit.objects.create(need=published_need(cast), technique="cv", until=timezone.now())


def selection(cast: Cast) -> Any:
    return published(cast, ["90", "80"], ["70", "95"]).fresh()


def placing(cast: Cast) -> Any:
    return selection(cast).placings.get(rank=1)


def review_seat(cast: Cast) -> Any:
    return evaluated_call(cast, 0).selection.seats.get(is_chair=True)


def score(cast: Cast) -> Any:
    return selection(cast).seats.first().scores.first()


def consensus_score(cast: Cast) -> Any:
    return placing(cast).response.consensus.first()


def exclusion(cast: Cast) -> Any:
    (response,) = evaluated_call(cast, 1).responses()
    return Exclusion.objects.create(response=response, clause="budget", explanation="超出上限")


def feedback(cast: Cast) -> Any:
    (response,) = evaluated_call(cast, 1).responses()
    return Feedback.objects.create(response=response, criterion=0, strengths="好", weaknesses="贵")


def objection(cast: Cast) -> Any:
    row = selection(cast)
    return row.objections.create(round=1, organisation=cast.supplier_org, account=cast.supplier, reasons="理由")


def merge_run(cast: Cast) -> SimilarityRun:
    return SimilarityRun.objects.create(kind="merge", min_similarity=0.2)


def block_task(cast: Cast) -> BlockTask:
    return BlockTask.objects.create(run=merge_run(cast), block=1, other=0)


def engagement(cast: Cast) -> Any:
    return opened_engagement(cast)


def agreement(cast: Cast) -> Any:
    organisation, need, capability = cast.enterprise_org, published_need(cast), published_capability(cast)
    ids = {"need_id": need.pk, "capability_id": capability.pk, "organisation_id": organisation.pk}
    return propose_engagement(actor=cast.actor("enterprise"), **ids)


def party(cast: Cast) -> Any:
    return opened_engagement(cast).parties.get(role="owner")


def gate(cast: Cast) -> Any:
    return running_gate(cast)


def cost(cast: Cast) -> Any:
    found = running_gate(cast)
    payer = found.engagement.parties.get(role="lead")
    return found.costs.create(
        payer=payer, amount=Decimal(1), what="x", spent_on=date(2026, 1, 1), booked_by=cast.supplier
    )


def trial(cast: Cast) -> Any:
    return recorded_trial(cast, running_gate(cast))


def measurement(cast: Cast) -> Any:
    found = running_gate(cast)
    measure(cast, found)
    return found.measurements.get()


def gate_decision(cast: Cast) -> Any:
    return propose(cast, running_gate(cast), "iterate")


def ledger_entry(cast: Cast) -> Any:
    found = opened_engagement(cast)
    giver, receiver = (found.parties.get(role=role) for role in ("owner", "lead"))
    return found.elements.create(
        element="data", giver=giver, receiver=receiver, what="x", due_on=date(2026, 1, 1), promised_by=cast.enterprise
    )


def saved_search(cast: Cast) -> SavedSearch:
    one, _other = (
        SavedSearch.objects.create(account=cast.enterprise, name=name, kind="need") for name in ("one", "two")
    )
    return one


def judgement(cast: Cast) -> Judgement:
    of: dict[str, Any] = {"need": published_need(cast), "capability": published_capability(cast)}
    return Judgement.objects.create(**of, grade=4, brought_at=NOW)


def rollout(cast: Cast) -> Any:
    found = opened_engagement(cast)
    return found.rollouts.create(need=found.need)


def deviation(cast: Cast) -> Any:
    return rollout(cast).deviations.create(part="problem", value="x", reason="y")


def lesson(cast: Cast) -> Any:
    return opened_engagement(cast).lessons.create(title="x", text="y", written_by=cast.manager)


def engagement_note(cast: Cast) -> Any:
    return opened_engagement(cast).notes.create(text="x", written_by=cast.manager)


def sandbox_plan(cast: Cast) -> SandboxPlan:
    terms = {"scope": SCOPE, "limits": LIMITS, "exit_criteria": CRITERIA}
    return SandboxPlan.objects.create(call=call(cast), supervisor=cast.supervisor, **terms)


def sandbox(cast: Cast) -> Sandbox:
    return set_up(cast.client("supervisor"), running_engagement(cast))


def incident(cast: Cast) -> Incident:
    engagement = sandbox(cast).engagement
    report(cast.client("supplier"), engagement, 2)
    return last_incident(engagement)


def wiped(cast: Cast) -> Response:
    ready = sealed_call(cast)
    response = sealed(ready.call, cast.supplier)
    cancel_call(actor=cast.actor("publisher"), call_id=ready.call.pk, reason="x")
    wipe_responses(call_id=ready.call.pk)
    return response


FORBIDDEN: list[tuple[str, Maker, dict[str, Any]]] = [
    ("engagement_status_known", engagement, {"status": "bogus"}),
    ("engagement_has_one_source", engagement, {"need": None}),
    ("engagement_awarded_or_agreed", engagement, {"response": None}),
    ("engagement_awarded_or_agreed", agreement, {"capability": None}),
    ("engagement_reason_is_stated", engagement, {"status": "suspended"}),
    ("engagement_reason_is_stated", engagement, {"status": "stopped_breach"}),
    ("engagement_reason_is_stated", engagement, {"status": "called_off"}),
    ("engagement_accepted_has_time", engagement, {"status": "accepted"}),
    ("engagement_accepted_has_time", engagement, {"status": "landed"}),
    ("party_registered_or_named", party, {"name": "someone else"}),
    ("party_decides_is_registered", party, {"organisation": None, "name": "someone"}),
    ("gate_cap_positive", gate, {"cost_cap": Decimal(0)}),
    ("gate_within_cap", gate, {"spent": Decimal("5.01")}),
    ("gate_within_cap", gate, {"spent": Decimal("-0.01")}),
    ("gate_trials_positive", gate, {"trials": 0}),
    ("gate_within_trials", gate, {"trials_made": 4}),
    ("gate_iterates_twice_at_most", gate, {"iterations": 3}),
    ("gate_dates_in_order", gate, {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)}),
    ("cost_positive", cost, {"amount": Decimal(0)}),
    ("trial_says_what_came_of_it", trial, {"outcome": ""}),
    ("trial_struck_has_reason", trial, {"struck_at": "2026-01-02T00:00Z"}),
    ("cost_struck_has_reason", cost, {"struck_at": "2026-01-02T00:00Z"}),
    ("measurement_says_how_and_who", measurement, {"measured_by": ""}),
    ("measurement_says_how_and_who", measurement, {"test_method": ""}),
    ("gate_decision_has_reason", gate_decision, {"reason": ""}),
    ("gate_decision_no_fault_has_lesson", gate_decision, {"verdict": "stop_no_fault"}),
    ("gate_decision_breach_has_evidence", gate_decision, {"verdict": "stop_breach"}),
    ("gate_decision_made_by_two", gate_decision, {"state": "made"}),
    ("ledger_quantity_positive", ledger_entry, {"quantity": Decimal(0), "unit": "x"}),
    ("ledger_quantity_has_unit", ledger_entry, {"quantity": Decimal(1)}),
    ("ledger_two_parties", ledger_entry, {"receiver": F("giver")}),
    ("ledger_confirmed_was_delivered", ledger_entry, {"state": "confirmed"}),
    ("rollout_declined_has_reason", rollout, {"state": "declined"}),
    ("rollout_planned_has_day", rollout, {"state": "planned"}),
    ("rollout_done_has_day", rollout, {"state": "done"}),
    ("deviation_says_what_and_why", deviation, {"value": ""}),
    ("lesson_is_written", lesson, {"text": ""}),
    ("engagement_note_is_written", engagement_note, {"text": ""}),
    ("core_change_part_known", core_change, {"part": "title_zh"}),
    ("core_change_decided_by_someone", core_change, {"state": "taken"}),
    ("core_change_in_a_core_was_taken", core_change, {"core_version": 1}),
    ("scale_mark_positive", scale_mark, {"quantity": Decimal(0)}),
    ("need_fit_technique_known", need_fit, {"technique": "bogus"}),
    ("scale_mark_unit_known", scale_mark, {"unit": "bogus"}),
    ("batch_row_once", batch_row, {"subject_id": UUID(int=1)}),
    ("batch_row_refused_says_why", batch_row, {"state": "refused"}),
    ("vague_phrase_once", vague_phrase, {"form": "全流程贯通"}),
    ("stop_word_once", stop_word, {"form": "平台"}),
    ("stopword_state_known", stop_word, {"state": "bogus"}),
    ("word_preview_percent", word_preview, {"percent": 101}),
    ("word_preview_kind_known", word_preview, {"kind": "bogus"}),
    ("word_preview_state_known", word_preview, {"state": "bogus"}),
    ("printed_list_percent", printed_list, {"percent": 101}),
    ("printed_list_kind_known", printed_list, {"kind": "pool"}),
    ("printed_list_format_known", printed_list, {"format": "xlsx"}),
    ("printed_list_state_known", printed_list, {"state": "bogus"}),
    ("printed_list_done_has_its_file", printed_list, {"state": "done"}),
    ("printed_list_done_has_its_file", printed_list, {"file": b"%PDF"}),
    ("printed_list_one_at_a_time", two_printed_lists, {"state": "running", "file": None}),
    ("need_place_in_the_plane", need_place, {"x": 1.01}),
    ("need_place_in_the_plane", need_place, {"y": -1.01}),
    ("similarity_run_has_its_measure", merge_run, {"min_similarity": None}),
    ("similarity_run_has_its_measure", merge_run, {"kind": "suggest"}),
    ("similarity_run_has_its_measure", merge_run, {"kind": "suggest", "min_similarity": None}),
    ("similarity_run_ends_with_its_state", merge_run, {"state": "done"}),
    ("block_task_is_finished_with_a_result", block_task, {"digest": "0" * 64}),
    ("need_status_known", published_need, {"status": "bogus"}),
    ("need_risk_tier_known", published_need, {"risk_tier": "R9"}),
    ("need_quantity_unit_known", published_need, {"quantity_unit": "bogus"}),
    ("need_published_is_complete", published_need, {"quantity": None}),
    ("need_published_is_complete", published_need, {"quantity_unit": ""}),
    ("need_published_is_complete", published_need, {"boundary_out": ""}),
    ("need_published_is_complete", published_need, {"risk_tier": ""}),
    ("need_published_expires", published_need, {"expires_at": None}),
    ("need_published_expires", published_need, {"expires_at": None, "imported": True}),
    ("need_suspension_has_reason", published_need, {"status": "suspended"}),
    ("need_money_not_negative", published_need, {"budget_min": Decimal(-1)}),
    ("need_money_not_negative", published_need, {"budget_min": Decimal(-9), "budget_max": Decimal(-1)}),
    ("need_dates_in_order", published_need, {"start_by": date(2027, 2, 1), "finish_by": date(2027, 1, 31)}),
    ("indicator_comparator_known", indicator, {"comparator": "bogus"}),
    ("staff_role_role_known", staff_role, {"role": "bogus"}),
    ("member_role_known", member, {"role": "bogus"}),
    ("organisation_kind_known", organisation, {"kind": "bogus"}),
    ("organisation_verification_known", organisation, {"verification": "bogus"}),
    ("organisation_verified_uscc_form", organisation, {"uscc": "91000000MATE0000I1"}),
    ("organisation_verified_uscc_form", organisation, {"uscc": "91000000MATE00001"}),
    ("capability_status_known", published_capability, {"status": "bogus"}),
    ("capability_min_scale_unit_known", published_capability, {"min_scale_unit": "bogus"}),
    ("capability_deploy_known", published_capability, {"deploy": ["onprem", "bogus"]}),
    ("capability_published_expires", published_capability, {"valid_until": None}),
    ("capability_suspension_has_reason", published_capability, {"status": "suspended"}),
    ("demand_status_known", pool, {"status": "bogus"}),
    ("demand_on_fail_known", pool, {"on_fail": "bogus"}),
    ("demand_after_extension_known", pool, {"after_extension": "bogus"}),
    ("demand_after_extension_known", pool, {"after_extension": "extend"}),
    ("demand_formed_has_time", pool, {"formed_at": None}),
    ("demand_core_exists", pool, {"core_version": 7}),
    ("consent_state_known", consent, {"state": "bogus"}),
    ("consent_core_exists", consent, {"core_version": 7}),
    ("consent_answered_by_someone", consent, {"decided_by": None}),
    ("selection_status_known", selection, {"status": "bogus"}),
    ("selection_notice_has_times", selection, {"notice_ends_at": None}),
    ("selection_notice_has_times", selection, {"round": 0}),
    ("selection_suspended_since", selection, {"status": "suspended"}),
    ("selection_awarded_after_its_notice", selection, {"status": "awarded", "decided_at": NOW}),
    ("selection_awarded_after_its_notice", selection, {"status": "awarded"}),
    ("selection_failed_has_code", selection, {"status": "failed", "decided_at": NOW}),
    ("selection_failed_has_code", selection, {"failure_code": "funds"}),
    ("review_seat_declared_has_time", review_seat, {"declared_at": NOW}),
    ("review_seat_conflict_leaves", review_seat, {"declaration": "conflict", "declared_at": NOW}),
    ("review_seat_scores_without_conflict", review_seat, {"submitted_at": NOW}),
    ("placing_total_in_range", placing, {"total": Decimal("100.01")}),
    ("placing_ranked_or_below_a_minimum", placing, {"rank": None}),
    ("placing_ranked_or_below_a_minimum", placing, {"below": "价格"}),
    ("score_in_range", score, {"value": Decimal("100.01")}),
    ("consensus_score_in_range", consensus_score, {"value": Decimal("-0.01")}),
    ("exclusion_quotes_the_call", exclusion, {"clause": "call"}),
    ("exclusion_quotes_the_call", exclusion, {"quoted": "条件"}),
    ("exclusion_is_explained", exclusion, {"explanation": ""}),
    ("exclusion_is_explained", exclusion, {"ground": "withdrew"}),
    ("exclusion_is_explained", exclusion, {"clause": "terms"}),
    ("exclusion_ground_known", exclusion, {"ground": "bogus"}),
    ("feedback_says_both", feedback, {"weaknesses": ""}),
    ("objection_answer_has_author", objection, {"state": "rejected"}),
    ("call_status_known", call, {"status": "bogus"}),
    ("call_cancelled_ground_known", call, {"cancelled_ground": "bogus"}),
    ("demand_end_ground_known", pool, {"end_ground": "bogus"}),
    ("call_kind_known", call, {"kind": "bogus"}),
    ("call_budget_not_negative", call, {"budget_cap": Decimal(-1)}),
    ("sandboxplan_has_terms", sandbox_plan, {"scope": ""}),
    ("sandboxplan_has_terms", sandbox_plan, {"limits": []}),
    ("sandbox_has_terms", sandbox, {"exit_criteria": []}),
    ("judgement_grade_known", judgement, {"grade": 5}),
    ("savedsearch_kind_known", saved_search, {"kind": "bogus"}),
    ("saved_search_has_a_name", saved_search, {"name": ""}),
    ("saved_search_name_once", saved_search, {"name": "two"}),
    ("sandbox_dates_in_order", sandbox, {"ends_on": date(2026, 1, 4)}),
    ("sandbox_ended_has_findings", sandbox, {"status": "left"}),
    ("incident_severity_known", incident, {"severity": 5}),
    ("incident_happened_before_its_report", incident, {"happened_at": datetime(2099, 1, 1, tzinfo=UTC)}),
    ("incident_has_text", incident, {"measures": ""}),
    ("incident_closed_has_remedy", incident, {"remedy": "x"}),
    ("incident_only_the_gravest_suspends", incident, {"suspends": True}),
    ("response_withdrawn_is_wiped", wiped, {"sealed": b"x"}),
]


def refusal(row: Model, values: dict[str, Any]) -> str:
    """Return the name of the constraint that refuses these values in the row."""
    with pytest.raises(IntegrityError) as refused:
        _write(row, values)
    cause: Any = refused.value.__cause__
    return str(cause.diag.constraint_name)


def _write(row: Model, values: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        type(row)._default_manager.filter(pk=row.pk).update(**values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(("name", "maker", "values"), FORBIDDEN)
def test_the_database_refuses(cast: Cast, name: str, maker: Maker, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (connection.settings_dict["USER"],)
    row = maker(cast)
    assert refusal(row, values) == name


def choice_fields() -> list[tuple[type[Model], Any]]:
    models = [*apps.get_app_config("scenarios").get_models(), *apps.get_app_config("marketplace").get_models()]
    return [(model, field) for model in models for field in model._meta.local_fields if _choices(field)]


def _choices(field: Any) -> Any:
    return field.base_field.choices if isinstance(field, ArrayField) else field.choices


@pytest.mark.parametrize(("model", "field"), choice_fields(), ids=str)
def test_every_choice_is_held_by_a_constraint(model: type[Model], field: Any) -> None:
    held = [row for row in model._meta.constraints if row.name.endswith(f"{field.name}_known")]
    (constraint,) = held
    assert isinstance(constraint, CheckConstraint)
    ((_lookup, values),) = constraint.condition.children  # type: ignore[misc]
    expected = {value for value, _label in _choices(field)}
    assert set(values) - {""} == expected
    assert ("" in values) == (field.blank and not isinstance(field, ArrayField))


def test_what_was_published_elsewhere_may_lack_what_is_asked_for_here(cast: Cast) -> None:
    need = published_need(cast)
    Need.objects.filter(pk=need.pk).update(imported=True, quantity=None, quantity_unit="", risk_tier="")
    assert Need.objects.published().filter(pk=need.pk).exists()


def test_an_unverified_organisation_may_have_no_code_yet(cast: Cast) -> None:
    newcomer = make_organisation("新机构", verified=False)
    type(newcomer).objects.filter(pk=newcomer.pk).update(uscc="")
    assert refusal(newcomer, {"verification": "verified"}) in (
        "organisation_verified_has_uscc",
        "organisation_verified_uscc_form",
    )
