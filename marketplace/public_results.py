"""Results of calls and their public notices (公示) as everyone may read them: in a list, as a workbook, in print."""

from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, Prefetch, Value, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.choices import SelectionStatus
from marketplace.models import Placing, Selection
from marketplace.outcomes import WITH_RESULT, Lot, Ranked, last_day_of, ranking
from scenarios.actor import Actor
from scenarios.choices import CallKind, PrintedListKind
from scenarios.facts import label_of, listed, number, plain
from scenarios.listing import Facet, Order, only_chosen
from scenarios.models import Call
from scenarios.printed import Printable
from scenarios.printing import Entry
from scenarios.querysets import DatabaseClock
from scenarios.searching import search_of
from scenarios.sheets import Column
from scenarios.source_facets import CALLS, source_facets

STATES = {
    "running": gettext_lazy("Under public notice: objections are possible"),
    "suspended": gettext_lazy("Public notice suspended by an objection"),
    "over": gettext_lazy("Public notice over, award to come"),
    "awarded": gettext_lazy("Awarded"),
    "failed": gettext_lazy("Came to nothing"),
}
_NEWEST = (F("told_at").desc(), "pk")
ORDERS = (
    Order("running", gettext_lazy("Running notices first, then newest"), ("is_decided", *_NEWEST)),
    Order("newest", gettext_lazy("Newest first"), _NEWEST),
)


def results_told(actor: Actor) -> Any:
    """Return the calls whose result, or whose failure, is public, with `result_state` by the database clock.

    told_at : when the notice was published, or when the call was awarded or failed. is_decided : 1 after that, else 0.
    """
    state = Case(
        When(selection__status="publicity", selection__notice_ends_at__gt=DatabaseClock(), then=Value("running")),
        When(selection__status="publicity", then=Value("over")),
        default=F("selection__status"),
        output_field=CharField(),
    )
    decided = Case(When(selection__decided_at__isnull=False, then=1), default=0)
    told_at = Coalesce("selection__decided_at", "selection__published_at")
    rows = Call.objects.visible_to(actor).filter(selection__in=Selection.objects.public())
    return rows.annotate(result_state=state, told_at=told_at, is_decided=decided)


def result_facets(actor: Actor) -> list[Facet]:
    """Return the facets of the results."""
    return [
        Facet("result", _("State"), list(STATES.items()), field="result_state"),
        *source_facets(CALLS, actor, ("domain",)),
        Facet("kind", label_of(Call, "kind"), list(CallKind.choices)),
    ]


def winning(way: str = "placings") -> Any:
    """Return how the winners of selections are read as their `won`; what their responses say is not read.

    way : to the placings from the rows.
    """
    placings = Placing.objects.filter(outcome="awarded").select_related("response__lead")
    return Prefetch(way, placings.defer("response__content", "response__sealed"), to_attr="won")


def with_winners(rows: Any) -> Any:
    """Return the calls with their selections and the winners of these."""
    return rows.select_related("selection").prefetch_related(winning("selection__placings"))


def won_by(organisation_id: UUID, actor: Actor) -> Any:
    """Return the calls that were awarded to responses led by an organisation, with their winners, the latest first."""
    won = Placing.objects.filter(outcome="awarded", response__lead=organisation_id).values("selection")
    awarded = results_told(actor).filter(result_state=SelectionStatus.AWARDED, selection__in=won)
    return with_winners(awarded).order_by("-told_at", "pk")


def winners_of(selection: Any) -> list[str]:
    """Return the names of those who win, under notice or awarded, each once; the selection has its `won`."""
    if selection.status not in WITH_RESULT:
        return []
    return list(dict.fromkeys(str(placing.response.lead) for placing in selection.won))


def results_found(actor: Actor, query: QueryDict) -> Any:
    """Return the calls with a public result that an address asks for, with their winners."""
    return with_winners(only_chosen(search_of(query).among(results_told(actor)), result_facets(actor), query))


def state_label(call: Any) -> str:
    """Return what the state of a result is called."""
    return str(STATES[call.result_state])


def result_columns() -> list[Column]:
    """Return the columns of the workbook."""
    return [
        Column(label_of(Call, "code"), lambda call: call.code),
        Column(_("Call"), lambda call: call.title),
        Column(label_of(Call, "kind"), lambda call: call.get_kind_display()),
        Column(_("State"), state_label),
        Column(_("Winners"), lambda call: listed(winners_of(call.selection))),
        Column(_("Notice published"), lambda call: call.selection.published_at),
        Column(_("Last day to object"), lambda call: last_day_of(call.selection)),
        Column(_("Decided"), lambda call: call.selection.decided_at),
        Column(_("Reason of the failure"), lambda call: call.selection.get_failure_code_display()),
        Column(_("What comes next"), lambda call: call.selection.get_next_step_display()),
    ]


def listed_entry(call: Any) -> Entry:
    """Return a result as it is printed in the list."""
    head = {label_of(Call, "code"), _("Call")}
    facts = [(str(one.label), plain(one.value(call))) for one in result_columns() if one.label not in head]
    texts = [(_("This call came to nothing"), call.selection.failure_reason)]
    return Entry(call.code, call.title, [pair for pair in facts if pair[1]], [pair for pair in texts if pair[1]], [])


RESULTS_PRINTED = Printable(
    "results", "result_list", PrintedListKind.RESULT.label, lambda rows: rows, listed_entry, results_found
)


def whole_entry(call: Any) -> Entry:
    """Return a result with its ranking and the arithmetic of each response, as it is printed alone."""
    entry = listed_entry(call)
    texts = [(lot.label or _("Ranking of the responses"), _ranking_text(lot)) for lot in ranking(call.selection)]
    return entry._replace(texts=[*texts, *entry.texts])


def _ranking_text(lot: Lot) -> str:
    return "\n".join(map(_ranked_text, lot.rows)) or _("No eligible response to this lot.")


def _ranked_text(row: Ranked) -> str:
    sums = " + ".join(
        f"{one.criterion.name} {number(one.score)} × {number(one.criterion.weight)} %" for one in row.cells
    )
    below = _("below the minimum score of “%(criterion)s”") % {"criterion": row.below} if row.below else ""
    parts = (str(row.rank or "–"), row.name, row.outcome_label, f"{sums} = {number(row.total)}", below)
    return " · ".join(part for part in parts if part)
