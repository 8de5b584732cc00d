"""The platform's monthly invoice to each shop for its commission, credit notes already taken off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings

from sanhao.kit.deadline import start_of_day, zone
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.rows import copy_rows, execute, fetch, together


def found_billing(*, now: datetime) -> None:
    """The month that is running will be billed when it is over. Where billing goes on already, nothing changes."""
    with together():
        if not fetch("SELECT 1 FROM settlement_billing LIMIT 1"):
            local = now.astimezone(zone(settings.TIME_ZONE)).date()
            _plan(local.replace(day=1))


def bill_months(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: months that are over. One statement writes the bills of all shops; then the next month is planned."""
    for row in sorted(rows, key=lambda row: row["month"]):  # one, or a few after a long sleep
        _bill(row["month"], now)
        _plan(following(row["month"]))
    execute(
        "UPDATE settlement_billing SET done_at = %s WHERE id = ANY(%s)", [now, [row["id"] for row in rows]]
    )


def _bill(month: date, now: datetime) -> None:
    execute(
        """
        WITH taken AS (
            SELECT shop_id, currency, sum(commission_taken_minor) AS minor, count(*) AS orders FROM settlement_settlement
            WHERE released_at >= %(since)s AND released_at < %(until)s AND commission_taken_minor > 0
            GROUP BY shop_id, currency
        ), back AS (
            SELECT shop_id, currency, sum(amount_minor) AS minor, count(*) AS notes FROM settlement_creditnote
            WHERE at >= %(since)s AND at < %(until)s GROUP BY shop_id, currency
        )
        INSERT INTO settlement_bill (id, number, month, shop_id, currency, taken_minor, given_back_minor, orders, notes,
                                     issued_at)
        SELECT gen_random_uuid(), 'C' || to_char(%(month)s::date, 'YYMM') || '-' || upper(right(md5(shop_id::text || currency), 8)),
               %(month)s, shop_id, currency, coalesce(t.minor, 0), coalesce(b.minor, 0), coalesce(t.orders, 0),
               coalesce(b.notes, 0), %(now)s
        FROM taken t FULL JOIN back b USING (shop_id, currency)
        ON CONFLICT (shop_id, currency, month) DO NOTHING
        """,
        {"month": month, "now": now, "since": start_of_day(month, settings.TIME_ZONE),
         "until": start_of_day(following(month), settings.TIME_ZONE)},
    )  # fmt: skip


def _plan(month: date) -> None:
    if not fetch("SELECT 1 FROM settlement_billing WHERE month = %s", [month]):
        copy_rows(
            "settlement_billing",
            ("id", "month", "due_at"),
            [(new_id(), month, start_of_day(following(month), settings.TIME_ZONE))],
        )


def following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
