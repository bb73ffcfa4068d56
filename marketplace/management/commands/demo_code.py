"""`manage.py demo_code ROLE`: the present code of a demonstration account's second factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.choices import StaffRoleName
from marketplace.demonstration.loading import is_loaded
from marketplace.demonstration.logins import current_code, logins


class Command(BaseCommand):
    help = "Print the code that a staff account of the demonstration signs in with now; all of them without ROLE."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", choices=StaffRoleName.values)

    def handle(self, *args: Any, role: str | None, **options: Any) -> None:
        if not is_loaded():
            raise CommandError("The demonstration is not loaded. Load it first: manage.py demo")
        staff = [one for one in logins() if one.role]
        if role:
            (email,) = (one.email for one in staff if one.role == role)
            self.stdout.write(current_code(email).digits)
            return
        for one in staff:
            code = current_code(one.email)
            self.stdout.write(f"{one.role:<11} {one.email:<26} {code.digits}  ({code.seconds} s left)")
