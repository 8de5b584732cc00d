"""The mail that confirms a payment, once for a checkout, to everybody who pays: owed when it is paid, sent by a keeper.

A keeper claims what is due in its transaction and sends once that is committed. Killed before, nothing was sent and the
row is due; killed after, the row falls due again, and what may be sent a second time carries the same Message-ID, by which
mailboxes know it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from sanhao.kit.events import News
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute
from sanhao.service.guests import mails
from sanhao.service.orders.events import OrderPaid

log = logging.getLogger("sanhao.guests")
_AGAIN, _TRIES = timedelta(minutes=10), 12
"""Each time twice as late, so that a mail server may be away for more than a week."""


def owe(batch: Sequence[News[OrderPaid]]) -> None:
    """Later listener: a confirmation is owed for each checkout. Told of again, or of each of its orders, it is one."""
    at = min(news.at for news in batch)
    execute(
        "INSERT INTO guests_confirmation (id, owed_at, due_at, tries) "
        "SELECT DISTINCT id, %(now)s::timestamptz, %(now)s::timestamptz, 0 FROM unnest(%(ids)s::uuid[]) AS w (id) "
        "ORDER BY id ON CONFLICT (id) DO NOTHING",
        {"now": at, "ids": [news.fact.checkout_id for news in batch]},
    )


def send_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: claim them, and send when that is committed."""
    execute(
        "UPDATE guests_confirmation t SET tries = t.tries + 1, due_at = w.due "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS w (id, due) WHERE t.id = w.id",
        [[row["id"] for row in rows], [_next(row["tries"], now) for row in rows]],
    )
    transaction.on_commit(partial(_send, [row["id"] for row in rows], now))


def _next(tries: int, now: datetime) -> datetime | None:
    return now + _AGAIN * 2**tries if tries + 1 < _TRIES else None


def _send(ids: Sequence[UUID], now: datetime) -> None:
    """One after the other, each noted at once: one that fails is tried again and keeps back none."""
    for id, confirmation in mails.confirmations(ids, now=now).items():
        try:
            confirmation.send()
        except Exception:
            log.exception("the confirmation of %s could not be sent; trying later", id)
            continue
        _sent(id, now)


def _sent(id: UUID, now: datetime) -> None:
    execute(
        "UPDATE guests_confirmation SET sent_at = %s, due_at = NULL WHERE id = %s AND sent_at IS NULL",
        [now, id],
    )
