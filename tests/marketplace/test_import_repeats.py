"""Importing again: what is known, what was changed by hand, and who may import for whom."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from marketplace.models import Member, Organisation
from scenarios.actions.imports import import_need
from scenarios.actions.needs import save_need
from scenarios.actor import PUBLIC
from scenarios.errors import NotPermitted
from scenarios.models import Event, Need
from tests.factories import Cast, make_member, make_organisation
from tests.marketplace.test_imports import EXAMPLES, FULL, as_csv, outcomes, reasons, run


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def test_the_same_row_twice_in_a_file_is_refused_once(db: None) -> None:
    report = run(as_csv([FULL, {**FULL, "title_zh": "另一个标题也可以"}]))
    assert outcomes(report) == ["created", "refused"]
    assert reasons(report.rows[1]) == [("", "The same row of the same organisation stands in row 2 already.")]


def test_repeating_a_file_changes_nothing(db: None) -> None:
    run(as_csv([FULL]))
    before = Need.objects.values().get(), Event.objects.count(), Organisation.objects.count()
    assert outcomes(run(as_csv([FULL]))) == ["unchanged"]
    assert (Need.objects.values().get(), Event.objects.count(), Organisation.objects.count()) == before


def test_rows_without_an_id_are_known_by_organisation_and_title(db: None) -> None:
    data = (EXAMPLES / "six_columns.csv").read_bytes()
    run(data)
    assert outcomes(run(data)) == ["unchanged"] * 12
    changed = data.decode().replace("现有3条磨削线", "现有5条磨削线").encode()
    assert outcomes(run(changed)) == ["updated", *["unchanged"] * 11]
    assert Need.objects.count() == 12


def test_a_changed_row_updates_its_draft_and_keeps_what_the_file_does_not_name(db: None) -> None:
    run(as_csv([FULL]))
    changed = {"external_id": "a-1", "organisation": FULL["organisation"], "title_zh": "新标题", "quantity": "6"}
    assert outcomes(run(as_csv([changed]))) == ["updated"]
    need = Need.objects.get()
    assert (need.title_zh, need.quantity, need.problem) == ("新标题", Decimal(6), FULL["problem"])
    assert need.indicators.count() == 2
    assert Event.objects.filter(kind="need.imported").count() == 2


def test_a_draft_edited_by_hand_is_left_alone(db: None) -> None:
    run(as_csv([FULL]))
    need = Need.objects.get()
    from marketplace.actors import actor_for

    actor = actor_for(make_member(need.owner))
    save_need(actor=actor, need_id=need.pk, version=need.version, fields={"problem": "改过了。"})
    Member.objects.all().delete()
    assert outcomes(run(as_csv([FULL]))) == ["unchanged"]
    report = run(as_csv([{**FULL, "quantity": "9"}]))
    assert outcomes(report) == ["kept"]
    assert str(report.rows[0].notes[0]).startswith("It was edited here since it was imported")
    need.refresh_from_db()
    assert (need.problem, need.quantity) == ("改过了。", Decimal(4))


def test_a_need_that_left_the_draft_stage_is_left_alone(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    fields: Any = {"title_zh": "标题", "quantity": Decimal(4)}
    made = import_need(actor=actor, owner_id=cast.enterprise_org.pk, external_id="x", fields=fields)
    Need.objects.filter(pk=made.object.pk).update(status="submitted")
    fields = {"title_zh": "别的标题"}
    again = import_need(actor=actor, owner_id=cast.enterprise_org.pk, external_id="x", fields=fields)
    assert again.outcome == "kept"
    assert Need.objects.get().title_zh == "标题"


def test_dry_run_writes_nothing_and_says_the_same(db: None) -> None:
    report = run(as_csv([FULL, {**FULL, "external_id": "a-2", "quantity": "-"}]), dry_run=True)
    assert (outcomes(report), report.dry_run) == (["created", "created"], True)
    assert (Need.objects.count(), Organisation.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_manager_imports_only_where_nobody_writes_for_themselves(cast: Cast) -> None:
    rows = [{**FULL, "organisation": cast.enterprise_org.name_zh}, {**FULL, "organisation": "无人认领厂"}]
    report = run(as_csv(rows), actor=cast.actor("manager"))
    assert outcomes(report) == ["refused", "created"]
    assert "writes for itself" in reasons(report.rows[0])[0][1]
    # From the first member on, the drafts are the organisation's own.
    make_member(Organisation.objects.get(name_zh="无人认领厂"))
    report = run(as_csv([{**FULL, "organisation": "无人认领厂", "quantity": "9"}]), actor=cast.actor("manager"))
    assert outcomes(report) == ["refused"]
    assert Need.objects.get().quantity == Decimal(4)


@pytest.mark.parametrize("part", ["moderator", "publisher", "rival", "stranger"])
def test_nobody_else_imports_for_another_organisation(cast: Cast, part: str) -> None:
    owner = make_organisation("无人认领厂", verified=False)
    with pytest.raises(NotPermitted):
        import_need(actor=cast.actor(part), owner_id=owner.pk, external_id="x", fields={"title_zh": "标题"})
    with pytest.raises(NotPermitted):
        import_need(actor=PUBLIC, owner_id=owner.pk, external_id="x", fields={"title_zh": "标题"})
    assert Need.objects.count() == 0
