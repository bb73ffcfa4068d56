"""Which moderators sit in the office of a chain's lead."""

from collections.abc import Collection

from django.db import transaction

from scenarios.actions.openers import require_staff
from scenarios.actor import Actor
from scenarios.errors import NotFound
from scenarios.journal import log_event
from scenarios.models import Chain, ChainLead
from scenarios.policies import require_role


@transaction.atomic
def name_leads(*, actor: Actor, code: str, account_ids: Collection[int]) -> None:
    """Name the moderators of a chain's lead, instead of those before; none: its needs are told to every moderator.

    Raises NotFound for an unknown chain, Invalid unless each account is an active moderator.
    """
    require_role(actor, "manager")
    chain = Chain.objects.select_for_update().filter(pk=code).first()
    if chain is None:
        raise NotFound
    named = sorted(set(account_ids))
    require_staff("leads", named, "moderator")
    ChainLead.objects.filter(chain=chain).delete()
    ChainLead.objects.bulk_create(ChainLead(chain=chain, account_id=pk) for pk in named)
    log_event("vocabulary.leads_named", chain, actor=actor, list="chains", accounts=named)
