"""Named reads of staff's vocabulary."""

from typing import Any, Self

from django.db import models

from scenarios.choices import ConceptState
from scenarios.vagueness import PhraseEdits


class VaguePhraseQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        return self.filter(state=ConceptState.ACCEPTED)

    def retired(self) -> Self:
        return self.filter(state=ConceptState.RETIRED)

    def edits(self) -> PhraseEdits:
        """Return what is to be added to the delivered list and what is fair: one query."""
        rows = sorted(self.in_use().values_list("group", "text"))
        return PhraseEdits(
            added=tuple((group, text) for group, text in rows if group),
            fair=tuple(text for group, text in rows if not group),
        )
