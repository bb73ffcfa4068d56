"""A public list as a file: the rows of all its pages, for the address with ``as=xlsx``, ``docx`` or ``pdf``.

A printed list of many entries is ordered by a post to the same address and made by a worker.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from scenarios.actions.printed_lists import order_list
from scenarios.choices import PrintedFormat
from scenarios.errors import Invalid, refused_for
from scenarios.limits import within_limit
from scenarios.printed import FORMATS, PRINTED_LISTS, list_document, one_document
from scenarios.printing import Document, Entry
from scenarios.sheets import MOST_ROWS, Column
from scenarios.views.parts import actor_of, reader_of
from scenarios.views.sheets import sheet_response

MOST_AT_ONCE = 100
MOST_PRINTED = 2000
PER_MINUTE = 12


class FileKind(NamedTuple):
    """What a list can be handed out as: the value in the address, what it is called, up to how many entries at once."""

    value: str
    label: Any
    at_once: int


class ListFiles(NamedTuple):
    """What a list is handed out as. columns : of its workbook. printed : its kind in PRINTED_LISTS, if it has one."""

    name: str
    title: Any
    columns: Callable[[], list[Column]]
    printed: str = ""

    @property
    def kinds(self) -> list[FileKind]:
        """Return what can be asked for."""
        printed = [FileKind(str(value), label, MOST_AT_ONCE) for value, label in PrintedFormat.choices]
        return [FileKind("xlsx", "Excel", MOST_ROWS), *(printed if self.printed else [])]


def file_of(
    request: HttpRequest, files: ListFiles, rows: Any, *, total: int, narrowed: Iterable[Any] = ()
) -> HttpResponse | None:
    """Return the file that the address or the form asks for, or None where neither does.

    rows : in their order, with what the columns and entries read. narrowed : the words for what the list was narrowed
    by. A list that a worker makes leads to its page. What is too long, and who asks too often, is sent back to the list
    with the remedy.
    """
    kind = request.POST.get("as") or request.GET.get("as")
    if kind not in {one.value for one in files.kinds}:
        return None
    if not within_limit("list file", reader_of(request), per_minute=PER_MINUTE):
        return _back(request, _("You have fetched many files in a short time. Wait a minute, then try again."))
    most = MOST_ROWS if kind == "xlsx" else MOST_PRINTED
    if total > most:
        text = _(
            "The list has %(total)d entries, and a file holds at most %(most)d. Narrow the list by a filter first."
        )
        return _back(request, text % {"total": total, "most": most})
    if kind == "xlsx":
        return sheet_response(files.name, files.title, files.columns(), rows)
    if total > MOST_AT_ONCE:
        return _ordered(request, files, kind, rows, total=total, narrowed=narrowed)
    listed = PRINTED_LISTS[files.printed]
    entries = [listed.entry(row) for row in listed.loaded(rows)]
    return _printed(kind, listed.name, list_document(listed.title, entries, narrowed))


def entry_file(request: HttpRequest, name: str, entry: Callable[[], Entry]) -> HttpResponse | None:
    """Return one need or call as PDF where the address asks for it with ``as=pdf``."""
    if request.GET.get("as") != "pdf":
        return None
    if not within_limit("list file", reader_of(request), per_minute=PER_MINUTE):
        return _back(request, _("You have fetched many files in a short time. Wait a minute, then try again."))
    return _printed("pdf", name, one_document(entry()))


def file_response(name: str, kind: str, content: bytes) -> HttpResponse:
    """Hand out a printed document as ``<name>.<kind>``."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=FORMATS[kind].content_type, headers=headers)


def _printed(kind: str, name: str, document: Document) -> HttpResponse:
    return file_response(name, kind, FORMATS[kind].write(document))


def _ordered(
    request: HttpRequest, files: ListFiles, kind: str, rows: Any, *, total: int, narrowed: Iterable[Any]
) -> HttpResponse:
    """Have a worker print the list, for an account that asks by a post, and lead to where it can be waited for."""
    actor, numbers = actor_of(request), {"total": total, "most": MOST_AT_ONCE}
    if actor.account_id is None:
        sign_in = f"{settings.LOGIN_URL}?{urlencode({'next': _address(request)})}"
        text = _(
            "The list has {total} entries. More than {most} are printed for those who are signed in: "
            '<a href="{sign_in}">sign in</a> and ask again, or narrow the list by a filter.'
        )
        return _back(request, format_html(text, **numbers, sign_in=sign_in))
    if request.method != "POST":
        text = _(
            "The list has %(total)d entries. More than %(most)d take a while: choose the file again, below the list."
        )
        return _back(request, text % numbers)
    asked = {"kind": files.printed, "format": kind, "query": _query(request)}
    ids = list(rows.prefetch_related(None).values_list("pk", flat=True))
    try:
        printed = order_list(actor=actor, ids=ids, narrowed=[str(one) for one in narrowed], **asked)
    except Invalid as error:
        return _back(request, refused_for(error))
    if any(getattr(printed, name) != value for name, value in asked.items()):
        messages.info(request, _("One list at a time: this one is being made. Ask for the other when it is ready."))
    return redirect("printed_list", pk=printed.pk)


def _query(request: HttpRequest) -> str:
    """Return what the address narrows and orders the list by."""
    rest = request.GET.copy()
    for name in ("as", "page"):
        rest.pop(name, None)
    return rest.urlencode()


def _address(request: HttpRequest) -> str:
    query = _query(request)
    return f"{request.path}?{query}" if query else request.path


def _back(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    return redirect(_address(request))
