"""The chosen courier: the rule as a table of cases."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises.core import (
    NEVER,
    CollectedBy,
    Courier,
    Dropped,
    Due,
    FreightBack,
    Line,
    PromiseNews,
    Verdict,
)
from sanhao.service.promises.kinds import chosen_courier
from sanhao.service.promises.kinds.chosen_courier import Terms
from tests.service.promises.kinds.cases import (
    cancelled,
    collected,
    delivered,
    excused,
    facts_of,
    h,
    judged,
    order,
    survives_json,
)

TERMS = Terms()
SWIFT, SLOW = Courier("swift", Text("飞燕快递", "Swift")), Courier("slow", Text("慢马快递", "Slow Horse"))
CHOSEN = order(courier=SWIFT, surcharge=Money(8_00, "CNY"))
WAITING = Verdict("waiting", "running")


def by(courier: Courier, at: float, parcel: str = "p", shop: str = "pea") -> CollectedBy:
    return CollectedBy(h(at), parcel, courier, shop)


def kept(at: float) -> Verdict:
    return Verdict("kept", "chosen_courier", decided_at=h(at))


def broken(at: float, owed: int = 12_00) -> Verdict:
    return Verdict("broken", "other_courier", ("pea",), Money(owed, "CNY"), "refund" if owed else "", h(at))


def void(at: float | None, reason: str = "cancelled") -> Verdict:
    return Verdict("void", reason, decided_at=None if at is None else h(at))


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((), 9999, WAITING),
        ((by(SWIFT, 20),), 99, WAITING),  # not all of it
        ((by(SWIFT, 20), collected(20)), 19, WAITING),
        ((by(SWIFT, 20), collected(20)), 20, kept(20)),
        ((by(SLOW, 20), collected(20)), 19, WAITING),
        ((by(SLOW, 20), collected(20)), 20, broken(20)),
        ((by(SLOW, 20),), 20, broken(20)),
        ((by(SWIFT, 20, "p"), by(SLOW, 30, "q"), collected(20, 20, "a"), collected(30, 30, "b")), 99, broken(30)),
        ((by(SWIFT, 20, "p"), by(SWIFT, 30, "q"), collected(20, 20, "a"), collected(30, 30, "b")), 99, kept(30)),
        ((by(SWIFT, 20), collected(20, 20, "a"), delivered(40, 41, "b")), 99, kept(41)),
        ((by(SLOW, 40), delivered(40)), 99, broken(40)),  # a hand-over that only the delivery proves
        ((by(SWIFT, 20), collected(20), by(SLOW, 30, "q")), 99, kept(20)),
        ((cancelled(10),), 9, WAITING),
        ((cancelled(10),), 10, void(10)),
        ((cancelled(None),), 10, void(None)),
        ((cancelled(10), by(SLOW, 20)), 99, void(10)),
        ((cancelled(20), by(SLOW, 20)), 99, broken(20)),
        ((cancelled(30), by(SLOW, 20)), 99, broken(20)),
        ((excused(10, "force_majeure"), by(SLOW, 20)), 99, void(10, "force_majeure")),
        ((excused(10, "moonlight"), by(SLOW, 20)), 99, broken(20)),
        ((excused(25, "force_majeure"), by(SLOW, 20)), 99, broken(20)),
        ((by(SLOW, 20), FreightBack(Money(5_00, "CNY"))), 99, broken(20, 7_00)),
        ((by(SLOW, 20), FreightBack(Money(12_00, "CNY"))), 99, broken(20, 0)),
    ],
)  # fmt: skip
def test_the_rule(news: tuple[PromiseNews, ...], now: float, expected: Verdict) -> None:
    facts = facts_of(chosen_courier, TERMS, CHOSEN, *news)
    verdict = chosen_courier.judge(TERMS, facts, h(now))
    assert verdict == expected
    survives_json(chosen_courier, TERMS, facts, verdict)
    assert chosen_courier.due(TERMS, facts) == Due(NEVER, NEVER)
    assert chosen_courier.under(TERMS, facts) == facts
    for mixed in permutations(news):
        assert facts_of(chosen_courier, TERMS, CHOSEN, *mixed, *mixed[:1]) == facts
    for text in (
        chosen_courier.say(TERMS, facts, verdict),
        chosen_courier.say_to_shop(TERMS, facts, verdict),
    ):
        assert text.zh and text.en


def test_where_the_shop_chooses_nothing_is_promised() -> None:
    assert chosen_courier.promise(TERMS, order()) == []
    assert chosen_courier.promise(TERMS, order(courier=SWIFT, lines=())) == []


@pytest.mark.parametrize(
    ("changes", "terms", "owed"),
    [
        ({}, Terms(gives="surcharge"), Money(8_00, "CNY")),
        ({"freight": None}, TERMS, None),
        ({"surcharge": None}, Terms(gives="surcharge"), None),
        ({"freight": Money(0, "CNY"), "surcharge": Money(0, "CNY")}, TERMS, Money(0, "CNY")),
    ],
)
def test_what_it_gives_is_a_term_and_never_guessed(
    changes: dict[str, Any], terms: Terms, owed: Money | None
) -> None:
    paid = order(**{"courier": SWIFT, "surcharge": Money(8_00, "CNY")} | changes)
    assert judged(chosen_courier, terms, paid, by(SLOW, 20)).owed == owed


def test_who_used_another_answers_for_it() -> None:
    two = order(courier=SWIFT, lines=(Line("a", "pea"), Line("b", "bean")))
    assert judged(chosen_courier, TERMS, two, by(SLOW, 20, shop="bean")).fault == ("bean",)
    assert judged(chosen_courier, TERMS, two, by(SLOW, 20, shop="")).fault == ("pea", "bean")


def test_lines_that_will_not_be_sent_are_not_waited_for() -> None:
    dropped = Dropped(h(15), (("b", Money(80_00, "CNY")),))
    assert judged(chosen_courier, TERMS, CHOSEN, dropped, by(SWIFT, 20), collected(20, 20, "a")) == kept(20)
    nothing = Dropped(h(15), (("a", Money(120_00, "CNY")), ("b", Money(80_00, "CNY"))))
    assert judged(chosen_courier, TERMS, CHOSEN, nothing) == void(15)


def test_the_sentences() -> None:
    facts = facts_of(chosen_courier, TERMS, CHOSEN, by(SLOW, 20))
    verdict = chosen_courier.judge(TERMS, facts, h(20))
    assert chosen_courier.say(TERMS, facts, verdict) == Text(
        zh="加8元选了飞燕快递，店家却交给了慢马快递，运费12元正在退给你",
        en="Your freight of ¥12 is on its way back, because Swift was chosen for ¥8 more and the shop used Slow Horse",
    )
    assert chosen_courier.say_to_shop(TERMS, facts, verdict) == Text(
        zh="赔付12元：加8元选了飞燕快递，店家却交给了慢马快递",
        en="¥12 compensation, because Swift was chosen for ¥8 more and the shop used Slow Horse",
    )
    free = facts_of(chosen_courier, TERMS, order(courier=SWIFT), by(SLOW, 20))
    assert (
        chosen_courier.say(TERMS, free, verdict).zh
        == "选了飞燕快递，店家却交给了慢马快递，运费12元正在退给你"
    )


NEWS = st.lists(
    st.one_of(
        st.builds(by, st.sampled_from([SWIFT, SLOW]), st.integers(0, 40), st.sampled_from("pqr")),
        st.builds(lambda at, line: collected(at, at, line), st.integers(0, 40), st.sampled_from("ab")),
        st.builds(lambda at, line: delivered(at, at, line), st.integers(0, 40), st.sampled_from("ab")),
        st.builds(cancelled, st.integers(0, 40)),
        st.builds(excused, st.integers(0, 40), st.sampled_from(["force_majeure", "moonlight"])),
    ),
    max_size=6,
)


@given(NEWS, st.lists(st.integers(0, 60), min_size=2, max_size=4).map(sorted), st.randoms())
def test_a_verdict_once_given_stays_and_neither_order_nor_repetition_counts(
    news: list[PromiseNews], moments: list[int], rng: Any
) -> None:
    facts = facts_of(chosen_courier, TERMS, CHOSEN, *news)
    mixed = [*news, *news[:2]]
    rng.shuffle(mixed)
    assert facts_of(chosen_courier, TERMS, CHOSEN, *mixed) == facts
    first: Verdict | None = None
    for now in moments:
        verdict = chosen_courier.judge(TERMS, facts, h(now))
        assert first is None or verdict == first
        first = verdict if verdict.outcome != "waiting" else None
