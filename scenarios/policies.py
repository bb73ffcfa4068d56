"""Who may do what. Actions ask here, templates and the API ask here; nobody decides for themselves."""

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.errors import NotFound, NotPermitted
from scenarios.lifecycle import Move, check_move, move, moves_from

M = TypeVar("M", bound=Model)


def one_of(queryset: "QuerySet[M]", pk: Any, *, lock: bool = False) -> M:
    """Return the row `pk` of what the actor may see, locked if asked for.

    Raises NotFound: what is not yours does not exist for you.
    """
    if lock:
        queryset = queryset.model._default_manager.filter(pk__in=queryset.order_by().values("pk")).select_for_update(
            of=("self",)
        )
    try:
        found = queryset.filter(pk=pk).first()
    except (ValueError, ValidationError):
        raise NotFound from None
    if found is None:
        raise NotFound
    return found


def may_make(actor: Actor, row: Move, owner_id: UUID | None) -> bool:
    """Whether the actor is one of those who may make this move on an object of `owner_id`."""
    return ("owner" in row.who and actor.owns(owner_id)) or actor.has_role(*row.who)


def require_move(table: tuple[Move, ...], name: str, *, actor: Actor, owner_id: UUID | None, status: str) -> str:
    """Return the status that the move leads to.

    Raises NotPermitted when the actor may never make it, IllegalMove when it does not start from `status`.
    """
    if not may_make(actor, move(table, name), owner_id):
        raise NotPermitted
    return check_move(table, name, status)


def open_moves(table: tuple[Move, ...], *, actor: Actor, owner_id: UUID | None, status: str) -> frozenset[str]:
    """Return the names of the moves that the actor may make now, for buttons.

    Taking one's own decision back is none of them: it is offered where the decision was made, on the report of a batch.
    """
    rows = (row for row in moves_from(table, status) if "own_decision" not in row.requires)
    return frozenset(row.name for row in rows if may_make(actor, row, owner_id))


def require_role(actor: Actor, *roles: str) -> None:
    """Raise NotPermitted unless the actor has one of the staff roles."""
    if not actor.has_role(*roles):
        raise NotPermitted


def require_owner(actor: Actor, organisation_id: UUID | None) -> None:
    """Raise NotPermitted unless the actor may write for the organisation."""
    if not actor.owns(organisation_id):
        raise NotPermitted


def require_stranger(actor: Actor, *owner_ids: UUID | None) -> None:
    """Raise NotPermitted where staff would decide on what comes from an organisation that they belong to."""
    if any(actor.belongs_to(owner_id) for owner_id in owner_ids):
        raise NotPermitted(_("This comes from your own organisation. Someone else has to decide."))


def importer_for(actor: Actor, organisation: Any) -> Actor:
    """Return the actor with the right to write for the organisation while a file is imported.

    An editor of the organisation has it anyway. A scenario manager or the system has it only where nobody else does: as
    long as the organisation is unverified and has no members. From its first member on, its drafts are its own.

    Raises NotPermitted for everybody else.
    """
    if actor.owns(organisation.pk):
        return actor
    require_role(actor, "manager", "system")
    if organisation.verification != "unverified" or organisation.members.exists():
        raise NotPermitted(_("This organisation writes for itself here; ask one of its members to enter the row."))
    return actor.writing_for(organisation.pk)
