"""The page of the open data: which sets there are, what their columns say, and under which licence."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from marketplace.figures.registry import FIGURES
from marketplace.open_data import DATA_SETS
from scenarios.access import access


@access("public")
def open_data(request: HttpRequest) -> HttpResponse:
    """Every data set with its columns, its files and when it changed, and the figures."""
    sets = [
        data.described()
        | {
            "csv": reverse("api-open-data-file", args=[data.name]),
            "json": reverse("api-open-data-rows", args=[data.name]),
            "page": reverse(data.list_page) if data.list_page else "",
        }
        for data in DATA_SETS.values()
    ]
    figures = [
        {
            "title": one.title,
            "lead": one.lead,
            "page": reverse("figure", args=[one.name]),
            "csv": reverse("api-figure-file", args=[one.name]) + "?as=public",
            "json": reverse("api-figure", args=[one.name]) + "?as=public",
        }
        for one in FIGURES.values()
    ]
    licence = {"name": settings.OPEN_DATA_LICENCE, "url": settings.OPEN_DATA_LICENCE_URL}
    return render(request, "marketplace/open_data.html", {"sets": sets, "figures": figures, "licence": licence})
