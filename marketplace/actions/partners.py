"""The partners of a response held against the organisations that are registered here.

Before the opening nothing is compared with who stands behind a call or whom they have blocked: a refusal would tell a
supplier who is in an anonymous pool. That is told to staff with the opened responses.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.models import Organisation, Response
from marketplace.response_content import Check, ResponseContent, checklist, read
from scenarios.actions.interests import owners_of
from scenarios.models import Call, Need


def full_checklist(response: Response) -> list[Check]:
    """Return every condition of sealing a draft with whether it is met, that on its partners last."""
    content = read(response.content)
    return [*checklist(content, response.call), *_partner_check(content, response.lead)]


def _partner_check(content: ResponseContent, lead: Organisation) -> list[Check]:
    names = _names(content)
    if not names:
        return []
    own = {lead.name_zh, lead.name_en} & set(names)
    repeated = max(Counter((row["name"].strip(), row["role"]) for row in content["partners"]).values()) > 1
    suspended = _registered(names).filter(verification="suspended").exists()
    label = _("No partner is your own organisation, stands there twice in one role, or is suspended on this platform")
    return [Check("partners", label, not (own or repeated or suspended))]


def unregistered_partners(content: ResponseContent) -> list[str]:
    """Return the partners under whose name no verified organisation is registered: they act for nothing here."""
    verified = _registered(_names(content)).filter(verification="verified")
    known = {name for pair in verified.values_list("name_zh", "name_en") for name in pair}
    return [name for name in _names(content) if name not in known]


def with_barred_partner(call: Call, opened: Iterable[Response]) -> set[UUID]:
    """Return which of a call's opened responses have a partner who stands behind it or was blocked by who does."""
    named = {response.pk: set(_names(read(response.content))) for response in opened}
    owners = owners_of(call)
    blocked = Need.blocked_organisations.through.objects.filter(need__owner__in=owners).values("organisation")
    barred = _registered(set().union(*named.values())).filter(Q(pk__in=owners) | Q(pk__in=blocked))
    names = {name for pair in barred.values_list("name_zh", "name_en") for name in pair if name}
    return {response for response, its in named.items() if its & names}


def _names(content: ResponseContent) -> list[str]:
    return [row["name"].strip() for row in content.get("partners", [])]


def _registered(names: Iterable[str]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(Q(name_zh__in=names) | Q(name_en__in=names))
