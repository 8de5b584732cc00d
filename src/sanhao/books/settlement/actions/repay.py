"""The platform had paid a refund ahead, and the shop has the goods now: the order's escrow gives it back.

What the buyer got was covered when it was paid, so the sale still stood. This is the moment it is lost to the shop: out of
what is held, or charged as after any release, with the commission's share.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sanhao.books.ledger import api as ledger
from sanhao.books.ledger.api import EntryDraft, Ref
from sanhao.books.settlement.actions.draw import draw, lock
from sanhao.books.settlement.core import Draw, Repay
from sanhao.kit.ids import new_id
from sanhao.kit.rows import together


def repay(repays: Sequence[Repay], *, now: datetime) -> None:
    """Pay each claim out of its order's escrow, in the caller's transaction. A key that was served breaks the batch."""
    wanted = [one for one in repays if one.amount_minor]
    if not wanted:
        return
    with together():
        rows = lock([one.order_id for one in wanted])
        draw(
            [
                Draw(
                    one.key,
                    one.order_id,
                    one.amount_minor,
                    one.cause_kind,
                    one.cause_id,
                    one.decision_id,
                    one.freight_minor,
                )
                for one in wanted
            ],
            now=now,
        )
        entries = []
        for one in wanted:
            row = rows[one.order_id]
            escrow = Ref("escrow", str(row["shop_id"]), row["currency"])
            lines = ((escrow, one.amount_minor), (Ref(*one.claim), -one.amount_minor))
            entries.append(
                EntryDraft(
                    new_id(),
                    one.key,
                    "settlement.repaid",
                    now,
                    row["currency"],
                    lines,
                    one.cause_kind,
                    one.cause_id,
                    one.decision_id,
                )
            )
        ledger.post(entries)
