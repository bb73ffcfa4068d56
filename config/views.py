"""Pages that belong to no app: what the platform is, whom to ask, and the gallery of components."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.gallery import gallery_context
from scenarios.access import access


@access("public")
def about(request: HttpRequest) -> HttpResponse:
    """What the platform does, for whom, and by which rules."""
    return render(request, "pages/about.html")


@access("public")
def accessibility(request: HttpRequest) -> HttpResponse:
    """What everyone may expect of the pages, and how to say that something does not work."""
    return render(request, "pages/accessibility.html")


@access("public")
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to ask."""
    return render(request, "pages/contact.html", {"contact_email": settings.CONTACT_EMAIL})


@access("staff")
def design(request: HttpRequest) -> HttpResponse:
    """Every component with its states."""
    return render(request, "design.html", gallery_context())
