"""The stage of the service tests: one shop, one buyer, one paid order, a courier; set up through the doors only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.test import TestCase

from sanhao.books.ledger import accounts
from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import keeper
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.remote import api as remote
from tests.conftest import T0
from tests.goods import world

HOME = people.AddressDraft("林小满", "13800001111", "CN", "上海市", "徐汇区", "武康路100弄7号")


@dataclass
class Stage:
    shop_id: UUID
    owner_id: UUID
    buyer_id: UUID
    address_id: UUID
    offers: list[UUID]


def rules(now: datetime = T0, *, without: tuple[str, ...] = ("false_shipment",), **terms: Any) -> None:
    """The founding rules of a new site, in force since yesterday; of a kind named here with other *terms*.

    Stories about late parcels stand *without* false shipment: a label that nobody collects would pay by that as well.
    """
    since = now - timedelta(days=1)
    orders.found_rules(now=since)
    remote.found_rules(now=since)
    for kind, given in terms.items():
        rulebook.found(
            promises.rule_key(kind), msgspec.to_builtins(given), title=promises.KINDS[kind].title, now=since
        )
    rulebook.found(
        promises.BY_CATEGORY,
        promises.FOUNDING_COVERAGE | {kind: {"*": "off"} for kind in without},
        title=Text(zh="各类目的保障", en="Guarantees by category"),
        now=since,
    )
    promises.found_rules(now=since)
    wallet.found_rules(now=since)
    aftersales.found_rules(now=since)
    conversations.found_rules(now=since)
    guests.found_rules(now=since)


def stage(
    *,
    balance: int = 0,
    deposit: int = 0,
    price: int = 20_000,
    stock: int = 50,
    slug: str = "qingcao",
    **terms: Any,
) -> Stage:
    """A shop with some money, two things on sale, and a buyer at home in Shanghai."""
    at = world.stall(slug)
    listing = world.listed(
        at,
        world.draft(
            world.variant("A", price=price, stock=stock, **terms),
            world.variant("B", price=price // 2, stock=stock),
            slug=f"{slug}-sweater",
        ),
    )
    if balance:
        shops.top_up(at.shop_id, Money(balance, "CNY"), now=T0, key=f"{slug}:balance")
    if deposit:
        shops.pay_deposit(at.shop_id, Money(deposit, "CNY"), now=T0, key=f"{slug}:deposit")
    delivery.save_freight_template(
        at.shop_id, delivery.FreightDraft("全国", ("*",), Money(600, "CNY"), Money(200, "CNY"))
    )
    buyer, address = a_buyer()
    return Stage(at.shop_id, at.owner_id, buyer, address, world.offer_ids(listing))


def a_buyer() -> tuple[UUID, UUID]:
    buyer = world.person()
    return buyer, people.add_address(buyer, HOME, now=T0)


def place(at: Stage, quantities: tuple[int, ...] = (1,), *, now: datetime = T0, **more: Any) -> orders.Placed:
    """Fill the buyer's cart with so many of the first offers and place it."""
    cart_id = orders.open_cart(person_id=at.buyer_id, now=now)
    for offer_id, quantity in zip(at.offers, quantities, strict=False):
        if quantity:
            orders.add_to_cart(cart_id, offer_id, quantity, now=now)
    return orders.place(cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, now=now, **more)


def pay(placed: orders.Placed, *, now: datetime) -> None:
    """The sandbox gateway says that it has the money."""
    for said in payments.sandbox_pay(placed.payment_id, "pay", now=now):
        payments.heard("sandbox", said.body, said.headers, now=now)


def paid(at: Stage, quantities: tuple[int, ...] = (1,), *, now: datetime = T0, **more: Any) -> UUID:
    """One paid order; returns its id."""
    placed = place(at, quantities, now=now, **more)
    pay(placed, now=now)
    return placed.order_ids[0]


def ship(
    at: Stage, order_id: UUID, number: str, *, now: datetime, items: tuple[tuple[UUID, int], ...] = (),
    carrier: str = "sandbox", another: bool = False,
) -> UUID:  # fmt: skip
    shipment = orders.Shipment(order_id, carrier, number, items, another)
    [consignment] = orders.ship(at.shop_id, [shipment], by=at.owner_id, now=now)
    return consignment


def scan(consignment_id: UUID, status: Any, *, at: datetime, received: datetime | None = None) -> None:
    """The courier scans at *at*; we hear of it at *received* and read it at once."""
    body, headers = delivery.sandbox_scan_body(consignment_id, status, now=at)
    delivery.receive(delivery.tracking_number(consignment_id)[0], body, headers, now=received or at)
    drain(received or at)


def drain(now: datetime) -> int:
    """Let every keeper come to rest at *now*."""
    return keeper.drain(now=now)


@contextmanager
def errands() -> Iterator[None]:
    """Inside, what keepers do once their transaction is committed is done as well, though the test's own never is."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield
    accounts.forget()  # remembered as committed, and gone with the test


def promise(order_id: UUID, kind: str = "late_shipment") -> dict[str, Any]:
    [row] = fetch(
        "SELECT id, state, reason, owed_minor, decision_id, due_at, settle_at, shop_id FROM promises_promise "
        "WHERE order_id = %s AND kind = %s",
        [order_id, kind],
    )
    return row


def coupons(person_id: UUID) -> list[int]:
    return [c.amount.minor for c in wallet.coupons_of(person_id)]


def purse(shop_id: UUID) -> tuple[int, int, int]:
    """What a shop has on its balance, in its deposit, and what it owes the platform."""
    refs = [ledger.Ref(code, str(shop_id), "CNY") for code in ("balance", "deposit", "receivable")]
    found = ledger.balances(refs)
    return -found[refs[0]].minor, -found[refs[1]].minor, found[refs[2]].minor


def sound() -> None:
    """The book holds: every entry adds up, every kept balance equals its postings, escrow is what is held for orders."""
    report = ledger.audit()
    assert report.sound, report
    assert settlement.mismatches() == {}


def escrow(shop_id: UUID) -> int:
    return -ledger.balance(ledger.Ref("escrow", str(shop_id), "CNY")).minor


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def order_state(order_id: UUID) -> str:
    return orders.order(order_id).state


def decisions_of(promise_id: UUID) -> int:
    [row] = fetch("SELECT count(*) AS n FROM decisions_decision WHERE subject_id = %s", [promise_id])
    return int(row["n"])
