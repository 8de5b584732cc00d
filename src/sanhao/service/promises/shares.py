"""A promise about several shops' orders together: who pays how much of it. Pure.

Money goes back to each order by its weight, never more than is left of it, and the shops at fault pay equal parts of each;
a coupon is of no order and is shared once. Every shop that pays has a decision of its own, which stands beside the
buyer's: the same facts, and in them under `share` what its part was reckoned from.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises.core import CARRIER, PLATFORM, Verdict

_SHARE, _RAISED = ".share", ".raised"


class Left(msgspec.Struct, frozen=True):
    """An order that money goes back to: how heavily it weighs, and what was left of it."""

    weight: int
    minor: int


class Share(msgspec.Struct, frozen=True):
    """Whose share it is, and of the orders that money goes back to; none for a coupon."""

    shop: str
    orders: tuple[Left, ...] = ()


class _Facts(msgspec.Struct):
    share: Share


def decision_kind(kind_name: str, *, share: bool = False, raised: bool = False) -> str:
    """What decisions about promises of this kind are called: the whole, one shop's share of it, or what a buyer's appeal
    raised it to."""
    return f"promise.{kind_name}{_SHARE if share else _RAISED if raised else ''}"


def title(whole: Text, *, share: bool = False, raised: bool = False) -> Text:
    """What decisions about a guarantee of this title are called: the whole, one shop's share of it, or what more it came to
    after an appeal."""
    if raised:
        return Text(zh=f"{whole.zh}，申诉后补的", en=f"{whole.en}, raised after an appeal")
    return Text(zh=f"{whole.zh}，一家店分担的", en=f"{whole.en}, one shop's share") if share else whole


def kind_name(decision_kind: str) -> str:
    """The kind of promise that a decision is about; the name itself where it is about something else."""
    return decision_kind.removeprefix("promise.").removesuffix(_SHARE).removesuffix(_RAISED)


def is_share(decision_kind: str) -> bool:
    return decision_kind.startswith("promise.") and decision_kind.endswith(_SHARE)


def is_raised(decision_kind: str) -> bool:
    return decision_kind.startswith("promise.") and decision_kind.endswith(_RAISED)


def with_share(facts_json: str, share: Share) -> str:
    """The promise's facts, and what this shop's share was reckoned from."""
    return msgspec.json.encode(
        msgspec.json.decode(facts_json) | {"share": msgspec.to_builtins(share)}
    ).decode()


def share_in(facts_json: str) -> Share:
    return msgspec.json.decode(facts_json, type=_Facts).share


def back(owed: Money, orders: Sequence[Left]) -> list[int]:
    """What each order gets back, in minor units."""
    parts = owed.split([order.weight for order in orders])
    return [min(part.minor, order.minor) for part, order in zip(parts, orders, strict=True)]


def paying(verdict: Verdict) -> tuple[str, ...]:
    """The shops that answer for it."""
    return tuple(name for name in verdict.fault if name not in (CARRIER, PLATFORM))


def parts(verdict: Verdict, amount: Money) -> dict[str, Money]:
    """What each shop at fault pays of *amount*."""
    shops = paying(verdict)
    return dict(zip(shops, amount.split([1] * len(shops)), strict=True)) if shops else {}


def shared(verdict: Verdict, orders: Sequence[Left] = ()) -> dict[str, Money]:
    """What each shop at fault pays of all that was given; those whose part is nothing are left out."""
    owed = verdict.owed
    if owed is None or verdict.outcome != "broken" or not verdict.remedy:
        return {}
    given = back(owed, orders) if verdict.remedy == "refund" else [owed.minor]
    sums: dict[str, Money] = {}
    for minor in given:
        for shop, part in parts(verdict, Money(minor, owed.currency)).items():
            sums[shop] = sums[shop] + part if shop in sums else part
    return {shop: part for shop, part in sums.items() if part}


def of_shop(verdict: Verdict, share: Share) -> Verdict:
    """The verdict as one shop answers for it: everything as it is, the sum its own."""
    if verdict.outcome != "broken" or verdict.owed is None:
        return verdict
    nothing = Money.zero(verdict.owed.currency)
    return replace(verdict, owed=shared(verdict, share.orders).get(share.shop, nothing))
