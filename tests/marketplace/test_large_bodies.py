"""Bodies of megabytes are refused before they cost anything: a clear error in the reader's language, and no row."""

import json
from typing import Any

import pytest
from django.urls import reverse

from marketplace.imports.reading import UnreadableFile, read_lines
from marketplace.models import Capability
from scenarios.models import Event, Need
from tests.factories import CAPABILITY, NEED, Cast

FIVE_MB = "检" * 1_660_000  # 3 bytes each
TEXTS = {"needs": ("problem", NEED, "enterprise"), "capabilities": ("solves", CAPABILITY, "supplier")}


def rows() -> tuple[int, int, int]:
    return Need.objects.count(), Capability.objects.count(), Event.objects.count()


def body(cast: Cast, kind: str, text: str) -> str:
    field, values, part = TEXTS[kind]
    values = {("district" if name == "district_id" else name): value for name, value in values.items()}
    owner = getattr(cast, f"{part}_org").pk
    return json.dumps({**values, field: text, "owner": owner}, default=str, ensure_ascii=False)


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(
    ("language", "said"), [("en", "no more than 20000 characters"), ("zh-hans", "不能超过 20000 个字符")]
)
def test_a_text_of_five_megabytes_is_refused_by_its_length(cast: Cast, kind: str, language: str, said: str) -> None:
    before, (field, _values, part) = rows(), TEXTS[kind]
    client = cast.client(part, language=language)
    answer = client.post(f"/api/v1/{kind}/", body(cast, kind, FIVE_MB), content_type="application/json")
    assert answer.status_code == 400
    assert said in answer.json()["errors"][field][0]
    assert len(answer.content) < 2000
    assert rows() == before


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(("language", "said"), [("en", "Send less at once"), ("zh-hans", "请")])
def test_a_larger_body_is_not_read_at_all(cast: Cast, kind: str, language: str, said: str) -> None:
    before, part = rows(), TEXTS[kind][2]
    client = cast.client(part, language=language)
    answer = client.post(f"/api/v1/{kind}/", body(cast, kind, FIVE_MB * 2), content_type="application/json")
    assert (answer.status_code, said in answer.json()["detail"]) == (413, True)
    assert rows() == before


@pytest.mark.parametrize(("name", "kind"), [("need_create", "needs"), ("capability_create", "capabilities")])
@pytest.mark.parametrize("times", [1, 2])
def test_a_form_of_megabytes_is_refused(cast: Cast, name: str, kind: str, times: int) -> None:
    before, (field, values, part) = rows(), TEXTS[kind]
    answer = cast.client(part).post(reverse(name), {**_typed(values), field: FIVE_MB * times})
    assert 400 <= answer.status_code < 500
    assert rows() == before


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and not isinstance(value, dict)}


def test_a_cell_of_five_megabytes_is_refused(cast: Cast) -> None:
    data = f"title_zh,solves\n检测,{FIVE_MB}\n".encode()
    with pytest.raises(UnreadableFile, match="过长"):
        list(read_lines(data, "rows.csv"))
