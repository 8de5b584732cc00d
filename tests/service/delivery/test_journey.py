"""The pure core: where the scans leave a consignment, whatever their order and however often they are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.states import States
from sanhao.service.delivery.core import (
    IN_HAND,
    MOVES,
    STATUSES,
    HeardScan,
    Status,
    counts_at,
    is_from_the_future,
    journey,
)
from tests.conftest import T0

HOUR = timedelta(hours=1)


def scan(status: Status, at: int, received: int | None = None, key: str = "") -> HeardScan:
    """A scan at so many hours, heard at once or at so many."""
    heard = T0 + (at if received is None else received) * HOUR
    return HeardScan(key or f"{status}@{at}", status, T0 + at * HOUR, heard, "given")


@pytest.mark.parametrize(
    ("scans", "state", "collected", "delivered"),
    [
        ([], "labelled", None, None),
        ([scan("pending", 1)], "labelled", None, None),
        ([scan("on_hold", 1), scan("cancelled", 2)], "labelled", None, None),
        ([scan("picked_up", 1)], "collected", 1, None),
        ([scan("pending", 1), scan("in_transit", 2)], "in_transit", 2, None),
        ([scan("out_for_delivery", 3), scan("in_transit", 4)], "out_for_delivery", 3, None),
        ([scan("out_for_delivery", 3), scan("delivery_failed", 4)], "failed", 3, None),
        ([scan("delivery_failed", 4), scan("out_for_delivery", 28)], "out_for_delivery", 4, None),
        ([scan("in_transit", 2), scan("delivery_failed", 4), scan("in_transit", 5)], "in_transit", 2, None),
        ([scan("ready_for_pickup", 3)], "out_for_delivery", 3, None),
        ([scan("delivered", 9)], "delivered", 9, 9),
        ([scan("delivered", 9), scan("in_transit", 20)], "delivered", 9, 9),
        ([scan("delivered", 9), scan("delivered", 30)], "delivered", 9, 9),
        ([scan("in_transit", 1), scan("return_to_sender", 5), scan("delivered", 9)], "returned", 1, None),
        ([scan("delivered", 9), scan("return_to_sender", 200)], "delivered", 9, 9),
        ([scan("picked_up", 1, received=60)], "collected", 60, None),
        ([scan("picked_up", -5, received=2)], "collected", 2, None),
        ([scan("picked_up", 1, received=60), scan("in_transit", 3)], "in_transit", 3, None),
    ],
)
def test_where_the_scans_leave_it(
    scans: list[HeardScan], state: str, collected: int | None, delivered: int | None
) -> None:
    told = journey(scans, not_before=T0)
    assert told.state == state
    assert (told.collected and told.collected.at) == (None if collected is None else T0 + collected * HOUR)
    assert (told.delivered and told.delivered.at) == (None if delivered is None else T0 + delivered * HOUR)


SCANS = st.lists(
    st.builds(
        HeardScan,
        st.sampled_from("abcdefgh"),
        st.sampled_from(STATUSES),
        st.integers(-30, 90).map(lambda h: T0 + h * HOUR),
        st.integers(-30, 90).map(lambda h: T0 + h * HOUR),
        st.sampled_from(["given", "facility", "carrier"]),
    ),
    max_size=8,
)


@given(SCANS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(scans: list[HeardScan], random: object) -> None:
    shuffled = [*scans, *scans[: len(scans) // 2]]
    random.shuffle(shuffled)
    assert journey(shuffled, not_before=T0) == journey(scans, not_before=T0)


@given(SCANS, SCANS)
def test_more_scans_lead_only_where_the_table_allows(first: list[HeardScan], more: list[HeardScan]) -> None:
    states = States("consignment", "delivery_consignment", MOVES)
    before, after = journey(first, not_before=T0).state, journey([*first, *more], not_before=T0).state
    assert before == after or states.allows(before, after)


@given(SCANS, SCANS)
def test_more_scans_never_make_it_collected_later(first: list[HeardScan], more: list[HeardScan]) -> None:
    before, after = journey(first, not_before=T0), journey([*first, *more], not_before=T0)
    assert before.collected is None or (
        after.collected is not None and after.collected.at <= before.collected.at
    )


@given(SCANS)
def test_collected_exactly_when_the_carrier_had_it_in_hand(scans: list[HeardScan]) -> None:
    told = journey(scans, not_before=T0)
    assert (told.collected is not None) == any(s.status in IN_HAND for s in scans)
    assert (told.delivered is not None) == (told.state == "delivered")


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_the_moment_that_counts_is_never_after_we_heard_it_nor_a_stale_one(at: int, received: int) -> None:
    counted = counts_at(T0 + at * HOUR, T0 + received * HOUR, T0)
    assert counted <= T0 + received * HOUR
    assert counted in (T0 + at * HOUR, T0 + received * HOUR)
    if at < 0 or received - at > 24:
        assert counted == T0 + received * HOUR


def test_ten_minutes_ahead_is_a_courier_clock_eleven_is_the_future() -> None:
    assert not is_from_the_future(T0 + timedelta(minutes=10), T0)
    assert is_from_the_future(T0 + timedelta(minutes=10, microseconds=1), T0)


def test_the_in_hand_statuses_are_none_of_those_a_label_can_cause() -> None:
    assert set(STATUSES) - IN_HAND == {"pending", "delivery_delayed", "on_hold", "cancelled", "unknown"}
