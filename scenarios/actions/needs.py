"""What an owner does with a need: draft, save, submit, withdraw, reopen, renew, delete, follow."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios import precision, topics
from scenarios.actions.calls import take_back
from scenarios.actions.keys import forget_result, remember_result, result_of
from scenarios.actions.members import lock_pooling, part_blocked
from scenarios.actor import Actor
from scenarios.choices import NeedStatus
from scenarios.codes import next_code
from scenarios.content import (
    INDICATOR_FIELDS,
    NEED_FIELDS,
    IndicatorFields,
    NeedFields,
    differences,
    need_draft,
    risk_tier,
)
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.lifecycle import NEED_MOVES
from scenarios.models import (
    Call,
    District,
    DomainName,
    Indicator,
    MergedDemand,
    Need,
    NeedVersion,
    UnitName,
    VaguePhrase,
)
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move, require_owner
from scenarios.quantities import tidy_unit
from scenarios.querysets import LIVE_ENGAGEMENTS, DatabaseClock, lexemes
from scenarios.references import require_offered
from scenarios.search_columns import found_under

SHELF_LIFE = timedelta(days=180)
EDITABLE = (NeedStatus.DRAFT, NeedStatus.RETURNED)
MAX_INDICATORS = 30


@transaction.atomic
def draft_need(
    *,
    actor: Actor,
    owner_id: UUID,
    fields: NeedFields,
    indicators: Iterable[IndicatorFields] = (),
    blocked_ids: Iterable[UUID] = (),
    source: str = "form",
    external_id: str = "",
    key: str = "",
    row_digest: str = "",
) -> Need:
    """Create a draft of organisation `owner_id`.

    key : idempotency key of the form; the same key returns the draft that the first sending made.
    row_digest : of the row of a file that it comes from; see scenarios.actions.imports.

    Raises NotPermitted when the actor may not write for the organisation, Invalid on values that contradict each other.
    """
    require_owner(actor, owner_id)
    if earlier := result_of(actor, "need", key):
        return one_of(Need.objects.of(actor), earlier)
    _require_joinable(actor, fields)
    need = Need(code=next_code("XQ"), owner_id=owner_id, source=source, external_id=external_id)
    _write(need, fields)
    need.save(force_insert=True)
    _write_indicators(need, list(indicators))
    need.blocked_organisations.set(list(blocked_ids))  # type: ignore[arg-type]
    _score(need)
    remember_result(actor, "need", key, need.pk)
    _log_writing("need.drafted", need, actor, fields, row_digest)
    return need


@transaction.atomic
def save_need(
    *,
    actor: Actor,
    need_id: UUID,
    version: int,
    fields: NeedFields,
    indicators: Iterable[IndicatorFields] | None = None,
    blocked_ids: Iterable[UUID] | None = None,
    autosave: bool = False,
    row_digest: str = "",
) -> Need:
    """Save a draft or a returned need; what is not given stays as it is.

    version : the version that the author saw.
    autosave : leaves no event, since nobody else sees a draft.
    row_digest : of the row of a file that it comes from; see scenarios.actions.imports.

    Raises Conflict with the differences when someone saved in between, IllegalMove when it is no draft.
    """
    if blocked_ids is not None:
        lock_pooling()
    need = one_of(Need.objects.of(actor), need_id, lock=True)
    require_owner(actor, need.owner_id)
    if need.status not in EDITABLE:
        raise IllegalMove(_("Only a draft or a returned need can be edited. Withdraw it first, then reopen it."))
    if need.version != version:
        raise Conflict(differences(need, fields, indicators, blocked_ids))
    _require_joinable(actor, fields)
    changed = _write(need, fields)
    need.version += 1
    need.save()
    if indicators is not None:
        _write_indicators(need, list(indicators))
        changed.append("indicators")
    if blocked_ids is not None:
        need.blocked_organisations.set(list(blocked_ids))
        part_blocked(need.owner_id, actor=actor)
    _score(need)
    if not autosave:
        _log_writing("need.saved", need, actor, changed, row_digest)
    return need


def _require_joinable(actor: Actor, fields: NeedFields) -> None:
    """A need may ask to join a pool that its author may read and that is not over."""
    wanted = fields.get("joins_id")
    if wanted and not MergedDemand.objects.visible_to(actor).living().filter(pk=wanted).exists():
        raise Invalid({"joins_id": [_("This pool is not there any more, or not open to you.")]})


def _log_writing(kind: str, need: Need, actor: Actor, changed: Iterable[str], row_digest: str) -> None:
    """One event per write: an import's names the row and the version that it left, so that the next one knows it."""
    if row_digest:
        log_event("need.imported", need, actor=actor, changed=changed, row=row_digest, version=need.version)
    else:
        log_event(kind, need, actor=actor, changed=changed)


def _write(need: Need, fields: NeedFields) -> list[str]:
    unknown = set(fields) - set(NEED_FIELDS)
    if unknown:
        raise Invalid({name: [_("This field cannot be set.")] for name in sorted(unknown)})
    changed = [name for name, value in fields.items() if getattr(need, name) != value]
    for name, kind in (("district_id", District), ("domain", DomainName), ("quantity_unit", UnitName)):
        if name in changed:
            require_offered(name.removesuffix("_id"), kind, [fields[name]])  # type: ignore[literal-required]
    for name in changed:
        setattr(need, name, fields[name])  # type: ignore[literal-required]
    need.risk_tier = risk_tier(need.risk_answers, need.data_class)
    _require_order(need)
    return changed


def _require_order(need: Need) -> None:
    wrong: dict[str, list[Any]] = {}
    if need.quantity is not None and need.quantity <= 0:
        wrong["quantity"] = [_("The quantity must be above zero.")]
    if need.budget_min is not None and need.budget_max is not None and need.budget_min > need.budget_max:
        wrong["budget_max"] = [_("The upper end of the budget lies below its lower end. Swap the two.")]
    if need.start_by is not None and need.finish_by is not None and need.finish_by < need.start_by:
        wrong["finish_by"] = [_("The finish lies before the start. Swap or correct the two dates.")]
    for name in ("budget_min", "budget_max", "value_amount"):
        if (getattr(need, name) or 0) < 0:
            wrong[name] = [_("An amount of money cannot be below zero.")]
    if wrong:
        raise Invalid(wrong)


def _write_indicators(need: Need, rows: list[IndicatorFields]) -> None:
    """Make the need's indicators exactly `rows`, in their order; a row with a known id keeps its identity."""
    if len(rows) > MAX_INDICATORS:
        raise Invalid({"indicators": [_("A need has at most 30 indicators.")]})
    known = {row.pk: row for row in need.indicators.all()}
    kept = []
    for position, values in enumerate(rows):
        row = known.get(values.get("id")) or Indicator(need=need)  # type: ignore[arg-type]
        for name in INDICATOR_FIELDS:
            if name in values:
                setattr(row, name, values[name])  # type: ignore[literal-required]
        row.unit = tidy_unit(row.unit)
        row.position = position
        if row.comparator == "range" and row.target is not None and row.target_max is not None:
            row.target, row.target_max = sorted((row.target, row.target_max))
        row.save()
        kept.append(row.pk)
    need.indicators.exclude(pk__in=kept).delete()


def _score(need: Need) -> precision.PrecisionReport:
    draft, edits = need_draft(need, need.indicators.all()), VaguePhrase.objects.edits()
    report = precision.check(draft, today=timezone.localdate(), edits=edits)
    need.precision_score, need.precision_report = report.score, report.as_json()
    Need.objects.filter(pk=need.pk).update(precision_score=need.precision_score, precision_report=need.precision_report)
    return report


@transaction.atomic
def submit_need(*, actor: Actor, need_id: UUID, version: int | None = None) -> Need:
    """Hand a draft to the moderators; a worker checks it, then they see it.

    version : the version that the author looked over, where one was shown.

    Raises Invalid naming each blocker of the precision check and each wanted field that is empty, with its remedy;
    Conflict when someone saved since the author looked it over.
    """
    need = one_of(Need.objects.of(actor), need_id, lock=True)
    target = require_move(NEED_MOVES, "submit", actor=actor, owner_id=need.owner_id, status=need.status)
    if version is not None and need.version != version:
        raise Conflict(message=_("Someone saved this need after you looked it over. Look it over again, then submit."))
    if missing := missing_for_submission(need, _score(need)):
        raise Invalid(missing, _("The need is not precise enough to be submitted yet."))
    need.status, need.submitted_at = target, timezone.now()
    need.version += 1
    need.approved_by = need.supervised_by = need.published_by = None
    need.save()
    log_event("need.submitted", need, actor=actor, score=need.precision_score)
    emit(topics.NEED_SUBMITTED, need_id=str(need.pk))
    return need


def missing_for_submission(need: Need, report: precision.PrecisionReport) -> dict[str, list[Any]]:
    """Return field → messages for everything without which the need is not submitted; `report` is its own."""
    missing = {finding.field: [finding.message, finding.remedy] for finding in report.blockers}
    if not (need.title_zh or need.title_en):
        missing["title_zh"] = [_("Give the need a title.")]
    if not need.problem.strip():
        missing["problem"] = [_("Describe the problem; it is what a supplier answers.")]
    if need.quantity is not None and not need.quantity_unit:
        missing["quantity_unit"] = [_("Choose what the quantity counts.")]
    if not need.risk_tier:
        missing["risk_answers"] = [_("Answer the ethics questions; the risk tier follows from them.")]
    return missing


@transaction.atomic
def withdraw_need(*, actor: Actor, need_id: UUID) -> Need:
    """Take a need back; it leaves its pool, which is recomputed. Its page says that it was withdrawn.

    Raises IllegalMove once a call from it, or from its pool, has closed and did not fail.
    """
    lock_pooling()  # before the need's row, in the order in which pools are drafted: else the two deadlock
    need = one_of(Need.objects.of(actor), need_id, lock=True)
    target = require_move(NEED_MOVES, "withdraw", actor=actor, owner_id=need.owner_id, status=need.status)
    if Call.objects.binding().filter(need=need).exists() or _in_closed_call(need):
        raise IllegalMove(_("The call has closed; the need can no longer be withdrawn. Ask the scenario manager."))
    if need.engagements.filter(status__in=LIVE_ENGAGEMENTS).exists():
        raise IllegalMove(_("A project for this need is under way. Ask the scenario manager to end it first."))
    take_back(need, actor=actor)
    return end_offer(need, target, "need.withdrawn", actor=actor)


def _in_closed_call(need: Need) -> bool:
    demands = need.memberships.filter(left_at__isnull=True).values("demand")
    return Call.objects.binding().filter(demand__in=demands).exists()


def end_offer(need: Need, status: str, kind: str, *, actor: Actor, generation: int | None = None) -> Need:
    """Give a locked need a status in which it is not on offer, and take it out of the index."""
    need.status = status
    need.version += 1
    need.save()
    log_event(kind, need, actor=actor, generation=generation)
    emit(topics.NEED_UNLISTED, need_ids=[str(need.pk)])
    return need


@transaction.atomic
def reopen_need(*, actor: Actor, need_id: UUID) -> Need:
    """Make a withdrawn need a draft again."""
    need = one_of(Need.objects.of(actor), need_id, lock=True)
    need.status = require_move(NEED_MOVES, "reopen", actor=actor, owner_id=need.owner_id, status=need.status)
    need.imported = False  # from here on it goes the way of every need
    need.approved_by = need.supervised_by = need.published_by = None
    need.version += 1
    need.save()
    log_event("need.reopened", need, actor=actor)
    return need


@transaction.atomic
def renew_need(*, actor: Actor, need_id: UUID) -> Need:
    """Keep a published or expired need on offer for another 180 days from now."""
    need = one_of(Need.objects.of(actor), need_id, lock=True)
    need.status = require_move(NEED_MOVES, "renew", actor=actor, owner_id=need.owner_id, status=need.status)
    need.version += 1
    offer(need)
    log_event("need.renewed", need, actor=actor)
    return need


def offer(need: Need) -> None:
    """Save a need as on offer from now on: shelf life, search, version row, index."""
    now = timezone.now()
    need.published_at = need.published_at or now
    need.expires_at = now + SHELF_LIFE
    need.expiry_generation += 1
    need.save()
    Need.objects.filter(pk=need.pk).update(search=lexemes(search_tokens(need)), expires_at=DatabaseClock() + SHELF_LIFE)
    told = {"visibility": need.visibility, "content": public_content(need)}
    NeedVersion.objects.create(need=need, version=need.version, **told)
    emit(topics.NEED_PUBLISHED, need_ids=[str(need.pk)])


def search_tokens(need: Need) -> list[str]:
    """Return the tokens under which a need's page is found: public texts, code and owner's name."""
    heads = (need.code, need.title_zh, need.title_en, need.owner.name_zh, need.owner.name_en)
    return found_under(heads, (need.problem, need.users_and_site, need.current_process, need.boundary_in))


def public_content(need: Need) -> dict[str, Any]:
    """Return what the public may read of a need, as plain values, for its version row."""
    from scenarios.audiences import NEED_FIELDS as AUDIENCES
    from scenarios.audiences import Audience, visible_fields

    skipped = {"id", "owner", "indicators", "version", "status", "published_at", "expires_at"}
    names = visible_fields(AUDIENCES, Audience.PUBLIC) - skipped
    content = {name: _plain(getattr(need, "district_id" if name == "district" else name)) for name in sorted(names)}
    rows = need.indicators.all()
    content["indicators"] = [{name: _plain(getattr(row, name)) for name in INDICATOR_FIELDS} for row in rows]
    return content


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)


@transaction.atomic
def delete_draft(*, actor: Actor, need_id: UUID) -> None:
    """Remove a draft that was never submitted; the log keeps that there was one."""
    need = one_of(Need.objects.of(actor), need_id, lock=True)
    require_owner(actor, need.owner_id)
    if need.status != NeedStatus.DRAFT or need.submitted_at is not None:
        raise IllegalMove(_("Only a draft that was never submitted can be deleted. Withdraw it instead."))
    log_event("need.deleted", need, actor=actor)
    forget_result(need.pk)
    need.delete()


@transaction.atomic
def publish_imported(*, actor: Actor, need_id: UUID) -> Need:
    """Publish a draft as imported, without moderation: for benchmarks on real data only.

    Raises NotPermitted in production.
    """
    from scenarios.errors import NotPermitted

    if settings.PRODUCTION:
        raise NotPermitted(_("Publishing without moderation is refused in production."))
    need = one_of(Need.objects.all(), need_id, lock=True)
    need.status = require_move(NEED_MOVES, "publish_imported", actor=actor, owner_id=None, status=need.status)
    need.imported = True
    offer(need)
    log_event("need.published_imported", need, actor=actor)
    return need
