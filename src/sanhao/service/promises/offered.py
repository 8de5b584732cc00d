"""What would be promised about goods that nobody has bought yet: the same judges, asked ahead, for the price tag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.service.promises.book import THE_END, rule_key, terms_of
from sanhao.service.promises.core import Line, PaidOrder, Remedy
from sanhao.service.promises.kinds import KINDS


class Wish(msgspec.Struct, frozen=True):
    """Goods as they would be paid for now, at one shop."""

    goods: Money
    ship_hours: int | None = None
    presale_ships_by: datetime | None = None
    special: str = ""


class Offered(msgspec.Struct, frozen=True):
    """Until when the shop would have to act, and what follows if it does not (*owed* None: cannot be said ahead)."""

    due_at: datetime
    owed: Money | None
    remedy: Remedy


def offered(
    wishes: Sequence[Wish], *, now: datetime, kind_name: str = "late_shipment"
) -> list[Offered | None]:
    """For each wish what *kind_name* would promise if it were paid for at *now*; None where it promises nothing.

    One query, however many wishes.
    """
    try:
        rule = rulebook.in_force(rule_key(kind_name), at=now)
    except LookupError:
        return [None] * len(wishes)
    kind, terms = KINDS[kind_name], terms_of(rule.id, kind_name)
    found: list[Offered | None] = []
    for wish in wishes:
        made = kind.promise(terms, _as_if_paid(wish, now))
        verdict = due = None
        if made:
            due = kind.due(terms, made[0][1])
            verdict = kind.judge(terms, made[0][1], THE_END)
        broken = verdict is not None and due is not None and verdict.outcome == "broken"
        found.append(
            Offered(due.due_at, verdict.owed, verdict.remedy) if broken and due and verdict else None
        )
    return found


def _as_if_paid(wish: Wish, now: datetime) -> PaidOrder:
    line = Line(id="-", shop="-", paid=wish.goods, special=wish.special)
    return PaidOrder(
        id="-", currency=wish.goods.currency, bought_at=now, paid_at=now, lines=(line,), goods=wish.goods,
        freight=None, paid=wish.goods, ship_hours=wish.ship_hours, presale_ships_by=wish.presale_ships_by,
    )  # fmt: skip
