"""Reviewers declare, leave and are replaced."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.selection_panel import declare, leave_panel, replace_reviewer
from marketplace.forms.selections import DeclarationForm, LeavingForm, ReplacementForm
from marketplace.models import Account
from marketplace.views.selections import selection_of, selection_page
from scenarios.access import access
from scenarios.errors import Invalid
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import show_errors


@access("reviewer")
@require_POST
def review_declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Declare a conflict of interest, or that there is none."""
    form, found = DeclarationForm(request.POST), selection_of(pk)
    if form.is_valid():
        conflict = form.cleaned_data["conflict"] == "yes"
        try:
            declare(
                actor=actor_of(request),
                selection_id=found.pk,
                conflict=conflict,
                statement=form.cleaned_data["statement"],
            )
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        return selection_page(request, pk, status=422, declaration_form=form)
    if form.cleaned_data["conflict"] == "yes":
        messages.success(request, _("Thank you. You have left the panel; the manager names a replacement."))
    else:
        messages.success(request, _("Your declaration is noted. You can read the responses now."))
    return redirect("selection", pk)


@access("reviewer")
@require_POST
def review_leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Leave the panel."""
    form, found = LeavingForm(request.POST), selection_of(pk)
    if form.is_valid():
        try:
            leave_panel(actor=actor_of(request), selection_id=found.pk, reason=form.cleaned_data["statement"])
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        return selection_page(request, pk, status=422, leaving_form=form)
    messages.success(request, _("You have left the panel. What the others wrote stays."))
    return redirect("selection", pk)


@access("manager")
@require_POST
def review_replace(request: HttpRequest, pk: UUID, seat: UUID) -> HttpResponse:
    """Name a reviewer for a free seat."""
    reviewers = Account.objects.filter(is_active=True, staff_roles__role="reviewer")
    choices = [(str(row.pk), str(row)) for row in reviewers]
    form, found = ReplacementForm(request.POST, prefix=str(seat), reviewers=choices), selection_of(pk)
    if form.is_valid():
        account = int(form.cleaned_data["account"])
        try:
            replace_reviewer(actor=actor_of(request), selection_id=found.pk, seat_id=seat, account_id=account)
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    else:
        messages.success(request, _("The replacement is named and told."))
    return redirect("selection", pk)
