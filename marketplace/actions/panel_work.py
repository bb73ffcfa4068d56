"""How far a selection is: its panel, the opened responses, the result and what was said against it, read together."""

from functools import cached_property
from uuid import UUID

from django.db.models import Count

from marketplace.models import Exclusion, Objection, Placing, Response, ReviewSeat, Selection
from scenarios.actions.call_readiness import needs_behind
from scenarios.actor import Actor
from scenarios.errors import NotFound


class PanelWork:
    """A selection with what hangs on it. Each part is read once, when it is first asked for; changes want a new one."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection

    @cached_property
    def every_seat(self) -> list[ReviewSeat]:
        """All seats, those that were left included, with their accounts."""
        return list(self.selection.seats.select_related("account").order_by("-is_chair", "account__name"))

    @property
    def seats(self) -> list[ReviewSeat]:
        """The seats of those who review now."""
        return [seat for seat in self.every_seat if seat.left_at is None]

    @property
    def free_seats(self) -> set[UUID]:
        """The seats that were left and that nobody took since."""
        replaced = {seat.replaces_id for seat in self.every_seat}
        return {seat.pk for seat in self.every_seat if seat.left_at is not None and seat.pk not in replaced}

    @property
    def is_submitted(self) -> bool:
        """Whether every seat is taken and has handed its scores in: from then on they read each other's."""
        return not self.free_seats and all(seat.submitted_at is not None for seat in self.seats)

    def seat_of(self, actor: Actor) -> ReviewSeat | None:
        """Return the actor's seat, None for whoever has none or left it."""
        if not actor.has_role("reviewer"):
            return None
        return next((seat for seat in self.seats if seat.account_id == actor.account_id), None)

    def reading_seat(self, actor: Actor) -> ReviewSeat:
        """Return the seat of an actor who may read the responses. Raises NotFound for everyone else."""
        seat = self.seat_of(actor)
        if seat is None or not seat.may_read:
            raise NotFound
        return seat

    @cached_property
    def responses(self) -> list[Response]:
        """The opened responses by number, with lead, exclusion and consensus; `said` counts the panel's feedback."""
        rows = Response.objects.opened().filter(call=self.selection.call).annotate(said=Count("feedback"))
        return list(rows.select_related("lead", "exclusion").prefetch_related("consensus").order_by("number"))

    def those(self, *statuses: str) -> list[Response]:
        """Return the opened responses in these states, by number."""
        return [row for row in self.responses if row.status in statuses]

    @property
    def exclusions(self) -> list[Exclusion]:
        """The clauses under which responses did not count, by number."""
        return [row.exclusion for row in self.responses if hasattr(row, "exclusion")]

    @cached_property
    def placings(self) -> list[Placing]:
        """The result as it stands, with its responses."""
        responses = {row.pk: row for row in self.responses}
        rows = list(self.selection.placings.all())
        for row in rows:
            row.response = responses[row.response_id]
        return rows

    @property
    def winning(self) -> set[UUID]:
        """The responses that win a lot."""
        return {row.response_id for row in self.placings if row.outcome == "awarded"}

    @cached_property
    def objections(self) -> list[Objection]:
        return list(self.selection.objections.select_related("organisation"))

    @cached_property
    def refused(self) -> set[UUID]:
        """The organisations that an owner behind the call blocks."""
        return set(needs_behind(self.selection.call).values_list("blocked_organisations", flat=True))
