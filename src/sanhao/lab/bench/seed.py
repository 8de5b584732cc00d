"""The world that `sanhao bench promises` settles: many buyers, many shops, one of them half of everything.

Built set-based behind the doors (a bench seeds millions of rows); rules, money of shops and the facts of every due
promise are made by the real verbs and the real kind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.service.promises import api as promises

BUYERS, SHOPS, CURRENCY = 2_000, 200, "CNY"
FROM_DEPOSIT, ADVANCED = 1 / 3, 1 / 10
KIND = "late_shipment"
_CHUNK = 50_000


class Seeded(msgspec.Struct, frozen=True):
    """What was made. *now* is the moment at which *due* of the *total* open promises are due."""

    total: int
    due: int
    shops: int
    now: datetime


def seed(*, total: int, due: int, now: datetime, seed_number: int = 7) -> Seeded:
    """Make *total* open promises, *due* of them due at *now*, the same ones for the same *seed_number*."""
    rng = random.Random(seed_number)
    promises.found_rules(now=now - timedelta(days=400))
    wallet.found_rules(now=now - timedelta(days=400))
    rule = rulebook.in_force(f"promise.{KIND}", at=now)
    buyers, shop_ids = _people(now), _shops(now)
    _money(shop_ids, due, now)
    weights = _weights()
    for start in range(0, due, _CHUNK):
        size = min(_CHUNK, due - start)
        chosen = rng.choices(shop_ids, weights, k=size)
        _write(rule.id, rng.choices(buyers, k=size), chosen, start, now, rng)
    _open_ones(total - due, now)
    return Seeded(total, due, len(shop_ids), now)


def _weights() -> list[float]:
    """Half on the first shop, the rest by Zipf's law."""
    tail = [1 / rank for rank in range(1, SHOPS)]
    return [sum(tail), *tail]


def _model(name: str) -> Any:
    return apps.get_model(name)


def _people(now: datetime) -> list[UUID]:
    ids = new_ids(BUYERS)
    person = _model("people.Person")
    person.objects.bulk_create(
        [
            person(id=id, email=f"buyer{n}@bench.example", name=f"Buyer {n}", password="!", joined_at=now)
            for n, id in enumerate(ids)
        ]
    )
    return ids


def _shops(now: datetime) -> list[UUID]:
    ids = new_ids(SHOPS)
    shop = _model("shops.Shop")
    shop.objects.bulk_create(
        [
            shop(id=id, slug=f"bench-{n}", name_zh=f"店{n}", name_en=f"Shop {n}", country="CN", region="浙江",
                 timezone="Asia/Shanghai", currency=CURRENCY, opened_at=now)
            for n, id in enumerate(ids)
        ]
    )  # fmt: skip
    return ids


def _money(shop_ids: Sequence[UUID], due: int, now: datetime) -> None:
    """The big shop pays from its balance; of the others so many have only a deposit, or nothing, that a third of all
    comes from deposits and a tenth is advanced."""
    weights = _weights()
    whole = sum(weights)
    plenty = Money(due * 3_000, CURRENCY)
    deposit_left, advance_left = FROM_DEPOSIT, ADVANCED
    with together():
        ledger.accounts(
            [
                wallet.coupons_account(CURRENCY),
                *(
                    ledger.Ref(code, str(id), CURRENCY)
                    for id in shop_ids
                    for code in ("balance", "deposit", "receivable")
                ),
            ]
        )
        for shop_id, weight in zip(shop_ids, weights, strict=True):
            share = weight / whole
            if shop_id != shop_ids[0] and share <= deposit_left:
                deposit_left -= share
                shops.pay_deposit(shop_id, plenty, now=now, key=f"bench:{shop_id}")
            elif shop_id != shop_ids[0] and share <= advance_left:
                advance_left -= share
            else:
                shops.top_up(shop_id, plenty, now=now, key=f"bench:{shop_id}")


def _write(
    rule_id: UUID,
    buyers: Sequence[UUID],
    shop_ids: Sequence[UUID],
    start: int,
    now: datetime,
    rng: random.Random,
) -> None:
    count = len(buyers)
    checkouts, orders, ids = new_ids(count), new_ids(count), new_ids(count)
    amounts = [rng.randrange(500, 120_000) for _ in range(count)]
    rows = list(_promises(rule_id, ids, checkouts, orders, buyers, shop_ids, amounts, start, now))
    with together():
        _copy("orders.Checkout", _checkouts(checkouts, buyers, amounts, now))
        _copy("orders.Order", _orders(orders, checkouts, buyers, shop_ids, amounts, now))
        _copy("promises.Promise", rows)


def _copy(model: str, rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> None:
    rows = list(rows)
    copy_rows(_model(model)._meta.db_table, list(rows[0]), (list(row.values()) for row in rows))


def _checkouts(
    ids: Sequence[UUID], buyers: Sequence[UUID], amounts: Sequence[int], now: datetime
) -> Iterator[dict[str, Any]]:
    for id, buyer, amount in zip(ids, buyers, amounts, strict=True):
        yield {
            "id": id, "person_id": buyer, "state": "paid", "currency": CURRENCY, "goods_minor": amount,
            "freight_minor": 0, "coupon_minor": 0, "total_minor": amount, "address": "{}", "placed_at": now,
            "expires_at": now, "paid_at": now,
        }  # fmt: skip


def _orders(
    ids: Sequence[UUID], checkouts: Sequence[UUID], buyers: Sequence[UUID], shop_ids: Sequence[UUID],
    amounts: Sequence[int], now: datetime,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    for id, checkout, buyer, shop, amount in zip(ids, checkouts, buyers, shop_ids, amounts, strict=True):
        yield {
            "id": id, "number": id.hex[-20:], "checkout_id": checkout, "shop_id": shop, "person_id": buyer,
            "state": "paid", "currency": CURRENCY, "goods_minor": amount, "freight_minor": 0, "coupon_minor": 0,
            "total_minor": amount, "placed_at": now, "paid_at": now, "cancelled_by": "", "refunded_minor": 0,
        }  # fmt: skip


def _promises(
    rule_id: UUID, ids: Sequence[UUID], checkouts: Sequence[UUID], orders: Sequence[UUID], buyers: Sequence[UUID],
    shop_ids: Sequence[UUID], amounts: Sequence[int], start: int, now: datetime,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    kind = promises.KINDS[KIND]
    terms = promises.terms_of(rule_id, KIND)
    encode = msgspec.json.encode
    for n, (id, checkout, order, buyer, shop, amount) in enumerate(
        zip(ids, checkouts, orders, buyers, shop_ids, amounts, strict=True)
    ):
        # A microsecond apart, so that both runners meet the rows in the same order.
        paid_at = now - timedelta(days=10) + timedelta(microseconds=start + n)
        paid = Money(amount, CURRENCY)
        [(_, facts)] = kind.promise(
            terms,
            promises.PaidOrder(
                id=str(order), currency=CURRENCY, bought_at=paid_at, paid_at=paid_at,
                lines=(promises.Line(id=str(new_id()), shop=str(shop), paid=paid),),
                goods=paid, freight=None, paid=paid, country="CN", region="浙江", buyer=str(buyer),
            ),
        )  # fmt: skip
        due = kind.due(terms, facts)
        yield {
            "id": id, "kind": KIND, "checkout_id": checkout, "order_id": order, "shop_id": shop, "person_id": buyer,
            "rule_id": rule_id, "facts": encode(facts).decode(), "currency": CURRENCY, "state": "open",
            "made_at": paid_at, "due_at": due.due_at, "settle_at": due.settle_at, "reason": "", "fault": "",
        }  # fmt: skip


def _open_ones(count: int, now: datetime) -> None:
    """*count* more open promises, due over the next two days: copies of due ones with orders of their own."""
    if not count:
        return
    checkout, order, promise = (
        _model(name)._meta.db_table for name in ("orders.Checkout", "orders.Order", "promises.Promise")
    )
    execute(
        "CREATE TEMP TABLE more AS SELECT n, "
        + ", ".join(
            f"{_numbered(place)} AS {name}" for place, name in enumerate(("checkout_id", "order_id", "id"))
        )
        + f" FROM generate_series(1, {int(count)}) AS n"
    )
    # What is copied here refers to what is made here: where the database lets us, no key is looked up for each row.
    [may] = fetch("SELECT has_parameter_privilege('session_replication_role', 'SET') AS skip")
    if may["skip"]:
        execute("SET session_replication_role = replica")
    execute(
        f"CREATE TEMP TABLE sample AS SELECT row_number() OVER () AS n, o.shop_id, o.person_id, p.rule_id, p.facts "
        f"FROM {promise} p JOIN {order} o ON o.id = p.order_id LIMIT 10000"
    )
    execute(
        f"INSERT INTO {checkout} (id, person_id, state, currency, goods_minor, freight_minor, coupon_minor, "
        "total_minor, address, placed_at, expires_at, paid_at) SELECT m.checkout_id, s.person_id, 'paid', "
        f"'{CURRENCY}', 1000, 0, 0, 1000, '{{}}', %(now)s, %(now)s, %(now)s "
        "FROM more m JOIN sample s ON s.n = 1 + m.n %% (SELECT count(*) FROM sample)",
        {"now": now},
    )
    execute(
        f"INSERT INTO {order} (id, number, checkout_id, shop_id, person_id, state, currency, goods_minor, "
        "freight_minor, coupon_minor, total_minor, placed_at, paid_at, cancelled_by, refunded_minor) SELECT m.order_id, 'B' || m.n, "
        f"m.checkout_id, s.shop_id, s.person_id, 'paid', '{CURRENCY}', 1000, 0, 0, 1000, %(now)s, %(now)s, '', 0 "
        "FROM more m JOIN sample s ON s.n = 1 + m.n %% (SELECT count(*) FROM sample)",
        {"now": now},
    )
    execute(
        f"INSERT INTO {promise} (id, kind, checkout_id, order_id, shop_id, person_id, rule_id, facts, currency, "
        f"state, made_at, due_at, settle_at, reason, fault) SELECT m.id, '{KIND}', m.checkout_id, m.order_id, "
        f"s.shop_id, s.person_id, s.rule_id, s.facts, '{CURRENCY}', 'open', %(now)s, "
        "%(now)s + interval '1 minute' + m.n * interval '17 milliseconds', "
        "%(now)s + interval '1 minute' + m.n * interval '17 milliseconds', '', '' "
        "FROM more m JOIN sample s ON s.n = 1 + m.n %% (SELECT count(*) FROM sample)",
        {"now": now},
    )
    if may["skip"]:
        execute("SET session_replication_role = DEFAULT")


def _numbered(place: int) -> str:
    """SQL for ids that grow with *n*, as ours do: ten million random ones would take an hour to index."""
    return f"('0190000{place}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
