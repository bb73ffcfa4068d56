"""What of the demonstration is there: a row for each part, in the transaction that makes it."""

from scenarios.models import JobSlot

JOB = "demonstration"


def is_loaded() -> bool:
    """Whether the demonstration is there."""
    return JobSlot.objects.filter(job=JOB, slot="loaded").exists()


def take(part: str) -> bool:
    """Mark a part as made; return False where it was made before, whatever has become of it since."""
    return JobSlot.objects.get_or_create(job=JOB, slot=part)[1]
