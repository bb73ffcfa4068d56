"""Building the Actor that the policies read, once per request."""

from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Count, Exists, IntegerField, OuterRef, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce

from marketplace.choices import MemberRole, Verification
from marketplace.models import Account, Member, Notification, StaffRole
from scenarios.actor import PUBLIC, Actor


class SignedIn(NamedTuple):
    """Who asks for a page: the actor, whether its account has a second factor, and how much it has not read."""

    actor: Actor = PUBLIC
    has_factor: bool = False
    unread: int = 0


def actor_for(account: Any) -> Actor:
    """Return the actor of an account (or of nobody): one query."""
    if not _may_act(account):
        return PUBLIC
    members, staff = _memberships(account), _staff_roles(account)
    return _actor(account, list(members.union(staff, all=True)))


def signed_in(account: Any) -> SignedIn:
    """Return the actor of an account (or of nobody) with what every page asks of the account besides: one query."""
    if not _may_act(account):
        return SignedIn()
    none = (Value(False, output_field=BooleanField()), Value(0, output_field=IntegerField()))
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    unread = Notification.objects.filter(account=OuterRef("pk")).unread().order_by().values("account")
    count = Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0)
    own = Account.objects.filter(pk=account.pk).order_by()
    asked = own.values_list(_nowhere(), Value(""), Value(""), Exists(factors), count)
    rows = list(asked.union(_memberships(account, *none), _staff_roles(account, *none), all=True))
    roles = [(organisation, role, verification) for organisation, role, verification, _, _ in rows if role]
    return SignedIn(_actor(account, roles), any(row[3] for row in rows), sum(row[4] for row in rows))


def _may_act(account: Any) -> bool:
    return bool(account and account.is_authenticated and account.is_active)


def _nowhere() -> Value:
    return Value(None, output_field=UUIDField())


def _memberships(account: Any, *more: Value) -> Any:
    standing = Member.objects.filter(account=account).exclude(organisation__verification=Verification.SUSPENDED)
    return standing.order_by().values_list("organisation_id", "role", "organisation__verification", *more)


def _staff_roles(account: Any, *more: Value) -> Any:
    return StaffRole.objects.filter(account=account).order_by().values_list(_nowhere(), "role", Value(""), *more)


def _actor(account: Any, rows: list[Any]) -> Actor:
    memberships = [row for row in rows if row[0]]
    return Actor(
        account_id=account.pk,
        organisation_ids=frozenset(pk for pk, _, _ in memberships),
        editor_of=frozenset(pk for pk, role, _ in memberships if role != MemberRole.VIEWER),
        roles=frozenset(role for organisation, role, _ in rows if organisation is None),
        verified=any(verification == Verification.VERIFIED for _, _, verification in memberships),
    )
