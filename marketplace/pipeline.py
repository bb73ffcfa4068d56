"""The machine's verbs on the supply side: index capabilities, suggest, notify, send mail. Every function may run
twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import send_mail as django_send_mail
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.actions import capabilities, import_jobs
from marketplace.gates import Asked, FieldVerdict, Offered, in_bands, verdicts
from marketplace.models import Capability, Notification, Suggestion
from marketplace.notices import NOTICES, allowed, path_of, recipients, sentence_of, subject_of, titles_of
from matching import Document, Ranked, explain_rank, rank
from scenarios import topics
from scenarios.actor import SYSTEM
from scenarios.content import text_of
from scenarios.disclosure import ENOUGH_OWNERS, band_of
from scenarios.indexing import update_index
from scenarios.journal import log_event
from scenarios.live_index import LiveIndex, readable_index
from scenarios.models import Call, Event, IndexBuild, MergedDemand, Need
from scenarios.outbox import emit
from scenarios.querysets import DatabaseClock

Finish = Callable[[], None]
SHOWN_TERMS = 12
CONSIDERED = 60
SHOWN_FAILED = 5
NEEDS_PER_CAPABILITY = 50
MIN_SCORE = 0.02
SUGGESTED_POOLS = ("formed", "threshold_met", "threshold_missed", "frozen", "called")


def index_capabilities(*, capability_ids: Iterable[str], finish: Finish) -> None:
    """Bring the index up to date with these capabilities: in if they are on offer, out if not."""
    wanted = sorted(set(capability_ids))

    def documents() -> list[Document]:
        offered = Capability.objects.published().filter(pk__in=wanted)
        return [Document(str(one.pk), f"{one.title_zh} {one.title_en}".strip(), one.solves) for one in offered]

    def switch(build: IndexBuild) -> None:
        emit(topics.CAPABILITY_INDEXED, capability_ids=wanted)
        finish()

    update_index("capabilities", documents=documents, removed=wanted, finish=switch)


def reindex_capabilities(*, finish: Finish) -> None:
    """Index every capability on offer, into the live build or a first one."""
    wanted = [str(pk) for pk in Capability.objects.published().values_list("pk", flat=True)]
    index_capabilities(capability_ids=wanted, finish=finish)


class Subject(NamedTuple):
    """What is asked for: the relation that the suggestions hang on, its text, its hard values and whose it is."""

    relation: dict[str, Any]
    text: str | Document
    asked: Asked
    owners: set[Any]
    band: str = ""


def subject_of_need(need: Need, live: LiveIndex) -> Subject:
    indexed = str(need.pk) in live.indexes.part("needs")
    text = str(need.pk) if indexed else Document(str(need.pk), *text_of(need))
    asked = Asked(need.data_class, need.deploy, need.district_id or "", need.quantity, need.quantity_unit)
    return Subject({"need": need}, text, asked, {need.owner_id})


def expire_capabilities() -> int:
    """Take every capability off offer whose time has passed on the database clock; return how many."""
    due = Capability.objects.due_for_expiry().values_list("pk", flat=True)[:500]
    for pk in due:
        capabilities.expire_capability(capability_id=pk)
    return len(due)


def _asked_by_pool(demand: MergedDemand) -> Asked:
    needs = [member.need for member in demand.members.filter(left_at__isnull=True).select_related("need")]
    pooled: Decimal = MergedDemand.objects.with_scale().get(pk=demand.pk).pooled_quantity

    def shared(name: str) -> str:
        values = {getattr(need, name) or "" for need in needs}
        return values.pop() if len(values) == 1 else ""

    return Asked(shared("data_class"), shared("deploy"), shared("district_id"), pooled, demand.unit)


def _subject_of_demand(demand: MergedDemand) -> Subject:
    core = demand.cores.get(version=demand.core_version)
    text = Document(str(demand.pk), f"{core.title_zh} {core.title_en}".strip(), f"{core.problem}\n{core.boundary_in}")
    owners = set(demand.members.filter(left_at__isnull=True).values_list("need__owner", flat=True))
    asked = _asked_by_pool(demand)
    # With two owners the exact quantity would let each of them work out the other's; see scenarios.disclosure.
    band = "" if len(owners) >= ENOUGH_OWNERS or asked.quantity is None else str(band_of(asked.quantity))
    return Subject({"demand": demand}, text, asked, owners, band)


def _subject_of_call(call: Call, live: LiveIndex) -> Subject:
    base = _subject_of_demand(call.demand) if call.demand else subject_of_need(call.need, live)  # type: ignore[arg-type]
    text = Document(str(call.pk), f"{call.title_zh} {call.title_en}".strip(), call.summary)
    asked = base.asked
    if call.quantity is not None:
        asked = replace(asked, quantity=call.quantity, unit=call.quantity_unit)
    return base._replace(relation={"call": call}, text=text, asked=asked)


def suggest_for_need(*, need_ids: Iterable[str], finish: Finish) -> None:
    """Rank capabilities for each of these needs that is on offer; set aside what is no longer suggested."""
    live = readable_index()
    needs = list(Need.objects.indexable().filter(pk__in=set(need_ids)).prefetch_related("indicators"))
    subjects = [subject_of_need(need, live) for need in needs] if live else []
    gone = Q(need__in=set(need_ids)) & ~Q(need__in=[need.pk for need in needs])
    _suggest(live, subjects, gone, finish)


def suggest_for_capability(*, capability_ids: Iterable[str], finish: Finish) -> None:
    """Rank anew for the needs nearest to these capabilities, for the pools and the open calls; set aside those gone."""
    live = readable_index()
    wanted = sorted(set(capability_ids))
    offered = Capability.objects.published().filter(pk__in=wanted)
    subjects = _subjects_near(live, offered) if live else []
    gone = Q(capability__in=wanted) & ~Q(capability__in=[one.pk for one in offered])
    _suggest(live, subjects, gone, finish)


def _subjects_near(live: LiveIndex, offered: Iterable[Capability]) -> list[Subject]:
    near: set[str] = set()
    for one in offered:
        hits = live.indexes.part("needs").search(one.title_zh, one.solves, limit=NEEDS_PER_CAPABILITY)
        near |= {hit.id for hit in hits}
    needs = Need.objects.indexable().filter(pk__in=near).prefetch_related("indicators")
    pools = MergedDemand.objects.living().filter(status__in=SUGGESTED_POOLS)
    return [
        *(subject_of_need(need, live) for need in needs),
        *(_subject_of_demand(demand) for demand in pools),
        *(_subject_of_call(call, live) for call in Call.objects.open().select_related("need", "demand")),
    ]


def suggest_for_demand(*, demand_id: str, finish: Finish) -> None:
    """Rank capabilities for a formed pool."""
    live = readable_index()
    demand = MergedDemand.objects.living().filter(pk=demand_id).first()
    _suggest(live, [_subject_of_demand(demand)] if demand and live else [], Q(pk__in=[]), finish)


def suggest_for_call(*, call_id: str, finish: Finish) -> None:
    """Rank capabilities for an open call."""
    live = readable_index()
    call = Call.objects.open().filter(pk=call_id).first()
    _suggest(live, [_subject_of_call(call, live)] if call and live else [], Q(pk__in=[]), finish)


class Draft(NamedTuple):
    """A suggestion worked out before anything is locked."""

    ranked: Ranked
    terms: list[list[Any]]
    verdicts: list[FieldVerdict]

    @property
    def failed(self) -> list[FieldVerdict]:
        return [verdict for verdict in self.verdicts if not verdict.met]


def _suggest(live: LiveIndex | None, subjects: list[Subject], gone: Q, finish: Finish) -> None:
    drafts = [(subject, _drafts(live, subject)) for subject in subjects] if live else []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('suggestions'))")
        for subject, rows in drafts:
            _keep(live, subject, rows)  # type: ignore[arg-type]
        Suggestion.objects.filter(gone, state="open").update(state="superseded")
        finish()


def _drafts(live: LiveIndex, subject: Subject) -> list[Draft]:
    """Return the best that pass every gate, then the best few that fail one, with what would pass it."""
    ranked = [one for one in rank(live.indexes, subject.text, limit=CONSIDERED) if one.score >= MIN_SCORE]
    rows = Capability.objects.published().filter(pk__in=[one.id for one in ranked]).exclude(owner__in=subject.owners)
    offered = {str(row.pk): _offered(row) for row in rows.prefetch_related("districts")}
    judged = [
        (one, in_bands(verdicts(subject.asked, offered[one.id]), subject.band)) for one in ranked if one.id in offered
    ]
    passing = [pair for pair in judged if all(verdict.met for verdict in pair[1])][: settings.SUGGESTIONS_PER_NEED]
    failing = [pair for pair in judged if pair not in passing and not all(verdict.met for verdict in pair[1])]
    return [Draft(one, _terms(live, subject, one), found) for one, found in passing + failing[:SHOWN_FAILED]]


def _offered(row: Capability) -> Offered:
    return Offered(
        data_classes=tuple(row.data_classes),
        deploy=tuple(row.deploy),
        districts=tuple(district.pk for district in row.districts.all()),
        min_scale_quantity=row.min_scale_quantity,
        min_scale_unit=row.min_scale_unit,
    )


def _terms(live: LiveIndex, subject: Subject, ranked: Ranked) -> list[list[Any]]:
    found = explain_rank(live.indexes, subject.text, ranked.id, limit=SHOWN_TERMS)
    return [[term.term, round(term.contribution, 4)] for term in found]


def _keep(live: LiveIndex, subject: Subject, drafts: list[Draft]) -> None:
    """Write the ranking; a person's judgement of a pair stays, and what is not suggested any more is set aside."""
    fitted = set(_fitting(subject))
    kept = []
    for position, draft in enumerate(drafts, start=1):
        values = {
            "score": round(draft.ranked.score, 6),
            "rank": position,
            "terms": draft.terms,
            "verdicts": [verdict.as_json() for verdict in draft.verdicts],
            "failed_gates": [verdict.gate for verdict in draft.failed],
            "index_build": live.build,
        }
        row, created = Suggestion.objects.update_or_create(
            **subject.relation, capability_id=draft.ranked.id, defaults=values
        )
        if not created and row.state == "superseded":
            Suggestion.objects.filter(pk=row.pk).update(state="open")
        kept.append(row.pk)
    stale = Suggestion.objects.filter(**subject.relation, state="open").exclude(pk__in=kept)
    stale.update(state="superseded")
    _tell_suppliers(subject, {owner for capability, owner in set(_fitting(subject)) - fitted})


def _fitting(subject: Subject) -> Iterable[tuple[Any, Any]]:
    """Return (capability, owner) suggested for a pool or a call that pass every gate and were not dismissed."""
    if "need" in subject.relation:  # Nobody is told of every single need; they wait in the list.
        return ()
    rows = Suggestion.objects.current().exclude(state="dismissed").filter(**subject.relation, failed_gates=[])
    return rows.values_list("capability", "capability__owner")


def _tell_suppliers(subject: Subject, suppliers: set[Any]) -> None:
    """Log that a pool or a call now fits these suppliers, so that they hear of it once: an alert by competence."""
    relation, asking = next(iter(subject.relation.items()))
    if suppliers:
        log_event(f"{relation}.suggested", asking, actor=SYSTEM, organisations=sorted(map(str, suppliers)))


def notify(*, event_ids: Iterable[int], finish: Finish) -> None:
    """Tell those whom these events concern, once each, in the product and by e-mail where they want it."""
    with transaction.atomic():
        for event in Event.objects.filter(pk__in=set(event_ids), kind__in=NOTICES).order_by("pk"):
            _tell(event)
        finish()


def _tell(event: Event) -> None:
    subject = subject_of(event)
    if subject is None:
        return
    title_zh, title_en = titles_of(subject)
    rows = [
        Notification(account_id=pk, event=event, path=path_of(event), title_zh=title_zh, title_en=title_en)
        for pk in sorted(allowed(recipients(event, subject), event, subject))
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    told = Notification.objects.filter(event=event, mailed_at__isnull=True, account__wants_mail=True)
    for pk in told.values_list("pk", flat=True):
        emit(topics.MAIL_DUE, notification_id=pk)


def send_mail(*, notification_id: int, finish: Finish) -> None:
    """Send one notification by e-mail in its reader's language. A crash between sending and noting it sends it
    again.
    """
    notification = Notification.objects.select_related("account", "event").filter(pk=notification_id).first()
    if notification and notification.mailed_at is None:
        with translation.override(notification.account.language):
            body = _("%(sentence)s\n\nRead it here: %(url)s\n\nYou can turn these e-mails off in your settings.") % {
                "sentence": sentence_of(notification),
                "url": settings.SITE_URL.rstrip("/") + notification.path,
            }
            # A title may hold a line break, a subject may not.
            django_send_mail(" ".join(sentence_of(notification).split()), body, None, [notification.account.email])
    with transaction.atomic():
        if notification:
            Notification.objects.filter(pk=notification.pk, mailed_at=None).update(mailed_at=DatabaseClock())
        finish()


def prune(*, finish: Finish) -> None:
    """Forget uploads to which nobody came back."""
    with transaction.atomic():
        import_jobs.forget_uploads()
        finish()
