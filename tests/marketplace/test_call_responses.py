"""Responses side by side: who reads them from when, without names until the ranking is public, and what is there."""

from typing import Any

from django.test import Client

from marketplace.actions import selection_panel
from marketplace.actors import actor_for
from marketplace.models import Account, Member, StaffRole
from tests.calls import close, drafted, sealed, sealed_call
from tests.drain import drain_outbox
from tests.engagements import frozen_pool
from tests.factories import Cast
from tests.selections import declare_all, evaluated_call, open_all, published


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def cells(answer: Any) -> dict[str, list[str]]:
    return {row.label: [cell.text if cell.told else "hidden" for cell in row.cells] for row in answer.context["rows"]}


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
    assert (told(cast.enterprise), told(supplier), told(cast.rival)) == ([page], [page], [])
    address = f"{page}responses/"
    assert address in cast.client("enterprise").get(page).content.decode()
    assert [address in signed_in(one).get(page).content.decode() for one in (supplier, cast.rival)] == [False, False]
    assert (to_compare(cast.enterprise), to_compare(supplier), to_compare(cast.rival)) == ([address], [], [])


def test_before_the_opening_nothing_waits_for_the_owners_nor_once_the_result_is_public(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, cast.supplier)
    close(ready.call)
    page = f"/calls/{ready.call.pk}/"
    assert (to_compare(cast.enterprise), f"{page}responses/" in cast.client("enterprise").get(page).content.decode()) == (
        [],
        False,
    )
    open_all(ready)
    assert to_compare(cast.enterprise) == [f"{page}responses/"]
    review = published(cast, ["90", "90"], call=sealed_call(cast))
    assert f"/calls/{review.ready.call.pk}/responses/" not in to_compare(cast.enterprise)


def test_every_owner_who_consented_to_the_pool_is_told(cast: Cast) -> None:
    review = evaluated_call(cast, 1, demand_id=frozen_pool(cast).pk)
    drain_outbox()
    page = f"/calls/{review.ready.call.pk}/"
    for account in (cast.enterprise, cast.rival):
        assert (told(account), to_compare(account)) == ([page], [f"{page}responses/"])


def test_an_owner_who_belongs_to_a_respondent_too_is_told_why_not(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    Member.objects.create(organisation=cast.enterprise_org, account=review.suppliers[0], role="viewer")
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
    assert shown["漏检率 ≤ 0.5 % (3 %)"] == ["0.4 % · meets the target"] * 2
    assert (
        shown["Prices"]
        == [
            "from 4 lines: CNY 185,000 each\nfrom 12 lines: CNY 152,500 each",
        ]
        * 2
    )
    assert shown["Price for 4 lines"] == ["CNY 740,000"] * 2
    assert "Result" not in shown
    assert [name for name in ("供给方00", "供给方01", "某集成商", "第三方检测报告", "六名工程师") if name in text] == []
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
    assert cast.client("enterprise").get(address).context["columns"][0]["url"] == ""


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


def test_the_api_tells_the_same_to_the_same_people(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    address = f"/api/v1/calls/{review.ready.call.pk}/responses/"
    one, other = cast.client("enterprise").get(address).json()
    assert [one["number"], other["number"], one["lead"], one["outcome"], one["rank"]] == [1, 2, None, None, None]
    assert (one["role"], one["partner_roles"]) == ("tech", ["integrator"])
    assert [(row["value"], row["meets_target"]) for row in one["promises"]] == [("0.4000", True)] * 2
    assert one["prices"] == [
        {"from_quantity": "4.00", "price": "18.50"},
        {"from_quantity": "12.00", "price": "15.25"},
    ]
    for part in ("manager", "stranger", "rival", None):
        assert cast.client(part).get(address).status_code in (401, 403, 404), part
    assert signed_in(review.suppliers[0]).get(address).status_code == 404
