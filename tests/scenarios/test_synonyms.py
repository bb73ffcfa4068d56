"""The thesaurus: who changes it, what is refused, and how a change reaches the index without interrupting a search."""

from typing import Any
from uuid import uuid4

import pytest

from matching import Document
from scenarios import indexing
from scenarios.actions.synonyms import (
    accept_synonyms,
    add_concept,
    dismiss_synonyms,
    edit_concept,
    import_concepts,
    reinstate_concept,
    retire_concept,
)
from scenarios.errors import Conflict, IllegalMove, Invalid, NotPermitted
from scenarios.live_index import live_index
from scenarios.models import Concept, Delivery, Event, IndexBuild, Phrase, SynonymProposal
from scenarios.synonyms import current_analyzer, said_alike, terms_of
from tests.drain import drain_outbox
from tests.factories import STAFF, Cast, published_need

NEW = {"zh": ["辊印", "辊痕"], "en": ["roll mark"]}


def waiting() -> int:
    return Delivery.objects.filter(topic="synonyms.changed").exclude(state="done").count()


def test_the_product_comes_with_a_thesaurus(db: None) -> None:
    concepts = Concept.objects.in_use().for_page()
    assert concepts.count() == 108
    assert all(one.of_language("zh") and one.of_language("en") and one.origin == "seed" for one in concepts)
    assert "=缺陷检测" in current_analyzer().tokens("Defect inspection for steel strip")


def test_a_manager_enters_changes_retires_and_takes_back(cast: Cast) -> None:
    actor, before = cast.actor("manager"), current_analyzer().name
    concept = add_concept(actor=actor, phrases=NEW)
    assert (str(concept), current_analyzer().tokens("roll-marks")[-1]) == ("辊印 = roll mark", "=辊印")
    edit_concept(actor=actor, concept_id=concept.pk, version=1, phrases={**NEW, "en": ["roll imprint"]})
    assert "=辊印" not in current_analyzer().tokens("roll mark")
    retire_concept(actor=actor, concept_id=concept.pk)
    assert current_analyzer().name == before
    with pytest.raises(IllegalMove):
        edit_concept(actor=actor, concept_id=concept.pk, version=3, phrases=NEW)
    reinstate_concept(actor=actor, concept_id=concept.pk)
    assert current_analyzer().tokens("roll imprint")[-1] == "=辊印"
    kinds = [kind for kind in Event.objects.order_by("pk").values_list("kind", flat=True) if "concept" in kind]
    assert kinds == ["concept.added", "concept.edited", "concept.retired", "concept.reinstated"]
    assert Event.objects.get(kind="concept.edited").data == {"added": 1, "removed": 1}


@pytest.mark.parametrize(
    ("phrases", "field"),
    [
        ({"zh": ["辊印"], "en": []}, "zh"),
        ({"zh": ["辊"], "en": ["roll mark"]}, "zh"),
        ({"zh": ["辊印", "外觀檢測"], "en": []}, "zh"),  # belongs to 缺陷检测, in whatever characters
        ({"zh": ["辊印"], "en": ["Defect-Inspection"]}, "en"),
        ({"zh": ["roll mark"], "en": ["辊印"]}, "zh"),
        ({"zh": ["辊印"], "en": ["x" * 61]}, "en"),
        ({"zh": ["辊印", "！！"], "en": []}, "zh"),
        ({"zh": [f"辊印{number}号" for number in range(41)], "en": []}, "zh"),
    ],
)
def test_what_is_no_concept_is_refused(cast: Cast, phrases: dict[str, list[str]], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_concept(actor=cast.actor("manager"), phrases=phrases)
    assert field in refused.value.fields
    assert (Concept.objects.exclude(origin="seed").count(), waiting()) == (0, 0)


def test_only_managers_change_the_thesaurus(cast: Cast) -> None:
    pk = Concept.objects.first().pk
    for part in (*(role for role in STAFF if role != "manager"), "enterprise", "stranger"):
        for act in (
            lambda actor: add_concept(actor=actor, phrases=NEW),
            lambda actor: edit_concept(actor=actor, concept_id=pk, version=1, phrases=NEW),
            lambda actor: retire_concept(actor=actor, concept_id=pk),
            lambda actor: reinstate_concept(actor=actor, concept_id=pk),
            lambda actor: import_concepts(actor=actor, rows=[NEW]),
        ):
            with pytest.raises(NotPermitted):
                act(cast.actor(part))
    assert (Concept.objects.in_use().count(), waiting()) == (108, 0)


def test_a_version_that_someone_changed_is_not_overwritten(cast: Cast) -> None:
    actor = cast.actor("manager")
    concept = add_concept(actor=actor, phrases=NEW)
    edit_concept(actor=actor, concept_id=concept.pk, version=1, phrases={**NEW, "en": ["roll imprint"]})
    with pytest.raises(Conflict) as refused:
        edit_concept(actor=actor, concept_id=concept.pk, version=1, phrases=NEW)
    assert refused.value.differences["en"] == ("roll mark", "roll imprint")
    assert concept.phrases.filter(form="roll imprint").exists()


def test_a_phrase_of_another_concept_is_not_taken_back(cast: Cast) -> None:
    actor = cast.actor("manager")
    first = add_concept(actor=actor, phrases=NEW)
    retire_concept(actor=actor, concept_id=first.pk)
    add_concept(actor=actor, phrases={"zh": ["辊印", "压印"], "en": []})
    with pytest.raises(Invalid) as refused:
        reinstate_concept(actor=actor, concept_id=first.pk)
    assert list(refused.value.fields) == ["zh"]
    assert Phrase.objects.in_use().filter(form="辊痕").count() == 0


def test_a_file_adds_and_extends_all_or_nothing(cast: Cast) -> None:
    actor = cast.actor("manager")
    assert import_concepts(actor=actor, rows=[NEW, {"zh": ["缺陷检测", "表观检测"], "en": []}]) == (1, 1)
    assert current_analyzer().tokens("表观检测")[-1] == "=缺陷检测"
    with pytest.raises(Invalid) as refused:
        import_concepts(actor=actor, rows=[{"zh": ["甲乙", "乙甲"]}, {"zh": ["缺陷检测", "机器视觉"], "en": []}])
    assert "3" in str(refused.value.fields["file"][0])
    assert not Phrase.objects.filter(form="甲乙").exists()


def proposal(**values: Any) -> SynonymProposal:
    return SynonymProposal.objects.create(id=uuid4(), **{"one": "roll mark", "other": "辊印", "times": 4, **values})


def test_a_proposed_pair_becomes_a_concept_or_goes_into_one(cast: Cast) -> None:
    actor = cast.actor("manager")
    concept = accept_synonyms(actor=actor, proposal_id=proposal().pk)
    assert (str(concept), concept.origin) == ("辊印 = roll mark", "mined")
    assert accept_synonyms(actor=actor, proposal_id=proposal(one="辊印", other="辊痕").pk) == concept
    assert concept.phrases.count() == 3
    two = proposal(one="缺陷检测", other="机器视觉")
    with pytest.raises(Invalid):
        accept_synonyms(actor=actor, proposal_id=two.pk)
    dismiss_synonyms(actor=actor, proposal_id=two.pk)
    with pytest.raises(IllegalMove):
        accept_synonyms(actor=actor, proposal_id=two.pk)
    assert SynonymProposal.objects.open().count() == 0


def test_a_change_begins_a_new_epoch_and_many_make_one_build(cast: Cast) -> None:
    need = published_need(cast, title_zh="钢板辊印在线检测")
    drain_outbox()
    builds = IndexBuild.objects.count()
    for number in range(5):
        add_concept(actor=cast.actor("manager"), phrases={"zh": [f"辊印{number}", f"辊痕{number}"]})
    assert live_index().build.analyzer != current_analyzer().name
    drain_outbox()
    assert IndexBuild.objects.count() == builds + 1
    live = live_index()
    assert live.build.analyzer == live.indexes.analyzer.name == current_analyzer().name
    assert live.indexes.part("needs").ids == [str(need.pk)]


def test_the_old_epoch_serves_while_the_new_one_is_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    need = published_need(cast, title_zh="钢板辊印在线检测", title_en="")
    drain_outbox()
    add_concept(actor=cast.actor("manager"), phrases=NEW)
    original, seen = indexing._switch, []

    def found() -> list[str]:
        live = live_index()
        return [hit.id for hit in live.indexes.part("needs").search("roll mark")] if live else ["lost"]

    def watched(*arguments: Any) -> Any:
        seen.append(found())
        published_need(cast, "rival", title_zh="辊痕检测")  # what is published meanwhile is indexed as ever
        index_all = Delivery.objects.filter(task="scenarios.index_needs").latest("pk")
        monkeypatch.setattr(indexing, "_switch", original)
        from scenarios.tasks import index_needs

        index_needs.run(delivery=index_all.pk)
        seen.append(found())
        return original(*arguments)

    monkeypatch.setattr(indexing, "_switch", watched)
    drain_outbox()
    assert seen == [[], []]
    assert len(found()) == 2
    assert str(need.pk) in found()


def test_synonyms_that_change_while_a_build_is_made_are_in_it(cast: Cast) -> None:
    published_need(cast)
    drain_outbox()
    add_concept(actor=cast.actor("manager"), phrases=NEW)
    builds, late = IndexBuild.objects.count(), []

    def documents() -> dict[str, list[Document]]:
        if not late:
            late.append(add_concept(actor=cast.actor("manager"), phrases={"zh": ["结晶器", "铸模"]}))
        return {"needs": [Document("n", "结晶器")], "capabilities": []}

    build = indexing.begin_epoch(documents=documents, finish=lambda build: None)
    assert build.analyzer == current_analyzer().name
    drain_outbox()
    assert IndexBuild.objects.count() == builds + 1


def test_an_upgrade_that_brings_synonyms_begins_an_epoch(cast: Cast) -> None:
    assert indexing.notice_new_synonyms() is False  # nothing is indexed yet
    published_need(cast)
    drain_outbox()
    assert indexing.notice_new_synonyms() is False
    IndexBuild.objects.update(analyzer="")
    assert [indexing.notice_new_synonyms() for _ in range(2)] == [True, False]
    drain_outbox()
    assert IndexBuild.objects.live().analyzer == current_analyzer().name


def test_a_search_finds_what_is_said_in_other_words(cast: Cast) -> None:
    need = published_need(cast, title_zh="钢板辊痕在线检测")
    drain_outbox()
    assert terms_of(said_alike("辊印")) == [["辊印"]]
    client = cast.client()
    assert [row.pk for row in client.get("/needs/", {"q": "辊印"}).context["page"]] == []
    add_concept(actor=cast.actor("manager"), phrases=NEW)
    drain_outbox()
    for words in ("辊印", "Roll-mark", "辊印 钢板"):
        assert [row.pk for row in client.get("/needs/", {"q": words}).context["page"]] == [need.pk]
        (found,) = client.get("/api/v1/needs/", {"q": words}).json()["results"]
        assert found["id"] == str(need.pk)
    assert [row.pk for row in client.get("/needs/", {"q": "辊印 排产"}).context["page"]] == []
