"""`manage.py import_judgements FILE`: bring graded pairs of a need and a capability, for a ranking to learn from."""

from argparse import RawDescriptionHelpFormatter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.actions.rankings import bring_judgements
from marketplace.imports.command import acting
from marketplace.models import Capability
from matching.command_line import GRADES
from matching.tables import MalformedFile, read_grades
from scenarios.models import Need


class Command(BaseCommand):
    help = (
        "Read a .csv file (UTF-8) with the columns need_id, capability_id and grade (1 does not suit … 4 suits).\n"
        "An id is the code of the platform or the one under which the row was imported. Safe to repeat; all or nothing."
    )

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=".csv, also .csv.gz")
        parser.add_argument(
            "--as", dest="email", default="", help="the scenario manager who brings them (default: the system)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        needs, capabilities = ids_of(Need.objects.all()), ids_of(Capability.objects.all())
        try:
            found = read_grades(
                options["file"],
                ("need_id", "capability_id"),
                known=(set(needs), set(capabilities)),
                grades=GRADES,
            )
        except MalformedFile as error:
            raise CommandError(str(error), returncode=2) from error
        grades = {(needs[need], capabilities[capability]): grade for (need, capability), grade in found.items()}
        bring_judgements(actor=acting(options["email"]), grades=grades)
        asked = len({need for need, _capability in grades})
        self.stdout.write(
            f"{len(grades)} judgements of {asked} needs. A worker learns from them now; see /staff/ranking/."
        )


def ids_of(rows: Any) -> dict[str, UUID]:
    """Return what a file may call each row: its code, and its external id where that is nobody else's."""
    codes: dict[str, UUID] = {}
    others: dict[str, UUID] = {}
    twice: set[str] = set()
    for pk, code, external in rows.values_list("pk", "code", "external_id"):
        codes[code] = pk
        if external and others.setdefault(external, pk) != pk:
            twice.add(external)
    return {external: pk for external, pk in others.items() if external not in twice} | codes
