"""Every enumeration of needs, pools and calls, with its label in both languages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scenarios.naming import named


class Domain(TextChoices):
    TRANSPORT = "transport", named("domain", "transport", _("Smart transport"))
    MANUFACTURING = "manufacturing", named("domain", "manufacturing", _("Smart manufacturing"))
    HEALTH = "health", named("domain", "health", _("Smart health care"))
    HOME = "home", named("domain", "home", _("Smart home"))
    CITY = "city", named("domain", "city", _("Smart city"))
    OTHER = "other", named("domain", "other", pgettext_lazy("domain", "Other"))


class Track(TextChoices):
    SENSING = "sensing", _("Intelligent sensing")
    IOV = "iov", _("Internet of vehicles")
    IIOT = "iiot", _("Industrial internet")


class Unit(TextChoices):
    SITE = "site", named("unit", "site", pgettext_lazy("unit", "sites"))
    LINE = "line", named("unit", "line", pgettext_lazy("unit", "lines"))
    VEHICLE = "vehicle", named("unit", "vehicle", pgettext_lazy("unit", "vehicles"))
    DEVICE = "device", named("unit", "device", pgettext_lazy("unit", "devices"))
    BED = "bed", named("unit", "bed", pgettext_lazy("unit", "beds"))
    KM = "km", named("unit", "km", pgettext_lazy("unit", "km"))
    SEAT = "seat", named("unit", "seat", pgettext_lazy("unit", "seats"))


class DataState(TextChoices):
    NONE = "none", _("No data yet")
    SAMPLE = "sample", _("Samples")
    PARTIAL = "partial", _("Partly collected")
    FULL = "full", _("Fully collected")


class DataClass(TextChoices):
    PUBLIC = "public", _("Public data")
    INTERNAL = "internal", _("Internal data")
    PERSONAL = "personal", _("Personal information")
    SENSITIVE = "sensitive", _("Sensitive personal information")
    IMPORTANT = "important", _("Important data")


class Deploy(TextChoices):
    ONPREM = "onprem", _("On premises")
    EDGE = "edge", _("At the edge")
    CLOUD_CN = "cloud_cn", _("Cloud within mainland China")
    ANY = "any", pgettext_lazy("deploy", "Any")


class Funding(TextChoices):
    SELF = "self", _("Own funds")
    FISCAL = "fiscal", _("Public budget")
    FUND = "fund", _("Fund")
    MIXED = "mixed", _("Joint investment")
    INVEST_LATER = "invest_later", _("Grant first, equity later")


class Cooperation(TextChoices):
    PURCHASE = "purchase", _("Purchase")
    PILOT_BUY = "pilot_buy", _("Try before buying")
    JOINT_BUILD = "joint_build", _("Joint construction")
    JOINT_RND = "joint_rnd", _("Joint research")


class Adoption(TextChoices):
    BUY_IF_MET = "buy_if_met", _("Buys if the indicators are met")
    BUDGETED = "budgeted", _("Budget is planned")
    EXPLORE = "explore", _("Exploring only")


class MergePref(TextChoices):
    OPEN = "open", _("Willing to merge")
    ASK = "ask", _("Ask me first")
    NO = "no", _("Do not merge")


class Visibility(TextChoices):
    PUBLIC = "public", pgettext_lazy("visibility", "Public")
    VERIFIED = "verified", _("Verified organisations")
    PARTIES = "parties", _("Parties only")
    STAFF = "staff", _("Government staff only")


class Comparator(TextChoices):
    GE = "ge", "≥"
    LE = "le", "≤"
    EQ = "eq", "="
    RANGE = "range", pgettext_lazy("comparator", "within")


class RiskTier(TextChoices):
    R1 = "R1", _("R1 low")
    R2 = "R2", _("R2 medium")
    R3 = "R3", _("R3 high")
    R4 = "R4", _("R4 expert review")


class Source(TextChoices):
    FORM = "form", _("Posted here")
    API = "api", _("Posted through the API")
    FILE = "file", _("Imported from a file")


class NeedStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("status", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("status", "Submitted")
    CHECKED = "checked", pgettext_lazy("status", "Checked, waits for moderation")
    RETURNED = "returned", pgettext_lazy("status", "Returned")
    APPROVED = "approved", pgettext_lazy("status", "Approved")
    PUBLISHED = "published", pgettext_lazy("status", "Published")
    SUSPENDED = "suspended", pgettext_lazy("status", "Suspended")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("status", "Expired")
    LANDED = "landed", pgettext_lazy("status", "Landed")
    CLOSED = "closed", pgettext_lazy("status", "Closed")


class Verdict(TextChoices):
    APPROVE = "approve", pgettext_lazy("verdict", "Approved")
    RETURN = "return", pgettext_lazy("verdict", "Returned")
    SUPERVISE = "supervise", pgettext_lazy("verdict", "Cleared by the supervisor")
    SUSPEND = "suspend", pgettext_lazy("verdict", "Suspended")


class ProposalStatus(TextChoices):
    OPEN = "open", pgettext_lazy("status", "Open")
    ACCEPTED = "accepted", pgettext_lazy("status", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("status", "Dismissed")
    SUPERSEDED = "superseded", pgettext_lazy("status", "Superseded")


class AcceptanceMethod(TextChoices):
    """What the probability of a merge proposal is drawn from."""

    PRIOR = "prior", _("Prior, nothing judged yet")
    LOGISTIC = "logistic", _("Few judgements and the prior")
    ISOTONIC = "isotonic", _("Judgements")


class DemandStatus(TextChoices):
    DRAFTED = "drafted", pgettext_lazy("status", "Drafted")
    CONSENTING = "consenting", pgettext_lazy("status", "Gathering consent")
    FORMED = "formed", pgettext_lazy("status", "Formed")
    THRESHOLD_MET = "threshold_met", pgettext_lazy("status", "Minimum scale met")
    THRESHOLD_MISSED = "threshold_missed", pgettext_lazy("status", "Minimum scale missed")
    FROZEN = "frozen", pgettext_lazy("status", "Frozen for the call")
    CALLED = "called", pgettext_lazy("status", "In a call")
    LANDED = "landed", pgettext_lazy("status", "Landed")
    SPLIT = "split", pgettext_lazy("status", "Split")
    DISSOLVED = "dissolved", pgettext_lazy("status", "Dissolved")


class OnFail(TextChoices):
    EXTEND = "extend", _("Extend by 14 days")
    SPLIT = "split", pgettext_lazy("on fail", "Split")
    DISSOLVE = "dissolve", pgettext_lazy("on fail", "Dissolve")


class Disclosure(TextChoices):
    NAMED = "named", _("Members are named")
    ANONYMOUS = "anonymous", _("Members stay anonymous")


class ConsentState(TextChoices):
    INVITED = "invited", pgettext_lazy("consent", "Invited")
    ACCEPTED = "accepted", pgettext_lazy("consent", "Accepted")
    RESERVED = "accepted_with_reservation", pgettext_lazy("consent", "Accepted with reservation")
    DECLINED = "declined", pgettext_lazy("consent", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")


class Treatment(TextChoices):
    CORE = "core", _("Core")
    MODULE = "module", _("Module")
    EXCLUDED = "excluded", _("Excluded")


class CorePart(TextChoices):
    """What of a pool's core a member may propose to change."""

    PROBLEM = "problem", _("problem")
    BOUNDARY_IN = "boundary_in", _("in scope")
    BOUNDARY_OUT = "boundary_out", _("out of scope")
    INDICATORS = "indicators", _("indicators")


class CoreChangeState(TextChoices):
    OPEN = "open", pgettext_lazy("status", "Open")
    TAKEN = "taken", pgettext_lazy("core change", "Taken up")
    DISMISSED = "dismissed", pgettext_lazy("status", "Dismissed")


class CallKind(TextChoices):
    RFI = "rfi", _("Request for interest")
    OPEN_LIST = "open_list", _("Opportunity published")
    BOUNTY = "bounty", _("Open bounty")
    RACE = "race", _("Race of several teams")
    COOP_INNOV = "coop_innov", _("Cooperative innovation procurement")


class CallStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("call status", "Draft")
    REVIEWED = "reviewed", pgettext_lazy("call status", "Reviewed")
    APPROVED = "approved", pgettext_lazy("call status", "Approved")
    OPEN = "open", pgettext_lazy("call status", "Open")
    CLOSED = "closed", pgettext_lazy("call status", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("call status", "Cancelled")


class EndGround(TextChoices):
    """Why the platform itself ends a pool; every reader finds the sentence in their own language."""

    MISSED = "missed", _("The minimum scale was not reached by the deadline.")


class CancellationGround(TextChoices):
    """Why the platform itself cancels a call; every reader finds the sentence in their own language."""

    TAKEN_BACK = "taken_back", _("What the call asked for was taken back by its owner.")


class InterestState(TextChoices):
    DECLARED = "declared", pgettext_lazy("interest", "Declared")
    WITHDRAWN = "withdrawn", pgettext_lazy("interest", "Withdrawn")


class Subject(TextChoices):
    """What an event, a decision or a following is about."""

    NEED = "need", _("Need")
    PROPOSAL = "proposal", _("Merge proposal")
    DEMAND = "demand", _("Pool")
    CALL = "call", _("Call")
    CAPABILITY = "capability", _("Capability")
    ORGANISATION = "organisation", _("Organisation")
    SUGGESTION = "suggestion", _("Suggestion")
    ACCOUNT = "account", _("Account")
    DELIVERY = "delivery", _("Delivery")
    CONCEPT = "concept", _("Concept")
    THRESHOLD = "threshold", _("Merge threshold")
    RANKING = "ranking", _("Learned ranking")
    ENGAGEMENT = "engagement", _("Engagement")
    BATCH = "batch", _("Bulk action")
    SEARCH = "search", _("Saved search")
    VOCABULARY = "vocabulary", _("Vocabulary")
    PRINTED_LIST = "printed_list", _("Printed list")


class BatchRowState(TextChoices):
    WAITING = "waiting", pgettext_lazy("bulk action", "Not reached")
    DONE = "done", pgettext_lazy("bulk action", "Done")
    REFUSED = "refused", pgettext_lazy("bulk action", "Refused")
    UNDONE = "undone", pgettext_lazy("bulk action", "Taken back")


class DeliveryState(TextChoices):
    PENDING = "pending", pgettext_lazy("delivery", "Waiting")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    RUNNING = "running", pgettext_lazy("delivery", "Running")
    DONE = "done", pgettext_lazy("delivery", "Done")
    QUARANTINED = "quarantined", pgettext_lazy("delivery", "In quarantine")


class RunKind(TextChoices):
    MERGE = "merge", pgettext_lazy("run", "Merging")
    SUGGEST = "suggest", pgettext_lazy("run", "Suggestions")


class RunState(TextChoices):
    PREPARING = "preparing", pgettext_lazy("run", "Laying out")
    RUNNING = "running", pgettext_lazy("run", "Comparing")
    COMBINING = "combining", pgettext_lazy("run", "Combining")
    DONE = "done", pgettext_lazy("run", "Done")
    SUPERSEDED = "superseded", pgettext_lazy("run", "Superseded")


class ConceptState(TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("concept", "In use")
    RETIRED = "retired", pgettext_lazy("concept", "Retired")


class ConceptOrigin(TextChoices):
    SEED = "seed", pgettext_lazy("concept", "Delivered with the product")
    STAFF = "staff", pgettext_lazy("concept", "Entered by staff")
    MINED = "mined", pgettext_lazy("concept", "Proposed by the machine")
    FILE = "file", pgettext_lazy("concept", "Imported from a file")


class PhraseLanguage(TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class SynonymProposalState(TextChoices):
    OPEN = "open", pgettext_lazy("status", "Open")
    ACCEPTED = "accepted", pgettext_lazy("status", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("status", "Dismissed")


class PrintedListKind(TextChoices):
    NEED = "need", _("List of needs")
    CALL = "call", _("List of calls")
    RESULT = "result", _("List of results and public notices")


class PrintedFormat(TextChoices):
    DOCX = "docx", _("Word")
    PDF = "pdf", "PDF"


class PrintedListState(TextChoices):
    RUNNING = "running", pgettext_lazy("printed list", "Being made")
    DONE = "done", pgettext_lazy("printed list", "Ready")
    REFUSED = "refused", pgettext_lazy("printed list", "Too much for one file")
    FAILED = "failed", pgettext_lazy("printed list", "Could not be made")
