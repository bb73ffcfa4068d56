"""Which techniques fit which needs: the kept rows say what suggestions, capabilities and organisations say."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from marketplace.actions import capabilities, organisations
from marketplace.models import Capability, NeedFit, Organisation, Suggestion
from scenarios.models import Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need

Change = Callable[[Cast], Any]
OURS = Capability.objects.filter(owner__name_zh="丙视觉科技")


def suspended_organisation(cast: Cast) -> None:
    actor, owner = cast.actor("moderator"), cast.supplier_org.pk
    organisations.suspend_organisation(actor=actor, organisation_id=owner, reason="待核实")


def reinstated_organisation(cast: Cast) -> None:
    suspended_organisation(cast)
    Organisation.objects.filter(pk=cast.supplier_org.pk).update(verification="verified")


def suspended_capability(cast: Cast) -> None:
    actor = cast.actor("moderator")
    capabilities.suspend_capability(actor=actor, capability_id=OURS.get().pk, reason="待核实")


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda cast: None, {"cv", "ml", "nlp"}),
        (suspended_organisation, {"nlp"}),
        (reinstated_organisation, {"cv", "ml", "nlp"}),
        (suspended_capability, {"nlp"}),
        (lambda cast: OURS.update(techniques=["ml"]), {"ml", "nlp"}),
        (lambda cast: OURS.update(valid_until=timezone.now() - timedelta(seconds=1)), {"nlp"}),
        (lambda cast: Suggestion.objects.update(state="dismissed", reason="x"), {"cv", "ml", "nlp"}),
        (lambda cast: Suggestion.objects.update(state="superseded"), set()),
        (lambda cast: Suggestion.objects.filter(capability__in=OURS.all()).update(failed_gates=["deploy"]), {"nlp"}),
        (lambda cast: Suggestion.objects.all().delete(), set()),
    ],
)
def test_what_fits_a_need_follows_every_change(cast: Cast, change: Change, left: set[str]) -> None:
    need = published_need(cast)
    published_capability(cast, min_scale_quantity=Decimal(1))
    published_capability(cast, "rival", min_scale_quantity=Decimal(1), techniques=["nlp"])
    drain_outbox()
    change(cast)
    assert set(NeedFit.objects.standing().filter(need=need).values_list("technique", flat=True)) == left
    for technique in ("cv", "ml", "nlp"):
        assert Need.objects.fitted_by(technique).exists() == (technique in left)
    assert Need.objects.fitted_by_none().exists() == (not left)


def test_the_later_end_of_two_capabilities_counts(cast: Cast) -> None:
    published_need(cast)
    for part in ("supplier", "rival"):
        published_capability(cast, part, min_scale_quantity=Decimal(1), techniques=["cv"])
    drain_outbox()
    soon, later = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=9)
    OURS.update(valid_until=later)
    Capability.objects.exclude(owner__name_zh="丙视觉科技").update(valid_until=soon)
    assert NeedFit.objects.get().until == later
    OURS.update(valid_until=soon - timedelta(days=2))
    assert NeedFit.objects.get().until == soon


def test_the_first_fill_is_what_the_triggers_keep(cast: Cast) -> None:
    published_need(cast)
    published_capability(cast, min_scale_quantity=Decimal(1))
    drain_outbox()
    kept = list(NeedFit.objects.values_list("need", "technique", "until"))
    assert len(kept) == 2
    NeedFit.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT marketplace_refit(array_agg(DISTINCT need_id)) FROM marketplace_suggestion")
    assert list(NeedFit.objects.values_list("need", "technique", "until")) == kept


def test_techniques_that_fit_are_counted_in_the_list_of_needs(cast: Cast) -> None:
    fitted, other = published_need(cast), published_need(cast, "rival", domain="health")
    published_capability(cast, min_scale_quantity=Decimal(1), techniques=["cv", "ml"])
    drain_outbox()
    Suggestion.objects.filter(need=other).update(failed_gates=["deploy"])
    client = cast.client()
    listed = client.get("/needs/", {"technique": "ml"})
    (facet,) = [one for one in listed.context["facets"] if one.name == "technique"]
    assert [(one.value, one.count, one.selected) for one in facet.options] == [("ml", 1, True), ("cv", 1, False)]
    assert [row.code for row in listed.context["page"]] == [fitted.code]
    assert [chip.url for chip in listed.context["chips"]] == ["?"]
    assert client.get("/needs/", {"technique": ["ml", "cv"], "domain": "health"}).context["page"].paginator.count == 0
