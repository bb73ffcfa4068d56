"""The step of the funnel that this package adds: needs behind calls that were awarded."""

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from marketplace.choices import SelectionStatus
from scenarios.funnel import Links, Step, behind, earliest
from scenarios.models import Call


def _awarded(told: Links) -> Q:
    return behind(Call.objects.standing().filter(selection__status=SelectionStatus.AWARDED), told)


_decided = Call.objects.filter(selection__status=SelectionStatus.AWARDED)
AWARDED = Step(
    "awarded",
    pgettext_lazy("funnel", "Awarded"),
    _awarded,
    earliest(_decided, "need", "selection__decided_at"),
    since="called",
    partly_told=True,
)
