"""Every table walked: each legal move leads where it says, every other one is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.lifecycle import (
    CAPABILITY_MOVES,
    DECISION_MOVES,
    ELEMENT_MOVES,
    ENGAGEMENT_MOVES,
    GATE_MOVES,
    RANKING_MOVES,
    RESPONSE_MOVES,
    ROLLOUT_MOVES,
    SANDBOX_MOVES,
    SELECTION_MOVES,
    SUGGESTION_MOVES,
)
from scenarios.actor import STAFF_ROLES, Actor
from scenarios.errors import IllegalMove, NotPermitted
from scenarios.lifecycle import (
    CALL_MOVES,
    CORE_CHANGE_MOVES,
    DEMAND_MOVES,
    NEED_MOVES,
    PROPOSAL_MOVES,
    Move,
    check_move,
)
from scenarios.policies import may_make, open_moves, require_move

TABLES = {
    "need": NEED_MOVES,
    "proposal": PROPOSAL_MOVES,
    "demand": DEMAND_MOVES,
    "core change": CORE_CHANGE_MOVES,
    "call": CALL_MOVES,
    "capability": CAPABILITY_MOVES,
    "suggestion": SUGGESTION_MOVES,
    "response": RESPONSE_MOVES,
    "selection": SELECTION_MOVES,
    "ranking": RANKING_MOVES,
    "engagement": ENGAGEMENT_MOVES,
    "sandbox": SANDBOX_MOVES,
    "gate": GATE_MOVES,
    "gate decision": DECISION_MOVES,
    "element": ELEMENT_MOVES,
    "rollout": ROLLOUT_MOVES,
}
OWNER_ID: Any = "the owning organisation"
OWNER = Actor(account_id=1, organisation_ids=frozenset({OWNER_ID}), editor_of=frozenset({OWNER_ID}))
VIEWER = Actor(account_id=2, organisation_ids=frozenset({OWNER_ID}))


def actor_of(who: str) -> Actor:
    return OWNER if who == "owner" else Actor(account_id=3, roles=frozenset({who}))


def walk() -> Iterator[Any]:
    for name, table in TABLES.items():
        statuses = sorted({status for move in table for status in (*move.source, move.target)})
        for move in table:
            for status in statuses:
                yield pytest.param(table, move, status, id=f"{name}-{move.name}-from-{status}")


@pytest.mark.parametrize(("table", "move", "status"), list(walk()))
def test_a_move_leads_on_only_from_its_sources(table: tuple[Move, ...], move: Move, status: str) -> None:
    if status in move.source:
        assert check_move(table, move.name, status) == move.target
    else:
        with pytest.raises(IllegalMove):
            check_move(table, move.name, status)


@pytest.mark.parametrize(
    ("table", "move"),
    [pytest.param(table, move, id=f"{name}-{move.name}") for name, table in TABLES.items() for move in table],
)
def test_only_those_named_may_make_a_move(table: tuple[Move, ...], move: Move) -> None:
    for who in ("owner", "system", *sorted(STAFF_ROLES)):
        assert may_make(actor_of(who), move, OWNER_ID) == (who in move.who), who
    assert not may_make(VIEWER, move, OWNER_ID)
    with pytest.raises(NotPermitted):
        require_move(table, move.name, actor=Actor(), owner_id=OWNER_ID, status=move.source[0])


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_names_of_a_table_are_unique(table: tuple[Move, ...]) -> None:
    assert len({move.name for move in table}) == len(table)


def test_buttons_show_what_the_owner_of_a_published_need_may_do() -> None:
    assert open_moves(NEED_MOVES, actor=OWNER, owner_id=OWNER_ID, status="published") == {"withdraw", "renew"}
    assert open_moves(NEED_MOVES, actor=VIEWER, owner_id=OWNER_ID, status="published") == frozenset()
