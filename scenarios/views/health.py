"""Is it alive, is it ready, is it keeping up: for orchestrators, for the staff, for monitoring."""

import hmac
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from scenarios import choices, health
from scenarios.access import access
from scenarios.actions.deliveries import MAY_RETRY, retry_delivery
from scenarios.errors import NotPermitted
from scenarios.models import Delivery, SimilarityRun
from scenarios.views.parts import actor_of, page_of


@never_cache
@access("public")
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked, so that a slow database does not get web nodes restarted."""
    return HttpResponse("ok", content_type="text/plain")


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


@never_cache
@access("public")
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration of this release: 200, else 503."""
    try:
        missing = len(_known_migrations() - set(MigrationRecorder(connection).applied_migrations()))
        checks = {"database": True, "migrations": missing == 0}
    except DatabaseError:
        checks = {"database": False, "migrations": False}
    ready = all(checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


@never_cache
@access("staff")
def status(request: HttpRequest) -> HttpResponse:
    """How far behind the work is, who is alive, and what failed three times."""
    backlog = health.backlog()
    states = [(value, label, backlog.states.get(value, 0)) for value, label in choices.DeliveryState.choices]
    context = {
        "states": states,
        "oldest": round(backlog.oldest_seconds),
        "pulses": health.pulses(),
        "build": health.last_build(),
        "runs": SimilarityRun.objects.unfinished().with_progress(),
        "page": page_of(request, Delivery.objects.quarantined().order_by("-id")),
        "may_retry": actor_of(request).has_role(*MAY_RETRY),
    }
    return render(request, "scenarios/status.html", context)


@require_POST
@access(*MAY_RETRY)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a delivery out of quarantine for three more attempts."""
    retry_delivery(actor=actor_of(request), delivery_id=pk)
    messages.success(request, _("It will be tried again."))
    return redirect("status")


@never_cache
@access("public")
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of /status for Prometheus: for staff, or for who holds METRICS_TOKEN."""
    if not (_has_token(request) or actor_of(request).is_staff):
        raise NotPermitted
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme == "Bearer" and hmac.compare_digest(given.encode(), wanted.encode())


def _registry() -> CollectorRegistry:
    """Fill a registry of our own from the database, so that every web process tells the same."""
    registry = CollectorRegistry()
    backlog, build = health.backlog(), health.last_build()
    deliveries = _gauge(registry, "deliveries", "Deliveries of the outbox by state", ["state"])
    for value in choices.DeliveryState.values:
        deliveries.labels(value).set(backlog.states.get(value, 0))
    _gauge(registry, "outbox_oldest_seconds", "Age of the oldest delivery that is not done").set(backlog.oldest_seconds)
    heartbeat = _gauge(registry, "heartbeat_age_seconds", "Seconds since the last sign of life", ["name"])
    for pulse in health.pulses():
        heartbeat.labels(pulse.name).set(pulse.seconds)
    documents = _gauge(registry, "index_documents", "Documents in the live index build", ["part"])
    documents.labels("needs").set(build.needs if build else 0)
    documents.labels("capabilities").set(build.capabilities if build else 0)
    tasks = _gauge(registry, "run_tasks", "Tasks of the runs over super-blocks under way", ["kind", "state"])
    for run in SimilarityRun.objects.unfinished().with_progress():
        open_tasks = run.tasks_all - run.tasks_done - run.tasks_failed
        for state, number in (("done", run.tasks_done), ("failed", run.tasks_failed), ("open", open_tasks)):
            tasks.labels(run.kind, state).set(number)
    return registry


def _gauge(registry: CollectorRegistry, name: str, text: str, labels: list[str] | None = None) -> Any:
    return Gauge(f"marketplace_{name}", text, labels or [], registry=registry)
