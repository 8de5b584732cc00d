"""Half and whole sentences that several guarantees say: why one does not apply, and what follows when one is broken."""

from __future__ import annotations

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.promises.core import Remedy

_VOID = {
    "cancelled": Text(
        zh="订单已取消，这个承诺不再计时", en="The order was cancelled, so this promise no longer runs"
    ),
    "called_back": Text(
        zh="你让快递把包裹拦了回去，这个承诺不再计时",
        en="You had the parcel called back, so this promise no longer runs",
    ),
    "cancelled_by_buyer": Text(
        zh="你取消了订单，这个承诺不再计时", en="You cancelled the order, so this promise no longer runs"
    ),
    "cancelled_by_platform": Text(
        zh="平台取消了订单，这个承诺不再计时",
        en="The platform cancelled the order, so this promise no longer runs",
    ),
    "cancelled_by_shop": Text(
        zh="店家取消了订单，这个承诺不再计时",
        en="The shop cancelled the order, so this promise no longer runs",
    ),
    "special_goods": Text(
        zh="定制和虚拟商品没有这个承诺", en="Made-to-order and virtual goods come without this promise"
    ),
    "promotion": Text(
        zh="大促期间下的单，按公示的时间发货，没有这个承诺",
        en="Ordered during an announced promotion, which ships on its own schedule",
    ),
    "force_majeure": Text(
        zh="遇到了不可抗力，这个承诺不适用",
        en="Something beyond anyone's control came between; this promise rests",
    ),
    "risk_hold": Text(
        zh="订单因安全核查暂停过，这个承诺不适用",
        en="The order was held for a safety check; this promise rests",
    ),
    "buyer_fault": Text(
        zh="收件信息有误，这个承诺不适用", en="The delivery details were not right; this promise rests"
    ),
}
_VOID_OTHERWISE = Text(zh="这单不适用这个承诺", en="This promise does not apply to the order")
VOID_FOR_SHOP = Text(
    zh="这个承诺不适用于这单，没有扣款", en="This promise does not apply; nothing was charged"
)


def void(reason: str) -> Text:
    return _VOID.get(reason, _VOID_OTHERWISE)


_NOTHING_SAID = Text(zh="", en="")


def compensated(owed: Money | None, remedy: Remedy, why: Text, what: Text = _NOTHING_SAID) -> Text:
    """To the buyer: the sum and the reason. *why* is half a sentence; in English it goes after "because".

    *what* says what of theirs comes back, such as 「运费」 / "freight ".
    """
    if owed is None:
        return Text(
            zh=f"{why.zh}，赔多少正在人工核对",
            en=f"A person is working out what you are owed, because {why.en}",
        )
    if not owed.minor:
        return Text(zh=f"{why.zh}，这次没有金额可赔", en=f"There was no sum to give back, though {why.en}")
    paid = sum_of(owed)
    if remedy == "refund":
        return Text(
            zh=f"{why.zh}，{what.zh}{paid.zh}正在退给你",
            en=f"Your {what.en}{paid.en} is on its way back, because {why.en}",
        )
    return Text(zh=f"{why.zh}，{paid.zh}券已到账", en=f"Your {paid.en} coupon is here, because {why.en}")


def charged(owed: Money | None, why: Text) -> Text:
    """To the shop: the sum and the reason."""
    if owed is None:
        return Text(zh=f"赔付金额待核对：{why.zh}", en=f"The sum is being worked out, because {why.en}")
    if not owed.minor:
        return Text(zh=f"没有扣款，但{why.zh}", en=f"Nothing was charged, though {why.en}")
    paid = sum_of(owed)
    return Text(zh=f"赔付{paid.zh}：{why.zh}", en=f"{paid.en} compensation, because {why.en}")
