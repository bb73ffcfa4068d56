"""Story 3: two near-identical needs, one on premises with personal data, one in a cloud."""

from django.urls import reverse

from scenarios.models import Difference, MergedDemand, MergeProposal
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.scenarios.test_merge_desk_pages import posted_core
from tests.stories.town import owner_of, post


def test_story_3_the_one_click_merge_is_refused_and_the_conflict_is_shown(cast: Cast) -> None:
    owners = [
        owner_of(cast, 4, deploy="onprem", data_class="personal"),
        owner_of(cast, 6, deploy="cloud_cn", data_class="internal"),
    ]
    drain_outbox()
    proposal, manager = MergeProposal.objects.get(), cast.client("manager")
    address = reverse("merge_proposal", args=[proposal.pk])
    page = manager.get(address)
    conflicting = {str(row["label"]): row["conflict"] for row in page.context["rows"] if row["conflict"]}
    assert len(conflicting) == 2
    text = page.content.decode()
    for words in ("On premises", "Cloud within mainland China", "Personal information", "Internal data"):
        assert words in text

    form = posted_core(page)
    refused = manager.post(reverse("accept_proposal", args=[proposal.pk]), form)
    assert refused.status_code == 422
    assert (
        manager.post(f"/api/v1/proposals/{proposal.pk}/accept/", {}, content_type="application/json").status_code == 422
    )
    proposal.refresh_from_db()
    assert (proposal.status, MergedDemand.objects.count()) == ("open", 0)

    # Only a decision on each field merges them, and then nothing is averaged: each keeps its own value.
    decided = page.context["resolutions"].fields
    chosen = {page.context["resolutions"].add_prefix(name): "module" for name in decided}
    post(manager, "accept_proposal", proposal.pk, **{**form, **chosen})
    rows = Difference.objects.filter(field__in=["deploy", "data_class"]).values_list("field", "value", "treatment")
    assert {(field, treatment) for field, _value, treatment in rows} == {("deploy", "module"), ("data_class", "module")}
    for owner in owners:
        before = (owner.need.deploy, owner.need.data_class)
        owner.need.refresh_from_db()
        assert (owner.need.deploy, owner.need.data_class) == before
