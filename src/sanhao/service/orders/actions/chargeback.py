"""A buyer's bank took money back by itself: what orders bear of it, and what they have again when it was won.

The order's row is the one place that knows how much may still go back: what the bank took, no refund gives again.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.events import DisputeWon, PaymentDisputed, PaymentRestored
from sanhao.books.settlement import api as settlement
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders.actions.refund import Part, refund
from sanhao.service.orders.events import CancelledOrderRestored

_CAUSE = "chargeback"


def disputed(batch: Sequence[News[PaymentDisputed]]) -> None:
    """Now-listener: one at a time, as banks send them."""
    for news in batch:
        if news.fact.subject_kind == "checkout":
            _bear(news)


def _bear(news: News[PaymentDisputed]) -> None:
    fact = news.fact
    rows = fetch(
        "SELECT id, shop_id, total_minor - refunded_minor AS left_minor FROM orders_order "
        "WHERE checkout_id = %s AND paid_at IS NOT NULL ORDER BY id FOR UPDATE",
        [fact.subject_id],
    )
    left = sum(row["left_minor"] for row in rows)
    taken = min(fact.amount_minor, left)
    if not taken:
        return
    shares = [part.minor for part in Money(taken, fact.currency).split([row["left_minor"] for row in rows])]
    execute(
        "UPDATE orders_order o SET refunded_minor = o.refunded_minor + t.minor, "
        "charged_back_minor = o.charged_back_minor + t.minor, "
        "kept_minor = least(o.kept_minor, o.total_minor - o.refunded_minor - t.minor) "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS t (id, minor) WHERE o.id = t.id",
        [[row["id"] for row in rows], shares],
    )
    borne = [(row, minor) for row, minor in zip(rows, shares, strict=True) if minor]
    settlement.draw(
        [
            settlement.Draw(f"{_CAUSE}:{fact.chargeback_id}:{row['id']}", row["id"], minor, _CAUSE, fact.chargeback_id)
            for row, minor in borne
        ],
        now=news.at,
    )  # fmt: skip
    payments.bear(
        fact.chargeback_id,
        [
            payments.Borne(row["id"], ledger.Ref("escrow", str(row["shop_id"]), fact.currency), minor)
            for row, minor in borne
        ],
        now=news.at,
    )


def won(batch: Sequence[News[DisputeWon]]) -> None:
    """Now-listener: the shops have it on their balance, and the orders may be refunded again."""
    for news in batch:
        if news.fact.subject_kind == "checkout":
            _have_again(news)


def restored(batch: Sequence[News[PaymentRestored]]) -> None:
    """Now-listener: orders that were cancelled while the bank had the money give it back now."""
    for news in batch:
        if news.fact.subject_kind == "checkout":
            _give_back(news)


def _give_back(news: News[PaymentRestored]) -> None:
    """What the buyer had cancelled goes back at once; of the others a promise says what is owed."""
    chargeback = news.fact.chargeback_id
    rows = fetch(
        "SELECT id, checkout_id, cancelled_by FROM orders_order WHERE checkout_id = %s AND state = 'cancelled' "
        "AND total_minor > refunded_minor + kept_minor ORDER BY id FOR UPDATE",
        [news.fact.subject_id],
    )
    own = [row["id"] for row in rows if row["cancelled_by"] == "buyer"]
    refund([Part(f"restored:{chargeback}:{id}", id, "order", id) for id in own], now=news.at)
    events.emit(
        [
            CancelledOrderRestored(row["id"], row["checkout_id"], chargeback)
            for row in rows
            if row["id"] not in own
        ],
        at=news.at,
    )


def _have_again(news: News[DisputeWon]) -> None:
    fact = news.fact
    back: dict[UUID, int] = dict(fact.parts)
    rows = fetch(
        "WITH t AS (SELECT o.id, t.minor FROM orders_order o JOIN unnest(%s::uuid[], %s::bigint[]) AS t (id, minor) "
        "ON t.id = o.id ORDER BY o.id FOR UPDATE OF o) "
        "UPDATE orders_order o SET refunded_minor = o.refunded_minor - t.minor, "
        "charged_back_minor = o.charged_back_minor - t.minor, kept_minor = least("
        # What the shop had kept of its lines, and the bank had taken too, is kept again.
        "(SELECT sum(l.kept_minor) FROM orders_line l WHERE l.order_id = o.id), o.total_minor - o.refunded_minor + t.minor) "
        "FROM t WHERE o.id = t.id RETURNING o.id, o.shop_id",
        [list(back), list(back.values())],
    )
    ledger.credit_shops(
        [
            ledger.Credit(
                key=f"{_CAUSE}:{fact.chargeback_id}:won:{row['id']}",
                kind="chargeback.won",
                shop_id=row["shop_id"],
                amount_minor=back[row["id"]],
                currency=fact.currency,
                debit=ledger.Ref("gateway", fact.gateway, fact.currency),
                cause_kind=_CAUSE,
                cause_id=fact.chargeback_id,
            )
            for row in rows
        ],
        now=news.at,
    )
