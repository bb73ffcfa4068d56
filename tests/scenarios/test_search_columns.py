"""Stored full-text columns follow the analyzer: what was indexed by an earlier one is found again after an upgrade."""

from typing import Any

import pytest

from marketplace import pipeline as supply
from marketplace.models import Capability
from scenarios import pipeline, search_columns
from scenarios.indexing import replace_lost_build
from scenarios.models import Delivery, IndexBuild, Need
from scenarios.querysets import lexemes
from tests.drain import drain_outbox
from tests.factories import Cast, draft_capability, draft_need, published_capability, published_need


@pytest.fixture
def upgraded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], list[Any]]:
    """Three needs and two capabilities on offer, with the columns and the index of an earlier analyzer."""
    from matching import Analyzer

    needs = [published_need(cast, title_zh=f"铸件表面缺陷检测{number}") for number in range(3)]
    capabilities = [published_capability(cast, title_zh=f"视觉检测{number}") for number in range(2)]
    drain_outbox()
    for model in (Need, Capability):
        model.objects.update(search=lexemes(["earlier"]))
    monkeypatch.setattr(Analyzer, "name", "han12-words/next")
    return needs, capabilities


def found() -> tuple[int, int]:
    return (
        Need.objects.published().matching_text(["缺陷"]).count(),
        Capability.objects.published().matching_text(["视觉"]).count(),
    )


def test_after_an_upgrade_every_text_is_found_again(upgraded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_columns, "BATCH", 2)
    assert found() == (0, 0)
    assert replace_lost_build() is True
    drain_outbox()
    assert found() == (3, 2)
    assert IndexBuild.objects.live().analyzer.startswith("han12-words/next")
    assert not Need.objects.matching_text(["earlier"]).exists()
    batches = Delivery.objects.filter(task="scenarios.refresh_search").order_by("pk").values_list("payload", flat=True)
    second = sorted(Need.objects.values_list("pk", flat=True))[1]
    assert list(batches) == [{}, {"after": str(second)}]


def test_a_second_run_writes_the_same(upgraded: Any) -> None:
    pipeline.refresh_search(finish=lambda: None)
    supply.refresh_search(finish=lambda: None)
    before = [list(model.objects.order_by("pk").values_list("search", "updated_at")) for model in (Need, Capability)]
    pipeline.refresh_search(finish=lambda: None)
    supply.refresh_search(finish=lambda: None)
    assert [
        list(model.objects.order_by("pk").values_list("search", "updated_at")) for model in (Need, Capability)
    ] == before
    assert found() == (3, 2)


def test_what_was_never_on_offer_gets_no_column(cast: Cast) -> None:
    need, capability = draft_need(cast), draft_capability(cast)
    pipeline.refresh_search(finish=lambda: None)
    supply.refresh_search(finish=lambda: None)
    need.refresh_from_db()
    capability.refresh_from_db()
    assert (need.search, capability.search) == (None, None)


def test_a_batch_that_is_not_finished_writes_nothing(upgraded: Any) -> None:
    def refuse() -> None:
        raise ValueError("superseded")

    with pytest.raises(ValueError, match="superseded"):
        pipeline.refresh_search(finish=refuse)
    assert found() == (0, 0)
