"""What may be attached: recognised by content, without macros, within limits. The name is only ever shown."""

import io
import zipfile
from pathlib import PurePath

from django.utils.translation import gettext_lazy as _

from scenarios.errors import Invalid

MAX_FILES = 10
MAX_BYTES = 4_000_000
MAX_UNPACKED = 100_000_000
OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def kind_of(data: bytes) -> str:
    """Return what the bytes are: pdf, png, jpg, docx, xlsx or pptx.

    Raises Invalid for everything else, for macros, and for archives that unpack to more than 100 MB.
    """
    if len(data) > MAX_BYTES:
        raise Invalid({"file": [_("A file has at most 4 MB. Make it smaller or split it.")]})
    for start, kind in ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg")):
        if data.startswith(start):
            return kind
    kind = _office_kind(data)
    if not kind:
        raise Invalid({"file": [_("Attach PDF, Word, Excel or PowerPoint files without macros, or PNG and JPEG.")]})
    return kind


def _office_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = archive.infolist()
    except (zipfile.BadZipFile, ValueError):
        return ""
    names = [row.filename for row in rows]
    if "[Content_Types].xml" not in names or any("vbaproject" in name.lower() for name in names):
        return ""
    if len(rows) > 5000 or sum(row.file_size for row in rows) > MAX_UNPACKED:
        return ""
    return next((kind for folder, kind in OFFICE.items() if any(name.startswith(folder) for name in names)), "")


def shown_name(name: str, kind: str) -> str:
    """Return the name under which the file is offered: its own stem, and the ending of what it really is."""
    stem = "".join(letter for letter in PurePath(name).stem if letter.isprintable() and letter not in '\\/:*?"<>|')
    return f"{stem[:80] or 'file'}.{kind}"
