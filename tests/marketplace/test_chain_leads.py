"""The lead of an industrial chain: named by a manager, told of the chain's needs, which the queue is narrowed to."""

from typing import Any

from marketplace.models import Account, Member, Organisation, StaffRole
from marketplace.notices import recipients, subject_of
from scenarios.models import Chain, ChainLead, Event, Need
from tests.factories import STAFF, Cast, checked_need, make_account


def chain_of(cast: Cast, part: str) -> Chain:
    """Put the organisation of a part of the cast into a chain of its own."""
    chain = Chain.objects.create(code=f"chain-{part}", name_zh=f"{part}产业链", name_en=f"Chain of {part}")
    Organisation.objects.filter(members__account=getattr(cast, part)).update(chain=chain)
    return chain


def named(cast: Cast, chain: Chain, *accounts: Account, part: str = "manager") -> Any:
    path = f"/staff/vocabulary/chains/{chain.pk}/leads/"
    return cast.client(part).post(path, {"lead": [one.pk for one in accounts]}, follow=True)


def told(need: Need) -> set[str]:
    event = Event.objects.get(kind="need.checked", subject_id=need.pk)
    accounts = Account.objects.filter(pk__in=recipients(event, subject_of(event)))
    return {account.email.partition("@")[0] for account in accounts}


def listed(cast: Cast, query: str = "") -> list[str]:
    return [need.code for need in cast.client("moderator").get(f"/staff/moderation/{query}").context["page"]]


def test_the_queue_is_narrowed_by_chain_with_counts(cast: Cast) -> None:
    chain, other = chain_of(cast, "enterprise"), chain_of(cast, "rival")
    needs = [checked_need(cast, part).code for part in ("enterprise", "rival", "supplier")]
    assert listed(cast) == needs
    assert listed(cast, f"?chain={chain.pk}") == needs[:1]
    assert listed(cast, f"?chain={chain.pk}&chain={other.pk}") == needs[:2]
    shown = cast.client("moderator").get("/staff/moderation/").context["facets"]
    (facet,) = [one for one in shown if one.name == "chain"]
    assert [(option.value, option.count) for option in facet.options] == [(chain.pk, 1), (other.pk, 1)]


def test_the_lead_is_told_of_the_needs_of_the_chain_and_every_moderator_of_the_others(cast: Cast) -> None:
    chain = chain_of(cast, "enterprise")
    lead = make_account("lead@example.org", roles=("moderator",))
    answer = named(cast, chain, lead)
    assert [(one["account"], one["leads"]) for one in answer.context["leads"]] == [
        (lead, True),
        (cast.moderator, False),
    ]
    assert told(checked_need(cast, "enterprise")) == {"lead"}
    assert told(checked_need(cast, "rival")) == {"lead", "moderator"}
    event = Event.objects.get(kind="vocabulary.leads_named")
    assert (event.subject_code, event.data) == (chain.pk, {"list": "chains", "accounts": [lead.pk]})
    StaffRole.objects.filter(account=lead).delete()
    assert told(checked_need(cast, "enterprise")) == {"moderator"}


def test_a_lead_who_belongs_to_the_owner_is_not_the_only_one_told(cast: Cast) -> None:
    chain = chain_of(cast, "enterprise")
    lead = make_account("lead@example.org", roles=("moderator",))
    named(cast, chain, lead)
    Member.objects.create(organisation=cast.enterprise_org, account=lead, role="viewer")
    assert "moderator" in told(checked_need(cast, "enterprise"))


def test_a_lead_finds_the_own_chains_by_one_link(cast: Cast) -> None:
    chain = chain_of(cast, "enterprise")
    checked_need(cast, "rival")
    own = checked_need(cast, "enterprise")
    assert cast.client("moderator").get("/staff/moderation/").context["my_chains"] == ""
    named(cast, chain, cast.moderator)
    link = cast.client("moderator").get("/staff/moderation/").context["my_chains"]
    assert (link, listed(cast, f"?{link}")) == (f"tab=waiting&chain={chain.pk}", [own.code])


def test_only_managers_name_leads_and_only_moderators_are_named(cast: Cast) -> None:
    chain = chain_of(cast, "enterprise")
    for part in STAFF:
        if part != "manager":
            assert named(cast, chain, cast.moderator, part=part).status_code == 403
    named(cast, chain, cast.publisher)
    assert not ChainLead.objects.exists()
    named(cast, chain, cast.moderator)
    assert [row.account for row in ChainLead.objects.all()] == [cast.moderator]
    named(cast, chain)
    assert not ChainLead.objects.exists()
    assert cast.client("manager").post("/staff/vocabulary/chains/none/leads/").status_code == 404


def test_districts_have_no_lead(cast: Cast) -> None:
    assert cast.client("manager").get("/staff/vocabulary/lists/districts/binhu/").context["leads"] == []
