"""`manage.py import_capabilities FILE`: write the rows of a file as drafts of their organisations."""

from marketplace.imports.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import capabilities from an .xlsx or .csv file as drafts. Safe to repeat; exit code 3 when a row was refused."
    )
    kind = "capabilities"
