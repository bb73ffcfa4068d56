"""The reader's own organisations: registering one, what it says of itself, its members."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import members
from marketplace.actions import organisations as actions
from marketplace.choices import MemberRole
from marketplace.forms.organisations import MemberForm, OrganisationForm, stored_values
from marketplace.models import Member, Organisation
from marketplace.views.invitations import show_refusal
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.choices import Subject, Verdict
from scenarios.errors import Invalid, NotFound
from scenarios.models import ModerationDecision
from scenarios.views.parts import actor_of


def _memberships(actor: Actor) -> list[Member]:
    """Return the memberships of the actor, suspended organisations too: they read why."""
    rows = Member.objects.filter(account_id=actor.signed_in_id)
    return list(rows.select_related("organisation__district", "organisation__chain").order_by("created_at", "pk"))


@access("signed_in")
def my_organisation(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Show one of the reader's organisations, or the form that registers the first."""
    memberships = _memberships(actor_of(request))
    if not memberships and pk is None:
        return redirect("organisation_register")
    return _page(request, _chosen(memberships, pk), memberships)


def _chosen(memberships: list[Member], pk: UUID | None) -> Member:
    found = [one for one in memberships if pk in (None, one.organisation_id)]
    if not found:
        raise NotFound
    return found[0]


@access("signed_in")
def organisation_register(request: HttpRequest) -> HttpResponse:
    """Register an organisation; who does so is its first owner."""
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = actions.register_organisation(actor=actor_of(request), fields=form.values())
        except Invalid as invalid:
            _show_errors(form, invalid)
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": organisation})
            return redirect("my_organisation_one", pk=organisation.pk)
    context = {"form": form, "memberships": _memberships(actor_of(request))}
    return render(request, "marketplace/organisation_register.html", context, status=422 if form.errors else 200)


@access("member")
@require_POST
def organisation_save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what the organisation says of itself."""
    form = OrganisationForm(request.POST)
    if form.is_valid():
        try:
            actions.save_organisation(actor=actor_of(request), organisation_id=pk, fields=form.values())
        except Invalid as invalid:
            _show_errors(form, invalid)
        else:
            messages.success(request, _("The organisation is saved."))
            return redirect("my_organisation_one", pk=pk)
    memberships = _memberships(actor_of(request))
    return _page(request, _chosen(memberships, pk), memberships, form=form, status=422)


@access("member")
@require_POST
def member_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask someone to act for the organisation; the answer is the same for every address."""
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            invitation = members.invite_member(actor=actor_of(request), organisation_id=pk, **form.cleaned_data)
        except Invalid as invalid:
            _show_errors(form, invalid)
        else:
            values = {"email": invitation.email, "role": invitation.get_role_display()}
            messages.success(request, _("%(email)s is invited as: %(role)s. They act once they accept.") % values)
            return redirect("my_organisation_one", pk=pk)
    memberships = _memberships(actor_of(request))
    return _page(request, _chosen(memberships, pk), memberships, member_form=form, status=422)


@access("member")
@require_POST
def member_role(request: HttpRequest, pk: UUID, account_id: int) -> HttpResponse:
    """Give a member another role."""
    role = request.POST.get("role", "")
    try:
        members.set_role(actor=actor_of(request), organisation_id=pk, account_id=account_id, role=role)
    except Invalid as invalid:
        show_refusal(request, invalid)
    else:
        messages.success(request, _("The role is changed."))
    return redirect("my_organisation_one", pk=pk)


@access("signed_in")
@require_POST
def member_remove(request: HttpRequest, pk: UUID, account_id: int) -> HttpResponse:
    """Take someone out of the organisation, or leave it."""
    actor = actor_of(request)
    try:
        members.remove_member(actor=actor, organisation_id=pk, account_id=account_id)
    except Invalid as invalid:
        show_refusal(request, invalid)
        return redirect("my_organisation_one", pk=pk)
    if account_id == actor.account_id:
        messages.success(request, _("You have left the organisation."))
        return redirect("workspace")
    messages.success(request, _("The member is removed."))
    return redirect("my_organisation_one", pk=pk)


@access("member")
@require_POST
def invitation_withdraw(request: HttpRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    """Take an open invitation back."""
    members.withdraw_invitation(actor=actor_of(request), organisation_id=pk, invitation_id=invitation)
    messages.success(request, _("The invitation is taken back."))
    return redirect("my_organisation_one", pk=pk)


def _show_errors(form: Any, invalid: Invalid) -> None:
    for name, texts in invalid.fields.items():
        form.add_error(name if name in form.fields else None, texts)


def _page(
    request: HttpRequest,
    mine: Member,
    memberships: list[Member],
    *,
    form: OrganisationForm | None = None,
    member_form: MemberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    organisation: Organisation = mine.organisation
    actor = actor_of(request)
    may_add = mine.role == "owner" and actor.owns(organisation.pk)
    context = {
        "organisation": organisation,
        "mine": mine,
        "memberships": memberships,
        "members": organisation.members.select_related("account").order_by("created_at", "pk"),
        "may_write": actor.owns(organisation.pk),
        "may_add": may_add,
        "invitations": organisation.invitations.all() if may_add else [],
        "roles": MemberRole.choices,
        "form": form or OrganisationForm(initial=stored_values(organisation)),
        "member_form": member_form or MemberForm(auto_id="member_%s"),
        "suspension": _suspension(organisation),
    }
    return render(request, "marketplace/my_organisation.html", context, status=status)


def _suspension(organisation: Organisation) -> ModerationDecision | None:
    if organisation.verification != "suspended":
        return None
    return ModerationDecision.objects.filter(
        subject_type=Subject.ORGANISATION, subject_id=organisation.pk, verdict=Verdict.SUSPEND
    ).first()
