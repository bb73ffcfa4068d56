"""Who hears of which event, and the sentence they read: one table. A kind that is not in it is told to nobody."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.actors import actor_for
from marketplace.engagement_notices import ENGAGEMENT_NOTICES
from marketplace.hearers import (
    Accounts,
    Audience,
    chair,
    followers,
    interested,
    invited,
    lead,
    manager,
    moderators,
    named_accounts,
    named_organisations,
    need_owners,
    openers,
    orderer,
    organisation_members,
    own_followers,
    owner,
    panel,
    parties,
    project_manager,
    respondents,
    reviewers,
    searcher,
    staff,
    unanswered,
    watchers,
)
from marketplace.models import (
    Account,
    Capability,
    Engagement,
    Notification,
    Organisation,
    SavedSearch,
)
from scenarios.actor import Actor
from scenarios.models import Call, Event, MergedDemand, MergeProposal, Need, PrintedList


@dataclass(frozen=True)
class Notice:
    """One kind of event: the sentence (with %(code)s and %(title)s) and who hears of it."""

    sentence: Any
    audience: tuple[Audience, ...]


NOTICES: dict[str, Notice] = {
    "capability.copy_found": Notice(
        _("%(code)s is not suggested, its text is nearly a copy; read what to do: %(title)s"), (owner,)
    ),
    "capability.copy_cleared": Notice(
        _("%(code)s was found to be no copy and is suggested again: %(title)s"), (owner,)
    ),
    "search.hits": Notice(_("New in your saved search “%(title)s”"), (searcher,)),
    "printed_list.made": Notice(_("Your list is ready to be downloaded: %(title)s"), (orderer,)),
    "printed_list.refused": Notice(_("Your list is too much for one file; narrow it: %(title)s"), (orderer,)),
    "need.checked": Notice(_("%(code)s waits for moderation: %(title)s"), (moderators,)),
    "need.returned": Notice(_("%(code)s was returned; read the reasons and improve it: %(title)s"), (owner,)),
    "need.approved": Notice(
        _("%(code)s was approved and waits for publication: %(title)s"), (owner, staff("publisher"))
    ),
    "need.approval_taken_back": Notice(
        _("The approval of %(code)s was taken back; it waits for moderation again: %(title)s"),
        (owner, staff("publisher")),
    ),
    "need.return_taken_back": Notice(
        _("The return of %(code)s was taken back; it waits for moderation again: %(title)s"), (owner,)
    ),
    "need.ethics_number_entered": Notice(_("%(code)s has its ethics review number: %(title)s"), (staff("supervisor"),)),
    "need.published": Notice(_("%(code)s is published: %(title)s"), (owner, followers)),
    "need.suspended": Notice(_("%(code)s was suspended; read why: %(title)s"), (owner, followers)),
    "need.reinstated": Notice(_("%(code)s is on offer again: %(title)s"), (owner, followers)),
    "need.withdrawn": Notice(_("%(code)s was withdrawn by its owner: %(title)s"), (followers,)),
    "need.left_pool": Notice(
        _("%(code)s is in no pool any more; it is on offer on its own again: %(title)s"), (owner,)
    ),
    "need.expires_soon": Notice(
        _("%(code)s expires within 14 days; renew it if you still need it: %(title)s"), (owner,)
    ),
    "need.landed": Notice(_("%(code)s has landed: %(title)s"), (owner, followers)),
    "need.expired": Notice(_("%(code)s has expired; you can renew it: %(title)s"), (owner, followers)),
    "proposal.made": Notice(
        _("Like needs were found; decide whether they can be merged: %(title)s"), (staff("manager"),)
    ),
    "demand.invite": Notice(_("You are asked for consent to pool %(code)s: %(title)s"), (unanswered,)),
    "demand.take_on_core": Notice(
        _("%(code)s goes on with a new version of its core; read what changed and decide: %(title)s"), (unanswered,)
    ),
    "demand.core_changed": Notice(
        _("The core of %(code)s changed; your earlier consent no longer counts, decide again: %(title)s"),
        (need_owners, followers),
    ),
    "demand.core_change_proposed": Notice(
        _("A member proposes a change of the core of %(code)s: %(title)s"), (manager,)
    ),
    "demand.core_change_taken": Notice(
        _("Your change of the core of %(code)s is taken into its next version: %(title)s"), (named_organisations,)
    ),
    "demand.core_change_dismissed": Notice(
        _("Your change of the core of %(code)s was not taken up; read why: %(title)s"), (named_organisations,)
    ),
    "demand.consent_due": Notice(
        _("Your consent to %(code)s is still open and lapses soon: %(title)s"), (named_organisations,)
    ),
    "demand.consent": Notice(_("An owner answered the invitation to %(code)s: %(title)s"), (manager,)),
    "demand.member_left": Notice(
        _("A need left the pool %(code)s; its quantity changed: %(title)s"), (manager, need_owners)
    ),
    "demand.form": Notice(_("The pool %(code)s is formed: %(title)s"), (manager, need_owners, staff("publisher"))),
    "demand.freeze": Notice(
        _("The pool %(code)s is frozen; a call is drafted from it next: %(title)s"), (manager, need_owners)
    ),
    "demand.meet_threshold": Notice(
        _("The pool %(code)s has reached its minimum scale: %(title)s"), (manager, need_owners, followers)
    ),
    "demand.suggested": Notice(_("The pool %(code)s fits your capability: %(title)s"), (named_organisations,)),
    "demand.scale_reached": Notice(
        _("The pool %(code)s has reached the minimum scale of a matching capability: %(title)s"),
        (named_organisations, manager),
    ),
    "demand.fall_below": Notice(_("The pool %(code)s fell below its minimum scale: %(title)s"), (manager, need_owners)),
    "demand.miss_threshold": Notice(
        _("The pool %(code)s missed its minimum scale by the deadline: %(title)s"), (manager, need_owners)
    ),
    "demand.fall_after_deadline": Notice(
        _("The pool %(code)s fell below its minimum scale after its deadline: %(title)s"), (manager, need_owners)
    ),
    "demand.unform": Notice(
        _("The pool %(code)s gathers consent again; fewer than two owners are left: %(title)s"), (manager, need_owners)
    ),
    "demand.member_added": Notice(_("You are asked for consent to pool %(code)s: %(title)s"), (unanswered,)),
    "demand.extend_invitation": Notice(
        _("The deadline of the pool %(code)s was extended by 14 days: %(title)s"), (manager, need_owners)
    ),
    "demand.extend": Notice(
        _("The deadline of the pool %(code)s was extended by 14 days: %(title)s"), (manager, need_owners)
    ),
    "demand.split": Notice(
        _("The pool %(code)s was split; your need stands on its own again: %(title)s"), (manager, need_owners)
    ),
    "demand.dissolve": Notice(
        _("The pool %(code)s was dissolved; your need stands on its own again: %(title)s"), (manager, need_owners)
    ),
    "demand.land": Notice(_("The pool %(code)s has landed: %(title)s"), (manager, need_owners, followers)),
    "call.drafted": Notice(_("The call %(code)s waits for review: %(title)s"), (staff("moderator"),)),
    "call.reviewed": Notice(_("The call %(code)s waits for approval: %(title)s"), (staff("publisher"),)),
    "call.reworked": Notice(_("The call %(code)s came back to you with a reason: %(title)s"), (manager,)),
    "call.opened": Notice(_("The call %(code)s is open: %(title)s"), (need_owners, followers, manager)),
    "call.suggested": Notice(_("The open call %(code)s fits your capability: %(title)s"), (named_organisations,)),
    "call.interest_declared": Notice(
        _("A supplier is interested in the call %(code)s: %(title)s"), (manager, need_owners)
    ),
    "call.openers_named": Notice(_("You are to open the responses to %(code)s; take your code: %(title)s"), (openers,)),
    "call.sandbox_planned": Notice(
        _("The call %(code)s has its sandbox plan: %(title)s"), (manager, staff("publisher"))
    ),
    "call.question_asked": Notice(_("A question about %(code)s waits for an answer: %(title)s"), (manager,)),
    "call.question_answered": Notice(
        _("A question about the call %(code)s was answered: %(title)s"), (followers, interested, respondents)
    ),
    "call.addendum": Notice(
        _("The call %(code)s has an addendum; read what changed: %(title)s"),
        (need_owners, followers, interested, respondents),
    ),
    "call.opening_refused": Notice(
        _("An early attempt to open the responses to %(code)s was refused: %(title)s"), (manager, staff("auditor"))
    ),
    "call.responses_opened": Notice(
        _("The responses to the call %(code)s are open: %(title)s"), (manager, need_owners, panel, respondents)
    ),
    "call.closed": Notice(_("The call %(code)s has closed: %(title)s"), (manager, need_owners, interested, openers)),
    "call.cancelled": Notice(
        _("The call %(code)s was cancelled; read why: %(title)s"),
        (manager, need_owners, followers, interested, respondents),
    ),
    "selection.opened": Notice(
        _("You review the responses to %(code)s; declare first whether you have a conflict: %(title)s"), (reviewers,)
    ),
    "selection.reviewer_left": Notice(
        _("A reviewer left the panel of %(code)s; name a replacement: %(title)s"), (manager, staff("manager"))
    ),
    "selection.reviewer_replaced": Notice(
        _("You review the responses to %(code)s; declare first whether you have a conflict: %(title)s"),
        (named_accounts,),
    ),
    "selection.scores_submitted": Notice(_("A reviewer submitted scores for %(code)s: %(title)s"), (chair,)),
    "selection.consensus_complete": Notice(
        _("The panel of %(code)s has agreed on every response; put the result under notice: %(title)s"),
        (staff("publisher"),),
    ),
    "selection.notice_over": Notice(
        _("The public notice of %(code)s is over without open objections; award the call: %(title)s"),
        (staff("publisher"),),
    ),
    "selection.response_withdrawn": Notice(
        _("A ranked response to %(code)s was withdrawn before the award: %(title)s"),
        (manager, staff("publisher")),
    ),
    "selection.next_in_rank": Notice(
        _("A winner of %(code)s dropped out; who follows is under a new public notice: %(title)s"),
        (manager, need_owners, followers, interested, respondents, reviewers),
    ),
    "selection.published": Notice(
        _("The result of the call %(code)s is under public notice: %(title)s"),
        (manager, need_owners, followers, interested, respondents, reviewers),
    ),
    "selection.objected": Notice(
        _("The public notice of %(code)s is suspended by an objection: %(title)s"),
        (manager, staff("manager"), reviewers, respondents),
    ),
    "selection.objection_rejected": Notice(
        _("An objection to the result of %(code)s was rejected; read why: %(title)s"),
        (named_organisations, manager, respondents),
    ),
    "selection.objection_upheld": Notice(
        _("An objection to the result of %(code)s was upheld; the panel reviews again: %(title)s"),
        (named_organisations, manager, reviewers, respondents),
    ),
    "selection.awarded": Notice(
        _("The call %(code)s is awarded; read the result: %(title)s"),
        (manager, need_owners, followers, interested, respondents, reviewers),
    ),
    "selection.failed": Notice(
        _("The call %(code)s came to nothing; read why: %(title)s"),
        (manager, need_owners, followers, interested, respondents, reviewers),
    ),
    "selection.given_back": Notice(
        _("Your pool is out of the call %(code)s and can be called again: %(title)s"), (need_owners,)
    ),
    "capability.submitted": Notice(_("%(code)s waits for moderation: %(title)s"), (staff("moderator"),)),
    "capability.returned": Notice(_("%(code)s was returned; read the reasons and improve it: %(title)s"), (owner,)),
    "capability.verified": Notice(
        _("%(code)s was verified and waits for publication: %(title)s"), (owner, staff("publisher"))
    ),
    "capability.verification_taken_back": Notice(
        _("The verification of %(code)s was taken back; it waits for moderation again: %(title)s"),
        (owner, staff("publisher")),
    ),
    "capability.return_taken_back": Notice(
        _("The return of %(code)s was taken back; it waits for moderation again: %(title)s"), (owner,)
    ),
    "capability.published": Notice(_("%(code)s is published: %(title)s"), (owner,)),
    "capability.suspended": Notice(_("%(code)s was suspended; read why: %(title)s"), (owner,)),
    "capability.expired": Notice(_("%(code)s has expired; you can renew it: %(title)s"), (owner,)),
    "organisation.registered": Notice(_("An organisation asks for verification: %(title)s"), (staff("moderator"),)),
    "organisation.verified": Notice(_("Your organisation is verified: %(title)s"), (organisation_members,)),
    "organisation.suspended": Notice(_("Your organisation was suspended: %(title)s"), (organisation_members,)),
    "organisation.member_invited": Notice(_("You are invited to act for an organisation: %(title)s"), (invited,)),
    "organisation.member_joined": Notice(
        _("Someone accepted the invitation to act for your organisation: %(title)s"), (organisation_members,)
    ),
}


HEARERS: dict[str, Audience] = {
    "parties": parties,
    "lead": lead,
    "manager": project_manager,
    "named": named_organisations,
    "followers": followers,
    "own_followers": own_followers,
    "watchers": watchers,
}
NOTICES |= {
    kind: Notice(sentence, tuple(HEARERS[name] for name in names))
    for kind, (sentence, names) in ENGAGEMENT_NOTICES.items()
}

TOLD_INSIDE = ("engagement.note_written",)
"""Kinds that only those hear of who may open the parties' pages, whoever may open the page itself."""

SUBJECTS: dict[str, Any] = {
    "search": SavedSearch,
    "printed_list": PrintedList,
    "engagement": Engagement,
    "need": Need,
    "proposal": MergeProposal,
    "demand": MergedDemand,
    "call": Call,
    "capability": Capability,
    "organisation": Organisation,
}


def subject_of(event: Event) -> Any:
    """Return the object that an event is about, or None when it is gone."""
    model = SUBJECTS.get(event.subject_type)
    return model.objects.filter(pk=event.subject_id).first() if model else None


def recipients(event: Event, subject: Any) -> Accounts:
    """Return the accounts that hear of an event; never the one who made it."""
    notice = NOTICES.get(event.kind)
    heard: Accounts = set()
    for audience in notice.audience if notice else ():
        heard |= audience(event, subject)
    return heard - {event.actor_id, None}


def _readable(event: Event, actor: Actor) -> Any:
    """Return what the actor may open of the kind of thing that an event is about, with what the event tells of it."""
    model = SUBJECTS[event.subject_type]
    return model.objects.inside(actor) if event.kind in TOLD_INSIDE else model.objects.visible_to(actor)


def allowed(accounts: Accounts, event: Event, subject: Any) -> Accounts:
    """Return those of the accounts that may open what the event is about, now that they are told."""
    model = SUBJECTS[event.subject_type]
    if not hasattr(model.objects, "visible_to") or isinstance(subject, Organisation):
        return accounts
    found = Account.objects.filter(pk__in=accounts, is_active=True)
    gone = event.kind in ("need.withdrawn", "need.suspended")  # told to those who could read it until then
    return {
        account.pk
        for account in found
        if _readable(event, actor := actor_for(account)).filter(pk=subject.pk).exists()
        or (gone and model.objects.once_public(actor).filter(pk=subject.pk).exists())
    }


def titles_of(subject: Any) -> tuple[str, str]:
    """Return the subject's (Chinese, English) title as it is public."""
    if isinstance(subject, Organisation):
        return subject.name_zh, subject.name_en or subject.name_zh
    if isinstance(subject, MergeProposal):
        subject = subject.representative
    return subject.title_zh or subject.title_en, subject.title_en or subject.title_zh


def sentence_of(notification: Notification) -> str:
    """Return what the notification says, in the language that is active."""
    title = notification.title_en if get_language() == "en" else notification.title_zh
    return str(NOTICES[notification.event.kind].sentence) % {"code": notification.event.subject_code, "title": title}
