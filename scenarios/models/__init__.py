"""The tables of what is needed."""

from scenarios.models.batch import Batch, BatchRow
from scenarios.models.call import Call, Interest
from scenarios.models.call_key import CallKey, KeyShare, Opener
from scenarios.models.call_talk import Addendum, PanelSeat, Question
from scenarios.models.core_change import CoreChange
from scenarios.models.demand import (
    Consent,
    CoreIndicator,
    CoreVersion,
    DemandMember,
    Difference,
    MergedDemand,
    MergeLink,
    MergeProposal,
    ProposalMember,
)
from scenarios.models.event import Event, EventSeal
from scenarios.models.moderation import ModerationDecision
from scenarios.models.need import Follow, Indicator, Need, NeedVersion
from scenarios.models.outbox import Delivery, Heartbeat, IndexBuild, JobSlot, UsedKey
from scenarios.models.place import NeedPlace
from scenarios.models.printed_list import PrintedList
from scenarios.models.sandbox import SandboxPlan
from scenarios.models.scale import ScaleMark
from scenarios.models.similarity import BlockTask, SimilarityRun
from scenarios.models.synonyms import Concept, Phrase, SynonymProposal
from scenarios.models.taxonomy import Chain, ChainLead, District, DomainName, UnitName
from scenarios.models.threshold import MergePreview, MergeThreshold
from scenarios.models.vocabulary import StopWord, VaguePhrase

__all__ = [
    "Addendum",
    "Batch",
    "BatchRow",
    "BlockTask",
    "Call",
    "CallKey",
    "Chain",
    "ChainLead",
    "Concept",
    "Consent",
    "CoreChange",
    "CoreIndicator",
    "CoreVersion",
    "Delivery",
    "DemandMember",
    "Difference",
    "District",
    "DomainName",
    "Event",
    "EventSeal",
    "Follow",
    "Heartbeat",
    "IndexBuild",
    "Indicator",
    "Interest",
    "JobSlot",
    "KeyShare",
    "MergeLink",
    "MergePreview",
    "MergeProposal",
    "MergeThreshold",
    "MergedDemand",
    "ModerationDecision",
    "Need",
    "NeedPlace",
    "NeedVersion",
    "Opener",
    "PanelSeat",
    "Phrase",
    "PrintedList",
    "ProposalMember",
    "Question",
    "SandboxPlan",
    "ScaleMark",
    "SimilarityRun",
    "StopWord",
    "SynonymProposal",
    "UnitName",
    "UsedKey",
    "VaguePhrase",
]
