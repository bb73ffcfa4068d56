"""What search engines and other sites fetch: share cards, the map of the site, and what may be crawled."""

from typing import Any
from uuid import UUID

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response

from marketplace.models import Capability, Engagement, Lesson, Organisation
from marketplace.public_results import results_told
from marketplace.share_cards import PAGES, SOURCES, Card, card_of, card_of_page, picture_of
from scenarios.access import access
from scenarios.actor import PUBLIC
from scenarios.addresses import PRIVATE, site_address, site_host, site_protocol
from scenarios.errors import NotFound
from scenarios.models import Call, MergedDemand, Need

CARD_SECONDS = 3600
FILES = ("/*?as=", "/*&as=")
"""Lists and pages as workbooks and printed files: the same again, and each is made anew."""
LISTS = (
    *("home", "how_it_works", "need_list", "call_list", "pool_list", "capability_list", "engagement_list"),
    *("organisation_list", "result_list", "lesson_list", "figures", "calendar", "open_data"),
    *("risk_rules", "about", "help", "accessibility", "contact"),
)


@access("public")
def share_card(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Draw the card of a page that everyone may read; whoever has it already is told so."""
    if kind not in SOURCES:
        raise NotFound
    return _sent(request, card_of(kind, pk))


@access("public")
def share_page_card(request: HttpRequest, name: str) -> HttpResponse:
    """Draw the card of the home page, a list or a figure; whoever has it already is told so."""
    if name not in PAGES:
        raise NotFound
    return _sent(request, card_of_page(name))


def _sent(request: HttpRequest, card: Card) -> HttpResponse:
    headers = {"ETag": card.tag, "Cache-Control": f"public, max-age={CARD_SECONDS}"}
    answer = HttpResponse(content_type="image/png", headers=headers)
    if get_conditional_response(request, etag=card.tag):
        answer.status_code = 304
    else:
        answer.content = picture_of(card)
    return answer


class _OfTheSite(Sitemap):  # type: ignore[type-arg]
    """Addresses under `SITE_URL`, whatever host the map was asked for at."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return site_protocol()

    def get_domain(self, site: Any = None) -> str:
        return site_host()


class _Pages(_OfTheSite):
    """Pages of one kind that everyone may read, with when each was changed."""

    limit = 5000

    def __init__(self, page: str, rows: Any, changed: str) -> None:
        self.page, self.rows, self.changed = page, rows, changed

    def items(self) -> Any:
        return self.rows().order_by("pk").only("pk", self.changed)

    def location(self, item: Any) -> str:
        return reverse(self.page, args=[item.pk])

    def lastmod(self, item: Any) -> Any:
        return getattr(item, self.changed)

    def get_latest_lastmod(self) -> None:
        """Tell none: to find it Django would read every row for the index."""


class _Results(_OfTheSite):
    limit = 5000

    def items(self) -> Any:
        return results_told(PUBLIC).order_by("pk")

    def location(self, item: Any) -> str:
        return reverse("call_result", args=[item.pk])

    def lastmod(self, item: Any) -> Any:
        return item.told_at

    def get_latest_lastmod(self) -> None:
        """Tell none, as `_Pages` does."""


class _Lists(_OfTheSite):
    def items(self) -> list[str]:
        return [*LISTS]

    def location(self, item: str) -> str:
        return reverse(item)


SECTIONS: dict[str, Any] = {
    "lists": _Lists(),
    "needs": _Pages("need_detail", lambda: Need.objects.visible_to(PUBLIC).published(), "updated_at"),
    "calls": _Pages("call_detail", lambda: Call.objects.visible_to(PUBLIC), "updated_at"),
    "results": _Results(),
    "pools": _Pages("pool_detail", lambda: MergedDemand.objects.visible_to(PUBLIC), "updated_at"),
    "capabilities": _Pages("capability_detail", lambda: Capability.objects.published(), "updated_at"),
    "organisations": _Pages("organisation_detail", lambda: Organisation.objects.visible_to(PUBLIC), "updated_at"),
    "engagements": _Pages("engagement_detail", lambda: Engagement.objects.visible_to(PUBLIC), "updated_at"),
    "lessons": _Pages("lesson_detail", lambda: Lesson.objects.all(), "published_at"),
}


@access("public")
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """List the maps of the site, one for each kind of page and 5,000 pages."""
    maps = []
    for name, section in SECTIONS.items():
        address = site_address(reverse("sitemap_section", args=[name]))
        pages = range(1, section.paginator.num_pages + 1)
        maps += [{"location": address if page == 1 else f"{address}?p={page}"} for page in pages]
    return render(request, "sitemap_index.xml", {"sitemaps": maps}, content_type="application/xml")


@access("public")
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    """List the pages of one kind that everyone may read."""
    return sitemaps.sitemap(request, SECTIONS, section)


@access("public")
def robots(request: HttpRequest) -> HttpResponse:
    """Say what is not to be crawled, and where the map of the site is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in (*PRIVATE, *FILES))]
    lines += ["", f"Sitemap: {site_address(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
