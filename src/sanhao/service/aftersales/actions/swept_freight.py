"""What a sweep had the buyer send back is there: the shop pays what sending it cost."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.events import News
from sanhao.kit.ids import derived_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales.actions.swept import CAUSE
from sanhao.service.aftersales.events import CaseMoved
from sanhao.service.aftersales.paths import proactive


@transaction.atomic
def pay_freight(batch: Sequence[News[CaseMoved]]) -> None:
    """Later listener: what a sweep had the buyer send back is there. What that is taken to cost is the shop's, and since no
    payment of the buyer's covers it, it is a coupon without a threshold. Once."""
    at = max(news.at for news in batch)
    rows = fetch(
        # What a courier collected at the door, or took under a label, cost the buyer nothing.
        "SELECT s.id, s.shop_id, s.person_id, s.currency, s.decision_id FROM aftersales_swept_order s "
        "JOIN aftersales_case c ON c.id = s.case_id "
        "WHERE s.case_id = ANY(%s) AND c.pickup <> 'collected' AND c.label <> 'used' ORDER BY s.id FOR UPDATE OF s",
        [[news.fact.case_id for news in batch if news.fact.state == "refunded"]],
    )
    decided = decisions.decisions([row["decision_id"] for row in rows])
    owed: dict[UUID, Money] = {}
    for row in rows:
        verdict = msgspec.convert(decided[row["decision_id"]].verdict, proactive.Verdict)
        if isinstance(verdict.freight, Money):
            owed[row["id"]] = verdict.freight
    paid = ledger.posted([_freight_key(id) for id in owed])
    fresh = [row for row in rows if row["id"] in owed and _freight_key(row["id"]) not in paid]
    charged = {
        one.key: one
        for one in ledger.charge_shops(
            [
                ledger.Charge(
                    key=_freight_key(row["id"]),
                    kind="sweep.freight",
                    shop_id=row["shop_id"],
                    amount_minor=owed[row["id"]].minor,
                    currency=row["currency"],
                    credit=wallet.coupons_account(row["currency"]),
                    cause_kind=CAUSE,
                    cause_id=row["id"],
                    decision_id=row["decision_id"],
                )
                for row in fresh
            ],
            now=at,
        )
    }
    wallet.grant(
        [_freight_coupon(row, owed[row["id"]], charged[_freight_key(row["id"])]) for row in fresh], now=at
    )


def _freight_key(id: UUID) -> str:
    return f"sweep:{id}:freight"


def _freight_coupon(row: Row, amount: Money, part: ledger.Charged) -> wallet.CouponGrant:
    return wallet.CouponGrant(
        id=derived_id(row["id"], "freight"),
        person_id=row["person_id"],
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=_FREIGHT,
        source_kind=CAUSE,
        source_id=row["id"],
        shop_id=row["shop_id"],
        from_balance=part.from_balance,
        from_deposit=part.from_deposit,
        advanced=part.advanced,
        decision_id=row["decision_id"],
    )


_FREIGHT = Text(zh="退货运费补偿", en="For sending it back")
