"""Every field of the forms of a need and of a call says what is wanted there, and what words of policy mean."""

import re

import pytest

from tests.factories import Cast, published_need

HINT = re.compile(r'id="id_([\w-]+)_helptext">([^<]+)</div>')
NEED, CALL = "/workspace/needs/new/", "/staff/calls/new/"


def hints(page: str) -> dict[str, str]:
    return dict(HINT.findall(page))


def test_every_field_of_the_need_form_says_what_is_wanted(cast: Cast) -> None:
    answer = cast.client("enterprise").get(NEED)
    drafting = answer.context["drafting"]
    shown = {field.name for field in drafting.form.visible_fields()}
    shown |= {f"indicators-0-{field.name}" for field in drafting.indicators.forms[0].visible_fields()}
    assert {name.removeprefix("indicators-0-") for name in shown} & {"metric", "domain"} == {"metric", "domain"}
    assert shown - {"indicators-0-DELETE"} == shown & hints(answer.content.decode()).keys()


def test_words_of_policy_are_explained_in_both_languages(cast: Cast) -> None:
    english = hints(cast.client("enterprise").get(NEED).content.decode())
    chinese = hints(cast.client("enterprise", language="zh-hans").get(NEED).content.decode())
    assert "becomes a share in the supplier" in english["funding"]
    assert "Data Security Law, art. 21" in english["data_class"]
    for name, word in (("funding", "先投后股"), ("data_class", "重要数据"), ("cooperation", "先试后买")):
        assert f"“{word}”" in chinese[name], name
    assert chinese.keys() == english.keys()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_field_of_the_call_form_says_what_is_wanted(cast: Cast, language: str) -> None:
    need = published_need(cast)
    answer = cast.client("manager", language=language).get(f"{CALL}?need={need.pk}")
    assert answer.status_code == 200
    shown = hints(answer.content.decode())
    wanted = {field.name for field in answer.context["form"].visible_fields()}
    assert wanted - shown.keys() == set()
    for rows, names in (("criteria", ("name", "weight", "minimum")), ("clauses", ("name", "text"))):
        assert {f"{rows}-__prefix__-{name}" for name in names} <= shown.keys(), rows
