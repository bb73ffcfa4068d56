"""Named reads of organisations, capabilities, suggestions and notifications."""

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from marketplace.choices import CapabilityStatus, SuggestionState
from scenarios.actor import Actor
from scenarios.figure_querysets import within_days
from scenarios.querysets import DatabaseClock, FullText, StatementClock, database_time

DIGESTED = timedelta(days=7)
"""How old what was not read may be to stand in the daily e-mail."""


class OrganisationQuerySet(FullText, models.QuerySet[Any]):
    def of(self, actor: Actor) -> Self:
        return self.filter(pk__in=actor.organisation_ids)

    def visible_to(self, actor: Actor) -> Self:
        """Every organisation that is not suspended; its own members and staff see it even then."""
        if actor.is_staff:
            return self
        return self.filter(~Q(verification="suspended") | Q(pk__in=actor.organisation_ids))

    def listed_to(self, actor: Actor) -> Self:
        """Verified organisations of which the reader finds something: a need or a capability on offer, or a project
        that landed.
        """
        found = Exists(self._capabilities()) | Exists(self._needs(actor)) | Exists(self._landed())
        return self.filter(found, verification="verified")

    def with_offers(self, actor: Actor) -> Self:
        """Annotate needs_on_offer, capabilities_on_offer and landed_projects: how many of them the reader finds."""
        return self.annotate(
            needs_on_offer=_counted_by("owner", self._needs(actor), "pk"),
            capabilities_on_offer=_counted_by("owner", self._capabilities(), "pk"),
            landed_projects=_counted_by("organisation", self._landed(), "engagement"),
        )

    def _needs(self, actor: Actor) -> Any:
        return self._related("needs").visible_to(actor).published().filter(owner=OuterRef("pk"))

    def _capabilities(self) -> Any:
        return self._related("capabilities").published().filter(owner=OuterRef("pk"))

    def _landed(self) -> Any:
        """Where an organisation is a party to a project that landed, as far as everyone may know."""
        return self._related("parties").told().filter(organisation=OuterRef("pk"), engagement__landed_at__isnull=False)

    def _related(self, name: str) -> Any:
        return self.model._meta.get_field(name).related_model._default_manager


def _counted_by(name: str, rows: Any, counted: str) -> Coalesce:
    """Return the number of different `counted` among correlated rows that are alike in `name`."""
    number = rows.order_by().values(name).annotate(number=Count(counted, distinct=True)).values("number")
    return Coalesce(Subquery(number), 0)


class InvitationQuerySet(models.QuerySet[Any]):
    def to(self, actor: Actor) -> Self:
        """The invitations to the address of the actor's account that it can still answer."""
        accounts: Any = self.model._meta.apps.get_model("marketplace", "Account")._default_manager
        address = accounts.filter(pk=actor.account_id).values("email")
        return self.filter(email__in=address).exclude(organisation__verification="suspended")


class CapabilityQuerySet(FullText, models.QuerySet[Any]):
    def published(self) -> Self:
        """Capabilities on offer: published and still valid on the database clock."""
        offered = self.filter(status=CapabilityStatus.PUBLISHED).exclude(valid_until__lte=DatabaseClock())
        return offered.exclude(owner__verification="suspended")

    def ranked(self) -> Self:
        """Capabilities on offer that may be suggested: no near-copy, or one that a moderator found to be none."""
        return self.published().filter(Q(near_copy__isnull=True) | Q(near_copy__cleared_at__isnull=False))

    def due_for_expiry(self) -> Self:
        """Published capabilities whose time has passed on the database clock, longest first."""
        return self.filter(status=CapabilityStatus.PUBLISHED, valid_until__lte=DatabaseClock()).order_by("valid_until")

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_staff:
            # What was never submitted is nobody's business, withdrawn or not.
            handed_in = Q(submitted_at__isnull=False) | Q(imported=True)
            return self.filter(handed_in & ~Q(status=CapabilityStatus.DRAFT) | Q(owner_id__in=actor.organisation_ids))
        listed = Q(status__in=[CapabilityStatus.PUBLISHED, CapabilityStatus.EXPIRED])
        return self.filter(listed | Q(owner_id__in=actor.organisation_ids))

    def of(self, actor: Actor) -> Self:
        return self.filter(owner_id__in=actor.organisation_ids)

    def serving(self, districts: list[str]) -> Self:
        """Capabilities that serve one of these districts: those that name it, and those that name none."""
        named: Any = self.model._meta.get_field("districts").remote_field.through._default_manager
        serving = named.filter(district_id__in=districts).values("capability_id")
        return self.filter(Q(pk__in=serving) | ~Q(pk__in=named.values("capability_id")))

    def published_within(self, since: date | None, until: date | None) -> Self:
        """Capabilities that were published within these days of the city."""
        return self.filter(within_days("published_at", since, until))

    def awaiting_moderation(self) -> Self:
        return self.filter(status=CapabilityStatus.SUBMITTED).order_by("submitted_at", "id")

    def awaiting_publication(self) -> Self:
        return self.filter(status=CapabilityStatus.VERIFIED).order_by("submitted_at", "id")

    def for_page(self) -> Self:
        return self.select_related("owner", "owner__district").prefetch_related("evidence", "price_tiers", "districts")

    def with_copies(self, actor: Actor) -> Self:
        """With what was found of those that are nearly copies; the source only where the actor may read it."""
        related = self.model._meta.apps.get_model
        need = related("scenarios", "Need")._default_manager.visible_to(actor)
        source = related("marketplace", "Capability")._default_manager.visible_to(actor)
        return self.select_related("near_copy").prefetch_related(
            Prefetch("near_copy__need", queryset=need), Prefetch("near_copy__source", queryset=source)
        )


class SuggestionQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        return self.exclude(state=SuggestionState.SUPERSEDED)

    def for_supplier(self, actor: Actor) -> Self:
        """What is suggested to the actor's own published capabilities, and may still be answered and read by it."""
        mine = self.current().filter(capability__owner_id__in=actor.organisation_ids, capability__status="published")
        need, demand, call = (self._related(name) for name in ("need", "demand", "call"))
        # Row by row: the planner would hash all needs on offer before it looked at the few suggestions that are mine.
        return mine.filter(
            Exists(need.visible_to(actor).published().filter(pk=OuterRef("need")))
            | Exists(demand.visible_to(actor).living().filter(pk=OuterRef("demand")))
            | Exists(call.open().filter(pk=OuterRef("call")))
        )

    def for_owner(self, actor: Actor) -> Self:
        """What is suggested to the actor's own published needs, of capabilities that are on offer."""
        mine = self.current().filter(need__owner_id__in=actor.organisation_ids, need__status="published")
        need, offered = self._related("need"), self._related("capability").published()
        return mine.filter(
            Exists(need.published().filter(pk=OuterRef("need"))), Exists(offered.filter(pk=OuterRef("capability")))
        )

    def visible_to(self, actor: Actor) -> Self:
        """Staff see all; a supplier its own; an owner those for its needs, and for pools and calls with its needs."""
        if actor.is_staff:
            return self
        mine = actor.organisation_ids
        member: Any = self._related("demand").model._meta.get_field("members").related_model._default_manager
        pools = member.filter(left_at__isnull=True, need__owner_id__in=mine).values("demand_id")
        # A supplier reads of a need what its page would show it: a need for verified ones stays closed to others.
        readable = Q(need__isnull=True) | Q(need__in=self._related("need").visible_to(actor).values("pk"))
        return self.filter(
            Q(capability__owner_id__in=mine) & readable
            | Q(need__owner_id__in=mine)
            | Q(call__need__owner_id__in=mine)
            | Q(demand_id__in=pools)
            | Q(call__demand_id__in=pools)
        )

    def _related(self, name: str) -> Any:
        return self.model._meta.get_field(name).related_model._default_manager

    def judged_for(self, actor: Actor) -> Self:
        """Annotate decided_here: whether the last judgement was made by someone of the actor's organisations."""
        members: Any = self.model._meta.apps.get_model("marketplace", "Member")._default_manager
        ours = members.filter(account_id=OuterRef("decided_by_id"), organisation_id__in=actor.organisation_ids)
        return self.annotate(decided_here=Exists(ours))

    def of_kinds(self, kinds: list[str]) -> Self:
        """Those for needs ("need"), pools ("demand") or calls ("call")."""
        wanted = Q(pk__in=[])
        for kind in kinds:
            wanted |= Q(**{f"{kind}__isnull": False})
        return self.filter(wanted)

    def fitting_first(self) -> Self:
        """What passes every gate first, then by score."""
        return self.order_by(Case(When(failed_gates=[], then=0), default=1), "-score", "id")

    def for_page(self) -> Self:
        """With what a page about them shows; a pool comes with its scale, which decides whether it is told."""
        rows = self.select_related("capability__owner", "need__owner", "need__district", "call")
        return rows.prefetch_related(Prefetch("demand", queryset=self._related("demand").with_scale()))

    def with_others(self) -> Self:
        """Annotate others: how many more capabilities the same organisation has on offer."""
        offered = self._related("capability").published().filter(owner=OuterRef("capability__owner"))
        counted = offered.exclude(pk=OuterRef("capability")).order_by().values("owner").annotate(number=Count("pk"))
        return self.annotate(others=Coalesce(Subquery(counted.values("number")), 0))


class NeedFitQuerySet(models.QuerySet[Any]):
    """Which techniques fit which needs. It follows from what is public of both sides, whatever people said to it."""

    def standing(self) -> Self:
        """Those of which a capability is still on offer by the database clock."""
        return self.filter(still_fits())


def still_fits(fit: str = "") -> Q:
    """Return the condition that a fit stands by the database clock. fit : the way to it from the row, `fits__` of a
    need.
    """
    return Q(**{f"{fit}until__gt": StatementClock()})


class NotificationQuerySet(models.QuerySet[Any]):
    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def to_digest(self) -> Self:
        """Those of the last week that were neither read nor sent by e-mail."""
        return self.unread().filter(mailed_at__isnull=True, created_at__gte=database_time() - DIGESTED)


class ResponseQuerySet(models.QuerySet[Any]):
    """Responses to calls. Until a call is opened nobody but the lead organisation reads anything of them."""

    def of(self, actor: Actor) -> Self:
        """Responses that the actor's organisations lead."""
        return self.filter(lead_id__in=actor.organisation_ids)

    def opened(self) -> Self:
        """Responses whose call was opened; what staff and the panel may know of starts here."""
        return self.exclude(status__in=["draft", "sealed", "withdrawn", "cancelled"])

    def visible_to(self, actor: Actor) -> Self:
        """One's own; nobody else's, whatever the role. The selection reads `opened`."""
        return self.of(actor)

    def awaiting_engagement(self) -> Self:
        """Awarded responses whose project was not opened yet, longest first."""
        return self.filter(status="awarded", engagement__isnull=True).order_by("updated_at", "id")

    def awarded_in(self, call: Any) -> Self:
        """The awarded responses to a call with their leads and projects, by number."""
        return self.filter(call=call, status="awarded").select_related("lead", "engagement").order_by("number")

    def to_judge(self, actor: Actor) -> Self:
        """Responses on whose eligibility the actor, in the chair of a complete panel, has to decide."""
        return self.filter(status="opened", call__selection__in=self._selections().chaired_by(actor).declared())

    def to_agree_on(self, actor: Actor) -> Self:
        """Eligible responses that every reviewer has scored and that have no consensus; the actor is in the chair."""
        mine = self._selections().chaired_by(actor).submitted()
        return self.filter(status="eligible", call__selection__in=mine, consensus__isnull=True)

    def to_explain(self, actor: Actor) -> Self:
        """Ranked responses that win nothing and have no feedback; the actor is in the chair."""
        mine = self._selections().chaired_by(actor).filter(status__in=["publicity", "suspended"])
        losing = self.filter(status="scored", call__selection__in=mine, feedback__isnull=True)
        return losing.exclude(placings__outcome="awarded")

    def _selections(self) -> Any:
        return self.model._meta.apps.get_model("marketplace", "Selection")._default_manager

    def to_confirm(self, actor: Actor) -> Self:
        """The actor's sealed responses to open calls whose terms an addendum has changed since."""
        return self._before_the_close(actor).filter(status="sealed", terms_version__lt=F("call__terms_version"))

    def to_seal(self, actor: Actor) -> Self:
        """The actor's drafts for calls that are still open."""
        return self._before_the_close(actor).filter(status="draft")

    def _before_the_close(self, actor: Actor) -> Self:
        open_calls = self.model._meta.get_field("call").related_model._default_manager.open()
        return self.of(actor).filter(call__in=open_calls).order_by("call__closes_at", "pk")

    def standing(self) -> Self:
        """Responses that were sealed and not taken back."""
        return self.filter(status="sealed")

    def with_told(self) -> Self:
        """Annotate told: the status as the author may know it. What the panel finds is told with the public notice."""
        kept = Q(status__in=["eligible", "ineligible", "scored"]) & ~Exists(
            self._selections().public().filter(call=OuterRef("call"))
        )
        return self.annotate(
            told=Case(When(kept, then=Value("opened")), default=F("status"), output_field=models.CharField())
        )

    def in_review(self) -> Self:
        """Opened responses that were not found ineligible, by their anonymous numbers."""
        return self.opened().exclude(status="ineligible").order_by("number")


class SavedSearchQuerySet(models.QuerySet[Any]):
    def of(self, actor: Actor) -> Self:
        """Searches that the actor saved and has not removed."""
        return self.filter(account_id=actor.account_id, removed_at__isnull=True)

    def removed(self, actor: Actor) -> Self:
        """Searches that the actor removed in the last 30 days and can take back, the latest first."""
        since = DatabaseClock() - timedelta(days=30)
        return self.filter(account_id=actor.account_id, removed_at__gt=since).order_by("-removed_at", "pk")

    def to_tell(self, notice: str) -> Self:
        """Searches of which people want to be told so, with their accounts."""
        rows = self.filter(notice=notice, removed_at__isnull=True, account__is_active=True)
        return rows.select_related("account").order_by("pk")
