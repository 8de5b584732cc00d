"""Money arrived: the checkout is paid and binds its shops, or it came too late and goes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.events import PaymentSucceeded
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.goods.catalog import api as catalog
from sanhao.kit import events
from sanhao.kit.events import Event, News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.service.orders.core import arrives_by
from sanhao.service.orders.events import LatePaymentReturned, OrderPaid, PaidLine
from sanhao.service.orders.models import ORDER


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
    on_time = {paid[row["checkout_id"]].id for row in taken}
    late = [news for news in ours if news.id not in on_time]
    if taken:
        _bind(taken, paid, at)
    if late:
        _return(late, at)


def _take(paid: dict[UUID, News[PaymentSucceeded]]) -> list[Row]:
    """The checkouts that were still waiting, now paid: a row for each line, with its order's and its checkout's facts.

    The payment's own moment is when the clock starts.
    """
    ids = sorted(paid)
    return fetch(
        """
        WITH taken AS (
            UPDATE orders_checkout c SET state = 'paid', paid_at = p.paid_at
            FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS p (id, paid_at)
            WHERE c.id = p.id AND c.state = 'placed'
            RETURNING c.id AS checkout_id, c.coupon_minor AS checkout_coupon_minor,
                c.total_minor AS checkout_total_minor, c.paid_at,
                c.address ->> 'country' AS country, c.address ->> 'region' AS region
        )
        SELECT t.*, o.id AS order_id, o.number, o.shop_id, o.person_id, o.currency, o.placed_at, o.goods_minor, o.freight_minor,
            o.coupon_minor, o.total_minor, o.carrier, o.surcharge_minor, o.transit_days, o.ship_hours,
            o.presale_ships_by, o.ship_by,
            l.id AS line_id, l.quantity, l.goods_minor - l.coupon_minor AS line_paid_minor,
            l.freight_minor AS line_freight_minor, l.special, l.category, l.weight_g, l.price_kind, l.consents
        FROM taken t JOIN orders_order o ON o.checkout_id = t.checkout_id JOIN orders_line l ON l.order_id = o.id
        ORDER BY t.checkout_id, o.id, l.id
        """,
        {"ids": ids, "times": [paid[id].fact.paid_at for id in ids]},
    )


def _bind(taken: Sequence[Row], paid: dict[UUID, News[PaymentSucceeded]], at: datetime) -> None:
    lines: dict[UUID, list[Row]] = defaultdict(list)
    checkouts: dict[UUID, list[Row]] = defaultdict(list)
    for row in taken:
        if row["order_id"] not in lines:
            row["arrives_by"] = arrives_by(
                row["paid_at"], row["ship_hours"], row["presale_ships_by"], row["transit_days"]
            )
            checkouts[row["checkout_id"]].append(row)
        lines[row["order_id"]].append(row)
    orders = [order for group in checkouts.values() for order in group]
    ORDER.move(
        list(lines),
        "paid",
        at=at,
        each={
            "paid_at": ("timestamptz", [order["paid_at"] for order in orders]),
            "arrives_by": ("timestamptz", [order["arrives_by"] for order in orders]),
        },
    )
    catalog.consume(list(lines), now=at)
    with_coupons = [id for id, [first, *_] in checkouts.items() if first["checkout_coupon_minor"]]
    shares = _shares(with_coupons) if with_coupons else []
    spent = wallet.spend(with_coupons, now=at, uses=_uses(shares)) if with_coupons else {}
    funds = _funds(shares)
    ledger.post([_entry(group, paid[id].fact, spent.get(id), funds) for id, group in checkouts.items()])
    settlement.open([_opening(order, lines[order["order_id"]], funds) for order in orders], now=at)
    events.emit([_order_paid(order, lines[order["order_id"]]) for order in orders], at=at)


Funds = Mapping[UUID, Mapping[tuple[str, str], int]]
"""By order, then by (kind, id) of the funder: what their coupons pay."""


def _shares(checkout_ids: Sequence[UUID]) -> list[Row]:
    """What each coupon pays of each order, frozen when it was placed."""
    return fetch(
        """
        SELECT o.checkout_id, o.id AS order_id, o.total_minor, s.coupon_id, s.funder_kind, s.funder_id,
            sum(s.amount_minor)::bigint AS minor
        FROM orders_share s JOIN orders_line l ON l.id = s.line_id JOIN orders_order o ON o.id = l.order_id
        WHERE o.checkout_id = ANY(%s)
        GROUP BY o.id, s.coupon_id, s.funder_kind, s.funder_id ORDER BY o.id, s.coupon_id
        """,
        [list(checkout_ids)],
    )


def _uses(shares: Sequence[Row]) -> list[wallet.Use]:
    """For each coupon what it paid, and what was paid in money for the orders it helped to pay."""
    paid: dict[tuple[UUID, UUID], list[Row]] = defaultdict(list)
    for row in shares:
        paid[row["checkout_id"], row["coupon_id"]].append(row)
    return [
        wallet.Use(
            checkout, coupon, sum(row["minor"] for row in rows), sum(row["total_minor"] for row in rows)
        )
        for (checkout, coupon), rows in paid.items()
    ]


def _funds(shares: Sequence[Row]) -> Funds:
    """What funders bring into escrow. A shop's own coupon brings nothing: the shop simply earns less."""
    found: dict[UUID, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in shares:
        if row["funder_kind"] != "shop":
            found[row["order_id"]][row["funder_kind"], row["funder_id"]] += row["minor"]
    return found


def _entry(
    orders: Sequence[Row], fact: PaymentSucceeded, spent: Money | None, funds: Funds
) -> ledger.EntryDraft:
    """Money at the gateway, coupons spent and discounts others pay for, held in escrow for each shop. What a
    compensation was worth beyond the goods is gone for its holder: the platform's breakage."""
    checkout = orders[0]
    id, currency = checkout["checkout_id"], checkout["currency"]
    coupons = spent.minor if spent is not None else 0
    brought: dict[tuple[str, str], int] = defaultdict(int)
    for order in orders:
        for (kind, funder), minor in funds.get(order["order_id"], {}).items():
            brought[kind, "" if kind == "compensation" else funder] += minor
    sources = [
        (ledger.Ref("gateway", fact.gateway, currency), checkout["checkout_total_minor"]),
        (wallet.coupons_account(currency), coupons),
        (ledger.Ref("breakage", ledger.PLATFORM, currency), brought.pop(("compensation", ""), 0) - coupons),
        *(
            (wallet.funder_account(kind, funder, currency), minor)
            for (kind, funder), minor in brought.items()
        ),
    ]
    held = [
        (ledger.Ref("escrow", str(order["shop_id"]), currency), -_received(order, funds)) for order in orders
    ]
    return ledger.EntryDraft(
        id=new_id(),
        key=f"checkout:{id}:paid",
        kind="checkout.paid",
        at=checkout["paid_at"],
        currency=currency,
        lines=tuple(line for line in (*sources, *held) if line[1]),
        cause_kind="checkout",
        cause_id=id,
    )


def _received(order: Row, funds: Funds) -> int:
    """What an order brings into its shop's escrow: the buyer's money and what others pay for coupons."""
    return int(order["total_minor"] + sum(funds.get(order["order_id"], {}).values()))


def _categories(lines: Sequence[Row], goods: Money) -> dict[str, int]:
    """What the shop earns of goods, by category: shared over the lines by what was paid for each."""
    categories: dict[str, int] = {}
    for line, part in zip(lines, goods.split([line["line_paid_minor"] for line in lines]), strict=True):
        categories[line["category"]] = categories.get(line["category"], 0) + part.minor
    return categories


def _opening(order: Row, lines: Sequence[Row], funds: Funds) -> settlement.Opening:
    received = _received(order, funds)
    return settlement.Opening(
        order_id=order["order_id"],
        number=order["number"],
        shop_id=order["shop_id"],
        currency=order["currency"],
        received_minor=received,
        categories=_categories(lines, Money(received - order["freight_minor"], order["currency"])),
        shares_minor=received - order["total_minor"],
        source_id=order["checkout_id"],
    )


def _order_paid(order: Row, lines: Sequence[Row]) -> Event:
    return OrderPaid(
        order_id=order["order_id"],
        checkout_id=order["checkout_id"],
        shop_id=order["shop_id"],
        person_id=order["person_id"],
        currency=order["currency"],
        bought_at=order["placed_at"],
        paid_at=order["paid_at"],
        goods_minor=order["goods_minor"],
        freight_minor=order["freight_minor"],
        paid_minor=order["total_minor"],
        lines=tuple(
            PaidLine(
                line["line_id"],
                line["quantity"],
                line["line_paid_minor"],
                line["line_freight_minor"],
                line["special"],
                line["category"],
                line["weight_g"],
                line["price_kind"],
                tuple(line["consents"].split(";")) if line["consents"] else (),
            )
            for line in lines
        ),
        ship_hours=order["ship_hours"],
        presale_ships_by=order["presale_ships_by"],
        arrives_by=order["arrives_by"],
        ship_by=order["ship_by"],
        country=order["country"],
        region=order["region"],
        carrier=order["carrier"],
        surcharge_minor=order["surcharge_minor"],
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
