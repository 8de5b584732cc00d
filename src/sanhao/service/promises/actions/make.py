"""An order is paid: its promises are made, under the rules in force, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News
from sanhao.kit.ids import new_ids
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.orders.events import OrderPaid
from sanhao.service.promises.book import accepted_under, coverage_of, encode, rule_key, terms_of, timely
from sanhao.service.promises.core import Accepted, AnyKind, Courier, Extended, Line, PaidOrder, Scope
from sanhao.service.promises.coverage import RULE, ByCategory, asks, covered
from sanhao.service.promises.kinds import KINDS

COLUMNS = (
    "id", "kind", "checkout_id", "order_id", "line_id", "shop_id", "person_id", "rule_id", "facts", "currency",
    "state", "made_at", "due_at", "settle_at", "cancel_at", "reason", "fault",
)  # fmt: skip


def orders_paid(batch: Sequence[News[OrderPaid]]) -> None:
    """Now-listener: one promise per (order, kind), per line or per checkout where the kind's terms say so."""
    at = max(news.at for news in batch)
    rules = rulebook.in_force_many([*(rule_key(name) for name in KINDS), RULE], at=at)
    coverage = coverage_of(rules.get(RULE))
    extensions, accepted = _standing([news.fact for news in batch], coverage, rules, at)
    rows: list[list[Any]] = []
    for name, kind in KINDS.items():
        rule = rules.get(rule_key(name))
        if rule is None:
            continue
        terms = terms_of(rule.id, name)
        for facts_of in _subjects([news.fact for news in batch], kind.scope(terms)):
            bought = covered(coverage, name, paid_order(facts_of), accepted)
            if bought is not None:
                rows.extend(_promises(kind, terms, rule.id, facts_of, bought, extensions))
    for row, id in zip(rows, new_ids(len(rows)), strict=True):
        row[0] = id
    copy_rows("promises_promise", COLUMNS, rows)


def _subjects(facts: Sequence[OrderPaid], scope: Scope) -> Iterator[Sequence[OrderPaid]]:
    """What one promise is about: each order by itself, or all orders of a checkout together."""
    if scope != "checkout":
        yield from ([fact] for fact in facts)
        return
    by_checkout: dict[UUID, list[OrderPaid]] = defaultdict(list)
    for fact in facts:
        by_checkout[fact.checkout_id].append(fact)
    yield from by_checkout.values()


def _promises(
    kind: AnyKind,
    terms: Any,
    rule_id: UUID,
    orders: Sequence[OrderPaid],
    bought: PaidOrder,
    extensions: Sequence[Extended],
) -> Iterator[list[Any]]:
    first = orders[0]
    of_checkout = kind.scope(terms) == "checkout"
    for line_id, facts in kind.promise(terms, bought):
        for extension in extensions:
            facts = kind.hear(terms, facts, extension)
        yield row(
            kind, terms, rule_id, facts,
            checkout_id=first.checkout_id,
            order_id=None if of_checkout else first.order_id,
            line_id=UUID(line_id) if line_id else None,
            shop_id=None if of_checkout and len(orders) > 1 else first.shop_id,
            person_id=first.person_id, currency=first.currency, made_at=first.paid_at,
        )  # fmt: skip


def row(
    kind: AnyKind, terms: Any, rule_id: UUID, facts: Any, *, checkout_id: UUID, order_id: UUID | None,
    line_id: UUID | None, shop_id: UUID | None, person_id: UUID, currency: str, made_at: datetime,
) -> list[Any]:  # fmt: skip
    """A new promise in the order of `COLUMNS`, its id to be filled in."""
    due = kind.due(terms, facts)
    return [
        None, kind.name, checkout_id, order_id, line_id, shop_id, person_id, rule_id, encode(facts), currency, "open",
        made_at, due.due_at, timely(due), cancel_at(kind, terms, facts), "", "",
    ]  # fmt: skip


def cancel_at(kind: AnyKind, terms: Any, facts: Any) -> datetime | None:
    """When an order that no carrier has is cancelled by itself: only a kind that says so knows."""
    when = getattr(kind, "auto_cancel_at", None)
    return when(terms, facts) if when is not None else None


def paid_order(orders: Sequence[OrderPaid]) -> PaidOrder:
    """What the judges see of one order, or of a whole checkout."""
    first = orders[0]
    currency = first.currency
    arrivals = [order.arrives_by for order in orders]
    presales = [order.presale_ships_by for order in orders if order.presale_ships_by]
    return PaidOrder(
        id=str(first.order_id if len(orders) == 1 else first.checkout_id),
        currency=currency,
        bought_at=first.bought_at,
        paid_at=first.paid_at,
        lines=tuple(
            Line(
                id=str(line.id),
                shop=str(order.shop_id),
                quantity=line.quantity,
                paid=Money(line.paid_minor, currency),
                freight=Money(line.freight_minor, currency),
                special=line.special,
                category=line.category,
                weight_g=line.weight_g or None,
                price_kind=line.price_kind,
                consents=line.consents,
            )
            for order in orders
            for line in order.lines
        ),
        goods=Money(sum(order.goods_minor for order in orders), currency),
        freight=Money(sum(order.freight_minor for order in orders), currency),
        paid=Money(sum(order.paid_minor for order in orders), currency),
        promised_at=max(arrivals),
        ship_by={str(order.shop_id): order.ship_by for order in orders if order.ship_by},
        ship_hours=min((order.ship_hours for order in orders if order.ship_hours), default=None),
        presale_ships_by=max(presales, default=None),
        country=first.country,
        region=first.region,
        buyer=str(first.person_id),
        courier=Courier(first.carrier, delivery.carrier_name(first.carrier)) if first.carrier else None,
        surcharge=Money(sum(order.surcharge_minor for order in orders), currency),
    )


def _standing(
    orders: Sequence[OrderPaid], coverage: ByCategory, rules: Mapping[str, rulebook.RuleVersion], at: datetime
) -> tuple[list[Extended], dict[str, dict[tuple[str, str], Accepted]]]:
    """What holds besides the rules, in one query: holiday extensions that may still move something (a handful a year),
    and what these shops accepted, by shop."""
    pairs = [(str(order.shop_id), line.category) for order in orders for line in order.lines]
    rows = fetch(
        """
        SELECT announced_at, starts_at, until, NULL::uuid AS shop_id, NULL AS kind, NULL AS category,
               NULL::uuid AS rule_id, NULL AS own
        FROM promises_extension WHERE until > %(at)s
        UNION ALL
        SELECT NULL, NULL, NULL, shop_id, kind, category, rule_id, own::text FROM promises_acceptance
        WHERE shop_id = ANY(%(shops)s::uuid[]) AND withdrawn_at IS NULL AND accepted_at <= %(at)s
        ORDER BY starts_at
        """,
        {"at": at, "shops": asks(coverage, pairs)},
    )
    extensions = [
        Extended(row["announced_at"], row["starts_at"], row["until"])
        for row in rows
        if row["shop_id"] is None
    ]
    accepted: dict[str, dict[tuple[str, str], Accepted]] = defaultdict(dict)
    for row in rows:
        if row["shop_id"] is not None and rule_key(row["kind"]) in rules:
            accepted[str(row["shop_id"])][row["kind"], row["category"]] = accepted_under(
                row["rule_id"], rules[rule_key(row["kind"])], msgspec.json.decode(row["own"])
            )
    return extensions, accepted
