"""Writing the rows of a file of capabilities as drafts; see scenarios.actions.imports for the rules."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import transaction

from marketplace.actions.capabilities import EDITABLE, draft_capability, save_capability
from marketplace.capability_content import CapabilityFields, EvidenceFields, TierFields
from marketplace.models import Capability
from scenarios.actions.imports import (
    CREATED,
    UNCHANGED,
    UPDATED,
    Imported,
    digest_of,
    lock_organisation,
    standing_of,
)
from scenarios.actor import Actor
from scenarios.choices import Source
from scenarios.policies import importer_for


@transaction.atomic
def import_capability(
    *,
    actor: Actor,
    owner_id: UUID,
    external_id: str,
    fields: CapabilityFields,
    evidence: Iterable[EvidenceFields] | None = None,
    price_tiers: Iterable[TierFields] | None = None,
    district_ids: Iterable[str] | None = None,
) -> Imported:
    """Make the draft `external_id` of organisation `owner_id` what the row says; create it where it is new.

    Raises NotPermitted where the actor may not import for the organisation, Invalid on contradicting values.
    """
    importer = importer_for(actor, lock_organisation(owner_id))
    rows: dict[str, Any] = {"evidence": evidence, "price_tiers": price_tiers, "district_ids": district_ids}
    rows = {name: list(given) for name, given in rows.items() if given is not None}
    row_digest = digest_of(fields, rows)
    mine = Capability.objects.filter(owner=owner_id, external_id=external_id)
    capability = mine.select_for_update(of=("self",)).first()
    if capability is None:
        origin: dict[str, Any] = {"source": Source.FILE, "external_id": external_id, "row_digest": row_digest}
        made = draft_capability(actor=importer, owner_id=owner_id, fields=fields, **rows, **origin)
        return Imported(made, CREATED)
    if not _differs(capability, fields, rows):
        return Imported(capability, UNCHANGED)
    if standing := standing_of("capability", capability, row_digest, EDITABLE):
        return standing
    saved = save_capability(
        actor=importer,
        capability_id=capability.pk,
        version=capability.version,
        fields=fields,
        row_digest=row_digest,
        **rows,
    )
    return Imported(saved, UPDATED)


def _differs(capability: Capability, fields: CapabilityFields, rows: Mapping[str, Any]) -> bool:
    """Whether the row says something that the capability does not; `rows` holds what the file has a column for."""
    if any(getattr(capability, name) != value for name, value in fields.items()):
        return True
    present = {
        "evidence": list(capability.evidence.values(*EvidenceFields.__annotations__)),
        "price_tiers": list(capability.price_tiers.values(*TierFields.__annotations__)),
        "district_ids": sorted(capability.districts.values_list("pk", flat=True)),
    }
    wanted = dict(rows)
    if "price_tiers" in rows:
        wanted["price_tiers"] = sorted(rows["price_tiers"], key=itemgetter("from_quantity"))
    if "district_ids" in rows:
        wanted["district_ids"] = sorted(rows["district_ids"])
    return any(present[name] != value for name, value in wanted.items())
