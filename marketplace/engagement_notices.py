"""What is told of engagements, as data: kind of event → the sentence, and by name who hears of it.

parties : everybody who acts for a party. lead : for the lead. manager : who opened it, or every manager where nobody
did. named : the organisations that the event names. followers : those who follow its need, its pool or itself.
own_followers : those who follow the project itself. Followers are told only of what everybody may read.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

PARTIES, LEAD, MANAGER, NAMED, FOLLOWERS = "parties", "lead", "manager", "named", "followers"
OWN_FOLLOWERS = "own_followers"
WATCHERS = "watchers"  # the supervisor of its sandbox and the third party that evaluates

ENGAGEMENT_NOTICES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "engagement.opened": (_("The project %(code)s is opened; plan its gates: %(title)s"), (PARTIES,)),
    "engagement.proposed": (_("You are asked to agree to the project %(code)s: %(title)s"), (NAMED,)),
    "engagement.confirm": (_("Both sides agreed to the project %(code)s: %(title)s"), (PARTIES, MANAGER)),
    "engagement.decline": (_("The project %(code)s was declined; read why: %(title)s"), (PARTIES,)),
    "engagement.call_off": (_("The project %(code)s was called off; read why: %(title)s"), (PARTIES,)),
    "engagement.start": (_("The project %(code)s has started: %(title)s"), (PARTIES, FOLLOWERS)),
    "engagement.suspend": (_("The project %(code)s is suspended; read why: %(title)s"), (PARTIES, MANAGER, WATCHERS)),
    "engagement.resume": (_("The project %(code)s goes on: %(title)s"), (PARTIES, MANAGER, WATCHERS)),
    "engagement.resume_accepted": (_("The project %(code)s goes on: %(title)s"), (PARTIES, MANAGER, WATCHERS)),
    # An incident that suspends, and its end, are told by the suspension and the resumption alone.
    "engagement.sandbox_set_up": (
        _("The sandbox of the project %(code)s is set up: %(title)s"),
        (PARTIES, MANAGER, WATCHERS),
    ),
    "engagement.sandbox_left": (
        _("The project %(code)s has left its sandbox, every criterion met: %(title)s"),
        (PARTIES, MANAGER, WATCHERS),
    ),
    "engagement.sandbox_failed": (
        _("The sandbox of the project %(code)s ended with a criterion not met: %(title)s"),
        (PARTIES, MANAGER, WATCHERS),
    ),
    "engagement.incident": (
        _("An incident in the sandbox of %(code)s was reported: %(title)s"),
        (PARTIES, MANAGER, WATCHERS),
    ),
    "engagement.incident_closed": (
        _("An incident in the sandbox of %(code)s is closed: %(title)s"),
        (PARTIES, MANAGER, WATCHERS),
    ),
    "engagement.gate_planned": (_("A gate of the project %(code)s is planned: %(title)s"), (PARTIES,)),
    "engagement.gate_started": (_("A gate of the project %(code)s has begun: %(title)s"), (PARTIES,)),
    "engagement.trial_recorded": (_("A trial of the project %(code)s is recorded: %(title)s"), (PARTIES,)),
    "engagement.gate_passed": (
        _("A gate of the project %(code)s is passed: %(title)s"),
        (PARTIES, MANAGER, OWN_FOLLOWERS),
    ),
    "engagement.gate_iterated": (
        _("A gate of the project %(code)s goes into another round: %(title)s"),
        (PARTIES, MANAGER, OWN_FOLLOWERS),
    ),
    "engagement.decision_proposed": (
        _("A decision on a gate of %(code)s waits for the other side: %(title)s"),
        (PARTIES, MANAGER),
    ),
    "engagement.decision_taken_back": (
        _("A proposed decision on a gate of %(code)s was taken back: %(title)s"),
        (PARTIES, MANAGER),
    ),
    "engagement.statement_made": (
        _("The party concerned has stated its side in the project %(code)s: %(title)s"),
        (PARTIES, MANAGER),
    ),
    "engagement.element_promised": (_("Something is promised to you in the project %(code)s: %(title)s"), (NAMED,)),
    "engagement.element_delivered": (
        _("A delivery to you in the project %(code)s waits for your confirmation: %(title)s"),
        (NAMED,),
    ),
    "engagement.element_confirmed": (_("What you promised in the project %(code)s was received: %(title)s"), (NAMED,)),
    "engagement.element_refused": (
        _("What you delivered in the project %(code)s was not confirmed; read why: %(title)s"),
        (NAMED,),
    ),
    "engagement.element_released": (
        _("What you promised in the project %(code)s is not needed any more: %(title)s"),
        (NAMED,),
    ),
    "engagement.accept": (
        _("The project %(code)s passed its acceptance: %(title)s"),
        (PARTIES, MANAGER, OWN_FOLLOWERS),
    ),
    "engagement.land": (_("The project %(code)s has landed: %(title)s"), (PARTIES, MANAGER, FOLLOWERS)),
    "engagement.stop_no_fault": (
        _("The project %(code)s was stopped without fault; read what was learnt: %(title)s"),
        (PARTIES, MANAGER, FOLLOWERS),
    ),
    "engagement.stop_breach": (
        _("The project %(code)s was stopped for breach: %(title)s"),
        (PARTIES, MANAGER, OWN_FOLLOWERS),
    ),
    "engagement.rollout_asked": (
        _("Do you take over what has landed? Answer for your need in %(code)s: %(title)s"),
        (NAMED,),
    ),
    "engagement.rollout_accepted": (_("A member takes over the project %(code)s: %(title)s"), (LEAD, MANAGER)),
    "engagement.rollout_declined": (_("A member does not take over the project %(code)s: %(title)s"), (LEAD, MANAGER)),
    "engagement.rollout_planned": (_("A rollout of the project %(code)s is planned: %(title)s"), (LEAD, MANAGER)),
    "engagement.rollout_done": (_("A rollout of the project %(code)s is done: %(title)s"), (LEAD, MANAGER)),
    "engagement.deviation_noted": (_("A rollout of the project %(code)s deviates from the core: %(title)s"), (LEAD,)),
    "engagement.lesson_written": (_("The project %(code)s has a new lesson: %(title)s"), (PARTIES, FOLLOWERS)),
    "engagement.note_written": (_("A note was written in the project %(code)s: %(title)s"), (PARTIES, MANAGER)),
    "engagement.close": (_("The project %(code)s is closed: %(title)s"), (PARTIES, FOLLOWERS)),
}
