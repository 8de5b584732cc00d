"""What would be promised about goods that nobody has bought yet: the same judges, asked ahead, for the price tag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.service.promises.book import THE_END, rule_key, terms_of
from sanhao.service.promises.core import Line, PaidOrder, Remedy
from sanhao.service.promises.kinds import late_shipment


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


def offered(wishes: Sequence[Wish], *, now: datetime) -> list[Offered | None]:
    """For each wish what timely shipping would promise if it were paid for at *now*; None where it promises nothing.

    One query, however many wishes.
    """
    try:
        rule = rulebook.in_force(rule_key(late_shipment.name), at=now)
    except LookupError:
        return [None] * len(wishes)
    terms = terms_of(rule.id, late_shipment.name)
    return [_offered(terms, _as_if_paid(wish, now)) for wish in wishes]


def _offered(terms: late_shipment.Terms, order: PaidOrder) -> Offered | None:
    for _, facts in late_shipment.promise(terms, order):
        verdict = late_shipment.judge(terms, facts, THE_END)
        if verdict.outcome == "broken":
            return Offered(late_shipment.due(terms, facts).due_at, verdict.owed, verdict.remedy)
    return None


def _as_if_paid(wish: Wish, now: datetime) -> PaidOrder:
    line = Line(id="-", shop="-", paid=wish.goods, special=wish.special)
    return PaidOrder(
        id="-", currency=wish.goods.currency, bought_at=now, paid_at=now, lines=(line,), goods=wish.goods,
        freight=None, paid=wish.goods, ship_hours=wish.ship_hours, presale_ships_by=wish.presale_ships_by,
    )  # fmt: skip
