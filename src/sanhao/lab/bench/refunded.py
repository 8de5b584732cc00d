"""What `sanhao bench aftersales` works on: paid orders of two units, half of them with a coupon of the platform, and a
case about one unit of each that the shop has left unanswered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.kit.text import Text
from sanhao.lab.bench import market
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders

_SHOPS, _PIECE, _COUPON = 20, 9_900, 1_000


def seed(count: int, *, now: datetime) -> list[UUID]:
    """So many orders, paid, their money in escrow, with a case each; returns their ids, the first due first."""
    goods = market.open_market(shop_count=_SHOPS, now=now)
    aftersales.found_rules(now=now - timedelta(days=30))
    offers = catalog.offers([one.offer_ids[0] for one in goods], now=now)
    shops = [offers[one.offer_ids[0]].shop_id for one in goods]
    buyers = market.buyers("case", [()] * max(count // 20, 1), now=now)
    made = []
    for number, (checkout, order, line) in enumerate(
        zip(new_ids(count), new_ids(count), new_ids(count), strict=True)
    ):
        at = number % _SHOPS
        past = orders.PastLine(line, Text(zh="山核桃", en="Hickory nuts"), 2, 2 * _PIECE, 600)
        made.append(
            orders.PastCheckout(
                checkout, buyers[number % len(buyers)].person_id, market.CURRENCY, now, now,
                (orders.PastOrder(order, shops[at], goods[at].offer_ids[0], goods[at].listing_id, (past,), False),),
                country="CN",
            )
        )  # fmt: skip
    for start in range(0, count, 2_000):
        orders.take_over(made[start : start + 2_000])
    _with_coupons(made[1::2], now)
    with together():
        for start in range(0, count, 2_000):
            _ask(made[start : start + 2_000], now + timedelta(milliseconds=start))
    ledger.accounts([payments.refunds_account(market.CURRENCY)])  # else the first refund makes it
    return [checkout.orders[0].id for checkout in made]


def _with_coupons(checkouts: Sequence[orders.PastCheckout], now: datetime) -> None:
    """As if a coupon of the platform had paid something more of these: behind the doors, since the past has none."""
    names = ("orders.Order", "orders.OrderLine", "orders.Checkout", "settlement.Settlement")
    order, line, checkout, escrow = (apps.get_model(name)._meta.db_table for name in names)
    [staff, *_] = [row["id"] for row in fetch(f"SELECT person_id AS id FROM {checkout} LIMIT 1")]
    draft = wallet.IssueDraft(
        "platform", ledger.PLATFORM, Text(zh="测量券", en="Bench"), Money(_COUPON, market.CURRENCY),
        Money(0, market.CURRENCY), Money(_COUPON * (len(checkouts) + 1), market.CURRENCY), now, now + timedelta(days=30),
    )  # fmt: skip
    ids = [one.orders[0].id for one in checkouts]
    with together():
        issue = wallet.issue_coupons(draft, by=staff, now=now)
        execute(f"UPDATE {checkout} SET goods_minor = goods_minor + %s, coupon_minor = %s WHERE id = ANY(%s)",
                [_COUPON, _COUPON, [one.id for one in checkouts]])  # fmt: skip
        execute(f"UPDATE {order} SET goods_minor = goods_minor + %s, coupon_minor = %s WHERE id = ANY(%s)",
                [_COUPON, _COUPON, ids])  # fmt: skip
        execute(
            f"UPDATE {line} SET unit_minor = unit_minor + %s, goods_minor = goods_minor + %s, coupon_minor = %s "
            "WHERE order_id = ANY(%s)",
            [_COUPON // 2, _COUPON, _COUPON, ids],
        )
        execute(
            f"UPDATE {escrow} SET received_minor = received_minor + %s, held_minor = held_minor + %s, "
            "goods_minor = goods_minor + %s WHERE id = ANY(%s)",
            [_COUPON, _COUPON, _COUPON, ids],
        )
        coupons = new_ids(len(checkouts))
        copy_rows(
            apps.get_model("wallet.Coupon")._meta.db_table,
            ("id", "person_id", "amount_minor", "currency", "reason_zh", "reason_en", "source_kind", "source_id",
             "returns_to", "state", "reserved_for", "granted_at", "expires_at", "issue_id", "nth", "used_minor",
             "turnover_minor", "threshold_minor", "funded_balance", "funded_deposit", "funded_advance", "funded_platform"),
            [
                (id, one.person_id, _COUPON, one.currency, "测量券", "Bench", "issue", id, "payer", "spent", one.id, now,
                 now + timedelta(days=30), issue, n, _COUPON, 0, 0, 0, 0, 0, 0)
                for n, (id, one) in enumerate(zip(coupons, checkouts, strict=True), 1)
            ],
        )  # fmt: skip
        copy_rows(
            apps.get_model("orders.LineShare")._meta.db_table,
            ("id", "line_id", "coupon_id", "funder_kind", "funder_id", "amount_minor"),
            [
                (id, one.orders[0].lines[0].id, coupon, "platform", ledger.PLATFORM, _COUPON)
                for id, coupon, one in zip(new_ids(len(checkouts)), coupons, checkouts, strict=True)
            ],
        )
        ledger.post(
            [
                ledger.EntryDraft(
                    new_id(), f"bench:{shop}", "checkout.paid", now, market.CURRENCY,
                    ((wallet.funder_account("platform", ledger.PLATFORM, market.CURRENCY), _COUPON * n),
                     (ledger.Ref("escrow", str(shop), market.CURRENCY), -_COUPON * n)),
                    "bench", new_id(),
                )
                for shop in {one.orders[0].shop_id for one in checkouts}
                if (n := sum(one.orders[0].shop_id == shop for one in checkouts))
            ]
        )  # fmt: skip


def _ask(checkouts: Sequence[orders.PastCheckout], now: datetime) -> None:
    """A case about one unit of each, which its shop has not answered: the times of answering end one after the other.

    A case has its order's id, so that what is written about either is found by both.
    """
    past = now - timedelta(hours=25)
    rule = rulebook.in_force(aftersales.RULE, at=past)
    copy_rows(
        apps.get_model("aftersales.Case")._meta.db_table,
        ("id", "order_id", "shop_id", "person_id", "rule_id", "kind", "reason", "guarantee", "words", "state", "due_at",
         "opened_at", "moved_at", "phase", "packed", "currency", "back_minor", "refunded_minor", "bearer", "ships_first",
         "at_shop", "answer", "round", "spoke"),
        [
            (order.id, order.id, order.shop_id, one.person_id, rule.id, "refund", "too_slow", "", "", "asked",
             past + timedelta(hours=24, milliseconds=number), past, past, "unshipped", True, one.currency, _PIECE, 0,
             "shop", False, False, "", 0, "{}")
            for number, one in enumerate(checkouts) for order in one.orders
        ],
    )  # fmt: skip
    copy_rows(
        apps.get_model("aftersales.CaseUnit")._meta.db_table,
        ("id", "case_id", "line_id", "units"),
        [
            (id, one.orders[0].id, one.orders[0].lines[0].id, 1)
            for id, one in zip(new_ids(len(checkouts)), checkouts, strict=True)
        ],
    )
    settlement.hold(
        [one.orders[0].id for one in checkouts], "case", reason=Text(zh="售后", en="A case"), now=past
    )
