"""After the landing: which members of the pool take it over, where they deviate, and what was learnt."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace import engagement_choices as choices
from marketplace.engagement_querysets import LessonQuerySet, RolloutQuerySet
from scenarios.choices import CorePart
from scenarios.models.known import known
from scenarios.models.need import TEXT_LIMIT


class Rollout(models.Model):
    """One member of the pool and whether, when and where it takes over what has landed. Silence commits nobody.

    version : how often the day was planned.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey("marketplace.Engagement", on_delete=models.CASCADE, related_name="rollouts")
    need = models.ForeignKey("scenarios.Need", on_delete=models.PROTECT, related_name="rollouts")
    state = models.CharField(
        _("state"), max_length=8, choices=choices.RolloutState.choices, default=choices.RolloutState.ASKED
    )
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    done_on = models.DateField(_("done"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        verbose_name = _("rollout")
        verbose_name_plural = _("rollouts")
        ordering = ["engagement", "need__code"]
        constraints = [
            *known("rollout", state=choices.RolloutState.choices),
            models.UniqueConstraint(name="rollout_once_per_need", fields=["engagement", "need"]),
            models.CheckConstraint(name="rollout_declined_has_reason", condition=~Q(state="declined") | ~Q(reason="")),
            models.CheckConstraint(
                name="rollout_planned_has_day", condition=~Q(state="planned") | Q(planned_on__isnull=False)
            ),
            models.CheckConstraint(name="rollout_done_has_day", condition=~Q(state="done") | Q(done_on__isnull=False)),
        ]


class Deviation(models.Model):
    """Where a member's rollout differs from the core; it is proposed for the core's next version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="deviations")
    part = models.CharField(_("part of the core"), max_length=12, choices=CorePart.choices)
    value = models.TextField(_("what is done instead"), max_length=TEXT_LIMIT)
    reason = models.TextField(_("why"), max_length=2000)
    core_change = models.ForeignKey(
        "scenarios.CoreChange", models.SET_NULL, null=True, blank=True, related_name="deviations"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("deviation")
        verbose_name_plural = _("deviations")
        ordering = ["rollout", "created_at", "id"]
        constraints = [
            *known("deviation", part=CorePart.choices),
            models.CheckConstraint(name="deviation_says_what_and_why", condition=~Q(value="") & ~Q(reason="")),
        ]


class Lesson(models.Model):
    """What an engagement taught, for everyone to read from the moment it is written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey("marketplace.Engagement", on_delete=models.CASCADE, related_name="lessons")
    gate = models.ForeignKey("marketplace.Gate", models.SET_NULL, null=True, blank=True, related_name="lessons")
    title = models.CharField(_("lesson"), max_length=120)
    text = models.TextField(_("what was learnt"), max_length=4000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published"), auto_now_add=True)

    search = SearchVectorField(null=True, editable=False)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["-published_at", "id"]
        indexes = [GinIndex(fields=["search"], name="lesson_search")]
        constraints = [models.CheckConstraint(name="lesson_is_written", condition=~Q(title="") & ~Q(text=""))]

    def __str__(self) -> str:
        return self.title
