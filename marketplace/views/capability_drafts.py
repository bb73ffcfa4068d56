"""The supplier's own capabilities: the list, the form, and the moves."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import capabilities as actions
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
from scenarios.actor import Actor
from scenarios.errors import Conflict, Invalid, NotPermitted
from scenarios.policies import one_of
from scenarios.views.parts import actor_of, page_of


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


@access("member")
def capability_create(request: HttpRequest) -> HttpResponse:
    """Show the empty form, or keep what was typed as a draft and submit it when asked to."""
    actor = actor_of(request)
    if not actor.editor_of:
        raise NotPermitted(_("You may read for your organisation. An owner of it can make you an editor."))
    owners = {one.pk: str(one) for one in Organisation.objects.filter(pk__in=actor.editor_of)}
    if request.method != "POST":
        main = CapabilityForm(initial={"key": uuid4().hex}, owners=owners)
        return _page(request, None, Forms(main, EvidenceRows.shown("evidence", []), TierRows.shown("tiers", [])))
    return _posted(request, None, owners)


@access("member")
def capability_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a draft or a returned capability in its form, or save it and submit it when asked to."""
    actor = actor_of(request)
    capability = one_of(Capability.objects.of(actor).for_page(), pk)
    if not actor.owns(capability.owner_id):
        raise NotPermitted(_("You may read for your organisation. An owner of it can make you an editor."))
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
    forms = Forms(
        CapabilityForm(request.POST, whole=submit, owners=owners),
        EvidenceRows.posted("evidence", request.POST),
        TierRows.posted("tiers", request.POST),
    )
    if "add_evidence" in request.POST or "add_tiers" in request.POST:
        return _page(request, capability, forms)
    if not forms.are_valid():
        return _page(request, capability, forms, status=422)
    try:
        saved = _save(actor_of(request), capability, forms, owners)
        if submit and saved.status in actions.EDITABLE:
            saved = actions.submit_capability(actor=actor_of(request), capability_id=saved.pk)
    except Conflict as conflict:
        return _conflict(request, capability, forms, conflict)
    except Invalid as invalid:
        _show_errors(forms, invalid)
        return _page(request, capability, forms, status=422)
    if submit:
        messages.success(request, _("%(code)s is with the moderators now.") % {"code": saved.code})
        return redirect("capability_detail", pk=saved.pk)
    messages.success(request, _("%(code)s is saved as a draft.") % {"code": saved.code})
    return redirect("capability_edit", pk=saved.pk)


def _save(actor: Actor, capability: Capability | None, forms: Forms, owners: dict[UUID, str] | None) -> Capability:
    content: dict[str, Any] = {
        "fields": forms.main.values(),
        "evidence": forms.evidence.kept(),
        "price_tiers": forms.tiers.kept(),
        "district_ids": forms.main.district_ids(),
    }
    if capability is not None:
        version = forms.main.cleaned_data["version"] or 0
        return actions.save_capability(actor=actor, capability_id=capability.pk, version=version, **content)
    owner = forms.main.cleaned_data.get("owner") or next(iter(owners or ()))
    return actions.draft_capability(
        actor=actor, owner_id=UUID(str(owner)), key=forms.main.cleaned_data["key"], **content
    )


def _show_errors(forms: Forms, invalid: Invalid) -> None:
    """Put the action's refusal beside the fields it names; what is no field of the form stands above it."""
    for name, texts in invalid.fields.items():
        forms.main.add_error(name if name in forms.main.fields else None, texts)
    if not invalid.fields:
        forms.main.add_error(None, str(invalid))


def _conflict(request: HttpRequest, capability: Capability | None, forms: Forms, conflict: Conflict) -> HttpResponse:
    """Show both versions; saving again then overwrites knowingly."""
    latest = one_of(Capability.objects.of(actor_of(request)).for_page(), capability.pk if capability else None)
    data: Any = request.POST.copy()
    data["version"] = str(latest.version)
    forms.main.data = data
    rows = [(label_of(name), yours, theirs) for name, (yours, theirs) in conflict.differences.items()]
    return _page(request, latest, forms, status=409, differences=rows, conflict=str(conflict))


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
