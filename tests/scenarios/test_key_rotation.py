"""Rotating the keys of encrypted fields: afterwards the old key opens nothing that is needed."""

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from scenarios.key_rotation import encrypted_columns
from scenarios.models import Need
from tests.factories import Cast, draft_need


def stored(need: Need) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM scenarios_need WHERE id = %s", [need.pk])
        return str(cursor.fetchone()[0])


def rotate() -> str:
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out)
    return out.getvalue()


def test_every_encrypted_field_is_known() -> None:
    assert sorted((one.table, one.column) for one in encrypted_columns()) == [
        ("marketplace_capability", "contact"),
        ("marketplace_organisation", "contact"),
        ("marketplace_party", "contact"),
        ("marketplace_response", "content"),
        ("marketplace_responseattachment", "data"),
        ("marketplace_responseattachment", "name"),
        ("scenarios_callkey", "wrapped"),
        ("scenarios_need", "contact"),
        ("scenarios_opener", "shares_given"),
    ]


def test_values_are_encrypted_with_the_new_key_and_read_as_before(cast: Cast, settings: Any) -> None:
    need = draft_need(cast, contact="设备科 0510-00000001")
    silent = draft_need(cast, contact="")
    updated = Need.objects.get(pk=need.pk).updated_at
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    assert "scenarios_need.contact: 1 values\n" in rotate()
    settings.FIELD_KEYS = [new]
    assert Fernet(new).decrypt(stored(need).encode()).decode() == "设备科 0510-00000001"
    assert Need.objects.get(pk=need.pk).contact == "设备科 0510-00000001"
    assert (Need.objects.get(pk=need.pk).updated_at, stored(silent)) == (updated, "")


def test_rotating_twice_changes_nothing_that_is_read(cast: Cast) -> None:
    need = draft_need(cast, contact="甲")
    rotate()
    rotate()
    assert Need.objects.get(pk=need.pk).contact == "甲"


def test_a_value_of_an_unknown_key_is_named_and_stays(cast: Cast, settings: Any) -> None:
    need = draft_need(cast, contact="甲")
    before = stored(need)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=f"scenarios_need.contact of {need.pk}"):
        rotate()
    assert stored(need) == before
