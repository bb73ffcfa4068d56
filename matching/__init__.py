"""Text → tf-idf → similarity → groups and rankings; a plain library without database, broker or web.

    >>> from matching import Document, IndexSet, rank
    >>> needs = [Document("n", "钢板表面缺陷检测")]
    >>> capabilities = [Document("c1", "视觉缺陷检测系统"), Document("c2", "智能排产软件")]
    >>> [one.id for one in rank(IndexSet.build({"needs": needs, "capabilities": capabilities}), "n")]
    ['c1']

The names are loaded when they are first used: whoever wants tokens only does not wait for numpy and scipy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matching.acceptance import Acceptance, Checked, check_acceptance, learn_acceptance
    from matching.calibration import Calibration, Reliability, calibrate
    from matching.candidates import Background, Candidates, Facets
    from matching.collection import Collection
    from matching.continuity import continue_groups
    from matching.errors import IndexExistsError, IndexFormatError, MatchingError, UnknownDocument
    from matching.evaluation import (
        BestF1,
        RankingQuality,
        average_precision,
        best_f1,
        ndcg_at,
        ranking_quality,
        recall_at,
    )
    from matching.explanation import common_terms, explain, explain_rank
    from matching.grouping import group_pairs
    from matching.index import TextIndex
    from matching.index_set import IndexSet
    from matching.join import similar_pairs
    from matching.learning import Trial, learn_ranking, try_ranking
    from matching.likeness import pair_likeness
    from matching.merging import MergeVectors, OwnTerms
    from matching.near_copies import Containment, Listing, containment, is_comparable, listing
    from matching.plane import plane_of
    from matching.ranking import DEFAULT_WEIGHTS, rank, rank_many
    from matching.reranking import RankingModel, rerank
    from matching.results import Document, FieldCosines, Group, Hit, Pair, Ranked, TermContribution, Weights
    from matching.second_stage import Reranked, rerank_one
    from matching.stop_words import StopWords
    from matching.text import Analyzer
    from matching.thesaurus import Thesaurus
    from matching.vocabulary import Vocabulary

_MODULES = {
    "acceptance": ("Acceptance", "Checked", "check_acceptance", "learn_acceptance"),
    "calibration": ("Calibration", "Reliability", "calibrate"),
    "candidates": ("Background", "Candidates", "Facets"),
    "collection": ("Collection",),
    "continuity": ("continue_groups",),
    "errors": ("IndexExistsError", "IndexFormatError", "MatchingError", "UnknownDocument"),
    "evaluation": (
        "BestF1",
        "RankingQuality",
        "average_precision",
        "best_f1",
        "ndcg_at",
        "ranking_quality",
        "recall_at",
    ),
    "explanation": ("common_terms", "explain", "explain_rank"),
    "grouping": ("group_pairs",),
    "index": ("TextIndex",),
    "index_set": ("IndexSet",),
    "join": ("similar_pairs",),
    "learning": ("Trial", "learn_ranking", "try_ranking"),
    "likeness": ("pair_likeness",),
    "merging": ("MergeVectors", "OwnTerms"),
    "near_copies": ("Containment", "Listing", "containment", "is_comparable", "listing"),
    "plane": ("plane_of",),
    "ranking": ("DEFAULT_WEIGHTS", "rank", "rank_many"),
    "reranking": ("RankingModel", "rerank"),
    "results": ("Document", "FieldCosines", "Group", "Hit", "Pair", "Ranked", "TermContribution", "Weights"),
    "second_stage": ("Reranked", "rerank_one"),
    "stop_words": ("StopWords",),
    "text": ("Analyzer",),
    "thesaurus": ("Thesaurus",),
    "vocabulary": ("Vocabulary",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "DEFAULT_WEIGHTS",
    "Acceptance",
    "Analyzer",
    "Background",
    "BestF1",
    "Calibration",
    "Candidates",
    "Checked",
    "Collection",
    "Containment",
    "Document",
    "Facets",
    "FieldCosines",
    "Group",
    "Hit",
    "IndexExistsError",
    "IndexFormatError",
    "IndexSet",
    "Listing",
    "MatchingError",
    "MergeVectors",
    "OwnTerms",
    "Pair",
    "Ranked",
    "RankingModel",
    "RankingQuality",
    "Reliability",
    "Reranked",
    "StopWords",
    "TermContribution",
    "TextIndex",
    "Thesaurus",
    "Trial",
    "UnknownDocument",
    "Vocabulary",
    "Weights",
    "average_precision",
    "best_f1",
    "calibrate",
    "check_acceptance",
    "common_terms",
    "containment",
    "continue_groups",
    "explain",
    "explain_rank",
    "group_pairs",
    "is_comparable",
    "learn_acceptance",
    "learn_ranking",
    "listing",
    "ndcg_at",
    "pair_likeness",
    "plane_of",
    "rank",
    "rank_many",
    "ranking_quality",
    "recall_at",
    "rerank",
    "rerank_one",
    "similar_pairs",
    "try_ranking",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
