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
from marketplace.project_columns import LESSONS
from marketplace.views.engagements import inside_of
from marketplace.views.printed import lesson_entry
from scenarios.access import access
from scenarios.errors import Invalid
from scenarios.finding import find
from scenarios.forms import new_key
from scenarios.listing import Order, narrow
from scenarios.open_columns import sheet_columns
from scenarios.policies import one_of
from scenarios.searching import fields_read
from scenarios.views.list_files import ListFiles, entry_file, file_of
from scenarios.views.parts import actor_of, page_of

ORDERS = (Order("newest", gettext_lazy("Newest first"), ("-published_at", "pk")),)
FILES = ListFiles("lessons", gettext_lazy("What was learnt"), lambda: sheet_columns(Lesson, LESSONS))


@access("public")
def lesson_list(request: HttpRequest) -> HttpResponse:
    """The lessons of all projects, newest first."""
    found = find(KINDS["lesson"], actor_of(request), request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    rows, order = search.ordered(narrowed.rows, ORDERS, request.GET)
    if file := file_of(request, FILES, rows, total=narrowed.total):
        return file
    page = page_of(request, rows, total=narrowed.total)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [{"lesson": one, "hit": search.hit(one.title, *fields_read(one, "text"))} for one in page],
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "text": search.text,
        "kind": "lesson",
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "marketplace/lesson_list.html", context)


@access("public")
def lesson_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One lesson with the project that it comes from."""
    lesson = one_of(Lesson.objects.for_page(), pk)
    if file := entry_file(request, lesson.engagement.code, lambda: lesson_entry(lesson)):
        return file
    return render(request, "marketplace/lesson_detail.html", {"lesson": lesson})


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
