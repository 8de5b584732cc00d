"""Promises about orders that were taken over from a history: stated by it, under terms of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.ids import new_ids
from sanhao.kit.rows import copy_rows, together
from sanhao.service.promises.actions.make import COLUMNS, row
from sanhao.service.promises.book import terms_of
from sanhao.service.promises.core import PaidOrder
from sanhao.service.promises.kinds import KINDS


class PastOrders(msgspec.Struct, frozen=True):
    """A checkout as its history tells it. *bought* names lines and shops by our ids and may know less than a live
    order does (amounts that cannot be read, no purchase date); *order_of* says which order a line belongs to."""

    checkout_id: UUID
    person_id: UUID
    made_at: datetime
    bought: PaidOrder
    order_of: Mapping[str, UUID]
    shop_of: Mapping[str, UUID]


def take_over(past: Sequence[PastOrders], rules: Mapping[str, UUID]) -> int:
    """Make the promises of the kinds in *rules* (kind to rule version) about *past*; returns how many.

    As for a live order, once per order, line or checkout. What its history sold from several shops as one order is
    one checkout here, and promised as a whole. In the caller's transaction, if there is one.
    """
    rows = [made for one in past for made in _promises(one, rules)]
    for made, id in zip(rows, new_ids(len(rows)), strict=True):
        made[0] = id
    with together():
        copy_rows("promises_promise", COLUMNS, rows)
    return len(rows)


def _promises(past: PastOrders, rules: Mapping[str, UUID]) -> Iterator[list[Any]]:
    orders = set(past.order_of.values())
    shops = set(past.shop_of.values())
    for name, rule_id in rules.items():
        kind, terms = KINDS[name], terms_of(rule_id, name)
        of_checkout = kind.scope(terms) == "checkout" or len(orders) > 1
        for line_id, facts in kind.promise(terms, past.bought):
            wide = of_checkout and not line_id
            yield row(
                kind, terms, rule_id, facts,
                checkout_id=past.checkout_id,
                order_id=None if wide else past.order_of[line_id] if line_id else next(iter(orders)),
                line_id=UUID(line_id) if line_id else None,
                shop_id=past.shop_of[line_id] if line_id else next(iter(shops)) if len(shops) == 1 else None,
                person_id=past.person_id, currency=past.bought.currency, made_at=past.made_at,
            )  # fmt: skip
