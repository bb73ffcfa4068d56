"""`manage.py mainjob`: have the demonstration carried through, then say what was done and how to sign in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.urls import reverse

from marketplace.demonstrated import is_loaded
from marketplace.demonstration.carrying_on import carry_on
from marketplace.demonstration.logins import PASSWORD, logins
from marketplace.demonstration.main_job import Left, MainJobFailed, Outcome, outcome, wait_for_drain, warnings
from marketplace.imports.progress import Progress

RULE = "─" * 78


class Command(BaseCommand):
    help = (
        "Wait until the outbox has drained, carry the demonstration on to pools, calls and projects, "
        "then print what came of it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, help="where the pages are served")
        parser.add_argument("--once", action="store_true", help="fail unless every delivery is done")

    def handle(self, *args: Any, url: str, once: bool, **options: Any) -> None:
        problems: list[str] = []
        try:
            with Progress("Checking, indexing, proposing, suggesting", self.stdout) as progress:
                left = wait_for_drain(progress.show, once=once)
            if not left.awaited:  # what is proposed while workers are at it may still change
                with Progress("Pooling, calling, selecting, landing", self.stdout) as progress:
                    problems, left = carry_on(), wait_for_drain(progress.show, once=once)
        except MainJobFailed as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if once and problems:
            raise CommandError(problems[0])
        found = outcome(drained=left.all_done)
        how = sign_in(url) if is_loaded() else []
        warned = [*(f"  WARNING: {problem}" for problem in problems), *not_done(left, url)]
        for line in (RULE, *figures(found), *warned, f"  Open {url}", *how, RULE):
            self.stdout.write(line)


def figures(found: Outcome) -> list[str]:
    """Return the lines with what stands in the database."""
    seconds = "" if found.seconds is None else f"  {found.seconds:.1f} s from the demonstration's start to all done"
    return [
        f"  {found.needs} needs ({found.published} published), {found.capabilities} capabilities published",
        f"  {count(found.proposals, 'open merge proposal')}, {count(found.pools, 'pool')}, "
        f"{count(found.calls, 'open call')} with {count(found.interests, 'declared interest')}",
        f"  {count(found.selections, 'selection')}, {count(found.projects, 'project')}, "
        f"{count(found.lessons, 'lesson')}",
        f"  {count(found.suggestions, 'suggestion')}",
        *([seconds] if seconds else []),
    ]


def count(number: int, noun: str) -> str:
    """Return a figure with its noun.

    >>> count(1, "pool"), count(2, "pool")
    ('1 pool', '2 pools')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def not_done(left: Left, url: str) -> list[str]:
    """Return one line for each sort of delivery that is not done, and where staff see why and may try it again."""
    return [f"  WARNING: {sentence} See {url}/status" for sentence in warnings(left)]


def sign_in(url: str) -> list[str]:
    """Return how to sign in: each member of staff, then the first organisation of each side; and where the tour is."""
    rows = logins()
    staff = [one for one in rows if one.role]
    buyers, sellers = ([one for one in rows if one.organisation][index] for index in (0, 12))
    shown = [*((one.name, one.email) for one in staff), ("enterprise", buyers.email), ("supplier", sellers.email)]
    return [
        f"  Sign in with the password {PASSWORD} as",
        *(f"    {role:<11} {email}" for role, email in shown),
        f"  Every organisation has an account of its own, and a tour leads through everything: {url}{reverse('tour')}",
        '  Staff need a code as well: make manage ARGS="demo_code manager"',
    ]
