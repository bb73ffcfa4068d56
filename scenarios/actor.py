"""Who acts. Built once per request by `marketplace`, so that `scenarios` never imports the account model."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from scenarios.errors import NotPermitted

STAFF_ROLES = frozenset({"manager", "moderator", "publisher", "reviewer", "supervisor", "auditor"})


@dataclass(frozen=True)
class Actor:
    """The acting account with what it may speak for.

    account_id : None for the public.
    organisation_ids : organisations it is a member of (may read as a party).
    editor_of : those of them it may write for (owner or editor).
    roles : staff roles.
    verified : a member of at least one verified organisation.
    """

    account_id: int | None = None
    organisation_ids: frozenset[UUID] = field(default_factory=frozenset)
    roles: frozenset[str] = field(default_factory=frozenset)
    editor_of: frozenset[UUID] = field(default_factory=frozenset)
    verified: bool = False

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF_ROLES)

    @property
    def signed_in_id(self) -> int:
        """The account's id; raises NotPermitted for the public and the system, who sign nothing."""
        if self.account_id is None:
            raise NotPermitted
        return self.account_id

    def has_role(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    def writing_for(self, organisation_id: UUID) -> "Actor":
        """Return the same actor with the right to write for one more organisation."""
        own = frozenset({organisation_id})
        return replace(self, organisation_ids=self.organisation_ids | own, editor_of=self.editor_of | own)

    def owns(self, organisation_id: UUID | None) -> bool:
        """Whether the actor may write for this organisation."""
        return organisation_id in self.editor_of

    def belongs_to(self, organisation_id: UUID | None) -> bool:
        return organisation_id in self.organisation_ids


PUBLIC = Actor()
SYSTEM = Actor(roles=frozenset({"system"}))
