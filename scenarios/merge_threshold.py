"""The threshold that holds: from which likeness on needs are proposed for merging."""

from django.conf import settings

from scenarios.models import MergeThreshold

LOWEST, HIGHEST, STEP = 0.10, 0.50, 0.025
"""What may be chosen: below the first nearly everything is proposed, above the last nearly nothing."""


def merge_threshold() -> float:
    """Return the likeness that staff chose, or that of the settings before anybody chose."""
    chosen = MergeThreshold.objects.filter(active=True).values_list("value", flat=True).first()
    return float(settings.MERGE_MIN_SIMILARITY if chosen is None else chosen)


def thresholds() -> list[float]:
    """Return the thresholds of a preview, ascending: every step, and the one that holds."""
    steps = round((HIGHEST - LOWEST) / STEP)
    return sorted({*(round(LOWEST + STEP * step, 4) for step in range(steps + 1)), merge_threshold()})
