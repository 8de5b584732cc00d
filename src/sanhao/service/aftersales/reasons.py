"""Why a buyer asks: the words people pick from, what each leads to by itself, and whose fault it is if it is true.

Pure. A guarantee (`promises`) may add its own reasons; these are the ones that every order has.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sanhao.kit.text import Text
from sanhao.service.aftersales.case import Kind

Phase = Literal["unshipped", "on_way", "delivered"]
Fault = Literal["shop", "buyer", "carrier"]


class Reason(msgspec.Struct, frozen=True):
    """*kinds*: what may be asked for because of it, the usual one first. *photos*: how many prove it."""

    code: str
    title: Text
    phases: tuple[Phase, ...]
    kinds: tuple[Kind, ...]
    fault: Fault
    photos: int = 0


_BEFORE: tuple[Phase, ...] = ("unshipped", "on_way")
REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("changed_mind", Text(zh="不想要了", en="I changed my mind"), _BEFORE, ("refund",), "buyer"),
        Reason("wrong_order", Text(zh="拍错了", en="I ordered the wrong thing"), _BEFORE, ("refund",), "buyer"),
        Reason("too_slow", Text(zh="等太久了", en="It takes too long"), _BEFORE, ("refund",), "shop"),
        Reason("no_reason", Text(zh="不合适、不喜欢", en="It does not suit me"), ("delivered",), ("return", "exchange"), "buyer"),
        Reason("broken", Text(zh="坏了、破了", en="It is broken or spoiled"), ("delivered",), ("return", "exchange", "refund"), "shop", 1),
        Reason("not_as_described", Text(zh="和描述的不一样", en="It is not as described"), ("delivered",), ("return", "exchange", "refund"), "shop"),
        Reason("wrong_item", Text(zh="发错了", en="They sent the wrong thing"), ("delivered",), ("return", "exchange"), "shop"),
        Reason("missing", Text(zh="少发了", en="Something is missing"), ("delivered",), ("refund",), "shop"),
        Reason("not_genuine", Text(zh="怀疑不是正品", en="I doubt that it is genuine"), ("delivered",), ("return",), "shop", 1),
        Reason("never_arrived", Text(zh="一直没收到", en="It never arrived"), ("on_way", "delivered"), ("refund",), "carrier"),
        # What guarantees are claimed for: never picked from this list, each has a page of its own.
        Reason("spoiled_goods", Text(zh="收到时坏了", en="It arrived spoiled or broken"), (), ("claim",), "shop"),
        Reason("short_weight", Text(zh="分量不足", en="It weighs less than it says"), (), ("claim",), "shop"),
        Reason("allergy", Text(zh="用了过敏", en="I am allergic to it"), (), ("return",), "shop"),
        Reason("authentic", Text(zh="不是正品", en="It is not genuine"), (), ("claim",), "shop"),
        Reason("price_protection", Text(zh="降价了", en="It costs less now"), (), ("claim",), "shop"),
    )
}  # fmt: skip
UNDER: dict[str, str] = {"no_reason_return": "no_reason"}
"""What a guarantee is claimed for, where it is not called as the guarantee is."""


def phase_of(*, shipped: bool, delivered: bool) -> Phase:
    return "delivered" if delivered else "on_way" if shipped else "unshipped"


def offered(phase: Phase) -> list[Reason]:
    """The reasons one may pick in *phase*, in the order they are shown."""
    return [reason for reason in REASONS.values() if phase in reason.phases]


def kind_of(reason: Reason, phase: Phase) -> Kind:
    """What a reason leads to unless the buyer asks for something else."""
    return reason.kinds[0] if phase == "delivered" else "refund"


def kinds_for(reason: Reason, phase: Phase) -> tuple[Kind, ...]:
    return reason.kinds if phase == "delivered" else ("refund",)
