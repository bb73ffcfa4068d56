"""`manage.py rotate_field_keys`: encrypt every confidential field and file anew with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scenarios import encrypted_files
from scenarios.key_rotation import UnreadableToken, encrypted_columns, rotate


class Command(BaseCommand):
    help = (
        "Encrypt what is stored in encrypted fields and files anew with the first of FIELD_KEYS. Put the new key "
        "first, run this, then drop the old keys. May be repeated, and run while the product serves."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for column in encrypted_columns():
                self.stdout.write(f"{column.table}.{column.column}: {rotate(column)} values")
            self.stdout.write(f"{encrypted_files.FOLDER}: {encrypted_files.rotate()} files")
        except (UnreadableToken, encrypted_files.UnreadableFile) as error:
            raise CommandError(f"No key in FIELD_KEYS opens {error}. Add the key that it was written with.") from error
