"""The pages that say what went wrong, in every size, scheme and language, and what stays of a page on paper."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as pages
from scenarios.errors import Conflict, Invalid
from tests.browser.conftest import PageMaker, axe_findings, overflowing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEMPLATES = ("400", "403", "404", "409", "429", "500", "refused")


def _error(request: HttpRequest, name: str) -> HttpResponse:
    if name == "500":
        return render(None, "500.html")  # type: ignore[arg-type]
    differences = {"title": ("薄板缺陷在线检测", "薄板缺陷检测")}
    errors = {"409": Conflict(differences), "refused": Invalid({"title": ["请写明对象"]})}
    error = errors.get(name)
    return render(request, f"{name}.html", {"message": error and str(error), "error": error})


urlpatterns = [*pages, path("errors/<str:name>/", _error)]


@pytest.fixture(autouse=True)
def _urls(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize(
    ("width", "locale", "dark"), [(320, "zh-CN", False), (390, "en", True), (1440, "en", False), (1440, "zh-CN", True)]
)
def test_an_error_is_told_to_everybody(open_page: PageMaker, width: int, locale: str, dark: bool) -> None:
    for name in TEMPLATES:
        page = open_page(f"/errors/{name}/", width=width, locale=locale, dark=dark)
        assert axe_findings(page) == [], name
        assert overflowing(page) == "", name
        assert page.locator("h1").count() == 1, name
        assert page.locator("main a[href='/']").count() == 1, name
        page.context.close()


def test_paper_has_the_text_and_no_controls(open_page: PageMaker) -> None:
    page = open_page("/errors/409/", locale="en")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert page.locator("th[scope=row]").is_visible()
    gone = (".site-header", ".site-footer", ".skip", "main .button")
    assert [name for name in gone if page.locator(name).first.is_visible()] == []
