"""Staff's queues as Excel files: the rows and columns of the page, whatever its number of pages, and no formula."""

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from scenarios.actions.moderation import approve_need
from scenarios.views.sheets import XLSX
from tests.factories import Cast, checked_need, submitted_capability, verified_capability
from tests.scenarios.test_merge_desk_pages import proposed


def lines(client: Client, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, XLSX)
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["X-Content-Type-Options"] == "nosniff"
    return list(load_workbook(io.BytesIO(answer.content)).worksheets[0].values)


def test_the_moderation_queue_keeps_filter_order_and_language(cast: Cast) -> None:
    first = checked_need(cast, title_en="=1+1 castings", contact="CANARY-CONTACT")
    second = checked_need(cast, "rival", domain="city")
    head, *rows = lines(cast.client("moderator"), "/staff/moderation/?sort=newest&as=xlsx")
    assert head[:4] == ("Code", "Title", "Organisation", "District")
    assert [row[0] for row in rows] == [second.code, first.code]
    assert (rows[1][1], rows[1][6], rows[1][-2:]) == ("'=1+1 castings", 4, (0, "In time"))
    assert "CANARY" not in str(rows)
    chosen = lines(cast.client("moderator", language="zh-hans"), "/staff/moderation/?domain=city&as=xlsx")
    assert (chosen[0][1], [row[0] for row in chosen[1:]]) == ("标题", [second.code])


def test_the_other_queues_have_the_columns_of_their_pages(cast: Cast) -> None:
    waiting, verified = submitted_capability(cast), verified_capability(cast, title_zh="另一套检测系统")
    assert [row[0] for row in lines(cast.client("moderator"), "/staff/moderation/capabilities/?as=xlsx")[1:]] == [
        waiting.code
    ]
    assert [row[0] for row in lines(cast.client("publisher"), "/staff/publication/capabilities/?as=xlsx")[1:]] == [
        verified.code
    ]
    need = checked_need(cast)
    approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    assert [row[0] for row in lines(cast.client("publisher"), "/staff/publication/?as=xlsx")[1:]] == [need.code]


def test_proposals_are_told_with_members_and_pooled_quantity(cast: Cast) -> None:
    proposal = proposed(cast)
    codes = ", ".join(member.need.code for member in proposal.members.all())
    ((_title, needs, owners, quantity, conflicts, *_rest),) = lines(cast.client("manager"), "/staff/merge/?as=xlsx")[1:]
    assert (needs, owners, quantity, conflicts) == (codes, 2, "10 lines", None)


@pytest.mark.parametrize("part", ["publisher", "enterprise", None])
def test_nobody_else_gets_the_file(cast: Cast, part: str | None) -> None:
    assert cast.client(part).get("/staff/moderation/?as=xlsx").status_code == (302 if part is None else 403)
