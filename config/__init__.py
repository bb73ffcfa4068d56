"""Settings, URLs, Celery, base templates and the commands that start things."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
