"""A list as an Excel workbook: the rows that the page shows, all of its pages, for the address with ``as=xlsx``."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from scenarios.sheets import MOST_ROWS, Column, workbook
from scenarios.waiting import Wait

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def wants_sheet(request: HttpRequest) -> bool:
    """Whether the address asks for the workbook instead of the page."""
    return request.GET.get("as") == "xlsx"


def sheet_response(name: str, title: Any, columns: Iterable[Column], rows: Any) -> HttpResponse:
    """Hand out at most 5,000 of the rows, in their order, as ``<name>.xlsx``."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(workbook(str(title), columns, rows[:MOST_ROWS]), content_type=XLSX, headers=headers)


def waiting_columns(promised: int) -> list[Column]:
    """Return the columns of age and service level; the rows come from `with_wait`."""
    return [
        Column(_("Days waiting"), lambda row: round(row.waited_days, 1)),
        Column(_("Service level"), lambda row: Wait(row.waited_days, promised).word),
    ]


NEED_COLUMNS = [
    Column(_("Code"), lambda need: need.code),
    Column(_("Title"), lambda need: need.title),
    Column(_("Organisation"), lambda need: need.owner),
    Column(_("District"), lambda need: need.district or ""),
    Column(_("Domain"), lambda need: need.get_domain_display()),
    Column(_("Problem"), lambda need: need.problem),
    Column(_("Quantity"), lambda need: need.quantity),
    Column(_("Unit"), lambda need: need.get_quantity_unit_display()),
    Column(_("Risk tier"), lambda need: need.get_risk_tier_display()),
    Column(_("Precision"), lambda need: need.precision_score),
]
"""Of a need on a list: public fields only."""
