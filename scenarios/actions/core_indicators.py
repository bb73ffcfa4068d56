"""The indicators of a pool's core: published under ids of the pool's own, which lead to no member."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from scenarios.models import CoreIndicator, Indicator, MergedDemand


def with_own_ids(demand: MergedDemand, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the indicators of a core, each under the id that this pool gave it, and keep where it comes from.

    rows : plain values; their `id` names an indicator of this core, of a member's need, or of the core of a pool that
        was split. Without one, or with an unknown one, the indicator is new and comes from nowhere.

    An indicator keeps its id over all versions of the core. The ids of the needs stand on public pages beside their
    owners, and would name the members of an anonymous pool.
    """
    rows = list(rows)
    given = {key for row in rows if (key := _uuid(row.get("id")))}
    own = set(CoreIndicator.objects.filter(demand=demand, pk__in=given).values_list("pk", flat=True))
    sources = _sources(demand, given - own)
    return [{**row, "id": str(_own_id(demand, _uuid(row.get("id")), own, sources))} for row in rows]


def _uuid(value: Any) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


def _sources(demand: MergedDemand, given: set[UUID]) -> dict[UUID, UUID]:
    """Return the members' indicators that these ids name, by the id: their own, or one of another pool's core."""
    of_members = Indicator.objects.filter(need__memberships__in=demand.members.living())
    found = {pk: pk for pk in of_members.filter(pk__in=given).values_list("pk", flat=True)}
    others = CoreIndicator.objects.filter(pk__in=given, source__in=of_members)
    return found | {pk: source for pk, source in others.values_list("pk", "source") if source}


def _own_id(demand: MergedDemand, given: UUID | None, own: set[UUID], sources: Mapping[UUID, UUID]) -> UUID:
    if given and given in own:
        return given
    source = sources.get(given) if given else None
    if source is None:
        return CoreIndicator.objects.create(demand=demand).pk
    return CoreIndicator.objects.get_or_create(demand=demand, source_id=source)[0].pk
