"""What was paid for and will not come is paid back: the rule as a table of cases."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.service.promises.core import PLATFORM, Due, Line, PromiseNews, Verdict
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.kinds.non_delivery import NEVER, Terms
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

KIND = KINDS["non_delivery"]
TERMS = Terms()
ALL = Money(212_00, "CNY")


def broken(reason: str, at: float | None, owed: Money | None = ALL) -> Verdict:
    return Verdict("broken", reason, (PLATFORM,), owed, "refund", None if at is None else h(at))


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((), 100, Verdict("waiting", "running")),
        ((), 99999, Verdict("waiting", "overdue")),
        ((collected(9),), 99999, Verdict("waiting", "overdue")),
        ((cancelled(50, "shop"),), 49, Verdict("waiting", "running")),
        ((cancelled(50, "shop"),), 50, broken("cancelled_by_shop", 50)),
        ((cancelled(50, "platform"),), 99, broken("cancelled_by_platform", 50)),
        ((cancelled(50, "unavailable"),), 99, broken("unavailable", 50)),
        ((cancelled(None, "shop"),), 0, broken("cancelled_by_shop", None)),
        ((cancelled(None, "unavailable"),), 0, broken("unavailable", None)),
        ((cancelled(50, "buyer"),), 99, Verdict("void", "cancelled_by_buyer", decided_at=h(50))),
        ((cancelled(None, "buyer"),), 99, Verdict("void", "cancelled_by_buyer")),
        ((cancelled(50, "buyer"), cancelled(60, "shop")), 99, Verdict("void", "cancelled_by_buyer", decided_at=h(50))),
        ((delivered(30),), 30, Verdict("kept", "delivered", decided_at=h(30))),
        ((delivered(900),), 999, Verdict("kept", "delivered", decided_at=h(900))),
        ((delivered(30, None, "a"),), 99, Verdict("waiting", "running")),
        ((delivered(30, None, "a"), delivered(40, None, "b")), 99, Verdict("kept", "delivered", decided_at=h(40))),
        ((delivered(30), cancelled(50)), 99, Verdict("kept", "delivered", decided_at=h(30))),
        ((delivered(60), cancelled(50)), 99, broken("cancelled_by_shop", 50)),
        ((delivered(50), cancelled(50)), 99, broken("cancelled_by_shop", 50)),
        ((delivered(50), cancelled(50, "buyer")), 99, Verdict("void", "cancelled_by_buyer", decided_at=h(50))),
        ((delivered(30), cancelled(None)), 99, broken("cancelled_by_shop", None)),
        ((excused(10, "force_majeure"),), 99, Verdict("waiting", "running")),
    ],
)  # fmt: skip
def test_only_news_settles_it(news: tuple[PromiseNews, ...], now: float, expected: Verdict) -> None:
    assert judged(KIND, TERMS, order(), *news, now=now) == expected


@pytest.mark.parametrize(
    ("terms", "changes", "due"),
    [
        (TERMS, {}, Due(h(168), NEVER)),
        (TERMS, {"promised_at": None}, Due(h(720), NEVER)),
        (TERMS, {"promised_at": None, "lines": (Line("a", "pea", promised_at=h(9)),)}, Due(h(9), NEVER)),
        (TERMS, {"promised_at": None, "paid_at": None, "bought_at": None}, Due(NEVER, NEVER)),
        (Terms(broken_after_days=10), {}, Due(h(168), h(168 + 240))),
        (
            Terms(broken_after_days=10),
            {"promised_at": None, "paid_at": None, "bought_at": None},
            Due(NEVER, NEVER),
        ),
    ],
)
def test_when_it_is_due(terms: Terms, changes: dict[str, Any], due: Due) -> None:
    assert KIND.due(terms, facts_of(KIND, terms, order(**changes))) == due


def test_silence_breaks_it_only_where_the_terms_say_so() -> None:
    strict = Terms(broken_after_days=10)
    assert judged(KIND, strict, order(), now=407).outcome == "waiting"
    assert judged(KIND, strict, order(), now=408) == broken("never_arrived", 408)
    assert judged(KIND, strict, order(), delivered(408), now=999).outcome == "kept"
    assert judged(KIND, strict, order(), delivered(409), now=999) == broken("never_arrived", 408)
    assert judged(KIND, strict, order(), cancelled(500), now=999) == broken("never_arrived", 408)


def test_what_was_paid_comes_back_and_unreadable_money_stays_unknown() -> None:
    assert judged(KIND, TERMS, order(paid=None), cancelled(5)) == broken("cancelled_by_shop", 5, None)
    nothing = judged(KIND, TERMS, order(paid=Money(0, "CNY")), cancelled(5))
    assert (nothing.outcome, nothing.owed, nothing.remedy) == ("broken", Money(0, "CNY"), "")
    assert judged(KIND, TERMS, order(lines=()), cancelled(5)) == broken("cancelled_by_shop", 5)


def test_what_buyer_and_shop_are_told() -> None:
    facts = facts_of(KIND, TERMS, order(), cancelled(5, "unavailable"))
    verdict = KIND.judge(TERMS, facts, h(9))
    assert KIND.say(TERMS, facts, verdict).zh == "商品缺货，没法发货，212元正在退给你"
    assert KIND.say(TERMS, facts, verdict).en == (
        "Your ¥212 is on its way back, because the goods turned out to be unavailable"
    )
    assert KIND.say_to_shop(TERMS, facts, verdict).zh == "退回212元：商品缺货，没法发货"
    assert KIND.say_to_shop(TERMS, facts, verdict).en == (
        "¥212 went back to the buyer, because the goods turned out to be unavailable"
    )


stories = st.lists(
    st.one_of(
        st.builds(lambda at, lag, lines: delivered(at, at + lag, *lines), st.integers(-5, 400), st.integers(0, 12), st.sampled_from([(), ("a",), ("b",)])),
        st.builds(cancelled, st.none() | st.integers(0, 400), st.sampled_from(["buyer", "shop", "platform", "unavailable"])),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=150)
@given(st.none() | st.integers(0, 20), stories, st.lists(st.integers(0, 900), min_size=2, max_size=8), st.randoms(use_true_random=False))  # fmt: skip
def test_time_order_and_repetition_change_nothing_that_was_decided(
    days: int | None, story: list[PromiseNews], moments: list[int], random: Any
) -> None:
    terms = Terms(broken_after_days=days)
    facts = facts_of(KIND, terms, order(), *story)
    last = None
    for moment in sorted(moments):
        verdict = KIND.judge(terms, facts, h(moment))
        assert last is None or last.outcome == "waiting" or verdict == last
        last = verdict
    shuffled = story + story
    random.shuffle(shuffled)
    assert facts_of(KIND, terms, order(), *shuffled) == facts
    assert KIND.under(terms, facts) == facts
    final = KIND.judge(terms, facts, h(2000))
    assert final.owed in (None, ALL)
    survives_json(KIND, terms, facts, final)
    assert KIND.say(terms, facts, final).en
    assert KIND.say_to_shop(terms, facts, final).zh


@pytest.mark.parametrize(
    "wrong", [{"broken_after_days": -1}, {"expected_within_days": -1}, {"timezone": "x"}]
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Terms)
