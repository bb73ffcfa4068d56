"""One move on several objects: rehearsed first, made in a transaction each, taken back where a move leads back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.choices import BatchRowState
from scenarios.errors import Conflict, DomainError, IllegalMove, Invalid, NotFound, refused_for
from scenarios.journal import log_event, rehearsal
from scenarios.lifecycle import Move, move
from scenarios.models import Batch, BatchRow
from scenarios.policies import one_of, require_role

MOST = 100
"""Objects in one batch."""

REASON_LIMIT = 1000
STAND_IN = "–"
CHANGED = _("It changed after you read it. Open it, read it again and decide on it alone.")


class Asked(NamedTuple):
    """An object to move, and what of it was read: its version or, of a merge proposal, its set of members."""

    pk: UUID
    seen: str


class Described(NamedTuple):
    """An object in words. status : of its lifecycle; seen : see Asked."""

    pk: UUID
    code: str
    title: str
    owner: str
    status: str
    seen: str


class Forecast(NamedTuple):
    """What the move would do to an object: lead to a state, or be refused for a reason."""

    row: Described
    refusal: str


@dataclass(frozen=True)
class BatchKind:
    """A move that may be made on several objects at once.

    rows : what it may be asked for. act : makes it on one object, with a reason where the move requires one.
    undo : takes it back, with an empty reason; there where a move of the table leads back, and nowhere else.
    undo_note : what that does. final_note : why nothing takes it back, where more is to be said than that.
    page : name of the address of the queue; part : name of the address of one object. states : labels of the lifecycle.
    """

    name: str
    role: str
    table: tuple[Move, ...]
    move: str
    label: Any
    question: Any
    rows: Callable[[Actor], QuerySet[Any]]
    describe: Callable[[Any], Described]
    act: Callable[[Actor, Asked, str], Any]
    page: str
    part: str
    states: Any
    undo: Callable[[Actor, Asked, str], Any] | None = None
    undo_note: Any = ""
    final_note: Any = ""

    @property
    def needs_reason(self) -> bool:
        return move(self.table, self.move).asks_for_reason

    @property
    def is_reversible(self) -> bool:
        return self.undo is not None

    @property
    def target_state(self) -> str:
        """The state that the move leads to."""
        return move(self.table, self.move).target

    @property
    def target(self) -> str:
        """What that state is called."""
        return str(dict(self.states)[self.target_state])


def described(*, actor: Actor, kind: BatchKind, ids: Iterable[UUID]) -> list[Described]:
    """Return those of the objects that there are, in the order in which they were asked for."""
    require_role(actor, kind.role)
    wanted = list(dict.fromkeys(ids))[:MOST]
    found = {row.pk: row for row in kind.rows(actor).filter(pk__in=wanted)}
    return [kind.describe(found[pk]) for pk in wanted if pk in found]


def rehearse(*, actor: Actor, kind: BatchKind, rows: Sequence[Described], reason: str = "") -> list[Forecast]:
    """Return what the move would do to each object. It is made and rolled back, so that the answer is the action's own.

    reason : what is not known yet is stood in for.
    """
    require_role(actor, kind.role)
    return [Forecast(row, _rehearsed(actor, kind, row, reason or STAND_IN)) for row in rows]


def _rehearsed(actor: Actor, kind: BatchKind, row: Described, reason: str) -> str:
    try:
        with rehearsal():
            kind.act(actor, Asked(row.pk, row.seen), reason)
    except DomainError as error:
        return told(error)
    return ""


def told(error: DomainError) -> str:
    """Return a refusal as one line with its cause."""
    if isinstance(error, Conflict):
        return str(CHANGED)
    if isinstance(error, Invalid):
        return refused_for(error)
    return str(error.message)


def make_batch(*, actor: Actor, kind: BatchKind, asked: Sequence[Asked], reason: str = "", key: str = "") -> Batch:
    """Make the move on each object in a transaction of its own; what is refused keeps none of the others back.

    key : idempotency key of the form. The same key returns the batch that the first sending made, and goes on with what
    that one did not reach.

    Raises NotPermitted without the kind's role, Invalid without a reason where the move requires one, and without any
    object.
    """
    batch = _write_down(actor, kind, asked, reason.strip(), key)
    for pk in batch.rows.filter(state=BatchRowState.WAITING).values_list("pk", flat=True):
        _carry_out(pk, kind, actor, batch.reason)
    return batch


@transaction.atomic
def _write_down(actor: Actor, kind: BatchKind, asked: Sequence[Asked], reason: str, key: str) -> Batch:
    require_role(actor, kind.role)
    if earlier := result_of(actor, "batch", key):
        return Batch.objects.get(pk=earlier)
    if kind.needs_reason and not reason:
        raise Invalid({"reason": [_("Say why; those whom it concerns read it.")]})
    if len(reason) > REASON_LIMIT:
        raise Invalid({"reason": [_("A reason has at most 1,000 characters.")]})
    seen = {one.pk: one.seen for one in asked}
    rows = described(actor=actor, kind=kind, ids=seen)
    if not rows:
        raise Invalid({"rows": [_("Choose at least one row.")]})
    batch = Batch.objects.create(kind=kind.name, account_id=actor.signed_in_id, reason=reason)
    BatchRow.objects.bulk_create(
        BatchRow(
            batch=batch, position=place, subject_id=row.pk, code=row.code, title=row.title[:200], seen=seen[row.pk]
        )
        for place, row in enumerate(rows, start=1)
    )
    remember_result(actor, "batch", key, batch.pk)
    log_event("batch.made", batch, actor=actor, batch=kind.name, rows=len(rows))
    return batch


@transaction.atomic
def _carry_out(row_id: int, kind: BatchKind, actor: Actor, reason: str) -> None:
    # Only a second sending of the same batch waits for this row, and it holds no other lock.
    row = BatchRow.objects.select_for_update().get(pk=row_id)
    if row.state != BatchRowState.WAITING:
        return
    try:
        with transaction.atomic():
            kind.act(actor, Asked(row.subject_id, row.seen), reason)
    except DomainError as error:
        row.state, row.note = BatchRowState.REFUSED, told(error)
    else:
        row.state = BatchRowState.DONE
    row.save()


def undo_batch(*, actor: Actor, kind: BatchKind, batch_id: UUID) -> Batch:
    """Take a batch back, each object in a transaction of its own; what moved on since stays as it is and says why.

    Raises IllegalMove where no move leads back, NotFound on a batch of somebody else.
    """
    batch = _note_undo(actor, kind, batch_id)
    for pk in batch.rows.filter(state=BatchRowState.DONE).values_list("pk", flat=True):
        _take_back(pk, kind, actor)
    return batch


@transaction.atomic
def _note_undo(actor: Actor, kind: BatchKind, batch_id: UUID) -> Batch:
    require_role(actor, kind.role)
    batch = one_of(Batch.objects.filter(account=actor.signed_in_id, kind=kind.name), batch_id, lock=True)
    if kind.undo is None:
        raise IllegalMove(_("No step leads back from here: decide on each of them anew."))
    if not batch.rows.filter(state=BatchRowState.DONE).exists():
        raise NotFound(_("There is nothing left to take back."))
    if batch.undone_at is None:
        batch.undone_at = timezone.now()
        batch.save()
        log_event("batch.undone", batch, actor=actor, batch=kind.name)
    return batch


@transaction.atomic
def _take_back(row_id: int, kind: BatchKind, actor: Actor) -> None:
    row = BatchRow.objects.select_for_update().get(pk=row_id)
    if row.state != BatchRowState.DONE or kind.undo is None:
        return
    try:
        with transaction.atomic():
            kind.undo(actor, Asked(row.subject_id, row.seen), "")
    except DomainError as error:
        row.note = told(error)
    else:
        row.state, row.note = BatchRowState.UNDONE, ""
    row.save()
