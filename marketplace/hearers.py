"""Who hears of an event: functions of the event and of what it is about, for the table in `notices`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q

from marketplace.models import (
    Account,
    Engagement,
    Invitation,
    Organisation,
    Response,
    ReviewSeat,
    Sandbox,
)
from scenarios.actions.interests import owners_of
from scenarios.models import Call, ChainLead, Event, Follow, Interest, MergedDemand, Need

Accounts = set[int]
Audience = Callable[[Event, Any], Accounts]


def members_of(organisation_ids: set[UUID]) -> Accounts:
    """Return the active accounts that act for these organisations."""
    rows = Account.objects.filter(is_active=True, memberships__organisation__in=organisation_ids)
    return set(rows.values_list("pk", flat=True))


def searcher(event: Event, subject: Any) -> Accounts:
    """Whoever saved the search."""
    return {subject.account_id}


def orderer(event: Event, subject: Any) -> Accounts:
    """Whoever ordered the list."""
    return {subject.account_id}


def owner(event: Event, subject: Any) -> Accounts:
    return members_of({subject.owner_id})


def followers(event: Event, subject: Any) -> Accounts:
    """Whoever follows the subject, or what a call or a project comes from.

    Not those who follow a need of a pool: the news would tell them which needs are in it.
    """
    wanted = Q(subject_type=event.subject_type, subject_id=event.subject_id)
    if isinstance(subject, Call | Engagement):
        source = subject.need_id or subject.demand_id
        wanted |= Q(subject_type="need" if subject.need_id else "demand", subject_id=source)
    return set(Follow.objects.filter(wanted, account__is_active=True).values_list("account_id", flat=True))


def own_followers(event: Event, subject: Any) -> Accounts:
    """Whoever follows the very subject of the event."""
    wanted = {"subject_type": event.subject_type, "subject_id": event.subject_id}
    return set(Follow.objects.filter(**wanted, account__is_active=True).values_list("account_id", flat=True))


def need_owners(event: Event, subject: Any) -> Accounts:
    """The owners whose needs are behind the call, or were in the pool when it happened: news may be told later."""
    if isinstance(subject, Call):
        return members_of(owners_of(subject))
    if isinstance(subject, Need):
        return owner(event, subject)
    then = subject.members.filter(Q(left_at__isnull=True) | Q(left_at__gte=event.at), joined_at__lte=event.at)
    owners = set(then.values_list("need__owner", flat=True))
    return members_of(owners | set(event.data.get("organisations", ())))


def unanswered(event: Event, subject: MergedDemand) -> Accounts:
    waiting = subject.consents.filter(core_version=subject.core_version, state="invited")
    return members_of(set(waiting.values_list("organisation", flat=True)))


def manager(event: Event, subject: Any) -> Accounts:
    return {subject.author_id if isinstance(subject, Call) else subject.manager_id}


def interested(event: Event, subject: Call) -> Accounts:
    rows = Interest.objects.filter(call=subject, state="declared")
    return members_of(set(rows.values_list("organisation", flat=True)))


def respondents(event: Event, subject: Call) -> Accounts:
    """The members of the organisations that hold a response, drafted or sealed; told one by one, never listed."""
    rows = Response.objects.filter(call=subject).exclude(status="withdrawn")
    return members_of(set(rows.values_list("lead", flat=True)))


def openers(event: Event, subject: Call) -> Accounts:
    return set(subject.openers.values_list("account", flat=True))


def panel(event: Event, subject: Call) -> Accounts:
    return set(subject.panel.values_list("account", flat=True))


def reviewers(event: Event, subject: Call) -> Accounts:
    """Those who review the responses now, replacements included."""
    seats = ReviewSeat.objects.active().filter(selection__call=subject)
    return set(seats.values_list("account", flat=True))


def chair(event: Event, subject: Call) -> Accounts:
    seats = ReviewSeat.objects.active().filter(selection__call=subject, is_chair=True)
    return set(seats.values_list("account", flat=True))


def named_accounts(event: Event, subject: Any) -> Accounts:
    """The accounts that the event names: who was put on a panel."""
    return set(event.data.get("accounts", ()))


def named_organisations(event: Event, subject: Any) -> Accounts:
    """The organisations that the event names, such as suppliers whose capability has come to pass every gate."""
    return members_of(set(event.data.get("organisations", ())))


def parties(event: Event, subject: Engagement) -> Accounts:
    return members_of(set(subject.parties.exclude(organisation=None).values_list("organisation", flat=True)))


def lead(event: Event, subject: Engagement) -> Accounts:
    return members_of({subject.lead_id})


def project_manager(event: Event, subject: Engagement) -> Accounts:
    """Who opened the project; where two sides agreed without a call, every manager."""
    return {subject.manager_id} if subject.manager_id else staff("manager")(event, subject)


def staff(*roles: str) -> Audience:
    """Return the audience of everyone who holds one of the roles."""

    def holders(event: Event, subject: Any) -> Accounts:
        return set(Account.objects.filter(is_active=True, staff_roles__role__in=roles).values_list("pk", flat=True))

    return holders


def moderators(event: Event, subject: Any) -> Accounts:
    """The moderators of the lead of the owner's chain, without those of the owner; else every moderator."""
    every = staff("moderator")(event, subject)
    chain = Organisation.objects.filter(pk=subject.owner_id).values("chain")
    leads = set(ChainLead.objects.filter(chain__in=chain).values_list("account", flat=True))
    return (leads & every) - members_of({subject.owner_id}) or every


def organisation_members(event: Event, subject: Organisation) -> Accounts:
    return members_of({subject.pk})


def invited(event: Event, subject: Organisation) -> Accounts:
    """The account whose address is invited, if there is one and the invitation still stands."""
    addresses = Invitation.objects.filter(pk=event.data["invitation"]).values("email")
    return set(Account.objects.filter(is_active=True, email__in=addresses).values_list("pk", flat=True))


def watchers(event: Event, subject: Engagement) -> Accounts:
    """The supervisor of an engagement's sandbox, and the members of the third party that evaluates."""
    sandbox = Sandbox.objects.filter(engagement=subject).first()
    return {sandbox.supervisor_id} | members_of({sandbox.third_party_id}) if sandbox else set()
