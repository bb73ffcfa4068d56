"""When a pool is big enough, until when, and what happens if it is not."""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actions.demands import fields_of, renew_core
from scenarios.actions.members import OPEN_TO_CHANGE, lock_demand
from scenarios.actions.standing import settle
from scenarios.actor import Actor
from scenarios.choices import DemandStatus, Disclosure, OnFail
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.models import MergedDemand
from scenarios.policies import require_role
from scenarios.querysets import DatabaseClock


class TermFields(TypedDict, total=False):
    """The terms of a pool; a missing key leaves the term as it is."""

    threshold_quantity: Decimal | None
    deadline: datetime | None
    on_fail: str
    after_extension: str
    disclosure: str


@transaction.atomic
def set_terms(*, actor: Actor, demand_id: UUID, version: int, terms: TermFields) -> MergedDemand:
    """Set threshold, deadline and their consequences while the pool is open to change; the core and its consents stay.

    version : the version of the pool that the manager saw.

    Who consented to stay anonymous did not consent to be named: that asks every owner again, as a changed core does.

    A new threshold counts at once: the pool is met or falls back. A deadline that has passed has its verdict and stays.

    Raises Conflict when the pool changed in between, Invalid for a threshold that is no quantity or a deadline in the
    past, IllegalMove once the pool is frozen or ended.
    """
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove(_("The terms are fixed once the pool is frozen or ended."))
    if demand.version != version:
        raise Conflict({name: (str(value), str(getattr(demand, name))) for name, value in terms.items()})
    changed = [name for name, value in terms.items() if getattr(demand, name) != value]
    _require_valid(demand, terms, changed)
    for name in changed:
        setattr(demand, name, terms[name])  # type: ignore[literal-required]
    if demand.deadline and demand.deadline_generation == 0:
        demand.deadline_generation = 1
    demand.version += 1
    demand.save()
    log_event("demand.terms_set", demand, actor=actor, changed=changed)
    if "disclosure" in changed and demand.disclosure == Disclosure.NAMED and demand.status != DemandStatus.DRAFTED:
        core = fields_of(demand.cores.get(version=demand.core_version))
        renew_core(demand, core, actor=actor, changed=["disclosure"])
    settle(demand)
    return demand


def _require_valid(demand: MergedDemand, terms: TermFields, changed: list[str]) -> None:
    wrong: dict[str, list[Any]] = {}
    threshold, deadline = terms.get("threshold_quantity"), terms.get("deadline")
    if threshold is not None and threshold <= 0:
        wrong["threshold_quantity"] = [_("The minimum scale must be above zero.")]
    now = MergedDemand.objects.filter(pk=demand.pk).values_list(DatabaseClock(), flat=True).get()
    whole = {"threshold_quantity": demand.threshold_quantity, "deadline": demand.deadline, **terms}
    if whole["deadline"] is not None and whole["threshold_quantity"] is None:
        wrong["threshold_quantity"] = [_("A deadline needs the minimum scale that is to be reached by then.")]
    if "deadline" in changed and demand.deadline and demand.deadline <= now:
        wrong["deadline"] = [_("This deadline has passed and has its verdict; it cannot be moved any more.")]
    elif "deadline" in changed and deadline and deadline <= now:
        wrong["deadline"] = [_("The deadline must lie in the future.")]
    known = {"on_fail": OnFail.values, "after_extension": OnFail.values[1:], "disclosure": Disclosure.values}
    for name, values in known.items():
        if name in terms and terms[name] not in values:  # type: ignore[literal-required]
            wrong[name] = [_("Choose one of the options.")]
    if wrong:
        raise Invalid(wrong)
