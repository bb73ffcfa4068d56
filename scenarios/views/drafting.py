"""Writing a need: the long form, saved on request or as one types, compared when someone else was faster."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from scenarios.access import access
from scenarios.actions.keys import known_result
from scenarios.actions.members import OPEN_TO_CHANGE
from scenarios.actions.needs import EDITABLE, draft_need, save_need, submit_need
from scenarios.actor import Actor
from scenarios.choices import Domain
from scenarios.disclosure import named_owners
from scenarios.errors import Conflict, Invalid, NotPermitted
from scenarios.models import DemandMember, MergedDemand, Need
from scenarios.policies import one_of, require_owner
from scenarios.two_versions import compared_again, kept_as_saved
from scenarios.usual_indicators import UNITS, usual_by_domain
from scenarios.views.assistance import like_context, precision_context, report_context
from scenarios.views.drafting_form import (
    ADD_USUAL,
    PREFIX,
    Drafting,
    blank,
    difference_rows,
    joined_pool,
    posted,
    stored,
    stored_and_checked,
)
from scenarios.views.need_parts import parts_of
from scenarios.views.parts import actor_of
from scenarios.views.reading_needs import last_return
from scenarios.views.story_form import BUTTON, TAKEN, filled_from_story, still_taken, tell_taken

ONLY_DRAFTS = gettext_lazy("Only a draft or a returned need can be edited. Withdraw it first, then reopen it.")
ONLY_EDITORS = gettext_lazy("Only editors of an organisation post needs. Ask its owner to make you one.")


@require_http_methods(["GET", "POST"])
@access("member")
def need_create(request: HttpRequest) -> HttpResponse:
    """A new need; ``?like=`` starts from a like one, ``?pool=`` from the core of a pool to join."""
    actor = actor_of(request)
    if not actor.editor_of:
        raise NotPermitted(ONLY_EDITORS)
    if request.method == "POST":
        return _save(request, actor)
    return _draw(request, actor, _started(request, actor))


def _started(request: HttpRequest, actor: Actor) -> Drafting:
    like_pk, pool_pk = request.GET.get("like"), request.GET.get("pool")
    like = one_of(Need.objects.visible_to(actor).prefetch_related("indicators"), like_pk) if like_pk else None
    pool = one_of(MergedDemand.objects.visible_to(actor), pool_pk) if pool_pk else like and joinable_pool(like, actor)
    return blank(actor, like, pool)


def joinable_pool(like: Need, actor: Actor) -> MergedDemand | None:
    """Return the pool of a like need, where joining it does not unmask that need's owner."""
    member = DemandMember.objects.filter(need=like, left_at__isnull=True).select_related("demand").first()
    if member is None or member.demand.status not in OPEN_TO_CHANGE:
        return None
    if not MergedDemand.objects.visible_to(actor).filter(pk=member.demand_id).exists():
        return None
    return member.demand if actor.is_staff or like.owner_id in named_owners(member.demand) else None


@require_http_methods(["GET", "POST"])
@access("member")
def need_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft or a returned need, to go on with."""
    actor = actor_of(request)
    need = own_need(actor, pk)
    if request.method == "POST":
        return _save(request, actor, need.pk)
    if need.status not in EDITABLE:
        messages.info(request, str(ONLY_DRAFTS))
        return redirect("need_detail", pk)
    return _draw(request, actor, stored(actor, need), need=need)


def own_need(actor: Actor, pk: Any) -> Need:
    """Return a need that the actor writes, whatever its status."""
    need = one_of(Need.objects.of(actor).for_page(), pk)
    require_owner(actor, need.owner_id)
    return need


def _save(request: HttpRequest, actor: Actor, pk: UUID | None = None) -> HttpResponse:
    """Save what was posted and go on to the check if that button was pressed; every refusal keeps what was typed."""
    data, taken = _with_like(request.POST, actor), list[str]()
    if told := BUTTON in request.POST:
        data, taken = filled_from_story(data)
    drafting = posted(actor, data)
    valid = drafting.is_valid
    pk = pk or drafting.form.cleaned_data.get("need")
    # Buttons that change what the page shows, where there is no JavaScript.
    redraws = told or any(name in request.POST for name in (f"add_{PREFIX}", ADD_USUAL, "find_blocked"))
    if not valid or redraws:
        compared_again(drafting.form)
    if told:
        tell_taken(request, taken)
    if redraws:
        return _draw(request, actor, drafting, need=own_need(actor, pk) if pk else None)
    if not valid:
        return _draw(request, actor, drafting, need=own_need(actor, pk) if pk else None, status=422)
    if pk is None and (sent := _sent_before(actor, drafting)):
        return redirect("need_detail", sent.pk)
    try:
        need = _store(actor, drafting, pk)
    except Conflict as conflict:
        return _show_conflict(request, actor, drafting, conflict, pk)
    except Invalid as refusal:
        drafting.show(refusal)
        return _draw(request, actor, drafting, need=own_need(actor, pk) if pk else None, status=422)
    if request.POST.get("then") == "check":
        return redirect("need_check", need.pk)
    messages.success(request, _("The draft is saved."))
    return redirect(_edit_address(request, need))


def _edit_address(request: HttpRequest, need: Need) -> str:
    """Return where a draft is gone on with; the address remembers what was filled in from the author's text."""
    address, taken = reverse("need_edit", args=[need.pk]), request.POST.getlist(TAKEN)
    return f"{address}?{urlencode({TAKEN: taken}, doseq=True)}" if taken else address


def _sent_before(actor: Actor, drafting: Drafting) -> Need | None:
    """Return the need that this form made already, where it has gone on since: the same form was submitted twice."""
    earlier = known_result(actor, "need", drafting.form.cleaned_data.get("key", ""))
    return Need.objects.of(actor).exclude(status__in=EDITABLE).filter(pk=earlier).first() if earlier else None


def _with_like(data: QueryDict, actor: Actor) -> QueryDict:
    """Apply the button “mine is like this one”: willing to merge, and joining its pool where there is one to join."""
    if not data.get("like"):
        return data
    like = one_of(Need.objects.visible_to(actor), data["like"])
    changed = data.copy()
    changed["merge_pref"] = "open"
    if pool := joinable_pool(like, actor):
        changed["joins"] = str(pool.pk)
    return changed


def _store(actor: Actor, drafting: Drafting, pk: UUID | None, *, autosave: bool = False) -> Need:
    form, rows, saved = drafting.form, drafting.indicators.rows, kept_as_saved(drafting.form.data)
    key, version = form.cleaned_data.get("key", ""), form.cleaned_data.get("version") or 0
    if pk is None and (earlier := known_result(actor, "need", key)):
        # The page did not learn of the draft that it made (a lost answer, the back button): go on with that one.
        pk, version = earlier, version or 1
    if pk is None:
        owner = _owner(actor, form.cleaned_data.get("owner", ""))
        blocked = form.blocked_ids or ()
        return draft_need(
            actor=actor, owner_id=owner, fields=form.values, indicators=rows, blocked_ids=blocked, key=key
        )
    return save_need(
        actor=actor,
        need_id=pk,
        version=version,
        fields={name: value for name, value in form.values.items() if name not in saved},  # type: ignore[arg-type]
        indicators=None if "indicators" in saved else rows,
        blocked_ids=None if "blocked" in saved else form.blocked_ids,
        autosave=autosave,
    )


def _owner(actor: Actor, given: str) -> UUID:
    """Return the organisation to post for: the one chosen, or the only one there is."""
    if not actor.editor_of:
        raise NotPermitted(ONLY_EDITORS)
    return UUID(given) if given else min(actor.editor_of)


def submit(request: HttpRequest, actor: Actor, pk: UUID, version: int | None = None) -> HttpResponse:
    """Submit a saved need; what blocks it is shown at the fields of its form.

    version : the one that was looked over; where it is not the latest, the author looks over that one first.
    """
    try:
        need = submit_need(actor=actor, need_id=pk, version=version)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
        return redirect("need_check", pk)
    except Invalid as refusal:
        need = own_need(actor, pk)
        drafting = stored_and_checked(actor, need)
        drafting.show(refusal)
        return _draw(request, actor, drafting, need=need, status=422)
    messages.success(
        request, _("%(code)s is submitted. A moderator reads it next; you will be told.") % {"code": need.code}
    )
    return redirect("need_detail", pk)


def _show_conflict(
    request: HttpRequest, actor: Actor, drafting: Drafting, conflict: Conflict, pk: UUID | None
) -> HttpResponse:
    """Show both versions. What was typed stays in the form; its author chooses for each field which of them is kept."""
    need = own_need(actor, pk)
    data = request.POST.copy()
    data["version"] = str(need.version)
    again = posted(actor, data)
    again.form.full_clean()
    again.indicators.full_clean()
    differences = difference_rows(conflict.differences, again.form)
    return _draw(request, actor, again, need=need, status=409, conflict=conflict, differences=differences)


@require_POST
@access("member")
def autosave(request: HttpRequest) -> HttpResponse:
    """Save what is valid of a form that is being typed in; the answer says which draft and version it is now.

    A conflict is left to the save button, which shows both versions: the answer is 409 and the page says “not saved”.
    """
    actor = actor_of(request)
    drafting = posted(actor, request.POST)
    drafting.form.full_clean()
    drafting.indicators.full_clean()
    pk = drafting.form.cleaned_data.get("need")
    unnamed = len(actor.editor_of) > 1 and not drafting.form.cleaned_data.get("owner")
    if pk is None and (unnamed or not (request.POST.get("title_zh") or request.POST.get("problem"))):
        return HttpResponse(status=204)
    try:
        need = _store(actor, drafting, pk, autosave=True)
    except (Conflict, Invalid):
        return HttpResponse(status=409)
    answer = render(
        request,
        "scenarios/parts/draft_state.html",
        {"need": need, "version": need.version, "key": request.POST.get("key", "")},
    )
    if pk is None:
        answer["HX-Replace-Url"] = _edit_address(request, need)
    return answer


def _draw(
    request: HttpRequest, actor: Actor, drafting: Drafting, *, need: Need | None = None, status: int = 200, **extra: Any
) -> HttpResponse:
    returned = last_return(need) if need else None
    reasons = {name: text for name, _label, text in returned["reasons"]} if returned else {}
    form, help_beside, domains = drafting.form, _help(actor, drafting, need), dict(Domain.choices)
    context = {
        "drafting": drafting,
        "need": need,
        "sections": drafting.sections(reasons, still_taken(drafting, _taken(request, drafting))),
        "returned": returned,
        "pool": joined_pool(actor, form["joins"].value()),
        "prefix": PREFIX,
        "sentences": drafting.sentences,
        "units": UNITS,
        "usual": [(domains[domain], rows) for domain, rows in usual_by_domain(form["domain"].value() or "")],
        "parts": parts_of(help_beside["report"]),
        **help_beside,
        **extra,
    }
    return render(request, "scenarios/need_form.html", context, status=status)


def _taken(request: HttpRequest, drafting: Drafting) -> list[str]:
    data: Any = drafting.form.data if drafting.form.is_bound else request.GET
    return data.getlist(TAKEN) if isinstance(data, QueryDict) else []


def _help(actor: Actor, drafting: Drafting, need: Need | None) -> dict[str, Any]:
    """Return what the panels beside the form show before anything is typed, so that they work without JavaScript."""
    if drafting.form.is_bound:
        values, rows = drafting.form.values, drafting.indicators.rows
        title, body = str(values.get("title_zh", "")), str(values.get("problem", ""))
        return precision_context(values, rows) | like_context(actor, title, body, leave_out=need.pk if need else None)
    if need is None:
        return {"report": None, "has_index": True, "like": [], "is_short": True}
    body = "\n".join((need.problem, need.users_and_site, need.current_process, need.boundary_in))
    return report_context(need) | like_context(actor, need.title, body, leave_out=need.pk)
