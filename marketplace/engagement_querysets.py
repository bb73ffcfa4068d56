"""Named reads of engagements and what belongs to them."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate
from django.utils.timezone import localtime

from scenarios.actor import Actor
from scenarios.querysets import DatabaseClock, FullText, database_time

NOT_PUBLIC = ("proposed", "preparing", "called_off")
UNDER_WAY = ("running", "accepted")
STOPPED = ("stopped_no_fault", "stopped_breach")


def today() -> date:
    """Return the day in the city's time zone by the database clock."""
    return localtime(database_time()).date()


class EngagementQuerySet(FullText, models.QuerySet[Any]):
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

    def inside(self, actor: Actor) -> Self:
        """Engagements whose parties' pages `actor` may open: the parties and staff."""
        return self if actor.is_staff else self.of(actor)

    def begun(self) -> Self:
        """Engagements that began, whatever became of them."""
        return self.exclude(status__in=NOT_PUBLIC)

    def with_stage(self) -> Self:
        """Annotate stage: of the gate that was started last; null before the first."""
        gates: Any = self.model._meta.get_field("gates").related_model
        started = gates._default_manager.filter(engagement=OuterRef("pk"), started_at__isnull=False)
        return self.annotate(stage=Subquery(started.order_by("-position").values("stage")[:1]))

    def of(self, actor: Actor) -> Self:
        """Engagements in which an organisation of the actor is a party."""
        return self.filter(pk__in=self._parties().filter(organisation__in=actor.organisation_ids).values("engagement"))

    def known_with(self, organisation_id: UUID) -> Self:
        """Projects that began and of which everyone may know that the organisation is a party."""
        parties = self._parties().told().filter(organisation=organisation_id)
        return self.begun().filter(pk__in=parties.values("engagement"))

    def landed_with(self, organisation_id: UUID) -> Self:
        """Those of them that landed, the latest first."""
        return self.known_with(organisation_id).filter(landed_at__isnull=False).order_by("-landed_at", "pk")

    def awaiting_confirmation(self, actor: Actor) -> Self:
        """Direct agreements that an organisation of the actor has to confirm or decline."""
        return self.of(actor).filter(status="proposed").exclude(proposed_by__in=actor.organisation_ids)

    def to_accept(self, organisation_ids: Collection[UUID]) -> Self:
        """Projects under way of which one of these organisations is an owner and every gate is passed."""
        gates: Any = self.model._meta.get_field("gates").related_model._default_manager
        of_project = gates.filter(engagement=OuterRef("pk"))
        owned = self._parties().filter(organisation__in=organisation_ids, role="owner").values("engagement")
        all_passed = Exists(of_project.filter(state="passed")) & ~Exists(of_project.exclude(state="passed"))
        return self.filter(all_passed, pk__in=owned, status="running")

    def awaiting_sandbox(self) -> Self:
        """Projects in preparation for a need whose tier demands a sandbox before the pilot, and without one."""
        grave = ["R3", "R4"]
        members = Q(demand__members__need__risk_tier__in=grave, demand__members__left_at__isnull=True)
        of_grave = self.filter(Q(need__risk_tier__in=grave) | members, status="preparing")
        return self.filter(pk__in=of_grave.values("pk"), sandbox__isnull=True)

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

    def told(self) -> Self:
        """Parties that everyone may know of: who does the work, and owners, of pools those that name their members."""
        engagement: Any = self.model._meta.get_field("engagement").related_model
        pools = engagement._meta.get_field("demand").related_model._default_manager
        named = Q(engagement__demand__isnull=True) | Q(engagement__demand__in=pools.naming_members().values("pk"))
        return self.filter(~Q(role="owner") | named)

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

    def awaiting_receiver(self, organisation_ids: Collection[UUID]) -> Self:
        """What was delivered to one of these organisations and is to be confirmed, in projects that are kept."""
        return self._kept().filter(receiver__organisation__in=organisation_ids, state="delivered")

    def awaiting_giver(self, organisation_ids: Collection[UUID]) -> Self:
        """What one of these organisations promised and has not delivered, in projects that are kept."""
        return self._kept().filter(giver__organisation__in=organisation_ids, state="promised")

    def _kept(self) -> Self:
        rows = self.filter(engagement__status__in=["preparing", *UNDER_WAY]).select_related("engagement")
        return rows.order_by("due_on", "pk")


class GateQuerySet(models.QuerySet[Any]):
    def ending(self, organisation_ids: Collection[UUID]) -> Self:
        """Gates under way that end within 14 days, or should have, without a decision that is open.

        They are told to owner and lead.
        """
        related = self.model._meta.get_field
        decisions = related("decisions").related_model._default_manager.filter(gate=OuterRef("pk"), state="proposed")
        parties = related("engagement").related_model._meta.get_field("parties").related_model._default_manager
        told = parties.filter(organisation__in=organisation_ids, role__in=["owner", "lead"]).values("engagement")
        soon = TruncDate(DatabaseClock() + timedelta(days=14))
        rows = self.filter(state="running", engagement__status__in=UNDER_WAY, engagement__in=told, ends_on__lte=soon)
        return rows.filter(~Exists(decisions)).order_by("ends_on", "pk")


class DecisionQuerySet(models.QuerySet[Any]):
    """Decisions on gates."""

    def open(self) -> Self:
        """Those that wait for the other side, in projects that are under way."""
        rows = self.filter(state="proposed", gate__engagement__status__in=UNDER_WAY)
        return rows.select_related("gate__engagement").order_by("proposed_at", "id")

    def awaiting_manager(self) -> Self:
        """Those that a party proposed."""
        return self.open().filter(by_manager=False)

    def awaiting_party(self, organisation_ids: Collection[UUID]) -> Self:
        """Those that the manager proposed and one of these organisations may confirm: an owner, or the lead where an
        owner is accused.
        """
        party: Any = self.model._meta.get_field("accused").related_model
        mine = party._default_manager.filter(engagement=OuterRef("gate__engagement"), organisation__in=organisation_ids)
        by_lead = Q(accused__role="owner")
        rows = self.open().filter(by_manager=True)
        return rows.filter(
            by_lead & Exists(mine.filter(role="lead"))
            | (Q(accused__isnull=True) | ~by_lead) & Exists(mine.filter(role="owner"))
        )

    def awaiting_statement(self, organisation_ids: Collection[UUID]) -> Self:
        """Those against one of these organisations, which has not stated its side."""
        return self.open().filter(accused__organisation__in=organisation_ids, statement="")


class RolloutQuerySet(models.QuerySet[Any]):
    def awaiting_answer(self, organisation_ids: Collection[UUID]) -> Self:
        """Rollouts for needs of these organisations that they have not answered."""
        rows = self.filter(need__owner__in=organisation_ids, state="asked", engagement__status="landed")
        return rows.select_related("need", "engagement").order_by("engagement__landed_at", "pk")

    def visible_to(self, actor: Actor) -> Self:
        """Staff and the lead read all, a member its own: the others would name the members of an anonymous pool."""
        if actor.is_staff:
            return self
        mine = actor.organisation_ids
        return self.filter(Q(engagement__lead__in=mine) | Q(need__owner__in=mine))

    def open(self) -> Self:
        """Rollouts that are neither declined nor done."""
        return self.exclude(state__in=["declined", "done"])


class LessonQuerySet(FullText, models.QuerySet[Any]):
    def for_page(self) -> Self:
        return self.select_related("engagement__need", "engagement__demand", "gate").order_by("-published_at", "id")


class NoteQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Notes of the engagements inside which the actor is; nobody else learns that there are any."""
        if actor.is_staff:
            return self
        engagements: Any = self.model._meta.get_field("engagement").related_model
        return self.filter(engagement__in=engagements._default_manager.inside(actor).values("pk"))

    def newest(self) -> Self:
        return self.order_by("-created_at", "-id")


class IncidentQuerySet(models.QuerySet[Any]):
    def to_close(self, actor: Actor) -> Self:
        """Open incidents of the sandboxes that the actor supervises."""
        return self.filter(closed_at__isnull=True, sandbox__supervisor_id=actor.account_id)
