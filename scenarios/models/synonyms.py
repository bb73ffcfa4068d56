"""Staff's thesaurus: concepts, the phrases that stand for each, and pairs of phrases that the machine noticed."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.synonym_querysets import ConceptQuerySet, PhraseQuerySet, SynonymProposalQuerySet


class Concept(models.Model):
    """What several phrases, Chinese or English, mean alike. A retired one keeps its phrases for the undo."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    state = models.CharField(
        _("state"), max_length=8, choices=choices.ConceptState.choices, default=choices.ConceptState.ACCEPTED
    )
    origin = models.CharField(
        _("origin"), max_length=8, choices=choices.ConceptOrigin.choices, default=choices.ConceptOrigin.STAFF
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        ordering = ["-updated_at", "id"]
        constraints = [*known("concept", state=choices.ConceptState.choices, origin=choices.ConceptOrigin.choices)]

    def __str__(self) -> str:
        shown = [self.of_language(language)[:1] for language in choices.PhraseLanguage.values]
        return " = ".join(text for texts in shown for text in texts)

    def of_language(self, language: str) -> list[str]:
        """Return its phrases in a language, the preferred one first."""
        return [phrase.text for phrase in self.phrases.all() if phrase.language == language]


class Phrase(models.Model):
    """One way to say a concept. `form` is how it is compared; among those accepted it stands once."""

    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="phrases")
    text = models.CharField(_("phrase"), max_length=60)
    form = models.CharField(max_length=60, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=choices.PhraseLanguage.choices)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=choices.ConceptState.choices, default=choices.ConceptState.ACCEPTED)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["-language", "position", "id"]  # Chinese before English
        constraints = [
            *known("phrase", language=choices.PhraseLanguage.choices, state=choices.ConceptState.choices),
            models.UniqueConstraint(
                name="phrase_in_one_concept", fields=["form"], condition=Q(state=choices.ConceptState.ACCEPTED)
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SynonymProposal(models.Model):
    """Two phrases that regularly meet in accepted matches or in titles of both languages; staff decide.

    evidence : codes of matches or objects in which they met. One row per pair for good: a dismissed one stays so.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    one = models.CharField(_("phrase"), max_length=60)
    other = models.CharField(_("phrase"), max_length=60)
    score = models.FloatField(default=0.0)
    times = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=list)
    state = models.CharField(
        max_length=9, choices=choices.SynonymProposalState.choices, default=choices.SynonymProposalState.OPEN
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = SynonymProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed synonyms")
        verbose_name_plural = _("proposed synonyms")
        ordering = ["-score", "id"]
        constraints = [
            *known("synonymproposal", state=choices.SynonymProposalState.choices),
            models.UniqueConstraint(name="synonym_proposal_once", fields=["one", "other"]),
        ]

    def __str__(self) -> str:
        return f"{self.one} = {self.other}"
