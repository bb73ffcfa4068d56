"""The state machines of what suppliers offer and answer, of selections and of rankings as tables, as in scenarios."""

from marketplace.choices import CapabilityStatus, RankingState, ResponseStatus, SelectionStatus, SuggestionState
from marketplace.engagement_choices import DecisionState, ElementState, EngagementStatus, GateState, RolloutState
from marketplace.sandbox_choices import SandboxStatus
from scenarios.lifecycle import Move

C, S, R, K, Q = CapabilityStatus, SuggestionState, ResponseStatus, RankingState, SelectionStatus
E, G, L, T = EngagementStatus, GateState, ElementState, RolloutState

CAPABILITY_MOVES = (
    Move("submit", (C.DRAFT, C.RETURNED), C.SUBMITTED, ("owner",), ("complete",)),
    Move("verify", (C.SUBMITTED,), C.VERIFIED, ("moderator",), ("not_own",)),
    Move("return", (C.SUBMITTED, C.VERIFIED), C.RETURNED, ("moderator",), ("reason_per_field", "not_own")),
    Move("take_back_verification", (C.VERIFIED,), C.SUBMITTED, ("moderator",), ("own_decision", "nothing_since")),
    Move("take_back_return", (C.RETURNED,), C.SUBMITTED, ("moderator",), ("own_decision", "nothing_since")),
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
    Move("cancel", (R.SEALED,), R.CANCELLED, ("system",), ("call_cancelled",)),
    Move("open", (R.SEALED,), R.OPENED, ("system",), ("past_close", "two_of_three_openers")),
    Move("admit", (R.OPENED, R.INELIGIBLE), R.ELIGIBLE, ("reviewer",), ("chair", "evaluating")),
    Move("exclude", (R.OPENED, R.ELIGIBLE), R.INELIGIBLE, ("reviewer", "system"), ("chair", "evaluating", "clause")),
    Move("score", (R.ELIGIBLE,), R.SCORED, ("system",), ("consensus_complete",)),
    Move("rescore", (R.SCORED,), R.ELIGIBLE, ("system",), ("objection_upheld",)),
    Move("withdraw_ranked", (R.SCORED,), R.SCORED, ("owner",), ("under_notice", "not_withdrawn_yet")),
    Move("drop", (R.SCORED,), R.INELIGIBLE, ("system",), ("winner_lost", "clause")),
    Move("award", (R.SCORED,), R.AWARDED, ("system",), ("selection_awarded",)),
    Move("reserve", (R.SCORED,), R.RESERVE, ("system",), ("selection_awarded",)),
    Move("decline", (R.SCORED, R.ELIGIBLE, R.OPENED), R.NOT_SELECTED, ("system",), ("selection_awarded_or_failed",)),
)

SELECTION_MOVES = (
    Move("publish", (Q.EVALUATING,), Q.PUBLICITY, ("publisher",), ("consensus_complete", "no_open_objection")),
    Move("suspend", (Q.PUBLICITY,), Q.SUSPENDED, ("system",), ("within_notice",)),
    Move("resume", (Q.SUSPENDED,), Q.PUBLICITY, ("system",), ("no_open_objection",)),
    Move("reopen", (Q.SUSPENDED,), Q.EVALUATING, ("manager",), ("objection_upheld",)),
    Move("put_next", (Q.PUBLICITY,), Q.PUBLICITY, ("publisher",), ("winner_lost", "no_open_objection", "one_follows")),
    Move("award", (Q.PUBLICITY,), Q.AWARDED, ("publisher",), ("past_notice", "no_open_objection", "feedback_complete")),
    Move("fail", (Q.EVALUATING, Q.PUBLICITY, Q.SUSPENDED), Q.FAILED, ("publisher",), ("code_is_true", "reason")),
)

RANKING_MOVES = (
    Move("activate", (K.CANDIDATE, K.RETIRED), K.ACTIVE, ("manager",), ("gain_is_certain", "features_fit")),
    Move("retire", (K.ACTIVE,), K.RETIRED, ("manager",)),
)

# Here "owner" is an editor of the party that a move belongs to: what party that is stands in `requires`.
ENGAGEMENT_MOVES = (
    Move("confirm", (E.PROPOSED,), E.PREPARING, ("owner",), ("other_side",)),
    Move("decline", (E.PROPOSED,), E.CALLED_OFF, ("owner",), ("other_side", "reason")),
    Move("call_off", (E.PROPOSED, E.PREPARING), E.CALLED_OFF, ("manager",), ("reason",)),
    Move("start", (E.PREPARING,), E.RUNNING, ("manager",), ("gates_planned", "risk_papers_there")),
    Move("suspend", (E.RUNNING, E.ACCEPTED), E.SUSPENDED, ("manager", "supervisor", "system"), ("reason",)),
    Move("resume", (E.SUSPENDED,), E.RUNNING, ("manager", "supervisor"), ("not_accepted_yet",)),
    Move("resume_accepted", (E.SUSPENDED,), E.ACCEPTED, ("manager", "supervisor"), ("accepted_before",)),
    Move("accept", (E.RUNNING,), E.ACCEPTED, ("owner",), ("owner_party", "every_essential_indicator_met")),
    Move("land", (E.ACCEPTED,), E.LANDED, ("system",), ("scale_gate_passed",)),
    Move("stop_no_fault", (E.RUNNING, E.ACCEPTED), E.STOPPED_NO_FAULT, ("system",), ("gate_decided", "lesson")),
    Move("stop_breach", (E.RUNNING, E.ACCEPTED), E.STOPPED_BREACH, ("system",), ("gate_decided", "reason")),
    Move("close", (E.LANDED,), E.CLOSED, ("manager",), ("rollouts_over", "lesson")),
)

GATE_MOVES = (
    Move(
        "start",
        (G.PLANNED,),
        G.RUNNING,
        ("owner", "manager"),
        ("owner_party", "engagement_under_way", "earlier_gates_passed"),
    ),
    Move("pass", (G.RUNNING,), G.PASSED, ("owner", "manager"), ("two_sides", "essential_indicators_measured")),
    Move("iterate", (G.RUNNING,), G.RUNNING, ("owner", "manager"), ("two_sides", "at_most_twice")),
    Move("stop_no_fault", (G.RUNNING,), G.STOPPED, ("owner", "manager"), ("two_sides", "lesson")),
    Move("stop_breach", (G.RUNNING,), G.STOPPED, ("owner", "manager"), ("two_sides", "evidence", "heard")),
)

DECISION_MOVES = (
    Move("confirm", (DecisionState.PROPOSED,), DecisionState.MADE, ("owner", "manager"), ("other_side",)),
    Move("take_back", (DecisionState.PROPOSED,), DecisionState.TAKEN_BACK, ("owner", "manager"), ("proposing_side",)),
)

ELEMENT_MOVES = (
    Move("deliver", (L.PROMISED,), L.DELIVERED, ("owner",), ("giving_party",)),
    Move("confirm", (L.PROMISED, L.DELIVERED), L.CONFIRMED, ("owner",), ("receiving_party",)),
    Move("refuse", (L.DELIVERED,), L.PROMISED, ("owner",), ("receiving_party", "reason")),
    Move("release", (L.PROMISED,), L.RELEASED, ("owner",), ("receiving_party", "reason")),
)

ROLLOUT_MOVES = (
    Move("accept", (T.ASKED, T.DECLINED), T.ACCEPTED, ("owner",)),
    Move("decline", (T.ASKED, T.ACCEPTED, T.PLANNED), T.DECLINED, ("owner",), ("reason",)),
    Move("plan", (T.ACCEPTED, T.PLANNED), T.PLANNED, ("owner",), ("day",)),
    Move("finish", (T.PLANNED,), T.DONE, ("owner",), ("day",)),
)

SANDBOX_MOVES = (
    Move("leave", (SandboxStatus.ACTIVE,), SandboxStatus.LEFT, ("supervisor",), ("every_criterion_met", "findings")),
    Move("fail", (SandboxStatus.ACTIVE,), SandboxStatus.FAILED, ("supervisor",), ("findings",)),
)
