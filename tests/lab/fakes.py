"""A guarantee small enough to see through: what is promised arrives by its date, or the freight is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises.api import Cancelled, Delivered, Due, PaidOrder, PromiseNews, Verdict


class Terms(msgspec.Struct, frozen=True):
    by_line: bool = False
    timezone: str = "UTC"


class Facts(msgspec.Struct, frozen=True):
    due_at: datetime
    missing: tuple[str, ...]
    freight: Money | None
    shops: tuple[str, ...]
    arrived_at: datetime | None = None
    cancelled: bool = False


def promise(terms: Terms, order: PaidOrder) -> Sequence[tuple[str, Facts]]:
    if terms.by_line:
        return [
            (line.id, Facts(line.promised_at, (line.id,), line.freight, (line.shop,)))
            for line in order.lines
            if line.promised_at
        ]
    if order.promised_at is None:
        return []
    return [
        ("", Facts(order.promised_at, tuple(line.id for line in order.lines), order.freight, order.shops))
    ]


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    if isinstance(news, Cancelled):
        return msgspec.structs.replace(facts, cancelled=True)
    if isinstance(news, Delivered) and facts.missing:
        missing = tuple(id for id in facts.missing if news.lines and id not in news.lines)
        return msgspec.structs.replace(facts, missing=missing, arrived_at=None if missing else news.at)
    return facts


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    if facts.cancelled:
        return Verdict("void", "cancelled", decided_at=facts.due_at)
    if facts.arrived_at and facts.arrived_at <= facts.due_at:
        return Verdict("kept", "in_time", decided_at=facts.arrived_at)
    if now > facts.due_at:
        return Verdict("broken", "late", facts.shops, facts.freight, "refund", facts.due_at)
    return Verdict("waiting", "not_due")


def due(terms: Terms, facts: Facts) -> Due:
    return Due(facts.due_at, facts.due_at)


ARRIVAL: Any = SimpleNamespace(
    name="late_delivery", title=Text(zh="晚到必赔", en="Arrival"), Terms=Terms, Facts=Facts,
    promise=promise, hear=hear, judge=judge, due=due,
)  # fmt: skip
