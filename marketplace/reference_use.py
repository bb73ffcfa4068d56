"""What uses an entry of the lists of districts, chains and the like, counted before somebody renames or retires it."""

from typing import Any, NamedTuple

from django.db.models import Count, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.models import Capability, Organisation
from scenarios.models import Call, MergedDemand, Need


class Use(NamedTuple):
    """A column that names entries: what is counted, its table and its field."""

    label: str | Promise
    model: type[Model]
    field: str


USES = {
    "districts": (
        Use(_("Needs"), Need, "district"),
        Use(_("Capabilities"), Capability, "districts"),
        Use(_("Organisations"), Organisation, "district"),
    ),
    "domains": (Use(_("Needs"), Need, "domain"),),
    "units": (
        Use(_("Needs"), Need, "quantity_unit"),
        Use(_("Pools"), MergedDemand, "unit"),
        Use(_("Calls"), Call, "quantity_unit"),
        Use(_("Capabilities"), Capability, "min_scale_unit"),
    ),
    "chains": (Use(_("Organisations"), Organisation, "chain"),),
}


class Used(NamedTuple):
    """How many rows use the entries of a list. labels : what is counted. counts : code → a number per label."""

    labels: list[str | Promise]
    counts: dict[str, list[int]]

    def of(self, code: str) -> list[tuple[str | Promise, int]]:
        """Return (what is counted, how many) of an entry."""
        return list(zip(self.labels, self.counts.get(code, [0] * len(self.labels)), strict=True))


def used(list_name: str) -> Used:
    """Count what uses a list: one query per kind."""
    uses = USES[list_name]
    counts: dict[str, list[int]] = {}
    for number, (_label, model, field) in enumerate(uses):
        rows: Any = model._default_manager.order_by().values_list(field).annotate(Count("pk"))
        for code, many in rows:
            counts.setdefault(code or "", [0] * len(uses))[number] = many
    return Used([use.label for use in uses], counts)
