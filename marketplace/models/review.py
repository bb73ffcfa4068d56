"""What the panel says about each response: every reviewer's scores, the consensus, and the feedback to its author."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.models.selection import ReviewSeat


def _criterion() -> Any:
    """Return the place of a criterion in the call's list, which is frozen when the call opens."""
    return models.PositiveSmallIntegerField(_("criterion"))


def _score() -> Any:
    """Return a column for a score: 0–100 with two decimal places."""
    return models.DecimalField(_("score"), max_digits=5, decimal_places=2)


_IN_RANGE = Q(value__gte=Decimal(0), value__lte=Decimal(100))


class ScoreSheet(models.Model):
    """Which version one reviewer's scores of one response are at: two tabs do not overwrite each other unseen."""

    seat = models.ForeignKey(ReviewSeat, on_delete=models.CASCADE, related_name="sheets")
    response = models.ForeignKey("marketplace.Response", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [models.UniqueConstraint(name="score_sheet_once", fields=["seat", "response"])]


class Score(models.Model):
    """What one reviewer gives a response for one criterion. Nobody else reads it until everyone has submitted."""

    seat = models.ForeignKey(ReviewSeat, on_delete=models.CASCADE, related_name="scores")
    response = models.ForeignKey("marketplace.Response", on_delete=models.CASCADE, related_name="scores")
    criterion = _criterion()
    value = _score()
    comment = models.TextField(_("comment"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("individual score")
        verbose_name_plural = _("individual scores")
        ordering = ["response", "criterion", "seat"]
        constraints = [
            models.UniqueConstraint(name="score_once", fields=["seat", "response", "criterion"]),
            models.CheckConstraint(name="score_in_range", condition=_IN_RANGE),
        ]


class ConsensusScore(models.Model):
    """What the panel agrees on for one criterion of a response; a reason where it leaves the reviewers' range."""

    response = models.ForeignKey("marketplace.Response", on_delete=models.CASCADE, related_name="consensus")
    criterion = _criterion()
    value = _score()
    reason = models.TextField(_("reason"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("consensus score")
        verbose_name_plural = _("consensus scores")
        ordering = ["response", "criterion"]
        constraints = [
            models.UniqueConstraint(name="consensus_score_once", fields=["response", "criterion"]),
            models.CheckConstraint(name="consensus_score_in_range", condition=_IN_RANGE),
        ]


class Feedback(models.Model):
    """What was strong and what was weak in a response by one criterion, for its author alone."""

    response = models.ForeignKey("marketplace.Response", on_delete=models.CASCADE, related_name="feedback")
    criterion = _criterion()
    strengths = models.TextField(_("strengths"), max_length=2000)
    weaknesses = models.TextField(_("weaknesses"), max_length=2000)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["response", "criterion"]
        constraints = [
            models.UniqueConstraint(name="feedback_once", fields=["response", "criterion"]),
            models.CheckConstraint(name="feedback_says_both", condition=~Q(strengths="") & ~Q(weaknesses="")),
        ]
