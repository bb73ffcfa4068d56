"""What a page tells of itself to other programs: search engines, and whoever shows a card of a link."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from scenarios.addresses import site_address

register = template.Library()
register.simple_tag(site_address)

SCHEMA_TYPES = {
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
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES[kind],
        "headline" if kind == "lesson" else "name": str(title),
        "description": Truncator(" ".join(str(summary or "").split())).chars(300),
        "url": site_address(request.path),
        **{name: _plain(value) for name, value in more.items()},
    }
    text = json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False).translate(_ESCAPED)
    nonce = getattr(request, "csp_nonce", "")
    return format_html('<script type="application/ld+json" nonce="{}">{}</script>', nonce, mark_safe(text))  # noqa: S308


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")
