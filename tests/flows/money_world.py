"""A small market whose money is moved about at random, and everything that must be true of it whatever happened.

Actions go straight through the doors, many at a time, against the real PostgreSQL; what may be acted upon is asked of
the tables, so that nothing here repeats the logic under test. Every method named in `ACTIONS` does up to *n* things and
returns how many it did: a new way of moving money (an exchange, an advance) is one more such method.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.goods.shops import api as shops
from sanhao.kit import keeper, outbox
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales import money
from sanhao.service.aftersales.core import Ask, worth
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.goods import world
from tests.service.stage import HOME

_TICKS = (
    "orders.expiry", "delivery.inbox", "promises.settle", "promises.cancel_unshipped", "settlement.release",
    "settlement.reserve", "settlement.payout", "settlement.bank", "settlement.sandbox", "wallet.expiry",
    "wallet.issues_end", "payments.refunds", "delivery.pickups", "delivery.sandbox_pickups", "delivery.inbox",
    "aftersales.ahead", "aftersales.due", "kit.outbox",
)  # fmt: skip
SIZES = aftersales.Sizes(300)
Found = list[dict[str, Any]]


class Market:
    """Two shops with three things on sale each, three buyers, a host. Fresh in every example."""

    def __init__(self, now: datetime) -> None:
        self.now, self.steps, self.done, self.refused = now, 0, Counter[str](), Counter[str]()
        self.sent = 0
        self.shops: list[UUID] = []
        self.owners: dict[UUID, UUID] = {}
        self.offers: list[UUID] = []
        for n, prices in enumerate(((20_000, 3_333, 101), (9_999, 1, 700))):
            self._open_shop(f"shop-{new_id().hex[-10:]}", prices, freight=(600, 1_001)[n])
        self.staff = world.person()
        self.host = world.person()
        wallet.prepay_host(
            self.host, Money(500_000, "CNY"), source="bank", reason="A transfer", by=self.staff, now=now, key=new_id()
        )  # fmt: skip
        self.buyers = world.people(3)
        self.homes = {id: people.add_address(id, HOME, now=now) for id in self.buyers}
        self.issues = self._issues()

    def _open_shop(self, slug: str, prices: tuple[int, ...], freight: int) -> None:
        at = world.stall(slug)
        variants = [world.variant(f"V{n}", price=price, stock=100_000) for n, price in enumerate(prices)]
        listing = world.listed(at, world.draft(*variants, slug=f"{slug}-thing"))
        delivery.save_freight_template(
            at.shop_id, delivery.FreightDraft("全国", ("*",), Money(freight, "CNY"), Money(100, "CNY"))
        )
        account = f"{at.shop_id.int % 10**16:016d}"
        settlement.enter_payee(
            at.shop_id,
            settlement.Payee("青草", "Bank", account),
            currency="CNY",
            by=at.owner_id,
            now=self.now,
        )
        settlement.sandbox_bank(account, ("return", "timeout")[len(self.shops) % 2])
        self.shops.append(at.shop_id)
        self.owners[at.shop_id] = at.owner_id
        self.offers += world.offer_ids(listing)

    def _issues(self) -> list[UUID]:
        found = []
        for kind, funder, shop, amount in (
            ("shop", str(self.shops[0]), self.shops[0], 1_501),
            ("host", str(self.host), None, 777),
            ("platform", "platform", None, 2_000),
        ):
            draft = wallet.IssueDraft(
                kind, funder, Text(zh="券", en="Coupon"), Money(amount, "CNY"), Money(0, "CNY"),
                Money(amount * 200, "CNY"), self.now, self.now + timedelta(days=300), shop_id=shop, per_person=60,
                valid_days=20,
            )  # fmt: skip
            found.append(wallet.issue_coupons(draft, by=self.staff, now=self.now))
        return found

    # What can happen

    def act(self, name: str, seed: int, n: int) -> None:
        """Do *name* up to *n* times, by the dice of *seed*. What is refused has changed nothing."""
        did = ACTIONS[name](self, Random(seed), n)
        self.steps += did
        self.done[name] += did

    def _try(self, what: Callable[[], object]) -> int:
        """One thing, all or nothing."""
        try:
            with transaction.atomic():
                what()
        except Refusal as refusal:
            self.refused[refusal.code] += 1
        return 1

    def _orders(self, dice: Random, n: int, where: str) -> Found:
        """Some orders of these shops."""
        rows = fetch(
            f"SELECT o.id, o.shop_id, o.person_id, o.total_minor, o.refunded_minor FROM orders_order o "
            f"WHERE o.shop_id = ANY(%s) AND {where} ORDER BY o.id",
            [self.shops],
        )
        return sorted(dice.sample(rows, min(n, len(rows))), key=lambda row: str(row["id"]))

    def buy(self, dice: Random, n: int) -> int:
        """Carts of one or two shops, with coupons of every funder; most are paid."""
        for _ in range(max(n // 8, 1)):
            self._try(lambda: self._buy(dice))
        return 2 * max(n // 8, 1)

    def _buy(self, dice: Random) -> None:
        buyer = dice.choice(self.buyers)
        cart_id = orders.open_cart(person_id=buyer, now=self.now)
        for offer_id in dice.sample(self.offers, dice.randint(1, 4)):
            orders.add_to_cart(cart_id, offer_id, dice.randint(1, 7), now=self.now)
        mine = [c for c in wallet.coupons_of(buyer) if c.state == "active" and c.expires_at > self.now]
        kinds: dict[object, UUID] = {}
        for coupon in dice.sample(mine, min(len(mine), dice.randint(0, 5))):
            kinds[(coupon.reason.en, coupon.amount.minor)] = coupon.id
        placed = orders.place(
            cart_id=cart_id, person_id=buyer, address_id=self.homes[buyer], coupon_ids=list(kinds.values()),
            now=self.now,
        )  # fmt: skip
        if placed.total.minor and dice.random() < 0.93:
            for said in payments.sandbox_pay(placed.payment_id, "pay", now=self.now):
                payments.heard("sandbox", said.body, said.headers, now=self.now)
            if dice.random() < 0.05:
                payments.sandbox_refunds(placed.payment_id, dice.choice(["timeout", "refuse"]))

    def claim(self, dice: Random, n: int) -> int:
        for _ in range(n // 4):
            self._try(
                lambda: wallet.claim(
                    dice.choice(self.issues), person_id=dice.choice(self.buyers), now=self.now
                )
            )
        return n // 4

    def compensate(self, dice: Random, n: int) -> int:
        """Coupons for something that went wrong, paid for by the shop (balance, deposit, advance) and the platform."""
        with transaction.atomic():
            charges = [
                ledger.Charge(f"test:{id}", "promise.compensation", dice.choice(self.shops), dice.randint(1, 900), "CNY",
                              wallet.coupons_account("CNY"), "test", id)
                for id in (new_id() for _ in range(n))
            ]  # fmt: skip
            charged = ledger.charge_shops(charges, now=self.now)
            wallet.grant(
                [
                    wallet.CouponGrant(
                        new_id(), dice.choice(self.buyers), c.amount_minor + (extra := dice.choice([0, 0, 33])), "CNY",
                        Text(zh="补偿", en=f"Compensation {extra}"), "test", c.cause_id, c.shop_id, d.from_balance,
                        d.from_deposit, d.advanced,
                    )
                    for c, d in zip(charges, charged, strict=True)
                ],
                now=self.now,
            )  # fmt: skip
        return n

    def ship(self, dice: Random, n: int) -> int:
        """Parcels with some units of some lines."""
        rows = fetch(
            "SELECT o.id, o.shop_id, l.id AS line_id, l.quantity - l.shipped_quantity - l.cancelled_units AS waiting "
            "FROM orders_order o JOIN orders_line l ON l.order_id = o.id WHERE o.shop_id = ANY(%s) AND o.state = 'paid' "
            "AND l.quantity > l.shipped_quantity + l.cancelled_units ORDER BY l.id",
            [self.shops],
        )
        chosen = dice.sample(rows, min(n, len(rows)))
        for shop in self.shops:
            shipments = []
            for row in chosen:
                if row["shop_id"] == shop:
                    self.sent += 1
                    units = row["waiting"] if dice.random() < 0.7 else dice.randint(1, row["waiting"])
                    items = ((row["line_id"], units),)
                    shipments.append(
                        orders.Shipment(row["id"], "sandbox", f"T{shop.int % 10**9}N{self.sent}", items)
                    )
            if shipments:
                self._try(lambda s=shop, p=shipments: orders.ship(s, p, by=self.owners[s], now=self.now))
        return len(chosen)

    def deliver(self, dice: Random, n: int) -> int:
        """Couriers sign parcels off; the orders hear of it as they always do."""
        rows = fetch(
            "SELECT id FROM delivery_consignment WHERE shop_id = ANY(%s) AND delivered_at IS NULL ORDER BY id",
            [self.shops],
        )
        chosen = dice.sample(rows, min(n, len(rows)))
        for row in chosen:
            body, headers = delivery.sandbox_scan_body(row["id"], "delivered", now=self.now)
            delivery.receive("sandbox", body, headers, now=self.now)
        self._tick("delivery.inbox")
        return len(chosen)

    def refund(self, dice: Random, n: int) -> int:
        """By units and by amounts, at anybody's fault, borne by the shop, another shop or the platform."""
        rows = self._orders(dice, n, "o.paid_at IS NOT NULL AND EXISTS (SELECT 1 FROM orders_line l "
                            "WHERE l.order_id = o.id AND l.refunded_units < l.quantity)")  # fmt: skip

        def give() -> None:
            found = orders.money([row["id"] for row in rows])
            asked = [self._asked(dice, found[row["id"]]) for row in rows]
            money.give_back(asked, now=self.now)

        if rows:
            self._try(give)
        return len(rows)

    def _asked(self, dice: Random, order: orders.OrderMoney) -> money.Asked:
        read = money.order_money(order)
        asks, unshipped, restock = [], {}, {}
        lines = [pair for pair in zip(order.lines, read.lines, strict=True) if pair[1].left_units]
        for line, of_line in dice.sample(lines, dice.randint(1, len(lines))):
            units = dice.randint(1, of_line.left_units) if dice.random() < 0.3 else 1
            if dice.random() < 0.75:
                most = worth(of_line, units)
                asks.append(Ask(line.id, units, goods_minor=dice.randint(0, max(most // 12, min(most, 1)))))
                continue
            asks.append(Ask(line.id, units, deduct_minor=dice.choice([0, 0, 0, 40])))
            unshipped[line.id] = min(units, line.waiting_units) if order.state == "paid" else 0
            restock[line.id] = units - unshipped[line.id] if dice.random() < 0.3 else 0
        goodwill = ledger.Ref("goodwill", "platform", "CNY")
        return money.Asked(
            key=f"case:{new_id()}", order_id=order.id, asks=tuple(asks),
            fault=dice.choice(["shop", "buyer", "carrier", "platform"]), cause_kind="case", cause_id=new_id(),
            payer=dice.choice([None, None, None, goodwill, dice.choice(self.shops)]),
            statutory=dice.random() < 0.2, unshipped=unshipped, restock=restock,
        )  # fmt: skip

    def compensate_in_cash(self, dice: Random, n: int) -> int:
        """Amounts for no line in particular, as promises give them: freight for a late parcel, whatever is left."""
        rows = self._orders(dice, max(n // 6, 1), "o.paid_at IS NOT NULL")

        def give() -> None:
            parts, covers = [], []
            for row in rows:
                left = row["total_minor"] - row["refunded_minor"]
                amount = dice.choice([min(left, 300), dice.randint(0, min(left, 1_000)), dice.randint(0, 40)])
                id = new_id()
                parts.append(orders.Part(f"promise:{id}", row["id"], "promise", id, amount_minor=amount,
                                         freight_minor=dice.choice([0, amount])))  # fmt: skip
                if dice.random() < 0.5 and amount <= left:
                    covers.append((id, row["id"], amount))
            held = orders.money([row["id"] for row in rows])
            settlement.cover(
                [
                    settlement.Cover(f"promise:{id}:shop", "promise.compensation", order, amount,
                                     dice.choice(self.shops), "promise", id)
                    for id, order, amount in covers
                    if amount <= held[order].left_minor
                ],
                now=self.now,
            )  # fmt: skip
            orders.refund(parts, now=self.now)

        if rows:
            self._try(give)
        return len(rows)

    def cancel(self, dice: Random, n: int) -> int:
        rows = self._orders(
            dice, max(n // 25, 1), "o.state IN ('paid', 'shipped') AND o.collected_at IS NULL"
        )
        for row in rows:
            if dice.random() < 0.5:
                self._try(
                    lambda row=row: orders.cancel_by_buyer(
                        row["id"], person_id=row["person_id"], now=self.now, even_if_labelled=True
                    )
                )
            else:
                self._try(
                    lambda row=row: orders.cancel_by_shop(
                        row["id"], shop_id=row["shop_id"], by=self.owners[row["shop_id"]], reason="none left",
                        now=self.now,
                    )
                )  # fmt: skip
        return len(rows)

    def dispute(self, dice: Random, n: int) -> int:
        """A buyer's bank takes money back by itself, whatever was refunded before; some disputes are won."""
        rows = fetch(
            "SELECT p.gateway_ref, p.amount_minor FROM payments_payment p JOIN orders_order o ON o.checkout_id = p.subject_id "
            "WHERE o.shop_id = ANY(%s) AND p.state = 'paid' AND p.amount_minor > 0 ORDER BY p.id",
            [self.shops],
        )
        for row in dice.sample(rows, min(max(n // 50, 1), len(rows))):
            amount = dice.choice([row["amount_minor"], dice.randint(1, row["amount_minor"])])
            ref, end = str(new_id()), dice.choice([None, "won", "won", "lost"])
            for outcome in ("open", "open", end):
                if outcome:
                    said = payments.Disputed(ref, row["gateway_ref"], outcome, amount, "CNY", "fraudulent")
                    self._try(lambda said=said: payments.hear_dispute("sandbox", said, now=self.now))
        return max(n // 50, 1)

    def fund(self, dice: Random, n: int) -> int:
        """Shops bring money: onto the balance, or as deposit."""
        for _ in range(max(n // 12, 1)):
            bring = dice.choice([shops.top_up, shops.pay_deposit])
            bring(
                dice.choice(self.shops),
                Money(dice.randint(1, 20_000), "CNY"),
                now=self.now,
                key=str(new_id()),
            )
        return max(n // 12, 1)

    def hold(self, dice: Random, n: int) -> int:
        """Cases open and close: what is held is not released."""
        rows = self._orders(dice, max(n // 6, 1), "o.paid_at IS NOT NULL")
        ids = [row["id"] for row in rows]
        with transaction.atomic():
            if dice.random() < 0.4:
                settlement.hold(ids, "case:test", reason=Text(zh="售后", en="A case"), now=self.now)
            else:
                settlement.lift(ids, "case:test", now=self.now)
        return len(ids)

    def have_collected(self, dice: Random, n: int) -> int:
        """Returns, at anybody's fault, for which a courier comes: as it promised, late, in vain, or never."""
        rows = self._orders(dice, max(n // 25, 1), "o.state = 'delivered' AND EXISTS (SELECT 1 FROM orders_line l WHERE "
                            "l.order_id = o.id AND l.refunded_units < l.quantity) AND NOT EXISTS (SELECT 1 FROM "
                            "aftersales_case c WHERE c.order_id = o.id AND c.due_at IS NOT NULL)")  # fmt: skip
        for row in rows:
            self._try(lambda row=row: self._have_collected(dice, row))
        return 3 * len(rows)

    def _have_collected(self, dice: Random, row: dict[str, Any]) -> None:
        order = orders.order(row["id"])
        line = dice.choice([line for line in order.lines if line.refunded_units < line.quantity])
        asked = aftersales.request(
            order.id, person_id=row["person_id"], units={line.id: 1}, kind="return",
            reason=dice.choice(["no_reason", "not_as_described", "wrong_item"]), now=self.now,
        )  # fmt: skip
        aftersales.approve(asked, shop_id=row["shop_id"], by=self.owners[row["shop_id"]], now=self.now)
        if dice.random() < 0.15:  # by their own means after all
            self.sent += 1
            aftersales.send_back(
                asked, person_id=row["person_id"], carrier="sandbox",
                tracking_no=f"R{row['shop_id'].int % 10**9}N{self.sent}", now=self.now,
            )  # fmt: skip
            return
        delivery.sandbox_pickup_mischief(order.number, dice.choice(list(delivery.PICKUP_MISCHIEF)))
        offer = aftersales.collectable(asked, person_id=row["person_id"], now=self.now)
        if offer is None:
            return
        slot = dice.choice(aftersales.pickup_slots(offer, "sandbox", SIZES, now=self.now))
        aftersales.book_pickup(
            asked,
            person_id=row["person_id"],
            carrier="sandbox",
            starts_at=slot.starts_at,
            sizes=SIZES,
            now=self.now,
        )

    def inspect(self, dice: Random, n: int) -> int:
        """Shops look at what came back: most of it is well, some is not; and buyers change their minds before it leaves."""
        rows = fetch(
            "SELECT id, shop_id, person_id, state FROM aftersales_case WHERE shop_id = ANY(%s) "
            "AND state IN ('returning', 'to_send') ORDER BY id",
            [self.shops],
        )
        chosen = dice.sample(rows, min(max(n // 25, 1), len(rows)))
        for row in chosen:
            self._try(lambda row=row: self._inspect(dice, row))
        return 2 * len(chosen)

    def _inspect(self, dice: Random, row: dict[str, Any]) -> None:
        shop = {"shop_id": row["shop_id"], "by": self.owners[row["shop_id"]], "now": self.now}
        if row["state"] == "to_send":
            if dice.random() < 0.5:
                aftersales.withdraw(row["id"], person_id=row["person_id"], now=self.now)
            else:
                aftersales.call_off_pickup(row["id"], person_id=row["person_id"], now=self.now)
        elif dice.random() < 0.7:
            aftersales.receive(row["id"], restock=dice.random() < 0.5, **shop)
        else:
            aftersales.refuse(row["id"], words="Another one came back", **shop)

    def wait(self, dice: Random, n: int) -> int:
        """Hours or days go by: releases, payouts, returns, expiries, late parcels, refunds on their way."""
        return self.let_pass(dice.choices([2, 20, 80, 400], [8, 4, 1, 2])[0])

    def let_pass(self, hours: int) -> int:
        self.now += timedelta(hours=hours)
        many = {"payments.refunds": 5, "kit.outbox": 10}
        return sum(self._tick(name) for name in _TICKS for _ in range(many.get(name, 1)))

    def mend(self, dice: Random, n: int) -> int:
        """A person sends refused refunds again; the gateway has come to its senses."""
        failed = payments.failed_refunds(limit=n)
        execute("UPDATE payments_sandboxcharge SET refunds = '' WHERE refunds = 'refuse'")
        for refund in failed:
            payments.send_again(refund.id, by=None, now=self.now)
        return len(failed)

    def _tick(self, name: str) -> int:
        """One batch of one keeper."""
        [one] = [k for k in keeper.all_keepers() if k.name == name]
        return keeper.tick(one, self.now)

    # What must be true

    def check(self) -> None:
        """Everything, over the whole database, in a handful of set-based queries."""
        report = ledger.audit()
        assert report.sound, report
        assert settlement.mismatches() == {}
        for wrong, sql in WRONG.items():
            rows = fetch(f"SELECT * FROM ({sql}) found LIMIT 3")
            assert not rows, (wrong, rows)
        for code, holder, sql in BOOKED:
            [row] = fetch(f"SELECT coalesce(({sql}), 0)::bigint AS minor")
            [book] = fetch(
                "SELECT coalesce(sum(p.amount_minor), 0)::bigint AS minor FROM ledger_posting p "
                "JOIN ledger_account a ON a.id = p.account_id WHERE a.code = %s AND (%s = '' OR a.holder = %s)",
                [code, holder, holder],
            )
            assert book["minor"] == row["minor"], (code, holder, book["minor"], row["minor"])
        aside = keeper.set_asides()
        assert not aside, aside
        assert not outbox.retries(limit=3)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


_OF_ORDER = """
    SELECT o.id, o.total_minor, o.refunded_minor, o.kept_minor, o.freight_minor, o.freight_refunded_minor,
        o.charged_back_minor, count(*) AS lines, sum(l.refunded_minor) AS on_lines, sum(l.kept_minor) AS kept,
        bool_and(l.refunded_units = l.quantity) AS back, o.state, o.cancelled_by
    FROM orders_order o JOIN orders_line l ON l.order_id = o.id GROUP BY o.id
"""
WRONG = {
    "more went back than was paid": f"SELECT * FROM ({_OF_ORDER}) o WHERE refunded_minor + kept_minor > total_minor",
    "lines and freight say more than the order":
        f"SELECT * FROM ({_OF_ORDER}) o WHERE on_lines + freight_refunded_minor > refunded_minor",
    "a line gave more than it cost":
        "SELECT id FROM orders_line WHERE refunded_minor + kept_minor > goods_minor - coupon_minor "
        "OR refunded_units > quantity OR cancelled_units + shipped_quantity > quantity",
    "a cancelled order kept something":
        f"SELECT * FROM ({_OF_ORDER}) o WHERE state = 'cancelled' AND total_minor > refunded_minor + kept_minor "
        "AND cancelled_by <> 'platform' AND back AND NOT EXISTS (SELECT 1 FROM promises_promise p "
        "JOIN orders_order mine ON mine.id = o.id WHERE p.checkout_id = mine.checkout_id AND p.kind = 'non_delivery' "
        "AND (p.order_id IS NULL OR p.order_id = o.id) AND p.state = 'open')",  # its keeper has not been there yet
    "a checkout's refunds are not what its orders say": """
        SELECT c.id FROM orders_checkout c JOIN orders_order o ON o.checkout_id = c.id
        GROUP BY c.id HAVING sum(o.refunded_minor - o.charged_back_minor) <> coalesce((
            SELECT sum(r.amount_minor) FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
            WHERE p.subject_id = c.id AND r.key NOT LIKE 'payment:%'), 0)
    """,
    "a payment's refunds are not what it says": """
        SELECT p.id FROM payments_payment p WHERE p.refunded_minor > p.amount_minor
    """,
    "an account of a shop is overdrawn":
        "SELECT id FROM ledger_account WHERE is_kept AND (kind = 'liability' AND balance_minor > 0 "
        "OR kind = 'asset' AND balance_minor < 0)",
    "a kept balance is not its postings": """
        SELECT a.id FROM ledger_account a LEFT JOIN ledger_posting p ON p.account_id = a.id WHERE a.is_kept
        GROUP BY a.id HAVING a.balance_minor <> coalesce(sum(p.amount_minor), 0)
    """,
    "shares of a line are not what was frozen": """
        SELECT l.id FROM orders_line l LEFT JOIN orders_share s ON s.line_id = l.id
        GROUP BY l.id HAVING l.coupon_minor <> coalesce(sum(s.amount_minor), 0)
    """,
    "everything is back, and a funder's share is not": """
        SELECT s.id FROM orders_share s JOIN orders_line l ON l.id = s.line_id
        WHERE l.refunded_units = l.quantity AND s.returned_minor < s.amount_minor
    """,
    "everything is back, and compensation still waits": """
        SELECT l.order_id FROM orders_share s JOIN orders_line l ON l.id = s.line_id
        GROUP BY l.order_id HAVING bool_and(l.refunded_units = l.quantity) AND sum(s.parked_minor) > 0
        AND NOT EXISTS (SELECT 1 FROM orders_line m WHERE m.order_id = l.order_id AND m.refunded_units < m.quantity)
    """,
    "an order's escrow is not what its settlement says": """
        SELECT id FROM settlement_settlement WHERE covered_minor <> 0 OR held_minor < 0
        OR state = 'held' AND held_minor <> received_minor - drawn_minor
    """,
}  # fmt: skip
BOOKED = (
    ("escrow", "coupons", "SELECT -sum(parked_minor) FROM orders_share"),
    ("coupons", "", "SELECT -sum(amount_minor) FROM wallet_coupon WHERE issue_id IS NULL AND state IN ('active', 'reserved')"),
    ("refunds", "", "SELECT -sum(amount_minor) FROM payments_refund WHERE state IN ('requested', 'sent', 'failed')"),
    ("promotions", "", "SELECT sum(s.amount_minor - s.returned_minor) FROM orders_share s JOIN orders_line l "
     "ON l.id = s.line_id JOIN orders_order o ON o.id = l.order_id WHERE s.funder_kind = 'platform' AND o.paid_at IS NOT NULL"),
    ("host", "", "SELECT sum(s.amount_minor - s.returned_minor) - (SELECT sum(amount_minor) FROM wallet_prepayment) "
     "FROM orders_share s JOIN orders_line l ON l.id = s.line_id JOIN orders_order o ON o.id = l.order_id "
     "WHERE s.funder_kind = 'host' AND o.paid_at IS NOT NULL"),
    ("carrier_fees", "", "SELECT -sum(effect_minor) FROM decisions_decision WHERE kind = 'pickup.fee'"),
    ("paid_ahead", "", "SELECT coalesce((SELECT sum(amount_minor) FROM aftersales_advance WHERE state = 'paid'), 0) "
     "+ coalesce((SELECT sum(pickup_minor) FROM aftersales_case WHERE due_at IS NOT NULL), 0)"),
    ("buyer_owes", "", "SELECT sum(owed_minor) FROM aftersales_advance"),
    ("payouts", "", "SELECT -sum(amount_minor) FROM settlement_payout WHERE state IN ('drafted', 'sent')"),
    ("gateway", "", "SELECT (SELECT sum(amount_minor) FROM payments_payment WHERE state = 'paid') "
     "- coalesce((SELECT sum(amount_minor) FROM payments_refund WHERE state = 'done'), 0) "
     "- coalesce((SELECT sum(amount_minor) FROM payments_chargeback WHERE state <> 'won'), 0)"),
)  # fmt: skip
"""Accounts of the ledger (code, holder or all) and what other tables say that they hold."""

ACTIONS: dict[str, Callable[[Market, Random, int], int]] = {
    "buy": Market.buy,
    "claim": Market.claim,
    "compensate": Market.compensate,
    "ship": Market.ship,
    "deliver": Market.deliver,
    "refund": Market.refund,
    "compensate in cash": Market.compensate_in_cash,
    "cancel": Market.cancel,
    "dispute": Market.dispute,
    "fund": Market.fund,
    "hold": Market.hold,
    "have collected": Market.have_collected,
    "inspect": Market.inspect,
    "wait": Market.wait,
    "mend": Market.mend,
}
OFTEN = ("buy", "refund", "refund", "refund", "refund", "ship", "ship", "deliver", "deliver", "wait", "wait")
"""What is tried more often than the rest."""
