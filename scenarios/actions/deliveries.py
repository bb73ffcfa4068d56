"""What staff do with work that failed three times."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import outbox
from scenarios.actor import Actor
from scenarios.choices import Subject
from scenarios.errors import IllegalMove
from scenarios.journal import log_event
from scenarios.models import Delivery, SimilarityRun
from scenarios.policies import one_of, require_role

MAY_RETRY = ("manager", "moderator", "publisher", "supervisor")


@transaction.atomic
def retry_delivery(*, actor: Actor, delivery_id: int) -> Delivery:
    """Give a quarantined delivery three new attempts.

    Raises NotPermitted for who may only read, NotFound for no such delivery, IllegalMove when it left the quarantine.
    """
    require_role(actor, *MAY_RETRY)
    delivery = one_of(Delivery.objects.all(), delivery_id)
    if not outbox.retry(delivery.pk):
        raise IllegalMove(_("This delivery is not in quarantine any more."))
    log_event("delivery.retried", delivery, actor=actor, subject_type=Subject.DELIVERY, topic=delivery.topic)
    return delivery


@transaction.atomic
def retry_run(*, actor: Actor, run_id: int) -> int:
    """Give everything of a run that failed three times three new attempts, and return how much that was.

    Raises NotPermitted for who may only read, NotFound for no such run under way, IllegalMove when nothing of it is in
    quarantine.
    """
    require_role(actor, *MAY_RETRY)
    run = one_of(SimilarityRun.objects.unfinished(), run_id)
    of_run = Q(pk=run.delivery_id) | Q(pk__in=run.tasks.values("delivery"))
    failed = list(Delivery.objects.quarantined().filter(of_run).order_by("pk").values_list("pk", flat=True))
    if not failed:
        raise IllegalMove(_("Nothing of this run is in quarantine any more."))
    for pk in failed:
        retry_delivery(actor=actor, delivery_id=pk)
    return len(failed)
