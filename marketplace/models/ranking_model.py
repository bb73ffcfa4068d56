"""A ranking learned from judgements: its coefficients, how well it ranks unseen needs, and whether it serves."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from scenarios.models.known import known


class RankingModel(models.Model):
    """What a worker learned once; at most one is active, without any the unlearned ranking serves.

    coefficients : `matching.RankingModel` as JSON. ndcg, plain_ndcg, unlearned_ndcg : nDCG@10 over `needs` held-out
    needs, of this model, of plain cosines and of the ranking that serves without a model. gain_bound : what the gain
    over plain cosines exceeds with 90 % confidence (one-sided, paired bootstrap over needs). judgements : judged pairs
    it was learned from. calibration : `matching.Calibration` as JSON; null where the judgements cannot carry one.
    material : digest of what it was learned from, so that the same is not learned twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=choices.RankingState.choices, default=choices.RankingState.CANDIDATE
    )
    refusal = models.CharField(_("refusal"), max_length=12, choices=choices.RankingRefusal.choices, blank=True)
    coefficients = models.JSONField()
    feature_version = models.PositiveSmallIntegerField()
    ndcg = models.FloatField()
    plain_ndcg = models.FloatField()
    unlearned_ndcg = models.FloatField()
    gain_bound = models.FloatField()
    needs = models.PositiveIntegerField()
    judgements = models.PositiveIntegerField()
    calibration = models.JSONField(null=True, blank=True)
    material = models.CharField(max_length=64)
    trained_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")
        ordering = ["-trained_at", "id"]
        constraints = [
            models.UniqueConstraint(name="one_active_ranking_model", fields=["state"], condition=Q(state="active")),
            models.UniqueConstraint(name="ranking_model_once_per_material", fields=["material"]),
            *known(
                "ranking_model",
                optional=["refusal"],
                state=choices.RankingState.choices,
                refusal=choices.RankingRefusal.choices,
            ),
            models.CheckConstraint(
                name="ranking_model_refused_with_a_reason",
                condition=Q(state="refused") & ~Q(refusal="") | ~Q(state="refused") & Q(refusal=""),
            ),
            models.CheckConstraint(
                name="ranking_model_serves_with_a_gain", condition=~Q(state="active") | Q(gain_bound__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trained_at:%Y-%m-%d %H:%M}"
