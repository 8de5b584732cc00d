"""Carts, several shops, coupons, and what must not change when something is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from sanhao.books.payments import api as payments
from sanhao.books.wallet import api as wallet
from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.goods import world
from tests.service.stage import Stage

MINUTE = timedelta(minutes=1)
_TABLES = (
    "orders_cart", "orders_cartline", "orders_checkout", "orders_order", "orders_line", "catalog_offer",
    "catalog_reservation", "orders_share", "wallet_coupon", "payments_payment", "payments_refund", "ledger_entry",
    "delivery_consignment", "kit_outbox", "kit_history",
)  # fmt: skip


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row that an order could have touched."""
    found = {}
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside is refused with *code*, and nothing has changed."""
    before = everything()
    with pytest.raises(Refusal) as refusal:
        yield
    assert refusal.value.code == code
    assert everything() == before


def cart_of(person_id: UUID | None, *lines: tuple[UUID, int], now: datetime = T0) -> UUID:
    cart_id = orders.open_cart(person_id=person_id, now=now)
    for offer_id, quantity in lines:
        orders.add_to_cart(cart_id, offer_id, quantity, now=now)
    return cart_id


def contents(cart_id: UUID) -> dict[UUID, int]:
    return {line.offer.id: line.quantity for line in orders.cart(cart_id, now=T0).lines}


def another_shop(slug: str, *, price: int = 5_000, freight: int = 1_000, currency: str = "CNY") -> Stage:
    """A second shop with one thing on sale; nobody in particular buys there."""
    at = world.stall(slug, currency=currency)
    variant = catalog.VariantDraft(Text(zh="原味", en="Plain"), "A", 200, Money(price, currency), 10)
    listing = world.listed(at, world.draft(variant, slug=f"{slug}-thing"))
    delivery.save_freight_template(
        at.shop_id, delivery.FreightDraft("各地", ("*",), Money(freight, currency), Money(0, currency))
    )
    return Stage(at.shop_id, at.owner_id, at.owner_id, at.owner_id, world.offer_ids(listing))


def coupon(person_id: UUID, amount: int = 300, *, threshold: int = 0) -> UUID:
    grant = wallet.CouponGrant(
        new_id(), person_id, amount, "CNY", Text(zh="补偿", en="Compensation"), "test", new_id(),
        threshold_minor=threshold,
    )  # fmt: skip
    wallet.grant([grant], now=T0)
    return grant.id


def coupon_state(coupon_id: UUID) -> str:
    [row] = fetch("SELECT state FROM wallet_coupon WHERE id = %s", [coupon_id])
    return str(row["state"])


def stock(offer_id: UUID) -> int:
    return world.card(offer_id).stock_left


def press(payment_id: UUID, how: str, *, now: datetime) -> None:
    """A button on the sandbox's page, and the callbacks it sends at once."""
    for said in payments.sandbox_pay(payment_id, how, now=now):
        payments.heard("sandbox", said.body, said.headers, now=now)


def again(placed: orders.Placed, person_id: UUID, *, now: datetime) -> UUID:
    """Another attempt to pay for the same checkout."""
    return payments.begin(
        subject_kind="checkout", subject_id=placed.checkout_id, person_id=person_id, amount=placed.total, now=now
    ).id  # fmt: skip


def given_back(placed: orders.Placed) -> list[tuple[int, str]]:
    """Amount and state of every refund of a checkout."""
    rows = fetch(
        "SELECT r.amount_minor, r.state FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id "
        "WHERE p.subject_id = %s ORDER BY r.id",
        [placed.checkout_id],
    )
    return [(row["amount_minor"], row["state"]) for row in rows]
