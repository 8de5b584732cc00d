"""Telling people how an order goes: notices for its buyer, signals for pages that are open. All later listeners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sanhao.books.payments.events import RefundCompleted
from sanhao.fairness.notices import api as notices
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery.events import LabelMoved, LabelVoided
from sanhao.service.orders.events import (
    CheckoutExpired,
    LatePaymentReturned,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderShipped,
    OrderUnpacked,
)

_STEPS: dict[Any, Text] = {
    OrderShipped: Text(zh="包裹已打好，等快递揽收。", en="Your parcel is packed and waits for its courier."),
    OrderDelivered: Text(zh="包裹已签收。", en="Your parcel has arrived."),
    OrderCancelled: Text(
        zh="订单已取消，货款正在原路退回。", en="The order is cancelled; your money is on its way back."
    ),
}


def order_moved(batch: Sequence[News[Any]]) -> None:
    """The steps of an order, for whoever is waiting for it."""
    told = [
        notices.Notice(
            news.fact.person_id,
            "order.moved",
            _STEPS[type(news.fact)],
            "order",
            news.fact.order_id,
            str(news.id),
        )
        for news in batch
    ]
    notices.notify(told, now=max(news.at for news in batch))
    signal(batch)


def signal(batch: Sequence[News[OrderPaid]] | Sequence[News[Any]]) -> None:
    """Open pages of the order, its buyer, its shop and control fetch themselves again."""
    push.publish(topic for news in batch for topic in _topics(news.fact))


def _topics(
    fact: OrderPaid | OrderShipped | OrderUnpacked | OrderDelivered | OrderCancelled,
) -> Iterable[str]:
    yield f"order:{fact.order_id}"
    yield f"shop:{fact.shop_id}"
    yield f"person:{fact.person_id}"
    yield "control"


def label_moved(batch: Sequence[News[LabelMoved]] | Sequence[News[LabelVoided]]) -> None:
    """The shop's pages fetch themselves again: a label is there to print, or will not be, or is void."""
    push.publish(f"shop:{news.fact.shop_id}" for news in batch)


def checkout_expired(batch: Sequence[News[CheckoutExpired]]) -> None:
    """Nobody needs a notice of what they did not pay; pages that still show it fetch themselves again."""
    orders = fetch(
        "SELECT id FROM orders_order WHERE checkout_id = ANY(%s)", [[news.fact.checkout_id for news in batch]]
    )
    push.publish(f"order:{row['id']}" for row in orders)


def late_payment_returned(batch: Sequence[News[LatePaymentReturned]]) -> None:
    told = []
    for news in batch:
        amount = Money(news.fact.amount_minor, news.fact.currency)
        text = Text(
            zh=f"付款到得晚了，订单已经取消，{amount.format('zh')}正原路退回。",
            en=f"Your payment came after the order had expired. {amount.format('en')} is on its way back to you.",
        )
        told.append(_notice(news.fact.person_id, "payment.late", text, news.fact.checkout_id, news.id))
    notices.notify(told, now=max(news.at for news in batch))


def refund_completed(batch: Sequence[News[RefundCompleted]]) -> None:
    """The gateway has sent money of a checkout back: its buyer hears how much."""
    checkouts = [news.fact.subject_id for news in batch if news.fact.subject_kind == "checkout"]
    people = {
        row["id"]: row["person_id"]
        for row in fetch("SELECT id, person_id FROM orders_checkout WHERE id = ANY(%s)", [checkouts])
    }
    told = []
    for news in batch:
        person = people.get(news.fact.subject_id)
        if person is None:
            continue
        amount = Money(news.fact.amount_minor, news.fact.currency)
        text = Text(
            zh=f"{amount.format('zh')}已原路退回。",
            en=f"{amount.format('en')} has gone back the way you paid.",
        )
        told.append(_notice(person, "refund.done", text, news.fact.subject_id, news.id))
    notices.notify(told, now=max(news.at for news in batch))


def _notice(person_id: UUID, topic: str, text: Text, checkout_id: UUID, key: UUID) -> notices.Notice:
    return notices.Notice(person_id, topic, text, "checkout", checkout_id, str(key))
