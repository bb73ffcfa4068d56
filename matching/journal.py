"""A file of changes, one per line, that a crash can only shorten by the change that was being written."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from matching.errors import IndexFormatError


def append_entry(path: Path, entry: dict[str, Any]) -> None:
    """Append a change and wait until it is on disk; what a crash left of an earlier line is cut off first."""
    whole = _whole(path)
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(whole)
        file.seek(whole)
        file.write(_line(entry))
        file.flush()
        os.fsync(file.fileno())


def journal_entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the changes in their order; raises IndexFormatError where one in the middle is damaged."""
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):  # after the last line break: nothing, or what a crash left
        checksum, _, text = line.partition(b" ")
        if checksum != _checksum(text):
            raise IndexFormatError(f"line {number} of {path} is damaged; build the collection again")
        yield json.loads(text)


def _line(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    return _checksum(text) + b" " + text + b"\n"


def _checksum(text: bytes) -> bytes:
    return b"%08x" % crc32(text)


def _whole(path: Path) -> int:
    """Return the bytes up to and with the last line break."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 4096)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0
