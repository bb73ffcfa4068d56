"""Files of graded pairs: what they may call a row, what is refused with line and column, what is learned from them."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from marketplace import pipeline
from marketplace.models import Capability, Judgement, RankingModel, Suggestion
from marketplace.ranking_training import Readiness, judged_grades, readiness
from scenarios.models import Delivery, Need
from tests.factories import Cast, published_capability, published_need
from tests.marketplace.judged import THINGS, judged_collection

HEAD = "need_id,capability_id,grade\n"


def bring(folder: Path, rows: str, *, head: str = HEAD, **options: Any) -> None:
    path = folder / "judgements.csv"
    path.write_text(head + rows, encoding="utf-8")
    call_command("import_judgements", str(path), **options)


@pytest.fixture
def pair(cast: Cast) -> tuple[Need, Capability]:
    need, capability = published_need(cast), published_capability(cast)
    Need.objects.filter(pk=need.pk).update(external_id="n-1")
    return need, capability


def test_a_pair_is_named_by_its_codes_or_by_the_ids_it_was_imported_under(
    cast: Cast, pair: tuple[Need, Capability], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need, capability = pair
    bring(tmp_path, f"{need.code},{capability.code},2\n", email=cast.manager.email)
    assert "1 judgements of 1 needs" in capsys.readouterr().out
    bring(tmp_path, f"n-1,{capability.code},4\n", email=cast.manager.email)
    kept = Judgement.objects.get()
    assert (kept.need, kept.capability, kept.grade, kept.brought_by) == (need, capability, 4, cast.manager)
    assert judged_grades() == {(str(need.pk), str(capability.pk)): 4}
    assert Delivery.objects.filter(topic="ranking.asked", task="marketplace.train_ranking").count() == 2


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        ("n-1,{code},5\n", HEAD, "line 2, column grade: 5 is not a whole number from 1 to 4"),
        ("n-1,{code},4\nn-2,{code},1\n", HEAD, "line 3, column need_id: there is no 'n-2'"),
        ("n-1,{code},4\nn-1,{code},1\n", HEAD, "line 3, column grade"),
        ("n-1,{code}\n", "need_id,capability_id\n", "line 1: the column grade is missing"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(
    pair: tuple[Need, Capability], tmp_path: Path, rows: str, head: str, said: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        bring(tmp_path, rows.format(code=pair[1].code), head=head)
    assert said in str(refusal.value)
    assert refusal.value.returncode == 2
    assert not Judgement.objects.exists()


def test_an_id_that_two_owners_use_names_nobody(cast: Cast, pair: tuple[Need, Capability], tmp_path: Path) -> None:
    other = published_need(cast, cast.rival)
    Need.objects.filter(pk=other.pk).update(external_id="n-1")
    with pytest.raises(CommandError, match="there is no 'n-1'"):
        bring(tmp_path, f"n-1,{pair[1].code},4\n")


def test_only_a_manager_brings_them(cast: Cast, pair: tuple[Need, Capability], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no account with the role of scenario manager"):
        bring(tmp_path, f"n-1,{pair[1].code},4\n", email=cast.moderator.email)
    assert not Judgement.objects.exists()


def test_a_pair_is_graded_once(pair: tuple[Need, Capability], tmp_path: Path) -> None:
    bring(tmp_path, f"n-1,{pair[1].code},4\n")
    kept = Judgement.objects.get()
    with pytest.raises(IntegrityError, match="judgement_once"), transaction.atomic():
        Judgement.objects.create(need=kept.need, capability=kept.capability, grade=1, brought_at=kept.brought_at)


def test_a_grade_from_a_file_holds_whatever_was_said_to_the_suggestion(cast: Cast, tmp_path: Path) -> None:
    needs = judged_collection(cast)
    said = Suggestion.objects.get(need=needs[0], state="contacted")
    bring(tmp_path, f"{needs[0].code},{said.capability.code},2\n")
    grades = judged_grades()
    assert grades[str(needs[0].pk), str(said.capability_id)] == 2
    assert readiness(grades) == Readiness(judgements=48, needs=11, missing=0)


def test_a_ranking_is_learned_from_files_alone(cast: Cast, tmp_path: Path) -> None:
    judged_collection(cast)
    graded = {"contacted": 4, "dismissed": 1}
    rows = Suggestion.objects.exclude(state="open").values_list("need__code", "capability__code", "state")
    lines = "".join(f"{need},{capability},{graded[state]}\n" for need, capability, state in rows)
    Suggestion.objects.update(state="open", reason="")
    assert judged_grades() == {}
    bring(tmp_path, lines)
    pipeline.train_ranking(finish=lambda: None)
    learned = RankingModel.objects.get()
    assert (learned.state, learned.needs, learned.judgements) == ("candidate", len(THINGS), 48)
