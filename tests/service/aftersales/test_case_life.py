"""The life of a case as a table: every state that waits has a deadline and an exit, and no state is a trap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.case import CASE_STATES, KINDS, OVER, WAITING, Facts, Side, Terms, Warehouse
from sanhao.service.aftersales.outlook import outlook

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TERMS = Terms()
SIDES: tuple[Side, ...] = ("buyer", "shop", "platform")

facts = st.builds(
    Facts,
    state=st.sampled_from(sorted(WAITING)),
    kind=st.sampled_from(KINDS),
    shipped=st.booleans(),
    delivered=st.booleans(),
    guarantee=st.sampled_from(["", "spoiled_goods"]),
    answer_hours=st.sampled_from([None, 24]),
    ships_first=st.booleans(),
    at_shop=st.booleans(),
    uploaded_at=st.sampled_from([None, AT]),
    signed_at=st.sampled_from([None, AT + timedelta(days=3), AT + timedelta(days=9, hours=20)]),
    round=st.integers(0, 2),
    spoke=st.sampled_from([(), ("buyer",), ("shop",), ("buyer", "shop")]),
)
terms = st.builds(Terms, platform_silence=st.sampled_from(["platform_pays", "rejection_stands"]))


def test_every_state_waits_for_somebody_or_is_over() -> None:
    assert set(WAITING) | OVER == set(CASE_STATES)
    assert not set(WAITING) & OVER


@given(terms, facts)
def test_what_waits_has_a_deadline_and_time_alone_leads_on(terms: Terms, facts: Facts) -> None:
    due = life.due(terms, facts, AT)
    assert due is not None and due > AT
    will = life.silence(terms, facts)
    assert will.to in CASE_STATES[facts.state]


@given(terms, facts)
def test_if_nobody_ever_does_anything_every_case_ends(terms: Terms, facts: Facts) -> None:
    for _ in range(8):
        if facts.state in OVER:
            return
        will = life.silence(terms, facts)
        first = facts.ships_first and will.reason != "not_replaced"
        facts = Facts(
            **{
                **{n: getattr(facts, n) for n in facts.__struct_fields__},
                "state": will.to,
                "ships_first": first,
            }
        )
    raise AssertionError(f"never ends: {facts}")


@given(terms, facts, st.sampled_from(SIDES), st.booleans())
def test_every_reader_is_told_what_happens_next_and_when(
    terms: Terms, facts: Facts, side: Side, over: bool
) -> None:
    if over:
        facts = Facts(sorted(OVER)[facts.round], facts.kind)
    due = life.due(terms, facts, AT)
    said = outlook(terms, facts, side, due_at=due, back=Money(880, "CNY"), timezone="Asia/Shanghai")
    for text in (said.title, said.next):
        assert text.zh and text.en and "{" not in text.zh + text.en
    assert bool(said.silence.zh) is bool(said.silence.en) is (due is not None)


@given(facts)
def test_somebody_may_do_something_wherever_a_case_waits(facts: Facts) -> None:
    who = WAITING[facts.state]
    if who == "carrier":
        assert all(not life.acts(facts, side) for side in SIDES), "nobody hurries a courier"
    elif who != "both":
        assert life.acts(facts, who)
    else:
        assert {"buyer", "shop"} - set(facts.spoke) == {
            side for side in ("buyer", "shop") if "state" in life.acts(facts, side)
        }


def test_what_is_over_may_not_be_touched() -> None:
    for state in OVER:
        assert all(not life.acts(Facts(state, "return"), side) for side in SIDES)
    assert set(get_args(life.Act)) == {
        act
        for state in WAITING
        for side in SIDES
        for kind in ("return", "refund")
        for act in life.acts(Facts(state, kind), side)
    }


@pytest.mark.parametrize(
    ("given_facts", "after"),
    [
        (Facts("asked", "refund"), timedelta(hours=24)),
        (Facts("asked", "refund", shipped=True), timedelta(hours=48)),
        (Facts("asked", "return", shipped=True, delivered=True), timedelta(hours=48)),
        (Facts("asked", "claim", shipped=True, delivered=True, answer_hours=24), timedelta(hours=24)),
        (Facts("to_send", "return"), timedelta(days=7)),
        (Facts("returning", "return", uploaded_at=AT), timedelta(days=10)),
        (Facts("returning", "return", uploaded_at=AT, signed_at=AT + timedelta(days=3)), timedelta(days=5)),
        (Facts("returning", "return", uploaded_at=AT, signed_at=AT + timedelta(days=9)), timedelta(days=10)),
        (Facts("replacing", "exchange"), timedelta(hours=48)),
        (Facts("rejected", "return"), timedelta(days=7)),
        (Facts("disputed", "return", round=1), timedelta(hours=48)),
        (Facts("deciding", "return", round=2), timedelta(hours=48)),
        (Facts("refunded", "return"), None),
    ],
)
def test_how_long_each_state_waits(given_facts: Facts, after: timedelta | None) -> None:
    assert life.due(TERMS, given_facts, AT) == (None if after is None else AT + after)


@pytest.mark.parametrize(
    ("given_facts", "to"),
    [
        (Facts("asked", "refund"), "refunded"),
        (Facts("asked", "refund", shipped=True), "refunded"),
        # Silence gives nothing away that the buyer holds in their hands.
        (Facts("asked", "refund", shipped=True, delivered=True), "to_send"),
        (Facts("asked", "refund", shipped=True, delivered=True, guarantee="spoiled_goods"), "refunded"),
        (Facts("asked", "claim", shipped=True, delivered=True, guarantee="spoiled_goods"), "refunded"),
        (Facts("asked", "return", shipped=True, delivered=True), "to_send"),
        (Facts("asked", "exchange", shipped=True, delivered=True), "to_send"),
        (Facts("asked", "exchange", shipped=True, delivered=True, ships_first=True), "replacing"),
        (Facts("to_send", "return"), "lapsed"),
        (Facts("returning", "return"), "refunded"),
        (Facts("returning", "exchange"), "refunded"),
        (Facts("returning", "exchange", ships_first=True), "exchanged"),
        (Facts("replacing", "exchange"), "refunded"),
        (Facts("replacing", "exchange", ships_first=True), "to_send"),
        (Facts("rejected", "return"), "closed"),
        (Facts("disputed", "return"), "deciding"),
        (Facts("deciding", "return"), "refunded"),
    ],
)
def test_what_silence_does(given_facts: Facts, to: str) -> None:
    assert life.silence(TERMS, given_facts).to == to


def test_what_the_platform_leaves_undecided_it_pays_itself_or_leaves_as_it_is() -> None:
    late = Facts("deciding", "return", round=2)
    assert life.silence(TERMS, late).bearer == "platform"
    assert life.silence(Terms(platform_silence="rejection_stands"), late).to == "closed"


@pytest.mark.parametrize(
    ("given_facts", "to"),
    [
        (Facts("deciding", "return", shipped=True, delivered=True), "to_send"),
        (Facts("deciding", "refund", shipped=True, delivered=True), "to_send"),
        (Facts("deciding", "exchange", shipped=True, delivered=True), "to_send"),
        (Facts("deciding", "return", shipped=True, delivered=True, at_shop=True), "refunded"),
        (Facts("deciding", "refund", shipped=True), "refunded"),
        (Facts("deciding", "claim", shipped=True, delivered=True, guarantee="spoiled_goods"), "refunded"),
    ],
)
def test_a_ruling_for_the_buyer_forces_no_refund_without_return(given_facts: Facts, to: str) -> None:
    assert life.ruled(given_facts) == to


def test_rounds_follow_each_other_only_while_both_speak_and_at_most_twice() -> None:
    both: tuple[Side, ...] = ("buyer", "shop")
    assert life.next_round(TERMS, Facts("disputed", "return", round=1, spoke=both)) == 2
    assert life.next_round(TERMS, Facts("disputed", "return", round=2, spoke=both)) is None
    assert life.next_round(TERMS, Facts("disputed", "return", round=1, spoke=("buyer",))) is None


def test_the_window_begins_the_day_after_signing_and_ends_with_its_seventh_day() -> None:
    signed = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)  # 3 March, 01:30 in Shanghai
    ends = life.window_ends(TERMS, signed)
    assert ends == datetime(2026, 3, 10, 16, 0, tzinfo=UTC) - timedelta(microseconds=1)
    assert life.window_ends(TERMS, signed, days=90) > ends


def test_goods_go_back_where_they_came_from_else_to_the_default_else_nowhere() -> None:
    north = Warehouse("n", "内蒙古", "呼和浩特市", False)
    south = Warehouse("s", "广东", "广州市", True)
    assert life.return_to((south, north), "呼和浩特 赛罕营业部") == north
    assert life.return_to((south, north), "内蒙古包头") == north
    assert life.return_to((south, north), "") == south
    assert life.return_to((north,), "上海") is None
    assert life.return_to((), "上海") is None


def test_terms_that_make_a_trap_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Terms(answer_hours=0)
    with pytest.raises(ValueError, match="timezone"):
        Terms(timezone="Asia/Nowhere")
