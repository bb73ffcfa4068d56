"""The lots of a call: the core, and a module for each thing in which members of its pool deviate."""

from uuid import uuid4

from django.db.models import Count

from scenarios.choices import Treatment
from scenarios.disclosure import named_owners
from scenarios.figure_querysets import ENOUGH_OWNERS
from scenarios.models import Call, MergedDemand

# Modules that members wrote in words of their own.
WORDED = ("boundary_in", "boundary_out")


def lot(field: str = "", value: str = "") -> dict[str, str]:
    """Return a lot: the core, or a module for what deviates in one field."""
    return {"id": str(uuid4()), "kind": "module" if field else "core", "field": field, "value": value}


def lots_of(demand: MergedDemand) -> list[dict[str, str]]:
    """Return the lots of a call from a pool, never saying whose a module is.

    The words of a boundary lead to the need that says so. So does every other value where the pool names nobody and
    fewer than three owners share it: beside the published needs it would tell who is in. Then only the field is told,
    and of an indicator its metric, as the core does already.
    """
    modules = demand.differences.living().filter(treatment=Treatment.MODULE).order_by("field", "metric", "value")
    shared = modules.values_list("field", "metric", "value").annotate(owners=Count("need__owner", distinct=True))
    named = bool(named_owners(demand))
    told = dict.fromkeys(
        (field, _told(field, metric, value if named or owners >= ENOUGH_OWNERS else ""))
        for field, metric, value, owners in shared
    )
    return [lot(), *(lot(*module) for module in told)]


def _told(field: str, metric: str, value: str) -> str:
    return "" if field in WORDED else f"{metric} {value}".strip()


def split_core(call: Call, parts: int) -> None:
    """Have the core of a drafted call answered in so many lots of their own; its modules stay as they are."""
    modules = [row for row in call.lots if row["kind"] != "core"]
    cores = [{**lot(), "value": f"{number}/{parts}"} for number in range(1, parts + 1)]
    call.lots = [*cores, *modules]
    call.save()
