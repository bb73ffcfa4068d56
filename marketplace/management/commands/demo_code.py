"""`manage.py demo_code NAME`: the present code of a demonstration account's second factor, and its opening codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.demonstrated import is_loaded
from marketplace.demonstration.logins import current_code, logins
from marketplace.demonstration.opening_codes import kept_codes
from scenarios.models import Call


class Command(BaseCommand):
    help = "Print the code that a staff account of the demonstration signs in with now; all of them without NAME."

    def add_arguments(self, parser: CommandParser) -> None:
        names = [one.name for one in logins() if one.role]
        parser.add_argument("name", nargs="?", choices=names, help="what the address of the account begins with")
        parser.add_argument("--opening", action="store_true", help="the codes with which it opens what is sealed")

    def handle(self, *args: Any, name: str | None, opening: bool, **options: Any) -> None:
        if not is_loaded():
            raise CommandError("The demonstration is not loaded. Load it first: manage.py demo")
        staff = [one for one in logins() if one.role and name in (None, one.name)]
        if opening:
            sealed = set(Call.objects.filter(key__opened_at=None, key__isnull=False).values_list("code", flat=True))
            for one in staff:
                for call, opens in kept_codes(one.name).items():
                    if call in sealed:
                        self.stdout.write(f"{one.name:<11} {call}  {opens}")
            return
        if name:
            self.stdout.write(current_code(staff[0].email).digits)
            return
        for one in staff:
            code = current_code(one.email)
            self.stdout.write(f"{one.name:<11} {one.email:<26} {code.digits}  ({code.seconds} s left)")
