"""The benchmark on judged data, with a small set of our own in its format."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from marketplace import real_data
from marketplace.models import Capability, Organisation
from scenarios.actions.needs import publish_imported
from scenarios.actor import SYSTEM
from scenarios.errors import NotPermitted
from scenarios.live_index import live_index
from scenarios.models import Event, Need
from tests.drain import drain_outbox

THINGS = (
    "轴承磨削",
    "织机张力",
    "船闸调度",
    "病历编码",
    "燃气报警",
    "公交排班",
    "锅炉腐蚀",
    "茶叶杀青",
    "路灯巡检",
    "冷链测温",
    "疵点识别",
    "电梯困人",
)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Two needs; each of twelve capabilities is judged for the first, three for the second."""
    settings.PRODUCTION = False
    place = tmp_path / real_data.FOLDER
    place.mkdir()
    capabilities = [(f"c{n:02d}", f"{thing} 系统 方法", "") for n, thing in enumerate(THINGS)]
    capabilities[0] = ("c00", " ".join(["轴承磨削", "很长的标题", *THINGS]), "")
    write(place / "capabilities.csv", "id,title,body", capabilities)
    needs = [("n1", "轴承磨削表面检测", "磨削后有烧伤。"), ("n2", "织机张力监测", "断经停车。")]
    write(place / "needs.csv", "id,title,body", needs)
    grades = [("n1", f"c{n:02d}", 4 if n == 0 else 1) for n in range(12)] + [("n2", f"c{n:02d}", 2) for n in range(3)]
    write(place / "judgements.csv", "need_id,capability_id,grade", grades)
    return tmp_path


def write(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def silent(done: int, total: int) -> None:
    return None


def imported(folder: Path) -> Path:
    place = real_data.find_folder(str(folder))
    assert real_data.import_needs(place, silent).counts["created"] == 2
    assert real_data.import_capabilities(place, silent).counts["created"] == 12
    return place


def test_data_goes_through_import_and_the_named_action(db: None, folder: Path) -> None:
    imported(folder)
    steps: list[tuple[int, int]] = []
    assert real_data.publish_all(lambda done, total: steps.append((done, total))) == 14
    assert steps == [(14, 14)]
    assert set(Need.objects.values_list("status", "imported", "source")) == {("published", True, "file")}
    assert set(Capability.objects.values_list("status", "imported", "source")) == {("published", True, "file")}
    assert Event.objects.filter(kind="need.published_imported").count() == 2
    assert Organisation.objects.count() == 3
    long = Capability.objects.get(external_id="c00")
    assert (len(long.title_zh), long.solves.startswith("轴承磨削 很长的标题")) == (40, True)


def test_figures_come_from_the_index_build_in_use(db: None, folder: Path) -> None:
    place = imported(folder)
    real_data.publish_all(silent)
    drain_outbox()
    live = live_index()
    assert live is not None
    measured = real_data.measure(live, real_data.read_grades(place))
    # The second need has too few judged candidates and no relevant one, so it does not count.
    assert (measured.pairs, measured.quality.needs, measured.quality.ndcg) == (15, 1, 1.0)


def test_a_pair_that_is_not_in_the_index_is_an_error(db: None, folder: Path) -> None:
    place = imported(folder)
    Capability.objects.filter(external_id="c05").update(status="withdrawn")
    real_data.publish_all(silent)
    drain_outbox()
    live = live_index()
    assert live is not None
    with pytest.raises(LookupError, match="1 of 12 judged capabilities of n1 are not in the index"):
        real_data.measure(live, real_data.read_grades(place))


def test_publishing_without_moderation_is_refused_in_production(db: None, folder: Path, settings: Any) -> None:
    imported(folder)
    settings.PRODUCTION = True
    with pytest.raises(NotPermitted):
        publish_imported(actor=SYSTEM, need_id=Need.objects.all()[0].pk)
    with pytest.raises(CommandError, match="refused in production"):
        call_command("bench_real", "--data-dir", str(folder), stdout=io.StringIO())
    assert set(Need.objects.values_list("status", flat=True)) == {"draft"}


def test_missing_data_is_said_clearly(settings: Any, tmp_path: Path) -> None:
    settings.PRODUCTION = False
    with pytest.raises(CommandError, match="Say where the data is") as none:
        call_command("bench_real", "--data-dir", "", stdout=io.StringIO())
    assert none.value.returncode == 2
    with pytest.raises(CommandError, match=r"bdci_dev lacks needs.csv, capabilities.csv, judgements.csv"):
        call_command("bench_real", "--data-dir", str(tmp_path), stdout=io.StringIO())
