"""Named reads of pools: their members, cores, consents, differences and scales, and the proposals they come from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from scenarios.actor import Actor
from scenarios.beside import rows_beside
from scenarios.choices import ConsentState, ProposalStatus
from scenarios.figure_querysets import DemandMemberFigures, MergedDemandFigures, owners_in
from scenarios.querysets import DatabaseClock, FullText, events_of

CONSENTED = (ConsentState.ACCEPTED, ConsentState.RESERVED)
ENDED_DEMANDS = ("split", "dissolved")
REMINDER = timedelta(days=3)


class DemandMemberQuerySet(DemandMemberFigures):
    """Links between pools and needs."""

    def living(self) -> Self:
        """Links whose need is in the pool now."""
        return self.filter(left_at__isnull=True)

    def consented(self) -> Self:
        """Living links whose owner consented to the pool's present core: what stands behind the pool and its call."""
        return self.living().filter(self._consent()).exclude(need__owner__verification="suspended")

    def without_consent(self) -> Self:
        """Living links whose owner has given no consent to the pool's present core."""
        return self.living().exclude(self._consent())

    def telling_consent(self) -> Self:
        """Annotate counts: whether a link is one of `consented`."""
        standing = Q(self._consent(), left_at__isnull=True) & ~Q(need__owner__verification="suspended")
        return self.annotate(counts=ExpressionWrapper(standing, output_field=models.BooleanField()))

    def with_indicators(self) -> Self:
        """Annotate indicator_rows: the needs' indicators as a core keeps them."""
        need: Any = self.model._meta.get_field("need").related_model
        rows = need._meta.get_field("indicators").related_model._default_manager.filter(need=OuterRef("need"))
        columns = ("metric", "unit", "comparator", "baseline", "target", "target_max")
        return self.annotate(indicator_rows=rows_beside(rows, *columns))

    def _consent(self) -> Exists:
        consent: Any = self.model._meta.get_field("demand").related_model._meta.get_field("consents").related_model
        asked = {"demand": OuterRef("demand"), "organisation": OuterRef("need__owner")}
        given = consent._default_manager.filter(**asked, core_version=OuterRef("demand__core_version"))
        return Exists(given.filter(state__in=CONSENTED))


class DifferenceQuerySet(models.QuerySet[Any]):
    """Where members of pools deviate from the core."""

    def living(self) -> Self:
        """Those of needs that are in the pool now."""
        return self.filter(need__memberships__demand=F("demand"), need__memberships__left_at__isnull=True)

    def decided_fields(self) -> set[str]:
        """Return the fields on which a manager decided; what the machine proposes is not decided."""
        return set(self.filter(decided_by__isnull=False).values_list("field", flat=True))

    def undecided(self) -> Self:
        """Conflicting targets of living members on which no manager has decided."""
        return self.living().filter(field="indicators", decided_by__isnull=True)


class MergeProposalQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(status=ProposalStatus.OPEN)

    def telling_conflicts(self) -> Self:
        """Annotate with_conflicts: none or some."""
        found = Case(When(conflicts=[], then=Value("none")), default=Value("some"), output_field=models.CharField())
        return self.annotate(with_conflicts=found)

    def for_page(self) -> Self:
        member: Any = self.model._meta.get_field("members").related_model._default_manager
        members = Prefetch("members", queryset=member.select_related("need__owner", "need__district"))
        rows = self.select_related("representative", "index_build")
        return rows.prefetch_related(members, "members__need__indicators")


class MergedDemandQuerySet(FullText, MergedDemandFigures):
    def living(self) -> Self:
        return self.exclude(status__in=ENDED_DEMANDS)

    def visible_to(self, actor: Actor) -> Self:
        """Pools whose page `actor` may open.

        Once formed a pool stays readable for everyone; before, its owners and staff read it.
        """
        if actor.is_staff:
            return self
        formed = Q(formed_at__isnull=False)
        if not actor.organisation_ids:
            return self.filter(formed)
        return self.filter(formed | Q(pk__in=self.of(actor).values("pk")))

    def of(self, actor: Actor) -> Self:
        """Pools in which a need of the actor's organisations is a member, or was when the pool ended."""
        mine = self._members(need__owner_id__in=actor.organisation_ids)
        ended = Q(demand__status__in=ENDED_DEMANDS, left_at__gte=F("demand__updated_at"))
        return self.filter(pk__in=mine.filter(Q(left_at__isnull=True) | ended).values("demand_id"))

    def telling_party(self, actor: Actor) -> Self:
        """Annotate is_party: whether the actor is staff or one of `of`, who read more of a pool than everyone."""
        mine = Exists(self.model._default_manager.of(actor).filter(pk=OuterRef("pk")))
        return self.annotate(is_party=Value(True) if actor.is_staff else mine)

    def with_obstacles(self) -> Self:
        """Annotate what a pool waits for before it can be frozen, beside what `with_scale` tells.

        waiting_owners : organisations in it without consent to the present core. has_undecided : targets differ.
        """
        waiting = self._members(demand=OuterRef("pk")).without_consent().order_by().values("demand")
        undecided = self._hanging("differences").undecided()
        return self.with_scale().annotate(waiting_owners=owners_in(waiting), has_undecided=Exists(undecided))

    def with_differences(self, **conditions: Any) -> Self:
        """Annotate difference_rows, for `rows_of`: where members deviate, those that left included."""
        return self.annotate(difference_rows=rows_beside(self._hanging("differences").filter(**conditions)))

    def with_consents(self) -> Self:
        """Annotate consent_rows, for `rows_of`: what each owner said to each core, the present one first."""
        return self.annotate(consent_rows=rows_beside(self._hanging("consents")))

    def with_calls(self) -> Self:
        """Annotate call_rows, for `rows_of`, and has_undecided_call: one closed, and what comes of it is still open."""
        rows = self._hanging("calls")
        columns = ("id", "code", "status", "title_zh", "title_en")
        return self.annotate(call_rows=rows_beside(rows, *columns), has_undecided_call=Exists(rows.undecided()))

    def with_core_changes(self, **conditions: Any) -> Self:
        """Annotate change_rows, for `rows_of`: what members want in the next core."""
        return self.annotate(change_rows=rows_beside(self._hanging("core_changes").filter(**conditions)))

    def with_events(self, most: int) -> Self:
        """Annotate event_rows, for `rows_of`: the latest of what happened to a pool, as its pages tell it."""
        events: Any = self.model._meta.apps.get_model("scenarios", "Event")._default_manager
        rows = events.history_of("demand", OuterRef("pk")).order_by("-id")[:most]
        return self.annotate(event_rows=rows_beside(rows, "id", "kind", "at"))

    def _members(self, **conditions: Any) -> Any:
        return self.model._meta.get_field("members").related_model._default_manager.filter(**conditions)

    def _hanging(self, relation: str) -> Any:
        related: Any = self.model._meta.get_field(relation).related_model
        return related._default_manager.filter(demand=OuterRef("pk"))

    def past_deadline(self) -> Self:
        """Pools whose deadline has come on the database clock."""
        return self.filter(deadline__lte=DatabaseClock())

    def due_for_verdict(self) -> Self:
        """Pools past their deadline, on the database clock, that have no verdict for it yet."""
        verdict = events_of(
            self.model, "demand.deadline_met", "demand.miss_threshold", generation=OuterRef("deadline_generation")
        )
        waiting = self.past_deadline().filter(status__in=["consenting", "formed", "threshold_met"])
        return waiting.exclude(Exists(verdict)).order_by("deadline", "pk")

    def with_open_invitations(self) -> Self:
        """Pools of whose owners some have not answered to the present core.

        Annotates consent_by : when the first of these invitations lapses.
        """
        consent: Any = self.model._meta.get_field("consents").related_model._default_manager
        first = consent.open().filter(demand=OuterRef("pk")).order_by("answer_by").values("answer_by")[:1]
        return self.annotate(consent_by=Subquery(first)).filter(consent_by__isnull=False)

    def with_scale(self) -> Self:
        """Annotate pooled_quantity, owners and counted_owners, over members whose owners consented to the present core.

        pooled_quantity : summed over the needs in the pool's unit. counted_owners : organisations behind that sum.
        owners : organisations in whatever unit they need; each counts once.
        """
        consented = self._members(demand=OuterRef("pk")).consented().order_by().values("demand")
        counted = consented.filter(need__quantity_unit=F("demand__unit"), need__quantity__isnull=False)
        return self.annotate(
            pooled_quantity=Coalesce(
                Subquery(counted.annotate(total=Sum("need__quantity")).values("total")),
                0,
                output_field=models.DecimalField(max_digits=14, decimal_places=2),
            ),
            owners=owners_in(consented),
            counted_owners=owners_in(counted),
        )


class ConsentQuerySet(models.QuerySet[Any]):
    """What owners were asked and said."""

    def open(self) -> Self:
        """Invitations to the present core that wait for an answer."""
        asking = Q(demand__status__in=["consenting", "formed", "threshold_met", "threshold_missed"])
        return self.filter(asking, state="invited", core_version=F("demand__core_version"))

    def due_for_lapse(self) -> Self:
        """Open invitations whose own time has run out on the database clock."""
        return self.open().filter(answer_by__lte=DatabaseClock()).order_by("answer_by", "pk")

    def due_for_reminder(self) -> Self:
        """Open invitations that run out within three days and of which their owner was not reminded yet."""
        events: Any = self.model._meta.apps.get_model("scenarios", "Event")._default_manager
        reminded = events.filter(kind="demand.consent_due", subject_id=OuterRef("demand"), generation=OuterRef("pk"))
        soon = self.open().filter(answer_by__lte=DatabaseClock() + REMINDER)
        return soon.exclude(Exists(reminded)).order_by("answer_by", "pk")


class ScaleMarkQuerySet(models.QuerySet[Any]):
    """Marks of pools' scale meters."""

    def of_pool(self, demand: Any) -> Self:
        """Marks whose capability matches the pool now, in whatever unit it counts, smallest first."""
        return self.filter(demand=demand, matches=True).order_by("quantity", "id")

    def reached_now(self, demand: Any, quantities: Mapping[str, Any]) -> Self:
        """Marks of a pool that the quantity in their unit reaches for the first time."""
        reached = Q(pk__in=[])
        for unit, quantity in quantities.items():
            reached |= Q(unit=unit, quantity__lte=quantity)
        return self.of_pool(demand).filter(reached, reached_at__isnull=True)


class CoreChangeQuerySet(models.QuerySet[Any]):
    """Proposed changes of pools' cores."""

    def visible_to(self, actor: Actor) -> Self:
        """Staff read all; an owner those about its own needs, since the others would name members."""
        return self if actor.is_staff else self.filter(need__owner_id__in=actor.organisation_ids)

    def waiting(self) -> Self:
        """Those that no version of the core has taken in yet and that are not dismissed."""
        return self.filter(core_version__isnull=True).exclude(state="dismissed")

    def noted(self) -> Self:
        """Those that were taken up and that no version of the core has taken in yet."""
        return self.filter(core_version__isnull=True, state="taken")
