"""Genuine, or three times its price: the rule as tables of cases."""

from __future__ import annotations

from typing import Any

import pytest

from sanhao.kit.money import Money
from sanhao.service.promises.core import PLATFORM, Accepted
from sanhao.service.promises.kinds import authentic
from sanhao.service.promises.kinds.authentic import Terms
from tests.service.promises.kinds.cases import answered, claimed, delivered, facts_of, h, judged, one, shares


def fee(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(
    ("paid", "terms", "more", "on_top", "appraisal"),
    [
        (100_00, {}, {}, 500_00, 0),  # the floor of the law
        (166_67, {}, {}, 500_01, 0),
        (1000_00, {}, {}, 3000_00, 0),
        (1000_00, {"multiple": 4}, {}, 4000_00, 0),
        (1000_00, {"multiple": 10}, {}, 10000_00, 0),
        (1000_00, {"multiple": 0, "least_minor": 0}, {}, 0, 0),
        (1000_00, {}, {"fee": fee(80_00)}, 3000_00, 80_00),
        (1000_00, {}, {"fee": fee(900_00)}, 3000_00, 500_00),
        (50_00, {}, {"reason": "unsafe_food"}, 1000_00, 0),
        (200_00, {}, {"reason": "unsafe_food"}, 2000_00, 0),
    ],
)
def test_what_is_paid_on_top(
    paid: int, terms: dict[str, Any], more: dict[str, Any], on_top: int, appraisal: int
) -> None:
    facts = facts_of(authentic, Terms(**terms), one(paid), delivered(1))
    answer = authentic.admit(Terms(**terms), facts, claimed(2, **more), h(2))
    parts: list[Any] = [("pea", paid)]
    if on_top:
        parts.append(("pea", on_top, "compensation"))
    if appraisal:
        parts.append(("pea", appraisal, "appraisal"))
    assert answer.split == shares(*parts), "of the goods alone, never of the freight"
    assert not answer.needs_return


def test_a_shop_may_promise_more_and_then_owes_it_itself() -> None:
    accepted = {"authentic": Accepted(own={"multiple": 10})}
    facts = facts_of(authentic, Terms(), one(1000_00, accepted=accepted), delivered(1))
    assert authentic.admit(Terms(), facts, claimed(2), h(2)).split == shares(
        ("pea", 1000_00), ("pea", 10000_00, "compensation")
    )
    assert authentic.say(Terms(), facts, authentic.judge(Terms(), facts, h(2))).zh.startswith("假一赔十")


def test_a_rule_that_rose_is_the_shops_only_as_far_as_it_accepted() -> None:
    accepted = {"authentic": Accepted(terms={"multiple": 3})}
    verdict = judged(
        authentic, Terms(multiple=4), one(1000_00, accepted=accepted), delivered(1), claimed(2), answered(3)
    )
    assert verdict.shares == shares(
        ("pea", 1000_00), ("pea", 3000_00, "compensation"), (PLATFORM, 1000_00, "compensation")
    )


def test_a_person_looks_at_what_is_very_large() -> None:
    for paid, by_hand in ((2499_99, False), (2500_00, True)):
        facts = facts_of(authentic, Terms(), one(paid), delivered(1))
        assert authentic.admit(Terms(), facts, claimed(2), h(2)).by_hand is by_hand, paid


@pytest.mark.parametrize(("photos", "records", "reason"), [(0, 1, "photos"), (1, 0, "records"), (1, 1, "ok")])
def test_an_appraisal_and_a_photo(photos: int, records: int, reason: str) -> None:
    facts = facts_of(authentic, Terms(), one(), delivered(1))
    assert authentic.admit(Terms(), facts, claimed(2, photos=photos, records=records), h(2)).reason == reason


def test_a_floor_in_one_currency_says_nothing_of_another() -> None:
    from tests.service.promises.kinds.cases import of_paid

    facts = facts_of(authentic, Terms(), of_paid(10_00, "EUR"), delivered(1))
    answer = authentic.admit(Terms(), facts, claimed(2, fee=Money(900_00, "EUR")), h(2))
    assert answer.owed == Money(10_00 + 30_00 + 900_00, "EUR")
