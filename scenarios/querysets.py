"""Named reads. What the clock decides is an expression on the database clock, so nothing here takes a `now`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection, models
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Value,
    When,
)

from scenarios.actor import Actor
from scenarios.choices import NeedStatus, PrintedListState
from scenarios.figure_querysets import NeedFigures
from scenarios.pinyin import is_typed

LIVE_CALLS = ("draft", "reviewed", "approved", "open")
LIVE_ENGAGEMENTS = ("preparing", "running", "suspended", "accepted")
WARNING = timedelta(days=14)
GIVEN_UP_AFTER = timedelta(hours=1)
"""How long after it was ordered a printed list may still come: longer than three attempts with their waits."""

PRINTED_LIST_KEPT = timedelta(days=1)
LISTED = (NeedStatus.PUBLISHED, NeedStatus.LANDED, NeedStatus.CLOSED, NeedStatus.EXPIRED)


class DatabaseClock(Func):
    """clock_timestamp(): the time of the statement, not of the transaction's start."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class StatementClock(Func):
    """statement_timestamp(): the same for all rows of a statement, so that the planner may join by what it decides.

    For reads alone: whoever waits for a lock has to look at the clock again, as DatabaseClock does.
    """

    function = "statement_timestamp"
    output_field = models.DateTimeField()


def database_time() -> datetime:
    """Return the time on the database clock, for what no row stands for; a condition on rows uses DatabaseClock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


HEAD, SPELT = "^", "~"
"""What tokens of a page's head, and of its pinyin, begin with in a `search` column. No word holds either."""


class LexemeQuery(SearchQuery):
    """A tsquery that wants every term as it stands; PostgreSQL's own parser, which is blind to Chinese, stays out.

    A Latin word is found by its beginning; one that may be pinyin also by how a head is typed.
    mark : `HEAD` looks into heads only.
    """

    def __init__(self, terms: list[str], *, mark: str = "") -> None:
        self.text = " & ".join(_wanted(term, mark) for term in terms)
        super().__init__(self.text, config="simple", search_type="raw")

    def as_sql(self, *_: Any, **__: Any) -> Any:
        return "%s::tsquery", [self.text]


def _wanted(term: str, mark: str) -> str:
    quoted = mark + term.replace("\\", "").replace("'", "''")
    if not term.isascii():
        return f"'{quoted}'"
    return f"('{quoted}':* | '{SPELT}{term}':*)" if is_typed(term) else f"'{quoted}':*"


def holding_one_of(alternatives: list[list[str]], *, mark: str = "") -> Q:
    """Return the condition that a row's `search` column holds every term of at least one alternative."""
    wanted = Q(pk__in=[])
    for terms in alternatives:
        wanted |= Q(search=LexemeQuery(terms, mark=mark))
    return wanted


class FullText:
    """Rows with a `search` column; see scenarios.search_columns."""

    def matching_text(self: Any, *alternatives: list[str]) -> Any:
        """Rows whose public texts hold every term of one of the alternatives."""
        return self.filter(holding_one_of([*alternatives])) if any(alternatives) else self

    def with_match(self: Any, *alternatives: list[str]) -> Any:
        """Annotate match, smallest first: 0 the words as typed in the title, 1 other words for them there,
        2 the words as typed in the texts, 3 other words.
        """
        typed, others = [*alternatives[:1]], [*alternatives]
        ranks = [self._held_in(HEAD, typed, 0)]
        if len(others) > 1:
            ranks += [self._held_in(HEAD, others, 1), self._held_in("", typed, 2)]
        return self.annotate(match=Case(*ranks, default=3, output_field=models.SmallIntegerField()))

    def _held_in(self: Any, mark: str, alternatives: list[list[str]], rank: int) -> When:
        # By subquery, so that the index answers: to read the long column of every row found would take longer.
        rows = self.model._default_manager.filter(holding_one_of(alternatives, mark=mark))
        return When(pk__in=rows.values("pk"), then=rank)


def lexemes(tokens: Iterable[str]) -> Any:
    """Return an expression for the tsvector of exactly these tokens."""
    return Func(
        Value(sorted(set(tokens)), output_field=ArrayField(models.TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )


def events_of(model: Any, *kinds: str, generation: OuterRef) -> Any:
    """Return the clock's events of these kinds about the outer row, for one generation of its deadline."""
    event = model._meta.apps.get_model("scenarios", "Event")
    return event.objects.filter(subject_id=OuterRef("pk"), kind__in=kinds, generation=generation)


def circles_of(actor: Actor) -> list[str]:
    """Return the visibilities under which whoever is no party reads a need."""
    return ["public", "verified"] if actor.verified else ["public"]


class NeedQuerySet(FullText, NeedFigures):
    def listed(self) -> Self:
        """Needs that were published and may still be read at their public address."""
        return self.filter(status__in=LISTED)

    def published(self) -> Self:
        """Needs that are on offer now: published and not past their expiry on the database clock."""
        offered = self.filter(status=NeedStatus.PUBLISHED).exclude(expires_at__lte=DatabaseClock())
        return offered.exclude(owner__verification="suspended")

    def with_offer_state(self) -> Self:
        """Annotate offer_state: the status, with needs past their expiry expired even before the sweep has noted it.

        Those of suspended organisations, which are on offer to nobody, are left out.
        """
        past = When(status=NeedStatus.PUBLISHED, expires_at__lte=DatabaseClock(), then=Value(NeedStatus.EXPIRED))
        state = Case(past, default=F("status"), output_field=models.CharField())
        return self.exclude(owner__verification="suspended").annotate(offer_state=state)

    def indexable(self) -> Self:
        """Needs that may be found, proposed and suggested: on offer, and open to the public or to verified
        organisations.
        """
        return self.published().filter(visibility__in=["public", "verified"])

    def visible_to(self, actor: Actor) -> Self:
        """Needs whose page `actor` may open."""
        return self.filter(self.open_to(actor))

    def open_to(self, actor: Actor, way: str = "") -> Q:
        """Return the condition that `actor` may open the page of a need. way : to the need, for rows that have one."""

        def is_(**wanted: Any) -> Q:
            return Q(**{f"{way}{name}": value for name, value in wanted.items()})

        mine = is_(owner_id__in=actor.organisation_ids)
        if actor.is_staff:
            # What was never submitted is nobody's business, withdrawn or not.
            handed_in = is_(submitted_at__isnull=False) | is_(imported=True)
            return handed_in & ~is_(status=NeedStatus.DRAFT) | mine
        listed = is_(status__in=LISTED, visibility__in=circles_of(actor))
        if not actor.organisation_ids:
            return listed
        parties = Q(status__in=LISTED, visibility="parties") & Q(
            memberships__left_at__isnull=True, memberships__demand__members__need__owner_id__in=actor.organisation_ids
        )
        beside_mine = self.model._default_manager.filter(parties).values("pk")
        return listed | mine | is_(pk__in=beside_mine)

    def once_public(self, actor: Actor) -> Self:
        """Needs that the actor could read while they were on offer, and that were withdrawn or suspended since."""
        gone = [NeedStatus.WITHDRAWN, NeedStatus.SUSPENDED]
        return self.filter(status__in=gone, published_at__isnull=False, visibility__in=circles_of(actor))

    def of(self, actor: Actor) -> Self:
        """Needs of the actor's own organisations."""
        return self.filter(owner_id__in=actor.organisation_ids)

    def matching_name(self, text: str) -> Self:
        """Needs whose code or title holds `text` as it stands, for staff who know what they look for."""
        wanted = Q(title_zh__icontains=text) | Q(title_en__icontains=text) | Q(code__icontains=text)
        return self.filter(wanted) if text else self

    def judged(self) -> Self:
        """Needs whose precision matters now: on offer, or before moderators and publishers."""
        open_ = [NeedStatus.SUBMITTED, NeedStatus.CHECKED, NeedStatus.APPROVED, NeedStatus.PUBLISHED]
        return self.filter(status__in=open_)

    def awaiting_moderation(self) -> Self:
        return self.filter(status__in=[NeedStatus.SUBMITTED, NeedStatus.CHECKED]).order_by("submitted_at", "id")

    def awaiting_supervision(self) -> Self:
        return self.filter(status=NeedStatus.APPROVED, risk_tier__in=["R3", "R4"], supervised_by__isnull=True)

    def awaiting_publication(self) -> Self:
        return self.filter(status=NeedStatus.APPROVED).order_by("submitted_at", "id")

    def for_page(self) -> Self:
        """With what a page about them shows, in a constant number of queries."""
        return self.select_related("owner", "district").prefetch_related("indicators")

    def poolable(self) -> Self:
        """Needs on public offer that are in no living pool and no call, and whose owner does not refuse merging."""
        member: Any = self.model._meta.get_field("memberships").related_model._default_manager
        pooled = member.filter(left_at__isnull=True).values("need")
        called = self.model._default_manager.with_own_call().values("pk")
        return self.indexable().exclude(merge_pref="no").exclude(pk__in=pooled).exclude(pk__in=called)

    def with_own_call(self) -> Self:
        """Needs from which a call of their own is under way."""
        return self.filter(calls__status__in=LIVE_CALLS).distinct()

    def due_for_expiry(self) -> Self:
        """Published needs whose time has passed on the database clock, longest first."""
        return self.filter(status=NeedStatus.PUBLISHED, expires_at__lte=DatabaseClock()).order_by("expires_at", "pk")

    def due_for_warning(self) -> Self:
        """Needs that expire within 14 days and whose owner was not told yet."""
        told = events_of(self.model, "need.expires_soon", generation=OuterRef("expiry_generation"))
        soon = self.published().filter(expires_at__lte=DatabaseClock() + WARNING)
        return soon.exclude(Exists(told)).order_by("expires_at", "pk")


class EventQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The log as staff read it; steps of responses, which name authors, for auditors only who review nothing."""
        audits = actor.has_role("auditor") and not actor.has_role("reviewer")
        return self if audits else self.exclude(kind="call.response_step")

    def about(self, subject_type: str, subject_id: UUID | OuterRef) -> Self:
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def history_of(self, subject_type: str, subject_id: UUID | OuterRef) -> Self:
        """What happened to an object, as its pages tell it: who follows it, and what was said there, is none of it."""
        beside = Q(kind__endswith="followed") | Q(kind__endswith=".note_written")
        return self.about(subject_type, subject_id).exclude(beside)

    def sealable(self) -> Self:
        """Events not sealed yet whose transaction is older than every running one: no earlier row can still appear."""
        oldest = Func(
            template="pg_snapshot_xmin(pg_current_snapshot())::text::bigint", output_field=models.BigIntegerField()
        )
        return self.filter(seal__isnull=True, transaction__lt=oldest).order_by("transaction", "id")


class OpenerQuerySet(models.QuerySet[Any]):
    """The places of those who open sealed responses."""

    def of(self, actor: Actor) -> Self:
        """The actor's own places, for a page about them: the call that closes last first."""
        rows = self.filter(account_id=actor.account_id or 0).select_related("call", "call__key")
        return rows.order_by(F("call__closes_at").desc(nulls_first=True), "pk")

    def to_take(self, actor: Actor) -> Self:
        """The actor's places in calls that are not open yet, without a code."""
        before = ("draft", "reviewed", "approved")
        return self.filter(account_id=actor.account_id or 0, public_key__isnull=True, call__status__in=before)

    def to_give(self, actor: Actor) -> Self:
        """The actor's places in closed calls whose responses are sealed still, without their word."""
        closed: Any = self.model._meta.get_field("call").related_model._default_manager
        sealed = closed.closed().filter(key__opened_at__isnull=True, key__isnull=False)
        return self.filter(account_id=actor.account_id or 0, agreed_at__isnull=True, call__in=sealed)


class DeliveryQuerySet(models.QuerySet[Any]):
    def due(self) -> Self:
        """Rows that the relay may send now."""
        return self.filter(state="pending", available_at__lte=DatabaseClock()).order_by("id")

    def lapsed(self) -> Self:
        """Rows whose worker or message was lost: sent or running past their lease."""
        return self.filter(state__in=["sent", "running"], lease_until__lte=DatabaseClock())

    def awaited(self) -> Self:
        """Rows on which work is under way or can begin now: due, sent or running."""
        return self.filter(Q(state="pending", available_at__lte=DatabaseClock()) | Q(state__in=["sent", "running"]))

    def delayed(self) -> Self:
        """Rows that wait for the hour of their next attempt."""
        return self.filter(state="pending", available_at__gt=DatabaseClock())

    def unfinished(self) -> Self:
        return self.exclude(state__in=["done", "quarantined"])

    def quarantined(self) -> Self:
        return self.filter(state="quarantined")


class IndexBuildQuerySet(models.QuerySet[Any]):
    def live(self) -> Any:
        """Return the build in use, or None before the first one."""
        return self.filter(live=True).first()


class PrintedListQuerySet(models.QuerySet[Any]):
    def of(self, actor: Actor) -> Self:
        """Lists that the actor ordered and that are not forgotten yet, even before the night removes them."""
        return self.by(actor).filter(created_at__gte=DatabaseClock() - PRINTED_LIST_KEPT)

    def by(self, actor: Actor) -> Self:
        """Lists that the actor ordered, those among them that the night is to remove."""
        return self.filter(account_id=actor.signed_in_id)

    def forgotten(self) -> Self:
        """Lists that are kept no longer."""
        return self.filter(created_at__lt=DatabaseClock() - PRINTED_LIST_KEPT)

    def running(self) -> Self:
        return self.filter(state=PrintedListState.RUNNING)

    def given_up(self) -> Self:
        """Lists that no worker will finish any more."""
        return self.filter(_given_up())

    def with_standing(self) -> Self:
        """Annotate standing: the state, with lists that no worker will finish failed before anybody has noted it."""
        failed = When(_given_up(), then=Value(PrintedListState.FAILED))
        return self.annotate(standing=Case(failed, default=F("state"), output_field=models.CharField()))


def _given_up() -> Q:
    return Q(state=PrintedListState.RUNNING, created_at__lt=DatabaseClock() - GIVEN_UP_AFTER)
