"""What the machine suggests: a capability for a need, a pool or a call, and why."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.querysets import SuggestionQuerySet
from scenarios.models.known import known


class Suggestion(models.Model):
    """One ranked capability with the terms behind its score, the verdict per field and the gates it fails.

    families : family of features → its part of the score. ranking : the learned one that gave the score, if any.
    probability : that people take it up, where that ranking is calibrated.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    need = models.ForeignKey("scenarios.Need", models.CASCADE, null=True, blank=True, related_name="suggestions")
    demand = models.ForeignKey(
        "scenarios.MergedDemand", models.CASCADE, null=True, blank=True, related_name="suggestions"
    )
    call = models.ForeignKey("scenarios.Call", models.CASCADE, null=True, blank=True, related_name="suggestions")
    capability = models.ForeignKey("marketplace.Capability", on_delete=models.CASCADE, related_name="suggestions")
    score = models.FloatField(_("score"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    terms = models.JSONField(default=list)
    families = models.JSONField(default=dict)
    verdicts = models.JSONField(default=list)
    failed_gates = models.JSONField(default=list)
    index_build = models.ForeignKey("scenarios.IndexBuild", on_delete=models.PROTECT, related_name="+")
    ranking = models.ForeignKey("marketplace.RankingModel", models.PROTECT, null=True, blank=True, related_name="+")
    probability = models.FloatField(null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=choices.SuggestionState.choices, default=choices.SuggestionState.OPEN
    )
    reason = models.TextField(blank=True, max_length=2000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["rank", "id"]
        constraints = [
            models.CheckConstraint(
                name="suggestion_has_one_subject",
                condition=Q(need__isnull=False, demand__isnull=True, call__isnull=True)
                | Q(need__isnull=True, demand__isnull=False, call__isnull=True)
                | Q(need__isnull=True, demand__isnull=True, call__isnull=False),
            ),
            models.UniqueConstraint(
                name="suggestion_once",
                fields=["need", "demand", "call", "capability"],
                nulls_distinct=False,
            ),
            *known("suggestion", state=choices.SuggestionState.choices),
            models.CheckConstraint(
                name="suggestion_dismissal_has_reason", condition=~Q(state="dismissed") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="suggestion_probability_is_one",
                condition=Q(probability__isnull=True)
                | Q(probability__gte=0, probability__lte=1, ranking__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="suggestion_capability", fields=["capability", "state", "-score"]),
            # What fits what, for figures over all needs: read from the index alone.
            models.Index(
                name="suggestion_fit",
                fields=["need", "capability"],
                condition=Q(need__isnull=False, failed_gates=[]) & ~Q(state="superseded"),
            ),
        ]
