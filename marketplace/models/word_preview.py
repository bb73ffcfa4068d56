"""What a change of synonyms or stop words would do to matching: asked for by a manager, worked out by a worker."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scenarios.models.known import known


class WordKind(models.TextChoices):
    CONCEPT = "concept", _("Synonyms")
    STOP_WORD = "stop_word", _("Stop word")


class PreviewState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("preview", "Being worked out")
    DONE = "done", pgettext_lazy("preview", "Worked out")
    REFUSED = "refused", pgettext_lazy("preview", "Not possible any more")


class WordPreview(models.Model):
    """One change that somebody thinks of. It is forgotten after a day.

    phrases : language → what was entered; empty: what `target` names is to be retired. target : the concept or the stop
    word that is changed, None for a new one; version : the one of the concept that was read. result : see
    marketplace.word_effects.effect_of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=WordKind.choices)
    phrases = models.JSONField(default=dict)
    target = models.UUIDField(null=True, blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=PreviewState.choices, default=PreviewState.RUNNING)
    percent = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")
        ordering = ["-created_at"]
        constraints = [
            *known("word_preview", kind=WordKind.choices, state=PreviewState.choices),
            models.CheckConstraint(name="word_preview_percent", condition=Q(percent__lte=100)),
        ]

    def __str__(self) -> str:
        return ", ".join(self.all_phrases)

    @property
    def all_phrases(self) -> list[str]:
        """Every phrase that was entered, Chinese before English."""
        return [text for name in sorted(self.phrases, reverse=True) for text in self.phrases[name]]
