"""The scenario manager's merge desk: what the machine proposes, why, and what becomes of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.demands import suggested_core
from scenarios.actions.proposals import accept_proposal, dismiss_proposal, reconsider_proposal, take_back_link
from scenarios.belonging import belongings
from scenarios.choices import Domain, Unit
from scenarios.comparing import difference_rows, pooled
from scenarios.conflicts import conflicts_between
from scenarios.errors import Conflict, Invalid
from scenarios.facts import label_of
from scenarios.likeness import shown_terms, whole_text
from scenarios.linking import contradictions
from scenarios.listing import Facet, Order, chosen_order, narrow, only_chosen
from scenarios.models import MergeProposal, Need
from scenarios.naming import in_order
from scenarios.policies import one_of
from scenarios.sheets import Column
from scenarios.staff_forms import CoreForm, DismissForm, ResolutionsForm, core_fields, indicator_rows
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queue_places import ids_in, place_in, queue_query
from scenarios.views.sheets import sheet_response, waiting_columns, wants_sheet
from scenarios.views.staff_parts import show_errors, verbatim_labels, with_one_more
from scenarios.waiting import LEVELS, Wait, promised_days, with_wait

CORE_SHARE = 0.8  # of the members, as in the terms that a proposal is made with
CONFLICTS = {"none": _("Can be merged in one click"), "some": _("With conflicts")}


ORDERS = (
    Order("alike", _("Most alike first"), ("-score", "id")),
    Order("oldest", _("Longest waiting first"), ("created_at", "id")),
    Order("newest", _("Newest first"), ("-created_at", "id")),
)
COLUMNS = [
    Column(_("Title"), lambda row: row.representative.title),
    Column(_("Needs"), lambda row: ", ".join(member.need.code for member in row.members.all())),
    Column(_("Owners"), lambda row: len({member.need.owner_id for member in row.members.all()})),
    Column(_("Pooled quantity"), lambda row: pooled(member.need for member in row.members.all())),
    Column(_("Conflicts"), lambda row: ", ".join(label_of(Need, one["field"]) for one in row.conflicts)),
    Column(_("Similarity"), lambda row: round(row.score, 2)),
]
DISMISS = (("dismiss-proposals", "d", _("Dismiss")),)
RECONSIDER = (("reconsider-proposals", "u", _("Propose them again")),)


def _facets() -> list[Facet]:
    return [
        Facet("level", _("Service level"), [*LEVELS.items()]),
        Facet("conflicts", _("Conflicts"), [*CONFLICTS.items()], field="with_conflicts"),
        Facet("domain", label_of(Need, "domain"), in_order("domain", Domain.choices), field="representative__domain"),
        Facet(
            "unit",
            label_of(Need, "quantity_unit"),
            in_order("unit", Unit.choices),
            field="representative__quantity_unit",
        ),
    ]


def _open_proposals() -> Any:
    return with_wait(MergeProposal.objects.open().telling_conflicts(), "created_at", promised_days("merge_desk"))


def _queue(query: QueryDict) -> Any:
    """Return the open proposals as the address narrows and orders them."""
    return only_chosen(_open_proposals(), _facets(), query).order_by(*chosen_order(ORDERS, query).fields)


@access("manager")
def merge_desk(request: HttpRequest) -> HttpResponse:
    """List the open proposals, most similar first, with what they would pool, conflicts and service level."""
    promised = promised_days("merge_desk")
    narrowed = narrow(_open_proposals(), _facets(), request.GET)
    order = chosen_order(ORDERS, request.GET)
    found = narrowed.rows.for_page().order_by(*order.fields)
    if wants_sheet(request):
        return sheet_response("proposals", _("Merge proposals"), [*COLUMNS, *waiting_columns(promised)], found)
    page = page_of(request, found)
    context = {
        "page": page,
        "rows": [{**_summary(proposal), "wait": Wait(proposal.waited_days, promised)} for proposal in page],
        "contradictions": contradictions(),
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "orders": ORDERS,
        "order": order,
        "queue_query": queue_query(request),
        "batches": DISMISS,
    }
    return render(request, "scenarios/staff/merge_desk.html", context)


def _summary(proposal: MergeProposal) -> dict[str, Any]:
    needs = [member.need for member in proposal.members.all()]
    return {
        "proposal": proposal,
        "needs": needs,
        "owners": len({need.owner_id for need in needs}),
        "pooled": pooled(needs),
        "conflicts": [label_of(Need, row["field"]) for row in proposal.conflicts],
        "terms": [row["term"] for row in _core_terms(proposal, needs)[:6]],
    }


def _core_terms(proposal: MergeProposal, needs: list[Need]) -> list[dict[str, Any]]:
    """Return what most members have in common, as phrases."""
    return shown_terms(proposal.core_terms, map(whole_text, needs), share=CORE_SHARE)


@access("manager")
def dismissed_proposals(request: HttpRequest) -> HttpResponse:
    """List what was set aside, newest first, with the reason; it can be taken up again."""
    found = MergeProposal.objects.filter(status="dismissed").order_by("-decided_at", "id")
    page = page_of(request, found.for_page().select_related("representative", "index_build", "decided_by"))
    rows = [_summary(proposal) for proposal in page]
    context = {"page": page, "rows": rows, "batches": RECONSIDER}
    return render(request, "scenarios/staff/merge_dismissed.html", context)


@access("manager")
def merge_proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a proposal: members side by side, why they are alike, where they conflict, the core to start from."""
    return _page(request, one_of(MergeProposal.objects.for_page(), pk))


def _page(request: HttpRequest, proposal: MergeProposal, *, status: int = 200, **forms: Any) -> HttpResponse:
    needs = [member.need for member in proposal.members.all()]
    conflicts = conflicts_between(needs)
    core, terms = suggested_core(needs), _core_terms(proposal, needs)
    texts = {need.code: whole_text(need) for need in needs}
    context = {
        **_summary(proposal),
        "columns": [need.code for need in needs],
        "rows": difference_rows(needs, [conflict.field for conflict in conflicts]),
        "conflicts": [
            {"label": label_of(Need, row.field), "values": _values(row.field, row.values)} for row in conflicts
        ],
        "core_terms": [row["term"] for row in terms],
        "weighted_terms": terms,
        "pairs": [_pair(pair, texts) for pair in proposal.pairs],
        "belongings": belongings(proposal),
        "demand": getattr(proposal, "demand", None),
        "core_form": CoreForm(initial=dict(core)),
        "indicators": indicator_rows(core["indicators"]),
        "resolutions": ResolutionsForm([conflict.field for conflict in conflicts]) if conflicts else None,
        "dismiss_form": DismissForm(),
        "place": place_in(request, ids_in(_queue(request.GET)), proposal.pk, "merge_proposal"),
        "queue_query": queue_query(request),
        **forms,
    }
    context["verbatim"] = verbatim_labels(context["core_form"], needs)
    return render(request, "scenarios/staff/merge_proposal.html", context, status=status)


def _values(field: str, values: dict[str, list[str]]) -> list[tuple[str, str]]:
    column: Any = Need._meta.get_field(field)
    labels = dict(column.flatchoices)
    return [(str(labels.get(value, value)) or "–", ", ".join(codes)) for value, codes in values.items()]


def _pair(pair: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    return {**pair, "terms": shown_terms(pair["terms"], [texts[pair["a"]], texts[pair["b"]]])}


@access("manager")
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draft a pool of a proposal: in one click, or with a decision on each conflicting field."""
    actor = actor_of(request)
    proposal = one_of(MergeProposal.objects.for_page(), pk)
    needs = [member.need for member in proposal.members.all()]
    stored = suggested_core(needs)["indicators"]
    form, rows = CoreForm(request.POST), indicator_rows(stored, with_one_more(request, "indicators"))
    fields = [conflict.field for conflict in conflicts_between(needs)]
    resolutions = ResolutionsForm(fields, request.POST)
    forms = {"core_form": form, "indicators": rows, "resolutions": resolutions if fields else None}
    if "add_indicators" in request.POST or not (form.is_valid() & rows.is_valid() & resolutions.is_valid()):
        return _page(request, proposal, status=200 if "add_indicators" in request.POST else 422, **forms)
    core = core_fields(form, rows, stored)
    try:
        decided = {name: treatment for name, treatment in resolutions.cleaned_data.items() if treatment}
        demand = accept_proposal(
            actor=actor, proposal_id=pk, core=core, resolutions=decided, member_key=request.POST.get("member_key")
        )
    except Conflict as error:
        return _page(request, proposal, status=409, **forms, refusal=error.message)
    except Invalid as error:
        show_errors(resolutions if set(error.fields) & set(fields) else form, error)
        return _page(request, proposal, status=422, refusal=error.message, **forms)
    messages.success(
        request, _("%(code)s is drafted. Nobody is committed yet: invite the owners.") % {"code": demand.code}
    )
    return redirect("staff_pool", demand.pk)


@access("manager")
@require_POST
def dismiss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set a proposal aside with a reason."""
    form = DismissForm(request.POST)
    proposal = one_of(MergeProposal.objects.for_page(), pk)
    if not form.is_valid():
        return _page(request, proposal, status=422, dismiss_form=form)
    try:
        seen = request.POST.get("member_key")
        dismiss_proposal(actor=actor_of(request), proposal_id=pk, member_key=seen, **form.cleaned_data)
    except Conflict as error:
        return _page(request, proposal, status=409, dismiss_form=form, refusal=error.message)
    except Invalid as error:
        show_errors(form, error)
        return _page(request, proposal, status=422, dismiss_form=form)
    messages.success(request, _("The proposal is set aside; exactly these needs are not proposed again."))
    return redirect(f"{reverse('merge_desk')}{queue_query(request)}")


@access("manager")
@require_POST
def reconsider(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a dismissed proposal up again."""
    reconsider_proposal(actor=actor_of(request), proposal_id=pk)
    messages.success(request, _("The proposal is open again."))
    return redirect("merge_proposal", pk)


@access("manager")
@require_POST
def take_back(request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
    """Forget a manager's word on two needs."""
    take_back_link(actor=actor_of(request), need_ids=(one, other))
    messages.success(request, _("The word on these two needs is taken back; the next run no longer keeps to it."))
    return redirect("merge_desk")
