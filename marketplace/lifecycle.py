"""The state machines of what suppliers offer and answer, of selections and of rankings as tables, as in scenarios."""

from marketplace.choices import CapabilityStatus, RankingState, ResponseStatus, SelectionStatus, SuggestionState
from scenarios.lifecycle import Move

C, S, R, K, E = CapabilityStatus, SuggestionState, ResponseStatus, RankingState, SelectionStatus

CAPABILITY_MOVES = (
    Move("submit", (C.DRAFT, C.RETURNED), C.SUBMITTED, ("owner",), ("complete",)),
    Move("verify", (C.SUBMITTED,), C.VERIFIED, ("moderator",), ("not_own",)),
    Move("return", (C.SUBMITTED, C.VERIFIED), C.RETURNED, ("moderator",), ("reason_per_field", "not_own")),
    Move("publish", (C.VERIFIED,), C.PUBLISHED, ("publisher",), ("not_the_moderator", "not_own")),
    Move("publish_imported", (C.DRAFT,), C.PUBLISHED, ("system",), ("not_in_production",)),
    Move("suspend", (C.PUBLISHED,), C.SUSPENDED, ("moderator",), ("reason",)),
    Move("reinstate", (C.SUSPENDED,), C.PUBLISHED, ("moderator",), ("not_own",)),
    Move(
        "withdraw",
        (C.DRAFT, C.SUBMITTED, C.RETURNED, C.VERIFIED, C.PUBLISHED, C.SUSPENDED, C.EXPIRED),
        C.WITHDRAWN,
        ("owner",),
    ),
    Move("reopen", (C.WITHDRAWN,), C.DRAFT, ("owner",)),
    Move("expire", (C.PUBLISHED,), C.EXPIRED, ("system",), ("past_expiry",)),
    Move("renew", (C.EXPIRED, C.PUBLISHED), C.PUBLISHED, ("owner",)),
)

SUGGESTION_MOVES = (
    Move("shortlist", (S.OPEN,), S.SHORTLISTED, ("owner",)),
    Move("dismiss", (S.OPEN, S.SHORTLISTED), S.DISMISSED, ("owner",), ("reason",)),
    Move("undo", (S.SHORTLISTED, S.DISMISSED, S.CONTACTED), S.OPEN, ("owner",)),
    Move("contact", (S.OPEN, S.SHORTLISTED), S.CONTACTED, ("owner",)),
    Move("supersede", (S.OPEN,), S.SUPERSEDED, ("system",)),
)

RESPONSE_MOVES = (
    Move("seal", (R.DRAFT,), R.SEALED, ("owner",), ("call_open", "complete", "verified", "not_own")),
    Move("withdraw", (R.SEALED,), R.WITHDRAWN, ("owner",), ("call_open",)),
    Move("open", (R.SEALED,), R.OPENED, ("system",), ("past_close", "two_of_three_openers")),
    Move("admit", (R.OPENED, R.INELIGIBLE), R.ELIGIBLE, ("reviewer",), ("chair", "evaluating")),
    Move("exclude", (R.OPENED, R.ELIGIBLE), R.INELIGIBLE, ("reviewer", "system"), ("chair", "evaluating", "clause")),
    Move("score", (R.ELIGIBLE,), R.SCORED, ("system",), ("consensus_complete",)),
    Move("rescore", (R.SCORED,), R.ELIGIBLE, ("system",), ("objection_upheld",)),
    Move("award", (R.SCORED,), R.AWARDED, ("system",), ("selection_awarded",)),
    Move("reserve", (R.SCORED,), R.RESERVE, ("system",), ("selection_awarded",)),
    Move("decline", (R.SCORED, R.ELIGIBLE, R.OPENED), R.NOT_SELECTED, ("system",), ("selection_awarded_or_failed",)),
)

SELECTION_MOVES = (
    Move("publish", (E.EVALUATING,), E.PUBLICITY, ("publisher",), ("consensus_complete", "no_open_objection")),
    Move("suspend", (E.PUBLICITY,), E.SUSPENDED, ("system",), ("within_notice",)),
    Move("resume", (E.SUSPENDED,), E.PUBLICITY, ("system",), ("no_open_objection",)),
    Move("reopen", (E.SUSPENDED,), E.EVALUATING, ("manager",), ("objection_upheld",)),
    Move("award", (E.PUBLICITY,), E.AWARDED, ("publisher",), ("past_notice", "no_open_objection", "feedback_complete")),
    Move("fail", (E.EVALUATING, E.PUBLICITY, E.SUSPENDED), E.FAILED, ("publisher",), ("code_is_true", "reason")),
)

RANKING_MOVES = (
    Move("activate", (K.CANDIDATE, K.RETIRED), K.ACTIVE, ("manager",), ("gain_is_certain", "features_fit")),
    Move("retire", (K.ACTIVE,), K.RETIRED, ("manager",)),
)
