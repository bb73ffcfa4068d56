"""Choosing whom a need is never pooled with: by name, with and without JavaScript."""

from typing import Any

from django.http import HttpResponse

from scenarios.models import Need
from tests.factories import Cast, make_organisation

NEW, FIND = "/workspace/needs/new/", "/workspace/needs/blocked/"
ROWS = {"indicators-TOTAL_FORMS": "0", "indicators-INITIAL_FORMS": "0"}


def listed(answer: HttpResponse) -> list[tuple[str, str, bool]]:
    """Return (id, name, whether ticked) of the boxes that are drawn."""
    context: Any = answer.context
    form = context.get("form") if answer.request["PATH_INFO"] == FIND else context["drafting"].form  # type: ignore[attr-defined]
    return [(str(one.data["value"]), one.data["label"], one.data["selected"]) for one in form["blocked"]]


def test_the_page_lists_none_of_the_enterprises_before_one_is_looked_for(cast: Cast) -> None:
    assert listed(cast.client("enterprise").get(NEW)) == []


def test_enterprises_are_found_by_a_part_of_their_name_or_by_their_credit_code(cast: Cast) -> None:
    foundry, mill = make_organisation("锡南铸造厂"), make_organisation("锡南纺织厂")
    make_organisation("锡南科技", kind="supplier")
    client = cast.client("enterprise")
    both = client.post(FIND, ROWS | {"blocked_name": "锡南"})
    assert listed(both) == [(str(mill.pk), "锡南纺织厂", False), (str(foundry.pk), "锡南铸造厂", False)]
    coded = client.post(FIND, ROWS | {"blocked_name": foundry.uscc.lower()})
    assert listed(coded) == [(str(foundry.pk), "锡南铸造厂", False)]
    assert listed(client.post(FIND, ROWS | {"blocked_name": "锡"})) == []
    assert "No enterprise has this in its name." in client.post(FIND, ROWS | {"blocked_name": "东海"}).content.decode()


def test_ones_own_enterprise_and_a_suspended_one_cannot_be_found(cast: Cast) -> None:
    client = cast.client("enterprise")
    type(cast.rival_org).objects.filter(pk=cast.rival_org.pk).update(verification="suspended")
    for name in (cast.enterprise_org.name_zh, cast.rival_org.name_zh):
        assert listed(client.post(FIND, ROWS | {"blocked_name": name})) == []


def test_what_is_ticked_stays_listed_while_another_is_looked_for_and_nonsense_is_left_out(cast: Cast) -> None:
    foundry, mill = make_organisation("锡南铸造厂"), make_organisation("滨湖纺织厂")
    posted = ROWS | {"blocked": [str(foundry.pk), "nonsense"], "blocked_name": "纺织"}
    answer = cast.client("enterprise").post(FIND, posted)
    assert listed(answer) == [(str(foundry.pk), "锡南铸造厂", True), (str(mill.pk), "滨湖纺织厂", False)]


def test_twenty_are_listed_at_most_and_the_page_says_so(cast: Cast) -> None:
    for number in range(21):
        make_organisation(f"锡南铸造{number}厂")
    answer = cast.client("enterprise").post(FIND, ROWS | {"blocked_name": "锡南"})
    assert len(listed(answer)) == 20
    assert "The first 20 are listed." in answer.content.decode()


def test_without_javascript_the_button_draws_the_form_again_and_saves_nothing(cast: Cast) -> None:
    foundry = make_organisation("锡南铸造厂")
    client = cast.client("enterprise")
    found = client.post(NEW, ROWS | {"title_zh": "检测", "blocked_name": "锡南", "find_blocked": "1"})
    assert (found.status_code, Need.objects.count()) == (200, 0)
    assert listed(found) == [(str(foundry.pk), "锡南铸造厂", False)]
    client.post(NEW, ROWS | {"title_zh": "检测", "blocked": str(foundry.pk), "then": "save"})
    need = Need.objects.get()
    assert list(need.blocked_organisations.all()) == [foundry]
    again = client.get(f"/workspace/needs/{need.pk}/edit/")
    assert listed(again) == [(str(foundry.pk), "锡南铸造厂", True)]
