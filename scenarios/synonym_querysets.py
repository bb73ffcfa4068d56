"""Named reads of the thesaurus."""

from typing import Any, Self

from django.db import models


class ConceptQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        """Concepts that count, the one changed last first."""
        return self.filter(state="accepted")

    def retired(self) -> Self:
        """Concepts that were taken out; each can be taken back."""
        return self.filter(state="retired")

    def saying(self, form: str) -> Self:
        """Concepts with a phrase that holds this text (in the form in which phrases are compared)."""
        return self.filter(phrases__form__contains=form).distinct() if form else self

    def for_page(self) -> Self:
        """With their phrases, in one more query."""
        return self.prefetch_related("phrases")


class PhraseQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        """Phrases that count."""
        return self.filter(state="accepted")

    def by_concept(self) -> list[list[str]]:
        """Return the phrases in use by concept, Chinese before English, the preferred ones first: one query."""
        found: dict[Any, list[str]] = {}
        rows = self.in_use().order_by("concept_id", "-language", "position", "id")
        for concept, text in rows.values_list("concept_id", "text"):
            found.setdefault(concept, []).append(text)
        return list(found.values())


class SynonymProposalQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Pairs that wait for a decision, the most strongly tied first."""
        return self.filter(state="open")
