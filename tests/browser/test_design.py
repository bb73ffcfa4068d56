"""The component gallery in a real browser: accessible in every size and scheme, by keyboard, without JavaScript."""

from typing import Any

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from config.gallery import gallery_context
from tests.browser.conftest import PageMaker, axe_findings, overflowing

pytestmark = pytest.mark.browser


def _gallery(request: HttpRequest) -> HttpResponse:
    messages.success(request, "已保存")
    return render(request, "design.html", gallery_context())


urlpatterns = [
    path("gallery/", _gallery),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]


@pytest.fixture(autouse=True)
def _urls(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (1440, False), (1440, True)])
def test_axe_finds_nothing_and_nothing_overflows(open_page: PageMaker, width: int, dark: bool) -> None:
    page = open_page("/gallery/", width=width, dark=dark)
    assert axe_findings(page) == []
    assert overflowing(page) == ""


@pytest.mark.parametrize(
    ("address", "locale"),
    [("/accounts/login/", "zh-CN"), ("/accounts/signup/", "en"), ("/accounts/password/reset/", "en")],
)
def test_the_account_pages_are_accessible(open_page: PageMaker, address: str, locale: str) -> None:
    page = open_page(address, width=390, locale=locale)
    assert axe_findings(page) == []
    assert overflowing(page) == ""
    assert page.locator("html").get_attribute("lang") == {"zh-CN": "zh-Hans", "en": "en"}[locale]


def test_controls_are_large_enough_to_touch(open_page: PageMaker) -> None:
    page = open_page("/gallery/", width=390)
    sizes = page.eval_on_selector_all(
        ".button:not(.button-small), .field select, .site-nav a, .pager a",
        "found => found.map(e => e.getBoundingClientRect()).filter(r => r.width).map(r => Math.round(r.height))",
    )
    assert len(sizes) > 20
    assert min(sizes) >= 44


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(open_page: PageMaker) -> None:
    page = open_page("/gallery/")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')") is True
    page.locator("[data-error-summary] a").first.click()
    assert page.evaluate("document.activeElement.id") == "wrong_title"


@pytest.mark.parametrize("width", [390, 1440])
def test_many_badges_leave_the_title_of_a_queue_row_its_room(open_page: PageMaker, width: int) -> None:
    page = open_page("/gallery/", width=width)
    shares = page.eval_on_selector_all(
        ".queue-item",
        """rows => rows.map(row => row.querySelector(".queue-title").getBoundingClientRect().width
            / row.getBoundingClientRect().width)""",
    )
    assert len(shares) > 4
    assert min(shares) > 0.3


def test_a_queue_is_walked_by_keys_that_can_be_switched_off(open_page: PageMaker) -> None:
    page = open_page("/gallery/")
    focused = "document.activeElement.textContent.trim()"
    page.keyboard.press("j")
    assert page.evaluate(focused) == "冷轧薄板表面缺陷在线检测"
    page.keyboard.press("j")
    assert page.evaluate(focused) == "打造世界一流智能工厂"
    page.keyboard.press("k")
    assert page.evaluate(focused) == "冷轧薄板表面缺陷在线检测"
    page.keyboard.press("?")
    page.locator("[data-shortcuts-toggle]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate(focused) != "打造世界一流智能工厂"


def test_keys_do_nothing_while_typing(open_page: PageMaker) -> None:
    page = open_page("/gallery/")
    page.locator("#id_problem").click()
    page.keyboard.type("jk?a")
    assert page.locator("#id_problem").input_value() == "jk?a"
    assert page.locator("dialog[open]").count() == 0


def test_a_confirmation_posts_only_after_a_yes(open_page: PageMaker) -> None:
    page = open_page("/gallery/")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.locator("form[data-confirm] .button").first.click()
    page.locator("#confirm-dialog [value=no]").click()
    assert posted == []
    page.locator("form[data-confirm] .button").first.click()
    with page.expect_navigation():
        page.locator("#confirm-dialog [value=yes]").click()
    assert len(posted) == 1


def test_rows_of_a_form_set_are_added_and_removed(open_page: PageMaker) -> None:
    page = open_page("/gallery/")
    rows = page.locator("[data-formset-row]:visible")
    page.locator("[data-formset-add]").click()
    assert rows.count() == 3
    assert page.locator("[name=indicators-TOTAL_FORMS]").input_value() == "3"
    assert page.evaluate("document.activeElement.name") == "indicators-2-metric"
    page.locator("[data-formset-remove]:visible").first.click()
    assert rows.count() == 2
    assert page.locator("[name=indicators-0-DELETE]").is_checked() is True


def test_a_counter_counts_down_while_typing(open_page: PageMaker) -> None:
    page = open_page("/gallery/", locale="en")
    page.locator("#id_title").fill("漏检率")
    assert page.locator("[data-counter=id_title]").text_content() == "37 characters left"


def test_the_phone_menu_opens_and_a_message_is_put_away(open_page: PageMaker) -> None:
    page = open_page("/gallery/", width=390)
    assert page.locator(".site-nav").is_visible() is False
    page.locator("[data-menu-toggle]").click()
    assert page.locator("[data-menu-toggle]").get_attribute("aria-expanded") == "true"
    assert page.locator(".site-search").is_visible() is True
    page.locator("[data-dismiss]").click()
    assert page.locator(".messages .alert").count() == 0


def test_without_javascript_everything_is_open_and_rows_are_removed_by_a_check_box(open_page: PageMaker) -> None:
    page = open_page("/gallery/", width=390, script=False)
    assert page.locator(".site-search").is_visible() is True
    assert page.locator(".menu-toggle").is_visible() is False
    assert page.locator("[name=indicators-0-DELETE]").is_visible() is True
    assert page.locator("[name=add_indicators]").get_attribute("type") == "submit"


def test_the_language_is_changed_by_a_post(open_page: PageMaker) -> None:
    page = open_page("/gallery/")
    with page.expect_navigation():
        page.locator("button[name=language]").click()
    assert page.locator("html").get_attribute("lang") == "en"
