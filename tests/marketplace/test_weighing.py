"""Weight × score, minimum scores, the ranking and its ties, in exact numbers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from marketplace.weighing import Criterion, Weighed, best_of, rank, spread, weigh

CRITERIA = [Criterion("方案", Decimal(60), Decimal(36)), Criterion("价格", Decimal("37.5"), None)]
CRITERIA.append(Criterion("团队", Decimal("2.5"), None))
START = datetime(2026, 6, 1, tzinfo=UTC)


def weighed(number: int, *scores: str, minutes: int = 0) -> Weighed:
    values = [Decimal(one) for one in scores]
    return weigh(CRITERIA, UUID(int=number), values, START + timedelta(minutes=minutes))


def order(*rows: Weighed, winners: int = 1) -> list[tuple[int, int | None, str]]:
    return [(one.weighed.response_id.int, one.rank, one.outcome) for one in rank(CRITERIA, rows, winners)]


def test_points_are_weight_times_score() -> None:
    row = weighed(1, "80.25", "70", "99.99")
    assert row.points == (Decimal("48.15"), Decimal("26.25"), Decimal("2.49975"))
    assert (row.total, row.below) == (Decimal("76.89975"), "")
    assert weighed(2, "100", "100", "100").total == 100


def test_whoever_misses_a_minimum_is_named_and_not_ranked() -> None:
    assert weighed(1, "36", "0", "0").below == ""
    low = weighed(2, "35.99", "100", "100")
    assert low.below == "方案"
    assert order(weighed(1, "36", "0", "0"), low) == [(1, 1, "awarded"), (2, None, "not_selected")]


def test_winners_reserve_and_the_rest() -> None:
    rows = [weighed(number, str(90 - number), "50", "50") for number in range(1, 6)]
    assert [outcome for _, _, outcome in order(*rows)] == ["awarded", "reserve", *["not_selected"] * 3]
    assert [outcome for _, _, outcome in order(*rows, winners=2)] == [
        *("awarded", "awarded", "reserve", "not_selected", "not_selected")
    ]


def test_equal_totals_are_parted_by_the_weightiest_criterion_then_by_the_earlier_seal() -> None:
    # 60 × 0.50 + 37.5 × 0.80 = 60 × 0.75 + 37.5 × 0.40
    one, other = weighed(1, "50", "80", "0"), weighed(2, "75", "40", "0")
    assert one.total == other.total == Decimal(60)
    assert order(one, other) == [(2, 1, "awarded"), (1, 2, "reserve")]
    late, early = weighed(3, "75", "40", "0", minutes=5), weighed(4, "75", "40", "0", minutes=4)
    assert order(late, early) == [(4, 1, "awarded"), (3, 2, "reserve")]


def test_the_spread_is_exact() -> None:
    assert spread([Decimal(70), Decimal(80), Decimal("80.01")]) == (Decimal("76.67"), Decimal(70), Decimal("80.01"))
    assert spread([]) == (None, None, None)


def test_a_winner_of_one_lot_is_a_winner() -> None:
    assert best_of(["not_selected", "awarded", "reserve"]) == "awarded"
    assert best_of(["not_selected", "reserve"]) == "reserve"
    assert best_of(["not_selected"]) == "not_selected"
