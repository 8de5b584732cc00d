"""Asking carriers where a parcel is, for those that do not call by themselves, and for parcels whose label we had made.

A row for each parcel that is asked about: spaced, given up when nothing can come any more. The answer goes through the
inbox as any message of the carrier does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sanhao.kit.keeper import Row
from sanhao.kit.rows import copy_rows, execute
from sanhao.service.delivery.core import ConsignmentDraft
from sanhao.service.delivery.doors import able
from sanhao.service.delivery.signing import secret_of

FIRST_DAYS, OFTEN, SELDOM = timedelta(days=3), timedelta(hours=2), timedelta(hours=6)
"""Every two hours while a promise may hang on the first scan, every six later."""
LONGEST = timedelta(days=45)


def next_after(now: datetime, registered_at: datetime) -> datetime:
    """When it is asked about next: pure."""
    return now + (OFTEN if now - registered_at < FIRST_DAYS else SELDOM)


def begin(drafts: Sequence[ConsignmentDraft], now: datetime) -> None:
    """From now on these parcels are asked about, where their carrier can be asked and would not tell by itself."""
    asked = [d for d in drafts if able(d.carrier, "track") and (d.labelled or not secret_of(d.carrier))]
    copy_rows(
        "delivery_inquiry", ("id", "next_at", "until"), [(d.id, now + OFTEN, now + LONGEST) for d in asked]
    )


def claim(rows: Sequence[Row], now: datetime) -> list[Row]:
    """Of parcels that are due those whose carrier is to be asked now; the others have arrived, or too long ago begun."""
    over = [row["id"] for row in rows if row["state"] in ("delivered", "returned") or row["until"] <= now]
    execute("DELETE FROM delivery_inquiry WHERE id = ANY(%s)", [over])
    asking = [row for row in rows if row["id"] not in set(over) and able(row["carrier"], "track")]
    later = [row for row in rows if row["id"] not in set(over)]
    execute(
        "UPDATE delivery_inquiry i SET next_at = n.at FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) "
        "WHERE i.id = n.id",
        [[row["id"] for row in later], [next_after(now, row["registered_at"]) for row in later]],
    )
    return asking
