"""Telling buyers what became of the invoices they asked for. Shops are told by who knows their members."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.books.settlement.events import InvoiceAnswered
from sanhao.fairness.notices import api as notices
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.text import Text

_SAID = {
    "issued": Text(
        zh="你的发票开好了，可以在订单里下载。", en="Your invoice is ready: download it from your order."
    ),
    "corrected": Text(
        zh="退款后的红字发票开好了，可以在订单里下载。",
        en="The corrected invoice after your refund is ready.",
    ),
}


def invoice_answered(batch: Sequence[News[InvoiceAnswered]]) -> None:
    """Later listener."""
    notices.notify(
        [
            notices.Notice(
                news.fact.person_id, f"invoice.{news.fact.answer}", _said(news.fact), "order", news.fact.order_id,
                str(news.id),
            )
            for news in batch
        ],
        now=max(news.at for news in batch),
    )  # fmt: skip
    push.publish(f"order:{news.fact.order_id}" for news in batch)


def _said(fact: InvoiceAnswered) -> Text:
    return _SAID.get(
        fact.answer,
        Text(
            zh=f"店家没有开出发票：{fact.reason}", en=f"The shop could not issue your invoice: {fact.reason}"
        ),
    )
