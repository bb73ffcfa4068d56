"""Engagements: the public list, a project's page, one's own, and what starts, halts and ends them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_landing as landing
from marketplace.actions import engagement_notes as notes
from marketplace.actions import engagement_opening as opening
from marketplace.actions import engagement_standing as standing
from marketplace.engagement_facts import (
    Standing,
    gates_of,
    own_parties,
    standing_of,
    steps_of,
    told_elements,
    told_indicators,
    told_notes,
    told_parties,
    told_rollouts,
    unplanned_stages,
)
from marketplace.engagement_parties import party_of
from marketplace.finding import KINDS
from marketplace.forms.engagements import ContactForm, NoteForm
from marketplace.lifecycle import ENGAGEMENT_MOVES
from marketplace.models import Engagement, EngagementNote, Lesson, Party
from marketplace.project_columns import ENGAGEMENTS
from marketplace.views.printed import engagement_entry
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.beside import rows_beside, rows_of
from scenarios.errors import Conflict, Invalid, NotFound, refused_for
from scenarios.event_labels import event_label
from scenarios.finding import find
from scenarios.forms import new_key
from scenarios.lifecycle import moves_from
from scenarios.listing import Order, narrow
from scenarios.models import Event
from scenarios.open_columns import sheet_columns
from scenarios.policies import one_of
from scenarios.searching import fields_read
from scenarios.two_versions import compared, compared_again, with_choices
from scenarios.views.list_files import ListFiles, entry_file, file_of
from scenarios.views.parts import actor_of, followed, page_of

ORDERS = (
    Order("newest", gettext_lazy("Newest first"), (F("started_at").desc(nulls_last=True), "pk")),
    Order("landed", gettext_lazy("Landed last first"), (F("landed_at").desc(nulls_last=True), "pk")),
)
LESSON = ("id", "title", "published_at")
READ = ("summary", "title_zh", "title_en")
FILES = ListFiles("projects", gettext_lazy("Projects"), lambda: sheet_columns(Engagement, ENGAGEMENTS))
NOTE = ("id", "organisation_id", "text", "created_at")
SHOWN_EVENTS = SHOWN_NOTES = 20


def found_engagement(actor: Actor, pk: UUID) -> Engagement:
    """Return an engagement with what its pages show. Raises NotFound where the actor may not open it."""
    return _found(Engagement.objects.visible_to(actor), pk)


def _found(rows: Any, pk: UUID) -> Any:
    parties = Prefetch("parties", queryset=Party.objects.select_related("organisation"))
    return one_of(rows.for_page().prefetch_related(parties), pk)


def inside_of(actor: Actor, pk: UUID) -> Engagement:
    """Return an engagement whose parties' pages the actor may open: its parties and staff."""
    engagement = found_engagement(actor, pk)
    if not actor.is_staff and not standing_of(actor, engagement).inside:
        raise NotFound
    return engagement


@access("public")
def engagement_list(request: HttpRequest) -> HttpResponse:
    """The projects that have begun: searched, narrowed, sorted, paged."""
    found = find(KINDS["engagement"], actor_of(request), request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    rows, order = search.ordered(narrowed.rows.for_page(), ORDERS, request.GET)
    if file := file_of(request, FILES, rows, total=narrowed.total):
        return file
    page = page_of(request, rows, total=narrowed.total)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [{"engagement": one, "hit": search.hit(one.title, *fields_read(one, *READ))} for one in page],
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "text": search.text,
        "kind": "engagement",
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "marketplace/engagement_list.html", context)


@access("member")
def my_engagements(request: HttpRequest) -> HttpResponse:
    """The projects in which the reader's organisations are a party."""
    page = page_of(request, Engagement.objects.of(actor_of(request)).for_page())
    return render(request, "marketplace/my_engagements.html", {"page": page})


@access("public")
def engagement_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A project as its reader may see it."""
    return engagement_page(request, pk)


def engagement_page(request: HttpRequest, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render a project's page; `forms` replaces those that were refused."""
    actor = actor_of(request)
    rows = Engagement.objects.visible_to(actor).select_related("sandbox")
    lessons = Lesson.objects.filter(engagement=OuterRef("pk"))
    latest = EngagementNote.objects.visible_to(actor).filter(engagement=OuterRef("pk")).newest()[: SHOWN_NOTES + 1]
    told = {
        "is_followed": followed(actor, "engagement"),
        "its_lessons": rows_beside(lessons, *LESSON),
        "its_notes": rows_beside(latest, *NOTE),
    }
    engagement = _found(rows.annotate(**told), pk)
    if engagement.started_at and (file := entry_file(request, engagement.code, lambda: engagement_entry(engagement))):
        return file
    may = standing_of(actor, engagement)
    gates = gates_of(engagement)
    context: dict[str, Any] = {
        "engagement": engagement,
        "may": may,
        "visible": may.visible,
        "steps": steps_of(engagement, gates),
        "gates": gates,
        "indicators": told_indicators(engagement, may),
        "parties": told_parties(engagement, actor),
        "lessons": rows_of(Lesson, engagement.its_lessons),
        "moves": _open_moves(engagement, may, actor),
        "sandbox": getattr(engagement, "sandbox", None),
        "follows": engagement.is_followed,
    }
    if may.inside or actor.is_staff:
        context |= _inside(engagement, actor, may, gates)
    return render(request, "marketplace/engagement_detail.html", {**context, **forms}, status=status)


def _inside(engagement: Any, actor: Actor, may: Standing, gates: list[Any]) -> dict[str, Any]:
    """Return what the parties and staff read besides."""
    own = own_parties(engagement, actor)
    latest = rows_of(EngagementNote, engagement.its_notes)
    plannable = engagement.status in ("preparing", "running", "accepted") and may.decides
    return {
        "elements": told_elements(engagement, actor),
        "rollouts": told_rollouts(engagement, actor),
        "notes": told_notes(engagement, actor, reversed(latest[:SHOWN_NOTES])),
        "has_earlier_notes": len(latest) > SHOWN_NOTES,
        "note_form": note_form(engagement, actor) if notes_open(engagement, may) else None,
        "unplanned": unplanned_stages(gates) if plannable else [],
        "contact_form": ContactForm(initial={"contact": own[0].contact, "version": own[0].version}) if own else None,
        "events": [
            {"label": event_label(row.kind), "event": row}
            for row in Event.objects.history_of("engagement", engagement.pk)[:SHOWN_EVENTS]
        ],
    }


def notes_open(engagement: Engagement, may: Standing) -> bool:
    """Whether the reader is shown the form for a note."""
    return engagement.status in notes.OPEN and (may.party or may.manager)


def note_form(engagement: Engagement, actor: Actor, data: Any = None) -> NoteForm:
    """Return the form for a note, in the name of one of the reader's own parties."""
    own = {str(row.organisation_id): str(row) for row in own_parties(engagement, actor)}
    return NoteForm(data, organisations=list(own.items()), initial={"key": new_key()})


def _open_moves(engagement: Engagement, may: Any, actor: Actor) -> frozenset[str]:
    """Return the moves whose button the reader is shown; every action asks again."""
    other = engagement.proposed_by_id is not None and not actor.belongs_to(engagement.proposed_by_id)
    held = engagement.status == "suspended" and standing.is_held_by_incident(engagement)
    resumes = (may.manager or may.supervisor) and not held
    shown = {
        "confirm": may.party and other,
        "decline": may.party and other,
        "call_off": may.manager,
        "start": may.manager,
        "suspend": may.manager or may.supervisor,
        "resume": resumes and engagement.accepted_at is None,
        "resume_accepted": resumes and engagement.accepted_at is not None,
        "accept": may.owner,
        "close": may.manager,
    }
    return frozenset(row.name for row in moves_from(ENGAGEMENT_MOVES, engagement.status) if shown.get(row.name))


def _moves(actor: Actor, pk: UUID, reason: str) -> dict[str, tuple[Callable[[], Any], Any]]:
    key: Any = {"actor": actor, "engagement_id": pk}
    return {
        "confirm": (lambda: opening.confirm_engagement(**key), _("You have agreed. The scenario manager starts it.")),
        "decline": (lambda: opening.decline_engagement(**key, reason=reason), _("You have declined.")),
        "call_off": (lambda: standing.call_off_engagement(**key, reason=reason), _("The project is called off.")),
        "start": (lambda: standing.start_engagement(**key), _("The project has started; its page is public.")),
        "suspend": (lambda: standing.suspend_engagement(**key, reason=reason), _("The project is suspended.")),
        "resume": (lambda: standing.resume_engagement(**key), _("The project goes on.")),
        "close": (lambda: landing.close_engagement(**key), _("The project is closed.")),
    }


@access("member", "manager", "supervisor")
@require_POST
def engagement_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Agree, decline, call off, start, suspend, resume or close."""
    moves = _moves(actor_of(request), pk, request.POST.get("reason", ""))
    if move not in moves:
        raise NotFound
    act, done = moves[move]
    try:
        act()
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    else:
        messages.success(request, done)
    return redirect("engagement_detail", pk)


@access("member")
@require_POST
def engagement_contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the contact of one's own party."""
    actor = actor_of(request)
    party = party_of(actor, found_engagement(actor, pk))
    form = ContactForm(with_choices(request.POST, {"contact": party.contact}))
    if not form.is_valid():
        compared_again(form)
        return engagement_page(request, pk, status=422, contact_form=form)
    try:
        opening.set_contact(actor=actor, engagement_id=pk, contact=form.cleaned_data["contact"], version=form.seen)
    except Conflict as conflict:
        party.refresh_from_db()
        rows = compared(form, {"contact": party.contact}, party.version)
        return engagement_page(request, pk, status=409, contact_form=form, conflict=conflict, differences=rows)
    messages.success(request, _("The contact is saved; the parties across the table read it."))
    return redirect("engagement_detail", pk)
