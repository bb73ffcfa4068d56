"""What a page tells of itself to other programs: search engines, and whoever shows a card of a link."""

import json
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext

from marketplace.share_cards import PAGES
from scenarios.addresses import is_private, site_address

register = template.Library()
register.simple_tag(site_address)

SCHEMA_TYPES = {
    "site": "WebSite",
    "need": "Demand",
    "demand": "Demand",
    "call": "Demand",
    "capability": "Service",
    "organisation": "Organization",
    "engagement": "Project",
    "lesson": "Article",
}
# As JSON.dumps leaves them they could end the element.
_ESCAPED = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def structured_data(context: template.Context, kind: str, *, title: Any, summary: Any = "", **more: Any) -> SafeString:
    """Return a page's object as JSON-LD of schema.org, under the nonce of the content security policy.

    more : further properties; dates and empty values are taken as they come.
    """
    request = context["request"]
    data = {
        "@type": SCHEMA_TYPES[kind],
        "headline" if kind == "lesson" else "name": str(title),
        "description": _short(summary),
        "url": site_address(request.path),
        **{name: _plain(value) for name, value in more.items()},
    }
    return _script(request, data)


@register.simple_tag(takes_context=True)
def deadline_data(context: template.Context, *, title: Any, at: Any) -> SafeString:
    """Return the moment until which something can be answered online as an event; nothing where there is none."""
    if not at:
        return mark_safe("")
    request = context["request"]
    address = site_address(request.path)
    data = {
        "@type": "Event",
        "name": gettext("Last moment to respond: %(title)s") % {"title": title},
        "startDate": _plain(at),
        "endDate": _plain(at),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": address},
        "url": address,
    }
    return _script(request, data)


@register.simple_tag(takes_context=True)
def data_sets_data(context: template.Context, sets: Iterable[dict[str, Any]], licence: dict[str, str]) -> SafeString:
    """Return the open data sets as a catalogue with their files. sets : name, title, lead, updated, csv, json."""
    request = context["request"]
    address = site_address(request.path)
    found = [
        {
            "@type": "Dataset",
            "name": str(one["title"]),
            "description": _short(one["lead"]),
            "url": f"{address}#{one['name']}",
            "license": licence["url"] or licence["name"],
            "dateModified": _plain(one["updated"]),
            "isAccessibleForFree": True,
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": site_address(one[name])}
                for name, kind in (("csv", "text/csv"), ("json", "application/json"))
            ],
        }
        for one in sets
    ]
    return _script(request, {"@type": "DataCatalog", "name": gettext("Open data"), "url": address, "dataset": found})


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: template.Context, crumbs: str) -> SafeString:
    """Return the crumbs of a public page, drawn as links, as a BreadcrumbList; nothing on a page for few."""
    request = context.get("request")
    if request is None or is_private(request.path):
        return mark_safe("")
    drawn = _Crumbs()
    drawn.feed(crumbs)
    steps = [(gettext("Home"), "/"), *((" ".join(text.split()), path) for text, path in drawn.found)]
    listed = [
        {"@type": "ListItem", "position": place, "name": name, "item": site_address(path or request.path)}
        for place, (name, path) in enumerate(steps, 1)
    ]
    return _script(request, {"@type": "BreadcrumbList", "itemListElement": listed})


class _Crumbs(HTMLParser):
    """Reads the text and the address of each crumb out of what the component drew."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            self.found.append(("", ""))
        if tag == "a" and self.found:
            self.found[-1] = (self.found[-1][0], dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        if self.found:
            text, path = self.found[-1]
            self.found[-1] = (text + data, path)


@register.inclusion_tag("includes/share_page.html", takes_context=True)
def shared_page(context: template.Context) -> dict[str, Any]:
    """Draw the card of a page that is there once: the home page, a list, a figure; nothing for any other."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    name = match.url_name if match else ""
    if match and name == "figure":
        name = f"figure-{match.kwargs['name']}"
    return {"name": name, "page": PAGES.get(name), "request": request}


def _script(request: Any, data: dict[str, Any]) -> SafeString:
    filled = {name: value for name, value in data.items() if value}
    text = json.dumps({"@context": "https://schema.org", **filled}, ensure_ascii=False).translate(_ESCAPED)
    shape = '<script type="application/ld+json" nonce="{}">{}</script>'
    return format_html(shape, getattr(request, "csp_nonce", ""), mark_safe(text))  # noqa: S308 - escaped above


def _short(text: Any) -> str:
    return Truncator(" ".join(str(text or "").split())).chars(300)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")
