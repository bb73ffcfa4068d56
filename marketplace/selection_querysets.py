"""Named reads of selections, of the seats of their panels, and of objections."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from scenarios.actor import Actor
from scenarios.querysets import DatabaseClock


class SelectionQuerySet(models.QuerySet[Any]):
    """Selections. What the panel does is nobody's business but the panel's and the staff's until the notice."""

    def visible_to(self, actor: Actor) -> Self:
        """Staff see that there is one; everyone else from its first public notice on, or once it has failed."""
        return self if actor.is_staff else self.public()

    def public(self) -> Self:
        """Selections whose result, or whose failure, everyone may read."""
        return self.exclude(status="evaluating")

    def reviewed_by(self, actor: Actor) -> Self:
        """Those in which the actor sits on the panel and has declared to have no conflict of interest."""
        return self.filter(pk__in=self._seats().held_by(actor).reading().values("selection"))

    def chaired_by(self, actor: Actor) -> Self:
        """Those in which the actor is in the chair and has declared to have no conflict of interest."""
        chairs = self._seats().held_by(actor).reading().filter(is_chair=True)
        return self.filter(pk__in=chairs.values("selection"))

    def declared(self) -> Self:
        """Those under evaluation in which every seat is taken by someone without a conflict of interest."""
        waiting = self._seats().filter(selection=OuterRef("pk")).exclude(declaration="none", left_at__isnull=True)
        return self.filter(~Exists(waiting.filter(replaced_by__isnull=True)), status="evaluating")

    def submitted(self) -> Self:
        """Those under evaluation in which every reviewer has handed the scores in."""
        waiting = self._seats().filter(selection=OuterRef("pk"), left_at__isnull=True, submitted_at__isnull=True)
        return self.declared().filter(~Exists(waiting))

    def to_publish(self) -> Self:
        """Those whose panel has agreed on every eligible response, of which there is one at least."""
        eligible: Any = self.model._meta.apps.get_model("marketplace", "Response")._default_manager
        eligible = eligible.filter(call=OuterRef("call"), status="eligible")
        return self.submitted().filter(Exists(eligible), ~Exists(eligible.filter(consensus__isnull=True)))

    def to_go_on(self) -> Self:
        """Those that failed and after which nothing was done yet."""
        return self.filter(status="failed", next_step="")

    def _seats(self) -> Any:
        return self.model._meta.apps.get_model("marketplace", "ReviewSeat")._default_manager

    def past_notice(self) -> Self:
        """Selections whose public notice is over by the database clock."""
        return self.filter(status="publicity", notice_ends_at__lte=DatabaseClock())

    def to_tell_over(self) -> Self:
        """Those whose notice is over and of which that was not told yet in this round."""
        events: Any = self.model._meta.apps.get_model("scenarios", "Event")._default_manager
        told = events.filter(kind="selection.notice_over", subject_id=OuterRef("call"), generation=OuterRef("round"))
        return self.past_notice().filter(~Exists(told))

    def under_notice(self) -> Self:
        """Selections against whose result something may be said now, by the database clock.

        A suspended notice goes on once its objections are answered, so it is not over.
        """
        return self.filter(Q(status="suspended") | Q(status="publicity", notice_ends_at__gt=DatabaseClock()))

    def open_to_objection(self, actor: Actor) -> Self:
        """Those under notice in which a verified organisation that the actor writes for is concerned and has not
        objected to this round: it responded, declared interest, or stands behind the call.
        """
        related: Any = self.model._meta.apps.get_model
        call, me = OuterRef(OuterRef("call")), OuterRef("pk")
        pool, need = OuterRef(OuterRef("call__demand")), OuterRef(OuterRef("call__need"))
        round_ = {"selection": OuterRef(OuterRef("pk")), "round": OuterRef(OuterRef("round"))}
        responses = related("marketplace", "Response")._default_manager.opened()
        interests = related("scenarios", "Interest")._default_manager.filter(state="declared")
        links = related("scenarios", "DemandMember")._default_manager.filter(left_at__isnull=True)
        needs = related("scenarios", "Need")._default_manager
        objections = related("marketplace", "Objection")._default_manager
        concerned = (
            Exists(responses.filter(call=call, lead=me))
            | Exists(interests.filter(call=call, organisation=me))
            | Exists(links.filter(demand=pool, need__owner=me))
            | Exists(needs.filter(pk=need, owner=me))
        )
        own = related("marketplace", "Organisation")._default_manager.filter(pk__in=actor.editor_of)
        able = own.filter(concerned, ~Exists(objections.filter(organisation=me, **round_)), verification="verified")
        return self.under_notice().filter(Exists(able))

    def with_notice(self) -> Self:
        """Annotate is_past_notice and is_under_notice by the database clock."""
        rows: Any = self.model._default_manager.filter(pk=OuterRef("pk"))
        past, under = Exists(rows.past_notice()), Exists(rows.under_notice())
        return self.annotate(is_past_notice=past, is_under_notice=under)


class ReviewSeatQuerySet(models.QuerySet[Any]):
    """Seats of the panels of selections."""

    def active(self) -> Self:
        """Seats of those who review now."""
        return self.filter(left_at__isnull=True)

    def held_by(self, actor: Actor) -> Self:
        """The actor's seats: of a reviewer, and not left."""
        return self.active().filter(account_id=actor.account_id) if actor.has_role("reviewer") else self.none()

    def reading(self) -> Self:
        """Seats whose holder may read the responses: declared, and without a conflict of interest."""
        return self.filter(declaration="none")

    def free(self) -> Self:
        """Seats that were left during the evaluation and that nobody was named for."""
        return self.filter(left_at__isnull=False, replaced_by__isnull=True, selection__status="evaluating")

    def to_declare(self, actor: Actor) -> Self:
        """The actor's seats without a declaration."""
        return self._held_now(actor).filter(declaration="pending")

    def to_score(self, actor: Actor) -> Self:
        """The actor's seats without submitted scores where a response is eligible and none waits to be judged."""
        responses: Any = self.model._meta.apps.get_model("marketplace", "Response")._default_manager
        of_call = responses.filter(call=OuterRef("selection__call"))
        judged = Exists(of_call.filter(status="eligible")) & ~Exists(of_call.filter(status="opened"))
        return self._held_now(actor).reading().filter(judged, submitted_at__isnull=True)

    def _held_now(self, actor: Actor) -> Self:
        return self.held_by(actor).filter(selection__status="evaluating")


class ObjectionQuerySet(models.QuerySet[Any]):
    """Objections against results."""

    def open(self) -> Self:
        return self.filter(state="open")

    def visible_to(self, actor: Actor) -> Self:
        """Staff read all; an organisation its own."""
        return self if actor.is_staff else self.filter(organisation_id__in=actor.organisation_ids)
