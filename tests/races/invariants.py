"""What must hold of any world, whoever raced in it and whatever was killed: `findings` names every breach."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.rows import fetch

_QUERIES = {
    "due and not settled": """
        SELECT id, kind, settle_at FROM promises_promise
        WHERE state = 'open' AND settle_at <= %(now)s OR cancel_at <= %(now)s""",
    "settled not exactly once": """
        SELECT p.id, p.kind, p.state, count(h.id) AS times FROM promises_promise p
        LEFT JOIN kit_history h ON h.subject_id = p.id AND h.subject = 'promise' AND h.source = 'open'
        GROUP BY p.id HAVING count(h.id) <> CASE WHEN p.state = 'open' THEN 0 ELSE 1 END""",
    "broken without exactly one decision, or decided without being broken": """
        SELECT p.id, p.kind, p.state, count(d.id) AS decisions FROM promises_promise p
        LEFT JOIN decisions_decision d ON d.subject_kind = 'promise' AND d.subject_id = p.id
        GROUP BY p.id
        HAVING count(d.id) <> CASE WHEN p.state IN ('broken', 'review', 'reversed') THEN 1 ELSE 0 END""",
    "owed and not exactly one coupon of that sum": """
        SELECT p.id, p.owed_minor, count(c.id) AS coupons, sum(c.amount_minor) AS given FROM promises_promise p
        LEFT JOIN wallet_coupon c ON c.source_kind = 'promise' AND c.source_id = p.id
        WHERE p.kind = 'late_shipment'
        GROUP BY p.id
        HAVING (count(c.id), coalesce(sum(c.amount_minor), 0)) IS DISTINCT FROM
               (CASE WHEN p.owed_minor > 0 THEN 1 ELSE 0 END, coalesce(p.owed_minor, 0))""",
    "charged not exactly once for a coupon": """
        SELECT p.id, p.owed_minor, count(e.id) AS entries FROM promises_promise p
        LEFT JOIN ledger_entry e ON e.key = 'promise:' || p.id
        WHERE p.kind = 'late_shipment'
        GROUP BY p.id HAVING count(e.id) <> CASE WHEN p.owed_minor > 0 THEN 1 ELSE 0 END""",
    "cancelled and not everything back": """
        SELECT o.id, o.total_minor, o.refunded_minor FROM orders_order o
        WHERE o.state = 'cancelled' AND o.refunded_minor <> o.total_minor
          AND NOT EXISTS (SELECT 1 FROM promises_promise p  -- the goods had arrived when the shop cancelled them
                          WHERE p.order_id = o.id AND p.kind = 'non_delivery' AND p.state = 'kept')""",
    "given back otherwise than asked for": """
        WITH asked AS (
            SELECT r.payment_id, sum(r.amount_minor) AS amount FROM payments_refund r GROUP BY 1
        ), paid_out AS (
            SELECT charge_id, sum(amount_minor) AS amount FROM payments_sandboxrefund GROUP BY 1
        ), due AS (
            SELECT p.id, p.refunded_minor, sum(o.refunded_minor) AS of_orders FROM payments_payment p
            JOIN orders_order o ON o.checkout_id = p.subject_id AND o.paid_at IS NOT NULL
            WHERE p.state = 'paid' GROUP BY p.id
        )
        SELECT d.*, a.amount AS asked, s.amount AS paid_out FROM due d
        LEFT JOIN asked a ON a.payment_id = d.id LEFT JOIN paid_out s ON s.charge_id = d.id
        WHERE d.of_orders <> d.refunded_minor OR d.refunded_minor <> coalesce(a.amount, 0)
           OR d.refunded_minor <> coalesce(s.amount, 0)""",
    "refunds on their way, or refused": "SELECT id, state, reason FROM payments_refund WHERE state <> 'done'",
    "escrow holds otherwise than its orders": """
        WITH back AS (
            SELECT coalesce(p.order_id, r.cause_id) AS order_id, sum(r.amount_minor) AS amount FROM payments_refund r
            LEFT JOIN promises_promise p ON r.cause_kind = 'promise' AND p.id = r.cause_id
            WHERE p.kind IS DISTINCT FROM 'late_delivery' GROUP BY 1
        ), held AS (  -- what a late delivery gives back was first paid in by whoever is at fault
            SELECT o.shop_id, sum(o.total_minor + o.coupon_minor - coalesce(b.amount, 0)) AS amount
            FROM orders_order o LEFT JOIN back b ON b.order_id = o.id WHERE o.paid_at IS NOT NULL GROUP BY 1
        )
        SELECT h.shop_id, h.amount AS held, -coalesce(sum(p.amount_minor), 0) AS booked FROM held h
        LEFT JOIN ledger_account a ON a.code = 'escrow' AND a.holder = h.shop_id::text
        LEFT JOIN ledger_posting p ON p.account_id = a.id
        GROUP BY h.shop_id, h.amount HAVING h.amount <> -coalesce(sum(p.amount_minor), 0)""",
    "coupons worth otherwise than booked": """
        SELECT * FROM (
            SELECT (SELECT coalesce(sum(amount_minor), 0) FROM wallet_coupon WHERE state IN ('active', 'reserved')) AS held,
                   (SELECT -coalesce(sum(p.amount_minor), 0) FROM ledger_posting p
                    JOIN ledger_account a ON a.id = p.account_id WHERE a.code = 'coupons') AS booked
        ) c WHERE held <> booked""",
    "shops overdrawn": "SELECT code, holder, balance_minor FROM ledger_account WHERE kind = 'liability' AND balance_minor > 0",
    "facts never told": "SELECT id, name FROM kit_outbox",
    "facts that somebody could not hear": "SELECT name, listener, error FROM kit_outbox_retry",
    "rows set aside": "SELECT keeper, row_id, error FROM kit_set_aside",
    "carriers' messages not read": "SELECT id FROM delivery_carrier_message WHERE state = 'new' AND received_at <= %(now)s",
    "buyers not told": """
        SELECT p.id FROM promises_promise p LEFT JOIN notices_notice n
          ON n.subject_id = p.decision_id AND n.topic = 'promise.broken' AND n.person_id = p.person_id
        WHERE p.state = 'broken' GROUP BY p.id HAVING count(n.id) <> 1""",
}  # fmt: skip


def findings(*, now: datetime) -> dict[str, list[str]]:
    """Every breach by name, a few examples each; empty when all is well."""
    found: dict[str, list[Any]] = {name: fetch(sql, {"now": now}) for name, sql in _QUERIES.items()}
    audit = ledger.audit()
    found["the ledger"] = [] if audit.sound else [audit]
    found["held for orders otherwise than booked"] = list(settlement.mismatches().items())
    found["decided otherwise when judged again"] = list(decisions.rejudge_all())
    return {name: [str(row) for row in rows[:5]] for name, rows in found.items() if rows}


_OF_SETTLEMENT = {
    "due and not released": "SELECT id FROM settlement_settlement WHERE state = 'held' AND holds = 0 AND release_at <= %(now)s",
    "released not exactly once": """
        SELECT s.id, s.state, count(h.id) AS times FROM settlement_settlement s
        LEFT JOIN kit_history h ON h.subject = 'settlement' AND h.subject_id = s.id AND h.target = 'released'
        GROUP BY s.id HAVING count(h.id) <> CASE WHEN s.released_at IS NULL THEN 0 ELSE 1 END""",
    "released and not booked exactly once": """
        SELECT s.id, count(e.id) AS entries FROM settlement_settlement s
        LEFT JOIN ledger_entry e ON e.key = 'settlement:' || s.id || ':released'
        GROUP BY s.id HAVING count(e.id) <> CASE WHEN s.released_minor > 0 THEN 1 ELSE 0 END""",
    "payouts on their way": "SELECT id, state FROM settlement_payout WHERE state IN ('drafted', 'sent') AND next_try_at <= %(now)s",
    "sent not exactly once, or another sum": """
        SELECT p.id, p.state, p.amount_minor, t.amount_minor AS sent FROM settlement_payout p
        LEFT JOIN settlement_sandboxtransfer t ON t.id = p.id
        WHERE p.state <> 'drafted' AND t.amount_minor IS DISTINCT FROM p.amount_minor""",
    "sent by nobody": "SELECT id FROM settlement_sandboxtransfer t WHERE NOT EXISTS (SELECT 1 FROM settlement_payout p WHERE p.id = t.id)",
    "paid out otherwise than booked": """
        SELECT * FROM (
            SELECT (SELECT coalesce(sum(amount_minor), 0) FROM settlement_payout WHERE state = 'paid') AS paid,
                   (SELECT -coalesce(sum(p.amount_minor), 0) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                    JOIN ledger_entry e ON e.id = p.entry_id
                    WHERE a.code = 'bank' AND e.kind IN ('payout.paid', 'payout.returned')) AS booked
        ) b WHERE paid <> booked""",
    "escrow keeps what was released": """
        SELECT a.holder, sum(p.amount_minor) AS booked FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
        WHERE a.code = 'escrow' AND NOT EXISTS (SELECT 1 FROM settlement_settlement s
                                                WHERE s.shop_id::text = a.holder AND s.state = 'held')
        GROUP BY a.holder HAVING sum(p.amount_minor) <> 0""",
    **{name: _QUERIES[name] for name in ("shops overdrawn", "facts never told", "facts that somebody could not hear", "rows set aside")},
}  # fmt: skip


def of_settlement(*, now: datetime) -> dict[str, list[str]]:
    """Every breach in the money of shops, by name."""
    found: dict[str, list[Any]] = {name: fetch(sql, {"now": now}) for name, sql in _OF_SETTLEMENT.items()}
    audit = ledger.audit()
    found["the ledger"] = [] if audit.sound else [audit]
    found["held for orders otherwise than booked"] = list(settlement.mismatches().items())
    return {name: [str(row) for row in rows[:5]] for name, rows in found.items() if rows}


def figures() -> dict[str, int]:
    """What happened, for the summary and to show that it was not nothing."""
    [row] = fetch(
        """
        SELECT count(*) FILTER (WHERE state <> 'open') AS settled,
               count(*) FILTER (WHERE state = 'kept') AS kept,
               count(*) FILTER (WHERE state IN ('broken', 'review', 'reversed')) AS broken,
               count(*) FILTER (WHERE state = 'void') AS void,
               (SELECT count(*) FROM wallet_coupon) AS coupons,
               (SELECT count(*) FROM payments_refund) AS refunds,
               (SELECT count(*) FROM orders_order WHERE state = 'cancelled') AS cancelled
        FROM promises_promise
        """
    )
    return {name: int(count) for name, count in row.items()}
