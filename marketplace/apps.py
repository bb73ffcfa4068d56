"""The app's start: names what news it listens to."""

from typing import Any

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_reset

        from marketplace.call_outcomes import OUTCOMES
        from marketplace.event_meanings import FIELD_LABELS, FIELDS, MEANINGS, SOURCES
        from marketplace.figures.awards import AWARDED
        from marketplace.models import Engagement
        from marketplace.notices import NOTICES
        from marketplace.own_offers import offers_for
        from marketplace.public_results import RESULTS_PRINTED
        from marketplace.staff_batches import KINDS
        from marketplace.staff_waiting import QUEUES
        from scenarios import topics
        from scenarios.actions.following import add_followed
        from scenarios.batch_kinds import add_kinds
        from scenarios.call_querysets import add_outcomes
        from scenarios.choices import PrintedListKind, Subject
        from scenarios.event_meanings import add_meanings
        from scenarios.funnel import add_step
        from scenarios.offered import add_offers
        from scenarios.printed import add_printed
        from scenarios.waiting import add_queues

        topics.subscribe(topics.CAPABILITY_SUBMITTED, "marketplace.check_copies", queue="batch")
        topics.subscribe(topics.CAPABILITY_PUBLISHED, "marketplace.check_copies", queue="batch")
        topics.subscribe(topics.CAPABILITY_PUBLISHED, "marketplace.index_capabilities")
        topics.subscribe(topics.CAPABILITY_UNLISTED, "marketplace.index_capabilities")
        topics.subscribe(topics.NEED_INDEXED, "marketplace.suggest_for_need", queue="batch")
        topics.subscribe(topics.CAPABILITY_INDEXED, "marketplace.suggest_for_capability", queue="batch")
        topics.subscribe(topics.INDEX_LOST, "marketplace.reindex_capabilities", queue="batch")
        topics.subscribe(topics.INDEX_LOST, "marketplace.refresh_search", queue="batch")
        topics.subscribe(topics.CAPABILITY_SEARCH_OUTDATED, "marketplace.refresh_search", queue="batch")
        topics.subscribe(topics.SYNONYMS_CHANGED, "marketplace.begin_epoch", queue="batch")
        topics.subscribe(topics.RANKING_ASKED, "marketplace.train_ranking", queue="batch")
        topics.subscribe(topics.RANKING_CHANGED, "marketplace.rank_anew", queue="batch")
        topics.subscribe(topics.SUGGESTIONS_DUE, "marketplace.suggest_for_need", queue="batch")
        topics.subscribe(topics.SHORTLISTS_READY, "marketplace.suggest_for_all", queue="batch")
        topics.subscribe(topics.DEMAND_FORMED, "marketplace.suggest_for_demand", queue="batch")
        topics.subscribe(topics.CALL_OPENED, "marketplace.suggest_for_call")
        topics.subscribe(topics.CALL_CANCELLED, "marketplace.wipe_responses")
        topics.subscribe(topics.EVENT_RECORDED, "marketplace.notify")
        # Most events concern nobody but the log: a delivery for each of them would keep the workers busy for nothing.
        topics.await_events(NOTICES)
        add_queues(*QUEUES)
        add_kinds(*KINDS)
        add_followed(Subject.ENGAGEMENT, Engagement)
        add_outcomes(OUTCOMES)
        add_offers(offers_for)
        add_step(AWARDED, after="called")
        add_printed(PrintedListKind.RESULT, RESULTS_PRINTED)
        add_meanings(meanings=MEANINGS, sources=SOURCES, fields=FIELDS, labels=FIELD_LABELS)
        topics.subscribe(topics.MAIL_DUE, "marketplace.send_mail")
        topics.subscribe(topics.DIGEST_DUE, "marketplace.send_digest")
        topics.subscribe(topics.NIGHT_CAME, "marketplace.send_digests", queue="batch")
        topics.subscribe(topics.IMPORT_ASKED, "marketplace.import_rows", queue="batch")
        topics.subscribe(topics.WORD_PREVIEW_ASKED, "marketplace.preview_words", queue="batch")
        topics.subscribe(topics.PRINTED_LIST_ORDERED, "marketplace.print_list", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "marketplace.prune", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "marketplace.tell_searchers_daily", queue="batch")
        topics.subscribe(topics.NEED_PUBLISHED, "marketplace.tell_searchers_of_needs", queue="batch")
        topics.subscribe(topics.CAPABILITY_PUBLISHED, "marketplace.tell_searchers_of_capabilities", queue="batch")
        for one_by_one in (
            topics.DEMAND_FORMED,
            topics.CALL_OPENED,
            topics.ENGAGEMENT_STARTED,
            topics.LESSON_PUBLISHED,
        ):
            topics.subscribe(one_by_one, "marketplace.tell_searchers", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "marketplace.mine_synonyms", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "marketplace.train_ranking", queue="batch")
        # allauth tells of a new password by signal only.
        password_changed.connect(_revoke_tokens, dispatch_uid="tokens.password_changed")
        password_reset.connect(_revoke_tokens, dispatch_uid="tokens.password_reset")


def _revoke_tokens(*, user: Any, **_: Any) -> None:
    from marketplace.actions.own_account import revoke_all_tokens

    revoke_all_tokens(account=user)
