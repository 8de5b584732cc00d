"""Cheaper a few days later: the rule as tables of cases."""

from __future__ import annotations

from typing import Any

import pytest

from sanhao.kit.money import Money
from sanhao.service.promises.kinds import price_protection
from sanhao.service.promises.kinds.price_protection import Terms
from tests.service.promises.kinds.cases import answered, claimed, delivered, facts_of, h, judged, one, shares

TERMS = Terms()
SECOND = 1 / 3600


def price(minor: int, **more: Any) -> dict[str, Any]:
    return {"price": Money(minor, "CNY"), **more}


@pytest.mark.parametrize(
    ("category", "days"), [("home", 15), ("", 15), ("phones", 7), ("digital/cameras", 7)]
)
def test_days_from_payment_to_the_second(category: str, days: int) -> None:
    facts = facts_of(price_protection, TERMS, one(category=category))
    assert facts.window_ends == h(days * 24)
    for at, reason in ((days * 24, "ok"), (days * 24 + SECOND, "window_closed")):
        answer = price_protection.admit(TERMS, facts, claimed(at, **price(1)), h(at))
        assert (answer.reason, answer.answer_hours) == (reason, 0)


def test_it_runs_before_the_parcel_is_there() -> None:
    verdict = judged(price_protection, TERMS, one(), claimed(2, **price(90_00)), answered(2, by="rule"))
    assert (verdict.outcome, verdict.shares, verdict.decided_at) == ("broken", shares(("pea", 10_00)), h(2))
    after = judged(price_protection, TERMS, one(), delivered(9), claimed(30, **price(90_00)), answered(30))
    assert after.shares == shares(("pea", 10_00))


@pytest.mark.parametrize(
    ("paid", "quantity", "units", "now", "back"),
    [
        (100_00, 1, 0, 99_99, 1), (100_00, 1, 0, 1, 99_99), (90_00, 3, 0, 20_00, 30_00), (90_00, 3, 2, 20_00, 20_00),
        (100_00, 3, 1, 33_00, 33), (85_00, 1, 0, 80_00, 5_00),  # ¥15 of a coupon were apportioned to it
    ],
)  # fmt: skip
def test_the_difference_of_what_was_paid_unit_by_unit(
    paid: int, quantity: int, units: int, now: int, back: int
) -> None:
    facts = facts_of(price_protection, TERMS, one(paid, quantity))
    answer = price_protection.admit(TERMS, facts, claimed(5, units=units, **price(now)), h(5))
    assert answer.split == shares(("pea", back))


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({}, "price"),
        ({"price": Money(1, "EUR")}, "price"),
        (price(100_00), "not_cheaper"),
        (price(120_00), "not_cheaper"),
        (price(50_00, in_stock=False), "out_of_stock"),
        *[(price(50_00, price_kind=kind), "price_kind") for kind in TERMS.excluded_prices],
        (price(50_00, price_kind="shelf"), "ok"),
    ],
)
def test_what_does_not_count(claim: dict[str, Any], reason: str) -> None:
    facts = facts_of(price_protection, TERMS, one())
    assert price_protection.admit(TERMS, facts, claimed(5, **claim), h(5)).reason == reason


def test_blind_boxes_come_without_it() -> None:
    assert price_protection.promise(TERMS, one(category="toys/blind-boxes")) == []
