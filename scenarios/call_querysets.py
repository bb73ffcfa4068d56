"""Named reads of calls. What becomes of a call after it has closed is another application's, which adds its terms."""

from typing import NamedTuple, Self

from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When

from scenarios.actor import Actor
from scenarios.figure_querysets import CallFigures
from scenarios.querysets import DatabaseClock, FullText


class Outcomes(NamedTuple):
    """What an app that decides on closed calls says of them, as conditions on a call.

    failed : nothing comes of it any more. undecided : it took responses, and something of them is still to come.
    """

    failed: Q
    undecided: Q


_outcomes: list[Outcomes] = []


def add_outcomes(outcomes: Outcomes) -> None:
    """Add what this package does not know of closed calls; at the start of the app that does."""
    if outcomes not in _outcomes:
        _outcomes.append(outcomes)


class CallQuerySet(FullText, CallFigures):
    def open(self) -> Self:
        """Calls that may be answered now, by the database clock."""
        return self.filter(status="open", closes_at__gt=DatabaseClock())

    def closed(self) -> Self:
        """Calls whose hour has come by the database clock, whether or not the sweep has noted it."""
        return self.filter(Q(status="closed") | Q(status="open", closes_at__lte=DatabaseClock()))

    def with_openness(self) -> Self:
        """Annotate is_open: whether it may be answered now, by the database clock."""
        is_open = Q(status="open", closes_at__isnull=False, closes_at__gt=DatabaseClock())
        return self.annotate(is_open=ExpressionWrapper(is_open, output_field=models.BooleanField()))

    def with_public_state(self) -> Self:
        """Annotate public_state: the status, with calls past their hour closed even before the sweep has noted it."""
        past = When(status="open", closes_at__lte=DatabaseClock(), then=Value("closed"))
        return self.annotate(public_state=Case(past, default=F("status"), output_field=models.CharField()))

    def binding(self) -> Self:
        """Closed calls that bind the owners behind them: all but those that failed."""
        rows = self.closed()
        for outcomes in _outcomes:
            rows = rows.exclude(outcomes.failed)
        return rows

    def undecided(self) -> Self:
        """Closed calls that took sealed responses of which nothing, or not everything, has come yet."""
        undecided = Q(pk__in=[])
        for outcomes in _outcomes:
            undecided |= outcomes.undecided
        return self.closed().filter(undecided).distinct()

    def due(self) -> Self:
        """Calls that the clock has closed and the sweep has not noted yet."""
        return self.filter(status="open", closes_at__lte=DatabaseClock())

    def awaiting_sandbox_plan(self) -> Self:
        """Calls that cannot be opened before a supervisor has written their sandbox plan."""
        grave = Q(need__risk_tier="R4") | Q(
            demand__members__need__risk_tier="R4", demand__members__left_at__isnull=True
        )
        return self.filter(grave, status__in=["draft", "reviewed", "approved"], sandbox_plan__isnull=True).distinct()

    def of(self, actor: Actor) -> Self:
        """Calls behind which a need of the actor's organisations stands, in a pool with their consent to its core."""
        member = self.model._meta.get_field("demand").related_model._meta.get_field("members").related_model
        pools = member._default_manager.consented().filter(need__owner__in=actor.organisation_ids).values("demand")
        return self.filter(Q(need__owner__in=actor.organisation_ids) | Q(demand__in=pools))

    def for_print(self) -> Self:
        """With what a printed call tells, in a constant number of queries."""
        rows = self.select_related("need", "demand", "sandbox_plan")
        return rows.prefetch_related("addenda", "questions")

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_staff:
            return self
        return self.filter(Q(status__in=["open", "closed"]) | Q(status="cancelled", opens_at__isnull=False))
