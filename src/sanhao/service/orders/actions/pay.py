"""Money arrived: the checkout is paid and binds its shops, or it came too late and goes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.events import PaymentSucceeded
from sanhao.books.wallet import api as wallet
from sanhao.goods.catalog import api as catalog
from sanhao.kit import events
from sanhao.kit.events import Event, News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.service.orders.actions.place import order_terms
from sanhao.service.orders.events import LatePaymentReturned, OrderPaid, PaidLine
from sanhao.service.orders.models import ORDER

_DEFAULT_SHIP_HOURS = 48


def payment_succeeded(batch: Sequence[News[PaymentSucceeded]]) -> None:
    """Now-listener: in the transaction that learnt of the payment."""
    ours = [news for news in batch if news.fact.subject_kind == "checkout"]
    if not ours:
        return
    paid = {
        news.fact.subject_id: news for news in reversed(ours)
    }  # of two payments for one, the first counts
    at = max(news.at for news in ours)
    taken = _take(paid)
    on_time = {paid[row["id"]].id for row in taken}
    late = [news for news in ours if news.id not in on_time]
    if taken:
        _bind(taken, paid, at)
    if late:
        _return(late, at)


def _take(paid: dict[UUID, News[PaymentSucceeded]]) -> list[Row]:
    """The checkouts that were still waiting, now paid. The payment's own moment is when the clock starts."""
    ids = sorted(paid)
    return fetch(
        """
        UPDATE orders_checkout c SET state = 'paid', paid_at = p.paid_at
        FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS p (id, paid_at)
        WHERE c.id = p.id AND c.state = 'placed'
        RETURNING c.id, c.person_id, c.currency, c.coupon_minor, c.total_minor, c.paid_at,
                  c.address ->> 'country' AS country, c.address ->> 'region' AS region
        """,
        {"ids": ids, "times": [paid[id].fact.paid_at for id in ids]},
    )


def _bind(checkouts: Sequence[Row], paid: dict[UUID, News[PaymentSucceeded]], at: datetime) -> None:
    by_id = {row["id"]: row for row in checkouts}
    transit = timedelta(days=order_terms(at).transit_days)
    orders = fetch(
        "SELECT * FROM orders_order WHERE checkout_id = ANY(%s) ORDER BY id FOR UPDATE", [list(by_id)]
    )
    for order in orders:
        order["paid_at"] = by_id[order["checkout_id"]]["paid_at"]
        order["arrives_by"] = _ships_by(order) + transit
    order_ids = [order["id"] for order in orders]
    ORDER.move(
        order_ids,
        "paid",
        at=at,
        each={
            "paid_at": ("timestamptz", [order["paid_at"] for order in orders]),
            "arrives_by": ("timestamptz", [order["arrives_by"] for order in orders]),
        },
    )
    catalog.consume(order_ids, now=at)
    with_coupons = [row["id"] for row in checkouts if row["coupon_minor"]]
    spent = wallet.spend(with_coupons, now=at) if with_coupons else {}
    ledger.post(
        [
            _entry(by_id[id], [o for o in orders if o["checkout_id"] == id], paid[id].fact, spent.get(id))
            for id in by_id
        ]
    )
    lines: dict[UUID, list[PaidLine]] = defaultdict(list)
    for line in fetch("SELECT * FROM orders_line WHERE order_id = ANY(%s) ORDER BY id", [order_ids]):
        lines[line["order_id"]].append(
            PaidLine(
                line["id"],
                line["quantity"],
                line["goods_minor"] - line["coupon_minor"],
                line["freight_minor"],
                line["special"],
            )
        )
    events.emit(
        [_order_paid(order, by_id[order["checkout_id"]], lines[order["id"]]) for order in orders], at=at
    )


def _ships_by(order: Row) -> datetime:
    """When the parcel should leave at the latest, as the promised arrival counts it."""
    hours: int = order["ship_hours"] or _DEFAULT_SHIP_HOURS
    presale: datetime | None = order["presale_ships_by"]
    paid_at: datetime = order["paid_at"]
    return presale if presale is not None else paid_at + timedelta(hours=hours)


def _entry(
    checkout: Row, orders: Sequence[Row], fact: PaymentSucceeded, spent: Money | None
) -> ledger.EntryDraft:
    """Money at the gateway and coupons spent, held in escrow for each shop. What a coupon was worth beyond the goods
    is gone for its holder: the platform's breakage."""
    currency = checkout["currency"]
    coupons = spent.minor if spent is not None else 0
    sources = [
        (ledger.Ref("gateway", fact.gateway, currency), checkout["total_minor"]),
        (wallet.coupons_account(currency), coupons),
        (ledger.Ref("breakage", ledger.PLATFORM, currency), checkout["coupon_minor"] - coupons),
    ]
    held = [
        (ledger.Ref("escrow", str(o["shop_id"]), currency), -(o["total_minor"] + o["coupon_minor"]))
        for o in orders
    ]
    return ledger.EntryDraft(
        id=new_id(),
        key=f"checkout:{checkout['id']}:paid",
        kind="checkout.paid",
        at=checkout["paid_at"],
        currency=currency,
        lines=tuple(line for line in (*sources, *held) if line[1]),
        cause_kind="checkout",
        cause_id=checkout["id"],
    )


def _order_paid(order: Row, checkout: Row, lines: Sequence[PaidLine]) -> Event:
    return OrderPaid(
        order_id=order["id"],
        checkout_id=order["checkout_id"],
        shop_id=order["shop_id"],
        person_id=order["person_id"],
        currency=order["currency"],
        bought_at=order["placed_at"],
        paid_at=order["paid_at"],
        goods_minor=order["goods_minor"],
        freight_minor=order["freight_minor"],
        paid_minor=order["total_minor"],
        lines=tuple(lines),
        ship_hours=order["ship_hours"],
        presale_ships_by=order["presale_ships_by"],
        arrives_by=order["arrives_by"],
        ship_by=order["ship_by"],
        country=checkout["country"],
        region=checkout["region"],
    )


def _return(late: Sequence[News[PaymentSucceeded]], at: datetime) -> None:
    """Money for a checkout that had expired (or was paid already): booked as nobody's, and sent back whole."""
    rows = fetch(
        "SELECT id, person_id FROM orders_checkout WHERE id = ANY(%s)",
        [[news.fact.subject_id for news in late]],
    )
    people_of = {row["id"]: row["person_id"] for row in rows}
    entries, drafts, facts = [], [], []
    for news in late:
        fact = news.fact
        nobody = ledger.Ref("escrow", "platform", fact.currency)
        entries.append(
            ledger.EntryDraft(
                id=new_id(),
                key=f"payment:{fact.payment_id}:late",
                kind="payment.late",
                at=fact.paid_at,
                currency=fact.currency,
                lines=(
                    (ledger.Ref("gateway", fact.gateway, fact.currency), fact.amount_minor),
                    (nobody, -fact.amount_minor),
                ),
                cause_kind="payment",
                cause_id=fact.payment_id,
            )
        )
        drafts.append(
            payments.RefundDraft(
                key=f"payment:{fact.payment_id}:late",
                payment_subject_kind="checkout",
                payment_subject_id=fact.subject_id,
                amount_minor=fact.amount_minor,
                currency=fact.currency,
                debit=((nobody, fact.amount_minor),),
                cause_kind="payment",
                cause_id=fact.payment_id,
                payment_id=fact.payment_id,
            )
        )
        person_id = people_of[fact.subject_id]
        facts.append(LatePaymentReturned(fact.subject_id, person_id, fact.amount_minor, fact.currency))
    ledger.post([entry for entry in entries if entry.lines[0][1]])
    payments.refund(drafts, now=at)
    events.emit(facts, at=at)
