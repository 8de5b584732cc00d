"""The funders' side of a refund: shares of coupons go back to who paid them.

The platform and hosts have theirs at once, out of the shop's escrow. A shop's own discount moves no money: it earned
less, and gives less back. A compensation belongs to the buyer: its share waits (account `escrow` of *coupons*) until the
whole order is back, and then returns as a coupon; if the rest of the order is the shop's for good, whoever paid for the
compensation has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement.events import OrderReleased
from sanhao.books.wallet import api as wallet
from sanhao.kit.events import News
from sanhao.kit.ids import derived_id, new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch

WAITING = "coupons"
"""The holder of the escrow in which compensation waits for the rest of its order."""


class Back(msgspec.Struct, frozen=True):
    """What of an order's shares goes back now, by coupon: *funded* to the platform or a host, *own* of the shop itself,
    *returning* compensation to the buyer, *waited* compensation that had waited for the last unit; *parked* begins to."""

    funded: Mapping[UUID, int] = {}
    own: Mapping[UUID, int] = {}
    returning: Mapping[UUID, int] = {}
    waited: Mapping[UUID, int] = {}
    parked: int = 0

    @property
    def from_escrow(self) -> int:
        return sum(self.funded.values()) + sum(self.returning.values()) + self.parked


NOTHING = Back()


class Given(msgspec.Struct, frozen=True):
    """The shares of one part of a refund, and what the books need to know of it."""

    key: str
    order_id: UUID
    checkout_id: UUID
    shop_id: UUID
    currency: str
    decision_id: UUID | None
    back: Back


def take(
    named: Sequence[tuple[UUID, int]], *, whole: Sequence[UUID], complete: Sequence[UUID]
) -> dict[UUID, Back]:
    """Write down that shares go back: those *named* (share, minor units), and all that is left of the orders *whole*.

    *complete*: orders of which nothing stays with the buyer; compensation that waited for that returns now. Raises
    Refusal ``refund.moved_on`` for more than is left of a share.
    """
    if not named and not complete:
        return {}
    rows = fetch(
        """
        WITH back AS (
            SELECT n.id, n.minor FROM unnest(%(ids)s::uuid[], %(minors)s::bigint[]) AS n (id, minor)
            UNION ALL
            SELECT s.id, s.amount_minor - s.returned_minor FROM orders_share s JOIN orders_line l ON l.id = s.line_id
            WHERE l.order_id = ANY(%(whole)s) AND s.returned_minor < s.amount_minor
        )
        UPDATE orders_share s SET returned_minor = s.returned_minor + b.minor,
            parked_minor = s.parked_minor + CASE WHEN s.funder_kind = 'compensation' THEN b.minor ELSE 0 END
        FROM back b JOIN orders_share t ON t.id = b.id JOIN orders_line l ON l.id = t.line_id
        WHERE s.id = b.id AND s.returned_minor + b.minor <= s.amount_minor
        RETURNING s.funder_kind, s.funder_id, s.coupon_id, l.order_id, b.minor
        """,
        {
            "ids": [id for id, _ in named],
            "minors": [minor for _, minor in named],
            "whole": list(whole),
        },
    )
    if sum(row["order_id"] not in whole for row in rows) < len(named):
        raise Refusal("refund.moved_on", zh="这笔订单刚刚有了别的退款，请刷新后再看。",
                      en="Something else of this order has just been given back. Reload the page and look again.")  # fmt: skip
    by_kind: dict[str, dict[UUID, dict[UUID, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    for row in rows:
        kind = row["funder_kind"] if row["funder_kind"] in ("shop", "compensation") else "funded"
        by_kind[kind][row["order_id"]][row["coupon_id"]] += row["minor"]
    waited = _waited(complete) if complete else {}
    return {
        id: _back(
            by_kind["funded"].get(id, {}),
            by_kind["shop"].get(id, {}),
            sum(by_kind["compensation"].get(id, {}).values()),
            waited.get(id, {}),
        )
        for id in {row["order_id"] for row in rows} | set(waited)
    }


def _back(
    funded: Mapping[UUID, int], own: Mapping[UUID, int], parked: int, waited: Mapping[UUID, int]
) -> Back:
    """Where nothing waited before, what comes back now returns straight out of the shop's escrow."""
    if parked == sum(waited.values()):
        return Back(funded, own, returning=waited)
    return Back(funded, own, waited=waited, parked=parked)


def _waited(complete: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    """Compensation of these orders that waited for their last unit, by order and coupon: it waits no longer."""
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in fetch(
        """
        WITH parked AS (
            SELECT s.id, s.coupon_id, s.parked_minor, l.order_id FROM orders_share s JOIN orders_line l ON l.id = s.line_id
            WHERE l.order_id = ANY(%s) AND s.parked_minor > 0
        ), freed AS (
            UPDATE orders_share s SET parked_minor = 0 FROM parked p WHERE s.id = p.id
        )
        SELECT order_id, coupon_id, sum(parked_minor)::bigint AS minor FROM parked GROUP BY order_id, coupon_id
        """,
        [list(complete)],
    ):
        found[row["order_id"]][row["coupon_id"]] = row["minor"]
    return found


def released(batch: Sequence[News[OrderReleased]]) -> None:
    """Later-listener: the rest of these orders is the shops' for good, so compensation that waited for it waits in vain;
    who paid for it has it again. Hearing it twice changes nothing."""
    at = max(news.at for news in batch)
    with transaction.atomic():
        rows = fetch(
            "SELECT id, currency FROM orders_order WHERE id = ANY(%s) AND coupon_minor > 0 ORDER BY id FOR UPDATE",
            [[news.fact.order_id for news in batch]],
        )
        orders = {row["id"]: row["currency"] for row in rows}
        wallet.lapse(
            [
                wallet.ShareBack(f"{order_id}:lapsed", coupon, minor, waiting(orders[order_id]), order_id)
                for order_id, coupons in _waited(list(orders)).items()
                for coupon, minor in coupons.items()
            ],
            now=at,
        )


def give(given: Sequence[Given], *, now: datetime) -> None:
    """Book what `take` found, after the escrows were drawn."""
    given = [g for g in given if g.back is not NOTHING]
    if not given:
        return
    ledger.post([_park(g, now) for g in given if g.back.parked])
    wallet.give_back(
        [
            wallet.ShareBack(f"{derived_id(g.order_id, g.key)}{name}", coupon, minor, debit, g.order_id)
            for g in given
            for name, coupons, debit in (
                ("", g.back.funded, _escrow(g)),
                ("", g.back.own, None),
                ("", g.back.returning, _escrow(g)),
                (":waited", g.back.waited, waiting(g.currency)),
            )
            for coupon, minor in coupons.items()
        ],
        now=now,
    )


def waiting(currency: str) -> ledger.Ref:
    """Where compensation waits for the rest of its order."""
    return ledger.Ref("escrow", WAITING, currency)


def _escrow(g: Given) -> ledger.Ref:
    return ledger.Ref("escrow", str(g.shop_id), g.currency)


def _park(g: Given, now: datetime) -> ledger.EntryDraft:
    lines = ((_escrow(g), g.back.parked), (waiting(g.currency), -g.back.parked))
    return ledger.EntryDraft(
        new_id(),
        f"{g.key}:parked",
        "refund.parked",
        now,
        g.currency,
        lines,
        "order",
        g.order_id,
        g.decision_id,
    )
