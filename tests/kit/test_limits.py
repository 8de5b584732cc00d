"""Limits: so many in a sliding window, the same rule in the database and in the process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit import limits
from sanhao.kit.keeper import drain
from sanhao.kit.refusals import TooMany
from sanhao.kit.rows import fetch
from tests.at_once import all_at_once


class Clock:
    """Machine time under the test's control, for both counters."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0 - 1_700_000_000 % 3_600

    def machine_now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(limits, "machine_now", clock.machine_now)
    monkeypatch.setattr(limits, "monotonic", clock.monotonic)
    limits.forget_local()
    yield clock
    limits.forget_local()


both = pytest.mark.parametrize("allow", [limits.allow, limits.allow_local])


def refused(allow: limits.Allow, key: str = "k") -> bool:
    try:
        allow(key, 3, 60)
    except TooMany as error:
        assert error.code == "too_many"
        return True
    return False


@both
@pytest.mark.django_db
def test_the_fourth_of_three_a_minute_is_refused_and_others_are_not(
    allow: limits.Allow, clock: Clock
) -> None:
    assert [refused(allow) for _ in range(6)] == [False, False, False, True, True, True]
    assert not refused(allow, "another key")
    allow("k", 100, 60)  # another limit under the same name counts apart


@both
@pytest.mark.django_db
def test_the_window_slides(allow: limits.Allow, clock: Clock) -> None:
    clock.seconds += 59
    assert [refused(allow) for _ in range(3)] == [False] * 3
    clock.seconds += 2  # a new fixed window, but the three were two seconds ago
    assert refused(allow)
    clock.seconds += 44  # three quarters of the window: at most 0.25 × 3 still count
    assert [refused(allow) for _ in range(2)] == [False, True]


@both
@pytest.mark.django_db
def test_who_hammers_on_is_let_in_after_two_quiet_windows_at_most(allow: limits.Allow, clock: Clock) -> None:
    for _ in range(50):
        refused(allow)
    clock.seconds += 119
    assert not refused(allow)


@given(gaps=st.lists(st.floats(0, 40, allow_nan=False), max_size=60), limit=st.integers(1, 6))
def test_no_window_ever_lets_more_than_twice_the_limit_through_nor_an_idle_key_wait(
    gaps: list[float], limit: int
) -> None:
    """The approximation's bounds: never above the limit inside a fixed window; after two idle windows always free."""
    at, counted, passed = 0.0, None, []
    for gap in gaps:
        at += gap
        window = int(at / 10)
        idle = counted is not None and window > counted[0] + 1
        counted = limits.step(counted, window, limit)
        if not limits.over(counted, at / 10 - window, limit):
            passed.append(at)
        else:
            assert not idle
        assert counted[1] <= limit + 1
        assert sum(1 for p in passed if int(p / 10) == window) <= limit
        assert sum(1 for p in passed if p > at - 10) <= 2 * limit


@pytest.mark.django_db
def test_old_counters_are_forgotten_and_keys_are_stored_as_fingerprints(clock: Clock) -> None:
    limits.allow("sign_in.email|wang@example.org", 3, 60)
    assert "wang" not in str(fetch("SELECT * FROM kit_limit"))
    soon = datetime.fromtimestamp(clock.seconds + 119, UTC)
    later = datetime.fromtimestamp(clock.seconds + 120, UTC)
    assert drain([limits.SWEEP], now=soon) == 0
    assert drain([limits.SWEEP], now=later) == 1
    assert fetch("SELECT * FROM kit_limit") == []


@pytest.mark.django_db
def test_counting_needs_no_write_ahead_log() -> None:
    assert fetch("SELECT relpersistence AS kept FROM pg_class WHERE relname = 'kit_limit'") == [{"kept": "u"}]


def test_the_process_remembers_a_bounded_number_of_keys(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 100)
    for n in range(1_000):
        limits.allow_local(f"stranger {n}", 1, 60)
        if n % 50 == 0:
            with pytest.raises(TooMany):
                for _ in range(2):
                    limits.allow_local("busy", 1, 60)
    assert len(limits._local) == 100


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_from_four_connections_exactly_ten_pass() -> None:
    passed = []

    def hammer() -> None:
        for _ in range(10):
            try:
                limits.allow("crowd", 10, 86_400 * 365)
                passed.append(1)
            except TooMany:
                pass

    all_at_once(*[hammer] * 4)
    assert len(passed) == 10
