"""`sanhao bench checkout`, in process: how many orders of two lines are placed and paid per second, and a rush.

An order is what `orders.place` and the gateway's callback make of a full cart: priced, goods held, coupons looked at,
paid, booked, promised, told; everything committed, every constraint on. Then ten thousand want one of two thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.apps import apps
from django.db import connection
from rich.console import Console

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.lab.bench.market import Buyer, buyers, hot_offer, open_market
from sanhao.lab.bench.meter import Meter, counted
from sanhao.service.orders import api as orders

LEAST_PER_SECOND = 150
SHOPS, WARM_UP = 40, 1_000
UNITS, CROWD = 2_000, 10_000


def measure(*, orders: int, threads: int, rush: bool) -> int:
    """Measure, print, and say whether the promised figures were met (exit code 1 if not)."""
    console = Console()
    if orders < 1 or not 1 <= threads <= 12:
        console.print("At least one order, and 1 to 12 threads (the pool has 12 connections).")
        return 2
    with console.status(f"Opening {SHOPS} shops, filling {orders:,} carts …"):
        goods = open_market(shop_count=SHOPS, now=kit_time.now())
        carts = [goods[n % SHOPS].offer_ids for n in range(orders + WARM_UP + 1)]
        [first, *others] = buyers("buyer", carts, now=kit_time.now())
    _in_threads(buy, others[:WARM_UP], threads)
    placed, paid = count(first)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
    meter = Meter()
    ends = _in_threads(buy, others[WARM_UP:], threads)
    seconds, python, postgres = meter.stop()
    per_second = ends["done"] / seconds
    console.print(
        f"{ends['done']:,} orders of two lines in {seconds:.1f} s with {threads} threads: {per_second:,.0f} a second; "
        f"processor time per order: Python {python / orders * 1e3:.1f} ms, PostgreSQL {postgres / orders * 1e3:.1f} ms"
    )
    console.print(
        f"Statements per order: {placed + paid} ({placed} to place, {paid} to pay; BEGIN, COMMIT, COPY counted)"
    )
    sold_right = hold_rush(console, threads) if rush else True
    books_hold = sound(console)
    met = per_second >= LEAST_PER_SECOND and ends["done"] == orders and sold_right and books_hold
    console.print(
        f"checkout bench: {per_second:,.0f} a second (at least {LEAST_PER_SECOND}): {'met' if met else 'NOT met'}"
    )
    return 0 if met else 1


def buy(buyer: Buyer) -> None:
    """From a full cart to a paid order."""
    pay(place(buyer))


def place(buyer: Buyer) -> UUID:
    return orders.place(
        cart_id=buyer.cart_id, person_id=buyer.person_id, address_id=buyer.address_id, now=kit_time.now()
    ).payment_id


def pay(payment_id: UUID) -> None:
    now = kit_time.now()
    for said in payments.sandbox_pay(payment_id, "pay", now=now):
        payments.heard("sandbox", said.body, said.headers, now=now)


def count(buyer: Buyer) -> tuple[int, int]:
    """Statements to place and to pay, in a process that is warm. The gateway's own statement is not ours."""
    placing: list[str] = []
    paying: list[str] = []
    with counted(placing):
        payment_id = place(buyer)
    now = kit_time.now()
    [said] = payments.sandbox_pay(payment_id, "pay", now=now)
    with counted(paying):
        payments.heard("sandbox", said.body, said.headers, now=now)
    return len(placing), len(paying)


def _in_threads(work: Callable[[Buyer], None], people: Sequence[Buyer], threads: int) -> Counter[str]:
    """Each thread takes its share of *people*, one after the other; how many ended how."""

    def share(turn: int) -> Counter[str]:
        ends: Counter[str] = Counter()
        try:
            for buyer in people[turn::threads]:
                try:
                    work(buyer)
                    ends["done"] += 1
                except Refusal as refusal:
                    ends[refusal.code] += 1
        finally:
            connection.close()
        return ends

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(share, range(threads)), Counter())


def hold_rush(console: Console, threads: int) -> bool:
    """Everybody wants the same thing at the same moment. Returns whether exactly as many were sold as there were."""
    with console.status(f"{CROWD:,} buyers gather …"):
        offer = hot_offer(UNITS, now=kit_time.now())
        crowd = buyers("crowd", [(offer,)] * CROWD, now=kit_time.now())
    began = kit_time.monotonic()
    ends = _in_threads(buy, crowd, threads)
    seconds = kit_time.monotonic() - began
    table = apps.get_model("catalog.Offer")._meta.db_table
    [left] = fetch(f"SELECT stock_left FROM {table} WHERE id = %s", [offer])
    line, order = (apps.get_model(name)._meta.db_table for name in ("orders.OrderLine", "orders.Order"))
    [sold] = fetch(
        f"SELECT coalesce(sum(l.quantity), 0)::int AS n FROM {line} l JOIN {order} o ON o.id = l.order_id "
        "WHERE l.offer_id = %s AND o.state = 'paid'",
        [offer],
    )
    right = (sold["n"], left["stock_left"], ends["done"], ends["catalog.sold_out"]) == (
        UNITS, 0, UNITS, CROWD - UNITS
    )  # fmt: skip
    console.print(
        f"The rush: {CROWD:,} buyers, {UNITS:,} units: {sold['n']:,} sold, {left['stock_left']} left, "
        f"{ends['catalog.sold_out']:,} told that it is sold out, in {seconds:.1f} s: {'right' if right else 'WRONG'}"
    )
    return right


def sound(console: Console) -> bool:
    report = ledger.audit()
    console.print("The books are sound." if report.sound else f"THE BOOKS ARE NOT SOUND: {report}")
    return report.sound
