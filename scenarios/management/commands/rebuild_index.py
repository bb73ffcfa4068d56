"""`manage.py rebuild_index`: index everything on offer from the database."""

from typing import Any

from django.core.management.base import BaseCommand

from scenarios.indexing import start_anew
from scenarios.models import IndexBuild


class Command(BaseCommand):
    help = "Retire the live index build and have the workers make a new one from the database."

    def handle(self, *args: Any, **options: Any) -> None:
        start_anew(IndexBuild.objects.live())
        self.stdout.write("The workers are indexing everything on offer; /status shows the new build when it is live.")
