"""What the tables of cases are written with: one order, moments counted in hours from its payment."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import msgspec

from sanhao.kit.money import Money
from sanhao.service.promises.core import (
    Answered,
    AnyKind,
    Cancelled,
    Claimed,
    Collected,
    DelayAgreed,
    Delivered,
    Excused,
    Extended,
    Line,
    PaidOrder,
    PromiseNews,
    Registered,
    Share,
    Split,
    Tracked,
    Verdict,
    What,
)
from tests.conftest import T0


def h(hours: float) -> datetime:
    """*hours* after payment (Monday 2 March 2026, 10:00 in Shanghai)."""
    return T0 + timedelta(hours=hours)


def order(**changes: Any) -> PaidOrder:
    """Two lines of the shop "pea", ¥120 and ¥80 paid, ¥12 freight, arrival promised a week after payment."""
    plain = PaidOrder(
        id="o1",
        currency="CNY",
        bought_at=h(0),
        paid_at=h(0),
        lines=(
            Line("a", "pea", 1, Money(120_00, "CNY"), Money(700, "CNY")),
            Line("b", "pea", 2, Money(80_00, "CNY"), Money(500, "CNY")),
        ),
        goods=Money(200_00, "CNY"),
        freight=Money(12_00, "CNY"),
        paid=Money(212_00, "CNY"),
        promised_at=h(168),
        country="CN",
        region="Zhejiang",
        buyer="ming",
    )
    return msgspec.structs.replace(plain, **changes)


def of_paid(minor: int | None, currency: str = "CNY", **changes: Any) -> PaidOrder:
    """One line for *minor* units."""
    paid = None if minor is None else Money(minor, currency)
    return order(lines=(Line("a", "pea", 1, paid),), goods=paid, currency=currency, **changes)


def collected(at: float, received: float | None = None, *lines: str, shop: str = "") -> Collected:
    return Collected(h(at), h(at if received is None else received), shop, lines)


def delivered(at: float, received: float | None = None, *lines: str) -> Delivered:
    return Delivered(h(at), h(at if received is None else received), lines)


def cancelled(at: float | None, by: Any = "shop") -> Cancelled:
    return Cancelled(None if at is None else h(at), by)


def delay(proposed: float, agreed: float, until: float) -> DelayAgreed:
    return DelayAgreed(h(proposed), h(agreed), h(until))


def excused(at: float, cause: str) -> Excused:
    return Excused(h(at), cause)


def extended(announced: float, starts: float, until: float) -> Extended:
    return Extended(h(announced), h(starts), h(until))


def registered(at: float, parcel: str = "p", *lines: str) -> Registered:
    return Registered(h(at), parcel, lines)


def tracked(at: float, received: float | None = None, parcel: str = "p") -> Tracked:
    return Tracked(h(at), h(at if received is None else received), parcel)


def claimed(at: float, **what: Any) -> Claimed:
    """A claim with all the evidence any guarantee asks for, unless *what* says otherwise."""
    proof: dict[str, Any] = {"photos": 2, "records": 1, "recorded_on": h(at).date()}
    return Claimed(h(at), **(proof | what))


def answered(at: float, granted: bool = True, **what: Any) -> Answered:
    return Answered(h(at), granted=granted, **what)


def one(minor: int = 100_00, quantity: int = 1, **changes: Any) -> PaidOrder:
    """One line of *quantity* units for *minor* in all, of the shop "pea", ¥10 freight."""
    line = Line("a", "pea", quantity, Money(minor, "CNY"), Money(10_00, "CNY"), **changes)
    return order(lines=(line,), goods=Money(minor, "CNY"), freight=Money(10_00, "CNY"))


def shares(*parts: tuple[str, int] | tuple[str, int, What]) -> Split:
    """(payer, minor units, what) each; goods unless said."""
    return tuple(Share(part[0], Money(part[1], "CNY"), *part[2:]) for part in parts)


def facts_of(kind: AnyKind, terms: Any, paid_order: PaidOrder, *news: PromiseNews) -> Any:
    """The facts of the only promise *kind* makes about the order, after *news*."""
    [(_, facts)] = kind.promise(terms, paid_order)
    return reduce(lambda known, fact: kind.hear(terms, known, fact), news, facts)


def judged(
    kind: AnyKind, terms: Any, paid_order: PaidOrder, *news: PromiseNews, now: float = 9999
) -> Verdict:
    return kind.judge(terms, facts_of(kind, terms, paid_order, *news), h(now))


def survives_json(kind: AnyKind, terms: Any, facts: Any, verdict: Verdict) -> None:
    """Stored facts are judged again: what comes back must be what went in."""
    for thing, form in ((terms, kind.Terms), (facts, kind.Facts), (verdict, Verdict)):
        assert msgspec.json.decode(msgspec.json.encode(thing), type=form) == thing
    again = msgspec.json.decode(msgspec.json.encode(facts), type=kind.Facts)
    assert kind.judge(terms, again, h(9999)) == kind.judge(terms, facts, h(9999))
