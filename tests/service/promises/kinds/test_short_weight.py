"""Weighs less than it says: the rule as tables of cases."""

from __future__ import annotations

import pytest

from sanhao.service.promises.kinds import short_weight
from sanhao.service.promises.kinds.short_weight import Terms
from tests.service.promises.kinds.cases import answered, claimed, delivered, facts_of, h, judged, one, shares

TERMS = Terms()


@pytest.mark.parametrize(
    ("grams", "back"),
    [(2500, None), (2600, None), (2425, None), (2424, 3_04), (2000, 20_00), (1250, 50_00), (0, 100_00)],
)
def test_the_missing_share_beyond_the_tolerance(grams: int, back: int | None) -> None:
    facts = facts_of(short_weight, TERMS, one(weight_g=2500), delivered(1))
    answer = short_weight.admit(TERMS, facts, claimed(2, grams=grams), h(2))
    if back is None:
        assert (answer.ok, answer.reason, answer.text.en) == (
            False,
            "within_tolerance",
            "It is within the tolerance of 3%",
        )
    else:
        assert answer.split == shares(("pea", back)), "rounded up to the cent"


def test_units_weigh_together() -> None:
    facts = facts_of(short_weight, TERMS, one(90_00, 3, weight_g=1000), delivered(1))
    assert short_weight.admit(TERMS, facts, claimed(2, grams=1500, units=2), h(2)).split == shares(
        ("pea", 15_00)
    )


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({}, "weight"), ({"grams": -1}, "weight"), ({"grams": 1, "photos": 0}, "photos"),
        ({"grams": 1, "photos": 0, "videos": 1}, "ok"), ({"grams": 1, "photos": 1}, "ok"),
    ],
)  # fmt: skip
def test_it_stands_on_the_scales(claim: dict[str, int], reason: str) -> None:
    facts = facts_of(short_weight, TERMS, one(weight_g=1000), delivered(1))
    assert short_weight.admit(TERMS, facts, claimed(2, **claim), h(2)).reason == reason


@pytest.mark.parametrize(("found", "back"), [(None, 20_00), (900, 10_00), (700, 20_00), (980, 0)])
def test_the_answer_may_find_more_weight_but_never_less(found: int | None, back: int) -> None:
    verdict = judged(
        short_weight, TERMS, one(weight_g=1000), delivered(1), claimed(2, grams=800), answered(3, grams=found)
    )
    assert verdict.owed is not None
    assert (verdict.owed.minor, verdict.remedy) == (back, "refund" if back else "")


def test_without_a_weight_nothing_is_promised() -> None:
    assert short_weight.promise(TERMS, one()) == []


def test_seventy_two_hours() -> None:
    facts = facts_of(short_weight, TERMS, one(weight_g=1000), delivered(10))
    assert facts.window_ends == h(82)
