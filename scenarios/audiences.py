"""Which audience may see which field: one table per model. Serializers, templates and exports read it; none has its
own list.

What a table does not name is shown to nobody.
"""

from enum import IntEnum
from uuid import UUID

from scenarios.actor import Actor


class Audience(IntEnum):
    """Who a reader is to one object, from the widest circle inwards. OWNER sees what STAFF sees and the contact."""

    PUBLIC = 0
    VERIFIED = 1
    STAFF = 2
    OWNER = 3


NEED_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "code", "title_zh", "title_en", "domain", "track", "owner", "district"), Audience.PUBLIC),
    **dict.fromkeys(("problem", "users_and_site", "current_process", "boundary_in", "boundary_out"), Audience.PUBLIC),
    **dict.fromkeys(("quantity", "quantity_unit", "data_state", "data_class", "deploy"), Audience.PUBLIC),
    **dict.fromkeys(("cooperation", "adoption", "start_by", "finish_by", "indicators"), Audience.PUBLIC),
    **dict.fromkeys(("risk_tier", "precision_score", "status", "version"), Audience.PUBLIC),
    **dict.fromkeys(("published_at", "expires_at"), Audience.PUBLIC),
    **dict.fromkeys(("value_amount", "value_basis", "funding"), Audience.VERIFIED),
    **dict.fromkeys(("budget_min", "budget_max", "merge_pref", "blocked_organisations"), Audience.STAFF),
    **dict.fromkeys(("visibility", "risk_answers", "ethics_number", "precision_report"), Audience.STAFF),
    **dict.fromkeys(("source", "external_id", "suspended_reason"), Audience.STAFF),
    **dict.fromkeys(("created_at", "updated_at", "submitted_at"), Audience.STAFF),
    "contact": Audience.OWNER,
}

CAPABILITY_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "code", "title_zh", "title_en", "layer", "techniques", "owner"), Audience.PUBLIC),
    **dict.fromkeys(("solves", "limits", "maturity", "evidence", "deploy", "data_classes"), Audience.PUBLIC),
    **dict.fromkeys(("districts", "filings", "min_scale_quantity", "min_scale_unit"), Audience.PUBLIC),
    **dict.fromkeys(("valid_until", "status", "published_at", "version"), Audience.PUBLIC),
    "min_scale_basis": Audience.VERIFIED,
    **dict.fromkeys(("price_tiers", "source", "external_id", "suspended_reason"), Audience.STAFF),
    **dict.fromkeys(("created_at", "updated_at", "submitted_at", "near_copy"), Audience.STAFF),
    "contact": Audience.OWNER,
}

CALL_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "code", "kind", "title_zh", "title_en", "summary", "indicators"), Audience.PUBLIC),
    **dict.fromkeys(("source_code", "source_title", "quantity", "quantity_unit", "budget_cap"), Audience.PUBLIC),
    "quantity_band": Audience.PUBLIC,
    **dict.fromkeys(("eligibility", "consortium_allowed", "criteria", "publicity_days"), Audience.PUBLIC),
    **dict.fromkeys(("lots", "winners", "terms_version", "questions", "addenda"), Audience.PUBLIC),
    **dict.fromkeys(("opens_at", "question_deadline", "closes_at"), Audience.PUBLIC),
    **dict.fromkeys(("status", "cancelled_reason", "version"), Audience.PUBLIC),
    **dict.fromkeys(("fair_competition", "rework_reason", "interests"), Audience.STAFF),
}

# Of a call that is open or was: whoever answers has to know within which limits the work is done.
SANDBOX_PLAN_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("scope", "limits", "exit_criteria"), Audience.PUBLIC),
    **dict.fromkeys(("supervisor", "version", "updated_at"), Audience.STAFF),
}

ORGANISATION_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "name_zh", "name_en", "kind", "district", "chain"), Audience.PUBLIC),
    **dict.fromkeys(("verification", "about"), Audience.PUBLIC),
    **dict.fromkeys(("needs_on_offer", "capabilities_on_offer", "landed_projects"), Audience.PUBLIC),
    "uscc": Audience.STAFF,
    "contact": Audience.OWNER,
}

# A pool has no single owner: its members read their own part beside it, and nobody is its OWNER. What PUBLIC sees of
# members and quantities is narrowed further by scenarios.disclosure.
DEMAND_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "code", "title_zh", "title_en", "status", "version", "created_at"), Audience.PUBLIC),
    **dict.fromkeys(("core", "core_version", "unit", "threshold_quantity", "deadline"), Audience.PUBLIC),
    **dict.fromkeys(("disclosure", "owners", "pooled_quantity", "pooled_band", "members"), Audience.PUBLIC),
    **dict.fromkeys(("scale_marks", "pooled_by_unit"), Audience.PUBLIC),
    **dict.fromkeys(("on_fail", "after_extension", "reason"), Audience.PUBLIC),
    **dict.fromkeys(("deadline_generation", "consents", "differences"), Audience.STAFF),
    "indicator_sources": Audience.STAFF,
}


# The owner is whoever is a party; what one party may not read of another is narrowed further by
# marketplace.engagement_facts. A contact is told across the table only, to nobody of the staff.
ENGAGEMENT_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("id", "code", "title_zh", "title_en", "summary", "status", "version"), Audience.PUBLIC),
    **dict.fromkeys(("need", "demand", "call", "lead", "parties", "lessons", "gates"), Audience.PUBLIC),
    **dict.fromkeys(("started_at", "accepted_at", "landed_at", "ended_at"), Audience.PUBLIC),
    **dict.fromkeys(("gate.stage", "gate.state", "gate.iterations", "gate.verdict"), Audience.PUBLIC),
    **dict.fromkeys(("indicators", "indicator.accepted"), Audience.PUBLIC),
    **dict.fromkeys(("indicator.promised", "indicator.readings", "indicator.methods"), Audience.STAFF),
    **dict.fromkeys(("gate.plan", "gate.cost_cap", "gate.spent", "costs", "trials", "decisions"), Audience.STAFF),
    **dict.fromkeys(("capability", "reason", "elements", "rollouts", "notes", "created_at"), Audience.STAFF),
    "contact": Audience.OWNER,
}


# OWNER is every party and the third party that evaluates.
SANDBOX_FIELDS: dict[str, Audience] = {
    **dict.fromkeys(("scope", "limits", "exit_criteria", "status", "third_party"), Audience.PUBLIC),
    **dict.fromkeys(("starts_on", "ends_on", "ended_at", "results"), Audience.PUBLIC),
    **dict.fromkeys(("supervisor", "findings", "version", "incidents"), Audience.STAFF),
}


def audience_of(actor: Actor, owner_id: UUID | None) -> Audience:
    """Return what `actor` is to an object of organisation `owner_id`."""
    if actor.belongs_to(owner_id):
        return Audience.OWNER
    if actor.is_staff:
        return Audience.STAFF
    return Audience.VERIFIED if actor.verified else Audience.PUBLIC


def visible_fields(table: dict[str, Audience], audience: Audience) -> frozenset[str]:
    """Return the names of the fields that `audience` may see."""
    return frozenset(name for name, least in table.items() if audience >= least)
