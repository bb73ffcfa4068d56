"""What a change of synonyms or stop words would do: worked out by a worker, shown, saved from there or left."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace import word_effects, word_previews
from marketplace.models import WordPreview
from marketplace.pipeline import prune
from scenarios.models import Concept, Delivery, Event, IndexBuild, Need, Phrase, StopWord
from scenarios.querysets import DatabaseClock
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need

HTMX = {"HX-Request": "true"}
SYNONYMS, STOP_WORDS = "/staff/synonyms/", "/staff/vocabulary/stop-words/"
ROLL = {"zh": "辊印", "en": "roll mark"}
ENGLISH: dict[str, Any] = {
    "title_zh": "Roll mark finder",
    "title_en": "Roll marks found",
    "solves": "Finds scratches and holes on steel strip at 300 m/min.",
    "limits": "No inner defects.",
}


def asked(cast: Cast, page: str, values: dict[str, Any]) -> WordPreview:
    """Ask what a change would do, and let the workers work it out."""
    answer = cast.client("manager").post(page, {**values, "preview": "1"})
    assert answer.status_code == 302
    preview = WordPreview.objects.get(pk=UUID(answer["Location"].split("/")[-2]))
    drain_outbox()
    preview.refresh_from_db()
    return preview


def shown(cast: Cast, preview: WordPreview, headers: Any = None) -> Any:
    return cast.client("manager").get(f"/staff/vocabulary/previews/{preview.pk}/", headers=headers)


def test_what_synonyms_do_is_shown_before_anything_is_saved(cast: Cast) -> None:
    need = published_need(cast, title_zh="辊印识别", title_en="")
    capability = published_capability(cast, **ENGLISH)
    drain_outbox()
    builds = IndexBuild.objects.count()
    preview = asked(cast, f"{SYNONYMS}new/", ROLL)
    assert (preview.state, preview.percent) == ("done", 100)
    assert preview.result == {
        "needs": 1,
        "capabilities": 1,
        "counts": [["辊印", 1, 0], ["roll mark", 0, 1]],
        "pairs": [0, 0],
        "came": 0,
        "came_pairs": [],
        "left": 0,
        "left_pairs": [],
        "ranked": 1,
        "moved": 1,
        "examples": [[str(need.pk), [str(capability.pk)], []]],
    }
    (move,) = shown(cast, preview).context["effect"].moves
    assert (move.need, move.came, move.left) == (need, [capability], [])
    assert (Phrase.objects.filter(form="辊印").count(), IndexBuild.objects.count()) == (0, builds)
    assert Delivery.objects.filter(topic="synonyms.changed").count() == 0


def test_a_preview_leads_to_the_change_and_back_to_the_form(cast: Cast) -> None:
    preview, client = asked(cast, f"{SYNONYMS}new/", {"zh": "辊印\n辊痕", "en": ""}), cast.client("manager")
    step = shown(cast, preview).context["step"]
    assert client.get(step.back).context["form"]["zh"].value() == "辊印\n辊痕"
    assert client.post(step.url, step.fields)["Location"] == SYNONYMS
    concept = Phrase.objects.get(form="辊痕").concept
    path = f"{SYNONYMS}{concept.pk}/"
    changed = asked(cast, path, {"zh": "辊印\n压印", "en": "", "version": "1"})
    step = shown(cast, changed).context["step"]
    assert (step.url, client.get(step.back).context["form"]["zh"].value()) == (path, "辊印\n压印")
    client.post(path, {"zh": "辊印\n辊痕\n辊纹", "en": "", "version": "1"})
    assert client.post(step.url, step.fields).status_code == 409
    assert Phrase.objects.in_use().filter(form="压印").count() == 0


def test_pairs_that_only_share_a_stop_word_are_no_longer_proposed(cast: Cast) -> None:
    one, other = published_need(cast, "enterprise"), published_need(cast, "rival")
    for need, own in ((one, "压铸车间检出气孔"), (other, "仓库盘点货位")):
        texts = dict.fromkeys(
            ("title_zh", "problem", "users_and_site", "current_process", "boundary_in"), f"云平台解决方案 {own}"
        )
        Need.objects.filter(pk=need.pk).update(title_en="", **texts)
        need.indicators.update(metric=own)
    preview = asked(cast, STOP_WORDS, {"text": "云平台解决方案"})
    assert preview.result["counts"] == [["云平台解决方案", 2, 0]]
    assert (preview.result["pairs"], preview.result["came"], preview.result["left"]) == ([1, 0], 0, 1)
    page = shown(cast, preview)
    assert {need.pk for need in page.context["effect"].left[0]} == {one.pk, other.pk}
    assert StopWord.objects.count() == 0
    client, step = cast.client("manager"), page.context["step"]
    assert client.get(step.back).context["form"]["text"].value() == "云平台解决方案"
    client.post(step.url, step.fields)
    word = StopWord.objects.get()
    back = asked(cast, f"{STOP_WORDS}{word.pk}/retire/preview/", {})
    assert (back.result["pairs"], back.result["came"]) == ([0, 1], 1)
    assert shown(cast, back).context["step"].url == f"{STOP_WORDS}{word.pk}/retire/"
    assert StopWord.objects.in_use().count() == 1


def test_what_retiring_synonyms_does_is_shown(cast: Cast) -> None:
    published_need(cast, title_zh="钢带缺陷检测", title_en="")
    published_capability(cast, **{**ENGLISH, "title_en": "Defect inspection for steel strip"})
    concept = Phrase.objects.in_use().get(form="缺陷检测").concept
    preview = asked(cast, f"{SYNONYMS}{concept.pk}/retire/preview/", {})
    assert preview.result["counts"][0][:2] == ["缺陷检测", 1]
    step = shown(cast, preview).context["step"]
    assert (step.name, step.url) == (str(concept), f"{SYNONYMS}{concept.pk}/retire/")
    cast.client("manager").post(step.url, step.fields)
    assert Concept.objects.retired().get() == concept


def test_what_cannot_be_saved_is_not_worked_out(cast: Cast) -> None:
    client = cast.client("manager")
    page = client.post(f"{SYNONYMS}new/", {"zh": "辊印\n外观检测", "en": "", "preview": "1"})
    assert (page.status_code, "belongs to the concept" in page.content.decode()) == (422, True)
    assert client.post(STOP_WORDS, {"text": "的", "preview": "1"}).status_code == 422
    assert (WordPreview.objects.count(), Delivery.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_change_that_came_first_refuses_the_preview(cast: Cast) -> None:
    client = cast.client("manager")
    client.post(f"{SYNONYMS}new/", {**ROLL, "preview": "1"})
    client.post(f"{SYNONYMS}new/", {"zh": "辊印\n压印", "en": ""})
    drain_outbox()
    preview = WordPreview.objects.get()
    assert (preview.state, preview.result) == ("refused", {})
    assert "Another change came first" in shown(cast, preview).content.decode()


def test_a_page_that_waits_is_told_when_it_is_ready(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    published_need(cast)
    drain_outbox()
    cast.client("manager").post(STOP_WORDS, {"text": "平台", "preview": "1"})
    preview, seen, original = WordPreview.objects.get(), list[str](), word_effects._pairs

    def watched(*given: Any) -> Any:
        seen.append(shown(cast, preview, HTMX).content.decode())
        return original(*given)

    monkeypatch.setattr(word_effects, "_pairs", watched)
    assert "0 %" in shown(cast, preview, HTMX).content.decode()
    drain_outbox()
    assert ["50 %" in text for text in seen] == [True, True]
    assert shown(cast, preview, HTMX).headers["HX-Refresh"] == "true"


def test_work_that_comes_twice_or_too_late_changes_nothing(cast: Cast) -> None:
    preview = asked(cast, STOP_WORDS, {"text": "平台"})
    WordPreview.objects.update(result={"kept": True})
    done: list[int] = []
    word_previews.work_out(preview_id=str(preview.pk), finish=lambda: done.append(1))
    WordPreview.objects.update(created_at=DatabaseClock() - timedelta(days=1, minutes=1))
    assert WordPreview.objects.get().result == {"kept": True}
    prune(finish=lambda: done.append(2))
    word_previews.work_out(preview_id=str(preview.pk), finish=lambda: done.append(3))
    assert (done, WordPreview.objects.count()) == ([1, 2, 3], 0)


def test_a_preview_belongs_to_who_asked(cast: Cast) -> None:
    preview = asked(cast, STOP_WORDS, {"text": "平台"})
    path = f"/staff/vocabulary/previews/{preview.pk}/"
    assert cast.client("moderator").get(path).status_code == 403
    WordPreview.objects.update(account=cast.moderator)
    assert cast.client("manager").get(path).status_code == 404
    assert cast.client("manager").get(f"{SYNONYMS}new/?from={preview.pk}").context["form"].initial == {}


def test_the_page_asks_a_constant_number_of_queries(cast: Cast) -> None:
    published_need(cast, title_zh="辊印识别", title_en="")
    published_capability(cast, **ENGLISH)
    preview = asked(cast, f"{SYNONYMS}new/", ROLL)
    client = cast.client("manager")

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(f"/staff/vocabulary/previews/{preview.pk}/").status_code == 200
        return len(made)

    queries()
    before = queries()
    preview.result["examples"] *= 10
    preview.save()
    assert queries() == before
