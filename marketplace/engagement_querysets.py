"""Named reads of engagements and what belongs to them."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import TruncDate
from django.utils.timezone import localtime

from scenarios.actor import Actor
from scenarios.querysets import DatabaseClock, TitleSearch, database_time

NOT_PUBLIC = ("proposed", "preparing", "called_off")
UNDER_WAY = ("running", "accepted")


def today() -> date:
    """Return the day in the city's time zone by the database clock."""
    return localtime(database_time()).date()


class EngagementQuerySet(TitleSearch, models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Engagements whose page `actor` may open: everyone once they began, parties and staff before that."""
        if actor.is_staff:
            return self
        public = ~Q(status__in=NOT_PUBLIC)
        return (
            self.filter(public | Q(pk__in=self.of(actor).values("pk")))
            if actor.organisation_ids
            else self.filter(public)
        )

    def of(self, actor: Actor) -> Self:
        """Engagements in which an organisation of the actor is a party."""
        return self.filter(pk__in=self._parties().filter(organisation__in=actor.organisation_ids).values("engagement"))

    def awaiting_confirmation(self, actor: Actor) -> Self:
        """Direct agreements that an organisation of the actor has to confirm or decline."""
        return self.of(actor).filter(status="proposed").exclude(proposed_by__in=actor.organisation_ids)

    def _parties(self) -> Any:
        return self.model._meta.get_field("parties").related_model._default_manager

    def for_page(self) -> Self:
        return self.select_related("need__owner", "demand", "lead", "capability", "response__call")


class PartyQuerySet(models.QuerySet[Any]):
    def owners(self) -> Self:
        return self.filter(role="owner")

    def of(self, actor: Actor) -> Self:
        """Parties that the actor belongs to."""
        return self.filter(organisation__in=actor.organisation_ids)

    def written_by(self, actor: Actor) -> Self:
        """Parties for which the actor may write."""
        return self.filter(organisation__in=actor.editor_of)


class ElementQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Staff and the lead read the whole ledger, another party what it gives or receives, nobody else anything."""
        if actor.is_staff:
            return self
        mine = actor.organisation_ids
        return self.filter(
            Q(engagement__lead__in=mine) | Q(giver__organisation__in=mine) | Q(receiver__organisation__in=mine)
        )

    def with_lateness(self) -> Self:
        """Annotate is_late: due before today in the city, by the database clock, and not received."""
        late = Q(state__in=["promised", "delivered"], due_on__lt=TruncDate(DatabaseClock()))
        return self.annotate(is_late=ExpressionWrapper(late, output_field=models.BooleanField()))


class RolloutQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Staff and the lead read all, a member its own: the others would name the members of an anonymous pool."""
        if actor.is_staff:
            return self
        mine = actor.organisation_ids
        return self.filter(Q(engagement__lead__in=mine) | Q(need__owner__in=mine))

    def open(self) -> Self:
        """Rollouts that are neither declined nor done."""
        return self.exclude(state__in=["declined", "done"])


class LessonQuerySet(models.QuerySet[Any]):
    def for_page(self) -> Self:
        return self.select_related("engagement__need", "engagement__demand", "gate").order_by("-published_at", "id")

    def matching_text(self, text: str) -> Self:
        """Lessons whose title or text holds `text`."""
        return self.filter(Q(title__icontains=text) | Q(text__icontains=text)) if text else self
