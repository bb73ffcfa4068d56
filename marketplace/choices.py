"""Every enumeration of organisations, capabilities and suggestions, with its label in both languages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganisationKind(TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    SUPPLIER = "supplier", _("Supplier")
    ACADEMY = "academy", _("University or institute")
    GOVERNMENT = "government", _("Government body")
    ASSOCIATION = "association", _("Association or park")
    FUND = "fund", pgettext_lazy("organisation", "Fund")


class Verification(TextChoices):
    UNVERIFIED = "unverified", pgettext_lazy("verification", "Not verified")
    PENDING = "pending", pgettext_lazy("verification", "Verification asked for")
    VERIFIED = "verified", pgettext_lazy("verification", "Verified")
    SUSPENDED = "suspended", pgettext_lazy("verification", "Suspended")


class MemberRole(TextChoices):
    OWNER = "owner", pgettext_lazy("member", "Owner")
    EDITOR = "editor", pgettext_lazy("member", "Editor")
    VIEWER = "viewer", pgettext_lazy("member", "Viewer")


class StaffRoleName(TextChoices):
    MANAGER = "manager", _("Scenario manager")
    MODERATOR = "moderator", _("Moderator")
    PUBLISHER = "publisher", _("Publisher")
    REVIEWER = "reviewer", _("Reviewer")
    SUPERVISOR = "supervisor", _("Supervisor")
    AUDITOR = "auditor", _("Auditor")


class Layer(TextChoices):
    BASE = "base", pgettext_lazy("layer", "Base layer")
    TECH = "tech", pgettext_lazy("layer", "Technology layer")
    APP = "app", pgettext_lazy("layer", "Application layer")


class Technique(TextChoices):
    ML = "ml", _("Machine learning")
    KG = "kg", _("Knowledge graph")
    NLP = "nlp", _("Natural language processing")
    CV = "cv", _("Computer vision")
    BIOMETRICS = "biometrics", _("Biometrics")
    PLANNING = "planning", _("Planning and decision")
    SPEECH = "speech", _("Speech")
    ROBOTICS = "robotics", _("Robotics")
    IOT = "iot", _("Internet of things")
    SIMULATION = "simulation", _("Simulation and digital twin")
    OPTIMISATION = "optimisation", _("Optimisation")
    LLM = "llm", _("Large language models")


class Maturity(TextChoices):
    LAB = "lab", pgettext_lazy("maturity", "Laboratory")
    PROTOTYPE = "prototype", pgettext_lazy("maturity", "Prototype")
    PILOT = "pilot", pgettext_lazy("maturity", "Pilot")
    SCALED = "scaled", pgettext_lazy("maturity", "Used at scale")


class Filing(TextChoices):
    ALGO = "algo", _("Algorithm filing")
    GENAI_FILE = "genai_file", _("Generative AI model filing")
    GENAI_REG = "genai_reg", _("Generative AI registration")
    MLPS = "mlps", _("Multi-level protection of information security")
    NONE = "none", pgettext_lazy("filing", "None")


class CapabilityStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("status", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("status", "Submitted")
    VERIFIED = "verified", pgettext_lazy("capability status", "Verified")
    RETURNED = "returned", pgettext_lazy("status", "Returned")
    PUBLISHED = "published", pgettext_lazy("status", "Published")
    EXPIRED = "expired", pgettext_lazy("status", "Expired")
    SUSPENDED = "suspended", pgettext_lazy("status", "Suspended")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")


class CopyKind(TextChoices):
    NEEDS = "needs", _("Copied from published needs")
    LISTED = "listed", _("Lists the characters of a published need")
    CAPABILITY = "capability", _("Copied from another organisation’s capability")


class SuggestionState(TextChoices):
    OPEN = "open", pgettext_lazy("status", "Open")
    SHORTLISTED = "shortlisted", pgettext_lazy("status", "Shortlisted")
    DISMISSED = "dismissed", pgettext_lazy("status", "Dismissed")
    CONTACTED = "contacted", pgettext_lazy("status", "Contacted")
    SUPERSEDED = "superseded", pgettext_lazy("status", "Superseded")


class ResponseStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("status", "Draft")
    SEALED = "sealed", pgettext_lazy("response", "Sealed")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")
    CANCELLED = "cancelled", pgettext_lazy("response", "Wiped, the call was cancelled")
    OPENED = "opened", pgettext_lazy("response", "Opened")
    ELIGIBLE = "eligible", pgettext_lazy("response", "Eligible")
    INELIGIBLE = "ineligible", pgettext_lazy("response", "Not eligible")
    SCORED = "scored", pgettext_lazy("response", "Scored")
    AWARDED = "awarded", pgettext_lazy("response", "Awarded")
    RESERVE = "reserve", pgettext_lazy("response", "In reserve")
    NOT_SELECTED = "not_selected", pgettext_lazy("response", "Not selected")


class PartnerRole(TextChoices):
    """What an organisation does in a consortium."""

    TECH = "tech", pgettext_lazy("consortium", "Technology")
    INTEGRATOR = "integrator", pgettext_lazy("consortium", "Integration")
    RESEARCH = "research", pgettext_lazy("consortium", "Research")
    DATA = "data", pgettext_lazy("consortium", "Data")
    FINANCE = "finance", pgettext_lazy("consortium", "Finance")


class ResponseStepKind(TextChoices):
    DRAFTED = "drafted", pgettext_lazy("response", "Drafted")
    SEALED = "sealed", pgettext_lazy("response", "Sealed")
    CONFIRMED = "confirmed", pgettext_lazy("response", "Confirmed after an addendum")
    REPLACED = "replaced", pgettext_lazy("response", "Replaced by a new one")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")
    CANCELLED = "cancelled", pgettext_lazy("response", "Wiped, the call was cancelled")
    DISCARDED = "discarded", pgettext_lazy("response", "Draft thrown away")


class RankingState(TextChoices):
    CANDIDATE = "candidate", pgettext_lazy("ranking", "Candidate")
    ACTIVE = "active", pgettext_lazy("ranking", "In use")
    REFUSED = "refused", pgettext_lazy("ranking", "Refused")
    RETIRED = "retired", pgettext_lazy("ranking", "Retired")


class RankingRefusal(TextChoices):
    WORSE = "worse", _("On needs it had not seen it ranks no better than the plain score.")
    UNCERTAIN = "uncertain", _("Its gain over the plain score is within what chance can do; more judgements can tell.")


class SelectionStatus(TextChoices):
    EVALUATING = "evaluating", pgettext_lazy("selection", "Being evaluated")
    PUBLICITY = "publicity", pgettext_lazy("selection", "Under public notice")
    SUSPENDED = "suspended", pgettext_lazy("selection", "Public notice suspended")
    AWARDED = "awarded", pgettext_lazy("selection", "Awarded")
    FAILED = "failed", pgettext_lazy("selection", "Failed")


class Declaration(TextChoices):
    PENDING = "pending", pgettext_lazy("declaration", "Not declared yet")
    NONE = "none", pgettext_lazy("declaration", "No conflict of interest")
    CONFLICT = "conflict", pgettext_lazy("declaration", "Conflict of interest")


class Clause(TextChoices):
    """Why a response is not eligible: a sentence of the call, or one of the conditions that hold for every call."""

    CALL = "call", pgettext_lazy("clause", "A condition of the call")
    TERMS = "terms", pgettext_lazy("clause", "Not confirmed after an addendum changed an indicator")
    UNVERIFIED = "unverified", pgettext_lazy("clause", "The lead organisation is not verified")
    CONSORTIUM = "consortium", pgettext_lazy("clause", "The call allows no consortium")
    OWNER = "owner", pgettext_lazy("clause", "Related to an organisation that stands behind the call")
    BUDGET = "budget", pgettext_lazy("clause", "The price is above the budget cap")
    INDICATOR = "indicator", pgettext_lazy("clause", "An essential indicator is not promised")
    DROPPED = "dropped", pgettext_lazy("clause", "Dropped out between the result and the award")


# What the platform finds by itself: no chair chooses it.
FOUND_CLAUSES = (Clause.TERMS, Clause.DROPPED)


class ExclusionGround(TextChoices):
    """What the platform finds of a response by itself; its author finds the sentence in their own language."""

    UNVERIFIED = "unverified", _("The lead organisation was verified when it sealed, and is not any more.")
    WITHDREW = "withdrew", _("The lead organisation withdrew between the result and the award.")
    BLOCKED = "blocked", _("An organisation that stands behind the call does not go on with the lead organisation.")


class Outcome(TextChoices):
    AWARDED = "awarded", pgettext_lazy("outcome", "Winner")
    RESERVE = "reserve", pgettext_lazy("outcome", "Reserve")
    NOT_SELECTED = "not_selected", pgettext_lazy("outcome", "Not selected")


class ObjectionState(TextChoices):
    OPEN = "open", pgettext_lazy("objection", "Open")
    REJECTED = "rejected", pgettext_lazy("objection", "Rejected")
    UPHELD = "upheld", pgettext_lazy("objection", "Upheld")


class FailureCode(TextChoices):
    """Why a call came to nothing (流标)."""

    NO_RESPONSES = "no_responses", pgettext_lazy("failure", "Nobody responded")
    TOO_FEW = "too_few", pgettext_lazy("failure", "Fewer responses than a competition needs")
    NONE_ELIGIBLE = "none_eligible", pgettext_lazy("failure", "No response is eligible")
    NONE_QUALIFIED = "none_qualified", pgettext_lazy("failure", "No response reached the minimum scores")
    OBJECTION = "objection", pgettext_lazy("failure", "An objection was upheld")
    WINNER_LOST = "winner_lost", pgettext_lazy("failure", "The winner dropped out before the award")
    FUNDS = "funds", pgettext_lazy("failure", "The funds were withdrawn")


class NextStep(TextChoices):
    """What was done after a failed call."""

    CALL_AGAIN = "call_again", pgettext_lazy("next step", "Called again with the same terms")
    SPLIT_LOTS = "split_lots", pgettext_lazy("next step", "Called again in smaller lots")
    BACK_TO_POOL = "back_to_pool", pgettext_lazy("next step", "Back to the pool")


class SearchKind(TextChoices):
    """The public lists whose searches can be saved."""

    NEED = "need", _("Needs")
    CALL = "call", _("Calls")
    DEMAND = "demand", _("Pools")
    CAPABILITY = "capability", _("Capabilities")
    ENGAGEMENT = "engagement", _("Projects")
    LESSON = "lesson", _("What was learnt")


class MailPace(TextChoices):
    """When somebody is told of notifications by e-mail."""

    AT_ONCE = "at_once", pgettext_lazy("e-mails", "At once, one for every notification")
    DAILY = "daily", pgettext_lazy("e-mails", "Once a day, all that is unread in one")
    OFF = "off", pgettext_lazy("e-mails", "Never")


class SearchNotice(TextChoices):
    """When somebody is told of what is new in a saved search."""

    AT_ONCE = "at_once", pgettext_lazy("notice of a saved search", "At once")
    DAILY = "daily", pgettext_lazy("notice of a saved search", "Once a day")
    OFF = "off", pgettext_lazy("notice of a saved search", "Never")
