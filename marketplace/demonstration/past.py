"""The one place where the demonstration bends time: what it has just made is moved into the past, as days would do.

Rows are moved, never a clock: whatever is decided afterwards is decided on the database clock, by the same rules as for
everybody. The event log is not touched; it tells when the demonstration was made.
"""

from datetime import timedelta

from django.db.models import F

from marketplace.models import Engagement, Gate, Response, Selection
from scenarios.actions import deadlines
from scenarios.models import Call


def close(call: Call, *, days_ago: int) -> Call:
    """Have a call closed so many days ago, with what was sealed for it; return it as the sweep then leaves it."""
    by = call.closes_at - call.opens_at + timedelta(days=days_ago)
    Response.objects.filter(call=call, sealed_at__isnull=False).update(
        sealed_at=F("sealed_at") - by, closes_at=F("closes_at") - by
    )
    Call.objects.filter(pk=call.pk).update(
        opens_at=F("opens_at") - by, question_deadline=F("question_deadline") - by, closes_at=F("closes_at") - by
    )
    deadlines.close_call(call_id=call.pk)
    call.refresh_from_db()
    return call


def age_notice(selection: Selection, *, days: int) -> None:
    """Have a result under notice for so many days already."""
    by = timedelta(days=days)
    Selection.objects.filter(pk=selection.pk).update(
        published_at=F("published_at") - by, notice_ends_at=F("notice_ends_at") - by
    )


def age_project(engagement: Engagement, *, days: int) -> None:
    """Have a project under way for so many days already, with the gates that it has begun."""
    by = timedelta(days=days)
    Engagement.objects.filter(pk=engagement.pk).update(started_at=F("started_at") - by)
    Gate.objects.filter(engagement=engagement, started_at__isnull=False).update(started_at=F("started_at") - by)
