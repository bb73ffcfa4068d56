"""The tables of who trades and what they offer."""

from marketplace.models.account import Account, StaffRole
from marketplace.models.calendar_address import CalendarAddress
from marketplace.models.capability import Capability, CapabilityVersion, Evidence, PriceTier
from marketplace.models.engagement import Engagement, EngagementIndicator, Party
from marketplace.models.engagement_note import EngagementNote
from marketplace.models.fit import NeedFit
from marketplace.models.gate import Cost, Gate, GateDecision, Measurement, Trial
from marketplace.models.import_job import ImportJob, ImportKind, ImportState
from marketplace.models.judgement import Judgement
from marketplace.models.ledger import LedgerEntry
from marketplace.models.near_copy import NearCopy
from marketplace.models.notification import Notification
from marketplace.models.organisation import Invitation, Member, Organisation
from marketplace.models.ranking_model import RankingModel
from marketplace.models.response import Response, ResponseAttachment, ResponseStep
from marketplace.models.review import ConsensusScore, Feedback, Score, ScoreSheet
from marketplace.models.rollout import Deviation, Lesson, Rollout
from marketplace.models.sandbox import Incident, Sandbox
from marketplace.models.saved_search import SavedSearch
from marketplace.models.selection import Exclusion, Objection, Placing, ReviewSeat, Selection
from marketplace.models.suggestion import Suggestion
from marketplace.models.word_preview import PreviewState, WordKind, WordPreview

__all__ = [
    "Account",
    "CalendarAddress",
    "Capability",
    "CapabilityVersion",
    "ConsensusScore",
    "Cost",
    "Deviation",
    "Engagement",
    "EngagementIndicator",
    "EngagementNote",
    "Evidence",
    "Exclusion",
    "Feedback",
    "Gate",
    "GateDecision",
    "ImportJob",
    "ImportKind",
    "ImportState",
    "Incident",
    "Invitation",
    "Judgement",
    "LedgerEntry",
    "Lesson",
    "Measurement",
    "Member",
    "NearCopy",
    "NeedFit",
    "Notification",
    "Objection",
    "Organisation",
    "Party",
    "Placing",
    "PreviewState",
    "PriceTier",
    "RankingModel",
    "Response",
    "ResponseAttachment",
    "ResponseStep",
    "ReviewSeat",
    "Rollout",
    "Sandbox",
    "SavedSearch",
    "Score",
    "ScoreSheet",
    "Selection",
    "StaffRole",
    "Suggestion",
    "Trial",
    "WordKind",
    "WordPreview",
]
