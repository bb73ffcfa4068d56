"""Where the demonstration's files lie."""

import csv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "demo"


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the demonstration's files."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
