"""Who acts in the demonstration, and its days as the files give them: counted from the day of loading."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from marketplace.actors import actor_for
from marketplace.choices import MemberRole
from marketplace.demonstration.logins import logins
from marketplace.models import Account, Member, Organisation
from scenarios.actor import Actor

CLOSING_HOUR = 17
PANEL = ("reviewer", "reviewer-2", "reviewer-3")
OPENERS = ("opener", "auditor", "supervisor")


def account(name: str) -> Account:
    """Return the account whose address begins with this name."""
    return Account.objects.get(email=next(one.email for one in logins() if one.name == name))


def staff(name: str) -> Actor:
    """Return the demonstration's actor of a staff role, or of one of several who hold it."""
    return actor_for(account(name))


def organisation(key: str) -> Organisation:
    """Return the organisation that the files call so."""
    return Organisation.objects.get(members__account=account(key))


def speaker(key: str) -> Actor:
    """Return whoever speaks for the organisation that the files call so."""
    return actor_for(account(key))


def owner_of(organisation_id: UUID) -> Actor:
    """Return whoever speaks for an organisation."""
    members = Member.objects.filter(organisation=organisation_id, role=MemberRole.OWNER).select_related("account")
    return actor_for(members.earliest("pk").account)


def closing(days: str | int) -> datetime:
    """Return the end of the working day in so many days, on the city's clock."""
    day = timezone.localtime() + timedelta(days=int(days))
    return day.replace(hour=CLOSING_HOUR, minute=0, second=0, microsecond=0)


def day(days: int) -> date:
    """Return the day in so many days (below zero: ago), on the city's calendar."""
    return timezone.localdate() + timedelta(days=days)
