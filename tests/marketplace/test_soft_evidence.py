"""What a capability states beside its text: how it is counted, learned from and told, and that it is no gate."""

from decimal import Decimal
from math import log
from typing import Any

import pytest
from django.urls import reverse

from marketplace import pipeline
from marketplace.actions.rankings import activate_ranking
from marketplace.gates import Asked
from marketplace.models import Capability, Evidence, RankingModel, Suggestion
from marketplace.soft_evidence import FACETS, facets_beside
from scenarios.models import District, Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability
from tests.marketplace.judged import judged_collection

ASKED = Asked(data_class="internal", deploy="onprem", district="binhu", quantity=Decimal(4), unit="line")


def stated(cast: Cast, **values: Any) -> Capability:
    capability = published_capability(cast)
    capability.evidence.all().delete()
    capability.districts.clear()
    nothing: dict[str, Any] = {"maturity": "", "filings": [], "data_classes": [], "deploy": []}
    Capability.objects.filter(pk=capability.pk).update(**nothing | values)
    return capability


def counted(capability: Capability) -> dict[str, float]:
    (found,) = facets_beside("need", ASKED, [str(capability.pk)]).values()
    assert tuple(found) == FACETS
    return dict(found)


def test_what_is_left_open_counts_nothing(cast: Cast) -> None:
    type(cast.supplier_org).objects.filter(pk=cast.supplier_org.pk).update(district=None)
    assert counted(stated(cast)) == dict.fromkeys(FACETS, 0.0)


def test_each_statement_counts_for_itself(cast: Cast) -> None:
    binhu, other = District.objects.get(pk="binhu"), District.objects.get(pk="huishan")
    type(cast.supplier_org).objects.filter(pk=cast.supplier_org.pk).update(district=binhu)
    one = stated(
        cast, maturity="scaled", filings=["algo", "mlps"], data_classes=["public", "internal"], deploy=["edge"]
    )
    one.districts.set([binhu, other])
    Evidence.objects.bulk_create(Evidence(capability=one, case=f"案例{number}") for number in range(3))
    expected = {"maturity": 4.0, "cases": log(4), "filings": 2.0, "named": 2 / 3, "near": 1.0}
    assert counted(one) == pytest.approx(expected)
    Capability.objects.filter(pk=one.pk).update(filings=["none"], deploy=["onprem"])
    assert counted(one) == pytest.approx(expected | {"filings": 0.0, "named": 1.0})


def test_what_is_not_there_any_more_has_none(cast: Cast) -> None:
    assert facets_beside("need", ASKED, ["00000000-0000-0000-0000-000000000000"]) == {}


@pytest.fixture
def judged(cast: Cast) -> list[Need]:
    """Judgements in which who suits has been used at scale, and nobody else has."""
    needs = judged_collection(cast)
    suits = Suggestion.objects.filter(state="contacted").values("capability")
    Capability.objects.update(maturity="lab")
    Capability.objects.filter(pk__in=suits).update(maturity="scaled")
    return needs


def test_a_ranking_learns_what_statements_are_worth_and_tells_so(cast: Cast, judged: list[Need]) -> None:
    pipeline.train_ranking(finish=lambda: None)
    learned = RankingModel.objects.get()
    worth = dict(zip(learned.coefficients["names"], learned.coefficients["coefficients"], strict=True))
    assert {name for name in worth if name.startswith("facet.")} == {f"facet.{name}" for name in FACETS}
    assert worth["facet.maturity"] > 0
    assert worth["facet.filings"] == pytest.approx(0)  # all state the same
    activate_ranking(actor=cast.actor("manager"), ranking_id=learned.pk)
    drain_outbox()
    need = judged[0]
    rows = {row.state: row for row in Suggestion.objects.filter(need=need).exclude(state="superseded")}
    assert rows["contacted"].families["facet"] > 0 > rows["dismissed"].families["facet"]
    page = cast.client("enterprise").get(reverse("need_suggestions", args=[need.pk]))
    assert "Maturity, cases, filings and places that the capability states" in page.content.decode()
