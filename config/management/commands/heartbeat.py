"""Say whether a service is alive, for the health checks of containers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scenarios.health import pulses


class Command(BaseCommand):
    help = "Exit with 0 when a process of the named kind (relay, worker, beat) gave a sign of life lately, else with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind")

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        ages = [pulse.seconds for pulse in pulses() if pulse.name.partition("@")[0] == kind and pulse.alive]
        if not ages:
            raise CommandError(f"{kind} has given no sign of life lately")
        self.stdout.write(f"{kind} is alive ({min(ages):.0f} s)")
