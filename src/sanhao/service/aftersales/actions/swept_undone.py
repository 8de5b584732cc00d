"""A shop appealed against what a sweep did to one of its orders, and was right."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.kit.events import News
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter
from sanhao.service.aftersales.actions.swept import CAUSE, goodwill
from sanhao.service.aftersales.book import COLUMNS
from sanhao.service.aftersales.paths import proactive

OWNER = "aftersales.sweep"


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: the shop was right. What the buyer kept without sending it back the platform takes over; a return
    that nobody has posted yet is called off; an order that had not left is not brought back, and its goods are there."""
    at = max(news.at for news in batch)
    ours = [
        news.fact.decision_id
        for news in batch
        if news.fact.kind == proactive.SWEPT
        and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    ]
    if not ours:
        return
    rows = fetch(
        "SELECT id, shop_id, currency, paid_minor, reason, bearer, outcome, case_id, decision_id "
        "FROM aftersales_swept_order WHERE decision_id = ANY(%s) ORDER BY id FOR UPDATE",
        [ours],
    )
    cases = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) AND state = 'to_send' ORDER BY id FOR UPDATE",
        [[row["case_id"] for row in rows if row["case_id"]]],
    )
    enter([Going(row, "withdrawn", note="appeal_granted") for row in cases], now=at)
    wallet.take_over(CAUSE, [row["id"] for row in rows], now=at)
    gone = [
        row
        for row in rows
        if row["outcome"] == "refund"
        and row["reason"] != "unshipped"
        and row["bearer"] == "shop"
        and row["paid_minor"]
    ]
    ledger.credit_shops(
        [
            ledger.Credit(
                key=f"sweep:{row['id']}:overturned",
                kind="sweep.overturned",
                shop_id=row["shop_id"],
                amount_minor=row["paid_minor"],
                currency=row["currency"],
                debit=goodwill(row["currency"]),
                cause_kind=CAUSE,
                cause_id=row["id"],
                decision_id=row["decision_id"],
            )
            for row in gone
        ],
        now=at,
    )
    execute(
        "UPDATE aftersales_swept_order SET bearer = 'platform' WHERE id = ANY(%s)",
        [[row["id"] for row in gone]],
    )
