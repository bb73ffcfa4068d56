"""The machine's verbs on the supply side: index capabilities and suggest. Every function may run twice."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from marketplace.actions import award, capabilities, import_jobs, near_copies, response_wiping, word_previews
from marketplace.actions.engagement_landing import lesson_tokens
from marketplace.actions.engagement_standing import engagement_tokens
from marketplace.actions.offering import search_tokens
from marketplace.actions.organisations import organisation_tokens
from marketplace.active_ranking import active_ranking
from marketplace.copying import copied_from, indexed_text
from marketplace.matching_scales import matching_scales
from marketplace.models import Capability, Engagement, Lesson, Organisation, Selection, Suggestion
from marketplace.ranking_training import keep_ranking, material_of, tried_ranking
from marketplace.suggesting import (
    Subject,
    drafts_for,
    keep,
    lock_in_order,
    published_offers,
    subject_of_call,
    subject_of_demand,
    subject_of_need,
)
from marketplace.synonym_mining import keep_proposals, proposed_pairs
from matching import Document
from scenarios import indexing, similarity_runs, topics
from scenarios.actions.printed_lists import forget_lists
from scenarios.actions.scales import mark_scales
from scenarios.content import text_of
from scenarios.indexing import update_index
from scenarios.live_index import LiveIndex, readable_index
from scenarios.locks import wait_for_lock
from scenarios.models import Call, IndexBuild, MergedDemand, Need
from scenarios.outbox import emit, emit_each
from scenarios.querysets import lexemes
from scenarios.search_columns import rewrite_search
from scenarios.shortlists import Shortlists

Finish = Callable[[], None]
NEEDS_PER_CAPABILITY = 50
NEEDS_TOGETHER = 200
SUGGESTED_POOLS = ("formed", "threshold_met", "threshold_missed", "frozen", "called")


def index_capabilities(*, capability_ids: Iterable[str], finish: Finish) -> None:
    """Bring the index up to date with these capabilities: in if they are on offer, out if not."""
    wanted = sorted(set(capability_ids))

    def documents() -> list[Document]:
        return _documents(Capability.objects.published().filter(pk__in=wanted))

    def switch(build: IndexBuild) -> None:
        emit(topics.CAPABILITY_INDEXED, capability_ids=wanted)
        finish()

    update_index("capabilities", documents=documents, removed=wanted, finish=switch)


def reindex_capabilities(*, finish: Finish) -> None:
    """Index every capability on offer, into the live build or a first one."""
    wanted = [str(pk) for pk in Capability.objects.published().values_list("pk", flat=True)]
    index_capabilities(capability_ids=wanted, finish=finish)


def refresh_search(*, finish: Finish, after: str = "") -> None:
    """Write the `search` column of the capabilities that have one anew, and with the first batch those of
    organisations, projects and lessons; see scenarios.pipeline.refresh_search.
    """
    with transaction.atomic():
        if not after:
            for organisation in Organisation.objects.order_by("pk").select_for_update():
                tokens = organisation_tokens(organisation)
                Organisation.objects.filter(pk=organisation.pk).update(search=lexemes(tokens))
            for project in Engagement.objects.begun().select_related("lead"):
                Engagement.objects.filter(pk=project.pk).update(search=lexemes(engagement_tokens(project)))
            for lesson in Lesson.objects.select_related("engagement"):
                Lesson.objects.filter(pk=lesson.pk).update(search=lexemes(lesson_tokens(lesson)))
        known = Capability.objects.filter(search__isnull=False).select_related("owner")
        last = rewrite_search(known, search_tokens, after=after)
        if last:
            emit(topics.CAPABILITY_SEARCH_OUTDATED, after=last)
        finish()


def check_copies(*, capability_ids: Iterable[str], finish: Finish) -> None:
    """Find out which of these capabilities, handed in or on offer, are near-copies; have those ranked anew that change.

    A moderator's word that one is no copy holds as long as its text stays.
    """
    live = readable_index()
    waiting = Capability.objects.filter(pk__in=set(capability_ids), status__in=["submitted", "verified", "published"])
    compared = [(one, copied_from(one, live)) for one in waiting.order_by("pk")] if live else []
    for capability, copied in compared:
        near_copies.keep(capability_id=capability.pk, copied=copied)
    with transaction.atomic():
        finish()


def begin_epoch(*, concept_ids: Iterable[str], finish: Finish) -> None:
    """Index both sides anew with the present synonyms, then have merges and suggestions looked for with them.

    concept_ids : what was changed; all of it goes into one build.
    """

    def documents() -> dict[str, list[Document]]:
        needs = Need.objects.indexable().prefetch_related("indicators")
        return {
            "needs": [Document(str(need.pk), *text_of(need)) for need in needs],
            "capabilities": _documents(Capability.objects.published()),
        }

    def switch(build: IndexBuild | None) -> None:
        if build is not None:
            needs = [str(pk) for pk in Need.objects.indexable().values_list("pk", flat=True)]
            emit(topics.NEED_INDEXED, need_ids=needs)
            emit(topics.CAPABILITY_INDEXED, capability_ids=[])  # the pools and the open calls
        finish()

    indexing.begin_epoch(documents=documents, finish=switch)


def mine_synonyms(*, finish: Finish) -> None:
    """Propose phrases that regularly meet as synonyms; what staff decided on stays decided."""
    pairs = proposed_pairs()
    with transaction.atomic():
        wait_for_lock("synonyms")
        keep_proposals(pairs)
        finish()


def _documents(offered: Iterable[Capability]) -> list[Document]:
    return [Document(str(one.pk), *indexed_text(one)) for one in offered]


def expire_capabilities() -> int:
    """Take every capability off offer whose time has passed on the database clock; return how many."""
    due = Capability.objects.due_for_expiry().values_list("pk", flat=True)[:500]
    for pk in due:
        capabilities.expire_capability(capability_id=pk)
    return len(due)


def tell_notices_over() -> int:
    """Tell of every public notice that is over on the database clock, once each; return how many."""
    due = Selection.objects.to_tell_over().values_list("pk", flat=True)[:500]
    for pk in due:
        award.tell_notice_over(selection_id=pk)
    return len(due)


def train_ranking(*, finish: Finish) -> None:
    """Learn a ranking from what people said to suggestions; too few, or the same as before, leave nothing."""
    live = readable_index()
    material = material_of(live) if live else None
    learned = tried_ranking(live, material) if live and material else None
    with transaction.atomic():
        wait_for_lock("ranking")
        if learned:
            keep_ranking(learned)
        finish()


def rank_anew(*, finish: Finish) -> None:
    """Have all needs ranked anew by the ranking that holds now, some at a time; pools and open calls at once."""
    live = readable_index()

    def spread() -> None:
        if similarity_runs.pays("suggest", live):
            similarity_runs.start_run("suggest")
            finish()
        else:
            suggest_for_all(finish=finish)

    _suggest(live, _subjects_near(live, []) if live else [], Q(pk__in=[]), spread)


def suggest_for_all(*, finish: Finish, run_id: int | None = None) -> None:
    """Have all needs on offer ranked anew, some at a time; by the shortlists of a run, where one has made them."""
    needs = [str(pk) for pk in Need.objects.indexable().order_by("pk").values_list("pk", flat=True)]
    starts = range(0, len(needs), NEEDS_TOGETHER)
    with transaction.atomic():
        emit_each(topics.SUGGESTIONS_DUE, [{"need_ids": needs[start : start + NEEDS_TOGETHER]} for start in starts])
        finish()


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
    ranked = list(offered.ranked().values_list("pk", flat=True))
    gone = Q(capability__in=wanted) & ~Q(capability__in=ranked)
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
        *(subject_of_demand(demand) for demand in pools),
        *(subject_of_call(call, live) for call in Call.objects.open().select_related("need", "demand")),
    ]


def suggest_for_demand(*, demand_id: str, finish: Finish) -> None:
    """Rank capabilities for a formed pool."""
    live = readable_index()
    demand = MergedDemand.objects.living().filter(pk=demand_id).first()
    _suggest(live, [subject_of_demand(demand)] if demand and live else [], Q(pk__in=[]), finish)


def suggest_for_call(*, call_id: str, finish: Finish) -> None:
    """Rank capabilities for an open call."""
    live = readable_index()
    call = Call.objects.open().filter(pk=call_id).first()
    _suggest(live, [subject_of_call(call, live)] if call and live else [], Q(pk__in=[]), finish)


def wipe_responses(*, call_id: str, finish: Finish) -> None:
    """Wipe what was sealed for a cancelled call."""
    with transaction.atomic():
        response_wiping.wipe_responses(call_id=UUID(call_id))
        finish()


def _suggest(live: LiveIndex | None, subjects: list[Subject], gone: Q, finish: Finish) -> None:
    """Rank anew for each subject, each in a transaction of its own; the last one sets aside what is gone."""
    if live:
        offers, shortlists = published_offers(), Shortlists.of(live)
        for subject in subjects:  # each by the ranking that holds by then: a run can take longer than a manager's click
            keep(live, subject, drafts_for(live, subject, offers, active_ranking(), shortlists))
            if demand := subject.relation.get("demand"):
                mark_scales(demand_id=demand.pk, scales=matching_scales(demand))
    with transaction.atomic():
        stale = Suggestion.objects.filter(gone, state="open")
        lock_in_order(stale)
        stale.update(state="superseded")
        finish()


def prune(*, finish: Finish) -> None:
    """Forget uploads to which nobody came back, previews and printed lists of the day before."""
    with transaction.atomic():
        import_jobs.forget_uploads()
        word_previews.forget_previews()
        forget_lists()
        finish()
