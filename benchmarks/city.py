"""A city of the size that pages are measured with: tens of thousands of needs and capabilities and what hangs on them.

It begins as the small world of the tests, with an object of every kind that went through the actions; the mass is then
written straight into the tables, so that only the database's own constraints hold it together.
"""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.city_texts import METRICS, domain_of, said
from marketplace.actions import offering
from marketplace.actions.organisations import organisation_tokens
from marketplace.choices import CapabilityStatus, Layer, Maturity, Technique
from marketplace.models import Capability, CapabilityVersion, Evidence, Organisation
from scenarios import choices
from scenarios.actions import needs as posting
from scenarios.content import text_of
from scenarios.indexing import update_index
from scenarios.models import District, Indicator, Need, NeedVersion
from scenarios.querysets import lexemes
from tests.factories import Cast, make_uscc

BATCH = 1000
WEEK = timedelta(days=7)
NEEDS_PER_OWNER, CAPABILITIES_PER_OWNER = 8, 25
OWN = 300
"""Needs of the cast's enterprise and capabilities of its supplier: the largest of each side."""
NEED_STATUSES = {
    "published": 780,
    "landed": 40,
    "closed": 20,
    "expired": 45,
    "draft": 50,
    "checked": 20,
    "approved": 15,
    "returned": 10,
    "withdrawn": 15,
    "suspended": 5,
}
CAPABILITY_STATUSES = {"published": 88, "expired": 4, "draft": 4, "submitted": 1, "verified": 1, "withdrawn": 2}


class City:
    """Fills a database that holds the small world of `cast`; every random number comes from `seed`."""

    def __init__(self, cast: Cast, *, needs: int, capabilities: int, seed: int = 1) -> None:
        self.cast, self.needs, self.capabilities = cast, needs, capabilities
        self.random = Random(seed)
        self.now = timezone.now()
        self.districts = list(District.objects.values_list("pk", flat=True))
        self.report = Need.objects.filter(status="published").values_list("precision_report", flat=True)[0]

    @cached_property
    def enterprises(self) -> list[Organisation]:
        return self._organisations("enterprise", "厂", self.needs // NEEDS_PER_OWNER)

    @cached_property
    def suppliers(self) -> list[Organisation]:
        return self._organisations("supplier", "科技", self.capabilities // CAPABILITIES_PER_OWNER)

    def _organisations(self, kind: str, end: str, count: int) -> list[Organisation]:
        names = (f"{said(self.random, domain_of(self.random)).title[:6]}{number}{end}" for number in range(count))
        rows = [
            Organisation(
                name_zh=name,
                kind=kind,
                uscc=make_uscc(),
                verification="verified",
                district_id=self.random.choice(self.districts),
            )
            for name in names
        ]
        for row in rows:
            row.search = lexemes(organisation_tokens(row))
        return Organisation.objects.bulk_create(rows, batch_size=BATCH)

    def write_needs(self) -> None:
        codes = _codes("XQ", self.needs)
        rows = [self._need(code, number) for number, code in enumerate(codes)]
        for start in range(0, len(rows), BATCH):
            with transaction.atomic():
                self._write_needs(rows[start : start + BATCH])

    def _write_needs(self, rows: list[Need]) -> None:
        Need.objects.bulk_create(rows)
        indicators = [one for row in rows for one in self._indicators(row)]
        Indicator.objects.bulk_create(indicators)
        told = [row for row in rows if row.published_at]
        NeedVersion.objects.bulk_create(
            NeedVersion(need=row, version=1, content={**posting.public_content(row), "indicators": []}) for row in told
        )

    def _need(self, code: str, number: int) -> Need:
        random, cast, domain = self.random, self.cast, domain_of(self.random)
        texts = said(random, domain)
        status = random.choices([*NEED_STATUSES], NEED_STATUSES.values())[0]
        tier = random.choices(("R1", "R2", "R3", "R4"), (60, 30, 8, 2))[0]
        submitted = self.now - timedelta(days=random.randint(5, 700), seconds=random.randint(0, 86_400))
        passed = status not in ("draft", "checked", "returned")
        published = passed and status != "approved"
        budget = Decimal(random.randint(20, 900))
        need = Need(
            code=code,
            owner=cast.enterprise_org if number < OWN else random.choice(self.enterprises),
            title_zh=texts.title,
            title_en=f"Need {code}" if random.random() < 0.5 else "",
            domain=domain,
            track=random.choice(choices.Track.values),
            problem=texts.problem,
            users_and_site=texts.site,
            current_process=texts.process,
            boundary_in=texts.inside,
            boundary_out=texts.outside,
            value_amount=budget / 2,
            value_basis="人工与返工成本之和。",
            quantity=Decimal(random.randint(1, 60)),
            quantity_unit=random.choices(choices.Unit.values, (20, 30, 10, 20, 8, 6, 6))[0],
            district_id=random.choice(self.districts),
            data_state=random.choice(choices.DataState.values),
            data_class=random.choices(choices.DataClass.values, (20, 55, 15, 5, 5))[0],
            deploy=random.choice(choices.Deploy.values),
            budget_min=budget / 2,
            budget_max=budget,
            funding=random.choice(choices.Funding.values),
            cooperation=random.choice(choices.Cooperation.values),
            adoption=random.choice(choices.Adoption.values),
            finish_by=(self.now + timedelta(days=random.randint(60, 500))).date(),
            merge_pref=random.choices(choices.MergePref.values, (50, 40, 10))[0],
            visibility=random.choices(choices.Visibility.values, (85, 10, 3, 2))[0],
            contact="设备科 0510-00000001",
            risk_tier=tier,
            ethics_number="伦审 2026-001" if tier == "R4" else "",
            precision_score=random.randint(60, 100),
            precision_report=self.report,
            status=status,
            submitted_at=None if status == "draft" else submitted,
            approved_by=cast.moderator if passed else None,
            supervised_by=cast.supervisor if passed and tier in ("R3", "R4") else None,
            published_by=cast.publisher if published else None,
            published_at=submitted + timedelta(days=random.randint(1, 4)) if published else None,
            expires_at=self.now + timedelta(days=random.randint(1, 360)) if published else None,
            suspended_reason="所述现场已停产。" if status == "suspended" else "",
        )
        if published:
            need.search = lexemes(posting.search_tokens(need))
        return need

    def _indicators(self, need: Need) -> list[Indicator]:
        chosen = self.random.sample(METRICS, 2)
        return [
            Indicator(
                need=need,
                position=place,
                metric=metric,
                unit=unit,
                comparator="le",
                baseline=Decimal(self.random.randint(3, 20)),
                target=Decimal(self.random.randint(1, 20)) / 10,
                test_method="连续 5 个班次，人工复核全部结果",
                essential=place == 0,
            )
            for place, (metric, unit) in enumerate(chosen)
        ]

    def write_capabilities(self) -> None:
        codes = _codes("NL", self.capabilities)
        rows = [self._capability(code, number) for number, code in enumerate(codes)]
        for start in range(0, len(rows), BATCH):
            with transaction.atomic():
                self._write_capabilities(rows[start : start + BATCH])

    def _write_capabilities(self, rows: list[Capability]) -> None:
        random = self.random
        Capability.objects.bulk_create(rows)
        Evidence.objects.bulk_create(
            Evidence(capability=row, case=f"{row.title_zh}试点", site="某厂 3 条线", reached="漏检率 0.4 %")
            for row in rows
        )
        serving = Capability.districts.through
        serving.objects.bulk_create(
            serving(capability_id=row.pk, district_id=district)
            for row in rows
            if random.random() < 0.4
            for district in random.sample(self.districts, 2)
        )
        CapabilityVersion.objects.bulk_create(
            CapabilityVersion(capability=row, version=1, content={"title_zh": row.title_zh, "solves": row.solves})
            for row in rows
            if row.published_at
        )

    def _capability(self, code: str, number: int) -> Capability:
        random, cast = self.random, self.cast
        texts = said(random, domain_of(random))
        status = random.choices([*CAPABILITY_STATUSES], CAPABILITY_STATUSES.values())[0]
        submitted = self.now - timedelta(days=random.randint(5, 700))
        offered = status in ("published", "expired", "withdrawn")
        capability = Capability(
            code=code,
            owner=cast.supplier_org if number < OWN else random.choice(self.suppliers),
            title_zh=f"{texts.title}系统",
            title_en=f"Capability {code}" if random.random() < 0.5 else "",
            layer=random.choice(Layer.values),
            techniques=random.sample(Technique.values, random.choices((1, 2, 3), (5, 3, 2))[0]),
            solves=texts.problem,
            limits=texts.outside,
            maturity=random.choice(Maturity.values),
            min_scale_quantity=Decimal(random.randint(1, 120)),
            min_scale_unit=random.choices(choices.Unit.values, (20, 30, 10, 20, 8, 6, 6))[0],
            min_scale_basis="开模与标定费用要分摊。",
            deploy=random.sample(choices.Deploy.values, 2),
            data_classes=random.sample(choices.DataClass.values, 3),
            filings=["none"],
            contact="市场部 0510-00000002",
            status=CapabilityStatus(status),
            submitted_at=None if status == "draft" else submitted,
            verified_by=cast.moderator if offered or status == "verified" else None,
            published_by=cast.publisher if offered else None,
            published_at=submitted + timedelta(days=2) if offered else None,
            valid_until=self.now + timedelta(days=random.randint(1, 360)) if offered else None,
        )
        if status in ("published", "expired"):
            capability.search = lexemes(offering.search_tokens(capability))
        return capability

    def write_index(self) -> None:
        """Index what is on offer, as the workers would."""
        from matching import Document

        def of_needs() -> list[Document]:
            rows = Need.objects.indexable().prefetch_related("indicators")
            return [Document(str(row.pk), *text_of(row)) for row in rows]

        def of_capabilities() -> list[Document]:
            rows = Capability.objects.ranked().values_list("pk", "title_zh", "title_en", "solves")
            return [Document(str(pk), f"{zh} {en}".strip(), solves) for pk, zh, en, solves in rows]

        update_index("needs", documents=of_needs, removed=[], finish=lambda _build: None)
        update_index("capabilities", documents=of_capabilities, removed=[], finish=lambda _build: None)


def _codes(prefix: str, count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"code_{prefix.lower()}", count])
        return [f"{prefix}-2026-{number:04d}" for (number,) in cursor.fetchall()]
