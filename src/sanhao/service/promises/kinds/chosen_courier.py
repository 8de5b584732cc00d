"""The chosen courier brings it, or the freight comes back (自选快递). The rule this file keeps, in words:

1. A buyer who chose a courier at checkout gets that one: every parcel of the order is collected by it. Where the shop
   chooses, nothing is promised.
2. The first scan that a carrier makes of a parcel shows whose hands it is in; a label alone does not. If one parcel is
   in another's hands the promise is broken there and then, whatever becomes of the others: once an order.
3. The freight goes back, with what was paid on top for the choice (or that part alone: a term), as far as it has not
   gone back for another reason. The shop pays. Freight that was free gives nothing back, the promise is broken all
   the same.
4. It does not apply (void) to what was cancelled before, to force majeure, or through the buyer's fault.

Source: a platform's dispute rules, by which a seller who agreed on a carrier and used another gives the freight back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.promises.core import (
    EVER,
    NEVER,
    Cancelled,
    Collected,
    CollectedBy,
    Courier,
    Delivered,
    Dropped,
    Due,
    Excused,
    FreightBack,
    PaidOrder,
    PromiseNews,
    Remedy,
    Scope,
    Verdict,
)
from sanhao.service.promises.dropping import drop
from sanhao.service.promises.phrases import VOID_FOR_SHOP, charged, compensated, void
from sanhao.service.promises.scans import Scans, add, concerns, earlier, scan_of

name = "chosen_courier"
title = Text(zh="自选快递，换了退运费", en="The courier you chose, or the freight back")


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    gives: Literal["freight", "surcharge"] = "freight"
    remedy: Remedy = "refund"
    excused_by: tuple[str, ...] = ("force_majeure", "buyer_fault")


class LineFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line, and when it was handed over: by a carrier's scan, or by what a delivery proves."""

    id: str
    shop: str
    handed: Scans = ()


class ParcelFact(msgspec.Struct, frozen=True):
    """Whose hands a parcel is in, and since when we know."""

    heard_at: datetime
    parcel: str
    courier: Courier
    shop: str = ""


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    chosen: Courier
    lines: tuple[LineFact, ...]
    freight: Money | None = None
    surcharge: Money | None = None
    start_at: datetime | None = None
    parcels: tuple[ParcelFact, ...] = ()
    cancelled: Cancelled | None = None
    excused: tuple[Excused, ...] = ()
    freight_back: Money | None = None


def scope(terms: Terms) -> Scope:
    return "order"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    if order.courier is None or not order.lines:
        return []
    lines = tuple(LineFact(line.id, line.shop) for line in order.lines)
    start_at = order.paid_at or order.bought_at
    return [("", Facts(order.courier, lines, order.freight, order.surcharge, start_at))]


def under(terms: Terms, facts: Facts) -> Facts:
    return facts


def due(terms: Terms, facts: Facts) -> Due:
    return Due(NEVER, NEVER)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    match news:
        case CollectedBy():
            return replace(facts, parcels=_known(facts.parcels, news))
        case Delivered(hub=True):
            return facts
        case Collected() | Delivered():
            scan = scan_of(news, facts.start_at or EVER)
            lines = [
                replace(line, handed=add(line.handed, scan)) if concerns(news, line.id, line.shop) else line
                for line in facts.lines
            ]
            return replace(facts, lines=tuple(lines))
        case Dropped():
            return drop(facts, news)
        case Cancelled():
            return replace(facts, cancelled=earlier(facts.cancelled, news))
        case Excused():
            excused = sorted({*facts.excused, news}, key=lambda each: (each.at, each.cause))
            return replace(facts, excused=tuple(excused))
        case FreightBack():
            return replace(facts, freight_back=news.amount)
    return facts


def _known(parcels: tuple[ParcelFact, ...], news: CollectedBy) -> tuple[ParcelFact, ...]:
    """With *news*; what is told again counts from when it was first heard."""
    told = ParcelFact(news.received_at, news.parcel, news.courier, news.shop)
    same = [p for p in parcels if (p.parcel, p.courier.key) == (told.parcel, told.courier.key)]
    others = [p for p in parcels if p not in same]
    return tuple(sorted([*others, min([*same, told], key=_order)], key=_order))


def _order(parcel: ParcelFact) -> tuple[datetime, str, str]:
    return parcel.heard_at, parcel.parcel, parcel.courier.key


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    """Whatever became certain first decides, and stays."""
    other, kept_at = _other(facts), _kept_at(facts)
    decided_at = min(other.heard_at if other is not None else NEVER, kept_at or NEVER)
    ended_at, reason, known_at = _called_off(terms, facts)
    if reason and ended_at <= now and ended_at < decided_at:
        return Verdict("void", reason, decided_at=known_at)
    if decided_at > now:
        return Verdict("waiting", "running")
    if other is None or other.heard_at > decided_at:
        return Verdict("kept", "chosen_courier", decided_at=kept_at)
    owed = _owed(terms, facts)
    remedy = terms.remedy if owed is None or owed.minor else ""
    return Verdict("broken", "other_courier", _fault(facts, decided_at), owed, remedy, decided_at)


def _other(facts: Facts) -> ParcelFact | None:
    """The first parcel that we knew to be in other hands."""
    return next((parcel for parcel in facts.parcels if parcel.courier.key != facts.chosen.key), None)


def _fault(facts: Facts, decided_at: datetime) -> tuple[str, ...]:
    """The shops whose parcels were first seen in other hands; where nobody knows whose they were, all of them."""
    shops = tuple(dict.fromkeys(line.shop for line in facts.lines if line.shop))
    first = {p.shop for p in facts.parcels if p.courier.key != facts.chosen.key and p.heard_at == decided_at}
    return tuple(shop for shop in shops if shop in first) or shops


def _kept_at(facts: Facts) -> datetime | None:
    """When we knew that all of it was handed over. None if something was not."""
    kept_at: datetime | None = None
    for line in facts.lines:
        if not line.handed:
            return None
        heard = min(scan.received_at for scan in line.handed)
        kept_at = heard if kept_at is None or heard > kept_at else kept_at
    return kept_at


def _called_off(terms: Terms, facts: Facts) -> tuple[datetime, str, datetime | None]:
    """From when, why, and since when certainly, the promise no longer applies; an empty reason if it still does."""
    ends: list[tuple[datetime, str, datetime | None]] = [
        (excuse.at, excuse.cause, excuse.at) for excuse in facts.excused if excuse.cause in terms.excused_by
    ]
    if facts.cancelled is not None:
        ends.append((facts.cancelled.at or EVER, "cancelled", facts.cancelled.at))
    return min(ends, key=lambda end: end[:2], default=(EVER, "", None))


def _owed(terms: Terms, facts: Facts) -> Money | None:
    owed = facts.freight if terms.gives == "freight" else facts.surcharge
    if owed is not None and facts.freight is not None and facts.freight_back is not None:
        owed = min(owed, facts.freight - facts.freight_back)
    return owed


def _because(facts: Facts) -> Text:
    chosen, other = facts.chosen.name, _other(facts)
    assert other is not None
    used = other.courier.name
    if facts.surcharge is not None and facts.surcharge.minor:
        paid = sum_of(facts.surcharge)
        return Text(
            zh=f"加{paid.zh}选了{chosen.zh}，店家却交给了{used.zh}",
            en=f"{chosen.en} was chosen for {paid.en} more and the shop used {used.en}",
        )
    return Text(
        zh=f"选了{chosen.zh}，店家却交给了{used.zh}", en=f"{chosen.en} was chosen and the shop used {used.en}"
    )


def _what(terms: Terms) -> Text:
    if terms.gives == "surcharge":
        return Text(zh="快递加价", en="surcharge of ")
    return Text(zh="运费", en="freight of ")


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    chosen = facts.chosen.name
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh=f"由{chosen.zh}承运，和你选的一样", en=f"{chosen.en} has it, as you chose")
        case "waiting":
            return Text(
                zh=f"由{chosen.zh}来送，换了别家自动退运费",
                en=f"{chosen.en} brings it, or the freight comes back to you by itself",
            )
    return compensated(verdict.owed, verdict.remedy, _because(facts), _what(terms))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    chosen = facts.chosen.name
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh=f"用了买家选的{chosen.zh}", en=f"Sent with {chosen.en}, as the buyer chose")
        case "waiting":
            return Text(
                zh=f"买家选了{chosen.zh}：换别家要退运费",
                en=f"The buyer chose {chosen.en}: another courier costs you the freight",
            )
    return charged(verdict.owed, _because(facts))
