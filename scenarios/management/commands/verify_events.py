"""`manage.py verify_events`: walk the hash chain over the event log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scenarios.models import EventSeal
from scenarios.seals import broken_seals


class Command(BaseCommand):
    help = "Check every seal of the event log against its event; ends with 1 when one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", help="a digest from the log line “events sealed”: it must be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(broken_seals())
        head = options["head"]
        if head and not EventSeal.objects.filter(digest=head).exists():
            broken.append(f"the chain does not hold the digest {head}: seals were removed or made anew")
        for sentence in broken:
            self.stderr.write(sentence)
        if broken:
            raise CommandError(f"{len(broken)} seals do not hold")
        self.stdout.write(f"{EventSeal.objects.count()} seals hold")
