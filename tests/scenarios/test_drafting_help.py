"""The help beside the form of a need: how precise it is, what is like it, and starting from that."""

from decimal import Decimal
from typing import Any

from scenarios.models import Need
from scenarios.views import parts
from tests.drain import drain_outbox
from tests.factories import NEED, Cast, draft_need, published_need
from tests.scenarios.test_drafting_pages import NEW, VAGUE, form, whole

PRECISION, LIKE = "/workspace/needs/precision/", "/workspace/needs/like/"


def test_the_precision_panel_quotes_the_vague_words(cast: Cast) -> None:
    answer = cast.client("enterprise").post(PRECISION, form(**VAGUE))
    page = answer.content.decode()
    assert answer.context["report"].score < 60
    assert len(answer.context["report"].blockers) == 3
    assert "<mark>世界一流</mark>" in page or "<mark>打造世界一流</mark>" in page
    assert "Cannot be submitted yet" in page
    assert "<html" not in page
    assert Need.objects.count() == 0


def test_the_precision_panel_derives_the_tier_and_what_it_demands(cast: Cast) -> None:
    answer = cast.client("enterprise").post(PRECISION, whole(risk=["biometric_identification"]))
    assert (answer.context["tier"], answer.context["report"].precise_enough) == ("R3", True)
    page = answer.content.decode()
    assert "Recognises people by their body" in page
    assert "Before publication:" in page


def test_like_needs_lists_the_published_and_never_a_draft(cast: Cast) -> None:
    client = cast.client("enterprise")
    typed = {"title_zh": "铸件表面缺陷检测", "problem": NEED["problem"]}
    assert "There is no index yet" in client.post(LIKE, typed).content.decode()
    other = published_need(cast, "rival", title_en="A published one", contact="不可见联系人", value_basis="不可见依据")
    draft_need(cast, "rival", title_en="Nobody sees this draft")
    drain_outbox()
    answer = client.post(LIKE, typed)
    assert [row.need.pk for row in answer.context["like"]] == [other.pk]
    assert answer.context["like"][0].terms[0]["contribution"] > 0
    page = answer.content.decode()
    assert other.title_en in page
    assert "Nobody sees this draft" not in page
    assert "不可见" not in page
    assert 'name="like"' in page
    assert (
        "No published need is like this one." in client.post(LIKE, {"title_zh": "港口起重机远程调度"}).content.decode()
    )


def test_a_withdrawn_need_is_not_offered_even_while_the_index_lags(cast: Cast) -> None:
    need = published_need(cast, "rival")
    drain_outbox()
    Need.objects.filter(pk=need.pk).update(status="withdrawn")
    answer = cast.client("enterprise").post(LIKE, {"title_zh": NEED["title_zh"]})
    assert answer.context["like"] == []


def test_mine_is_like_this_opens_the_draft_to_merging(cast: Cast) -> None:
    other = published_need(cast, "rival")
    answer = cast.client("enterprise").post(NEW, whole(merge_pref="no", like=str(other.pk)))
    assert answer.status_code == 302
    mine = Need.objects.get(owner=cast.enterprise_org)
    assert (mine.merge_pref, mine.joins_id) == ("open", None)


def test_starting_from_a_like_need_copies_public_fields_only(cast: Cast) -> None:
    other = published_need(cast, "rival", budget_max=Decimal("98765.43"), contact="秘密联系人")
    answer = cast.client("enterprise").get(NEW, {"like": str(other.pk)})
    page = answer.content.decode()
    assert answer.context["drafting"].form["boundary_out"].value() == NEED["boundary_out"]
    assert [row["metric"].value() for row in answer.context["drafting"].indicators] == ["漏检率", "节拍"]
    assert "98765" not in page.replace(",", "")
    assert "秘密联系人" not in page
    assert cast.client("enterprise").get(NEW, {"like": str(draft_need(cast, "rival").pk)}).status_code == 404


def test_help_is_limited_per_account(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(parts, "PER_MINUTE", 2)
    client = cast.client("enterprise")
    assert [client.post(LIKE, {"title_zh": "检测"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.post(PRECISION, form()).status_code == 200
    assert cast.client("rival").post(LIKE, {"title_zh": "检测"}).status_code == 200
