"""Partners of a response are held against registered organisations, and nothing tells who stands behind a call."""

from typing import Any

import pytest
from django.urls import reverse

from marketplace.actions import opening, responses
from marketplace.actors import actor_for
from marketplace.models import Organisation, Response
from scenarios.errors import Invalid
from scenarios.models import Need
from tests.calls import SealedCall, answers, close, drafted, sealed_call
from tests.factories import Cast, make_organisation
from tests.stories.town import signed_in


@pytest.fixture
def ready(cast: Cast) -> SealedCall:
    return sealed_call(cast)


def saved(cast: Cast, ready: SealedCall, *partners: tuple[str, str]) -> Response:
    draft = drafted(ready.call, cast.supplier)
    content: Any = {**answers(ready.call), "partners": [{"name": name, "role": role} for name, role in partners]}
    actor = cast.actor("supplier")
    return responses.save_response(actor=actor, response_id=draft.pk, version=draft.version, content=content)


def seal(cast: Cast, draft: Response) -> Response:
    return responses.seal_response(actor=cast.actor("supplier"), response_id=draft.pk, version=draft.version)


@pytest.mark.parametrize(
    "partners",
    [
        [("丙视觉科技", "integrator")],
        [("某研究院", "research"), ("某研究院 ", "research")],
        [("停用公司", "data")],
    ],
)
def test_oneself_a_repetition_and_the_suspended_are_no_partners(
    cast: Cast, ready: SealedCall, partners: list[tuple[str, str]]
) -> None:
    Organisation.objects.filter(pk=make_organisation("停用公司").pk).update(verification="suspended")
    draft = saved(cast, ready, *partners)
    with pytest.raises(Invalid) as refusal:
        seal(cast, draft)
    assert list(refusal.value.fields) == ["partners"]
    assert Response.objects.get().status == "draft"


def test_the_checklist_names_partners_that_are_not_registered(cast: Cast, ready: SealedCall) -> None:
    make_organisation("某研究院", kind="academy")
    draft = saved(cast, ready, ("某研究院", "research"), ("无名集成商", "integrator"))
    page = cast.client("supplier").get(reverse("response_check", args=[draft.pk]))
    assert (page.context["unregistered"], page.context["complete"]) == (["无名集成商"], True)
    assert seal(cast, draft).status == "sealed"


def test_who_stands_behind_the_call_or_is_blocked_is_told_to_staff_after_the_opening_only(
    cast: Cast, ready: SealedCall
) -> None:
    need = Need.objects.get()
    need.blocked_organisations.add(cast.rival_org)
    draft = saved(cast, ready, ("乙精密铸造厂", "integrator"))
    page = cast.client("supplier").get(reverse("response_check", args=[draft.pk]))
    assert (page.context["complete"], page.context["unregistered"]) == (True, [])
    seal(cast, draft)
    close(ready.call)
    for n in (0, 1):
        opening.agree_to_open(actor=actor_for(ready.openers[n]), call_id=ready.call.pk, code=ready.codes[n])
    shown = signed_in(ready.openers[0]).get(reverse("call_opening", args=[ready.call.pk]))
    assert shown.context["barred"] == {draft.pk}
    assert "乙精密铸造厂" not in shown.content.decode()
