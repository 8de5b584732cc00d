"""Telling people of refunds nobody asked for: buyer, shop, and whoever confirms. All later listeners."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.goods.shops import api as shops
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.text import Text
from sanhao.service.aftersales import sweeps
from sanhao.service.aftersales.events import OrderSwept, SweepMoved

_BUYER = Text(zh="{said}。不用你做什么。", en="{said}. There is nothing you need to do.")
_RETURN = Text(zh="{said}。请在售后单里看寄到哪里。", en="{said}. The case says where to send it.")
_SHOP = Text(
    zh="平台正在主动退款给本店的买家，原因：{said}。每一单的金额和理由都在扣款页，可以申诉一次，由人来看",
    en="The platform is refunding buyers of this shop without being asked. Why: {said}. Each order's sum and reason are among your debits; you may appeal once, and a person looks at it",
)


def swept(batch: Sequence[News[OrderSwept]]) -> None:
    """The buyer learns why money comes, how much, and that nothing is to be done; the shop why, and how to appeal."""
    known = decisions.decisions([news.fact.decision_id for news in batch])
    why = sweeps.sweeps_by_ids([news.fact.sweep_id for news in batch])
    members = shops.members_of({news.fact.shop_id for news in batch})
    told = []
    for news in batch:
        fact = news.fact
        text = known[fact.decision_id].text
        told.append(
            notices.Notice(
                fact.person_id, "sweep.buyer", _with(_RETURN if fact.case_id else _BUYER, text),
                "case" if fact.case_id else "order", fact.case_id or fact.order_id, f"{news.id}",
            )
        )  # fmt: skip
        # Once a sweep, not once an order: the orders are in the list of debits.
        told += [
            notices.Notice(
                member, "sweep.shop", _with(_SHOP, why[fact.sweep_id].reason), "decision", fact.decision_id,
                f"sweep:{fact.sweep_id}:{member}",
            )
            for member in members.get(fact.shop_id, ())
            if member != fact.person_id
        ]  # fmt: skip
    notices.notify(told, now=max(news.at for news in batch))
    push.publish(
        topic
        for news in batch
        for topic in (
            f"order:{news.fact.order_id}",
            f"shop:{news.fact.shop_id}",
            f"person:{news.fact.person_id}",
            f"sweep:{news.fact.sweep_id}",
        )
    )


def _with(frame: Text, said: Text) -> Text:
    return Text(zh=frame.zh.format(said=said.zh.rstrip("。")), en=frame.en.format(said=said.en.rstrip(".")))


def moved(batch: Sequence[News[SweepMoved]]) -> None:
    """Open pages of control fetch themselves again."""
    push.publish(topic for news in batch for topic in (f"sweep:{news.fact.sweep_id}", "control"))
