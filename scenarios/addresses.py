"""The whole addresses of pages: under `SITE_URL`, whatever host a request came to."""

from urllib.parse import urlsplit

from django.conf import settings


def site_address(path: str) -> str:
    """Return the whole address of a path of this site."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def site_host() -> str:
    """Return the site's host with its port and what its addresses all begin with: ``market.example.org``."""
    parts = urlsplit(settings.SITE_URL)
    return f"{parts.netloc}{parts.path.rstrip('/')}"


def site_protocol() -> str:
    """Return ``https`` or ``http``."""
    return urlsplit(settings.SITE_URL).scheme


PRIVATE = (
    *("/workspace/", "/staff/", "/accounts/", "/admin/", "/api/", "/follow/", "/i18n/", "/metrics", "/status"),
    "/search/",
)
"""Where nothing is for search engines and other sites."""


def is_private(path: str) -> bool:
    """Whether a path leads to what is not for search engines and other sites."""
    return path.startswith(PRIVATE)
