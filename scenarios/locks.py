"""Advisory locks: one transaction at a time in a place that no row stands for. They end with the transaction."""

from django.db import connection


def take_lock(name: str) -> None:
    """Take the lock, for somebody who waits for an answer: no longer than `lock_timeout` allows, as for a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def wait_for_lock(name: str) -> None:
    """Take the lock, for a worker: however long the work before it takes, within the time limit of the task.

    To run into a timeout here would cost the delivery an attempt and, at the third, quarantine healthy work. The
    timeouts hold again for what follows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
