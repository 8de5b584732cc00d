"""Money that a bank had taken while it was owed under a promise, and gave again: it goes to the buyer after all."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.kit.events import News
from sanhao.kit.rows import fetch
from sanhao.service.orders import api as orders
from sanhao.service.orders.events import CancelledOrderRestored


def restored(batch: Sequence[News[CancelledOrderRestored]]) -> None:
    """Now-listener, orders locked: where `non_delivery` found too little left to give, it gives the rest. Where it has not
    decided yet, it will find everything there."""
    at = max(news.at for news in batch)
    owed = fetch(
        """
        SELECT DISTINCT ON (w.order_id) w.order_id, p.id, p.decision_id
        FROM unnest(%s::uuid[], %s::uuid[]) AS w (order_id, checkout_id)
        JOIN promises_promise p ON p.checkout_id = w.checkout_id AND (p.order_id IS NULL OR p.order_id = w.order_id)
        WHERE p.kind = 'non_delivery' AND p.state IN ('broken', 'review', 'reversed')
        ORDER BY w.order_id, p.id
        """,
        [[news.fact.order_id for news in batch], [news.fact.checkout_id for news in batch]],
    )
    cause = {news.fact.order_id: news.fact.chargeback_id for news in batch}
    orders.refund(
        [
            orders.Part(
                f"restored:{cause[row['order_id']]}:{row['order_id']}",
                row["order_id"],
                "promise",
                row["id"],
                decision_id=row["decision_id"],
            )
            for row in owed
        ],
        now=at,
    )
