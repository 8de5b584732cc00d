"""Send it back without a reason: windows, what the law leaves out, and what the buyer agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sanhao.service.promises.core import Accepted, Claimed
from sanhao.service.promises.kinds import no_reason_return
from sanhao.service.promises.kinds.no_reason_return import ACTIVATED, DECLARED, UNSEALED, Terms
from tests.service.promises.kinds.cases import claimed, delivered, facts_of, h, one, shares

TERMS = Terms()
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("signed", "last"),
    [
        (
            0,
            datetime(2026, 3, 9, 23, 59, 59, 999999, tzinfo=SHANGHAI),
        ),  # Monday 10:00: through Monday a week later
        (13.999, datetime(2026, 3, 9, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (14, datetime(2026, 3, 10, 23, 59, 59, 999999, tzinfo=SHANGHAI)),  # midnight: Tuesday already
    ],
)
def test_day_one_is_the_day_after_signing(signed: float, last: datetime) -> None:
    facts = facts_of(no_reason_return, TERMS, one(), delivered(signed))
    assert facts.window_ends == last
    for at, ok in ((last, True), (last + timedelta(microseconds=1), False)):
        assert no_reason_return.admit(TERMS, facts, Claimed(at), at).ok is ok


def test_in_the_eu_fourteen_days_and_nobody_approves() -> None:
    terms = Terms(timezone="Europe/Berlin")
    order = msgspec.structs.replace(one(), country="DE")
    facts = facts_of(no_reason_return, terms, order, delivered(0))  # 03:00 in Berlin
    assert facts.window_ends == datetime(2026, 3, 16, 23, 59, 59, 999999, tzinfo=BERLIN)
    answer = no_reason_return.admit(terms, facts, claimed(300), h(300))
    assert (answer.ok, answer.answer_hours, answer.needs_return) == (True, 0, True)
    here = facts_of(no_reason_return, TERMS, one(), delivered(0))
    assert no_reason_return.admit(TERMS, here, claimed(10), h(10)).answer_hours == 48


def test_the_clock_change_does_not_cost_an_hour() -> None:
    terms = Terms(timezone="Europe/Berlin")
    order = msgspec.structs.replace(one(), country="DE")
    facts = facts_of(
        no_reason_return, terms, order, delivered(24 * 20)
    )  # 22 March; summer time begins on the 29th
    assert facts.window_ends == datetime(2026, 4, 5, 23, 59, 59, 999999, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("category", "special", "made"),
    [
        ("knitwear", "", True), ("knitwear", "custom", False), ("home", "virtual", False), ("fruit", "", False),
        ("food/seafood", "", False), ("newspapers", "", False), ("snacks", "", True), ("", "", True),
    ],
)  # fmt: skip
def test_what_the_law_leaves_out(category: str, special: str, made: bool) -> None:
    order = one(category=category, special=special)
    assert bool(no_reason_return.promise(TERMS, order)) is made


@pytest.mark.parametrize(
    ("category", "consents", "opened", "reason"),
    [
        ("snacks", (), True, "ok"),  # not asked: it must be taken back
        ("snacks", (UNSEALED,), True, "opened"),
        ("snacks", (UNSEALED,), False, "ok"),
        ("snacks", (ACTIVATED,), True, "ok"),  # agreed to something else
        ("knitwear", (UNSEALED,), True, "ok"),  # nothing may be left out here
        ("phones", (ACTIVATED,), True, "opened"),
        ("food/tea", (UNSEALED,), True, "opened"),
    ],
)
def test_only_what_the_buyer_agreed_to(
    category: str, consents: tuple[str, ...], opened: bool, reason: str
) -> None:
    facts = facts_of(no_reason_return, TERMS, one(category=category, consents=consents), delivered(1))
    assert no_reason_return.admit(TERMS, facts, claimed(2, opened=opened), h(2)).reason == reason


def test_declared_flaws_do_not_come_back_once_agreed() -> None:
    terms = Terms(soft={"outlet": DECLARED})
    agreed = facts_of(no_reason_return, terms, one(category="outlet", consents=(DECLARED,)), delivered(1))
    assert no_reason_return.admit(terms, agreed, claimed(2), h(2)).reason == "agreed"
    silent = facts_of(no_reason_return, terms, one(category="outlet"), delivered(1))
    assert no_reason_return.admit(terms, silent, claimed(2), h(2)).ok


def test_a_shop_may_give_more_days() -> None:
    order = one(accepted={"no_reason_return": Accepted(own={"days": 15})})
    facts = facts_of(no_reason_return, TERMS, order, delivered(0))
    assert facts.window_ends == datetime(2026, 3, 17, 23, 59, 59, 999999, tzinfo=SHANGHAI)


def test_the_buyer_gets_what_the_goods_cost() -> None:
    facts = facts_of(no_reason_return, TERMS, one(100_00, 3), delivered(1))
    answer = no_reason_return.admit(TERMS, facts, claimed(2, units=1), h(2))
    assert answer.split == shares(("pea", 33_33))


def test_terms_that_cannot_stand() -> None:
    with pytest.raises(ValueError, match="one of unsealed"):
        Terms(soft={"snacks": "whatever"})
