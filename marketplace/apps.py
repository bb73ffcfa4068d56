"""The app's start: the news it listens to, and what it adds to the lists of the package below."""

from typing import Any

from django.apps import AppConfig

from scenarios import topics

AT_ONCE = (
    (topics.CAPABILITY_PUBLISHED, "marketplace.index_capabilities"),
    (topics.CAPABILITY_UNLISTED, "marketplace.index_capabilities"),
    (topics.CALL_OPENED, "marketplace.suggest_for_call"),
    (topics.CALL_CANCELLED, "marketplace.wipe_responses"),
    (topics.EVENT_RECORDED, "marketplace.notify"),
    (topics.MAIL_DUE, "marketplace.send_mail"),
    (topics.DIGEST_DUE, "marketplace.send_digest"),
)
"""News and the tasks that somebody waits for."""

IN_BATCHES = (
    (topics.CAPABILITY_SUBMITTED, "marketplace.check_copies"),
    (topics.CAPABILITY_PUBLISHED, "marketplace.check_copies"),
    (topics.NEED_INDEXED, "marketplace.suggest_for_need"),
    (topics.CAPABILITY_INDEXED, "marketplace.suggest_for_capability"),
    (topics.INDEX_LOST, "marketplace.reindex_capabilities"),
    (topics.INDEX_LOST, "marketplace.refresh_search"),
    (topics.CAPABILITY_SEARCH_OUTDATED, "marketplace.refresh_search"),
    (topics.SYNONYMS_CHANGED, "marketplace.begin_epoch"),
    (topics.RANKING_ASKED, "marketplace.train_ranking"),
    (topics.RANKING_CHANGED, "marketplace.rank_anew"),
    (topics.SUGGESTIONS_DUE, "marketplace.suggest_for_need"),
    (topics.SHORTLISTS_READY, "marketplace.suggest_for_all"),
    (topics.DEMAND_FORMED, "marketplace.suggest_for_demand"),
    (topics.NIGHT_CAME, "marketplace.send_digests"),
    (topics.IMPORT_ASKED, "marketplace.import_rows"),
    (topics.WORD_PREVIEW_ASKED, "marketplace.preview_words"),
    (topics.PRINTED_LIST_ORDERED, "marketplace.print_list"),
    (topics.NIGHT_CAME, "marketplace.prune"),
    (topics.NIGHT_CAME, "marketplace.tell_searchers_daily"),
    (topics.NEED_PUBLISHED, "marketplace.tell_searchers_of_needs"),
    (topics.CAPABILITY_PUBLISHED, "marketplace.tell_searchers_of_capabilities"),
    (topics.NIGHT_CAME, "marketplace.mine_synonyms"),
    (topics.NIGHT_CAME, "marketplace.train_ranking"),
    (topics.DEMAND_FORMED, "marketplace.tell_searchers"),
    (topics.CALL_OPENED, "marketplace.tell_searchers"),
    (topics.ENGAGEMENT_STARTED, "marketplace.tell_searchers"),
    (topics.LESSON_PUBLISHED, "marketplace.tell_searchers"),
)
"""News and the tasks that may take their time."""


class MarketplaceConfig(AppConfig):
    name = "marketplace"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        _listen()
        _add()


def _listen() -> None:
    from allauth.account.signals import password_changed, password_reset

    from marketplace.notices import NOTICES

    for topic, task in AT_ONCE:
        topics.subscribe(topic, task)
    for topic, task in IN_BATCHES:
        topics.subscribe(topic, task, queue="batch")
    # Most events concern nobody but the log: a delivery for each of them would keep the workers busy for nothing.
    topics.await_events(NOTICES)
    # allauth tells of a new password by signal only.
    password_changed.connect(_revoke_tokens, dispatch_uid="tokens.password_changed")
    password_reset.connect(_revoke_tokens, dispatch_uid="tokens.password_reset")


def _add() -> None:
    """Add what the package below knows nothing of."""
    from marketplace.call_outcomes import OUTCOMES
    from marketplace.event_meanings import FIELD_LABELS, FIELDS, MEANINGS, SOURCES
    from marketplace.figures.awards import AWARDED
    from marketplace.models import Engagement
    from marketplace.own_offers import offers_for
    from marketplace.public_results import RESULTS_PRINTED
    from marketplace.staff_batches import KINDS
    from marketplace.staff_waiting import QUEUES
    from scenarios.actions.following import add_followed
    from scenarios.batch_kinds import add_kinds
    from scenarios.call_querysets import add_outcomes
    from scenarios.choices import PrintedListKind, Subject
    from scenarios.event_meanings import add_meanings
    from scenarios.funnel import add_step
    from scenarios.offered import add_offers
    from scenarios.printed import add_printed
    from scenarios.waiting import add_queues

    add_queues(*QUEUES)
    add_kinds(*KINDS)
    add_followed(Subject.ENGAGEMENT, Engagement)
    add_outcomes(OUTCOMES)
    add_offers(offers_for)
    add_step(AWARDED, after="called")
    add_printed(PrintedListKind.RESULT, RESULTS_PRINTED)
    add_meanings(meanings=MEANINGS, sources=SOURCES, fields=FIELDS, labels=FIELD_LABELS)


def _revoke_tokens(*, user: Any, **_: Any) -> None:
    from marketplace.actions.own_account import revoke_all_tokens

    revoke_all_tokens(account=user)
