"""The index build: what is in it, how it is switched, and how it comes back."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from matching import Document
from scenarios.actions.needs import withdraw_need
from scenarios.indexing import replace_lost_build, update_index
from scenarios.live_index import folder_of, live_index
from scenarios.models import IndexBuild, MergeProposal, NeedPlace
from scenarios.pipeline import lay_out_needs
from tests.drain import drain_outbox
from tests.factories import Cast, checked_need, draft_need, published_need

LIKE = "车身压铸件外观缺陷视觉检测"


def ids() -> set[str]:
    live = live_index()
    return set(live.indexes.part("needs").ids) if live else set()


def test_only_needs_on_offer_are_in_the_index(cast: Cast) -> None:
    draft_need(cast)
    checked_need(cast)
    hidden = published_need(cast, visibility="parties")
    shown = published_need(cast)
    drain_outbox()
    assert ids() == {str(shown.pk)}
    withdraw_need(actor=cast.actor("enterprise"), need_id=shown.pk)
    drain_outbox()
    assert ids() == set()
    assert hidden.status == "published"


def test_every_need_on_offer_has_a_place_on_the_map_and_no_other(cast: Cast) -> None:
    draft_need(cast)
    published_need(cast, visibility="parties")
    shown = [published_need(cast, title_zh=title) for title in ("床位调度", "铸件检测", "车辆识别", "道路巡检")]
    drain_outbox()
    assert set(NeedPlace.objects.values_list("need", flat=True)) == {need.pk for need in shown}
    assert {place.index_build for place in NeedPlace.objects.all()} == {IndexBuild.objects.live()}
    before = set(NeedPlace.objects.values_list("need", "x", "y"))
    lay_out_needs(finish=lambda: None)
    assert set(NeedPlace.objects.values_list("need", "x", "y")) == before
    withdraw_need(actor=cast.actor("enterprise"), need_id=shown[0].pk)
    drain_outbox()
    assert set(NeedPlace.objects.values_list("need", flat=True)) == {need.pk for need in shown[1:]}


def test_a_switch_keeps_one_live_build_and_few_folders(cast: Cast, settings: Any) -> None:
    for number in range(6):
        update_index(
            "needs", documents=lambda n=number: [Document(str(n), "检测")], removed=[], finish=lambda build: None
        )
    assert IndexBuild.objects.filter(live=True).count() == 1
    assert len(list(Path(settings.INDEX_ROOT).iterdir())) == 3
    assert ids() == set("012345")


def test_a_build_that_was_overtaken_starts_from_the_new_one(cast: Cast) -> None:
    """Two writers at once: the second sees that the live build moved on, and keeps the first one's documents."""
    from scenarios import indexing

    original, overtaken = indexing._switch, []

    def slow(start: Any, index: Any, folder: str, finish: Any) -> Any:
        if not overtaken:
            overtaken.append(True)
            update_index("needs", documents=lambda: [Document("quick", "快")], removed=[], finish=lambda build: None)
        return original(start, index, folder, finish)

    indexing._switch = slow
    try:
        update_index("needs", documents=lambda: [Document("slow", "慢")], removed=[], finish=lambda build: None)
    finally:
        indexing._switch = original
    assert ids() == {"quick", "slow"}


def test_a_failing_finish_leaves_the_old_build_live(cast: Cast) -> None:
    update_index("needs", documents=lambda: [Document("a", "检测")], removed=[], finish=lambda build: None)

    def refuse(build: IndexBuild) -> None:
        raise ValueError("superseded")

    with pytest.raises(ValueError, match="superseded"):
        update_index("needs", documents=lambda: [Document("b", "检测")], removed=[], finish=refuse)
    assert ids() == {"a"}


@pytest.mark.parametrize("harm", ["removed", "damaged"])
def test_a_lost_build_is_made_again_from_the_database(cast: Cast, harm: str) -> None:
    one, other = published_need(cast), published_need(cast, "rival", title_zh=LIKE)
    drain_outbox()
    before = IndexBuild.objects.live()
    folder = folder_of(before)
    if harm == "removed":
        shutil.rmtree(folder)
    else:
        max(folder.glob("*.npy"), key=lambda path: path.stat().st_size).write_bytes(b"garbage")
    assert (replace_lost_build(), live_index()) == (True, None)
    drain_outbox()
    assert ids() == {str(one.pk), str(other.pk)}
    assert MergeProposal.objects.count() == 1
    assert replace_lost_build() is False


def test_a_change_that_finds_the_build_lost_begins_anew(cast: Cast) -> None:
    one = published_need(cast)
    drain_outbox()
    shutil.rmtree(folder_of(IndexBuild.objects.live()))
    other = published_need(cast, "rival", title_zh=LIKE)
    drain_outbox()
    assert ids() == {str(one.pk), str(other.pk)}


def test_rebuild_index_makes_a_new_build(cast: Cast) -> None:
    need = published_need(cast)
    drain_outbox()
    before = IndexBuild.objects.live().number
    call_command("rebuild_index")
    drain_outbox()
    assert IndexBuild.objects.live().number > before
    assert ids() == {str(need.pk)}


def test_the_words_of_a_withdrawn_need_leave_the_index_with_it(cast: Cast) -> None:
    for number in range(12):
        published_need(cast, title_zh=f"车身压铸件检测{number}")
    secret = published_need(cast, title_zh="曜珑检测")
    drain_outbox()
    live = live_index()
    assert live
    assert "曜珑" in live.indexes.vocabulary.terms
    withdraw_need(actor=cast.actor("enterprise"), need_id=secret.pk)
    drain_outbox()
    live = live_index()
    assert live
    assert not {"曜", "珑", "曜珑"} & set(live.indexes.vocabulary.terms)
    assert len(ids()) == 12
