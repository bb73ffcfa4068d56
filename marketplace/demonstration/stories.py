"""The stories of the demonstration: each takes a need or a pool through call, selection and project as far as it goes.

One file for each; what stands in it is done by the same actions, rules and events as for everybody. A part that is not
written is not reached.
"""

import tomllib
from typing import Any

from django.db import transaction

from marketplace.demonstrated import take
from marketplace.demonstration import calling, projects, selecting
from marketplace.demonstration.files import FOLDER
from scenarios.models import MergedDemand, Need

Story = dict[str, Any]


def stories() -> list[Story]:
    """Return every story with its name, by name."""
    files = sorted((FOLDER / "stories").glob("*.toml"))
    return [{"name": file.stem, **tomllib.loads(file.read_text(encoding="utf-8"))} for file in files]


def story_of_pool(pool: str) -> Story | None:
    """Return the story that begins with a pool of the files."""
    return next((one for one in stories() if one.get("pool") == pool), None)


@transaction.atomic
def tell_of_need(story: Story) -> bool:
    """Tell a story that begins with a need, once; return whether it was told now."""
    need = Need.objects.poolable().filter(external_id=story["need"]).first()
    if need is None or not take(f"story {story['name']}"):
        return False
    tell(story, need)
    return True


def tell(story: Story, source: Need | MergedDemand) -> None:
    """Take a need or a frozen pool as far as its story goes."""
    if isinstance(source, Need) and "agreement" in story:
        projects.agree(story["agreement"], source)
        return
    call = calling.draft(story["call"], source)
    if not calling.answered(call, story):
        return
    selection = selecting.evaluate(call, story)
    if selection is None or not selecting.publish(selection, story):
        return
    selecting.award(selection, story)
    for project in story.get("projects", []):
        projects.open_awarded(call, project)
