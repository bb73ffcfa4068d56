"""Collected static files: the one style sheet of the pages is made whole, so that a phone waits for one request."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/site.css"
_IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\)(?: layer\((?P<layer>[\w-]+)\))?(?P<media>[^;]*);\n?')


class WholeSheetStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage, with the imports of ``css/site.css`` put in their places first."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if SHEET in paths and not dry_run:
            whole = whole_sheet({name: _text(*paths[name]) for name in paths if name.startswith("css/")})
            self.delete(SHEET)
            self._save(SHEET, ContentFile(whole.encode()))
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run, **options)


def whole_sheet(sheets: dict[str, str]) -> str:
    """Return ``css/site.css`` with each import replaced by what it imports, inside its layer and its medium.

    sheets : path → text of every style sheet, ``css/site.css`` among them.
    """

    def inlined(match: re.Match[str]) -> str:
        text = sheets[f"css/{match['name']}"]
        if match["layer"]:
            text = f"@layer {match['layer']} {{\n{text}}}\n"
        return f"@media {match['media'].strip()} {{\n{text}}}\n" if match["media"].strip() else text

    return _IMPORT.sub(inlined, sheets[SHEET])


def _text(storage: Any, path: str) -> str:
    with storage.open(path) as file:
        return str(file.read().decode())
