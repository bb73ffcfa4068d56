"""Long lists printed by a worker: ordered on the list, watched on a page of their own, fetched, forgotten."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client
from docx import Document
from pypdf import PdfReader

from marketplace import printed_lists
from marketplace.models import Account, Notification, Organisation
from marketplace.pipeline import prune
from scenarios.actions import needs
from scenarios.actions import printed_lists as actions
from scenarios.models import Delivery, Event, Need, PrintedList
from scenarios.printed import FORMATS
from scenarios.querysets import DatabaseClock
from scenarios.views import list_files
from tests.drain import drain_outbox
from tests.factories import Cast, published_need
from tests.scenarios.test_public_pages import open_call
from tests.scenarios.test_races import at_once
from tests.selections import published

HTMX = {"HX-Request": "true"}


def more_like(need: Need, number: int) -> None:
    """Make so many more needs like one, each a little smaller than the one before."""
    fields = {field.attname: getattr(need, field.attname) for field in Need._meta.concrete_fields if field.name != "id"}
    Need.objects.bulk_create(
        Need(**{**fields, "code": f"XQ-2020-{place:04}", "title_en": f"Casting {place}", "quantity": 200 - place})
        for place in range(1, number + 1)
    )


def ordered(client: Client, address: str, kind: str = "docx") -> PrintedList:
    """Order what an address lists, and return the order that it leads to."""
    answer = client.post(address, {"as": kind})
    assert answer.status_code == 302
    head, name, tail = answer["Location"].rpartition("/lists/")
    assert (head, name, tail[-1]) == ("/workspace", "/lists/", "/")
    return PrintedList.objects.get(pk=UUID(tail[:-1]))


def page_of(printed: PrintedList) -> str:
    return f"/workspace/lists/{printed.pk}/"


def shown(client: Client, printed: PrintedList, **headers: str) -> str:
    answer = client.get(page_of(printed), headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def word_of(client: Client, printed: PrintedList) -> Any:
    """Return the downloaded Word file, opened."""
    answer = client.get(f"{page_of(printed)}file/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="needs.docx"'
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    printed.refresh_from_db()
    assert len(answer.content) == printed.size
    return Document(io.BytesIO(answer.content))


def titles_in(book: Any) -> list[str]:
    return [paragraph.text for paragraph in book.paragraphs if paragraph.style.name == "Heading 1"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a list of two be a long one."""
    monkeypatch.setattr(list_files, "MOST_AT_ONCE", 1)


def test_a_list_of_more_than_a_hundred_is_ordered_made_and_downloaded(cast: Cast) -> None:
    more_like(published_need(cast, title_en="Casting 0", quantity=200), 100)
    Account.objects.filter(pk=cast.supplier.pk).update(language="en")
    client, address = cast.client("supplier"), "/needs/?domain=manufacturing&sort=large"
    offered = " ".join(client.get(f"{address}&page=2").content.decode().split())
    assert 'action="?domain=manufacturing&amp;sort=large"' in offered
    assert '<input type="hidden" name="as" value="pdf">' in offered
    assert 'href="?domain=manufacturing&amp;sort=large&amp;as=xlsx"' in offered
    printed = ordered(client, f"{address}&page=2")
    assert (printed.kind, printed.format, printed.query) == ("need", "docx", "domain=manufacturing&sort=large")
    assert (printed.narrowed, printed.language, len(printed.ids)) == (["Smart manufacturing"], "en", 101)
    waiting = shown(client, printed)
    assert "List of needs · Word" in waiting
    assert "101 entries · Smart manufacturing" in waiting
    assert ("The list is being made" in waiting, "0 %" in waiting, "Reload the page" in waiting) == (True,) * 3
    assert client.get(f"{page_of(printed)}file/").status_code == 404
    drain_outbox()
    assert shown(client, printed, **HTMX) == ""
    ready = shown(client, printed)
    assert f'href="{page_of(printed)}file/"' in ready
    assert ("no longer in the list" in ready, "/needs/?domain=manufacturing&amp;sort=large" in ready) == (False, True)
    book = word_of(client, printed)
    assert titles_in(book) == [f"{place + 1} Casting {place}" for place in range(101)]
    cover = [paragraph.text for paragraph in book.paragraphs]
    assert ("Entries: 101" in cover, "Narrowed to: Smart manufacturing" in cover) == (True, True)
    assert (printed.state, printed.percent, printed.entries) == ("done", 100, 101)
    told = Notification.objects.get(account=cast.supplier, event__kind="printed_list.made")
    assert (told.path, told.title_zh, told.title_en) == (
        page_of(printed),
        "场景需求清单 · Word 文档",
        "List of needs · Word",
    )
    sent: list[Any] = [one.subject for one in mail.outbox if one.to == ["supplier@example.org"]]
    assert sent == ["Your list is ready to be downloaded: List of needs · Word"]
    events = Event.objects.filter(subject_type="printed_list").order_by("pk")
    assert list(events.values_list("kind", "actor_id", "data")) == [
        ("printed_list.ordered", cast.supplier.pk, {"list": "need", "format": "docx", "entries": 101}),
        ("printed_list.made", None, {"entries": 101, "size": printed.size}),
    ]


@pytest.mark.usefixtures("few")
def test_what_is_not_in_the_list_any_more_is_left_out(cast: Cast) -> None:
    titles = ("withdrawn", "hidden", "for the verified", "kept")
    rows = {title: published_need(cast, title_en=title, visibility="public") for title in titles}
    Need.objects.filter(pk=rows["for the verified"].pk).update(visibility="verified")
    client = cast.client("supplier")
    printed = ordered(client, "/needs/")
    assert set(printed.ids) == {row.pk for row in rows.values()}
    published_need(cast, title_en="came later")
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=rows["withdrawn"].pk)
    Need.objects.filter(pk=rows["hidden"].pk).update(visibility="staff")
    Organisation.objects.filter(pk=cast.supplier_org.pk).update(verification="suspended")
    drain_outbox()
    assert titles_in(word_of(client, printed)) == ["1 kept"]
    assert "3 entries are no longer in the list and were left out." in shown(client, printed)


@pytest.mark.usefixtures("few")
def test_the_words_of_the_public_are_printed_for_whoever_orders(cast: Cast) -> None:
    for part in ("enterprise", "rival"):
        published_need(cast, part, contact="CANARY", budget_max=7319)
    client = cast.client("enterprise")
    printed = ordered(client, "/needs/")
    drain_outbox()
    book = word_of(client, printed)
    text = "\n".join(paragraph.text for paragraph in book.paragraphs)
    assert ("CANARY" in text, "7319" in text, "甲精密铸造厂" in text) == (False, False, True)


@pytest.mark.usefixtures("few")
def test_calls_are_printed_in_chinese_as_pdf(cast: Cast) -> None:
    calls = [open_call(cast, published_need(cast, part)) for part in ("enterprise", "rival")]
    client = cast.client("manager", language="zh-hans")
    printed = ordered(client, "/calls/", "pdf")
    assert "清单正在生成" in shown(client, printed)
    drain_outbox()
    assert "下载" in shown(client, printed)
    answer = client.get(f"{page_of(printed)}file/")
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calls.pdf"'
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for part in ("场景榜单", "共 2 项", *(call.code for call in calls)):
        assert part in text, part


def test_results_are_ordered_and_lead_back_to_their_list(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_files, "MOST_AT_ONCE", 0)
    review = published(cast, ["90", "80"], ["70", "70"])
    client = cast.client("supplier")
    printed = ordered(client, "/results/?kind=bounty")
    assert 'href="/results/?kind=bounty"' in shown(client, printed)
    drain_outbox()
    answer = client.get(f"{page_of(printed)}file/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="results.docx"'
    assert review.ready.call.title in " ".join(titles_in(Document(io.BytesIO(answer.content))))


@pytest.mark.usefixtures("few")
def test_a_visitor_is_asked_to_sign_in_or_to_narrow(cast: Cast) -> None:
    for _ in range(2):
        published_need(cast)
    client = cast.client()
    assert 'name="as"' not in client.get("/needs/?domain=manufacturing").content.decode()
    address = "/needs/?domain=manufacturing"
    for ask in (lambda: client.get(f"{address}&as=pdf"), lambda: client.post(address, {"as": "pdf"})):
        assert ask()["Location"] == address
        page = client.get(address).content.decode()
        assert "The list has 2 entries. More than 1 are printed for those who are signed in:" in page
        assert '<a href="/accounts/login/?next=%2Fneeds%2F%3Fdomain%3Dmanufacturing">sign in</a>' in page
    assert PrintedList.objects.count() == 0


@pytest.mark.usefixtures("few")
def test_to_read_an_address_orders_nothing(cast: Cast) -> None:
    for _ in range(2):
        published_need(cast)
    client = cast.client("supplier")
    assert client.get("/needs/?as=docx")["Location"] == "/needs/"
    assert "choose the file again, below the list" in client.get("/needs/").content.decode()
    assert (PrintedList.objects.count(), Delivery.objects.filter(topic="printed_list.ordered").count()) == (0, 0)


@pytest.mark.usefixtures("few")
def test_an_order_is_of_its_account_alone(cast: Cast) -> None:
    for _ in range(2):
        published_need(cast)
    printed = ordered(cast.client("supplier"), "/needs/")
    drain_outbox()
    for address in (page_of(printed), f"{page_of(printed)}file/"):
        assert cast.client("manager").get(address).status_code == 404
        assert cast.client().get(address)["Location"] == f"/accounts/login/?next={address.replace('/', '%2F')}"
        assert cast.client("supplier").get(address).status_code == 200
    Account.objects.filter(pk=cast.supplier.pk).delete()
    assert PrintedList.objects.count() == 0


@pytest.mark.usefixtures("few")
def test_one_list_is_made_at_a_time(cast: Cast) -> None:
    for _ in range(2):
        published_need(cast)
    client = cast.client("supplier")
    printed = ordered(client, "/needs/?sort=large")
    assert ordered(client, "/needs/?sort=large&page=2") == printed
    assert "One list at a time" not in shown(client, printed)
    assert ordered(client, "/needs/?sort=large", "pdf") == printed
    assert "One list at a time: this one is being made." in shown(client, printed)
    assert ordered(cast.client("rival"), "/needs/?sort=large") != printed
    assert Delivery.objects.filter(topic="printed_list.ordered").count() == 2
    drain_outbox()
    assert ordered(client, "/needs/?sort=large") != printed


@pytest.mark.usefixtures("few")
def test_too_many_lists_and_too_long_ones_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        published_need(cast)
    client = cast.client("supplier")
    monkeypatch.setattr(actions, "MOST_A_DAY", 1)
    ordered(client, "/needs/")
    drain_outbox()
    assert client.post("/needs/", {"as": "docx"})["Location"] == "/needs/"
    assert "You have had 1 lists made within 24 hours." in client.get("/needs/").content.decode()
    monkeypatch.setattr(list_files, "MOST_PRINTED", 2)
    rival = cast.client("rival")
    assert rival.post("/needs/", {"as": "pdf"})["Location"] == "/needs/"
    assert (
        "The list has 3 entries, and a file holds at most 2. Narrow the list" in rival.get("/needs/").content.decode()
    )
    monkeypatch.setattr(list_files, "within_limit", lambda *_args, **_options: False)
    assert rival.post("/needs/", {"as": "pdf"})["Location"] == "/needs/"
    assert "Wait a minute" in rival.get("/needs/").content.decode()
    assert PrintedList.objects.count() == 1


@pytest.mark.usefixtures("few")
def test_texts_that_are_too_long_for_one_file_are_refused_with_the_remedy(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(pk=cast.supplier.pk).update(language="en")
    for _ in range(2):
        published_need(cast)
    client = cast.client("supplier")
    printed = ordered(client, "/needs/")
    monkeypatch.setattr(printed_lists, "MOST_LETTERS", 100)
    drain_outbox()
    printed.refresh_from_db()
    assert (printed.state, printed.size, printed.entries) == ("refused", None, None)
    assert "Narrow the list by a filter, then ask again." in shown(client, printed)
    assert [one.subject for one in mail.outbox if one.to == ["supplier@example.org"]] == [
        "Your list is too much for one file; narrow it: List of needs · Word"
    ]
    assert client.get(f"{page_of(printed)}file/").status_code == 404


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("kind", "percents"), [("docx", [5, 10, 54, 99]), ("pdf", [5, 10, 18, 27])])
def test_the_page_tells_how_far_it_is(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, kind: str, percents: list[int]
) -> None:
    for _ in range(2):
        published_need(cast)
    client, seen, original = cast.client("supplier"), list[int](), printed_lists.note_percent
    printed = ordered(client, "/needs/", kind)

    def watched(one: PrintedList, percent: int) -> None:
        original(one, percent)
        seen.append(percent)
        assert f"{percent} %" in shown(client, printed, **HTMX)

    monkeypatch.setattr(printed_lists, "note_percent", watched)
    drain_outbox()
    assert (seen[:4], seen == sorted(set(seen)), seen[-1] <= 99) == (percents, True, True)


@pytest.mark.usefixtures("few")
def test_a_worker_that_fails_midway_begins_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        published_need(cast)
    client = cast.client("supplier")
    printed = ordered(client, "/needs/")
    delivery = Delivery.objects.filter(topic="printed_list.ordered")

    def broken(*_given: Any) -> bytes:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setitem(FORMATS, "docx", FORMATS["docx"]._replace(write=broken))
        with pytest.raises(AssertionError, match="disk full"):
            drain_outbox()
    assert delivery.values_list("state", "attempts").get() == ("pending", 1)
    assert "10 %" in shown(client, printed)
    delivery.update(available_at=DatabaseClock())
    drain_outbox()
    assert titles_in(word_of(client, printed)) == [f"{n} In-line inspection of casting surfaces" for n in (1, 2)]


@pytest.mark.usefixtures("few")
def test_a_list_that_does_not_come_is_given_up_and_can_be_ordered_again(cast: Cast) -> None:
    for _ in range(2):
        published_need(cast)
    client = cast.client("supplier")
    printed = ordered(client, "/needs/")
    PrintedList.objects.update(created_at=DatabaseClock() - timedelta(minutes=59))
    assert "The list is being made" in shown(client, printed)
    PrintedList.objects.update(created_at=DatabaseClock() - timedelta(minutes=61))
    assert "ask for it again" in shown(client, printed)
    again = ordered(client, "/needs/")
    assert again != printed
    drain_outbox()
    assert dict(PrintedList.objects.values_list("pk", "state")) == {printed.pk: "failed", again.pk: "done"}


def test_a_list_that_failed_before_yesterday_is_in_nobodys_way(cast: Cast) -> None:
    order: Any = {"actor": cast.actor("supplier"), "kind": "need", "format": "pdf", "query": "", "ids": []}
    stale = actions.order_list(**order, narrowed=[])
    PrintedList.objects.filter(pk=stale.pk).update(created_at=DatabaseClock() - timedelta(hours=30))
    assert actions.order_list(**order, narrowed=[]).pk != stale.pk
    assert PrintedList.objects.get(pk=stale.pk).state == "failed"


@pytest.mark.usefixtures("few")
def test_a_day_later_it_is_forgotten(cast: Cast) -> None:
    for _ in range(2):
        published_need(cast)
    client = cast.client("supplier")
    printed = ordered(client, "/needs/")
    drain_outbox()
    PrintedList.objects.update(created_at=DatabaseClock() - timedelta(hours=23))
    prune(finish=lambda: None)
    assert client.get(f"{page_of(printed)}file/").status_code == 200
    PrintedList.objects.update(created_at=DatabaseClock() - timedelta(hours=25))
    assert client.get(page_of(printed)).status_code == 404
    assert client.get(f"{page_of(printed)}file/").status_code == 404
    prune(finish=lambda: None)
    done: list[int] = []
    printed_lists.print_list(list_id=str(printed.pk), finish=lambda: done.append(1))
    assert (PrintedList.objects.count(), done) == (0, [1])


@pytest.mark.slow
def test_two_orders_at_the_same_moment_are_one(live_cast: Cast) -> None:
    need, actor = published_need(live_cast), live_cast.actor("supplier")
    order: dict[str, Any] = {"kind": "need", "format": "pdf", "query": "", "ids": [need.pk], "narrowed": []}
    for _ in range(5):
        one, other = at_once(*[lambda: actions.order_list(actor=actor, **order)] * 2)
        assert one == other
        PrintedList.objects.all().delete()
