"""The Celery application: ids in, no results, nothing that must not be lost lives in the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("marketplace")
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=False,  # the lease in the outbox brings the work back, not the broker
    task_default_queue="interactive",
    task_create_missing_queues=True,
    task_soft_time_limit=100,
    task_time_limit=110,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=3,
    broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 3, "visibility_timeout": 3600},
    timezone="Asia/Shanghai",
    beat_scheduler="config.beat:BeatingScheduler",
    beat_max_loop_interval=10.0,  # a heartbeat with every round: scenarios.health.BEAT_SECONDS
    # Ticks only: each may run twice, the slot is unique in the database.
    beat_schedule={
        "sweep": {"task": "scenarios.sweep", "schedule": 30.0, "options": {"expires": 30}},
        "expire-capabilities": {
            "task": "marketplace.expire_capabilities",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "tell-notices-over": {
            "task": "marketplace.tell_notices_over",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "seal-events": {
            "task": "scenarios.seal_events",
            "schedule": 60.0,
            "options": {"expires": 60, "queue": "batch"},
        },
        "nightly-merges": {
            "task": "scenarios.nightly_merges",
            "schedule": 3600.0,
            "options": {"expires": 3600, "queue": "batch"},
        },
    },
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
