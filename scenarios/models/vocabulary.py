"""Phrases of staff: what is vague or fair beside the list that comes with the product, what matching passes over."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.vocabulary_querysets import StopWordQuerySet, VaguePhraseQuerySet


class StaffPhrase(models.Model):
    """A phrase that somebody entered; a retired one can be taken back. form : how it is compared."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.CharField(_("phrase"), max_length=40)
    form = models.CharField(max_length=40, editable=False)
    state = models.CharField(max_length=8, choices=choices.ConceptState.choices, default=choices.ConceptState.ACCEPTED)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["-updated_at", "id"]

    def __str__(self) -> str:
        return self.text


class VaguePhrase(StaffPhrase):
    """A phrase that says a wish and not a need, or one that is fair although it looks like it.

    group : whose hint is shown with it, a name of `data/vague_phrases.toml`; empty: fair.
    """

    group = models.CharField(_("kind"), max_length=30, blank=True)

    objects = VaguePhraseQuerySet.as_manager()

    class Meta(StaffPhrase.Meta):
        verbose_name = _("vague phrase")
        verbose_name_plural = _("vague phrases")
        constraints = [
            *known("vaguephrase", state=choices.ConceptState.choices),
            models.UniqueConstraint(
                name="vague_phrase_once", fields=["form"], condition=Q(state=choices.ConceptState.ACCEPTED)
            ),
        ]


class StopWord(StaffPhrase):
    """A phrase without meaning for matching: needs and capabilities are compared as if it were not there."""

    objects = StopWordQuerySet.as_manager()

    class Meta(StaffPhrase.Meta):
        verbose_name = _("stop word")
        verbose_name_plural = _("stop words")
        constraints = [
            *known("stopword", state=choices.ConceptState.choices),
            models.UniqueConstraint(
                name="stop_word_once", fields=["form"], condition=Q(state=choices.ConceptState.ACCEPTED)
            ),
        ]
