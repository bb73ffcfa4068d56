"""Each reader gets exactly the fields that scenarios.audiences opens to them: no more, no fewer."""

from typing import Any

import pytest

from marketplace.api.capability_serializers import CapabilityShown
from marketplace.api.organisations import OrganisationShown
from marketplace.models import Organisation
from scenarios.api.call_serializers import CallShown
from scenarios.api.demand_serializers import DemandListed, DemandShown
from scenarios.api.need_serializers import NeedShown
from scenarios.api.output import Audienced
from scenarios.audiences import CAPABILITY_FIELDS, NEED_FIELDS, ORGANISATION_FIELDS, Audience, visible_fields
from tests.api.conftest import Send
from tests.api.test_supply import published as published_capability
from tests.factories import Cast, make_member, make_organisation, published_need

READERS = [
    (None, Audience.PUBLIC),
    ("stranger", Audience.PUBLIC),
    ("unverified", Audience.PUBLIC),
    ("rival", Audience.VERIFIED),
    ("auditor", Audience.STAFF),
    ("manager", Audience.STAFF),
]


def reader(cast: Cast, part: str | None) -> str | None:
    """Return the part, made a member of an unverified organisation where that is what is asked for."""
    if part != "unverified":
        return part
    newcomer = make_member(make_organisation("未认证企业", verified=False))
    object.__setattr__(cast, "stranger", newcomer)
    return "stranger"


def keys(api: Send, part: str | None, path: str) -> set[str]:
    """Return the names of the fields of an object, the same alone as in its list."""
    alone = api(part, "get", path).json()
    kind, pk, _end = path.split("/")
    listed = [row for row in api(part, "get", f"{kind}/", {"page_size": "100"}).json()["results"] if row["id"] == pk]
    assert [set(row) for row in listed] == [set(alone)]
    return set(alone)


@pytest.mark.parametrize(("part", "audience"), [*READERS, ("enterprise", Audience.OWNER)])
def test_a_need(api: Send, cast: Cast, part: str | None, audience: Audience) -> None:
    need = published_need(cast)
    assert keys(api, reader(cast, part), f"needs/{need.pk}/") == visible_fields(NEED_FIELDS, audience) | {"moves"}


@pytest.mark.parametrize(("part", "audience"), [*READERS, ("supplier", Audience.OWNER)])
def test_a_capability(api: Send, cast: Cast, part: str | None, audience: Audience) -> None:
    one = published_capability(api, cast)
    seen = keys(api, reader(cast, part), f"capabilities/{one.pk}/")
    assert seen == visible_fields(CAPABILITY_FIELDS, audience) | {"moves"}


@pytest.mark.parametrize(("part", "audience"), [*READERS, ("enterprise", Audience.OWNER)])
def test_an_organisation(api: Send, cast: Cast, part: str | None, audience: Audience) -> None:
    assert Organisation.objects.filter(pk=cast.enterprise_org.pk).exists()
    seen = keys(api, reader(cast, part), f"organisations/{cast.enterprise_org.pk}/")
    assert seen == visible_fields(ORGANISATION_FIELDS, audience)


@pytest.mark.parametrize("kind", [NeedShown, CapabilityShown, OrganisationShown, CallShown, DemandListed, DemandShown])
def test_no_serializer_has_a_field_beside_its_table(kind: type[Audienced]) -> None:
    fields: set[str] = set(kind.Meta.fields)  # type: ignore[attr-defined]
    assert fields - set(kind.audiences) - set(kind.always) == set()
    assert kind.audiences != {}


def test_what_a_table_does_not_name_is_shown_to_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    need = published_need(cast)
    left: dict[str, Any] = {name: least for name, least in NEED_FIELDS.items() if name != "title_zh"}
    monkeypatch.setattr(NeedShown, "audiences", left)
    shown = cast.client("enterprise").get(f"/api/v1/needs/{need.pk}/").json()
    assert "title_zh" not in shown
    assert "title_en" in shown
