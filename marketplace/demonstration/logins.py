"""How one signs in to the demonstration: one password for all; for staff a second factor derived from SECRET_KEY."""

import base64
import hashlib
import hmac
import time
from typing import NamedTuple

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from marketplace.demonstration.files import read

# Known to everybody: it opens invented accounts on a machine that serves a demonstration.
PASSWORD = "demo-scenario-2026"  # noqa: S105


class Login(NamedTuple):
    """One account of the demonstration: a staff role, or the owner of an organisation."""

    email: str
    name_zh: str
    name_en: str
    role: str
    organisation: str

    @property
    def name(self) -> str:
        """What the address begins with, by which the files and `demo_code` call the account."""
        return self.email.split("@")[0]


def logins() -> list[Login]:
    """Return every account: staff first."""
    rows = read("accounts.csv")
    return [Login(row["email"], row["name_zh"], row["name_en"], row["staff_role"], row["organisation"]) for row in rows]


def totp_secret(email: str) -> str:
    """Return the second factor's secret of an account, base32: HMAC-SHA-256 of its address under SECRET_KEY."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"demonstration totp " + email.encode(), hashlib.sha256)
    return base64.b32encode(digest.digest()[:20]).decode()


class Code(NamedTuple):
    """A code of a second factor and how many seconds it is still shown."""

    digits: str
    seconds: int


def current_code(email: str) -> Code:
    """Return the code that the account's authenticator would show now (RFC 6238)."""
    now = int(time.time())
    period = int(app_settings.TOTP_PERIOD)
    return Code(format_hotp_value(hotp_value(totp_secret(email), now // period)), period - now % period)
