"""Named reads of staff's vocabulary."""

from typing import Any, Self

from django.db import models

from scenarios.choices import ConceptState
from scenarios.vagueness import PhraseEdits


class StaffPhraseQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        return self.filter(state=ConceptState.ACCEPTED)

    def retired(self) -> Self:
        return self.filter(state=ConceptState.RETIRED)

    def for_page(self) -> Self:
        """Those in use before those retired, with who entered them."""
        return self.select_related("added_by").order_by("state", "-updated_at", "id")


class VaguePhraseQuerySet(StaffPhraseQuerySet):
    def edits(self) -> PhraseEdits:
        """Return what is to be added to the delivered list and what is fair: one query."""
        rows = sorted(self.in_use().values_list("group", "text"))
        return PhraseEdits(
            added=tuple((group, text) for group, text in rows if group),
            fair=tuple(text for group, text in rows if not group),
        )


class StopWordQuerySet(StaffPhraseQuerySet):
    def words(self) -> list[str]:
        """Return the words in use: one query."""
        return list(self.in_use().order_by("form").values_list("form", flat=True))
