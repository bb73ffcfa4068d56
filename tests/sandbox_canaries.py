"""What is planted in the sandbox of a project: texts for its parties, the third party and staff only."""

from typing import Any

from marketplace.models import Engagement
from scenarios.actor import Actor
from tests.factories import Cast
from tests.sandboxes import evaluator, last_incident, report, set_up


def plant_sandbox(cast: Cast, world: Any, engagement: Engagement) -> dict[str, list[Any]]:
    """Plant an incident and its measures; return the ids by the word in an address that leads to them."""
    third = evaluator()
    beside = {third.pk, *engagement.parties.values_list("organisation", flat=True)}

    def inside(actor: Actor) -> bool:
        return actor.is_staff or bool(actor.organisation_ids & beside)

    set_up(cast.client("supervisor"), engagement, third)
    words = {
        name: str(world.plant(f"incident.{name}", f"canary-incident-{name}", inside)) for name in ("what", "measures")
    }
    assert report(cast.client("supplier"), engagement, 3, **words).status_code == 302
    return {"incidents": [last_incident(engagement).pk]}
