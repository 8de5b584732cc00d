"""While a case waits, nothing of its order's money is released to the shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.books.settlement import api as settlement
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.book import RULE, terms_from
from sanhao.service.orders.events import OrderDelivered
from sanhao.service.promises import api as promises

NAME = "case"
_REASON = Text(zh="售后处理中", en="An after-sales case is open")


def place(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """In the transaction that opens a case, at its end: settlements are locked after orders and cases."""
    settlement.hold(order_ids, NAME, reason=_REASON, now=now)


def wait_for_guarantees(batch: Sequence[News[OrderDelivered]]) -> None:
    """Later listener: the money of what arrived waits as long as something may be asked or claimed about it."""
    arrived = {news.fact.order_id: news.fact.at for news in batch}
    now = max(news.at for news in batch)
    terms = terms_from(rulebook.in_force(RULE, at=now).terms)
    windows = promises.windows_of(list(arrived))
    released = settlement.release_dates(arrived, at=now)
    settlement.set_release(
        {
            id: life.money_waits_until(terms, at, released[id], tuple(windows.get(id, ())))
            for id, at in arrived.items()
        }
    )


def lift_where_all_is_over(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """Orders none of whose cases wait any more. The settlement's lock is what makes two last cases see each other: so
    this is a transaction of its own, from a later listener, and not part of a case's move."""
    ids = sorted(set(order_ids))
    with transaction.atomic():
        settlement.lock(ids)
        waiting = {
            row["order_id"]
            for row in fetch(
                "SELECT order_id FROM aftersales_case WHERE order_id = ANY(%s) AND due_at IS NOT NULL", [ids]
            )
        }
        settlement.lift([id for id in ids if id not in waiting], NAME, now=now)
