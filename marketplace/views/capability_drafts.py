"""The supplier's own capabilities: the list, the form, and the moves."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from marketplace.actions import capabilities as actions
from marketplace.capability_versions import differing_fields
from marketplace.choices import CapabilityStatus
from marketplace.completeness import completeness
from marketplace.facts import label_of
from marketplace.forms.capabilities import (
    CapabilityForm,
    EvidenceRows,
    Rows,
    TierRows,
    stored_evidence,
    stored_tiers,
    stored_values,
)
from marketplace.models import Capability, Organisation
from marketplace.views.capabilities import last_reasons
from scenarios.access import access
from scenarios.actions.keys import known_result
from scenarios.actor import Actor
from scenarios.errors import Conflict, Invalid, NotPermitted
from scenarios.policies import one_of
from scenarios.two_versions import compared_again, holds_version, kept_as_saved
from scenarios.views.parts import actor_of, page_of

SCALE = {"min_scale_quantity", "min_scale_unit"}
ONLY_EDITORS = gettext_lazy("You may read for your organisation. An owner of it can make you an editor.")


class Forms(NamedTuple):
    """The form of a capability with its two sets of rows."""

    main: CapabilityForm
    evidence: Rows
    tiers: Rows

    def are_valid(self) -> bool:
        return all([self.main.is_valid(), self.evidence.is_valid(), self.tiers.is_valid()])


@access("member")
def my_capabilities(request: HttpRequest) -> HttpResponse:
    """List the capabilities of the reader's organisations with what each still lacks."""
    actor = actor_of(request)
    mine = Capability.objects.of(actor)
    counts = dict(mine.order_by().values_list("status").annotate(Count("pk")))
    status = request.GET.get("status", "")
    rows = mine.filter(status=status) if status in counts else mine
    fitting = Count("suggestions", filter=Q(suggestions__state="open", suggestions__failed_gates=[]))
    rows = rows.for_page().annotate(fitting=fitting).order_by("-updated_at", "id")
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [(capability, completeness(capability)) for capability in page.object_list],
        "tabs": [(one, counts[one.value]) for one in CapabilityStatus if one.value in counts],
        "status": status,
        "total": sum(counts.values()),
    }
    return render(request, "marketplace/my_capabilities.html", context)


def _owners(actor: Actor) -> dict[UUID, str]:
    """Return the organisations that the actor writes for."""
    if not actor.editor_of:
        raise NotPermitted(ONLY_EDITORS)
    return {one.pk: str(one) for one in Organisation.objects.filter(pk__in=actor.editor_of)}


def _own(actor: Actor, pk: UUID) -> Capability:
    """Return a capability that the actor writes."""
    capability: Capability = one_of(Capability.objects.of(actor).for_page(), pk)
    if not actor.owns(capability.owner_id):
        raise NotPermitted(ONLY_EDITORS)
    return capability


@access("member")
def capability_create(request: HttpRequest) -> HttpResponse:
    """Show the empty form, or keep what was typed as a draft and submit it when asked to."""
    owners = _owners(actor_of(request))
    if request.method != "POST":
        main = CapabilityForm(initial={"key": uuid4().hex}, owners=owners)
        return _page(request, None, Forms(main, EvidenceRows.shown("evidence", []), TierRows.shown("tiers", [])))
    return _posted(request, None, owners)


@access("member")
def capability_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a draft or a returned capability in its form, or save it and submit it when asked to."""
    capability = _own(actor_of(request), pk)
    if capability.status not in actions.EDITABLE:
        messages.info(request, _("It can be edited as a draft only: withdraw it first, then reopen it."))
        return redirect("capability_detail", pk=pk)
    if request.method != "POST":
        evidence = EvidenceRows.shown("evidence", stored_evidence(capability))
        tiers = TierRows.shown("tiers", stored_tiers(capability))
        return _page(request, capability, Forms(CapabilityForm(initial=stored_values(capability)), evidence, tiers))
    return _posted(request, capability, None)


def _posted(request: HttpRequest, capability: Capability | None, owners: dict[UUID, str] | None) -> HttpResponse:
    submit = request.POST.get("action") == "submit"
    forms = _typed(request, owners, whole=submit)
    if "add_evidence" in request.POST or "add_tiers" in request.POST:
        return _drawn_again(request, capability, forms)
    if not forms.are_valid():
        return _drawn_again(request, capability, forms, status=422)
    try:
        saved = _save(actor_of(request), capability, forms, owners)
        if submit and saved.status in actions.EDITABLE:
            saved = actions.submit_capability(actor=actor_of(request), capability_id=saved.pk)
    except Conflict as conflict:
        return _conflict(request, capability, forms, conflict)
    except Invalid as invalid:
        _show_errors(forms, invalid)
        return _drawn_again(request, capability, forms, status=422)
    if submit:
        messages.success(request, _("%(code)s is with the moderators now.") % {"code": saved.code})
        return redirect("capability_detail", pk=saved.pk)
    messages.success(request, _("%(code)s is saved as a draft.") % {"code": saved.code})
    return redirect("capability_edit", pk=saved.pk)


def _typed(request: HttpRequest, owners: dict[UUID, str] | None, *, whole: bool = False) -> Forms:
    """Return the forms with what was posted; `whole` asks for everything that a submission needs."""
    return Forms(
        CapabilityForm(request.POST, whole=whole, owners=owners),
        EvidenceRows.posted("evidence", request.POST),
        TierRows.posted("tiers", request.POST),
    )


def _save(
    actor: Actor,
    capability: Capability | None,
    forms: Forms,
    owners: dict[UUID, str] | None,
    *,
    autosave: bool = False,
    without: Collection[str] = (),
) -> Capability:
    """Store what is valid, but for what its author keeps as it is saved; a draft is made where there is none yet.

    without : fields and sets of rows that stay as they are.
    """
    content: dict[str, Any] = {
        "fields": forms.main.values(),
        "evidence": forms.evidence.kept() if forms.evidence.is_valid() else None,
        "price_tiers": forms.tiers.kept() if forms.tiers.is_valid() else None,
        "district_ids": forms.main.district_ids(),
    }
    content["fields"] = {name: value for name, value in content["fields"].items() if name not in without}
    content |= {name: None for name in without if name in content}
    given, saved = forms.main.cleaned_data, kept_as_saved(forms.main.data)
    pk, version, key = capability.pk if capability else None, given.get("version") or 0, given.get("key", "")
    if pk is None and (earlier := known_result(actor, "capability", key)):
        # The page did not learn of the draft that it made (a lost answer, the back button): go on with that one.
        made = one_of(Capability.objects.of(actor), earlier)
        if made.status not in actions.EDITABLE:
            return made
        pk, version = earlier, version or 1
    if pk is None:
        owner = given.get("owner") or next(iter(owners or ()))
        made_of: dict[str, Any] = {name: value for name, value in content.items() if value is not None}
        return actions.draft_capability(actor=actor, owner_id=UUID(str(owner)), key=key, **made_of)
    content["fields"] = {name: value for name, value in content["fields"].items() if name not in saved}
    for name, part in (("evidence", "evidence"), ("price_tiers", "price_tiers"), ("district_ids", "districts")):
        content[name] = None if part in saved else content[name]
    return actions.save_capability(actor=actor, capability_id=pk, version=version, autosave=autosave, **content)


def _save_valid(
    actor: Actor, capability: Capability | None, forms: Forms, owners: dict[UUID, str] | None
) -> Capability:
    """Store what a half-typed form holds, without what the action refuses: a minimum scale that has no unit yet."""
    try:
        return _save(actor, capability, forms, owners, autosave=True)
    except Invalid as invalid:
        refused = {*invalid.fields, *(SCALE if SCALE & invalid.fields.keys() else ())}
        return _save(actor, capability, forms, owners, autosave=True, without=refused)


@access("member")
@require_POST
def capability_autosave(request: HttpRequest) -> HttpResponse:
    """Save what is valid of a form that is being typed in; the answer says which draft and version it is now.

    Nothing is kept before it is known for whom. A conflict is left to the save button, which shows both versions: the
    answer is 409 and the page says “not saved”.
    """
    actor = actor_of(request)
    owners = _owners(actor)
    forms = _typed(request, owners)
    forms.are_valid()
    pk = forms.main.cleaned_data.get("capability")
    unnamed = len(owners) > 1 and not forms.main.cleaned_data.get("owner")
    if pk is None and (unnamed or not (request.POST.get("title_zh") or request.POST.get("solves"))):
        return HttpResponse(status=204)
    capability = _own(actor, pk) if pk else None
    try:
        saved = _save_valid(actor, capability, forms, owners)
    except (Conflict, Invalid):
        return HttpResponse(status=409)
    context = {"pk": saved.pk, "version": saved.version, "key": request.POST.get("key", "")}
    context["completeness"] = completeness(saved)
    answer = render(request, "marketplace/parts/capability_saved.html", context)
    if pk is None:
        answer["HX-Replace-Url"] = reverse("capability_edit", args=[saved.pk])
    return answer


def _show_errors(forms: Forms, invalid: Invalid) -> None:
    """Put the action's refusal beside the fields it names; what is no field of the form stands above it."""
    for name, texts in invalid.fields.items():
        forms.main.add_error(name if name in forms.main.fields else None, texts)
    if not invalid.fields:
        forms.main.add_error(None, str(invalid))


def _drawn_again(
    request: HttpRequest, capability: Capability | None, forms: Forms, *, status: int = 200
) -> HttpResponse:
    compared_again(forms.main)
    return _page(request, capability, forms, status=status)


def _conflict(request: HttpRequest, capability: Capability | None, forms: Forms, conflict: Conflict) -> HttpResponse:
    """Show both versions. What was typed stays in the form; its author chooses for each field which of them is kept."""
    pk = capability.pk if capability else known_result(actor_of(request), "capability", request.POST.get("key", ""))
    latest = one_of(Capability.objects.of(actor_of(request)).for_page(), pk)
    holds_version(forms.main, latest.version)
    rows = differing_fields(conflict.differences, forms.main)
    return _page(request, latest, forms, status=409, differences=rows, conflict=True)


def _page(
    request: HttpRequest, capability: Capability | None, forms: Forms, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "capability": capability,
        "form": forms.main,
        "evidence": forms.evidence,
        "tiers": forms.tiers,
        "completeness": completeness(capability),
        "reasons": last_reasons(capability) if capability else [],
        **more,
    }
    return render(request, "marketplace/capability_form.html", context, status=status)


class OwnMove(NamedTuple):
    """A move of the owner: its action, and what is said when it is done."""

    action: Callable[..., Capability]
    done: Callable[[], str]


MOVES = {
    "submit": OwnMove(actions.submit_capability, lambda: _("%(code)s is with the moderators now.")),
    "withdraw": OwnMove(actions.withdraw_capability, lambda: _("%(code)s is withdrawn. You can reopen it.")),
    "reopen": OwnMove(actions.reopen_capability, lambda: _("%(code)s is a draft again.")),
    "renew": OwnMove(actions.renew_capability, lambda: _("%(code)s is on offer for another 365 days.")),
}


@access("member")
@require_POST
def capability_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Submit, withdraw, reopen or renew; what is not complete goes back to the form."""
    if move not in MOVES:
        raise Http404
    try:
        capability = MOVES[move].action(actor=actor_of(request), capability_id=pk)
    except Invalid as invalid:
        missing = ", ".join(label_of(name) for name in invalid.fields)
        messages.error(request, f"{invalid} {missing}")
        return redirect("capability_edit", pk=pk)
    messages.success(request, MOVES[move].done() % {"code": capability.code})
    return redirect("capability_detail", pk=pk)
