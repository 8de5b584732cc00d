"""A second leg that nobody travelled: what the buyer paid of it, with the freight, goes back."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.kit.events import News
from sanhao.kit.rows import fetch
from sanhao.service.orders.actions.refund import Part, refund
from sanhao.service.remote.events import SecondLegUnused


def unused(batch: Sequence[News[SecondLegUnused]]) -> None:
    """Later-listener, once for each order: as far as the freight has not gone back for another reason."""
    facts = {news.fact.order_id: news.fact for news in batch if news.fact.buyer_minor}
    rows = fetch(
        """
        SELECT id, least(freight_minor - freight_refunded_minor, total_minor - refunded_minor - kept_minor) AS left_minor
        FROM orders_order WHERE id = ANY(%s) ORDER BY id FOR UPDATE
        """,
        [list(facts)],
    )
    back = [(facts[row["id"]], min(facts[row["id"]].buyer_minor, row["left_minor"])) for row in rows]
    refund(
        [
            Part(
                key=f"order:{fact.order_id}:second_leg_unused",
                order_id=fact.order_id,
                cause_kind="order",
                cause_id=fact.order_id,
                amount_minor=minor,
                freight_minor=minor,
                decision_id=fact.decision_id,
            )
            for fact, minor in back
            if minor
        ],
        now=max(news.at for news in batch),
    )
