"""What figures count of needs and pools, as named reads. Pages, API and files count through these alone.

Days are of the city: from the midnight that begins `since` to the midnight that ends `until`, both optional.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from scenarios.actor import Actor
from scenarios.choices import Disclosure

ENOUGH_OWNERS = 3
ALL = 2**31
"""More rows than there are: a query that is cut off behind them stays one of its own for the planner."""
ON_THE_WAY = ("formed", "threshold_met", "threshold_missed", "frozen", "called", "landed")
HANDED_IN = Coalesce("submitted_at", "created_at")


def within_days(field: str, since: date | None, until: date | None) -> Q:
    """Return the condition that a time lies within these days of the city."""
    wanted = Q()
    if since:
        wanted &= Q(**{f"{field}__gte": midnight(since)})
    if until and until < date.max:
        wanted &= Q(**{f"{field}__lt": midnight(until + timedelta(days=1))})
    return wanted


def owners_in(links: Any) -> Coalesce:
    """Return how many organisations stand behind links grouped by their pool, as an expression of that pool."""
    owners = Subquery(links.annotate(total=Count("need__owner", distinct=True)).values("total"))
    return Coalesce(owners, 0, output_field=models.IntegerField())


def midnight(day: date) -> datetime:
    """Return the moment at which a day of the city begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


class NeedFigures(models.QuerySet[Any]):
    """Figures of needs."""

    def published_within(self, since: date | None, until: date | None) -> Self:
        """Needs that were first published within these days."""
        return self.filter(within_days("published_at", since, until))

    def come_within(self, actor: Actor, since: date | None, until: date | None) -> Self:
        """Needs that came within these days: for staff those handed in, for everyone else those published.

        When a need was handed in is told to staff only.
        """
        if not actor.is_staff:
            return self.published_within(since, until)
        return self.annotate(handed_in=HANDED_IN).filter(within_days("handed_in", since, until))

    def fitted_by(self, *techniques: str) -> Self:
        """Needs that some capability on offer with one of these techniques fits."""
        return self.filter(pk__in=self._fits().filter(technique__in=techniques).values("need"))

    def fitted_by_each(self) -> dict[str, int]:
        """Return how many of these needs a capability on offer with a technique fits, by technique."""
        fits = self._fits().filter(need__in=self.order_by().values("pk"))
        return dict(fits.order_by().values_list("technique").annotate(Count("pk")))

    def fitted_by_none(self) -> Self:
        """Needs that no capability on offer fits: the gaps of the supply."""
        return self.filter(~Exists(self._fits().filter(need=OuterRef("pk"))))

    def _fits(self) -> Any:
        fit: Any = self.model._meta.get_field("fits").related_model._default_manager
        return fit.standing()

    def placed(self) -> Self:
        """Needs that have a place on the map of likeness."""
        return self.filter(place__isnull=False)


class DemandMemberFigures(models.QuerySet[Any]):
    """Figures of the links between pools and needs."""

    def told_to(self, actor: Actor) -> Self:
        """Links of which this reader may know: staff of all, others of who consented in pools that name members."""
        if actor.is_staff:
            return self
        demand: Any = self.model._meta.get_field("demand").related_model._default_manager
        # Cut off behind the last pool, so that owners are counted once for each pool and not for each of its links.
        return self.of_pools(demand.naming_members().values("pk")[:ALL])

    def told_now_to(self, actor: Actor) -> Self:
        """The same, with the pools that name members looked up now: once for whatever asks several times."""
        if actor.is_staff:
            return self
        demand: Any = self.model._meta.get_field("demand").related_model._default_manager
        return self.of_pools([*demand.naming_members().values_list("pk", flat=True)])

    def of_pools(self, naming: Any) -> Self:
        """Links of those who consented in these pools. naming : ids, or a query of them."""
        agreed: Self = self.consented()  # type: ignore[attr-defined]
        return agreed.filter(demand__in=naming)


class MergedDemandFigures(models.QuerySet[Any]):
    """Figures of pools."""

    def formed_within(self, since: date | None, until: date | None) -> Self:
        """Pools that were formed within these days: two owners agreed on one core."""
        return self.filter(formed_at__isnull=False).filter(within_days("formed_at", since, until))

    def on_the_way(self) -> Self:
        """Pools that are formed and have not ended, up to those that landed."""
        return self.filter(status__in=ON_THE_WAY)

    def naming_members(self) -> Self:
        """Formed pools whose members everyone may read: they are disclosed, and enough distinct owners consented.

        Owners are counted pool by pool: as one grouped subquery the planner, while it knows little of young tables,
        would count them all anew for each row of whatever asks.
        """
        links: Any = self.model._meta.get_field("members").related_model._default_manager
        consented = links.filter(demand=OuterRef("pk")).consented().order_by().values("demand")
        named = self.filter(formed_at__isnull=False, disclosure=Disclosure.NAMED)
        return named.alias(owners=owners_in(consented)).filter(owners__gte=ENOUGH_OWNERS)


class CallFigures(models.QuerySet[Any]):
    """Figures of calls."""

    def opened_within(self, since: date | None, until: date | None) -> Self:
        """Calls that were opened within these days."""
        opened = self.filter(status__in=["open", "closed", "cancelled"], opens_at__isnull=False)
        return opened.filter(within_days("opens_at", since, until))

    def standing(self) -> Self:
        """Calls that were opened and not cancelled."""
        return self.filter(status__in=["open", "closed"])
