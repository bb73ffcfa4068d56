"""A text field that is stored encrypted."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return the cipher of the present FIELD_KEYS: the first key encrypts, every key decrypts."""
    return _cipher(tuple(settings.FIELD_KEYS))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Plain text in Python, a Fernet token in the database. Empty stays empty, so that "has a contact" needs no key."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return cipher().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return cipher().decrypt(value.encode()).decode() if value else value
