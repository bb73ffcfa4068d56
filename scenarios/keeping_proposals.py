"""What a look at like needs found, kept as proposals: some begin, some go on, and what no longer holds is set aside."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from matching import continue_groups
from scenarios.actor import SYSTEM
from scenarios.conflicts import conflicts_between
from scenarios.journal import log_event
from scenarios.judging import DECIDED
from scenarios.linking import Link, holds, words_on
from scenarios.live_index import LiveIndex
from scenarios.locks import wait_for_lock
from scenarios.models import MergeProposal, Need, ProposalMember
from scenarios.proposing import Look, ProposalDraft


class OpenSet(NamedTuple):
    """A proposal that waits for a decision, and its needs."""

    proposal: MergeProposal
    members: frozenset[UUID]


def keep_found(live: LiveIndex | None, found: Look, finish: Callable[[], None]) -> None:
    """Write what was found: groups that are new, and those that go on; set aside proposals that no longer hold.

    finish : called in the transaction that holds the effect.
    """
    with transaction.atomic():
        wait_for_lock("proposals")
        owners = dict(Need.objects.poolable().values_list("pk", "owner"))
        apart = words_on(owners).apart
        standing = _open_sets()
        stale = {row.proposal.pk for row in standing if _is_stale(row, found, owners, apart)}
        larger = _mergeable(row for row in standing if row.proposal.pk not in stale)
        possible = [
            draft for draft in found.drafts if draft.members <= owners.keys() and not holds(draft.members, apart)
        ]
        drafts = _undecided(draft for draft in possible if not any(draft.members < other for other in larger))
        if live:
            stale -= _keep_proposals(live, standing, drafts)
        for row in standing:
            if row.proposal.pk in stale:
                _supersede(row.proposal)
        _supersede_swallowed()
        finish()


def member_key(members: Iterable[UUID]) -> str:
    """Return what identifies a set of needs: the digest of their sorted ids."""
    return hashlib.sha256(" ".join(sorted(map(str, members))).encode()).hexdigest()


def _undecided(drafts: Iterable[ProposalDraft]) -> list[ProposalDraft]:
    """Return the drafts whose set of needs nobody has accepted or dismissed; of equal sets the first."""
    by_key: dict[str, ProposalDraft] = {}
    for draft in drafts:
        by_key.setdefault(member_key(draft.members), draft)
    closed = MergeProposal.objects.filter(member_key__in=by_key, status__in=DECIDED).values_list(
        "member_key", flat=True
    )
    return [draft for key, draft in by_key.items() if key not in set(closed)]


def _keep_proposals(live: LiveIndex, standing: list[OpenSet], drafts: list[ProposalDraft]) -> set[UUID]:
    """Write the drafts: what continues an open proposal renews it, what begins is new; return what went on.

    A group is the same one while at least half of all its members, old and new, are in both (`continue_groups`).
    """
    rows = {str(row.proposal.pk): row for row in standing}
    names = continue_groups({name: row.members for name, row in rows.items()}, [draft.members for draft in drafts])
    # Exact continuations hold their key; one that changes takes a key that nobody else has.
    for draft, name in zip(drafts, names, strict=True):
        if name is None:
            _make_proposal(live, draft)
        else:
            _renew_proposal(live, rows[name], draft)
    return {rows[name].proposal.pk for name in names if name}


def _figures(live: LiveIndex, draft: ProposalDraft) -> dict[str, Any]:
    return {
        "member_key": member_key(draft.members),
        "representative": draft.representative,
        "score": draft.score,
        "probability": round(draft.acceptance.probability(draft.score), 4),
        "probability_method": draft.acceptance.method,
        "judgements": draft.acceptance.judgements,
        "pairs": draft.pairs,
        "core_terms": draft.core_terms,
        "conflicts": [conflict.as_json() for conflict in conflicts_between(draft.needs)],
        "index_build": live.build,
    }


def _make_proposal(live: LiveIndex, draft: ProposalDraft) -> None:
    proposal = MergeProposal.objects.create(**_figures(live, draft))
    _set_members(proposal, draft)
    log_event("proposal.made", proposal, actor=SYSTEM, members=[need.code for need in draft.needs])


def _renew_proposal(live: LiveIndex, row: OpenSet, draft: ProposalDraft) -> None:
    """Bring an open proposal up to what was found now; its address and its age stay."""
    # Conditional: a manager may have decided on it since it was read.
    proposal = MergeProposal.objects.open().select_for_update().filter(pk=row.proposal.pk).first()
    if proposal is None:
        return
    for name, value in _figures(live, draft).items():
        setattr(proposal, name, value)
    proposal.save()
    _set_members(proposal, draft)
    if draft.members != row.members:
        codes = dict(Need.objects.filter(pk__in=draft.members ^ row.members).values_list("pk", "code"))
        joined = sorted(codes[one] for one in draft.members - row.members)
        left = sorted(codes[one] for one in row.members - draft.members)
        log_event("proposal.renewed", proposal, actor=SYSTEM, joined=joined, left=left)


def _set_members(proposal: MergeProposal, draft: ProposalDraft) -> None:
    proposal.members.all().delete()
    ProposalMember.objects.bulk_create(
        ProposalMember(proposal=proposal, need=need, own_terms=draft.own_terms.get(need.pk, [])) for need in draft.needs
    )


def _open_sets() -> list[OpenSet]:
    rows = MergeProposal.objects.open().prefetch_related("members")
    return [OpenSet(row, frozenset(member.need_id for member in row.members.all())) for row in rows]


def _mergeable(rows: Iterable[OpenSet]) -> list[frozenset[UUID]]:
    """Return the sets without a conflict: only those stand for the smaller sets within them."""
    return [row.members for row in rows if not row.proposal.conflicts]


def _is_stale(row: OpenSet, found: Look, owners: dict[UUID, UUID], apart: set[Link]) -> bool:
    """Whether an open proposal lost a member, holds two needs that are kept apart, or was not found again."""
    lost = not row.members <= owners.keys() or holds(row.members, apart)
    return lost or (row.members <= found.seen and all(draft.members != row.members for draft in found.drafts))


def _supersede_swallowed() -> None:
    """Set aside open proposals that lie within a larger one."""
    rows = _open_sets()
    larger = _mergeable(rows)
    for proposal, members in rows:
        if any(members < other for other in larger):
            _supersede(proposal)


def _supersede(proposal: MergeProposal) -> None:
    # Conditional: a manager may have decided on it since it was read.
    if MergeProposal.objects.open().filter(pk=proposal.pk).update(status="superseded"):
        log_event("proposal.superseded", proposal, actor=SYSTEM)
