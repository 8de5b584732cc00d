"""Sold and then not there: the rule as a table of cases."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from sanhao.kit.money import Money
from sanhao.service.promises.core import NEVER, Due, PromiseNews, Verdict
from sanhao.service.promises.kinds import out_of_stock
from sanhao.service.promises.kinds.out_of_stock import Terms
from tests.service.promises.kinds.cases import (
    cancelled,
    collected,
    delivered,
    facts_of,
    h,
    judged,
    of_paid,
    order,
    survives_json,
)

TERMS = Terms()


def broken(reason: str, at: float | None, owed: int = 300) -> Verdict:
    when = None if at is None else h(at)
    return Verdict("broken", reason, ("pea",), Money(owed, "CNY"), "coupon" if owed else "", when)


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((), 9999, Verdict("waiting", "running")),
        ((cancelled(5, "unavailable"),), 4, Verdict("waiting", "running")),
        ((cancelled(5, "unavailable"),), 5, broken("out_of_stock", 5)),
        ((cancelled(5, "shop"),), 99, broken("cancelled_by_shop", 5)),
        ((cancelled(None, "unavailable"),), 99, broken("out_of_stock", None)),
        ((cancelled(5, "buyer"),), 99, Verdict("void", "cancelled_by_buyer", decided_at=h(5))),
        ((cancelled(5, "platform"),), 99, Verdict("void", "cancelled_by_platform", decided_at=h(5))),
        ((collected(4),), 99, Verdict("kept", "handed_over", decided_at=h(4))),
        ((collected(4), cancelled(5, "shop")), 99, Verdict("kept", "handed_over", decided_at=h(4))),
        ((collected(4, 6), cancelled(5, "shop")), 99, broken("cancelled_by_shop", 5)),
        ((collected(4, 4, "a"), cancelled(5, "shop")), 99, broken("cancelled_by_shop", 5)),
        ((collected(4, 4, "a"), delivered(9, 9, "b")), 99, Verdict("kept", "handed_over", decided_at=h(9))),
    ],
)
def test_the_rule(news: tuple[PromiseNews, ...], now: float, expected: Verdict) -> None:
    facts = facts_of(out_of_stock, TERMS, order(), *news)
    verdict = out_of_stock.judge(TERMS, facts, h(now))
    assert verdict == expected
    survives_json(out_of_stock, TERMS, facts, verdict)
    assert out_of_stock.due(TERMS, facts) == Due(NEVER, NEVER)
    assert out_of_stock.under(TERMS, facts) == facts
    for mixed in permutations(news):
        assert facts_of(out_of_stock, TERMS, order(), *mixed, *mixed[:1]) == facts
    for text in (out_of_stock.say(TERMS, facts, verdict), out_of_stock.say_to_shop(TERMS, facts, verdict)):
        assert text.zh
        assert text.en


@pytest.mark.parametrize(
    ("paid", "owed"),
    [(300, 0), (301, 300), (299_99, 300), (300_00, 300), (500_00, 500), (3000_00, 3000), (9000_00, 3000)],
)
def test_the_ladder_of_lateness(paid: int, owed: int) -> None:
    assert judged(out_of_stock, TERMS, of_paid(paid), cancelled(5, "unavailable")) == broken(
        "out_of_stock", 5, owed
    )


def test_what_cannot_be_read_is_not_guessed() -> None:
    for paid in (of_paid(None), of_paid(100_00, "EUR")):
        verdict: Any = judged(out_of_stock, TERMS, paid, cancelled(5, "shop"))
        assert (verdict.outcome, verdict.owed) == ("broken", None)
