"""What managers call domains and units: shown everywhere at once, ordered, retired where used; no code is added."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from marketplace.actions.capabilities import draft_capability
from marketplace.imports.words import vocabulary
from scenarios.actions.needs import save_need
from scenarios.choices import Domain, Unit
from scenarios.errors import Invalid
from scenarios.models import DomainName, UnitName
from scenarios.naming import one_reading
from tests.api.conftest import api  # noqa: F401
from tests.factories import Cast, draft_need, published_capability, published_need

LISTS = "/staff/vocabulary/lists/"


def renamed(cast: Cast, list_name: str, code: str, zh: str, en: str) -> None:
    row: Any = (DomainName if list_name == "domains" else UnitName).objects.get(pk=code)
    values = {"name_zh": zh, "name_en": en, "seen_zh": row.name_zh, "seen_en": row.name_en}
    assert cast.client("manager").post(f"{LISTS}{list_name}/{code}/", values).status_code == 302


def test_every_code_has_its_delivered_name(db: None) -> None:
    kinds: tuple[tuple[Any, Any], ...] = ((Domain, DomainName), (Unit, UnitName))
    for enumeration, table in kinds:
        for language, column in (("zh-hans", "name_zh"), ("en", "name_en")):
            with translation.override(language):
                delivered = [(one.value, str(one.label)) for one in enumeration]
            assert list(table.objects.values_list("code", column)) == delivered


def test_a_name_is_shown_wherever_the_code_stands(cast: Cast) -> None:
    need = published_need(cast)
    renamed(cast, "domains", need.domain, "未来工厂", "Future factory")
    renamed(cast, "units", need.quantity_unit, "条生产线", "production lines")
    for language, domain, unit in (("zh-hans", "未来工厂", "条生产线"), ("en", "Future factory", "production lines")):
        page = cast.client(language=language).get(f"/needs/{need.pk}/").content.decode()
        assert (domain in page, unit in page) == (True, True)
        facets = cast.client(language=language).get("/needs/").content.decode()
        assert (domain in facets, "智能制造" in facets, "Smart manufacturing" in facets) == (True, False, False)
    assert need.get_domain_display() == "Smart manufacturing"  # outside of a page the delivered name holds
    with one_reading():
        assert vocabulary("domain")["未来工厂"] == need.domain


def test_the_api_tells_names_order_and_what_is_offered(api: Any, cast: Cast) -> None:  # noqa: F811
    renamed(cast, "units", "km", "千米", "kilometres")
    client = cast.client("manager")
    client.post(f"{LISTS}units/km/move/", {"up": "1"})
    client.post(f"{LISTS}units/bed/retire/")
    rows = api(None, "get", "reference/unit/").json()
    assert [(row["value"], row["label_zh"], row["label_en"], row["offered"]) for row in rows[4:]] == [
        ("km", "千米", "kilometres", True),
        ("bed", "张床位", "beds", False),
        ("seat", "个席位", "seats", True),
    ]


def test_a_retired_value_stays_where_it_is_and_is_newly_chosen_by_nobody(cast: Cast) -> None:
    actor, client = cast.actor("enterprise"), cast.client("enterprise")
    kept = draft_need(cast, domain="health", quantity_unit="bed")
    other = draft_need(cast, domain="city", quantity_unit="site")
    for step in ("domains/health", "units/bed"):
        cast.client("manager").post(f"{LISTS}{step}/retire/")
    save_need(actor=actor, need_id=kept.pk, version=kept.version, fields={"title_zh": "甲"})
    for name, value in (("domain", "health"), ("quantity_unit", "bed")):
        with pytest.raises(Invalid) as refused:
            save_need(actor=actor, need_id=other.pk, version=other.version, fields={name: value})  # type: ignore[misc]
        assert list(refused.value.fields) == [name]
        for need, offered in ((kept, True), (other, False)):
            field = client.get(f"/workspace/needs/{need.pk}/edit/").context["form"].fields[name]
            assert (value in dict(field.choices)) is offered
    owner = published_capability(cast).owner_id
    with pytest.raises(Invalid) as refused:
        draft_capability(actor=cast.actor("supplier"), owner_id=owner, fields={"min_scale_unit": "bed"})
    assert list(refused.value.fields) == ["min_scale_unit"]


def test_no_code_is_added(cast: Cast) -> None:
    client, values = cast.client("manager"), {"code": "space", "name_zh": "航天", "name_en": "Space"}
    page = client.get(f"{LISTS}domains/")
    assert (page.context["form"], "come with the product" in page.content.decode()) == (None, True)
    assert client.post(f"{LISTS}domains/", values).status_code == 409
    assert DomainName.objects.count() == 6


def test_what_uses_a_unit_is_counted(cast: Cast) -> None:
    need, capability = published_need(cast), published_capability(cast)
    uses = cast.client("manager").get(f"{LISTS}units/{need.quantity_unit}/").context["uses"]
    same = capability.min_scale_unit == need.quantity_unit
    assert [number for _label, number in uses] == [1, 0, 0, int(same)]


def test_names_are_read_once_for_a_page(cast: Cast) -> None:
    for number in range(3):
        published_need(cast, title_zh=f"缺陷检测 {number}")
    with CaptureQueriesContext(connection) as made:
        assert cast.client().get("/needs/").status_code == 200
    assert sum("scenarios_domainname" in query["sql"] for query in made) == 1
