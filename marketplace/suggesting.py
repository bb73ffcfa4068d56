"""Working out what to suggest for a need, a pool or a call, and writing it down: gates first, then the text."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Q

from marketplace.active_ranking import ActiveRanking
from marketplace.gates import Asked, FieldVerdict, Offered, in_bands, passes, verdicts
from marketplace.models import Capability, Suggestion
from marketplace.querysets import SuggestionQuerySet
from marketplace.soft_evidence import facets_beside
from matching import Background, Document, Ranked, Reranked, rank, rerank_one
from matching.super_blocks import ROUNDING
from scenarios.actor import SYSTEM
from scenarios.content import text_of
from scenarios.disclosure import consented_members, own_sum, pooled_band, told_at_most, unit_sums
from scenarios.journal import log_event
from scenarios.live_index import LiveIndex
from scenarios.locks import wait_for_lock
from scenarios.models import Call, MergedDemand, Need
from scenarios.shortlists import Shortlist, Shortlists

SECOND_STAGE = 50
"""Candidates of the first stage that the second puts in order: docs/adr/0009-second-stage.md."""

PER_ORGANISATION = 3
"""Candidates of one organisation in the second stage, which chooses the one that takes its slot."""

SHOWN_TERMS = 12
SHOWN_FAILED = 5
MIN_SCORE = 0.02
UNIQUE = ("need", "demand", "call", "capability")
REWRITTEN = (
    *("score", "rank", "terms", "families", "verdicts", "failed_gates", "index_build"),
    *("ranking", "probability", "updated_at"),
)


class Subject(NamedTuple):
    """What is asked for: the relation that the suggestions hang on, its text, its hard values and whose it is.

    units : those in which a pool counts; its scale meter shows who comes short of nothing but a scale in one of them.
    """

    relation: dict[str, Any]
    text: str | Document
    asked: Asked
    owners: set[Any]
    band: str = ""
    units: Collection[str] = ()


def subject_of_need(need: Need, live: LiveIndex) -> Subject:
    indexed = str(need.pk) in live.indexes.part("needs")
    text = str(need.pk) if indexed else Document(str(need.pk), *text_of(need))
    asked = Asked(need.data_class, need.deploy, need.district_id or "", need.quantity, need.quantity_unit)
    return Subject({"need": need}, text, asked, {need.owner_id})


def _asked_by_pool(demand: MergedDemand, pooled: Decimal | None) -> Asked:
    needs = [member.need for member in demand.members.filter(left_at__isnull=True).select_related("need")]

    def shared(name: str) -> str:
        values = {getattr(need, name) or "" for need in needs}
        return values.pop() if len(values) == 1 else ""

    return Asked(shared("data_class"), shared("deploy"), shared("district_id"), pooled, demand.unit)


def subject_of_demand(demand: MergedDemand) -> Subject:
    core = demand.cores.get(version=demand.core_version)
    text = Document(str(demand.pk), f"{core.title_zh} {core.title_en}".strip(), f"{core.problem}\n{core.boundary_in}")
    owners = set(demand.members.filter(left_at__isnull=True).values_list("need__owner", flat=True))
    scale = MergedDemand.objects.with_scale().get(pk=demand.pk)
    asked = _asked_by_pool(demand, told_at_most(own_sum(scale)))
    units = {demand.unit, *(one.unit for one in unit_sums(consented_members(demand)))}
    return Subject({"demand": demand}, text, asked, owners, pooled_band(scale), units)


def subject_of_call(call: Call, live: LiveIndex) -> Subject:
    base = subject_of_demand(call.demand) if call.demand else subject_of_need(call.need, live)  # type: ignore[arg-type]
    text = Document(str(call.pk), f"{call.title_zh} {call.title_en}".strip(), call.summary)
    asked = base.asked
    if call.quantity is not None:
        asked = replace(asked, quantity=call.quantity, unit=call.quantity_unit)
    # A call tells what was frozen into it, whatever its pool would tell by now.
    return base._replace(relation={"call": call}, text=text, asked=asked, band=call.quantity_band, units=())


class Offer(NamedTuple):
    """A published capability as the gates see it: its owner and its hard values."""

    owner_id: UUID
    offered: Offered


Offers = dict[str, Offer]


def published_offers() -> Offers:
    """Return every capability that may be suggested by its id, in one query over the columns that the gates need."""
    served = ArrayAgg("districts", filter=Q(districts__isnull=False), default=[])
    rows = Capability.objects.ranked().order_by().annotate(served=served)
    columns = ("pk", "owner", "data_classes", "deploy", "served", "min_scale_quantity", "min_scale_unit")
    return {str(pk): Offer(owner, Offered(*hard)) for pk, owner, *hard in rows.values_list(*columns)}


class Draft(NamedTuple):
    """A suggestion worked out before anything is locked."""

    ranked: Reranked
    terms: list[list[Any]]
    verdicts: list[FieldVerdict]
    ranking: ActiveRanking | None = None

    @property
    def failed(self) -> list[FieldVerdict]:
        return [verdict for verdict in self.verdicts if not verdict.met]


def drafts_for(
    live: LiveIndex,
    subject: Subject,
    offers: Offers,
    ranking: ActiveRanking | None = None,
    shortlists: Shortlists | None = None,
) -> list[Draft]:
    """Return the best of all that pass every gate, then the best few that fail one, with what would pass it.

    Between them, for a pool, as many again that fail by their scale alone: what the pool has to grow to.

    ranking : the learned one that puts them in order; without it the unlearned does. shortlists : of a run over this
    index; they save the look at all capabilities and change nothing else.
    """
    short = shortlists.of_need(subject.text) if shortlists and isinstance(subject.text, str) else None
    passing: list[str] = []
    failing: list[str] = []
    for pk, offer in offers.items():
        if offer.owner_id not in subject.owners:
            (passing if passes(subject.asked, offer.offered) else failing).append(pk)
    owners = {pk: offer.owner_id for pk, offer in offers.items()}
    near = _nearest(live, subject, passing, owners, short)
    best = _best_of_each(_ranked(live, subject, near, SECOND_STAGE, ranking), owners)[: settings.SUGGESTIONS_PER_NEED]
    lacking = {pk for pk in failing if _lacks_scale_alone(subject, offers[pk].offered)}
    near = _nearest(live, subject, sorted(lacking), owners, short) if lacking else []
    best += _ranked(live, subject, near, settings.SUGGESTIONS_PER_NEED, ranking)
    failing = [pk for pk in failing if pk not in lacking]
    best += _ranked(live, subject, _nearest(live, subject, failing, {}, short), SHOWN_FAILED, ranking)
    return [Draft(one, _terms(one), _verdicts(subject, offers[one.id].offered), ranking) for one in best]


def _lacks_scale_alone(subject: Subject, offered: Offered) -> bool:
    return offered.min_scale_unit in subject.units and passes(replace(subject.asked, quantity=None), offered)


def _best_of_each(ranked: list[Reranked], owners: Mapping[str, UUID]) -> list[Reranked]:
    """Return the best of each organisation: one slot each, however many capabilities it writes."""
    best: dict[UUID, Reranked] = {}
    for one in ranked:
        best.setdefault(owners[one.id], one)
    return list(best.values())


def _ranked(
    live: LiveIndex, subject: Subject, pool: list[str], limit: int, ranking: ActiveRanking | None
) -> list[Reranked]:
    """Return the best of what is nearest by its cosines, in the order of the second stage."""
    name = subject.text if isinstance(subject.text, str) else subject.text.id
    model, facets = (ranking.model, facets_beside(name, subject.asked, pool)) if ranking else (None, None)
    options: dict[str, Any] = {"background": background_of(live), "model": model, "facets": facets}
    return rerank_one(live.indexes, subject.text, pool, **options, limit=limit, terms=SHOWN_TERMS)


def _nearest(
    live: LiveIndex,
    subject: Subject,
    candidates: list[str],
    owners: Mapping[str, UUID],
    short: Shortlist | None = None,
) -> list[str]:
    """Return what goes into the second stage; nobody's many capabilities keep the others out of it.

    owners : of whom at most PER_ORGANISATION go in; empty for no limit. short : the best of all capabilities.
    """
    if short and (near_enough := _nearest_of(live, subject, candidates, owners, short)) is not None:
        return near_enough
    limit = SECOND_STAGE
    while True:
        near = rank(live.indexes, subject.text, limit=limit, candidates=candidates)
        pool = _few_of_each(near, owners)
        if len(pool) >= SECOND_STAGE or len(near) < limit or near[-1].score < MIN_SCORE:
            return [one.id for one in pool]
        limit *= 4


def _nearest_of(
    live: LiveIndex, subject: Subject, candidates: list[str], owners: Mapping[str, UUID], short: Shortlist
) -> list[str] | None:
    """Return what `_nearest` would without the shortlist; None where one left out might come before its last."""
    ranked = rank(live.indexes, subject.text, limit=None, candidates=short.ids)
    beyond = 0.0 if short.whole else ranked[-1].score + ROUNDING
    wanted = set(candidates)
    pool = _few_of_each([one for one in ranked if one.id in wanted], owners)
    reaches = beyond < MIN_SCORE or (len(pool) == SECOND_STAGE and pool[-1].score > beyond)
    return [one.id for one in pool] if reaches else None


def _few_of_each(near: Iterable[Ranked], owners: Mapping[str, UUID]) -> list[Ranked]:
    taken: Counter[UUID] = Counter()
    pool = []
    for one in near:
        owner = owners.get(one.id)
        if one.score < MIN_SCORE or (owner and taken[owner] == PER_ORGANISATION):
            continue
        if owner:
            taken[owner] += 1
        pool.append(one)
    return pool[:SECOND_STAGE]


@lru_cache(maxsize=1)
def background_of(live: LiveIndex) -> Background:
    """Return how often terms occur in a build; counted once, as long as a process works with the same one."""
    return Background.of(live.indexes)


def _verdicts(subject: Subject, offered: Offered) -> list[FieldVerdict]:
    return in_bands(verdicts(subject.asked, offered), subject.band)


def _terms(ranked: Reranked) -> list[list[Any]]:
    """Return the terms that speak for it; a learned ranking may also hold some against it."""
    return [[term.term, round(term.contribution, 4)] for term in ranked.terms if term.contribution > 0]


@transaction.atomic
def keep(live: LiveIndex, subject: Subject, drafts: list[Draft]) -> None:
    """Write the ranking; a person's judgement of a pair stays, and what is not suggested any more is set aside.

    One subject, one transaction: a run over many keeps nobody waiting, and may be done again from its start.
    """
    (asking,) = subject.relation.values()
    wait_for_lock(f"suggestions {asking.pk}")
    mine = Suggestion.objects.filter(**subject.relation)
    lock_in_order(mine)
    fitted = set(_fitting(subject))
    rows = [_row(live, subject, position, draft) for position, draft in enumerate(drafts, start=1)]
    Suggestion.objects.bulk_create(rows, update_conflicts=True, unique_fields=UNIQUE, update_fields=REWRITTEN)
    kept = [draft.ranked.id for draft in drafts]
    mine.filter(capability__in=kept, state="superseded").update(state="open")
    mine.filter(state="open").exclude(capability__in=kept).update(state="superseded")
    _tell_suppliers(subject, {owner for capability, owner in set(_fitting(subject)) - fitted})


def lock_in_order(rows: SuggestionQuerySet) -> None:
    """Lock these suggestions ordered by pk, so that a run per subject and one per capability cannot deadlock."""
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def _row(live: LiveIndex, subject: Subject, position: int, draft: Draft) -> Suggestion:
    return Suggestion(
        **subject.relation,
        capability_id=draft.ranked.id,
        score=round(draft.ranked.score, 6),
        rank=position,
        terms=draft.terms,
        families={name: round(part, 6) for name, part in draft.ranked.families.items()},
        verdicts=[verdict.as_json() for verdict in draft.verdicts],
        failed_gates=[verdict.gate for verdict in draft.failed],
        index_build=live.build,
        ranking_id=draft.ranking.pk if draft.ranking else None,
        probability=draft.ranking.probability(draft.ranked.score) if draft.ranking else None,
    )


def _fitting(subject: Subject) -> Iterable[tuple[Any, Any]]:
    """Return (capability, owner) suggested for a pool or a call that pass every gate and were not dismissed."""
    if "need" in subject.relation:  # Nobody is told of every single need; they wait in the list.
        return ()
    rows = Suggestion.objects.current().exclude(state="dismissed").filter(**subject.relation, failed_gates=[])
    if "demand" in subject.relation:  # Where there is a minimum scale, the news is that the pool has reached it.
        rows = rows.filter(capability__min_scale_quantity__isnull=True)
    return rows.values_list("capability", "capability__owner")


def _tell_suppliers(subject: Subject, suppliers: set[Any]) -> None:
    """Log that a pool or a call now fits these suppliers, so that they hear of it once: an alert by competence."""
    relation, asking = next(iter(subject.relation.items()))
    if suppliers:
        log_event(f"{relation}.suggested", asking, actor=SYSTEM, organisations=sorted(map(str, suppliers)))
