"""Every enumeration of engagements, with its label in both languages."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class EngagementStatus(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("engagement", "Proposed, waits for the other side")
    PREPARING = "preparing", pgettext_lazy("engagement", "In preparation")
    RUNNING = "running", pgettext_lazy("engagement", "Under way")
    SUSPENDED = "suspended", pgettext_lazy("status", "Suspended")
    ACCEPTED = "accepted", pgettext_lazy("engagement", "Passed acceptance")
    LANDED = "landed", pgettext_lazy("status", "Landed")
    CLOSED = "closed", pgettext_lazy("status", "Closed")
    STOPPED_NO_FAULT = "stopped_no_fault", pgettext_lazy("engagement", "Stopped without fault")
    STOPPED_BREACH = "stopped_breach", pgettext_lazy("engagement", "Stopped for breach")
    CALLED_OFF = "called_off", pgettext_lazy("engagement", "Called off before it began")


class PartyRole(TextChoices):
    """What an organisation is in an engagement: whose need it is, who leads, and what the others bring."""

    OWNER = "owner", pgettext_lazy("party", "Owner of the need")
    LEAD = "lead", pgettext_lazy("party", "Lead")
    TECH = "tech", pgettext_lazy("consortium", "Technology")
    INTEGRATOR = "integrator", pgettext_lazy("consortium", "Integration")
    RESEARCH = "research", pgettext_lazy("consortium", "Research")
    DATA = "data", pgettext_lazy("consortium", "Data")
    FINANCE = "finance", pgettext_lazy("consortium", "Finance")


class Element(TextChoices):
    """What a project is made of."""

    DATA = "data", pgettext_lazy("element", "Data")
    RESOURCE = "resource", pgettext_lazy("element", "Sites and equipment")
    FUNDS = "funds", pgettext_lazy("element", "Funds")
    TECH = "tech", pgettext_lazy("element", "Technology")
    TALENT = "talent", pgettext_lazy("element", "People")
    COMPUTE = "compute", pgettext_lazy("element", "Computing power")


class ElementState(TextChoices):
    PROMISED = "promised", pgettext_lazy("element", "Promised")
    DELIVERED = "delivered", pgettext_lazy("element", "Delivered, to be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("element", "Received")
    RELEASED = "released", pgettext_lazy("element", "Not needed any more")


class Stage(TextChoices):
    POC = "poc", pgettext_lazy("stage", "Proof of concept")
    SMALL = "small", pgettext_lazy("stage", "Small trial")
    MID = "mid", pgettext_lazy("stage", "Pilot")
    SCALE = "scale", pgettext_lazy("stage", "Deployment at scale")


class GateState(TextChoices):
    PLANNED = "planned", pgettext_lazy("gate", "Planned")
    RUNNING = "running", pgettext_lazy("gate", "Under way")
    PASSED = "passed", pgettext_lazy("gate", "Passed")
    STOPPED = "stopped", pgettext_lazy("gate", "Stopped")


class GateVerdict(TextChoices):
    PASS = "pass", pgettext_lazy("gate verdict", "Pass")
    ITERATE = "iterate", pgettext_lazy("gate verdict", "Another round")
    STOP_NO_FAULT = "stop_no_fault", pgettext_lazy("gate verdict", "Stop without fault")
    STOP_BREACH = "stop_breach", pgettext_lazy("gate verdict", "Stop for breach")


class DecisionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("decision", "Waits for the other side")
    MADE = "made", pgettext_lazy("decision", "Decided")
    TAKEN_BACK = "taken_back", pgettext_lazy("decision", "Taken back")


class RolloutState(TextChoices):
    ASKED = "asked", pgettext_lazy("rollout", "Asked")
    ACCEPTED = "accepted", pgettext_lazy("rollout", "Accepted")
    DECLINED = "declined", pgettext_lazy("rollout", "Declined")
    PLANNED = "planned", pgettext_lazy("rollout", "Planned")
    DONE = "done", pgettext_lazy("rollout", "Done")
