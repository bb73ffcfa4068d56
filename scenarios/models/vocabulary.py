"""What staff adds to the list of vague phrases that comes with the product, and what it takes out of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.vocabulary_querysets import VaguePhraseQuerySet


class VaguePhrase(models.Model):
    """A phrase that says a wish and not a need, or one that is fair although it looks like it.

    group : whose hint is shown with it, a name of `data/vague_phrases.toml`; empty: fair. form : how it is compared.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.CharField(_("phrase"), max_length=40)
    form = models.CharField(max_length=40, editable=False)
    group = models.CharField(_("kind"), max_length=30, blank=True)
    state = models.CharField(max_length=8, choices=choices.ConceptState.choices, default=choices.ConceptState.ACCEPTED)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VaguePhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("vague phrase")
        verbose_name_plural = _("vague phrases")
        ordering = ["-updated_at", "id"]
        constraints = [
            *known("vaguephrase", state=choices.ConceptState.choices),
            models.UniqueConstraint(
                name="vague_phrase_once", fields=["form"], condition=Q(state=choices.ConceptState.ACCEPTED)
            ),
        ]

    def __str__(self) -> str:
        return self.text
