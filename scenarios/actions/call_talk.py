"""Questions about an open call with answers that everybody reads, and addenda."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.interests import owners_of, require_open
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.models import Addendum, Call, Question
from scenarios.policies import one_of, require_role
from scenarios.querysets import lexemes
from scenarios.search_columns import call_tokens

TARGETS = ("target", "target_max")


@transaction.atomic
def ask_question(*, actor: Actor, call_id: UUID, text: str) -> Question:
    """Ask about an open call; once answered everybody reads it, and nobody reads who asked.

    Raises IllegalMove when the time for questions is over by the database clock, Invalid without a text or from those
    whose need it is.
    """
    call = one_of(Call.objects.visible_to(actor), call_id)
    account_id = actor.signed_in_id
    if not text.strip() or len(text) > 2000:
        raise Invalid({"text": [_("Write your question in 1 to 2,000 characters.")]})
    if actor.organisation_ids & owners_of(call):
        raise Invalid({"text": [_("Your own need stands behind this call.")]})
    _require_question_time(call)
    question = Question.objects.create(call=call, account_id=account_id, text=text.strip())
    # Without its author: the log is read by staff, and nobody is to know who asked.
    log_event("call.question_asked", call, actor=Actor(), question=str(question.pk))
    return question


def _require_question_time(call: Call) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM scenarios_call WHERE id = %s AND status = 'open' "
            "AND clock_timestamp() < coalesce(question_deadline, closes_at) FOR SHARE",
            [call.pk],
        )
        if cursor.fetchone() is None:
            raise IllegalMove(_("The time for questions about this call is over."))


@transaction.atomic
def answer_question(*, actor: Actor, question_id: UUID, text: str) -> Question:
    """Answer a question for everybody. Raises IllegalMove when it is answered: an addendum corrects an answer."""
    require_role(actor, "manager")
    question = one_of(Question.objects.all(), question_id, lock=True)
    if question.answer:
        raise IllegalMove(_("This question is answered. Publish an addendum to correct the answer."))
    if not text.strip() or len(text) > 5000:
        raise Invalid({"answer": [_("Write the answer in 1 to 5,000 characters.")]})
    require_open(question.call)
    question.answer, question.answered_by_id, question.answered_at = text.strip(), actor.account_id, timezone.now()
    question.save()
    log_event("call.question_answered", question.call, actor=actor, question=str(question.pk))
    return question


@transaction.atomic
def publish_addendum(
    *,
    actor: Actor,
    call_id: UUID,
    text: str,
    closes_at: datetime | None = None,
    targets: dict[str, Decimal] | None = None,
) -> Addendum:
    """Change or make clear something in an open call; followers and respondents are told.

    closes_at : a later closing time; never an earlier one.
    targets : id of a frozen indicator → its new target. It raises the version of the terms: sealed responses count
        only once their authors confirmed them again.

    Raises IllegalMove once the call is closed by the database clock, Invalid without a text or for an unknown
    indicator.
    """
    require_role(actor, "publisher")
    call = one_of(Call.objects.visible_to(actor), call_id, lock=True)
    require_open(call)
    changed = _change(call, text, closes_at, targets or {})
    number = call.addenda.count() + 1
    addendum = Addendum.objects.create(
        call=call,
        number=number,
        text=text.strip(),
        changed=changed,
        terms_version=call.terms_version,
        account_id=actor.signed_in_id,
    )
    call.version += 1
    call.search = lexemes(call_tokens(call))
    call.save()
    log_event("call.addendum", call, actor=actor, changed=changed, number=number, terms_version=call.terms_version)
    return addendum


def _change(call: Call, text: str, closes_at: datetime | None, targets: dict[str, Decimal]) -> list[str]:
    wrong: dict[str, list[Any]] = {}
    if not text.strip() or len(text) > 5000:
        wrong["text"] = [_("Say what changes, in 1 to 5,000 characters; every respondent reads it.")]
    if closes_at is not None and call.closes_at is not None and closes_at < call.closes_at:
        wrong["closes_at"] = [_("An addendum can give more time, not less.")]
    if set(targets) - {str(row["id"]) for row in call.indicators}:
        wrong["targets"] = [_("The call has no such indicator.")]
    if wrong:
        raise Invalid(wrong)
    changed = []
    if closes_at is not None and closes_at != call.closes_at:
        call.closes_at = closes_at
        call.deadline_generation += 1
        changed.append("closes_at")
    moved = {pk: str(value) for pk, value in targets.items()}
    rows = [
        {**row, **({"target": moved[str(row["id"])]} if str(row["id"]) in moved else {})} for row in call.indicators
    ]
    if rows != call.indicators:
        call.indicators = rows
        call.terms_version += 1
        changed.append("indicators")
    return changed
