"""The end of an engagement: it lands with its need or pool, the members are asked, and it is closed with lessons."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement, move_engagement
from marketplace.engagement_choices import EngagementStatus, RolloutState
from marketplace.engagement_parties import needs_of, require_party_or_manager, require_staff
from marketplace.lifecycle import ENGAGEMENT_MOVES
from marketplace.models import Engagement, Gate, Lesson, Rollout
from scenarios import topics
from scenarios.actions.keys import remember_result, result_of
from scenarios.actions.landing import close_need, land_demand, land_need, part_from_landed
from scenarios.actions.members import lock_pooling
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move
from scenarios.querysets import lexemes
from scenarios.search_columns import found_under

TITLE_LIMIT, LESSON_LIMIT = 120, 4000


def land_locked(engagement: Engagement) -> None:
    """Land a locked engagement that was accepted and has passed the gate of scale, with what it was for.

    The members of a pool are asked, each for itself, whether they take it over; until they say so nothing is planned.
    """
    engagement.landed_at = timezone.now()
    move_engagement(engagement, "land", actor=SYSTEM)
    if engagement.need is not None:
        land_need(engagement.need)
    elif engagement.demand is not None:
        land_demand(engagement.demand)
        members = needs_of(engagement)
        Rollout.objects.bulk_create(Rollout(engagement=engagement, need=need) for need in members)
        owners = sorted({str(need.owner_id) for need in members})
        log_event("engagement.rollout_asked", engagement, actor=SYSTEM, organisations=owners)


@transaction.atomic
def close_engagement(*, actor: Actor, engagement_id: UUID) -> Engagement:
    """Close a landed engagement: every member has answered and finished, and a lesson is written.

    A need whose owner declined the rollout leaves the pool, and can be merged again, unless it takes over what another
    winner of a race has landed. Raises Invalid naming what is still missing.
    """
    lock_pooling()
    engagement = lock_engagement(actor, engagement_id)
    require_move(ENGAGEMENT_MOVES, "close", actor=actor, owner_id=None, status=engagement.status)
    require_staff(actor, engagement, "manager")
    wrong = {}
    if engagement.rollouts.open().exists():
        wrong["rollouts"] = [_("A member has not answered or not finished its rollout yet.")]
    if not engagement.lessons.exists():
        wrong["lessons"] = [_("Write at least one lesson first; everybody can read it.")]
    if wrong:
        raise Invalid(wrong)
    engagement.ended_at = timezone.now()
    move_engagement(engagement, "close", actor=actor)
    done = engagement.rollouts.filter(state=RolloutState.DONE).select_related("need")
    for need in [engagement.need] if engagement.need else [row.need for row in done]:
        close_need(need)
    if engagement.demand is not None:
        taken = Rollout.objects.filter(engagement__demand=engagement.demand).exclude(state=RolloutState.DECLINED)
        declined = engagement.rollouts.exclude(need__in=taken.values("need")).select_related("need")
        part_from_landed(engagement.demand, [row.need for row in declined])
    return engagement


@transaction.atomic
def write_lesson(*, actor: Actor, engagement_id: UUID, title: str, text: str, key: str = "") -> Lesson:
    """Publish what an engagement taught, for any party or the manager, from its start on and after its end.

    key : idempotency key of the form; the same key returns the lesson that the first sending published.
    """
    engagement = lock_engagement(actor, engagement_id)
    require_party_or_manager(actor, engagement)
    if engagement.started_at is None or engagement.status == EngagementStatus.CALLED_OFF:
        raise IllegalMove(_("There is nothing to learn from a project that has not begun."))
    if earlier := result_of(actor, "lesson", key):
        return one_of(engagement.lessons.all(), earlier)
    lesson = publish_lesson(engagement, actor=actor, title=title, text=text)
    remember_result(actor, "lesson", key, lesson.pk)
    return lesson


def publish_lesson(engagement: Engagement, *, actor: Actor, title: str, text: str, gate: Gate | None = None) -> Lesson:
    """Publish a lesson of a locked engagement. Raises Invalid where a part is missing or too long."""
    require_lesson(title, text)
    lesson = Lesson(
        engagement=engagement, gate=gate, title=title.strip(), text=text.strip(), written_by_id=actor.signed_in_id
    )
    lesson.search = lexemes(lesson_tokens(lesson))
    lesson.save(force_insert=True)
    log_event("engagement.lesson_written", engagement, actor=actor, lesson=str(lesson.pk))
    emit(topics.LESSON_PUBLISHED, lesson_id=str(lesson.pk))
    return lesson


def lesson_tokens(lesson: Lesson) -> list[str]:
    """Return the tokens under which a lesson's page is found."""
    return found_under((lesson.engagement.code, lesson.title), (lesson.text,))


def require_lesson(title: str, text: str) -> None:
    """Raise Invalid unless a lesson has a title and a text within their limits."""
    limits = {"lesson_title": (title, TITLE_LIMIT), "lesson": (text, LESSON_LIMIT)}
    faults = {
        name: [_("Write this in at most %(limit)d characters.") % {"limit": limit}]
        for name, (words, limit) in limits.items()
        if not words.strip() or len(words) > limit
    }
    if faults:
        raise Invalid(faults)
