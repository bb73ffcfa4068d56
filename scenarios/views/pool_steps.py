"""What manager and publisher do with a pool: terms, core, members, invitations, freezing, splitting, dissolving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.demands import (
    CoreFields,
    dissolve_demand,
    edit_core,
    freeze_demand,
    invite_owners,
    split_demand,
)
from scenarios.actions.members import add_member, remove_member
from scenarios.actions.next_core import BOUND, edit_next_core, newest_core, take_on_next_core
from scenarios.actions.terms import set_terms
from scenarios.choices import Disclosure
from scenarios.errors import Conflict, Invalid, refused_for
from scenarios.models import CoreVersion, MergedDemand, Need
from scenarios.policies import one_of
from scenarios.staff_forms import CoreForm, ReasonForm, SplitForm, TermsForm, core_fields, indicator_rows
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import comparison, posted_version, show_errors, verbatim_labels, with_one_more
from scenarios.views.staff_pools import pool_page


@access("manager")
def edit_pool_core(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Edit the core; a changed core asks every owner again, which the page says before and after."""
    actor = actor_of(request)
    pool = one_of(MergedDemand.objects.visible_to(actor), pk)
    core: CoreVersion = newest_core(pool)
    if request.method != "POST":
        initial = {name: getattr(core, name) for name in CoreForm.base_fields}
        return _core_page(request, pool, CoreForm(initial=initial), indicator_rows(core.indicators))
    form, rows = CoreForm(request.POST), indicator_rows(core.indicators, with_one_more(request, "indicators"))
    if "add_indicators" in request.POST:
        return _core_page(request, pool, form, rows)
    if not (form.is_valid() & rows.is_valid()):
        return _core_page(request, pool, form, rows, status=422)
    fields: CoreFields = core_fields(form, rows, core.indicators)
    try:
        write = edit_next_core if pool.status in BOUND else edit_core
        saved = write(actor=actor, demand_id=pk, version=posted_version(request), core=fields)
    except Invalid as error:
        show_errors(form, error)
        return _core_page(request, pool, form, rows, status=422)
    except Conflict as error:
        return _core_page(request, pool, form, rows, status=409, **comparison(CoreVersion, error))
    newest = newest_core(saved).version
    if newest == core.version:
        messages.info(request, _("Nothing was changed; the consents stay."))
    elif saved.core_version == newest:
        messages.success(request, _("The core is version %(number)d now.") % {"number": newest})
    else:
        messages.success(
            request,
            _("Version %(number)d is written; the present core stays until it is taken on.") % {"number": newest},
        )
    return redirect("staff_pool", pk)


@access("manager")
@require_POST
def take_on_core(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the newest core the present one; every owner is asked."""
    pool = take_on_next_core(actor=actor_of(request), demand_id=pk)
    messages.success(
        request, _("The core is version %(number)d now; every owner is asked.") % {"number": pool.core_version}
    )
    return redirect("staff_pool", pk)


def _core_page(
    request: HttpRequest, pool: MergedDemand, form: CoreForm, rows: Any, *, status: int = 200, **extra: Any
) -> HttpResponse:
    asked = pool.consents.filter(core_version=pool.core_version).exclude(state__in=["declined", "withdrawn"]).count()
    verbatim = []
    if pool.disclosure == Disclosure.ANONYMOUS:
        verbatim = verbatim_labels(form, list(Need.objects.filter(memberships__in=pool.members.living())))
    context = {"pool": pool, "core_form": form, "indicators": rows, "asked": asked, "verbatim": verbatim, **extra}
    context |= {"is_next": pool.status in BOUND, "newest": newest_core(pool).version}
    context["noted"] = list(pool.core_changes.noted())
    return render(request, "scenarios/staff/pool_core.html", context, status=status)


@access("manager")
@require_POST
def set_pool_terms(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set minimum scale, deadline and their consequences."""
    form = TermsForm(request.POST)
    actor = actor_of(request)
    if not form.is_valid():
        return pool_page(request, actor, pk, status=422, terms_form=form)
    try:
        set_terms(actor=actor, demand_id=pk, version=posted_version(request), terms=form.cleaned_data)  # type: ignore[arg-type]
    except Invalid as error:
        show_errors(form, error)
        return pool_page(request, actor, pk, status=422, terms_form=form)
    messages.success(request, _("The terms are set."))
    return redirect("staff_pool", pk)


@access("manager")
@require_POST
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask every owner for consent."""
    try:
        invite_owners(actor=actor_of(request), demand_id=pk)
        messages.success(request, _("The owners are invited; they have 14 days to answer."))
    except Invalid as error:
        messages.error(request, refused_for(error))
    return redirect("staff_pool", pk)


@access("manager")
@require_POST
def remove(request: HttpRequest, pk: UUID, need: UUID) -> HttpResponse:
    """Take a need out of the pool."""
    remove_member(actor=actor_of(request), demand_id=pk, need_id=need)
    messages.success(request, _("The need is out of the pool and on its own again."))
    return redirect("staff_pool", pk)


@access("manager")
@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take another need into the pool, named by its code; its owner is asked for consent."""
    actor, code = actor_of(request), request.POST.get("code", "").strip().upper()
    try:
        need = Need.objects.visible_to(actor).filter(code=code).first()
        if need is None:
            raise Invalid({"code": [_("There is no published need with this code.")]})
        add_member(actor=actor, demand_id=pk, need_id=need.pk)
        messages.success(request, _("%(code)s is in the pool; its owner is asked for consent.") % {"code": need.code})
    except Invalid as error:
        messages.error(request, refused_for(error))
    return redirect("staff_pool", pk)


@access("publisher")
@require_POST
def freeze(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the pool to changes, so that a call can be drafted from it."""
    pool = freeze_demand(actor=actor_of(request), demand_id=pk)
    messages.success(request, _("%(code)s is frozen; the manager can draft its call.") % {"code": pool.code})
    return redirect("staff_pool", pk)


@access("publisher")
@require_POST
def split(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo the merge and draft smaller pools of the chosen groups."""
    actor = actor_of(request)
    pool = one_of(MergedDemand.objects.visible_to(actor), pk)
    members = pool.members.filter(left_at__isnull=True).select_related("need")
    form = SplitForm([member.need for member in members], request.POST)
    if not form.is_valid():
        return pool_page(request, actor, pk, status=422, split_form=form)
    try:
        split_demand(actor=actor, demand_id=pk, reason=form.cleaned_data["reason"], groups=form.groups)
    except Invalid as error:
        show_errors(form, error)
        return pool_page(request, actor, pk, status=422, split_form=form)
    messages.success(request, _("%(code)s is split; every owner is told why.") % {"code": pool.code})
    return redirect("staff_pool", pk)


@access("publisher")
@require_POST
def dissolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo the merge: every need is on its own again."""
    actor = actor_of(request)
    form = ReasonForm(request.POST, prefix="dissolve")
    if not form.is_valid():
        return pool_page(request, actor, pk, status=422, dissolve_form=form)
    try:
        pool = dissolve_demand(actor=actor, demand_id=pk, reason=form.cleaned_data["reason"])
    except Invalid as error:
        show_errors(form, error)
        return pool_page(request, actor, pk, status=422, dissolve_form=form)
    messages.success(request, _("%(code)s is dissolved; every owner is told why.") % {"code": pool.code})
    return redirect("staff_pool", pk)
