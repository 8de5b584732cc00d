"""A buyer sees it differently: what a promise gave by itself, or that it gave nothing, looked at again by a person. Pure.

The first decision keeps its facts and stays as it was judged. A person who grants the appeal says what is owed in all and who
bears what is missing of it: those the first decision found at fault, or the platform. That is a decision of its own, with
the same facts and in them under `raised` the person's word; it is final. What is missing is given as a coupon.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.promises.core import PLATFORM, Verdict

RULE = "promises.appeals"
_MOST_MINOR = 10_000_00
Bearer = Literal["shop", "platform"]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `promises.appeals`. *most*: by currency, what a person may raise what a promise gave to, in all. *days*: for
    how long after a promise was found kept its buyer may contest that. Raises ValueError."""

    most: Mapping[str, int] = {}
    days: int = 30

    def __post_init__(self) -> None:
        if not all(0 <= minor <= _MOST_MINOR for minor in self.most.values()):
            raise ValueError("most: 0 to 10000")
        if not 1 <= self.days <= 365:
            raise ValueError("days: 1 to 365")


FOUNDING = Terms(most={"CNY": 500_00, "EUR": 60_00})
"""The terms of a new site."""


class Raised(msgspec.Struct, frozen=True):
    """A person's word on an appeal: *owed* in all where *had* was given before, who bears the difference (*shop* names it),
    and why."""

    owed: Money
    had: Money
    bearer: Bearer
    words: str
    shop: str = ""

    @property
    def more(self) -> Money:
        return self.owed - self.had


class _Facts(msgspec.Struct):
    raised: Raised


def with_raised(facts_json: str, raised: Raised) -> str:
    """The promise's facts, and the word that stands beside them."""
    return msgspec.json.encode(
        msgspec.json.decode(facts_json) | {"raised": msgspec.to_builtins(raised)}
    ).decode()


def raised_in(facts_json: str) -> Raised:
    return msgspec.json.decode(facts_json, type=_Facts).raised


def verdict(first: Verdict, raised: Raised) -> Verdict:
    """The verdict in place of the *first*: broken, the sum as it was raised, and who bears what was missing."""
    fault = (PLATFORM,) if raised.bearer == "platform" else (raised.shop,)
    return replace(
        first,
        outcome="broken",
        reason="appeal",
        fault=fault,
        owed=raised.owed,
        remedy="coupon",
        decided_at=None,
    )


_SAID: Mapping[Bearer, Text] = {
    "shop": Text(
        zh="买家的申诉成立，一共赔{sum}，这次补{more}券，由店铺承担。理由：{words}",
        en="The buyer's appeal was granted: {sum} in all, of which {more} comes now as a coupon and is the shop's to bear. Why: {words}",
    ),
    "platform": Text(
        zh="买家的申诉成立，一共赔{sum}，这次补{more}券，由平台承担。理由：{words}",
        en="The buyer's appeal was granted: {sum} in all, of which {more} comes now as a coupon and is the platform's to bear. Why: {words}",
    ),
}  # fmt: skip


def say(raised: Raised) -> Text:
    """One sentence that buyer and shop both read."""
    owed, more, text = sum_of(raised.owed), sum_of(raised.more), _SAID[raised.bearer]
    return Text(
        zh=text.zh.format(sum=owed.zh, more=more.zh, words=raised.words),
        en=text.en.format(sum=owed.en, more=more.en, words=raised.words),
    )
