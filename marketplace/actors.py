"""Building the Actor that the policies read, once per request."""

from typing import Any

from django.db.models import UUIDField, Value

from marketplace.choices import MemberRole, Verification
from marketplace.models import Member, StaffRole
from scenarios.actor import PUBLIC, Actor


def actor_for(account: Any) -> Actor:
    """Return the actor of an account (or of nobody): one query."""
    if not account or not account.is_authenticated or not account.is_active:
        return PUBLIC
    members = (
        Member.objects.filter(account=account)
        .exclude(organisation__verification=Verification.SUSPENDED)
        .values_list("organisation_id", "role", "organisation__verification")
    )
    nowhere = Value(None, output_field=UUIDField())
    staff = StaffRole.objects.filter(account=account).values_list(nowhere, "role", Value(""))
    rows = list(members.order_by().union(staff.order_by(), all=True))
    memberships = [row for row in rows if row[0]]
    return Actor(
        account_id=account.pk,
        organisation_ids=frozenset(pk for pk, _, _ in memberships),
        editor_of=frozenset(pk for pk, role, _ in memberships if role != MemberRole.VIEWER),
        roles=frozenset(role for organisation, role, _ in rows if organisation is None),
        verified=any(verification == Verification.VERIFIED for _, _, verification in memberships),
    )
