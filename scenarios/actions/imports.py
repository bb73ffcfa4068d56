"""Writing the rows of a file as drafts: one action per row, safe to repeat, never over what people have done since.

An import's event carries a keyed digest of the row and the version that it left. The same row again changes nothing,
even where its draft was edited by hand meanwhile; another row under the same name changes the draft only while nobody
else has. A row is found by its name alone, and what its draft says already is compared value by value: nothing that is
written depends on the key.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from scenarios.actions.needs import EDITABLE, draft_need, save_need
from scenarios.actor import Actor
from scenarios.choices import Source
from scenarios.content import INDICATOR_FIELDS, IndicatorFields, NeedFields
from scenarios.errors import NotFound
from scenarios.models import Event, Need
from scenarios.policies import importer_for

CREATED, UPDATED, UNCHANGED, KEPT = "created", "updated", "unchanged", "kept"


class Imported(NamedTuple):
    """What became of a row: the object, one of created, updated, unchanged or kept, and why it was kept."""

    object: Any
    outcome: str
    reason: Any = ""


def digest_of(*parts: Any) -> str:
    """Return what recognises a row.

    Keyed: it stands in the event log, where a plain digest would let one try out telephone numbers. After a change of
    SECRET_KEY the rows of drafts that were edited here are no longer recognised: they are kept instead of unchanged.
    """
    text = json.dumps(parts, default=str, sort_keys=True)
    return salted_hmac("import row", text, algorithm="sha256").hexdigest()[:32]


@transaction.atomic
def import_need(
    *,
    actor: Actor,
    owner_id: UUID,
    external_id: str,
    fields: NeedFields,
    indicators: Iterable[IndicatorFields] | None = None,
) -> Imported:
    """Make the draft `external_id` of organisation `owner_id` what the row says; create it where it is new.

    The event says who imported it. A need that was submitted, or edited here since the last import, is kept as it is.

    Raises NotPermitted where the actor may not import for the organisation, Invalid on contradicting values.
    """
    importer = importer_for(actor, lock_organisation(owner_id))
    rows = None if indicators is None else list(indicators)
    row_digest = digest_of(fields, rows)
    need = Need.objects.select_for_update(of=("self",)).filter(owner=owner_id, external_id=external_id).first()
    if need is None:
        made = draft_need(
            actor=importer,
            owner_id=owner_id,
            fields=fields,
            indicators=rows or (),
            source=Source.FILE,
            external_id=external_id,
            row_digest=row_digest,
        )
        return Imported(made, CREATED)
    if not _differs(need, fields, rows):
        return Imported(need, UNCHANGED)
    if standing := standing_of("need", need, row_digest, EDITABLE):
        return standing
    saved = save_need(
        actor=importer,
        need_id=need.pk,
        version=need.version,
        fields=fields,
        indicators=rows,
        row_digest=row_digest,
    )
    return Imported(saved, UPDATED)


def lock_organisation(organisation_id: UUID) -> Any:
    """Return the organisation, locked, so that two imports do not both create the same row."""
    organisations: Any = Need._meta.get_field("owner").related_model._default_manager
    organisation = organisations.select_for_update(of=("self",)).filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound
    return organisation


def standing_of(subject_type: str, found: Any, row_digest: str, editable: Iterable[str]) -> Imported | None:
    """Return what becomes of an object that is there already, or None when the row may be written into it."""
    event = Event.objects.about(subject_type, found.pk).filter(kind=f"{subject_type}.imported").order_by("-id").first()
    last = event.data if event else {}
    if last.get("row") == row_digest:
        return Imported(found, UNCHANGED)
    if found.status not in editable:
        reason = _("It has left the draft stage (%(status)s) and is left alone; its owner can change it here.")
        return Imported(found, KEPT, reason % {"status": found.get_status_display()})
    if last.get("version") != found.version:
        return Imported(found, KEPT, _("It was edited here since it was imported; the file does not overwrite that."))
    return None


def _differs(need: Need, fields: NeedFields, rows: list[IndicatorFields] | None) -> bool:
    if any(getattr(need, name) != value for name, value in fields.items()):
        return True
    return rows is not None and [_plain(row) for row in need.indicators.all()] != [dict(row) for row in rows]


def _plain(indicator: Any) -> dict[str, Any]:
    return {name: getattr(indicator, name) for name in INDICATOR_FIELDS}
