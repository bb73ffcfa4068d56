"""Which draft a row means: found again whatever the keys of the installation are, and never made twice."""

from typing import Any

import pytest
from django.utils import translation

from marketplace.models import Capability, Member
from scenarios.actions.needs import save_need
from scenarios.models import Event, Need
from tests.factories import make_member
from tests.marketplace.test_imports import CAPABILITY, FULL, as_csv, outcomes, run

NAMELESS = {name: cell for name, cell in FULL.items() if name != "external_id"}


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def test_a_row_without_an_id_is_found_again_under_another_secret_key(db: None, settings: Any) -> None:
    assert outcomes(run(as_csv([NAMELESS]))) == ["created"]
    before = Need.objects.values().get(), Event.objects.count()
    settings.SECRET_KEY = "another key, after the old one became known"
    assert outcomes(run(as_csv([NAMELESS]))) == ["unchanged"]
    assert (Need.objects.values().get(), Event.objects.count()) == before
    assert outcomes(run(as_csv([{**NAMELESS, "quantity": "6"}]))) == ["updated"]
    assert Need.objects.count() == 1


def test_the_id_of_a_row_is_a_plain_digest_of_organisation_and_title(db: None) -> None:
    run(as_csv([NAMELESS, {**NAMELESS, "organisation": "另一家厂"}]))
    ids = sorted(Need.objects.values_list("external_id", flat=True))
    assert ids == ["row-08371abee999a0f2a11a4444", "row-4c41128a84483592c2909ecd"]


def test_a_capability_is_unchanged_under_another_secret_key(db: None, settings: Any) -> None:
    data = as_csv([CAPABILITY])
    run(data, kind="capabilities")
    before = Capability.objects.values().get(), Event.objects.count()
    settings.SECRET_KEY = "another key, after the old one became known"
    assert outcomes(run(data, kind="capabilities")) == ["unchanged"]
    assert (Capability.objects.values().get(), Event.objects.count()) == before


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("solves", "别的。"),
        ("evidence", "压铸线|五条产线|漏检率0.4%"),
        ("price_tiers", "1|38\n12|20"),
        ("districts", "惠山"),
    ],
)
def test_a_changed_cell_of_a_capability_is_written_under_another_secret_key(
    db: None, settings: Any, column: str, cell: str
) -> None:
    run(as_csv([CAPABILITY]), kind="capabilities")
    settings.SECRET_KEY = "another key, after the old one became known"
    assert outcomes(run(as_csv([{**CAPABILITY, column: cell}]), kind="capabilities")) == ["updated"]
    assert Capability.objects.get().version == 2


def test_a_draft_that_says_what_the_row_says_is_unchanged_wherever_it_is(db: None, settings: Any) -> None:
    run(as_csv([FULL]))
    Need.objects.update(status="submitted")
    settings.SECRET_KEY = "another key, after the old one became known"
    assert outcomes(run(as_csv([FULL]))) == ["unchanged"]
    assert outcomes(run(as_csv([{**FULL, "quantity": "6"}]))) == ["kept"]


def test_a_draft_edited_by_hand_is_kept_under_another_secret_key(db: None, settings: Any) -> None:
    from marketplace.actors import actor_for

    run(as_csv([FULL]))
    need = Need.objects.get()
    member = make_member(need.owner)
    save_need(actor=actor_for(member), need_id=need.pk, version=need.version, fields={"problem": "改过了。"})
    Member.objects.all().delete()
    settings.SECRET_KEY = "another key, after the old one became known"
    assert outcomes(run(as_csv([FULL]))) == ["kept"]
    assert Need.objects.get().problem == "改过了。"
