"""Spoiled or broken goods are paid back: the rule as tables of cases, to the second and the cent."""

from __future__ import annotations

import msgspec
import pytest

from sanhao.kit.money import Money
from sanhao.service.promises.core import CARRIER
from sanhao.service.promises.kinds import spoiled_goods
from sanhao.service.promises.kinds.spoiled_goods import Terms
from tests.service.promises.kinds.cases import (
    answered,
    claimed,
    delivered,
    facts_of,
    h,
    judged,
    one,
    order,
    shares,
)

TERMS = Terms()
SECOND = 1 / 3600


@pytest.mark.parametrize(
    ("category", "hours"),
    [
        ("fruit", 24), ("food/fruit", 24), ("seafood", 24), ("milk-powder", 24), ("plants", 24), ("snacks", 24),
        ("drinks", 24), ("pantry", 72), ("pantry/rice", 72), ("home", 72), ("", 72),
    ],
)  # fmt: skip
def test_the_window_to_the_second(category: str, hours: int) -> None:
    facts = facts_of(spoiled_goods, TERMS, one(category=category), delivered(100))
    assert facts.window_ends == h(100 + hours)
    last = spoiled_goods.admit(TERMS, facts, claimed(100 + hours, share_bp=1), h(100 + hours))
    late = spoiled_goods.admit(TERMS, facts, claimed(100 + hours + SECOND, share_bp=1), h(200))
    assert (last.ok, last.answer_hours, last.needs_return) == (True, 24, False)
    assert (late.ok, late.reason) == (False, "window_closed")
    assert late.text.zh.startswith("申请期到3月")


def test_before_it_is_signed_for_nothing_can_be_claimed() -> None:
    facts = facts_of(spoiled_goods, TERMS, one())
    assert spoiled_goods.admit(TERMS, facts, claimed(1, share_bp=1), h(1)).reason == "not_delivered"


def test_the_window_starts_with_the_signing_we_first_heard_of() -> None:
    """A message that comes later, of an earlier signing, never takes hours from the buyer."""
    facts = facts_of(spoiled_goods, TERMS, one(), delivered(100, 101), delivered(90, 150))
    assert facts.window_ends == h(172)


@pytest.mark.parametrize(
    ("share_bp", "percent"),
    [(1, 10), (999, 10), (1000, 10), (1001, 20), (2000, 20), (5000, 50), (5001, 60), (6000, 60), (6001, 70),
     (6999, 70), (7000, 100), (7001, 100), (9999, 100), (10000, 100)],
)  # fmt: skip
def test_the_damaged_share_is_rounded_up_to_tenths_and_seven_tenths_are_all(
    share_bp: int, percent: int
) -> None:
    answer = spoiled_goods.admit(
        TERMS, facts_of(spoiled_goods, TERMS, one(99_99), delivered(1)), claimed(2, share_bp=share_bp), h(2)
    )
    goods, freight = Money(99_99, "CNY").share(percent, 100), Money(10_00, "CNY").share(percent, 100)
    assert answer.split == shares(("pea", goods.minor), ("pea", freight.minor, "freight"))


@pytest.mark.parametrize("share_bp", [None, 0, -1, 10001])
def test_a_share_that_is_none(share_bp: int | None) -> None:
    facts = facts_of(spoiled_goods, TERMS, one(), delivered(1))
    assert spoiled_goods.admit(TERMS, facts, claimed(2, share_bp=share_bp), h(2)).reason == "share"


@pytest.mark.parametrize(
    ("photos", "videos", "ok"), [(0, 0, False), (1, 0, False), (2, 0, True), (0, 1, True), (9, 1, True)]
)
def test_two_photos_or_a_video(photos: int, videos: int, ok: bool) -> None:
    facts = facts_of(spoiled_goods, TERMS, one(), delivered(1))
    answer = spoiled_goods.admit(TERMS, facts, claimed(2, share_bp=1, photos=photos, videos=videos), h(2))
    assert answer.ok is ok
    assert ok or (answer.reason, answer.text.en) == ("photos", "It takes 2 photos, or one video at least")


@pytest.mark.parametrize(("units", "goods"), [(0, 100_00), (3, 100_00), (1, 33_33), (2, 66_66)])
def test_units_by_prefix(units: int, goods: int) -> None:
    facts = facts_of(spoiled_goods, Terms(with_freight=False), one(100_00, 3), delivered(1))
    answer = spoiled_goods.admit(
        Terms(with_freight=False), facts, claimed(2, share_bp=100_00, units=units), h(2)
    )
    assert answer.split == shares(("pea", goods))


def test_the_answer_may_find_less_but_never_more() -> None:
    for found, owed in ((20_00, 22_00), (50_00, 33_00), (None, 33_00)):
        verdict = judged(
            spoiled_goods, TERMS, one(), delivered(1), claimed(2, share_bp=30_00), answered(3, share_bp=found)
        )
        assert verdict.owed == Money(owed, "CNY")


def test_the_carrier_pays_for_what_it_let_spoil() -> None:
    """More than five days after the promised arrival (a week after payment), packed as it should be."""
    for signed, well, payer in (
        (168 + 120, True, "pea"),
        (168 + 120 + SECOND, True, CARRIER),
        (400, False, "pea"),
    ):
        news = (
            delivered(signed),
            claimed(signed + 1, share_bp=100_00),
            answered(signed + 2, packed_well=well),
        )
        verdict = judged(spoiled_goods, TERMS, one(), *news)
        assert verdict.fault == (payer,), signed


def test_each_line_is_promised_by_itself() -> None:
    made = spoiled_goods.promise(TERMS, order())
    assert [(line, facts.paid) for line, facts in made] == [
        ("a", Money(120_00, "CNY")),
        ("b", Money(80_00, "CNY")),
    ]
    assert spoiled_goods.promise(TERMS, order(paid_at=None)) == []


def test_what_cannot_be_read_is_not_guessed() -> None:
    unread = order(lines=(msgspec.structs.replace(order().lines[0], paid=None),))
    verdict = judged(spoiled_goods, TERMS, unread, delivered(1), claimed(2, share_bp=1), answered(3))
    assert (verdict.outcome, verdict.owed) == ("broken", None)


def test_what_is_said() -> None:
    facts = facts_of(spoiled_goods, TERMS, one(category="fruit"), delivered(1))
    said = spoiled_goods.say(TERMS, facts, spoiled_goods.judge(TERMS, facts, h(2)))
    assert said.zh == "签收后24小时内发现坏了，按坏的比例退，不用寄回；3月3日周二11:00前可以申请"
    facts = facts_of(
        spoiled_goods, TERMS, one(category="fruit"), delivered(1), claimed(2, share_bp=25_00), answered(3)
    )
    verdict = spoiled_goods.judge(TERMS, facts, h(4))
    assert spoiled_goods.say(TERMS, facts, verdict).zh == "收到时坏了30%，33元赔给你"
    assert spoiled_goods.say(TERMS, facts, verdict).en == (
        "¥33 goes to you, because 30% was spoiled or broken on arrival"
    )
    assert spoiled_goods.say_to_shop(TERMS, facts, verdict).zh == "赔付33元：收到时坏了30%"
