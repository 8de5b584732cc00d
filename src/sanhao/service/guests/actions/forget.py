"""Who placed an order without an account and never paid it is forgotten: name, e-mail and address serve nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute
from sanhao.people import api as people
from sanhao.service.guests.core import Terms
from sanhao.service.guests.rules import RULE
from sanhao.service.orders import api as orders
from sanhao.service.orders.events import CheckoutExpired


def remember(batch: Sequence[News[CheckoutExpired]]) -> None:
    """Later listener: guests whose order lapsed unpaid are forgotten after the days of the rule."""
    at = max(news.at for news in batch)
    found = people.guests([news.fact.person_id for news in batch])
    if not found:
        return
    terms = msgspec.convert(rulebook.in_force(RULE, at=at).terms, Terms)
    execute(
        "INSERT INTO guests_unpaid (id, due_at) SELECT id, %s FROM unnest(%s::uuid[]) AS w (id) ORDER BY id "
        "ON CONFLICT (id) DO NOTHING",
        [at + timedelta(days=terms.unpaid_days), sorted(found)],
    )


def forget_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: forget those who have paid nothing at all; who did after all stays as they are."""
    ids = [row["id"] for row in rows]
    gone = orders.forget_unpaid(ids)
    people.forget_guests(gone)
    execute(
        "UPDATE guests_unpaid SET due_at = NULL, forgotten_at = CASE WHEN id = ANY(%s) THEN %s::timestamptz END "
        "WHERE id = ANY(%s)",
        [gone, now, ids],
    )
