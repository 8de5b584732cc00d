"""How large things are, and into how many boxes they go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.sizes import Packed, Sides, pack, sides_of, spread

CHAIR = Packed(4_000, Sides(460, 420, 460))
LIMITS = {"heaviest_g": 30_000, "longest_mm": 1_500, "packaging_g": 100, "most": 10}


def test_what_three_sides_say() -> None:
    assert (Sides(300, 1_200, 20).longest_mm, Sides(10, 10, 10).volume_ml, Sides(10, 10, 11).volume_ml) == (
        1_200,
        1,
        2,
    )
    assert (sides_of([3, 2, 1]), sides_of(None), sides_of([])) == (Sides(3, 2, 1), None, None)


@pytest.mark.parametrize(
    ("goods", "boxes"),
    [
        ([], []),
        ([(CHAIR, 1)], [(4_100, (460, 460, 420))]),
        ([(CHAIR, 3)], [(12_100, (460, 460, 1_260))]),
        ([(CHAIR, 4)], [(12_100, (460, 460, 1_260)), (4_100, (460, 460, 420))]),
        ([(Packed(200), 3), (CHAIR, 1)], [(4_700, None)]),
        ([(Packed(12_000), 5)], [(24_100, None), (24_100, None), (12_100, None)]),
        ([(Packed(90_000, Sides(2_000, 10, 10)), 2)], [(90_100, (2_000, 10, 10)), (90_100, (2_000, 10, 10))]),
        ([(Packed(900, Sides(50, 300, 200)), 1), (Packed(1_000, Sides(400, 100, 100)), 1)], [(2_000, (400, 200, 150))]),
        ([(Packed(30_000), 11)], []),
    ],
)  # fmt: skip
def test_things_lie_on_each_other_until_a_box_is_full(
    goods: list[tuple[Packed, int]], boxes: list[tuple[int, tuple[int, int, int] | None]]
) -> None:
    assert pack(goods, **LIMITS) == [(weight, sides and Sides(*sides)) for weight, sides in boxes]


THING = st.builds(Packed, st.integers(0, 40_000), st.none() | st.builds(Sides, *[st.integers(1, 2_000)] * 3))


@given(st.lists(st.tuples(THING, st.integers(1, 6)), min_size=1, max_size=5))
def test_nothing_is_lost_and_no_box_holds_more_than_it_may(goods: list[tuple[Packed, int]]) -> None:
    boxes = pack(goods, **LIMITS | {"most": 100})
    assert sum(box.weight_g - 100 for box in boxes) == sum(one.weight_g * units for one, units in goods)
    alone = {(one.weight_g + 100, one.sides and Sides(*sorted(one.sides, reverse=True))) for one, _ in goods}
    for box in boxes:
        fits = box.weight_g <= 30_000 and (box.sides is None or box.sides.longest_mm <= 1_500)
        assert fits or tuple(box) in alone
    assert len(boxes) <= sum(units for _, units in goods)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_what_is_spread_adds_up(whole: int, weights: list[int]) -> None:
    parts = spread(whole, weights)
    assert sum(parts) == whole and min(parts) >= 0 and len(parts) == len(weights)
    assert spread(sum(weights), weights) == weights
