"""Against which minimum scales a pool is measured: those of what is suggested for it and lacks nothing else."""

from django.db.models import Q

from marketplace.models import Suggestion
from scenarios.actions.scales import Scale
from scenarios.disclosure import consented_members, unit_sums
from scenarios.models import MergedDemand


def matching_scales(demand: MergedDemand) -> list[Scale]:
    """Return the minimum scales of what is suggested for a pool and fails no other gate, in each unit of the pool.

    The gates compare with the quantity in the pool's own unit: a capability that counts in another one fails by that.
    """
    rows = Suggestion.objects.current().exclude(state="dismissed").filter(demand=demand)
    units = [one.unit for one in unit_sums(consented_members(demand))]
    own = Q(Q(failed_gates=[]) | Q(failed_gates=["min_scale"]), capability__min_scale_unit=demand.unit)
    other = Q(failed_gates=["unit"], capability__min_scale_unit__in=units)
    fitting = rows.filter(own | other, capability__min_scale_quantity__isnull=False)
    names = ("capability", "capability__min_scale_quantity", "capability__min_scale_unit")
    return [Scale(*row) for row in fitting.values_list(*names)]
