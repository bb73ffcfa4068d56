"""Makers of test data: plain functions over the actions, so that what they make is what users could make."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from stdnum.cn import uscc

from marketplace.actions import capabilities
from marketplace.actors import actor_for
from marketplace.models import Account, Capability, Member, Organisation, StaffRole
from scenarios.actions import moderation, needs
from scenarios.actor import Actor
from scenarios.models import Need

PASSWORD = "a long test passphrase"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_counter = iter(range(1, 100_000))


def make_uscc() -> str:
    """Return a valid code of division 000000, which no real firm has."""
    body = f"91000000MATE{next(_counter):05d}"
    return body + uscc.calc_check_digit(body)


def make_account(email: str, *, roles: tuple[str, ...] = (), name: str = "") -> Account:
    account = Account.objects.create_user(email, PASSWORD, name=name or email.partition("@")[0])
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    for role in roles:
        StaffRole.objects.create(account=account, role=role)
    if roles:
        TOTP.activate(account, TOTP_SECRET)
    return account


def make_organisation(name: str, *, kind: str = "enterprise", verified: bool = True) -> Organisation:
    return Organisation.objects.create(
        name_zh=name,
        kind=kind,
        uscc=make_uscc(),
        district_id="huishan",
        verification="verified" if verified else "unverified",
    )


def make_member(organisation: Organisation, role: str = "owner", email: str = "") -> Account:
    account = make_account(email or f"member{next(_counter)}@example.org")
    Member.objects.create(organisation=organisation, account=account, role=role)
    return account


@dataclass(frozen=True)
class Cast:
    """Accounts by part. `actor(name)` is the part's Actor, `client(name)` a signed-in test client."""

    enterprise: Account
    rival: Account
    supplier: Account
    manager: Account
    moderator: Account
    publisher: Account
    reviewer: Account
    supervisor: Account
    auditor: Account
    stranger: Account
    enterprise_org: Organisation
    rival_org: Organisation
    supplier_org: Organisation

    def actor(self, name: str) -> Actor:
        return actor_for(getattr(self, name))

    def client(self, name: str | None = None, *, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        if name:
            client.force_login(getattr(self, name))
        return client


STAFF = ("manager", "moderator", "publisher", "reviewer", "supervisor", "auditor")
PARTS = (None, "enterprise", "rival", "supplier", *STAFF, "stranger")


def make_cast() -> Cast:
    orgs = {
        "enterprise_org": make_organisation("甲精密铸造厂"),
        "rival_org": make_organisation("乙精密铸造厂"),
        "supplier_org": make_organisation("丙视觉科技", kind="supplier"),
    }
    return Cast(
        **orgs,
        enterprise=make_member(orgs["enterprise_org"], email="enterprise@example.org"),
        rival=make_member(orgs["rival_org"], email="rival@example.org"),
        supplier=make_member(orgs["supplier_org"], email="supplier@example.org"),
        stranger=make_account("stranger@example.org"),
        **{role: make_account(f"{role}@example.org", roles=(role,)) for role in STAFF},
    )


NEED: dict[str, Any] = {
    "title_zh": "铸件表面缺陷在线检测",
    "title_en": "In-line inspection of casting surfaces",
    "domain": "manufacturing",
    "problem": "铸件下线后靠 6 名工人目视检查气孔、裂纹和冷隔，漏检率约 3 %，每月因漏检退货 40 件，需要在线自动检出。",
    "users_and_site": "一车间四条铸造产线的质检工位，两班倒，节拍 12 s/件。",
    "current_process": "人工目视加抽检，缺陷记录写在纸上，次日汇总。",
    "boundary_in": "铸件外表面气孔、裂纹、冷隔的识别、定位与报警。",
    "boundary_out": "不含内部缺陷探伤，不含机械手分拣，不含 MES 改造。",
    "value_amount": Decimal("80"),
    "value_basis": "退货损失与六名检验工的人工成本之和。",
    "quantity": Decimal("4"),
    "quantity_unit": "line",
    "district_id": "huishan",
    "data_state": "sample",
    "data_class": "internal",
    "deploy": "onprem",
    "budget_min": Decimal("60"),
    "budget_max": Decimal("120"),
    "funding": "self",
    "cooperation": "pilot_buy",
    "adoption": "buy_if_met",
    "merge_pref": "open",
    "contact": "设备科 0510-00000001",
    "risk_answers": {"personal_data": False, "safety_critical_control": False},
}
INDICATORS: list[dict[str, Any]] = [
    {
        "metric": "漏检率",
        "unit": "%",
        "comparator": "le",
        "baseline": Decimal("3"),
        "target": Decimal("0.5"),
        "test_method": "连续 5 个班次，人工复核全部判合格件",
        "essential": True,
        "weight": Decimal("60"),
    },
    {
        "metric": "节拍",
        "unit": "s/件",
        "comparator": "le",
        "baseline": Decimal("12"),
        "target": Decimal("10"),
        "test_method": "产线连续运行 8 h 取平均",
        "essential": False,
        "weight": Decimal("40"),
    },
]


def draft_need(cast: Cast, part: str | Account = "enterprise", **changes: Any) -> Need:
    """Return a draft that would pass the precision check, of a part of the cast or of another member."""
    actor = actor_for(part) if isinstance(part, Account) else cast.actor(part)
    (owner,) = actor.organisation_ids
    indicators = changes.pop("indicators", INDICATORS)
    return needs.draft_need(actor=actor, owner_id=owner, fields={**NEED, **changes}, indicators=indicators)  # type: ignore[typeddict-item]


def checked_need(cast: Cast, part: str | Account = "enterprise", **changes: Any) -> Need:
    """Return a need that waits for a moderator."""
    need = draft_need(cast, part, **changes)
    submitter = actor_for(part) if isinstance(part, Account) else cast.actor(part)
    needs.submit_need(actor=submitter, need_id=need.pk)
    moderation.check_need(need_id=need.pk)
    need.refresh_from_db()
    return need


def published_need(cast: Cast, part: str | Account = "enterprise", **changes: Any) -> Need:
    """Return a need that went the whole way through moderation."""
    need = checked_need(cast, part, **changes)
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    return moderation.publish_need(actor=cast.actor("publisher"), need_id=need.pk)


CAPABILITY: dict[str, Any] = {
    "title_zh": "铸件表面缺陷视觉检测系统",
    "title_en": "Visual inspection of casting surfaces",
    "layer": "app",
    "techniques": ["cv", "ml"],
    "solves": "在线识别铸件外表面的气孔、裂纹和冷隔，给出缺陷位置并报警，漏检率低于 0.5 %，节拍不超过 10 s/件。",
    "limits": "不做内部缺陷探伤，不适用于未清砂的铸件。",
    "maturity": "scaled",
    "min_scale_quantity": Decimal("12"),
    "min_scale_unit": "line",
    "min_scale_basis": "相机与光源的开模费用要分摊到 12 条线以上。",
    "deploy": ["onprem", "edge"],
    "data_classes": ["public", "internal"],
    "filings": ["none"],
    "contact": "市场部 0510-00000002",
}
EVIDENCE = [{"case": "缸体表面检测", "site": "惠山某厂 3 条线", "reached": "漏检率 0.4 %"}]
PRICE_TIERS = [
    {"from_quantity": Decimal("12"), "price": Decimal("18.50")},
    {"from_quantity": Decimal("30"), "price": Decimal("15.25")},
]


def draft_capability(cast: Cast, part: str = "supplier", **changes: Any) -> Capability:
    """Return a complete draft; its minimum scale is 12 lines unless `changes` say otherwise."""
    actor = cast.actor(part)
    (owner,) = actor.organisation_ids
    options = {"evidence": EVIDENCE, "price_tiers": PRICE_TIERS, "district_ids": ()}
    options |= {name: changes.pop(name) for name in tuple(options) if name in changes}
    return capabilities.draft_capability(actor=actor, owner_id=owner, fields={**CAPABILITY, **changes}, **options)  # type: ignore[typeddict-item]


def submitted_capability(cast: Cast, part: str = "supplier", **changes: Any) -> Capability:
    """Return a capability that waits for a moderator."""
    capability = draft_capability(cast, part, **changes)
    return capabilities.submit_capability(actor=cast.actor(part), capability_id=capability.pk)


def verified_capability(cast: Cast, part: str = "supplier", **changes: Any) -> Capability:
    """Return a capability that waits for the publisher."""
    capability = submitted_capability(cast, part, **changes)
    return capabilities.verify_capability(actor=cast.actor("moderator"), capability_id=capability.pk)


def published_capability(cast: Cast, part: str = "supplier", **changes: Any) -> Capability:
    """Return a capability on offer."""
    capability = verified_capability(cast, part, **changes)
    return capabilities.publish_capability(actor=cast.actor("publisher"), capability_id=capability.pk)


def picked(*rows: Any) -> dict[str, list[str]]:
    """Return what a page posts to decide on these rows, as they stand, at once."""
    fresh = [type(row).objects.get(pk=row.pk) for row in rows]
    return {"row": [f"{row.pk} {getattr(row, 'member_key', None) or row.version}" for row in fresh]}
