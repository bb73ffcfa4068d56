"""How many bytes a page brings over the wire on its first load: itself, and the files of ours that it names."""

import gzip
import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

from config.staticfiles import SHEET, whole_sheet

NAMED = re.compile(rb"""(?:href|src)="/static/([^"#?]+)""")


def bytes_of(html: bytes) -> int:
    """Return the bytes of a page with its style sheets, scripts and icons, each compressed by gzip."""
    files = {name.decode() for name in NAMED.findall(html)}
    return compressed(html) + sum(_bytes_of_file(name) for name in files)


def compressed(content: bytes) -> int:
    """Return the bytes of an answer as the web process compresses it."""
    return len(gzip.compress(content, 6, mtime=0))


@lru_cache
def _bytes_of_file(name: str) -> int:
    if name == SHEET:
        folder = _path(SHEET).parent
        sheets = {f"css/{path.relative_to(folder)}": path.read_text() for path in folder.rglob("*.css")}
        return compressed(whole_sheet(sheets).encode())
    return compressed(_path(name).read_bytes())


def _path(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise LookupError(f"{name} is named by a page and lies nowhere")
    return Path(found)
