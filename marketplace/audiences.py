"""Which audience may see which field of what trades; the tables of what is needed stand in scenarios.audiences.

From the public notice on a selection has a ranking for everyone; before it `lots` and `excluded` are empty for all.
Scores and comments of single reviewers are in no table: only the panel reads them, in `responses` of the selection.
"""

from scenarios.audiences import Audience

SELECTION_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "call", "status", "version", "round", "published_at", "notice_ends_at"), Audience.PUBLIC),
    **dict.fromkeys(("notice_provisional", "suspended_at", "decided_at", "lots", "excluded"), Audience.PUBLIC),
    **dict.fromkeys(("failure_code", "failure_reason", "next_step"), Audience.PUBLIC),
    **dict.fromkeys(("opened_at", "seats", "lacking_feedback", "lost_winners"), Audience.STAFF),
}

# An objection is read by staff and by the organisation that made it.
OBJECTION_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "round", "organisation", "reasons", "made_at"), Audience.STAFF),
    **dict.fromkeys(("state", "answer", "answered_at"), Audience.STAFF),
}
