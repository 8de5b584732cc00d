"""Who pays the way back of what a buyer sends themselves (寄回运费): before it is sent, and in money once it is there. Pure.

1. Whose fault the return is bears the way back. Broken, wrong, not as described: the shop. Broken on its way: the carrier,
   of whom the platform claims it. A change of mind: the buyer, unless the shop offered to pay when the order was paid.
2. Who shows what it cost is given that, up to a limit; who shows nothing, a flat sum for the place it was sent from.
3. It is due once the goods are back and the case is settled for the buyer: not for what was refused, or never came.
   No payment of the buyer's covers it, so it is a coupon without a threshold.
4. What a courier collected, what was turned round on its way, and what a sweep pays the way of cost the buyer nothing.
5. Where the platform refunds in the shop's place, it bears the way back too.

Source: `return7.freight` as collected for this project (the buyer bears it unless agreed otherwise, the merchant where the
quality is at fault); Directive 2011/83 art. 14(1) for the Union. The sums are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of

RULE = "aftersales.return_freight"
PAID = "return.freight"
ANYWHERE = "*"
_MOST_MINOR = 1_000_00
Payer = Literal["shop", "buyer", "carrier", "platform"]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `aftersales.return_freight`. Raises ValueError for terms that say nothing or too much.

    *by_fault*: who bears it. *offers*: whether a shop's own offer counts. *flat*: by currency, then by the beginning of a
    region's name (or ``*``), in minor units; *most*: by currency, what is given of a receipt at most.
    """

    by_fault: Mapping[str, Payer] = msgspec.field(
        default_factory=lambda: {"shop": "shop", "buyer": "buyer", "carrier": "carrier"}
    )
    offers: bool = True
    flat: Mapping[str, Mapping[str, int]] = {}
    most: Mapping[str, int] = {}
    appeal_days: int = 30

    def __post_init__(self) -> None:
        if set(self.by_fault) != {"shop", "buyer", "carrier"}:
            raise ValueError("by_fault names shop, buyer and carrier")
        sums = [*self.most.values(), *(minor for places in self.flat.values() for minor in places.values())]
        if not all(0 <= minor <= _MOST_MINOR for minor in sums):
            raise ValueError("the freight of a return: 0 to 1000")
        if not 1 <= self.appeal_days <= 365:
            raise ValueError("appeal_days: 1 to 365")


FOUNDING = Terms(
    flat={"CNY": {ANYWHERE: 12_00, "新疆": 24_00, "西藏": 24_00}, "EUR": {ANYWHERE: 7_00}},
    most={"CNY": 100_00, "EUR": 60_00},
)
"""The terms of a new site."""


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A return that goes by the buyer's own means. *region*: where it is sent from. *offered*: its shop had offered to pay
    the way back when the order was paid. *receipt*: what the buyer says and shows that it cost. *bearer*: who bears the refund."""

    fault: Literal["shop", "buyer", "carrier"]
    currency: str
    region: str
    offered: bool = False
    receipt: Money | None = None
    bearer: Literal["shop", "platform"] = "shop"


class Verdict(msgspec.Struct, frozen=True):
    """*by*: what the sum goes by; empty where nobody pays the buyer anything. *capped*: the receipt says more."""

    payer: Payer
    by: Literal["receipt", "flat", ""]
    owed: Money
    capped: bool = False


def judge(terms: Terms, seen: Seen) -> Verdict:
    payer = terms.by_fault[seen.fault]
    if payer == "buyer" and seen.offered and terms.offers:
        payer = "shop"
    if payer == "shop" and seen.bearer == "platform":
        payer = "platform"
    if payer == "buyer":
        return Verdict(payer, "", Money(0, seen.currency))
    most = most_of(terms, seen.currency)
    if seen.receipt is not None and most.minor:
        return Verdict(payer, "receipt", min(seen.receipt, most), seen.receipt > most)
    flat = flat_of(terms, seen.currency, seen.region)
    return Verdict(payer, "flat" if flat.minor else "", flat)


def flat_of(terms: Terms, currency: str, region: str) -> Money:
    """What is given without a receipt: of the places that *region* begins with, the one named most closely."""
    places = terms.flat.get(currency, {})
    fit = [place for place in places if place != ANYWHERE and region.startswith(place)]
    return Money(places.get(max(fit, key=len) if fit else ANYWHERE, 0), currency)


def most_of(terms: Terms, currency: str) -> Money:
    """What is given of a receipt at most; nothing where receipts do not count."""
    return Money(terms.most.get(currency, 0), currency)


_WHO: Mapping[Payer, Text] = {
    "shop": Text(zh="由店铺承担", en="the shop bears it"),
    "carrier": Text(zh="由平台向快递追偿", en="the platform claims it of the courier"),
    "platform": Text(zh="由平台承担", en="the platform bears it"),
    "buyer": Text(zh="由买家承担", en="the buyer bears it"),
}
_BY: Mapping[str, Text] = {
    "receipt": Text(zh="按凭证补给买家寄回运费{sum}", en="{sum} for sending it back, as the receipt says"),
    "flat": Text(zh="按地区定额补给买家寄回运费{sum}", en="{sum} for sending it back, the flat sum for that place"),
    "capped": Text(
        zh="凭证超过上限，补给买家寄回运费{sum}", en="{sum} for sending it back: the most that is given of a receipt"
    ),
}  # fmt: skip


def say(verdict: Verdict) -> Text:
    """One sentence that buyer and shop both read."""
    amount, who = sum_of(verdict.owed), _WHO[verdict.payer]
    by = _BY["capped" if verdict.capped else verdict.by]
    return Text(zh=f"{by.zh.format(sum=amount.zh)}，{who.zh}", en=f"{by.en.format(sum=amount.en)}; {who.en}")


def ahead(terms: Terms, seen: Seen) -> Text:
    """What is said before anything is sent: who pays the way back, and how much."""
    verdict = judge(terms, msgspec.structs.replace(seen, receipt=None))
    flat, most = sum_of(verdict.owed), sum_of(most_of(terms, seen.currency))
    if verdict.payer == "buyer":
        return Text(zh="自己寄回的，运费由买家承担。", en="Sent by the buyer, the buyer pays the way back.")
    who = _PAYS[verdict.payer]
    if not verdict.owed.minor and not most_of(terms, seen.currency).minor:
        return Text(zh=f"自己寄回的，运费{who.zh}。", en=f"{who.en}.")
    sums = []
    if verdict.owed.minor:
        sums.append(Text(zh=f"不用凭证补{flat.zh}", en=f"{flat.en} without a receipt"))
    if most_of(terms, seen.currency).minor:
        sums.append(Text(zh=f"有凭证按实际补，最多{most.zh}", en=f"what it cost with one, up to {most.en}"))
    return Text(
        zh=f"自己寄回的，运费{who.zh}：{'；'.join(one.zh for one in sums)}。店家收到退货后，以券的形式给买家。",
        en=f"{who.en}: {', or '.join(one.en for one in sums)}. It comes as a coupon once the goods are back.",
    )


_PAYS: Mapping[Payer, Text] = {
    "shop": Text(zh="由店铺承担", en="Sent by the buyer, the shop pays the way back"),
    "carrier": Text(zh="由快递承担，平台先付", en="Sent by the buyer, the courier pays the way back, and the platform sees to it"),
    "platform": Text(zh="由平台承担", en="Sent by the buyer, the platform pays the way back"),
}  # fmt: skip
