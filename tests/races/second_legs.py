"""A world of orders for remote areas, whose hubs behave in every way they can; and what must hold of it afterwards."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.kit import time as kit_time
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.core import Status
from sanhao.service.remote import api as remote
from sanhao.service.remote.core import Goods, Terms
from tests.races import seeding
from tests.races.seeding import Sold, number_of

KEEPERS = (
    "kit.outbox",
    "kit.outbox_retry",
    "delivery.inbox",
    "delivery.sandbox_hub",
    "remote.ending",
    "payments.refunds",
)
LIGHT_G, HEAVY_G = 1_000, 3_000
"""The platform pays ¥6 of the second leg of either; of a heavy one its buyer pays ¥4."""

DUE = """
    SELECT (SELECT count(*) FROM delivery_carrier_message WHERE state = 'new' AND received_at <= %(now)s)
         + (SELECT count(*) FROM delivery_sandbox_hub WHERE call_at <= %(now)s)
         + (SELECT count(*) FROM remote_consolidation WHERE state = 'reserved' AND due_at <= %(now)s)
         + (SELECT count(*) FROM payments_refund WHERE state IN ('requested', 'sent') AND next_try_at <= %(now)s)
         + (SELECT count(*) FROM kit_outbox) + (SELECT count(*) FROM kit_outbox_retry)
"""


def send(*, seed: int, signs: str, each: int) -> dict[str, Any]:
    """*each* orders, whose first legs are signed for by their hub from *signs* on, or turn round, or get lost."""
    from tests.service.remote.stage import a_hub

    rng, first = random.Random(seed), datetime.fromisoformat(signs)
    kit_time.found_world(is_demo=True)
    stages, buyers = seeding.shops(), seeding.buyers(50)
    hub, terms = a_hub(first=600, extra=200), Terms(day_budget_minor={"CNY": each * 600})
    moments = [first + n * timedelta(milliseconds=20) for n in range(each)]
    sold = seeding.sell(stages, buyers, moments, rng)
    for order in sold:
        _reserve(order, hub, terms)
    seeding.label(sold)
    parcels = {
        row["owner_id"]: row["id"]
        for row in fetch("SELECT id, owner_id FROM delivery_consignment WHERE onward <> ''")
    }
    ways = list(delivery.HUB_MISCHIEF)
    for number, (order, at) in enumerate(zip(sold, moments, strict=True)):
        delivery.sandbox_hub_mischief(parcels[order.id], ways[number % len(ways)], now=at)
        _say(order, "picked_up", at - timedelta(hours=20))
        fate: Status | None = rng.choices(("delivered", "return_to_sender", None), (8, 1, 1))[0]
        if fate:
            _say(order, fate, at)
    seeding.tidy()
    return {"orders": len(sold)}


def _reserve(order: Sold, hub: remote.Hub, terms: Terms) -> None:
    heavy = order.freight_minor >= 400
    leg = remote.second_leg(terms, [hub], "CN", "新疆", [Goods("food", HEAVY_G if heavy else LIGHT_G)], "CNY")
    assert leg is not None
    with transaction.atomic():
        remote.reserve([remote.Draft(order.id, order.shop.shop_id, leg)], terms, now=order.paid_at)


def _say(order: Sold, status: Status, at: datetime) -> None:
    body, headers = delivery.sandbox_body(number_of(order.id), status, now=at)
    delivery.receive("sandbox", body, headers, now=at)


_QUERIES = {
    "neither ended nor waited for": "SELECT id FROM remote_consolidation WHERE state = 'reserved'",
    "ended not as its history says": """
        SELECT c.id, c.state, array_agg(h.target ORDER BY h.id) AS moves FROM remote_consolidation c
        LEFT JOIN kit_history h ON h.subject_id = c.id AND h.subject = 'consolidation' GROUP BY c.id
        HAVING array_agg(h.target::text ORDER BY h.target DESC) <> CASE c.state WHEN 'borne' THEN ARRAY['freed', 'borne'] ELSE ARRAY[c.state::text] END""",
    "paid not exactly once": """
        SELECT c.id, c.state, count(e.id) AS entries FROM remote_consolidation c
        LEFT JOIN ledger_entry e ON e.cause_id = c.id AND e.kind = 'order.second_leg' GROUP BY c.id
        HAVING count(e.id) <> CASE WHEN c.state IN ('spent', 'borne') THEN 1 ELSE 0 END""",
    "paid without a second leg that its courier had, or not paid with one": """
        SELECT c.id, c.state FROM remote_consolidation c
        LEFT JOIN delivery_consignment d ON d.owner_id = c.id AND d.before_id IS NOT NULL
        WHERE (c.state IN ('spent', 'borne')) <> (d.collected_at IS NOT NULL)""",
    "given up not by exactly one decision": """
        SELECT c.id, c.state, count(d.id) AS decisions FROM remote_consolidation c
        LEFT JOIN decisions_decision d ON d.subject_id = c.id AND d.kind = 'second_leg.unused' GROUP BY c.id
        HAVING count(d.id) <> CASE WHEN c.state IN ('freed', 'borne') THEN 1 ELSE 0 END""",
    "the buyer's part not back exactly where it was given up": """
        SELECT c.id, c.state, c.buyer_minor, o.refunded_minor FROM remote_consolidation c JOIN orders_order o ON o.id = c.id
        WHERE o.refunded_minor <> CASE WHEN c.state IN ('freed', 'borne') THEN c.buyer_minor ELSE 0 END""",
    "refunds that are not done": "SELECT id, state FROM payments_refund WHERE state <> 'done'",
    "set aside": "SELECT keeper, row_id, error FROM kit_set_aside",
}


def findings() -> dict[str, list[str]]:
    """Every breach, by name."""
    found: dict[str, list[Any]] = {name: fetch(sql) for name, sql in _QUERIES.items()}
    audit = ledger.audit()
    found["the ledger"] = [] if audit.sound else [audit]
    found["held for orders otherwise than booked"] = list(settlement.mismatches().items())
    found["budgets that do not add up"] = list(remote.mismatches().items())
    [owed] = fetch(
        "SELECT coalesce(sum(price_minor), 0)::int AS n FROM remote_consolidation WHERE state IN ('spent', 'borne')"
    )
    booked = -ledger.balance(ledger.Ref("carrier_fees", "sandbox", "CNY")).minor
    found["owed to the hub's courier"] = [] if owed["n"] == booked else [(owed["n"], booked)]
    return {name: [str(row) for row in rows[:5]] for name, rows in found.items() if rows}


def ends() -> dict[str, int]:
    rows: Sequence[dict[str, Any]] = fetch(
        "SELECT state, count(*)::int AS n FROM remote_consolidation GROUP BY state"
    )
    return {row["state"]: row["n"] for row in rows}
