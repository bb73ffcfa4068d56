"""The app's start: names what news it listens to and whom the database trusts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ScenariosConfig(AppConfig):
    name = "scenarios"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from scenarios import naming, topics
        from scenarios.grants import grant_application_role
        from scenarios.references import read_names

        naming.read_with(read_names)
        topics.subscribe(topics.NEED_SUBMITTED, "scenarios.check_need")
        topics.subscribe(topics.NEED_PUBLISHED, "scenarios.index_needs")
        topics.subscribe(topics.NEED_UNLISTED, "scenarios.index_needs")
        topics.subscribe(topics.NEED_INDEXED, "scenarios.propose_merges", queue="batch")
        topics.subscribe(topics.NEED_INDEXED, "scenarios.lay_out_needs", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "scenarios.propose_all", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "scenarios.preview_thresholds", queue="batch")
        topics.subscribe(topics.NIGHT_CAME, "scenarios.prune", queue="batch")
        topics.subscribe(topics.MERGE_THRESHOLD_CHOSEN, "scenarios.propose_all", queue="batch")
        topics.subscribe(topics.MERGE_THRESHOLD_CHOSEN, "scenarios.preview_thresholds", queue="batch")
        topics.subscribe(topics.MERGE_PREVIEW_ASKED, "scenarios.preview_thresholds", queue="batch")
        topics.subscribe(topics.INDEX_LOST, "scenarios.reindex_needs", queue="batch")
        topics.subscribe(topics.INDEX_LOST, "scenarios.refresh_search", queue="batch")
        topics.subscribe(topics.NEED_SEARCH_OUTDATED, "scenarios.refresh_search", queue="batch")
        topics.subscribe(topics.RUN_STARTED, "scenarios.lay_out_run", queue="batch")
        topics.subscribe(topics.BLOCKS_DUE, "scenarios.compare_blocks", queue="blocks")
        topics.subscribe(topics.BLOCKS_DONE, "scenarios.combine_run", queue="batch")
        # Django has no post-migrate hook of its own for grants; this is the one place that knows all tables exist.
        post_migrate.connect(grant_application_role, sender=self)
