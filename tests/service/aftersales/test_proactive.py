"""Refunds without a request, the pure half: which orders of a sweep, how, and out of whose pocket."""

from __future__ import annotations

import msgspec
import pytest

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.aftersales.paths.proactive import TRIGGERS, Seen, Terms, Verdict, Way, judge, say

WHY = Text(zh="电池会起火", en="The battery may catch fire")
BACK, NOTHING = Money(20_600, "CNY"), Money(0, "CNY")


def seen(trigger: str, where: str, **more: object) -> Seen:
    return msgspec.structs.replace(Seen(trigger, WHY, where, BACK), **more)


@pytest.mark.parametrize(
    ("trigger", "where", "outcome", "reason"),
    [
        ("dead_shop", "unshipped", "refund", "unshipped"),
        ("dead_shop", "on_way", "left", "on_way"),
        ("dead_shop", "delivered", "left", "delivered"),
        ("false_shipment", "unshipped", "refund", "unshipped"),
        ("false_shipment", "on_way", "refund", "on_way"),
        ("false_shipment", "delivered", "left", "delivered"),
        ("recall", "unshipped", "refund", "unshipped"),
        ("recall", "on_way", "refund", "on_way"),
        ("recall", "delivered", "refund", "delivered"),
        ("false_advertising", "unshipped", "refund", "unshipped"),
        ("false_advertising", "on_way", "wait", "on_way"),
        ("false_advertising", "delivered", "return", "delivered"),
    ],
)
def test_what_becomes_of_each(trigger: str, where: str, outcome: str, reason: str) -> None:
    owed = NOTHING if outcome == "left" else BACK
    assert judge(Terms(), seen(trigger, where)) == Verdict(outcome, reason, "shop", owed)


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("where", ["unshipped", "on_way", "delivered"])
def test_what_is_back_or_in_a_case_is_left_alone(trigger: str, where: str) -> None:
    assert judge(Terms(), seen(trigger, where, back=NOTHING)) == Verdict(
        "left", "nothing_left", "shop", NOTHING
    )
    assert judge(Terms(), seen(trigger, where, in_case=True)) == Verdict("left", "in_case", "shop", NOTHING)


def test_a_shop_that_ships_keeps_the_order_where_shipping_is_what_was_missing() -> None:
    outcomes = {
        trigger: judge(Terms(), seen(trigger, "on_way", shipped_since=True)).reason for trigger in TRIGGERS
    }
    assert outcomes == {
        "dead_shop": "shipped", "false_shipment": "shipped", "recall": "on_way", "false_advertising": "on_way",
    }  # fmt: skip


def test_what_never_arrives_is_waited_for_no_longer_than_the_terms_say() -> None:
    assert judge(Terms(), seen("false_advertising", "on_way", days=29)).outcome == "wait"
    assert judge(Terms(), seen("false_advertising", "on_way", days=30)).reason == "never_arrived"


def test_the_platform_bears_what_its_terms_say() -> None:
    terms = Terms(recall=Way(delivered="refund", bearer="platform"))
    verdict = judge(terms, seen("recall", "delivered"))
    assert verdict == Verdict("refund", "delivered", "platform", BACK)
    assert judge(terms, seen("recall", "unshipped")).bearer == "shop"
    said = say(seen("recall", "delivered"), verdict)
    assert said.zh == "平台主动退206元，买家不用申请，商品不用寄回，由平台承担。原因：电池会起火"
    assert (
        said.en == "The platform refunds ¥206 without being asked, and the goods need not go back, at its own expense. "
        "Why: The battery may catch fire"
    )  # fmt: skip


def test_no_founding_term_takes_the_goods_and_the_money_but_a_recall() -> None:
    """The platform forces no refund without return upon a shop: only the law of recalls does."""
    keeps = {
        trigger for trigger in TRIGGERS if judge(Terms(), seen(trigger, "delivered")).outcome == "refund"
    }
    assert keeps == {"recall"}


@pytest.mark.parametrize("wrong", [{"quiet_days": 0}, {"wait_days": 366}, {"look_hours": 0}])
def test_terms_out_of_reach_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 to 365"):
        Terms(**wrong)
