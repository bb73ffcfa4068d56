"""Public codes such as XQ-2026-0001: one PostgreSQL sequence per prefix, unique, gaps allowed, no yearly reset."""

from django.db import connection
from django.utils import timezone

PREFIXES = {"XQ": "need", "NL": "capability", "HB": "merged demand", "FB": "call", "LD": "engagement"}


def next_code(prefix: str) -> str:
    """Return the next free code of `prefix`; a rolled-back transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"code_{prefix.lower()}"])
        (number,) = cursor.fetchone()
    return f"{prefix}-{timezone.localdate().year}-{number:04d}"
