"""Encrypting stored confidential fields anew with the first of FIELD_KEYS, so that the old keys can be dropped."""

from collections.abc import Iterator
from typing import NamedTuple

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from scenarios.fields import EncryptedTextField, cipher

BATCH = 20
"""Rows of a transaction: an attachment may hold 7 MB, and all of a batch are in memory at once."""


class EncryptedColumn(NamedTuple):
    """A column that holds tokens, and its table's key."""

    table: str
    column: str
    key: str


class UnreadableToken(Exception):
    """A stored value was encrypted with a key that is not in FIELD_KEYS; the message names the row."""


def encrypted_columns() -> list[EncryptedColumn]:
    """Return every encrypted column of the product."""
    return [
        EncryptedColumn(model._meta.db_table, str(field.column), str(model._meta.pk.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def rotate(column: EncryptedColumn) -> int:
    """Encrypt a column anew, 20 rows per transaction; return how many values it has. May run twice and beside writers.

    Raises UnreadableToken; what was done before stays done.
    """
    return sum(_rotate_batch(column, keys) for keys in _batches(column))


def _batches(column: EncryptedColumn) -> Iterator[list[object]]:
    query = sql.SQL("SELECT {key} FROM {table} WHERE {column} <> '' ORDER BY {key}").format(**_names(column))
    with connection.cursor() as cursor:
        cursor.execute(query)
        keys = [key for (key,) in cursor.fetchall()]
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _names(column: EncryptedColumn) -> dict[str, sql.Identifier]:
    return {name: sql.Identifier(value) for name, value in column._asdict().items()}


def _rotate_batch(column: EncryptedColumn, keys: list[object]) -> int:
    select = sql.SQL(
        "SELECT {key}, {column} FROM {table} WHERE {key} = ANY(%s) AND {column} <> '' ORDER BY {key} FOR UPDATE"
    ).format(**_names(column))
    update = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s").format(**_names(column))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(select, [keys])
        rows = cursor.fetchall()
        for key, token in rows:
            try:
                cursor.execute(update, [cipher().rotate(token.encode()).decode(), key])
            except InvalidToken:
                raise UnreadableToken(f"{column.table}.{column.column} of {key}") from None
    return len(rows)
