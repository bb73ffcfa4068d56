"""What becomes of a closed call: whether its selection failed, and whether all that was awarded has its project."""

from django.db.models import Q

from marketplace.choices import SelectionStatus
from scenarios.call_querysets import Outcomes

_decided = Q(selection__status__in=[SelectionStatus.AWARDED, SelectionStatus.FAILED])
_without_project = Q(responses__status="awarded", responses__engagement__isnull=True)

# A call without a key took no sealed responses.
OUTCOMES = Outcomes(
    failed=Q(selection__status=SelectionStatus.FAILED),
    undecided=Q(key__isnull=False) & (~_decided | _without_project),
)
