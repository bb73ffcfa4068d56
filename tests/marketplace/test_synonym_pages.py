"""The thesaurus through the HTTP edge, and what it changes for those who search and are suggested."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.models import Suggestion
from scenarios import topics
from scenarios.models import Concept, Phrase, SynonymProposal
from scenarios.outbox import emit
from tests.api.conftest import api  # noqa: F401
from tests.drain import drain_outbox
from tests.factories import STAFF, Cast, published_capability, published_need

LIST = "/staff/synonyms/"
STRIP: dict[str, Any] = {
    "title_zh": "Strip line camera kit",
    "title_en": "Defect inspection for steel strip",
    "solves": "Finds scratches and holes on steel strip at 300 m/min.",
    "limits": "No inner defects.",
}
CASTING: dict[str, Any] = {
    "title_zh": "钢管表面喷涂",
    "title_en": "",
    "solves": "钢管外表面自动喷涂，节拍不超过 10 s/件，漏喷率低。",
}
NEED: dict[str, Any] = {
    "title_zh": "钢带缺陷检测",
    "title_en": "",
    "problem": "钢带以 300 m/min 运行，靠 4 名工人目视看孔洞和划伤，漏判率约 3 %，每月退货 40 卷，需要钢带缺陷检测。",
    "users_and_site": "二车间四条纵剪线的质检岗位，三班倒。",
    "current_process": "人工目视加停机抽看，记录写在纸上。",
    "boundary_in": "钢带上下两面孔洞、划伤的缺陷检测与报警。",
}


def first_suggested(cast: Cast) -> str:
    need = published_need(cast, **NEED)
    english = published_capability(cast, **STRIP)
    published_capability(cast, **CASTING)
    drain_outbox()
    best = Suggestion.objects.current().filter(need=need).order_by("rank").first()
    return "english" if best.capability_id == english.pk else "other"


def test_an_english_capability_is_suggested_first_for_a_chinese_need(cast: Cast) -> None:
    assert first_suggested(cast) == "english"
    client = cast.client("enterprise")
    need = Suggestion.objects.filter(need__title_zh=NEED["title_zh"]).first().need
    page = client.get(f"/needs/{need.pk}/suggestions/")
    first = [*page.context["fitting"], *page.context["failing"]][0]
    assert first.suggestion.capability.title_en == STRIP["title_en"]
    assert {"缺陷检测 = defect inspection", "带钢 = steel strip"} <= {term["term"] for term in first.terms}
    assert {"缺陷检测", "defect inspection"} <= set(first.words)
    assert "=缺陷检测" not in page.content.decode()


def test_without_the_thesaurus_it_is_not(cast: Cast) -> None:
    Concept.objects.all().delete()
    assert first_suggested(cast) == "other"


def test_each_page_opens_for_managers_only(cast: Cast) -> None:
    pk = Concept.objects.in_use().first().pk
    pages = ("", "new/", "import/", "export.csv", "retired/", "proposed/", f"{pk}/")
    for page in pages:
        answers = {part: cast.client(part).get(LIST + page).status_code for part in (*STAFF, "enterprise")}
        assert answers == {part: 200 if part == "manager" else 403 for part in answers}
        assert cast.client().get(LIST + page)["Location"].startswith("/accounts/login/?next=")


def test_synonyms_are_entered_seen_in_use_and_retired(cast: Cast) -> None:
    published_need(cast)
    drain_outbox()
    client = cast.client("manager")
    assert client.get(LIST).context["is_current"] is True
    answer = client.post(f"{LIST}new/", {"zh": "辊印\n辊痕", "en": "roll mark\n"}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert (answer.context["is_current"], answer.context["page"][0].version) == (False, 1)
    assert "Being built" in answer.content.decode()
    drain_outbox()
    page = client.get(LIST, {"q": "Roll-Mark"})
    (concept,) = page.context["page"]
    assert (page.context["is_current"], str(concept)) == (True, "辊印 = roll mark")
    client.post(f"{LIST}{concept.pk}/retire/")
    assert list(client.get(LIST, {"q": "辊印"}).context["page"]) == []
    assert list(client.get(f"{LIST}retired/").context["page"]) == [concept]
    client.post(f"{LIST}{concept.pk}/reinstate/")
    assert [one.pk for one in client.get(LIST, {"q": "辊印"}).context["page"]] == [concept.pk]


def test_a_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    answer = cast.client("manager").post(f"{LIST}new/", {"zh": "辊印\n外观检测", "en": "roll mark"})
    assert answer.status_code == 422
    assert "外观检测” belongs to the concept 缺陷检测 = defect inspection" in answer.content.decode()
    assert answer.context["form"]["en"].value() == "roll mark"
    assert not Phrase.objects.filter(form="辊印").exists()


def test_an_edit_that_someone_overtook_is_compared(cast: Cast) -> None:
    client = cast.client("manager")
    concept = Concept.objects.in_use().saying("缺陷检测").get(phrases__text="瑕疵检测")
    path = f"{LIST}{concept.pk}/"
    version = client.get(path).context["version"]
    first = {"zh": "缺陷检测\n表观检测", "en": "defect inspection", "version": version}
    assert client.post(path, first).status_code == 302
    answer = client.post(path, {**first, "zh": "缺陷检测\n瑕疵检测"})
    assert (answer.status_code, answer.context["version"]) == (409, version + 1)
    assert Phrase.objects.in_use().filter(form="表观检测").exists()
    assert not Phrase.objects.in_use().filter(form="瑕疵检测").exists()


def test_the_thesaurus_goes_out_as_a_file_and_comes_back(cast: Cast) -> None:
    client = cast.client("manager")
    data = client.get(f"{LIST}export.csv").content
    lines = data.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[0]) == (109, "zh,en")
    before = Phrase.objects.by_concept()
    Concept.objects.all().delete()
    file = SimpleUploadedFile("synonyms.csv", data)
    answer = client.post(f"{LIST}import/", {"file": file}, follow=True)
    assert "108 concepts added, 0 extended." in answer.content.decode()
    assert sorted(Phrase.objects.by_concept()) == sorted(before)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b\n1,2\n", "columns zh and en"),
        (b"\xff\xfe", "UTF-8"),
        (b"zh,en\n", "no line"),
        ("zh,en\n辊印|辊痕,roll mark\n辊,x\n".encode(), "Line 3"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(cast: Cast, data: bytes, told: str) -> None:
    answer = cast.client("manager").post(f"{LIST}import/", {"file": SimpleUploadedFile("s.csv", data)})
    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert (Concept.objects.count(), Phrase.objects.filter(form="辊印").count()) == (108, 0)


def night() -> None:
    with transaction.atomic():
        emit(topics.NIGHT_CAME)
    drain_outbox()


def test_titles_in_two_languages_propose_synonyms_that_staff_decide_on(cast: Cast) -> None:
    for zh, en in (("玻璃", "glass"), ("织物", "cloth"), ("木板", "wood"), ("电缆", "cable")):
        published_capability(cast, title_zh=f"{zh}辊印判定", title_en=f"Judging roll marks on {en}")
        published_capability(cast, title_zh=f"{zh}温控", title_en=f"Heat of {en}")
    night()
    client = cast.client("manager")
    (row,) = [row for row in client.get(f"{LIST}proposed/").context["page"] if "辊印判定" in (row.one, row.other)]
    assert (row.one, row.times, len(row.evidence)) == ("judging roll marks", 4, 4)
    client.post(f"{LIST}proposed/{row.pk}/accept/")
    assert str(Concept.objects.get(origin="mined")) == "辊印判定 = judging roll marks"
    other = SynonymProposal.objects.open().first()
    client.post(f"{LIST}proposed/{other.pk}/dismiss/")
    left = SynonymProposal.objects.open().count()
    night()
    night()
    assert SynonymProposal.objects.get(pk=other.pk).state == "dismissed"
    assert SynonymProposal.objects.open().count() == left


def test_the_pages_ask_a_constant_number_of_queries(cast: Cast) -> None:
    client = cast.client("manager")

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    asked(LIST)
    assert asked(f"{LIST}?q=%E7%BC%BA%E9%99%B7%E6%A3%80%E6%B5%8B") == asked(LIST)


def test_the_api_does_what_the_pages_do(api: Any, cast: Cast) -> None:  # noqa: F811
    assert api("auditor", "get", "concepts/").json()["count"] == 108
    assert api("enterprise", "get", "concepts/").status_code == 403
    body = {"zh": ["辊印"], "en": ["roll mark"]}
    assert api("auditor", "post", "concepts/", body).status_code == 403
    made = api("manager", "post", "concepts/", body)
    assert (made.status_code, made.json()["zh"], made.json()["version"]) == (201, ["辊印"], 1)
    path = f"concepts/{made.json()['id']}/"
    change = {"zh": ["辊印", "辊痕"], "en": [], "version": 1}
    assert api("manager", "put", path, change).json()["zh"] == ["辊印", "辊痕"]
    assert api("manager", "put", path, change).status_code == 409
    refused = api("manager", "post", "concepts/", {"zh": ["辊印", "压印"]})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["zh"])
    assert api("manager", "post", f"{path}retire/").json()["state"] == "retired"
    assert api("manager", "post", f"{path}retire/").status_code == 409
    assert api("manager", "post", f"{path}reinstate/").json()["state"] == "accepted"
    assert api("manager", "get", "concepts/", {"q": "辊痕"}).json()["count"] == 1
    pair = SynonymProposal.objects.create(one="roll trace", other="辊印", times=3, evidence=["N1"])
    assert api("manager", "get", "synonym-proposals/").json()["results"][0]["evidence"] == ["N1"]
    accepted = api("manager", "post", f"synonym-proposals/{pair.pk}/accept/")
    assert (accepted.status_code, accepted.json()["en"]) == (200, ["roll trace"])
    assert api("manager", "post", f"synonym-proposals/{pair.pk}/dismiss/").status_code == 409
