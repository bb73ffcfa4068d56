"""Stop words through the HTTP edge, and how they reach the index without interrupting a search."""

from typing import Any

import pytest
from django.urls import reverse

from scenarios.live_index import live_index
from scenarios.models import Delivery, Event, IndexBuild, StopWord
from scenarios.synonyms import current_analyzer
from tests.api.conftest import api  # noqa: F401
from tests.drain import drain_outbox
from tests.factories import STAFF, Cast, published_capability, published_need

PAGE = "/staff/vocabulary/stop-words/"


def entered(cast: Cast, text: str, part: str = "manager") -> Any:
    return cast.client(part).post(PAGE, {"text": text})


def tokens() -> set[str]:
    live = live_index()
    assert live is not None
    return set(live.indexes.vocabulary.terms)


def test_only_managers_come_here(cast: Cast) -> None:
    for address in (PAGE, "/staff/vocabulary/"):
        answers = {part: cast.client(part).get(address).status_code for part in (*STAFF, "enterprise")}
        assert answers == {part: 200 if part == "manager" else 403 for part in answers}
    assert entered(cast, "平台", "moderator").status_code == 403
    assert StopWord.objects.count() == 0


def test_a_word_is_passed_over_from_the_next_build_on_and_counts_again(cast: Cast) -> None:
    published_need(cast, title_zh="铸件缺陷检测平台")
    published_capability(cast, title_zh="排产平台")
    drain_outbox()
    builds, before = IndexBuild.objects.count(), current_analyzer().name
    assert {"平台", "测平"} <= tokens()
    answer = cast.client("manager").post(PAGE, {"text": " 平臺 "}, follow=True)
    assert "Being built" in answer.content.decode()
    assert "平台" in tokens()  # the old build serves until the new one is ready
    drain_outbox()
    assert IndexBuild.objects.count() == builds + 1
    assert not {"平台", "测平"} & tokens()
    assert IndexBuild.objects.live().analyzer == current_analyzer().name != before
    client, word = cast.client("manager"), StopWord.objects.get()
    assert client.get(PAGE).context["is_current"] is True
    client.post(reverse("stop_word_retire", args=[word.pk]))
    drain_outbox()
    assert (current_analyzer().name, "平台" in tokens()) == (before, True)
    client.post(reverse("stop_word_reinstate", args=[word.pk]))
    drain_outbox()
    assert "平台" not in tokens()
    logged = Event.objects.filter(kind__startswith="vocabulary.").order_by("id")
    assert [(row.kind, row.actor_id, row.data) for row in logged] == [
        (f"vocabulary.stop_word_{done}", cast.manager.pk, {"phrase": "平臺"})
        for done in ("added", "retired", "reinstated")
    ]


def test_search_on_the_pages_still_finds_the_word(cast: Cast) -> None:
    need = published_need(cast, title_zh="铸件缺陷检测平台")
    entered(cast, "平台")
    drain_outbox()
    assert [row.pk for row in cast.client().get("/needs/", {"q": "平台"}).context["page"]] == [need.pk]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("的", "A stop word has 2 to 40 letters or characters."),
        ("——", "A stop word has 2 to 40 letters or characters."),
        ("外觀檢測", "belongs to the concept 缺陷检测 = defect inspection"),
        ("平臺", "This word is on the list already."),
    ],
)
def test_what_is_no_stop_word_is_refused(cast: Cast, text: str, refusal: str) -> None:
    entered(cast, "平台")
    waiting = Delivery.objects.filter(topic="synonyms.changed").count()
    page = entered(cast, text)
    assert page.status_code == 422
    assert refusal in page.content.decode()
    assert StopWord.objects.count() == 1
    assert Delivery.objects.filter(topic="synonyms.changed").count() == waiting


def test_a_stop_word_is_no_synonym(cast: Cast) -> None:
    entered(cast, "平台")
    client = cast.client("manager")
    page = client.post("/staff/synonyms/new/", {"zh": "平台\n系统软件", "en": ""})
    assert (page.status_code, "“平台” is a stop word." in page.content.decode()) == (422, True)
    word = StopWord.objects.get()
    client.post(reverse("stop_word_retire", args=[word.pk]))
    assert client.post("/staff/synonyms/new/", {"zh": "平台\n系统软件", "en": ""}).status_code == 302
    page = client.post(reverse("stop_word_reinstate", args=[word.pk]), follow=True)
    assert "belongs to the concept 平台" in page.content.decode()
    assert StopWord.objects.in_use().count() == 0
    assert client.post(reverse("stop_word_retire", args=[word.pk])).status_code == 409


def test_the_vocabulary_counts_every_list(cast: Cast) -> None:
    entered(cast, "平台")
    lists = {
        one.name: (one.in_use, one.retired) for one in cast.client("manager").get("/staff/vocabulary/").context["lists"]
    }
    assert {name: lists[name] for name in ("synonyms", "stop_words", "vague_phrases")} == {
        "synonyms": (108, 0),
        "stop_words": (1, 0),
        "vague_phrases": (0, 0),
    }
    text = cast.client("manager", language="zh-hans").get(PAGE).content.decode()
    assert "停用词" in text


def test_the_api_does_what_the_page_does(api: Any, cast: Cast) -> None:  # noqa: F811
    assert api("enterprise", "get", "stop-words/").status_code == 403
    assert api("auditor", "post", "stop-words/", {"text": "平台"}).status_code == 403
    made = api("manager", "post", "stop-words/", {"text": "平台"})
    assert (made.status_code, made.json()["text"], made.json()["state"]) == (201, "平台", "accepted")
    refused = api("manager", "post", "stop-words/", {"text": "平台"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["text"])
    path = f"stop-words/{made.json()['id']}/"
    assert api("manager", "post", f"{path}retire/").json()["state"] == "retired"
    assert api("manager", "post", f"{path}retire/").status_code == 409
    assert api("manager", "post", f"{path}reinstate/").json()["state"] == "accepted"
    assert api("auditor", "get", "stop-words/", {"state": "accepted"}).json()["count"] == 1
    assert api("auditor", "get", path).json()["text"] == "平台"
