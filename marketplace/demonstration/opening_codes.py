"""The opening codes of the demonstration's calls, in a file that only its owner reads.

The platform stores no opener's code anywhere. Whoever tries the demonstration has to play the openers nevertheless, so
their slips of paper lie in the state folder.
"""

import csv
import os
from pathlib import Path

from django.conf import settings


def _file() -> Path:
    return Path(settings.STATE_DIR) / "demonstration-opening-codes.csv"


def keep_code(call: str, opener: str, code: str) -> None:
    """Note the code of an opener (the name of their account) for a call."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        csv.writer(file).writerow([call, opener, code])


def kept_codes(opener: str) -> dict[str, str]:
    """Return an opener's codes by the code of their call; of two for one call the later one."""
    if not _file().exists():
        return {}
    with _file().open(encoding="utf-8", newline="") as file:
        return {call: code for call, name, code in csv.reader(file) if name == opener}


def kept_code(call: str, opener: str) -> str:
    """Return the code of an opener for a call."""
    return kept_codes(opener)[call]
