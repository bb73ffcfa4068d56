"""Pages that belong to no app: what the platform is, how it is used, whom to ask, and the gallery of components."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.gallery import gallery_context
from config.guides import GUIDES, guide_of, guides_for
from scenarios.access import access
from scenarios.errors import NotFound
from scenarios.views.parts import actor_of


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


@access("public")
def guides(request: HttpRequest) -> HttpResponse:
    """The guides, those for the reader first."""
    mine, others = guides_for(actor_of(request))
    return render(request, "pages/help.html", {"mine": mine, "others": others})


@access("public")
def guide(request: HttpRequest, name: str) -> HttpResponse:
    """One guide, in the reader's language."""
    if name not in GUIDES:
        raise NotFound
    return render(request, "pages/help_guide.html", {"guide": guide_of(name)})


@access("staff")
def design(request: HttpRequest) -> HttpResponse:
    """Every component with its states."""
    return render(request, "design.html", gallery_context())
