"""The selection of a call: who reviews, which responses count, how they rank, and what is said against it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.selection_querysets import ObjectionQuerySet, ReviewSeatQuerySet, SelectionQuerySet
from scenarios.models.known import known


def _account(**options: object) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)  # type: ignore[arg-type]


class Selection(models.Model):
    """From the opened responses to an award or a failure; one per call, which itself stays closed.

    round : how often a result was put under public notice; an upheld objection leads to another one.
    notice_ends_at : the first moment after the notice; the database clock decides whether it has come.
    notice_provisional : counted without the official arrangement of a year; see marketplace.working_days.
    suspended_at : since when an open objection holds the notice up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.OneToOneField("scenarios.Call", on_delete=models.PROTECT, related_name="selection")
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=choices.SelectionStatus.choices,
        default=choices.SelectionStatus.EVALUATING,
        db_index=True,
    )
    opened_by = _account()
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    published_at = models.DateTimeField(_("notice published"), null=True, blank=True)
    notice_ends_at = models.DateTimeField(_("notice ends"), null=True, blank=True)
    notice_provisional = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    failure_code = models.CharField(_("reason"), max_length=14, choices=choices.FailureCode.choices, blank=True)
    failure_reason = models.TextField(_("explanation"), max_length=2000, blank=True)
    next_step = models.CharField(_("next step"), max_length=12, choices=choices.NextStep.choices, blank=True)

    objects = SelectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
        ordering = ["-opened_at", "id"]
        constraints = [
            *known(
                "selection",
                optional=("failure_code", "next_step"),
                status=choices.SelectionStatus.choices,
                failure_code=choices.FailureCode.choices,
                next_step=choices.NextStep.choices,
            ),
            models.CheckConstraint(
                name="selection_notice_has_times",
                condition=Q(status__in=["evaluating", "failed"])
                | Q(published_at__isnull=False, notice_ends_at__isnull=False)
                & Q(notice_ends_at__gt=F("published_at"), round__gte=1),
            ),
            models.CheckConstraint(
                name="selection_suspended_since",
                condition=Q(status="suspended", suspended_at__isnull=False)
                | (~Q(status="suspended") & Q(suspended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="selection_awarded_after_its_notice",
                condition=~Q(status="awarded") | Q(decided_at__isnull=False, decided_at__gte=F("notice_ends_at")),
            ),
            models.CheckConstraint(
                name="selection_failed_has_code",
                condition=Q(status="failed", decided_at__isnull=False) & ~Q(failure_code="") & ~Q(failure_reason="")
                | (~Q(status="failed") & Q(failure_code="", failure_reason="", next_step="")),
            ),
        ]

    def __str__(self) -> str:
        return self.call.code


class ReviewSeat(models.Model):
    """A reviewer in a selection, with the declaration; who left keeps the row, and the replacement gets one anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, related_name="seats")
    account = _account()
    is_chair = models.BooleanField(_("chair"), default=False)
    declaration = models.CharField(
        _("declaration"), max_length=8, choices=choices.Declaration.choices, default=choices.Declaration.PENDING
    )
    statement = models.TextField(_("statement"), max_length=2000, blank=True)
    declared_at = models.DateTimeField(_("declared"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("scores submitted"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = ReviewSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("review seat")
        verbose_name_plural = _("review seats")
        ordering = ["selection", "-is_chair", "id"]
        constraints = [
            *known("review_seat", declaration=choices.Declaration.choices),
            models.UniqueConstraint(name="review_seat_once", fields=["selection", "account"]),
            models.UniqueConstraint(
                name="review_seat_one_chair", fields=["selection"], condition=Q(is_chair=True, left_at__isnull=True)
            ),
            models.CheckConstraint(
                name="review_seat_declared_has_time",
                condition=Q(declaration="pending", declared_at__isnull=True)
                | (~Q(declaration="pending") & Q(declared_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="review_seat_conflict_leaves",
                condition=~Q(declaration="conflict") | Q(left_at__isnull=False) & ~Q(statement=""),
            ),
            models.CheckConstraint(
                name="review_seat_scores_without_conflict",
                condition=Q(submitted_at__isnull=True) | Q(declaration="none"),
            ),
        ]

    @property
    def may_read(self) -> bool:
        """Whether its holder may read the responses: declared, and without a conflict of interest."""
        return self.declaration == choices.Declaration.NONE


class Exclusion(models.Model):
    """Why a response is not eligible: the clause, its words in the call, and the explanation its author reads.

    explanation : in the words of the chair. ground : instead of it, what the platform found by itself.
    """

    response = models.OneToOneField(
        "marketplace.Response", on_delete=models.CASCADE, primary_key=True, related_name="exclusion"
    )
    clause = models.CharField(_("clause"), max_length=12, choices=choices.Clause.choices)
    quoted = models.TextField(_("words of the call"), max_length=2000, blank=True)
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    ground = models.CharField(_("ground"), max_length=10, choices=choices.ExclusionGround.choices, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            *known(
                "exclusion",
                optional=("ground",),
                clause=choices.Clause.choices,
                ground=choices.ExclusionGround.choices,
            ),
            models.CheckConstraint(
                name="exclusion_quotes_the_call",
                condition=Q(clause="call") ^ Q(quoted=""),
            ),
            models.CheckConstraint(
                name="exclusion_is_explained",
                condition=Q(clause="terms", explanation="", ground="")
                | ~Q(clause="terms") & (Q(explanation="") ^ Q(ground="")),
            ),
        ]

    @property
    def told(self) -> str:
        """The explanation as its author reads it, in the language of the page."""
        return str(self.get_ground_display()) if self.ground else self.explanation


class Placing(models.Model):
    """How a response stands in one lot under public notice; lot is empty where the call has only one.

    total : 0–100. below : the criterion whose minimum score was missed, which takes a response out of the ranking.
    """

    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, related_name="placings")
    response = models.ForeignKey("marketplace.Response", on_delete=models.PROTECT, related_name="placings")
    lot = models.CharField(_("lot"), max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    total = models.DecimalField(_("total"), max_digits=7, decimal_places=4)
    below = models.CharField(_("minimum score missed"), max_length=80, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=choices.Outcome.choices)

    class Meta:
        verbose_name = _("placing")
        verbose_name_plural = _("placings")
        ordering = ["selection", "lot", F("rank").asc(nulls_last=True), "response"]
        constraints = [
            *known("placing", outcome=choices.Outcome.choices),
            models.UniqueConstraint(name="placing_once", fields=["selection", "lot", "response"]),
            models.UniqueConstraint(name="placing_rank_once", fields=["selection", "lot", "rank"]),
            models.CheckConstraint(name="placing_total_in_range", condition=Q(total__gte=0, total__lte=100)),
            models.CheckConstraint(
                name="placing_ranked_or_below_a_minimum",
                condition=Q(rank__isnull=False, below="")
                | (Q(rank__isnull=True, outcome="not_selected") & ~Q(below="")),
            ),
        ]


class Objection(models.Model):
    """What an organisation that is concerned says against a result under public notice, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, related_name="objections")
    round = models.PositiveSmallIntegerField(_("round"))
    organisation = models.ForeignKey("marketplace.Organisation", on_delete=models.PROTECT, related_name="+")
    account = _account()
    reasons = models.TextField(_("reasons"), max_length=5000)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=8, choices=choices.ObjectionState.choices, default=choices.ObjectionState.OPEN
    )
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    answered_by = _account(null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["made_at", "id"]
        constraints = [
            *known("objection", state=choices.ObjectionState.choices),
            models.UniqueConstraint(name="objection_once_per_round", fields=["selection", "round", "organisation"]),
            models.CheckConstraint(
                name="objection_answer_has_author",
                condition=Q(state="open", answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(state="open") & ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
        ]
