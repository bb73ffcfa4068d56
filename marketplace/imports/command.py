"""What `import_needs` and `import_capabilities` have in common."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from marketplace.actors import actor_for
from marketplace.imports.loading import load, parse_file
from marketplace.imports.progress import Progress
from marketplace.imports.reading import MAX_BYTES
from marketplace.imports.report import Report, as_text, write_csv
from marketplace.models import Account
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import DomainError


class ImportCommand(BaseCommand):
    """Read a file and write its rows as drafts. `kind` is what the file holds."""

    kind = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".xlsx or .csv, with Chinese or English headers")
        parser.add_argument(
            "--dry-run", action="store_true", help="write nothing, only say what would become of each row"
        )
        parser.add_argument("--organisation", default="", help="whose the rows are that name no organisation")
        parser.add_argument(
            "--as", dest="email", default="", help="the scenario manager who imports (default: the system)"
        )
        parser.add_argument("--report", type=Path, help="write what became of each row into this .csv as well")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE, help="of the report")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                report = self._import(options)
            except DomainError as error:
                raise CommandError(str(error)) from error
            for line in as_text(report):
                self.stdout.write(line)
            if options["report"]:
                with options["report"].open("w", encoding="utf-8-sig", newline="") as stream:
                    write_csv(report, stream)
        if report.refused:
            raise SystemExit(3)

    def _import(self, options: dict[str, Any]) -> Report:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        parsed = parse_file(self.kind, data, path.name, organisation=options["organisation"])
        with Progress(path.name, self.stdout) as progress:
            return load(parsed, actor=acting(options["email"]), dry_run=options["dry_run"], progress=progress.show)


def acting(email: str) -> Actor:
    """Return who imports: the scenario manager with this address, or the system where none is given."""
    if not email:
        return SYSTEM
    actor = actor_for(Account.objects.filter(email=email.strip().lower()).first())
    if not actor.has_role("manager"):
        raise CommandError(f"{email} is no account with the role of scenario manager")
    return actor
