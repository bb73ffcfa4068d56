"""The gates of an engagement: what each may cost and has to show, what it did cost, and how it was decided."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace import engagement_choices as choices
from marketplace.engagement_querysets import DecisionQuerySet, GateQuerySet
from scenarios.models.known import known

MAX_ITERATIONS = 2


class Gate(models.Model):
    """One stage of an engagement with its cap in 万元; `spent` is the sum of the costs that stand.

    trials, trials_made : how many trials are planned over all rounds, and how many that stand were recorded.
    iterations : how often another round was decided; measurements and decisions belong to a round, from 0 on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    engagement = models.ForeignKey("marketplace.Engagement", on_delete=models.CASCADE, related_name="gates")
    stage = models.CharField(_("stage"), max_length=5, choices=choices.Stage.choices)
    position = models.PositiveSmallIntegerField()
    entry = models.TextField(_("entry criteria"), max_length=2000)
    stop_loss = models.TextField(_("when it is stopped"), max_length=2000)
    trials = models.PositiveSmallIntegerField(_("trials"), default=1)
    trials_made = models.PositiveSmallIntegerField(_("trials made"), default=0, editable=False)
    cost_cap = models.DecimalField(_("cost cap (10,000 yuan)"), max_digits=14, decimal_places=2)
    spent = models.DecimalField(_("spent (10,000 yuan)"), max_digits=14, decimal_places=2, default=0)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("end"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=choices.GateState.choices, default=choices.GateState.PLANNED
    )
    iterations = models.PositiveSmallIntegerField(_("further rounds"), default=0)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = GateQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ["engagement", "position"]
        constraints = [
            *known("gate", stage=choices.Stage.choices, state=choices.GateState.choices),
            models.UniqueConstraint(name="gate_once_per_stage", fields=["engagement", "stage"]),
            models.UniqueConstraint(name="gate_one_running", fields=["engagement"], condition=Q(state="running")),
            models.CheckConstraint(name="gate_cap_positive", condition=Q(cost_cap__gt=0)),
            models.CheckConstraint(name="gate_within_cap", condition=Q(spent__gte=0, spent__lte=F("cost_cap"))),
            models.CheckConstraint(name="gate_trials_positive", condition=Q(trials__gte=1)),
            models.CheckConstraint(name="gate_within_trials", condition=Q(trials_made__lte=F("trials"))),
            models.CheckConstraint(name="gate_iterates_twice_at_most", condition=Q(iterations__lte=MAX_ITERATIONS)),
            models.CheckConstraint(
                name="gate_dates_in_order",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
            ),
        ]

    def __str__(self) -> str:
        return str(choices.Stage(self.stage).label)


class Cost(models.Model):
    """An amount booked to a gate; a mistaken one is struck out with a reason and stays readable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="costs")
    payer = models.ForeignKey("marketplace.Party", on_delete=models.PROTECT, related_name="costs")
    amount = models.DecimalField(_("amount (10,000 yuan)"), max_digits=14, decimal_places=2)
    what = models.CharField(_("what for"), max_length=400)
    spent_on = models.DateField(_("day"))
    struck_reason = models.CharField(_("why it was struck out"), max_length=400, blank=True)
    struck_at = models.DateTimeField(_("struck out"), null=True, blank=True)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)

    class Meta:
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        ordering = ["gate", "booked_at", "id"]
        constraints = [
            models.CheckConstraint(name="cost_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="cost_struck_has_reason", condition=Q(struck_at__isnull=True) | ~Q(struck_reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.what


class Trial(models.Model):
    """What was tried once in a round of a gate and what came of it; a mistaken one is struck out and stays readable.

    cost : the booking of the same gate that paid for it, where there is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="trial_records")
    iteration = models.PositiveSmallIntegerField(_("round"), default=0)
    tried_on = models.DateField(_("day"))
    what = models.CharField(_("what was tried"), max_length=400)
    outcome = models.TextField(_("what came of it"), max_length=2000)
    cost = models.ForeignKey(Cost, models.PROTECT, null=True, blank=True, related_name="trials")
    struck_reason = models.CharField(_("why it was struck out"), max_length=400, blank=True)
    struck_at = models.DateTimeField(_("struck out"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["gate", "tried_on", "recorded_at", "id"]
        constraints = [
            models.CheckConstraint(name="trial_says_what_came_of_it", condition=~Q(what="") & ~Q(outcome="")),
            models.CheckConstraint(
                name="trial_struck_has_reason", condition=Q(struck_at__isnull=True) | ~Q(struck_reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.what


class Measurement(models.Model):
    """What was measured of one indicator, how and by whom: in one round of a gate, or at the acceptance (no gate).

    version : of the engagement when it was written; whoever read an earlier one has not seen it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(
        "marketplace.EngagementIndicator", on_delete=models.CASCADE, related_name="measurements"
    )
    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, null=True, blank=True, related_name="measurements")
    iteration = models.PositiveSmallIntegerField(_("round"), default=0)
    value = models.DecimalField(_("measured"), max_digits=16, decimal_places=4)
    test_method = models.TextField(_("test method"), max_length=1000)
    measured_by = models.CharField(_("measured by"), max_length=200)
    measured_on = models.DateField(_("day"))
    evidence = models.TextField(_("evidence"), blank=True, max_length=2000)
    version = models.PositiveIntegerField(default=0, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["indicator", "gate__position", "iteration", "id"]
        constraints = [
            models.UniqueConstraint(name="measurement_once_per_round", fields=["indicator", "gate", "iteration"]),
            models.UniqueConstraint(
                name="measurement_once_at_acceptance", fields=["indicator"], condition=Q(gate__isnull=True)
            ),
            models.CheckConstraint(
                name="measurement_says_how_and_who", condition=~Q(test_method="") & ~Q(measured_by="")
            ),
        ]


class GateDecision(models.Model):
    """How a round of a gate ends: proposed by the owner or the manager, made when the other one confirms it.

    accused, evidence, statement : of a stop for breach; the accused party states its side before it can be made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="decisions")
    iteration = models.PositiveSmallIntegerField(_("round"), default=0)
    verdict = models.CharField(_("verdict"), max_length=13, choices=choices.GateVerdict.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=choices.DecisionState.choices, default=choices.DecisionState.PROPOSED
    )
    reason = models.TextField(_("reason"), max_length=2000)
    lesson_title = models.CharField(_("lesson"), max_length=120, blank=True)
    lesson = models.TextField(_("what was learnt"), blank=True, max_length=4000)
    accused = models.ForeignKey("marketplace.Party", models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.TextField(_("evidence"), blank=True, max_length=4000)
    statement = models.TextField(_("statement of the party concerned"), blank=True, max_length=4000)
    version = models.PositiveIntegerField(default=0, editable=False)
    heard_by = models.DateTimeField(_("statement until"), null=True, blank=True)
    by_manager = models.BooleanField(_("proposed by the manager"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate decision")
        verbose_name_plural = _("gate decisions")
        ordering = ["gate", "iteration", "proposed_at", "id"]
        constraints = [
            *known("gate_decision", verdict=choices.GateVerdict.choices, state=choices.DecisionState.choices),
            models.UniqueConstraint(name="gate_decision_one_open", fields=["gate"], condition=Q(state="proposed")),
            models.UniqueConstraint(
                name="gate_decision_one_per_round", fields=["gate", "iteration"], condition=Q(state="made")
            ),
            models.CheckConstraint(name="gate_decision_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="gate_decision_no_fault_has_lesson",
                condition=~Q(verdict="stop_no_fault") | ~Q(lesson_title="") & ~Q(lesson=""),
            ),
            models.CheckConstraint(
                name="gate_decision_breach_has_evidence",
                condition=~Q(verdict="stop_breach")
                | Q(accused__isnull=False, heard_by__isnull=False) & ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="gate_decision_made_by_two",
                condition=~Q(state="made") | Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by")),
            ),
        ]
