"""The one place where the demonstration bends time: what it has just made is moved into the past, as days would do.

Rows are moved, never a clock: whatever is decided afterwards is decided on the database clock, by the same rules as for
everybody. The event log is not touched; it tells when the demonstration was made.
"""

from datetime import timedelta

from django.db.models import F

from marketplace.models import Engagement, EngagementNote, Gate, Incident, Lesson, Response, Selection
from scenarios.actions import deadlines
from scenarios.actions.call_readiness import needs_behind
from scenarios.models import Call, DemandMember, MergedDemand, ModerationDecision, Need
from scenarios.querysets import database_time

# Days between what leads to a call and its opening.
BEFORE_CALL = 24
FORMED_BEFORE = 9


def close(call: Call, *, days_ago: int) -> Call:
    """Have a call closed so many whole days ago, with what was sealed for it and what it came from; return it as the
    sweep then leaves it.
    """
    assert call.closes_at is not None  # noqa: S101 - the constraint call_open_has_dates
    by = timedelta(days=(call.closes_at - database_time()).days + 1 + days_ago)
    Response.objects.filter(call=call, sealed_at__isnull=False).update(
        sealed_at=F("sealed_at") - by, closes_at=F("closes_at") - by
    )
    Call.objects.filter(pk=call.pk).update(
        opens_at=F("opens_at") - by, question_deadline=F("question_deadline") - by, closes_at=F("closes_at") - by
    )
    _age_source(call, by)
    deadlines.close_call(call_id=call.pk)
    call.refresh_from_db()
    return call


def _age_source(call: Call, by: timedelta) -> None:
    """Move the needs behind a call, and their pool, back before it, with some days between each step and the next.

    Until when a need is on offer stays as it is, as if its owner had renewed it.
    """
    needs = list(needs_behind(call).values_list("pk", flat=True))
    handed_in, published, formed = (by + timedelta(days=days) for days in (BEFORE_CALL, BEFORE_CALL - 3, FORMED_BEFORE))
    Need.objects.filter(pk__in=needs).update(
        submitted_at=F("submitted_at") - handed_in, published_at=F("published_at") - published
    )
    ModerationDecision.objects.filter(subject_id__in=needs).update(created_at=F("created_at") - published)
    DemandMember.objects.filter(demand=call.demand_id).update(joined_at=F("joined_at") - formed)
    MergedDemand.objects.filter(pk__in=[call.demand_id]).update(formed_at=F("formed_at") - formed)


def age_notice(selection: Selection, *, days: int) -> None:
    """Have a result under notice for so many days already."""
    by = timedelta(days=days)
    Selection.objects.filter(pk=selection.pk).update(
        published_at=F("published_at") - by, notice_ends_at=F("notice_ends_at") - by
    )


def age_award(selection: Selection) -> None:
    """Have a call awarded an hour after its notice was over."""
    Selection.objects.filter(pk=selection.pk).update(decided_at=F("notice_ends_at") + timedelta(hours=1))


def age_project(engagement: Engagement, *, days: int) -> None:
    """Have a project under way for so many days already, with the gates that it has begun."""
    by = timedelta(days=days)
    Engagement.objects.filter(pk=engagement.pk).update(started_at=F("started_at") - by)
    Gate.objects.filter(engagement=engagement, started_at__isnull=False).update(started_at=F("started_at") - by)


def age_end(engagement: Engagement, *, days: int) -> None:
    """Have what a project has come to, and what it taught, lie so many days back."""
    by = timedelta(days=days)
    Engagement.objects.filter(pk=engagement.pk).update(
        accepted_at=F("accepted_at") - by, landed_at=F("landed_at") - by, ended_at=F("ended_at") - by
    )
    Lesson.objects.filter(engagement=engagement).update(published_at=F("published_at") - by)


def age_note(note: EngagementNote, *, days: int) -> None:
    """Have a note written so many days ago."""
    EngagementNote.objects.filter(pk=note.pk).update(created_at=F("created_at") - timedelta(days=days))


def age_report(incident: Incident) -> None:
    """Have an incident reported an hour after it happened."""
    Incident.objects.filter(pk=incident.pk).update(reported_at=F("happened_at") + timedelta(hours=1))
