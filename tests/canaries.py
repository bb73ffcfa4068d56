"""A small world with a unique text in every confidential field, and who may read each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from marketplace.actions import capabilities
from marketplace.actions.suggestions import judge_suggestion
from marketplace.models import Capability, Engagement, Organisation, Suggestion
from scenarios.actions import calls, consents, demands, interests, moderation
from scenarios.actions.core_changes import propose_core_change
from scenarios.actions.printed_lists import order_list
from scenarios.actor import Actor
from scenarios.audiences import (
    CALL_FIELDS,
    CAPABILITY_FIELDS,
    NEED_FIELDS,
    ORGANISATION_FIELDS,
    Audience,
    audience_of,
)
from scenarios.models import Call, MergedDemand, Need
from tests.drain import drain_outbox
from tests.engagement_canaries import plant_projects
from tests.factories import Cast, checked_need, draft_need, make_member, make_organisation, published_need
from tests.sandbox_canaries import plant_sandbox

LARGE_SCALE = Decimal(9000)
Allowed = Callable[[Actor], bool]


@dataclass(frozen=True)
class Canary:
    """A text planted in one field, and the rule who may read it."""

    field: str
    text: str
    allowed: Allowed


def by_table(table: dict[str, Audience], field: str, owner: Any) -> Allowed:
    """Return the rule of scenarios.audiences for a field of an object of `owner`."""
    return lambda actor: audience_of(actor, owner) >= table[field]


def role_or_owner(role: str, *owners: Any) -> Allowed:
    return lambda actor: actor.has_role(role) or any(actor.belongs_to(owner) for owner in owners)


def staff_or_owner(owner: Any) -> Allowed:
    return lambda actor: actor.is_staff or actor.belongs_to(owner)


@dataclass
class World:
    """What was planted: the canaries, and the ids by the word in an address that leads to them."""

    canaries: list[Canary]
    ids: dict[str, list[Any]]

    def plant(self, field: str, text: str, allowed: Allowed) -> str:
        self.canaries.append(Canary(field, text, allowed))
        return text


def make_world(cast: Cast) -> World:
    """Plant everything through the actions, then do all the work that they ask for."""
    world = World([], {})
    needs = _plant_needs(cast, world)
    offered = _plant_capabilities(cast, world)
    _plant_organisations(cast, world)
    pool = _plant_pool(cast, world, needs["published"])
    drain_outbox()
    call, pooled_call = _plant_call(cast, world), _plant_pooled_call(cast, world)
    drain_outbox()
    _plant_judgement(cast, world)
    drain_outbox()
    project_ids = plant_projects(cast, world)
    project_ids |= plant_sandbox(cast, world, Engagement.objects.get(pk=project_ids["engagements"][0]))
    drain_outbox()
    world.ids = {
        "needs": list(Need.objects.filter(owner=cast.enterprise_org).values_list("pk", flat=True)),
        "capabilities": [row.pk for row in offered],
        "pools": [pool.pk, pooled_call.demand_id],
        "calls": [call.pk, pooled_call.pk],
        "organisations": [cast.enterprise_org.pk, cast.supplier_org.pk],
        **project_ids,
        "lists": [_print_list(cast)],
    }
    drain_outbox()
    return world


def _print_list(cast: Cast) -> Any:
    """Have all needs printed that the owner of the canaries can list."""
    actor = cast.actor("enterprise")
    listed = Need.objects.visible_to(actor).values_list("pk", flat=True)
    return order_list(actor=actor, kind="need", format="docx", query="", ids=list(listed), narrowed=[]).pk


def _plant_needs(cast: Cast, world: World) -> dict[str, Need]:
    owner = cast.enterprise_org.pk

    def secret(field: str, text: str) -> str:
        return world.plant(f"need.{field}", text, by_table(NEED_FIELDS, field, owner))

    blocked = make_organisation("canary-blocked-firm")
    Organisation.objects.filter(pk=blocked.pk).update(verification="suspended")
    secret("blocked_organisations", "canary-blocked-firm")
    secret("blocked_organisations", str(blocked.pk))
    published = published_need(
        cast,
        quantity=Decimal("487.62"),
        contact=secret("contact", "canary-need-contact"),
        budget_min=Decimal(secret("budget_min", "7319.11")),
        budget_max=Decimal(secret("budget_max", "9173.37")),
        value_amount=Decimal(secret("value_amount", "6271.53")),
        value_basis=secret("value_basis", "canary-value-basis：退货损失与六名检验工的人工成本之和。"),
        ethics_number=secret("ethics_number", "canary-ethics-number"),
    )
    published.blocked_organisations.add(blocked)
    Need.objects.filter(pk=published.pk).update(
        external_id=secret("external_id", "canary-need-external"),
    )
    suspended = published_need(cast, title_zh="已暂停的需求")
    reason = secret("suspended_reason", "canary-suspended-reason")
    moderation.suspend_need(actor=cast.actor("moderator"), need_id=suspended.pk, reason=reason)
    returned = checked_need(cast, title_zh="已退回的需求")
    words = world.plant("decision.reasons", "canary-return-reason", staff_or_owner(owner))
    moderation.return_need(actor=cast.actor("moderator"), need_id=returned.pk, reasons={"problem": words})
    title = world.plant("draft.title", "canary-draft-title", lambda actor: actor.belongs_to(owner))
    draft_need(cast, title_zh=title, title_en=title)
    waiting = world.plant("checked.title", "canary-checked-title", staff_or_owner(owner))
    checked_need(cast, title_zh=waiting, title_en=waiting)
    hidden = world.plant("staff-only.title", "canary-staff-only-title", staff_or_owner(owner))
    published_need(cast, title_zh=hidden, title_en=hidden, visibility="staff")
    return {"published": published}


def _plant_capabilities(cast: Cast, world: World) -> list[Capability]:
    owner = cast.supplier_org.pk

    def secret(field: str, text: str) -> str:
        return world.plant(f"capability.{field}", text, by_table(CAPABILITY_FIELDS, field, owner))

    def offered(title: str, **fields: Any) -> Capability:
        actor, moderator, publisher = (cast.actor(name) for name in ("supplier", "moderator", "publisher"))
        row = capabilities.draft_capability(
            actor=actor,
            owner_id=owner,
            fields={
                "title_zh": title,
                "layer": "app",
                "techniques": ["cv"],
                "solves": "铸件下线后气孔、裂纹、冷隔的在线自动检出，替代人工目视检查。",
                "limits": "不做内部缺陷探伤。",
                "maturity": "scaled",
                "deploy": ["onprem"],
                "data_classes": ["internal"],
                "min_scale_quantity": Decimal(3),
                "min_scale_unit": "line",
                **fields,
            },
            price_tiers=[{"from_quantity": Decimal(3), "price": Decimal("8123.45")}],
        )
        capabilities.submit_capability(actor=actor, capability_id=row.pk)
        capabilities.verify_capability(actor=moderator, capability_id=row.pk)
        return capabilities.publish_capability(actor=publisher, capability_id=row.pk)

    # Worth while from so much that every planted pool misses it: what is missing would tell what was pooled.
    large = offered("铸件表面缺陷视觉检测大线", min_scale_quantity=LARGE_SCALE)
    secret("price_tiers", "8123.45")
    one = offered(
        "铸件表面缺陷视觉检测系统",
        contact=secret("contact", "canary-capability-contact"),
        min_scale_basis=secret("min_scale_basis", "canary-scale-basis"),
    )
    Capability.objects.filter(pk=one.pk).update(external_id=secret("external_id", "canary-capability-external"))
    two = offered("铸件尺寸测量系统")
    reason = secret("suspended_reason", "canary-capability-suspended")
    capabilities.suspend_capability(actor=cast.actor("moderator"), capability_id=two.pk, reason=reason)
    return [one, two, large]


def _plant_organisations(cast: Cast, world: World) -> None:
    for name in ("enterprise_org", "supplier_org"):
        row: Organisation = getattr(cast, name)
        row.contact = world.plant(
            f"{name}.contact", f"canary-{name}-contact", by_table(ORGANISATION_FIELDS, "contact", row.pk)
        )
        row.save()
        world.plant(f"{name}.uscc", row.uscc, by_table(ORGANISATION_FIELDS, "uscc", row.pk))


def _plant_pool(cast: Cast, world: World, need: Need) -> MergedDemand:
    other = published_need(cast, "rival", title_zh="铸件外观缺陷检测", quantity=Decimal("3219.25"))
    # A third that has not answered: it is in the pool, but nothing of it in what the two others pooled.
    silent = published_need(cast, make_member(make_organisation("丁精密铸造厂")), title_zh="铸件表面检测")
    pool = _invited(cast, [need, other, silent])
    _plant_scale(world, "pool", need, other)
    for part, owner in (("enterprise", cast.enterprise_org.pk), ("rival", cast.rival_org.pk)):
        words = world.plant(f"reservation of {part}", f"canary-reservation-{part}", role_or_owner("manager", owner))
        consents.answer_invitation(
            actor=cast.actor(part),
            demand_id=pool.pk,
            organisation_id=owner,
            core_version=1,
            state="accepted_with_reservation",
            reservation=words,
        )
    rivals = staff_or_owner(cast.rival_org.pk)
    propose_core_change(
        actor=cast.actor("rival"),
        demand_id=pool.pk,
        need_id=other.pk,
        part="boundary_out",
        value=world.plant("core_change.value", "canary-change-value", rivals),
        reason=world.plant("core_change.reason", "canary-change-reason", rivals),
    )
    return pool


def _invited(cast: Cast, needs: list[Need]) -> MergedDemand:
    manager = cast.actor("manager")
    pool = demands.draft_demand(actor=manager, need_ids=[need.pk for need in needs], core=demands.suggested_core(needs))
    return demands.invite_owners(actor=manager, demand_id=pool.pk)


def _plant_scale(world: World, name: str, *needs: Need) -> None:
    """Plant what two owners pool, and what it misses of the large scale: each could subtract its own part."""
    pooled = sum((need.quantity for need in needs if need.quantity), Decimal(0))
    for field, quantity in (("pooled_quantity", pooled), ("gap", LARGE_SCALE - pooled)):
        world.plant(f"{name}.{field}", f"{quantity:.2f}", lambda actor: actor.is_staff)


def _plant_pooled_call(cast: Cast, world: World) -> Call:
    parts = {"enterprise": Decimal("1730.35"), "rival": Decimal("2461.18")}
    needs = [published_need(cast, part, title_zh="压铸件外观检测", quantity=parts[part]) for part in parts]
    _plant_scale(world, "call", *needs)
    pool = _invited(cast, needs)
    for part in parts:
        (owner,) = cast.actor(part).organisation_ids
        consents.answer_invitation(
            actor=cast.actor(part), demand_id=pool.pk, organisation_id=owner, core_version=1, state="accepted"
        )
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=pool.pk)
    return _opened_call(cast, demand_id=pool.pk)


def _plant_call(cast: Cast, world: World) -> Call:
    call = _opened_call(cast, need_id=published_need(cast, "rival", title_zh="铸件裂纹检测").pk)
    reason = world.plant("call.rework_reason", "canary-rework-reason", by_table(CALL_FIELDS, "rework_reason", None))
    Call.objects.filter(pk=call.pk).update(rework_reason=reason)
    allowed = role_or_owner("manager", cast.rival_org.pk, cast.supplier_org.pk)
    interests.declare_interest(
        actor=cast.actor("supplier"),
        call_id=call.pk,
        organisation_id=cast.supplier_org.pk,
        message=world.plant("interest.message", "canary-interest-message", allowed),
    )
    return call


def _opened_call(cast: Cast, **source: Any) -> Call:
    publisher = cast.actor("publisher")
    call = calls.draft_call(
        actor=cast.actor("manager"),
        fields={
            "kind": "open_list",
            "closes_at": timezone.now() + timedelta(days=30),
            "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
        },
        **source,
    )
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=publisher, call_id=call.pk)
    return calls.open_call(actor=publisher, call_id=call.pk)


def _plant_judgement(cast: Cast, world: World) -> None:
    one = Suggestion.objects.filter(capability__owner=cast.supplier_org, need__owner=cast.enterprise_org).first()
    assert one is not None
    text = world.plant("suggestion.reason", "canary-dismissal-reason", staff_or_owner(cast.supplier_org.pk))
    judge_suggestion(actor=cast.actor("supplier"), suggestion_id=one.pk, move="dismiss", reason=text)
