"""What projects taught, for everyone to read."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.actions.engagement_landing import write_lesson
from marketplace.finding import KINDS
from marketplace.forms.engagements import LessonForm
from marketplace.models import Lesson
from marketplace.views.engagements import inside_of
from scenarios.access import access
from scenarios.errors import Invalid
from scenarios.finding import find
from scenarios.forms import new_key
from scenarios.listing import Order
from scenarios.policies import one_of
from scenarios.searching import fields_read
from scenarios.views.parts import actor_of, page_of

ORDERS = (Order("newest", gettext_lazy("Newest first"), ("-published_at", "pk")),)


@access("public")
def lesson_list(request: HttpRequest) -> HttpResponse:
    """The lessons of all projects, newest first."""
    found = find(KINDS["lesson"], actor_of(request), request.GET)
    search = found.search
    rows, order = search.ordered(found.rows, ORDERS, request.GET)
    page = page_of(request, rows)
    context = {
        "page": page,
        "cards": [{"lesson": one, "hit": search.hit(one.title, *fields_read(one, "text"))} for one in page],
        "text": search.text,
        "kind": "lesson",
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "marketplace/lesson_list.html", context)


@access("public")
def lesson_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One lesson with the project that it comes from."""
    return render(request, "marketplace/lesson_detail.html", {"lesson": one_of(Lesson.objects.for_page(), pk)})


@access("member", "manager")
def lesson_write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Publish a lesson of a project, for one of its parties or the manager."""
    actor = actor_of(request)
    engagement = inside_of(actor, pk)
    form = LessonForm(request.POST or None, initial={"key": new_key()})
    if request.method == "POST" and form.is_valid():
        try:
            lesson = write_lesson(actor=actor, engagement_id=pk, **form.cleaned_data)
        except Invalid as refusal:
            form.show(refusal)
        else:
            messages.success(request, _("The lesson is public."))
            return redirect("lesson_detail", lesson.pk)
    context = {"engagement": engagement, "form": form}
    return render(request, "marketplace/lesson_form.html", context, status=422 if form.is_bound else 200)
