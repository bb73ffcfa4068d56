"""How a session finds its account."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from marketplace.actors import with_standing


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by e-mail and password, and reads the account of a session with its standing: one query a page."""

    def get_user(self, user_id: int) -> Any:
        """Return the account, or None where it is gone or not active."""
        account = with_standing().filter(pk=user_id).first()
        return account if account and self.user_can_authenticate(account) else None
