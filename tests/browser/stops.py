"""Where the walk through all pages stops: every address of ours and of the account pages, as somebody who sees it."""

from typing import NamedTuple

from marketplace.figures.registry import FIGURES
from scenarios.references import LISTS


class Stop(NamedTuple):
    """A page: who looks (a part of the world), the name of its address, what stands in it, its query, its status."""

    part: str
    name: str
    args: tuple[str, ...] = ()
    query: str = ""
    status: int = 200

    def __str__(self) -> str:
        return f"{self.part} at {' '.join((self.name, *self.args))}{self.query}"


# Answered by GET, but no page: files, feeds, probes, redirects.
NO_PAGES = {
    "healthz": "a probe: plain text",
    "readyz": "a probe: JSON",
    "metrics": "for the collector",
    "workspace_counts": "the numbers of the menu",
    "calendar_feed": "an iCalendar file",
    "staff_calendar_feed": "an iCalendar file",
    "response_copy": "an archive",
    "review_file": "an attached file",
    "import_report": "a CSV file",
    "import_template": "a spreadsheet",
    "synonyms_export": "a CSV file",
    "notification_open": "leads to what the notice is about",
    "my_organisation": "leads to the only organisation",
    "search_open": "leads to the list that was searched",
    "share_card": "a picture",
    "share_page_card": "a picture",
    "sitemap": "for search engines: XML",
    "sitemap_section": "for search engines: XML",
    "robots": "for search engines: plain text",
}

PUBLIC = [
    *(Stop("public", name) for name in ("home", "how_it_works", "need_list", "risk_rules", "pool_list", "call_list")),
    Stop("public", "need_list", query="?q=检测&domain=manufacturing"),
    Stop("public", "need_list", query="?q=zzzz"),
    Stop("public", "need_detail", ("need",)),
    Stop("public", "need_detail", ("gone",), status=410),
    Stop("public", "need_detail", ("landed",), status=404),
    Stop("public", "pool_detail", ("called_pool",)),
    Stop("public", "call_detail", ("call",)),
    Stop("public", "call_detail", ("selected",)),
    Stop("public", "capability_list"),
    Stop("public", "capability_detail", ("capability",)),
    Stop("public", "organisation_detail", ("vague_owner",)),
    *(Stop("public", name) for name in ("calendar", "open_data", "figures", "engagement_list", "lesson_list")),
    *(Stop("public", "figure", (name,)) for name in FIGURES),
    Stop("public", "engagement_detail", ("accepted",)),
    Stop("public", "engagement_detail", ("stopped",)),
    Stop("public", "sandbox_detail", ("sandboxed",)),
    Stop("public", "lesson_detail", ("lesson",)),
    Stop("public", "call_result", ("selected",)),
    Stop("public", "result_list"),
    Stop("public", "result_list", query="?q=zzzz"),
    *(Stop("public", name) for name in ("about", "accessibility", "contact", "tour")),
    Stop("public", "need_compare", query="?row={need}&row={members_need}"),
]
ACCOUNTS = [
    *(Stop("public", f"account_{name}") for name in ("login", "signup", "inactive", "reset_password")),
    *(Stop("public", f"account_{name}") for name in ("reset_password_done", "reset_password_from_key_done")),
    Stop("public", "account_email_verification_sent"),
    Stop("public", "account_reset_password_from_key", ("1", "wrong-key")),
    Stop("public", "account_confirm_email", ("wrong-key",)),
    *(Stop("stranger", f"account_{name}") for name in ("logout", "email", "change_password")),
    Stop("stranger", "mfa_activate_totp"),
    *(Stop("auditor", f"mfa_{name}") for name in ("index", "deactivate_totp", "view_recovery_codes")),
    Stop("auditor", "mfa_generate_recovery_codes"),
]
MEMBERS = [
    *(Stop("newcomer", name) for name in ("workspace", "organisation_register", "notification_list", "my_following")),
    Stop("newcomer", "my_needs", status=403),
    *(Stop("owner", name) for name in ("workspace", "my_needs", "my_pools", "my_following", "need_create")),
    Stop("owner", "need_edit", ("vague",)),
    Stop("owner", "need_check", ("vague",)),
    Stop("owner", "notification_list"),
    Stop("owner", "my_searches"),
    Stop("owner", "search_save", query="?kind_of_list=need&q=检测"),
    Stop("owner", "account_settings"),
    Stop("owner", "my_organisation_one", ("vague_owner",)),
    Stop("member", "workspace"),
    Stop("member", "my_pools"),
    Stop("member", "pool_detail", ("called_pool",)),
    Stop("member", "pool_detail", ("pool",)),
    Stop("member", "call_detail", ("call",)),
    Stop("member", "need_detail", ("members_need",)),
    Stop("member", "need_suggestions", ("members_need",)),
    Stop("enterprise", "workspace"),
    Stop("enterprise", "need_detail", ("returned",)),
    Stop("enterprise", "need_edit", ("returned",)),
    Stop("enterprise", "need_risk", ("risky",)),
    Stop("enterprise", "engagement_propose", ("source",), "?capability={capability}"),
    Stop("enterprise", "my_engagements"),
    Stop("enterprise", "engagement_detail", ("busy",)),
    Stop("enterprise", "engagement_detail", ("landed",)),
    Stop("enterprise", "engagement_elements", ("busy",)),
    Stop("enterprise", "engagement_acceptance", ("accepted",)),
    Stop("enterprise", "gate_plan", ("accepted", "mid")),
    Stop("enterprise", "decision_propose", ("open_gate",)),
    Stop("enterprise", "rollout_detail", ("rollout",)),
    Stop("enterprise", "lesson_write", ("landed",)),
    Stop("enterprise", "sandbox_detail", ("sandboxed",)),
]
SUPPLIERS = [
    *(Stop("vendor", name) for name in ("workspace", "my_capabilities", "capability_create", "my_suggestions")),
    Stop("vendor", "capability_detail", ("capability",)),
    Stop("vendor", "capability_edit", ("capability",)),
    Stop("vendor", "call_detail", ("call",)),
    Stop("supplier", "my_responses"),
    Stop("supplier", "response_detail", ("draft_response",)),
    Stop("supplier", "response_edit", ("draft_response",)),
    Stop("supplier", "response_check", ("draft_response",)),
    Stop("vendor", "my_engagements"),
    Stop("vendor", "response_start", ("answered",)),
    Stop("supplier", "gate_detail", ("gate",)),
    Stop("supplier", "engagement_elements", ("busy",)),
    Stop("supplier", "decision_detail", ("decision",)),
    Stop("respondent", "response_detail", ("sealed",)),
    Stop("respondent", "call_result", ("selected",)),
    Stop("respondent", "my_responses"),
    Stop("respondent", "my_record"),
    Stop("vendor", "my_record"),
]
STAFF = [
    *(Stop("moderator", name) for name in ("staff_home", "moderation_queue", "capability_queue", "organisation_queue")),
    Stop("moderator", "moderate_need", ("waiting",)),
    Stop("moderator", "moderate_capability", ("submitted_capability",)),
    Stop("supervisor", "staff_home"),
    Stop("supervisor", "supervision_queue"),
    Stop("supervisor", "supervise_need", ("risky",)),
    Stop("supervisor", "sandbox_plan", ("draft_call",)),
    Stop("supervisor", "sandbox_set_up", ("unboxed",)),
    Stop("supervisor", "sandbox_detail", ("sandboxed",)),
    *(Stop("publisher", name) for name in ("staff_home", "publication_queue", "capability_publication")),
    Stop("publisher", "publication_preview", query="?row={approved}"),
    Stop("publisher", "batch", ("publish-needs",), "?row={approved}"),
    Stop("publisher", "batch_list"),
    Stop("moderator", "batch_report", ("batch",)),
    Stop("publisher", "staff_pool", ("pool",)),
    Stop("publisher", "staff_call", ("call",)),
    Stop("publisher", "staff_call_open", ("approved_call",)),
    Stop("publisher", "selection", ("selected",)),
    Stop("publisher", "call_responses", ("selected",)),
    Stop("enterprise", "call_response", ("selected", "number")),
    Stop("chair", "selection_list"),
    Stop("chair", "selection", ("selected",)),
    Stop("chair", "review_response", ("selected", "number")),
    Stop("chair", "call_responses", ("selected",)),
    Stop("reviewer", "staff_home"),
    Stop("opener", "call_opening", ("selected",)),
    Stop("opener", "my_openings"),
    *(Stop("auditor", name) for name in ("staff_home", "event_log", "status", "staff_pool_list", "design")),
    Stop("auditor", "moderation_queue", status=403),
]
MANAGER = [
    *(Stop("manager", name) for name in ("staff_home", "merge_desk", "merge_dismissed", "merge_threshold", "status")),
    *(Stop("manager", "merge_proposal", (name,)) for name in ("proposal", "conflict")),
    Stop("manager", "staff_pool_list"),
    Stop("manager", "staff_pool", ("pool",)),
    Stop("manager", "staff_pool_core", ("pool",)),
    Stop("manager", "staff_call_list"),
    Stop("manager", "staff_call_new", query="?need={source}"),
    Stop("manager", "staff_call", ("draft_call",)),
    Stop("manager", "staff_call", ("call",)),
    Stop("manager", "staff_call_edit", ("draft_call",)),
    Stop("manager", "staff_call_talk", ("call",)),
    Stop("manager", "call_opening", ("answered",)),
    Stop("manager", "call_suggestions", ("call",)),
    Stop("manager", "pool_suggestions", ("pool",)),
    Stop("manager", "selection", ("selected",)),
    *(Stop("manager", name) for name in ("staff_calendar", "staff_dashboard", "staff_engagements", "similarity_runs")),
    *(Stop("manager", "staff_figure", (name,)) for name in FIGURES),
    Stop("manager", "engagement_detail", ("landed",)),
    Stop("manager", "decision_detail", ("decision",)),
    Stop("manager", "imports"),
    Stop("manager", "import_job", ("import",)),
    *(Stop("manager", name) for name in ("rankings", "synonyms", "synonym_add", "synonyms_import")),
    *(Stop("manager", name) for name in ("synonyms_retired", "synonyms_proposed")),
    Stop("manager", "synonym_edit", ("concept",)),
    Stop("manager", "word_preview", ("word_preview",)),
    *(Stop("manager", "reference_list", (name,)) for name in LISTS),
    Stop("manager", "reference_edit", ("districts", "binhu")),
    *(Stop("manager", name) for name in ("vocabulary", "vague_phrases", "stop_words")),
    Stop("manager", "design"),
]
# Pages whose form is also sent with nothing in it.
EMPTY = [
    *(Stop("public", f"account_{name}") for name in ("login", "signup", "reset_password")),
    Stop("newcomer", "organisation_register"),
    Stop("enterprise", "gate_plan", ("accepted", "mid")),
    Stop("enterprise", "decision_propose", ("open_gate",)),
    Stop("enterprise", "lesson_write", ("landed",)),
    Stop("supervisor", "sandbox_set_up", ("unboxed",)),
    Stop("supervisor", "sandbox_plan", ("draft_call",)),
    Stop("manager", "staff_call_new", query="?need={source}"),
    *(Stop("manager", name) for name in ("synonym_add", "synonyms_import", "imports", "stop_words")),
]
STOPS = [*PUBLIC, *ACCOUNTS, *MEMBERS, *SUPPLIERS, *STAFF, *MANAGER]
