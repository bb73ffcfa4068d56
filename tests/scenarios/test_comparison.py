"""Needs side by side: fields by needs, equal and different, shared words, and nobody reads more than they may."""

from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scenarios.models import Need
from tests.factories import Cast, checked_need, published_need

COMPARE = "/needs/compare/"
LIKE = "车身压铸件外观缺陷视觉检测"


def compared(client: Client, *needs: Need) -> Any:
    return client.get(COMPARE, {"row": [str(need.pk) for need in needs]})


def rows_of(page: Any) -> dict[str, Any]:
    return {row.name: row for row in page.context["rows"]}


def test_fields_stand_beside_each_other_in_the_order_of_choice(cast: Cast) -> None:
    one = published_need(cast)
    other = published_need(cast, "rival", title_zh=LIKE, quantity=Decimal(6), data_state="none")
    page = compared(cast.client(), other, one)
    assert [column["code"] for column in page.context["columns"]] == [other.code, one.code]
    rows = rows_of(page)
    assert ([cell.text for cell in rows["quantity"].cells], rows["quantity"].differs) == (["6 lines", "4 lines"], True)
    assert (rows["deploy"].differs, rows["data_state"].differs, rows["owner"].differs) == (False, True, True)
    assert "quantity_unit" not in rows
    text = page.content.decode()
    assert "<mark>铸件" in text
    assert f'href="?row={one.pk}"' not in text  # two are left: neither can be left out


def test_nobody_reads_more_than_they_may(cast: Cast) -> None:
    one = published_need(cast, contact="CANARY-CONTACT", budget_max=Decimal("987654"))
    other = published_need(cast, "rival", title_zh=LIKE)
    outside = compared(cast.client("rival"), one, other)
    told = {name: [cell.told for cell in row.cells] for name, row in rows_of(outside).items()}
    assert (told["budget_max"], rows_of(outside)["budget_max"].differs) == ([False, True], None)
    assert "budget_max" not in rows_of(compared(cast.client(), one, other))
    inside = rows_of(compared(cast.client("manager"), one, other))
    assert [cell.text for cell in inside["budget_max"].cells] == ["987,654", "120"]
    for part in (None, "rival", "manager", "enterprise"):
        text = compared(cast.client(part), one, other).content.decode()
        assert "CANARY-CONTACT" not in text
        assert ("987654" in text.replace(",", "")) == (part in ("manager", "enterprise"))


def test_what_is_not_on_offer_is_compared_by_staff_only(cast: Cast) -> None:
    needs = checked_need(cast), checked_need(cast, "rival")
    assert compared(cast.client("moderator"), *needs).status_code == 200
    refused = compared(cast.client("supplier"), *needs)
    assert (refused.status_code, refused["Location"]) == (302, "/needs/")
    queue = cast.client("moderator").get("/staff/moderation/").content.decode()
    assert f'formaction="{COMPARE}"' in queue


def test_four_at_most_and_two_at_least(cast: Cast) -> None:
    needs = [published_need(cast, title_zh=f"铸件检测第{number}线") for number in range(5)]
    page = compared(cast.client(), *needs)
    assert [column["code"] for column in page.context["columns"]] == [need.code for need in needs[:4]]
    assert page.context["columns"][0]["without"] == "?" + "&".join(f"row={need.pk}" for need in needs[1:4])
    assert "Only the first four" in page.content.decode()
    assert compared(cast.client(), needs[0]).status_code == 302
    assert cast.client().get(COMPARE, {"row": "no-id"}).status_code == 302


def test_four_needs_take_as_many_queries_as_two(cast: Cast) -> None:
    needs = [published_need(cast, title_zh=f"铸件检测第{number}线") for number in range(4)]
    counts = []
    for some in (needs[:2], needs):
        with CaptureQueriesContext(connection) as captured:
            compared(cast.client(), *some)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_of_needs_offers_to_compare(cast: Cast) -> None:
    need = published_need(cast)
    text = cast.client(language="zh-hans").get("/needs/").content.decode()
    assert f'<input type="checkbox" name="row" value="{need.pk}">' in text
    assert "对比所选需求" in text
