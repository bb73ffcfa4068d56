"""Responses side by side: who reads them from when, without names until the ranking is public, and what is there."""

import io
from typing import Any

from django.test import Client
from openpyxl import load_workbook

from marketplace.actions import responses, selection_panel
from marketplace.actors import actor_for
from marketplace.models import Account, Member, Response, StaffRole
from marketplace.response_content import as_text, read
from tests.calls import close, drafted, sealed, sealed_call
from tests.drain import drain_outbox
from tests.engagements import frozen_pool
from tests.factories import Cast
from tests.selections import Review, declare_all, evaluated_call, open_all, published


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def cells(answer: Any) -> dict[str, list[str]]:
    return {row.label: [cell.text if cell.told else "hidden" for cell in row.cells] for row in answer.context["rows"]}


def by_number(review: Review) -> list[Response]:
    return sorted(review.responses(), key=lambda row: row.number or 0)


def say(response: Response, **changes: Any) -> None:
    """Have an opened response say something else."""
    response.content = as_text({**read(response.content), **changes})  # type: ignore[typeddict-item]
    response.save()


def test_nobody_reads_them_before_the_opening(cast: Cast) -> None:
    ready = sealed_call(cast)
    drafted(ready.call, cast.supplier)
    sealed(ready.call, cast.rival)
    close(ready.call)
    address = f"/calls/{ready.call.pk}/responses/"
    for part in ("enterprise", "publisher", "manager", "supplier", "rival", "stranger"):
        assert cast.client(part).get(address).status_code in (403, 404), part
    assert address not in cast.client("enterprise").get(f"/calls/{ready.call.pk}/result/").content.decode()
    open_all(ready)
    assert cast.client("enterprise").get(address).status_code == 200


def told(account: Account) -> list[str]:
    rows = account.notifications.filter(event__kind="call.responses_opened")
    return list(rows.values_list("path", flat=True))


def to_compare(account: Account) -> list[str]:
    tasks = signed_in(account).get("/workspace/").context["tasks"]
    return [row.url for task in tasks if task.name == "responses-to-compare" for row in task.rows]


def test_owners_are_told_of_the_opening_and_led_to_the_responses(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    drain_outbox()
    page = f"/calls/{review.ready.call.pk}/"
    supplier = review.suppliers[0]
    address = f"{page}responses/"
    assert (told(cast.enterprise), told(supplier), told(cast.rival)) == ([address], [page], [])
    assert address in cast.client("enterprise").get(page).content.decode()
    assert [address in signed_in(one).get(page).content.decode() for one in (supplier, cast.rival)] == [False, False]
    assert (to_compare(cast.enterprise), to_compare(supplier), to_compare(cast.rival)) == ([address], [], [])


def test_before_the_opening_nothing_waits_for_the_owners_nor_once_the_result_is_public(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, cast.supplier)
    close(ready.call)
    page, client = f"/calls/{ready.call.pk}/", cast.client("enterprise")
    assert to_compare(cast.enterprise) == []
    assert f"{page}responses/" not in client.get(page).content.decode()
    open_all(ready)
    assert to_compare(cast.enterprise) == [f"{page}responses/"]
    review = published(cast, ["90", "90"], call=sealed_call(cast))
    assert f"/calls/{review.ready.call.pk}/responses/" not in to_compare(cast.enterprise)


def test_every_owner_who_consented_to_the_pool_is_told(cast: Cast) -> None:
    review = evaluated_call(cast, 1, demand_id=frozen_pool(cast).pk)
    drain_outbox()
    page = f"/calls/{review.ready.call.pk}/"
    for account in (cast.enterprise, cast.rival):
        assert (told(account), to_compare(account)) == ([f"{page}responses/"], [f"{page}responses/"])


def test_an_owner_who_belongs_to_a_respondent_too_is_told_why_not(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    Member.objects.create(organisation=cast.enterprise_org, account=review.suppliers[0], role="viewer")
    drain_outbox()
    assert told(review.suppliers[0]) == [f"/calls/{review.ready.call.pk}/"]
    both = signed_in(review.suppliers[0])
    answer = both.get(f"/calls/{review.ready.call.pk}/responses/")
    assert answer.status_code == 403
    assert "You belong to an organisation that responded to this call" in answer.content.decode()
    assert to_compare(review.suppliers[0]) == []


def test_while_the_panel_works_owners_compare_without_names(cast: Cast, django_assert_max_num_queries: Any) -> None:
    review = evaluated_call(cast, 2)
    call, address = review.ready.call, f"/calls/{review.ready.call.pk}/responses/"
    client = cast.client("enterprise")
    with django_assert_max_num_queries(12):
        answer = client.get(address)
    shown, text = cells(answer), answer.content.decode()
    assert (shown["Lead"], shown["Partners"]) == (["hidden", "hidden"], ["Integration", "Integration"])
    marks = [f"第{row.lead.name_zh[-1]}家" for row in by_number(review)]
    assert shown["漏检率 ≤ 0.5 % (3 %)"] == [f"0.4 % · meets the target\n第三方检测报告{mark}" for mark in marks]
    assert shown["Plan"] == [f"三个月完成部署{mark}" for mark in marks]
    assert shown["Team"] == [f"六名工程师{mark}" for mark in marks]
    assert shown["Intellectual property"] == [f"模型归双方共有{mark}" for mark in marks]
    assert shown["Data asked for"] == [f"每条线一万张图像{mark}" for mark in marks]
    assert shown["Computing power asked for"] == [f"每条线一台边缘服务器{mark}" for mark in marks]
    assert (
        shown["Prices"]
        == [
            "from 4 lines: CNY 185,000 each\nfrom 12 lines: CNY 152,500 each",
        ]
        * 2
    )
    assert shown["Price for 4 lines"] == ["CNY 740,000"] * 2
    assert "Result" not in shown
    assert [name for name in ("供给方00", "供给方01", "某集成商") if name in text] == []
    assert address in client.get(f"/calls/{call.pk}/result/").content.decode()
    assert cast.client("publisher").get(address).status_code == 200
    for part in ("manager", "stranger", "rival", "moderator"):
        assert cast.client(part).get(address).status_code in (403, 404), part
    assert signed_in(review.suppliers[0]).get(address).status_code == 404


def test_the_panel_reads_them_once_it_declared_and_goes_on_to_each(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    address = f"/calls/{review.ready.call.pk}/responses/"
    reviewer = signed_in(review.ready.reviewers[1])
    assert reviewer.get(address).status_code == 404
    declare_all(review)
    columns = reviewer.get(address).context["columns"]
    assert columns[0]["url"] == f"/staff/calls/{review.ready.call.pk}/selection/responses/1/"
    assert cast.client("enterprise").get(address).context["columns"][0]["url"] == f"{address}1/"


def test_the_best_value_and_the_lowest_price_are_marked_where_they_differ(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    _first, second = by_number(review)
    indicators = [str(row["id"]) for row in review.ready.call.indicators]
    values = zip(indicators, ("0.6", "9.5"), strict=True)
    promises = [{"indicator": pk, "value": value, "evidence": "报告"} for pk, value in values]
    say(second, commitments=promises, price_tiers=[{"from_quantity": "4", "price": "20"}])
    shown = cells(cast.client("enterprise").get(f"/calls/{review.ready.call.pk}/responses/"))
    told = [text.partition("\n")[0] for text in shown["漏检率 ≤ 0.5 % (3 %)"]]
    assert told == ["0.4 % · meets the target · best value", "0.6 % · misses the target"]
    assert shown["Price for 4 lines"] == ["CNY 740,000 · lowest price", "CNY 800,000"]


def test_a_long_plan_is_cut_beside_the_others_and_whole_on_the_page_of_its_response(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    (response,) = review.responses()
    plan = "先在一条线上验证，再逐条推广。" * 40
    say(response, plan=plan)
    client, address = cast.client("enterprise"), f"/calls/{review.ready.call.pk}/responses/"
    (told,) = cells(client.get(address))["Plan"]
    assert (told, len(told)) == (plan[:299] + "…", 300)
    assert plan in client.get(f"{address}1/").content.decode()
    book = load_workbook(io.BytesIO(client.get(address, {"as": "xlsx"}).content))
    head, *rows = book.worksheets[0].values
    assert (head, dict(rows)["Plan"]) == (("Field", "Response 1"), plan)


def test_owners_read_a_response_as_a_whole_without_names_and_without_its_files(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    ready = sealed_call(cast)
    draft = drafted(ready.call, cast.supplier, "（丙视觉科技承诺）")
    supplier = cast.actor("supplier")
    responses.attach_file(actor=supplier, response_id=draft.pk, name="丙视觉科技.pdf", data=b"%PDF-1.7 file")
    draft.refresh_from_db()
    responses.seal_response(actor=supplier, response_id=draft.pk, version=draft.version)
    review = evaluated_call(cast, 1, call=ready)
    (own,) = [row for row in review.responses() if row.lead_id == cast.supplier_org.pk]
    address = f"/calls/{ready.call.pk}/responses/{own.number}/"
    client = cast.client("enterprise")
    with django_assert_max_num_queries(12):
        text = client.get(address).content.decode()
    texts = ("三个月完成部署（▇▇▇承诺）", "第三方检测报告（▇▇▇承诺）", "模型归双方共有（▇▇▇承诺）")
    for part in (*texts, "Integration", "15.25"):
        assert part in text, part
    assert "1, for the panel only" in text
    assert [part for part in ("丙视觉科技", "某集成商", own.code, "selection/responses") if part in text] == []
    assert cells(client.get(f"/calls/{ready.call.pk}/responses/"))["Attachments"].count("1, for the panel only") == 1
    other = 3 - (own.number or 0)
    assert f"/calls/{ready.call.pk}/responses/{other}/" in text
    assert client.get(f"/calls/{ready.call.pk}/responses/3/").status_code == 404
    assert cast.client("publisher").get(address).status_code == 200
    for part in ("manager", "stranger", "rival", "moderator", "supplier"):
        assert cast.client(part).get(address).status_code in (403, 404), part
    declare_all(review)
    assert signed_in(ready.reviewers[1]).get(address).status_code == 200


def test_who_is_to_review_declares_first_whatever_else_they_are(cast: Cast) -> None:
    ready = sealed_call(cast)
    reviewer, other = ready.reviewers[1:3]
    for account in (reviewer, other):
        StaffRole.objects.create(account=account, role="publisher")
    addresses = [f"/calls/{ready.call.pk}/responses/", f"/api/v1/calls/{ready.call.pk}/responses/"]

    def read(account: Account) -> list[int]:
        return [signed_in(account).get(address).status_code for address in addresses]

    review = evaluated_call(cast, 2, call=ready)
    assert (read(cast.publisher), read(reviewer), read(other)) == ([200, 200], [404, 404], [404, 404])
    own: Any = {"actor": actor_for(other), "selection_id": review.selection.pk}
    selection_panel.declare(**own, conflict=True, statement="曾在其中一家任职")
    declare_all(review)
    assert (read(reviewer), read(other)) == ([200, 200], [404, 404])


def test_the_public_ranking_tells_the_names(cast: Cast) -> None:
    review = published(cast, ["90", "90"], ["70", "70"])
    answer = cast.client("enterprise").get(f"/calls/{review.ready.call.pk}/responses/")
    shown = cells(answer)
    numbers = {column["code"]: lead for column, lead in zip(answer.context["columns"], shown["Lead"], strict=True)}
    told = {f"Response {row.number}": str(row.lead) for row in review.responses()}
    assert numbers == told
    ranks = {lead: text.rpartition(" · ")[2] for lead, text in zip(shown["Lead"], shown["Result"], strict=True)}
    assert ranks == {"供给方00": "rank 1", "供给方01": "rank 2"}
    winner = shown["Lead"].index("供给方00")
    assert shown["Partners"][winner] == "某集成商第0家 · Integration"
    assert shown["Partners"][1 - winner] == "Integration"
    numbered = {str(row.lead): row.number for row in review.responses()}
    page = f"/calls/{review.ready.call.pk}/responses/{numbered['供给方01']}/"
    text = cast.client("enterprise").get(page).content.decode()
    assert ("供给方01" in text, "某集成商" in text, "Read without names" in text) == (True, False, False)


def test_the_api_tells_the_same_to_the_same_people(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    address = f"/api/v1/calls/{review.ready.call.pk}/responses/"
    one, other = cast.client("enterprise").get(address).json()
    assert [one["number"], other["number"], one["lead"], one["outcome"], one["rank"]] == [1, 2, None, None, None]
    assert (one["role"], one["partner_roles"]) == ("tech", ["integrator"])
    assert [(row["value"], row["meets_target"]) for row in one["promises"]] == [("0.4000", True)] * 2
    mark = f"第{by_number(review)[0].lead.name_zh[-1]}家"
    assert {row["evidence"] for row in one["promises"]} == {f"第三方检测报告{mark}"}
    assert [one[name] for name in ("plan", "team", "ip")] == [
        f"三个月完成部署{mark}",
        f"六名工程师{mark}",
        f"模型归双方共有{mark}",
    ]
    assert [one[name] for name in ("data_needed", "compute_needed", "attachments")] == [
        f"每条线一万张图像{mark}",
        f"每条线一台边缘服务器{mark}",
        0,
    ]
    assert one["prices"] == [
        {"from_quantity": "4.00", "price": "18.50"},
        {"from_quantity": "12.00", "price": "15.25"},
    ]
    for part in ("manager", "stranger", "rival", None):
        assert cast.client(part).get(address).status_code in (401, 403, 404), part
    assert signed_in(review.suppliers[0]).get(address).status_code == 404


def test_no_cache_keeps_what_the_api_tells_of_responses(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    declare_all(review)
    owner, reviewer, supplier = cast.enterprise, review.ready.reviewers[0], review.suppliers[0]
    own = f"selections/{review.selection.pk}/responses/"
    asked = [(owner, f"calls/{review.ready.call.pk}/responses/"), (reviewer, own), (reviewer, f"{own}1/files/")]
    asked += [(supplier, "responses/"), (supplier, "record/"), (supplier, "record/responses/")]
    answers = [signed_in(account).get(f"/api/v1/{address}") for account, address in asked]
    told = [(answer.status_code, answer.headers.get("Cache-Control", "")) for answer in answers]
    assert told == [(200, "max-age=0, no-cache, no-store, must-revalidate, private")] * len(asked)
