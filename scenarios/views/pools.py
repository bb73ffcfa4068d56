"""Pools: the public list, a pool's page, an owner's consent and the way out."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.consents import answer_invitation, withdraw_from_pool
from scenarios.actions.core_changes import propose_core_change
from scenarios.actions.members import OPEN_TO_CHANGE
from scenarios.actor import Actor
from scenarios.answer_forms import ConsentForm, CoreChangeForm
from scenarios.beside import rows_of
from scenarios.comparing import core_changes, deviation_label, treatment_lines, value_text
from scenarios.disclosure import band_of, counted, named_owners, shown_members, shows_quantities
from scenarios.errors import Conflict, Invalid
from scenarios.facts import number
from scenarios.finding import KINDS, find
from scenarios.listing import Order, district_tiles, narrow
from scenarios.models import Call, Consent, CoreChange, CoreVersion, DemandMember, Difference, MergedDemand
from scenarios.open_columns import POOLS, sheet_columns
from scenarios.policies import one_of
from scenarios.pool_querysets import CONSENTED, MergedDemandQuerySet
from scenarios.scale import Gathered, meter_rows, other_meters, own_scale, shown_marks
from scenarios.searching import fields_read
from scenarios.shown_need import indicator_rows
from scenarios.views.list_files import ListFiles, file_of
from scenarios.views.parts import actor_of, followed, page_of

ORDERS = (
    Order("newest", gettext_lazy("Newest first"), ("-created_at", "pk")),
    Order("soon", gettext_lazy("Next deadline first"), (F("deadline").asc(nulls_last=True), "pk")),
    Order("owners", gettext_lazy("Most owners first"), ("-owners", "pk")),
)


FILES = ListFiles("pools", gettext_lazy("Pools"), lambda: sheet_columns(MergedDemand, POOLS))


@access("public")
def pool_list(request: HttpRequest) -> HttpResponse:
    """The pools that live: how much each has gathered and how far it is from its scale."""
    actor = actor_of(request)
    found = find(KINDS["demand"], actor, request.GET)
    search, narrowed = found.search, narrow(found.rows, found.facets, request.GET)
    rows, order = search.ordered(narrowed.rows.with_scale(), ORDERS, request.GET)
    if file := file_of(request, FILES, rows, total=narrowed.total):
        return file
    page = page_of(request, rows, total=narrowed.total)
    cores = _cores(page) if search.text else {}
    cards = [
        {"pool": pool, "scale": pool_scale(pool, actor), "hit": search.hit(pool.title, *cores.get(pool.pk, ()))}
        for pool in page
    ]
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": cards,
        "facets": narrowed.facets,
        "tiles": district_tiles(narrowed.facets, request.GET),
        "chips": [*found.chips, *narrowed.chips],
        "carried": found.carried,
        "kind": "demand",
        "text": search.text,
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "scenarios/pool_list.html", context)


def _cores(pools: Iterable[MergedDemand]) -> dict[UUID, list[tuple[Any, str]]]:
    """Return what the present cores of these pools say below the title, by pool: labels and texts."""
    present = CoreVersion.objects.filter(demand__in=list(pools), version=F("demand__core_version"))
    return {
        core.demand_id: list(fields_read(core, "problem", "boundary_in", "title_zh", "title_en")) for core in present
    }


@access("public")
def pool_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A pool as its reader may see it."""
    return _page(request, pk)


def _page(
    request: HttpRequest,
    pk: UUID,
    *,
    read: int | None = None,
    form: ConsentForm | None = None,
    change_form: CoreChangeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a pool. read : the core version that the owner had before it when it changed."""
    actor = actor_of(request)
    pool: Any = one_of(_read_by(actor), pk)
    every = list(pool.members.telling_consent().select_related("need__owner", "need__district"))
    members = [member for member in every if member.left_at is None]
    needs = {member.need_id: member.need for member in every}
    differences = rows_of(Difference, pool.difference_rows, need=needs)
    cores = list(pool.cores.all())
    core = next(row for row in cores if row.version == pool.core_version)
    consents = list(pool.consents.filter(organisation_id__in=actor.organisation_ids).select_related("organisation"))
    seen = read or _read_before(pool, consents)
    before = next((row for row in cores if row.version == seen), None)
    decided = {row.field for row in differences if row.decided_by_id is not None}
    context = {
        "pool": pool,
        "core": core,
        "indicators": indicator_rows(core.indicators),
        "scale": _meters(Gathered(pool, members, core, decided), actor),
        "members": shown_members(pool, members, actor),
        "named": actor.is_staff or bool(named_owners(pool, counted(members))),
        "is_party": pool.is_party,
        "changed": core_changes(before, core) if pool.is_party else [],
        "treatments": treatment_lines(core.treatments),
        "before": before,
        "was_overtaken": read is not None,
        "invitations": _invitations(pool, consents, actor, form),
        "calls": [call for call in rows_of(Call, pool.call_rows) if call.status in ("open", "closed")],
        "follows": pool.is_followed,
        "can_leave": pool.status in OPEN_TO_CHANGE,
        "can_join": bool(actor.editor_of) and pool.status in OPEN_TO_CHANGE,
        "may_write": actor.editor_of,
        "differences": _shown_differences(differences),
        "core_changes": rows_of(CoreChange, pool.change_rows, need=needs),
        "change_form": _change_form(pool, members, actor, change_form),
    }
    return render(request, "scenarios/pool_detail.html", context, status=status)


def _read_by(actor: Actor) -> MergedDemandQuerySet:
    """Return the pools that the actor may open, with what hangs on each: of owners the actor's own, for staff all
    deviations.
    """
    own = {"need__owner_id__in": actor.organisation_ids}
    pools = MergedDemand.objects.visible_to(actor).with_scale().telling_party(actor).with_calls()
    pools = pools.with_differences(**({} if actor.is_staff else own)).with_core_changes(**own)
    return pools.annotate(is_followed=followed(actor, "demand"))


def pool_scale(pool: MergedDemand, actor: Actor) -> dict[str, Any]:
    """Return what the scale meter draws: exact, or the band where the exact figure would reveal a member."""
    pooled: Decimal = pool.pooled_quantity  # type: ignore[attr-defined]
    exact = shows_quantities(pool, actor)
    band = band_of(pooled)
    drawn = pooled if exact else Decimal(band.low)
    return {
        "pooled": number(drawn),
        "band": "" if exact else str(band),
        "unit": pool.get_unit_display(),
        "owners": pool.owners,  # type: ignore[attr-defined]
        "thresholds": own_scale(pool, actor),
    }


def _meters(gathered: Gathered, actor: Actor) -> dict[str, Any]:
    """Return the meter with every mark that the reader may see, and those in further units."""
    pool: Any = gathered.pool
    marks = shown_marks(gathered, actor, is_party=pool.is_party)
    others = other_meters(gathered, marks, actor)
    return pool_scale(pool, actor) | {"thresholds": meter_rows(pool, marks, actor), "others": others}


def _read_before(pool: MergedDemand, consents: Iterable[Consent]) -> int:
    """Return the latest earlier version of the core that one of the reader's organisations answered; else the one
    before the present.

    consents : those of the reader's organisations.
    """
    answered = [row.core_version for row in consents if row.state in (*CONSENTED, "declined")]
    earlier = [version for version in answered if version < pool.core_version]
    return max(earlier, default=pool.core_version - 1)


def _invitations(
    pool: MergedDemand, consents: Iterable[Consent], actor: Actor, refused: ConsentForm | None
) -> list[dict[str, Any]]:
    """Return the consents of the reader's organisations to the present core, each with the form to answer."""
    takes = pool.status in OPEN_TO_CHANGE and pool.status != "drafted"
    shown = []
    for row in consents:
        if row.core_version != pool.core_version:
            continue
        may = takes and actor.owns(row.organisation_id) and row.state not in ("declined", "withdrawn")
        form = refused if refused and str(refused.data.get("organisation")) == str(row.organisation_id) else None
        initial = {
            "organisation": row.organisation_id,
            "core_version": pool.core_version,
            "reservation": row.reservation,
        }
        shown.append({"consent": row, "form": (form or ConsentForm(initial=initial)) if may else None})
    return shown


def _shown_differences(rows: Iterable[Difference]) -> list[dict[str, Any]]:
    """Return where needs deviate from the core, as the table says it."""
    return [
        {
            "need": row.need,
            "label": deviation_label(row.field, row.metric),
            "value": value_text(row.field, row.value),
            "treatment": row.get_treatment_display(),
        }
        for row in rows
    ]


def _change_form(
    pool: MergedDemand, members: Iterable[DemandMember], actor: Actor, refused: CoreChangeForm | None
) -> CoreChangeForm | None:
    """Return the form to propose something for the next core; None for whoever has no need in the pool to speak of."""
    needs = [member.need for member in members if member.need.owner_id in actor.editor_of]
    may = pool.status not in ("drafted", "split", "dissolved") and bool(needs)
    return (refused or CoreChangeForm(needs)) if may else None


@require_POST
@access("member")
def propose_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose what a part of the core should say in its next version."""
    actor = actor_of(request)
    pool = one_of(MergedDemand.objects.of(actor), pk)
    own = pool.members.living().filter(need__owner_id__in=actor.editor_of).select_related("need").order_by("need__code")
    form = CoreChangeForm([member.need for member in own], request.POST)
    if not form.is_valid():
        return _page(request, pk, change_form=form, status=422)
    try:
        propose_core_change(actor=actor, demand_id=pk, **form.cleaned_data)
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, pk, change_form=form, status=422)
    messages.success(request, _("The scenario manager has your proposal."))
    return redirect("pool_detail", pk)


@require_POST
@access("member")
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept, accept with a reservation or decline exactly the core version on the page."""
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form, status=422)
    try:
        answer_invitation(actor=actor_of(request), demand_id=pk, **form.answer)
    except Conflict:
        return _page(request, pk, read=form.answer["core_version"], status=409)
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, pk, form=form, status=422)
    messages.success(request, _("Your answer is noted."))
    return redirect("pool_detail", pk)


@require_POST
@access("member")
def leave(request: HttpRequest, pk: UUID, need_pk: UUID) -> HttpResponse:
    """Take one of the reader's needs out of the pool."""
    actor = actor_of(request)
    withdraw_from_pool(actor=actor, demand_id=pk, need_id=need_pk)
    messages.success(request, _("Your need has left the pool; it is on offer on its own again."))
    return redirect("my_pools")
