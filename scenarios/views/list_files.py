"""A public list as a file: the rows of all its pages, for the address with ``as=xlsx``, ``docx`` or ``pdf``."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle

from scenarios.limits import within_limit
from scenarios.printing import Entry
from scenarios.sheets import MOST_ROWS, Column
from scenarios.views.parts import actor_of
from scenarios.views.printed import list_document, one_document, printed_response
from scenarios.views.sheets import sheet_response, wants_sheet

MOST_PRINTED = 100
PER_MINUTE = 12


class ListFiles(NamedTuple):
    """What a list is handed out as. columns : of its workbook. entry : what is printed of a row, where it is printed.

    printed_title : of the printed list.
    """

    name: str
    title: Any
    columns: Callable[[], list[Column]]
    printed_title: Any = ""
    entry: Callable[[Any], Entry] | None = None

    @property
    def kinds(self) -> list[tuple[str, Any]]:
        """Return what can be asked for: the value in the address and what it is called."""
        printed = [("docx", _("Word")), ("pdf", "PDF")] if self.entry else []
        return [("xlsx", "Excel"), *printed]


def file_of(
    request: HttpRequest, files: ListFiles, rows: Any, *, total: int, narrowed: Iterable[Any] = ()
) -> HttpResponse | None:
    """Return the file that the address asks for, or None where it asks for the page.

    rows : in their order, with what the columns and entries read. narrowed : the words for what the list was narrowed
    by. What is too long, and who asks too often, is sent back to the page with the remedy.
    """
    kind = request.GET.get("as")
    if kind not in dict(files.kinds):
        return None
    if not within_limit("list file", _reader(request), per_minute=PER_MINUTE):
        return _back(request, _("You have fetched many files in a short time. Wait a minute, then try again."))
    if wants_sheet(request) and total <= MOST_ROWS:
        return sheet_response(files.name, files.title, files.columns(), rows)
    if files.entry and not wants_sheet(request) and total <= MOST_PRINTED:
        entries = [files.entry(row) for row in rows]
        return printed_response(kind, files.name, list_document(files.printed_title, entries, narrowed))
    most = MOST_ROWS if wants_sheet(request) else MOST_PRINTED
    text = _("The list has %(total)d entries, and a file holds at most %(most)d. Narrow the list by a filter first.")
    return _back(request, text % {"total": total, "most": most})


def entry_file(request: HttpRequest, name: str, entry: Callable[[], Entry]) -> HttpResponse | None:
    """Return one need or call as PDF where the address asks for it with ``as=pdf``."""
    if request.GET.get("as") != "pdf":
        return None
    if not within_limit("list file", _reader(request), per_minute=PER_MINUTE):
        return _back(request, _("You have fetched many files in a short time. Wait a minute, then try again."))
    return printed_response("pdf", name, one_document(entry()))


def _reader(request: HttpRequest) -> int | str:
    """Return whose limit counts: the account's, or that of the address behind as many proxies as are believed."""
    return actor_of(request).account_id or BaseThrottle().get_ident(request)  # type: ignore[arg-type]


def _back(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    rest = request.GET.copy()
    rest.pop("as", None)
    return redirect(f"{request.path}?{rest.urlencode()}" if rest else request.path)
