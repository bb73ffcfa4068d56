"""Where the news of an event leads: to what it is about, or to where the decision it asks for is made."""

from scenarios.models import Event

PATHS = {
    "search": "/workspace/searches/{}/",
    "printed_list": "/workspace/lists/{}/",
    "engagement": "/engagements/{}/",
    "need": "/needs/{}/",
    "demand": "/pools/{}/",
    "call": "/calls/{}/",
    "capability": "/capabilities/{}/",
    "organisation": "/workspace/organisation/",
    "proposal": "/staff/merge/{}/",
}
# News that asks for a decision leads to where it is made.
SANDBOX_KINDS = ("sandbox_set_up", "sandbox_left", "sandbox_failed", "incident", "incident_closed")
PATHS_BY_KIND = {
    "engagement.element_promised": "/engagements/{}/ledger/",
    "engagement.element_delivered": "/engagements/{}/ledger/",
    "engagement.element_confirmed": "/engagements/{}/ledger/",
    "engagement.element_refused": "/engagements/{}/ledger/",
    "engagement.element_released": "/engagements/{}/ledger/",
    "engagement.note_written": "/engagements/{}/#notes",
    **{f"engagement.{kind}": "/engagements/{}/sandbox/" for kind in SANDBOX_KINDS},
    "need.checked": "/staff/moderation/needs/{}/",
    "need.returned": "/workspace/needs/{}/edit/",
    "demand.invite": "/workspace/pools/",
    "demand.take_on_core": "/workspace/pools/",
    "demand.consent_due": "/workspace/pools/",
    "demand.consent": "/staff/pools/{}/",
    "demand.core_change_proposed": "/staff/pools/{}/",
    "call.drafted": "/staff/calls/{}/",
    "call.reviewed": "/staff/calls/{}/",
    "call.reworked": "/staff/calls/{}/",
    "call.openers_named": "/staff/calls/{}/opening/",
    "call.sandbox_planned": "/staff/calls/{}/sandbox/",
    "call.question_asked": "/staff/calls/{}/talk/",
    "call.opening_refused": "/staff/calls/{}/opening/",
    **dict.fromkeys(
        (
            *("selection.opened", "selection.reviewer_left", "selection.reviewer_replaced"),
            *("selection.scores_submitted", "selection.consensus_complete", "selection.notice_over"),
            "selection.response_withdrawn",
        ),
        "/staff/calls/{}/selection/",
    ),
    **dict.fromkeys(
        (
            *("selection.published", "selection.objected", "selection.objection_rejected"),
            *("selection.objection_upheld", "selection.next_in_rank", "selection.awarded", "selection.failed"),
        ),
        "/calls/{}/result/",
    ),
    "capability.submitted": "/staff/moderation/capabilities/{}/",
    "capability.returned": "/workspace/capabilities/{}/edit/",
    "organisation.registered": "/staff/organisations/",
    "organisation.member_invited": "/workspace/notifications/",
}
PATHS_OF_OWNERS = {"call.responses_opened": "/calls/{}/responses/"}
"""Where the owners behind a call go on, who read what others may not."""


def path_of(event: Event, *, to_owner: bool = False) -> str:
    """Return where the news is to be read, or where the decision it asks for is made."""
    own = PATHS_OF_OWNERS.get(event.kind) if to_owner else None
    path = own or PATHS_BY_KIND.get(event.kind) or PATHS[event.subject_type]
    return path.format(event.subject_id)
