"""The machine's verbs that tell people: of events, by mail, of what a saved search newly finds. Each may run twice."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail as django_send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.actions import saved_searches
from marketplace.actors import actor_for
from marketplace.choices import MailPace, SearchNotice
from marketplace.hearers import need_owners, respondents
from marketplace.models import Notification, SavedSearch
from marketplace.new_hits import came_since
from marketplace.notice_details import detail_of
from marketplace.notice_paths import PATHS_OF_OWNERS, path_of
from marketplace.notices import NOTICES, allowed, recipients, sentence_of, subject_of, titles_of
from scenarios import topics
from scenarios.models import Event
from scenarios.outbox import emit
from scenarios.querysets import DatabaseClock, database_time
from scenarios.synonyms import words_in_use

Finish = Callable[[], None]
NEWS = timedelta(days=7)
"""How long after its first publication something is news; whoever renews it later tells nobody."""
MOST_IN_DIGEST = 50


def notify(*, event_ids: Iterable[int], finish: Finish) -> None:
    """Tell those whom these events concern, once each, in the product and by e-mail where they want it."""
    with transaction.atomic():
        for event in Event.objects.filter(pk__in=set(event_ids), kind__in=NOTICES).order_by("pk"):
            _tell(event)
        finish()


def _tell(event: Event) -> None:
    subject = subject_of(event)
    if subject is None:
        return
    titles = dict(zip(("title_zh", "title_en"), titles_of(subject), strict=True))
    # Who belongs to a respondent as well reads no other response.
    owners = need_owners(event, subject) - respondents(event, subject) if event.kind in PATHS_OF_OWNERS else set()
    rows = [
        Notification(account_id=pk, event=event, path=path_of(event, to_owner=pk in owners), **titles)
        for pk in sorted(allowed(recipients(event, subject), event, subject))
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    told = Notification.objects.filter(event=event, mailed_at__isnull=True, account__mail_pace=MailPace.AT_ONCE)
    for pk in told.values_list("pk", flat=True):
        emit(topics.MAIL_DUE, notification_id=pk)


def send_mail(*, notification_id: int, finish: Finish) -> None:
    """Send one notification by e-mail in its reader's language. A crash between sending and noting it sends it
    again.
    """
    notification = Notification.objects.select_related("account", "event").filter(pk=notification_id).first()
    if notification and notification.mailed_at is None and _wanted([notification]):
        with translation.override(notification.account.language):
            body = _("%(sentence)s\n\nRead it here: %(url)s\n\nYou can turn these e-mails off in your settings.") % {
                "sentence": _told(notification),
                "url": settings.SITE_URL.rstrip("/") + notification.path,
            }
            # A title may hold a line break, a subject may not.
            django_send_mail(" ".join(sentence_of(notification).split()), body, None, [notification.account.email])
    with transaction.atomic():
        if notification:
            Notification.objects.filter(pk=notification.pk, mailed_at=None).update(mailed_at=DatabaseClock())
        finish()


def _wanted(rows: list[Notification]) -> list[Notification]:
    """Return those of one account's notifications that are mailed now, a while after they were made: its reader wants
    e-mails still, and may open still what they are about.
    """
    if not rows or not rows[0].account.is_active or rows[0].account.mail_pace == MailPace.OFF:
        return []
    return [row for row in rows if (subject := subject_of(row.event)) and allowed({row.account_id}, row.event, subject)]


def _told(notification: Notification) -> str:
    """Return the sentence of a notification, and beneath it what happened in a few words."""
    return "\n\n".join(filter(None, (sentence_of(notification), detail_of(notification.event))))


def send_digests(*, finish: Finish) -> None:
    """Have everyone who wants one e-mail a day sent what they have not read."""
    waiting = Notification.objects.to_digest().filter(account__mail_pace=MailPace.DAILY)
    with transaction.atomic():
        for pk in waiting.order_by("account").values_list("account", flat=True).distinct():
            emit(topics.DIGEST_DUE, account_id=pk)
        finish()


def send_digest(*, account_id: int, finish: Finish) -> None:
    """Send what waits for one account in one e-mail, in its language. A crash between sending and noting it sends it
    again.
    """
    waiting = Notification.objects.to_digest().filter(account=account_id).select_related("account", "event")
    rows = list(waiting.order_by("-created_at", "-pk"))
    if wanted := _wanted(rows):
        _send_digest(wanted)
    with transaction.atomic():
        Notification.objects.filter(pk__in=[row.pk for row in rows], mailed_at=None).update(mailed_at=DatabaseClock())
        finish()


def _send_digest(rows: list[Notification]) -> None:
    site, account = settings.SITE_URL.rstrip("/"), rows[0].account
    with translation.override(account.language):
        parts = [f"{_told(row)}\n{site}{row.path}" for row in rows[:MOST_IN_DIGEST]]
        if more := len(rows) - len(parts):
            text = ngettext("%(number)d more is listed here: %(url)s", "%(number)d more are listed here: %(url)s", more)
            parts.append(text % {"number": more, "url": site + reverse("notification_list")})
        settings_url = site + reverse("account_settings")
        parts.append(_("How often you get these e-mails is up to your settings: %(url)s") % {"url": settings_url})
        subject = ngettext("%(number)d unread notification", "%(number)d unread notifications", len(rows))
        django_send_mail(subject % {"number": len(rows)}, "\n\n".join(parts), None, [account.email])


def tell_searchers(*, finish: Finish, **published: Any) -> None:
    """Tell those who want to hear at once that something new is in a search that they saved.

    published : what the topic names: need_ids, capability_ids, demand_id, call_id, engagement_id or lesson_id.
    """
    ((named, ids),) = published.items()
    kind, wanted = named.partition("_id")[0], [ids] if isinstance(ids, str) else ids
    words, now = words_in_use(), database_time()
    with transaction.atomic():
        for search in SavedSearch.objects.to_tell(SearchNotice.AT_ONCE).filter(kind=kind):
            new = came_since(search, max(now - NEWS, search.created_at), actor_for(search.account), words)
            if hits := new.filter(pk__in=wanted).count():
                saved_searches.note_hits(search, hits, until=now)
        finish()


def tell_searchers_daily(*, finish: Finish) -> None:
    """Tell those who want to hear once a day how much is new in the searches that they saved."""
    words, now = words_in_use(), database_time()
    with transaction.atomic():
        for search in SavedSearch.objects.to_tell(SearchNotice.DAILY).select_for_update(of=("self",)):
            if hits := came_since(search, search.told_until, actor_for(search.account), words).count():
                saved_searches.note_hits(search, hits, until=now)
        finish()
