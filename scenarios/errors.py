"""The one small family of errors that actions raise; views and the API translate it once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A move was refused. `message` tells a reader the cause and the remedy in their language."""

    message: Any = _("This could not be done.")

    def __init__(self, message: Any = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class IllegalMove(DomainError):
    """The object is not in a state from which the move leads on."""

    message = _("This step is not possible in the present state. Reload the page to see how it stands.")


class NotPermitted(DomainError):
    """The actor may see the object but not do this."""

    message = _("Your role does not allow this step.")


class NotFound(DomainError):
    """What is not yours does not exist for you."""

    message = _("There is no such page, or it is not open to you.")


class Conflict(DomainError):
    """Someone changed the object in between; `differences` maps a field to (yours, theirs)."""

    message = _("Someone changed this in the meantime. Compare both versions and save again.")

    def __init__(self, differences: Mapping[str, tuple[Any, Any]] | None = None, message: Any = None) -> None:
        self.differences = dict(differences or {})
        super().__init__(message)


class Invalid(DomainError):
    """Values are missing or contradict each other; `fields` maps a field's name to its messages."""

    message = _("Some answers are missing or contradict each other.")

    def __init__(self, fields: Mapping[str, Sequence[Any]] | None = None, message: Any = None) -> None:
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        super().__init__(message)


def refused_for(error: Invalid) -> str:
    """Return every message of a refusal in one line."""
    return " ".join(str(message) for messages in error.fields.values() for message in messages) or str(error.message)
