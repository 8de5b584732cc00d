"""Buyers are reminded of what they owe, as often as the terms say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute
from sanhao.service.aftersales.debts import RULE, Terms, debts_with
from sanhao.service.aftersales.events import DebtChanged

_LOOK_AGAIN = timedelta(days=1)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def remind(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: debts that were never looked at, or of which somebody is to be reminded. While the case is looked at again,
    nothing is said."""
    views = {view.id: view for view in debts_with([row["id"] for row in rows])}
    terms = _terms(now)
    told, counts, moments = [], [], []
    for row in rows:
        view = views.get(row["id"])
        count, at = row["reminded"], None
        if view is not None:
            due = terms.next_after(count, view.since)
            if due is not None and due <= now and not view.reopened:
                told.append(view)
                count, due = count + 1, terms.next_after(count + 1, view.since)
            elif due is not None and due <= now:
                due = now + _LOOK_AGAIN
            at = due
        counts.append(count)
        moments.append(at or _NEVER)
    execute(
        "UPDATE aftersales_advance a SET reminded = w.n, remind_at = w.at "
        "FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS w (id, n, at) WHERE a.id = w.id AND a.state = 'owed'",
        [[row["id"] for row in rows], counts, moments],
    )
    events.emit(
        [
            DebtChanged(
                one.case_id, one.order_id, one.person_id, "reminded", one.left.minor, one.left.currency
            )
            for one in told
        ],
        at=now,
    )


def _terms(at: datetime) -> Terms:
    try:
        return msgspec.convert(rulebook.in_force(RULE, at=at).terms, Terms)
    except LookupError:
        return Terms()
