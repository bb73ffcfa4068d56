"""How the capabilities of a reader's organisations fit a need: every condition in words."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language

from marketplace.explanations import explain
from marketplace.gates import Asked, Offered, verdicts
from marketplace.models import Capability
from scenarios.actor import Actor
from scenarios.models import Need
from scenarios.offered import OwnOffer

MOST = 20


def offers_for(need: Need, actor: Actor) -> list[OwnOffer]:
    """Return the actor's capabilities on offer against a need that was loaded with its district: one query."""
    language = "en" if get_language() == "en" else "zh"
    served = Q(districts__isnull=False)
    rows = Capability.objects.published().of(actor).order_by("code")
    # Both in the order of the codes, so that they belong together.
    told = rows.annotate(
        served=ArrayAgg("districts", filter=served, default=[], order_by="districts__pk"),
        served_names=ArrayAgg(f"districts__name_{language}", filter=served, default=[], order_by="districts__pk"),
    )
    return [_offer(need, capability) for capability in told[:MOST]]


def _offer(need: Need, capability: Capability) -> OwnOffer:
    codes: list[str] = capability.served  # type: ignore[attr-defined]
    names = dict(zip(codes, capability.served_names, strict=True))  # type: ignore[attr-defined]
    if need.district:
        names[need.district.pk] = str(need.district)
    asked = Asked(need.data_class, need.deploy, need.district_id or "", need.quantity, need.quantity_unit)
    offered = Offered(
        capability.data_classes,
        capability.deploy,
        codes,
        capability.min_scale_quantity,
        capability.min_scale_unit,
    )
    gates = explain([verdict.as_json() for verdict in verdicts(asked, offered)], districts=names)
    url = reverse("capability_detail", args=[capability.pk])
    return OwnOffer(capability.code, capability.title, url, gates)
