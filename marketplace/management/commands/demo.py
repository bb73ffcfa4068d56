"""`manage.py demo`: load the demonstration once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.demonstrated import is_loaded
from marketplace.demonstration.loading import load_demonstration
from marketplace.imports.progress import Progress
from scenarios.errors import DomainError


class Command(BaseCommand):
    help = "Load the invented organisations, people, needs and capabilities, once. Refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="load it without DEBUG too: its accounts have a password that everybody knows",
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if settings.PRODUCTION and not force:
            raise CommandError(
                "The demonstration opens accounts with a password that everybody knows, so it is refused in "
                "production. Set DEBUG=1 on a developer's machine."
            )
        if is_loaded():
            self.stdout.write("The demonstration is there already.")
            return
        began = time.monotonic()
        with Progress("Loading the demonstration", self.stdout) as progress:
            try:
                loaded = load_demonstration(progress.show)
            except DomainError as error:
                fields = getattr(error, "fields", {})
                raise CommandError(f"The demonstration was not loaded: {error} {fields or ''}") from error
        seconds = time.monotonic() - began
        self.stdout.write(
            f"The demonstration is loaded ({seconds:.1f} s)." if loaded else "The demonstration is there already."
        )
