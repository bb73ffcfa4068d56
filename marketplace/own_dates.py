"""The dates of one person, for a calendar program that nobody has signed in to: what is not public is told by its code.

Nothing of responses to open calls stands in it: who answers a call is nobody's business, nor of a calendar's maker.
"""

from dataclasses import replace
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from marketplace.due_dates import Due, due_dates
from marketplace.project_waiting import project_side
from marketplace.waiting import demand_side, result_side, supply_side
from marketplace.waiting_rows import tasks_of
from scenarios.actor import Actor
from scenarios.figure_querysets import midnight

KEPT_OUT = ("draft-responses", "responses-to-confirm")
MOST = 100
"""Dates of one kind."""


def own_dates(actor: Actor, today: date, since: date, until: date) -> list[Due]:
    """Return what the actor has to do by a day within these, and for staff every deadline that they are told.

    What is to be done on one page by one day is one date.
    """
    told = due_dates(actor, since, until) if actor.is_staff else []
    dues = [replace(due, title="") if due.for_staff else due for due in told]
    if not actor.organisation_ids:
        return dues
    sides = (project_side, result_side, demand_side, supply_side)
    kinds = [kind for side in sides for kind in side(actor) if "day" in kind.shown and kind.name not in KEPT_OUT]
    tasks = tasks_of(kinds, shown=MOST)
    own = {
        (task.name, row.url, row.day): Due(
            task.name,
            task.label,
            midnight(row.day),
            row.code,
            "",
            row.url,
            uuid5(NAMESPACE_URL, f"{row.url} {row.day}"),
            midnight(today),
            whole_day=True,
        )
        for task in tasks
        for row in task.rows
        if row.day and since <= row.day <= until
    }
    return sorted([*dues, *own.values()], key=lambda due: (due.at, due.code, due.kind))
