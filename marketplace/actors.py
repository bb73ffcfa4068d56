"""Building the Actor that the policies read, once per request."""

from typing import Any, NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from marketplace.choices import MemberRole, Verification
from marketplace.models import Account, Member, Notification, StaffRole
from scenarios.actor import PUBLIC, Actor


class SignedIn(NamedTuple):
    """Who asks for a page: the actor, whether its account has a second factor, and how much it has not read."""

    actor: Actor = PUBLIC
    has_factor: bool = False
    unread: int = 0


def with_standing() -> QuerySet[Any]:
    """Return the accounts, each read in one statement with what every page asks of it.

    standing : a list of organisation, role and verification, without suspended organisations. held_roles : of the
    city's staff. has_factor : whether a second factor is set up. unread : number of notifications.
    """
    own = {"account": OuterRef("pk")}
    members = Member.objects.filter(**own).exclude(organisation__verification=Verification.SUSPENDED).order_by()
    facts = JSONObject(organisation="organisation_id", role="role", verification="organisation__verification")
    unread = Notification.objects.filter(**own).unread().order_by().values("account").values(number=Count("pk"))
    return Account.objects.annotate(
        standing=ArraySubquery(members.values(facts=facts)),
        held_roles=ArraySubquery(StaffRole.objects.filter(**own).order_by().values("role")),
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)),
        unread=Coalesce(Subquery(unread), 0),
    )


def actor_for(account: Any) -> Actor:
    """Return the actor of an account (or of nobody), as the database knows it now: one query."""
    return _signed_in(with_standing().filter(pk=account.pk).first()).actor if _may_act(account) else PUBLIC


def signed_in(account: Any) -> SignedIn:
    """Return who asks: no query for an account that `backends.AccountBackend` read for this request, else one."""
    if not _may_act(account):
        return SignedIn()
    return _signed_in(account if hasattr(account, "standing") else with_standing().filter(pk=account.pk).first())


def _may_act(account: Any) -> bool:
    return bool(account and account.is_authenticated and account.is_active)


def _signed_in(account: Any) -> SignedIn:
    """Return who an account read with its standing is; nobody where it is gone."""
    if account is None:
        return SignedIn()
    actor = Actor(
        account_id=account.pk,
        organisation_ids=frozenset(UUID(one["organisation"]) for one in account.standing),
        editor_of=frozenset(UUID(one["organisation"]) for one in account.standing if one["role"] != MemberRole.VIEWER),
        roles=frozenset(account.held_roles),
        verified=any(one["verification"] == Verification.VERIFIED for one in account.standing),
    )
    return SignedIn(actor, account.has_factor, account.unread)
