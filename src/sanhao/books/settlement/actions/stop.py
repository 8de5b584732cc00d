"""The platform stops an order's money by hand, saying why, and lets it go again. Each stop is a decision the shop may
appeal; if it falls, the money is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.settlement.actions.hold import hold, lift
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.kit.two_people import check_reason
from sanhao.people.api import require_role

NAME, KIND, OWNER = "platform", "settlement.stop", "settlement"
TITLE = Text(zh="货款暂停结算", en="Money stopped")
ROLES = ("admin", "arbiter", "finance")
_APPEAL = timedelta(days=30)


@transaction.atomic
def stop_money(order_id: UUID, reason: str, *, by: UUID, now: datetime) -> UUID:
    """Nothing of this order is released while this stands; returns the decision. Raises Forbidden, NotFound, Invalid,
    Refusal ``stop.released`` where there is nothing left to stop, ``stop.once``."""
    require_role(by, *ROLES)
    words = check_reason(reason, "stop.reason")
    rows = fetch(
        "SELECT number, shop_id, currency, held_minor FROM settlement_settlement WHERE id = %s FOR UPDATE",
        [order_id],
    )
    if not rows:
        raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
    row = rows[0]
    if fetch(
        "SELECT 1 FROM settlement_hold WHERE settlement_id = %s AND name = %s AND lifted_at IS NULL",
        [order_id, NAME],
    ):
        raise Refusal("stop.once", zh="这笔货款已经被冻结。", en="This money is stopped already.")
    said = Text(zh=f"平台冻结：{words}", en=f"Stopped by the platform: {words}")
    if not hold([order_id], NAME, reason=said, now=now):
        raise Refusal("stop.released", zh="这笔货款已经结清，没有可冻结的。",
                      en="This order's money has been released: there is nothing to stop.")  # fmt: skip
    id = new_id()
    decisions.record(
        [
            decisions.DecisionDraft(
                id=id,
                key=f"stop:{id}",
                kind=KIND,
                subject_kind="order",
                subject_id=order_id,
                rule_id=None,
                facts=msgspec.json.encode(
                    {"number": row["number"], "reason": words, "held_minor": row["held_minor"]}
                ).decode(),
                verdict='{"outcome":"stopped"}',
                effect_minor=row["held_minor"],
                currency=row["currency"],
                text=said,
                shop_id=row["shop_id"],
                person_id=None,
                decided_at=now,
                appeal_until=now + _APPEAL,
                automatic=False,
                decided_by=by,
            )
        ]
    )
    return id


@transaction.atomic
def free_money(order_id: UUID, *, by: UUID, now: datetime) -> None:
    """The platform's own hold ends. Raises Forbidden, Refusal ``stop.none``."""
    require_role(by, *ROLES)
    if not lift([order_id], NAME, now=now):
        raise Refusal("stop.none", zh="平台没有冻结这笔货款。", en="The platform does not hold this money.")


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: a stop that fell no longer holds anything. Once."""
    at = max(news.at for news in batch)
    orders = [
        news.fact.subject_id
        for news in batch
        if news.fact.kind == KIND and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    ]
    if orders:
        lift(orders, NAME, now=at)
