"""Telling a shop about its money: settlement knows shops by number, this module knows who works there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sanhao.books.settlement.events import InvoiceAsked, PayeeChanged, PayoutFailed, PayoutPaid
from sanhao.fairness.notices import api as notices
from sanhao.goods.shops.queries import managers_of, shops
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, sum_of


def payout_paid(batch: Sequence[News[PayoutPaid]]) -> None:
    """Later listener: the money is at the shop's bank."""
    _tell(batch, "payout.paid", [_paid(news.fact) for news in batch])


def payout_failed(batch: Sequence[News[PayoutFailed]]) -> None:
    """Later listener: it is back on the balance, and somebody has to look at the account."""
    _tell(batch, "payout.failed", [_failed(news.fact) for news in batch])


def invoice_asked(batch: Sequence[News[InvoiceAsked]]) -> None:
    """Later listener: somebody has an invoice to write, or to correct."""
    _tell(batch, "invoice.asked", [_CORRECT if news.fact.red else _ASKED for news in batch])


_ASKED = Text(zh="买家申请了发票，请按时上传。", en="A buyer asks for an invoice. Please upload it in time.")
_CORRECT = Text(
    zh="开过票的订单退了款，请开红字发票。", en="An invoiced order was refunded: please correct its invoice."
)


def payee_changed(batch: Sequence[News[PayeeChanged]]) -> None:
    """Later listener: everybody who manages the shop hears where its money is going to go, and when."""
    ids = {news.fact.shop_id for news in batch}
    timezones = {id: card.timezone for id, card in shops(ids).items()}
    texts = []
    for news in batch:
        at = date_time(news.fact.payout_from, timezones[news.fact.shop_id])
        texts.append(
            Text(
                zh=f"收款账户换成了{news.fact.bank}（尾号{news.fact.ending}），{at.zh}起打款到这个账户。不是你改的？请马上联系平台。",
                en=f"Payouts go to {news.fact.bank} (ending {news.fact.ending}) from {at.en} on. "
                "If nobody of your shop changed this, tell the platform at once.",
            )
        )
    _tell(batch, "payee.changed", texts)


def _paid(fact: PayoutPaid) -> Text:
    amount = sum_of(Money(fact.amount_minor, fact.currency))
    return Text(zh=f"{amount.zh}已打到你的银行账户。", en=f"{amount.en} is in your bank account.")


def _failed(fact: PayoutFailed) -> Text:
    amount = sum_of(Money(fact.amount_minor, fact.currency))
    return Text(
        zh=f"{amount.zh}没有打款成功，已退回店铺余额。银行说：{fact.reason}。请核对收款账户。",
        en=f"{amount.en} did not arrive and is on your balance again. The bank says: {fact.reason}. "
        "Please check your bank details.",
    )


def _tell(
    batch: Sequence[News[Any]],
    topic: str,
    texts: Sequence[Text],
) -> None:
    people = managers_of({news.fact.shop_id for news in batch})
    notices.notify(
        [
            notices.Notice(person, topic, text, "shop_money", news.fact.shop_id, str(news.id))
            for news, text in zip(batch, texts, strict=True)
            for person in people.get(news.fact.shop_id, ())
        ],
        now=max(news.at for news in batch),
    )
    push.publish(f"shop:{news.fact.shop_id}" for news in batch)
