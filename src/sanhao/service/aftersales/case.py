"""The life of a case, pure: its states with their deadlines, what silence does, and who may do what.

In words:

1. A buyer asks (refund, return, exchange or claim). An order nobody has packed yet is refunded at once.
2. The shop has 48 hours to answer (24 before shipping). Silence approves. What the buyer holds in their hands is given
   away by nobody's silence: a refund without return, asked after delivery and without a guarantee that says so, is
   approved as a return.
3. The buyer has 7 days to send; otherwise the case lapses, and may be asked again while the window is open.
4. The shop has 10 days after the number was handed in, or 48 hours after the signed scan, whichever comes first.
   Silence refunds (or, where the replacement left first, closes the exchange). Where the platform has paid ahead
   (`paths/instant.py`) the parcel has 15 days to be there; silence about one that never came is not a yes to it.
5. A rejection may be taken to the platform for 7 days; silence closes the case.
6. Both sides speak for 48 hours; if both did, they may answer each other once more. Then the platform has 48 hours.
   What the platform leaves undecided, it pays itself (a term): nobody's money waits on our silence.
7. Five attempts a line; edits and cancelled ones count.
8. A claim under a guarantee is answered in the hours that the guarantee gives, and pays what its own judge says. A sum
   so large that it says "by hand" goes from the shop's silence to a person of the platform.
9. A parcel that still travels may be called back (`paths/intercept.py`): the courier has a day to answer and three to turn
   round. If it does not, the shop is asked; if it did, the shop has 10 days to look at what came back, and silence settles.
10. Bulky goods may be collected (`paths/pickup.py`): the time to send does not end before the courier's slot is over, and
   where nobody came, not before the buyer could choose again.
11. What is to be sent may go under a label of the platform's (`paths/label.py`): its first scan says that it is on its way.

Source of the numbers: policies of WeChat, TikTok and eBay as collected for this project; every one is a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from sanhao.kit.deadline import end_of_day, zone
from sanhao.service.aftersales.paths.label import Progress as LabelProgress
from sanhao.service.aftersales.paths.pickup import Progress

Kind = Literal["refund", "return", "exchange", "claim"]
Side = Literal["buyer", "shop", "platform"]
KINDS: tuple[Kind, ...] = ("refund", "return", "exchange", "claim")

CASE_STATES: Mapping[str, tuple[str, ...]] = {
    # To itself: what was signed for after all is a return now, and the shop has its full time. Deciding: a sum so large that
    # a person looks before silence pays it.
    "asked": (
        "asked",
        "stopping",
        "to_send",
        "returning",
        "replacing",
        "refunded",
        "rejected",
        "deciding",
        "withdrawn",
    ),
    "stopping": ("returning", "asked", "to_send", "deciding", "withdrawn"),
    # Closed: what was paid ahead for goods that were never sent, or never came.
    "to_send": ("returning", "lapsed", "withdrawn", "closed"),
    "returning": (
        "refunded",
        "replacing",
        "exchanged",
        "rejected",
        "closed",
        "to_send",
        "asked",
        "deciding",
        "withdrawn",
    ),
    "replacing": ("exchanged", "to_send", "refunded", "withdrawn"),
    # Asked again with other words, taken to the platform, settled by an offer or a change of mind, or left.
    "rejected": ("asked", "disputed", "to_send", "returning", "replacing", "refunded", "closed", "withdrawn"),
    "disputed": ("deciding", "stopping", "to_send", "returning", "refunded", "withdrawn"),
    "deciding": ("stopping", "to_send", "returning", "refunded", "closed", "withdrawn"),
    # By an appeal that is granted, or when a parcel that was given up turns up at the shop.
    "closed": ("to_send", "refunded", "returning"),
    "refunded": (),
    "exchanged": (),
    # When a parcel that was called back turns round although nobody waits for it any more.
    "withdrawn": ("returning",),
    "lapsed": ("returning",),
}
OVER = frozenset({"refunded", "exchanged", "closed", "withdrawn", "lapsed"})
"""No deadline runs, no money is held. `closed` may be opened again by an appeal."""
WAITING: Mapping[str, Side | Literal["both", "carrier"]] = {
    "asked": "shop",
    "stopping": "carrier",
    "to_send": "buyer",
    "returning": "shop",
    "replacing": "shop",
    "rejected": "buyer",
    "disputed": "both",
    "deciding": "platform",
}
"""Who is waited for. Every state here has a deadline (`due`) and an exit that time alone takes (`silence`)."""

Act = Literal[
    "withdraw", "edit", "approve", "reject", "send_back", "receive", "refuse", "replace", "accept_offer",
    "escalate", "state", "decide", "stop",
]  # fmt: skip
_ACTS: Mapping[str, Mapping[Side, tuple[Act, ...]]] = {
    "asked": {"buyer": ("stop", "edit", "withdraw"), "shop": ("approve", "reject")},
    "to_send": {"buyer": ("send_back", "withdraw")},
    "returning": {"shop": ("receive", "refuse")},
    "replacing": {"shop": ("replace",)},
    "rejected": {"buyer": ("accept_offer", "edit", "escalate", "withdraw"), "shop": ("approve",)},
    "disputed": {"buyer": ("state", "withdraw"), "shop": ("state", "approve"), "platform": ("stop",)},
    "deciding": {"buyer": ("withdraw",), "shop": ("approve",), "platform": ("decide", "stop")},
}


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where goods go back to."""

    recipient: str
    phone: str
    country: str
    region: str
    city: str
    street: str
    postcode: str = ""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `aftersales.terms`. Raises ValueError for numbers that would make a state a trap.

    *windows*: for how many days after signing something may be asked because of one reason; `window_days` for all others.
    *held_days*: a shop's money waits for the windows of guarantees no longer than this; later claims are charged to it.
    """

    unshipped_hours: int = 24
    answer_hours: int = 48
    send_days: int = 7
    receive_days: int = 10
    signed_hours: int = 48
    replace_hours: int = 48
    escalate_days: int = 7
    round_hours: int = 48
    rounds: int = 2
    decide_hours: int = 48
    appeal_days: int = 7
    attempts: int = 5
    window_days: int = 7
    windows: Mapping[str, int] = {}
    held_days: int = 15
    platform_silence: Literal["platform_pays", "rejection_stands"] = "platform_pays"
    hub: Address = Address("三好退货中转仓", "400 000 3333", "CN", "上海", "上海市", "三好路3号")
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        zone(self.timezone)
        numbers = msgspec.structs.asdict(self)
        if any(value < 1 for value in numbers.values() if isinstance(value, int)):
            raise ValueError("every time and number is at least 1")
        if not all(1 <= days <= 3650 for days in self.windows.values()):
            raise ValueError("a window is 1 to 3650 days")

    def days_for(self, reason: str) -> int:
        return self.windows.get(reason, self.window_days)


Stop = Literal["", "asked", "accepted", "back", "over"]
"""How far a parcel is that was called back while it travelled: `back` on its way to the shop, `over` without success."""


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that time needs to know of a case. *at_shop*: the goods came back and somebody there signed for them, or
    said so. *delivered*: the buyer held the goods when asking. *spoke*: who has spoken in this round. *guarantee*: what it
    is claimed under; *by_hand*: its sum is paid by nobody's silence."""

    state: str
    kind: Kind
    shipped: bool = False
    delivered: bool = False
    guarantee: str = ""
    answer_hours: int | None = None
    by_hand: bool = False
    ships_first: bool = False
    at_shop: bool = False
    uploaded_at: datetime | None = None
    signed_at: datetime | None = None
    round: int = 0
    spoke: tuple[Side, ...] = ()
    ahead_until: datetime | None = None
    """The platform has paid this refund ahead; by then the goods are at the shop."""
    stop: Stop = ""
    stop_until: datetime | None = None
    """The parcel is being called back; by then it has turned round, or it is over."""
    pickup: Progress = ""
    pickup_until: datetime | None = None
    """A courier comes for the goods: the time to send them does not end before that is over."""
    label: LabelProgress = ""


class Silence(msgspec.Struct, frozen=True):
    """What happens when nobody does anything: the next state, why, and who bears a refund."""

    to: str
    reason: str
    bearer: Literal["shop", "platform"] = "shop"


def due(terms: Terms, facts: Facts, at: datetime) -> datetime | None:
    """Until when the state that *facts* are in since *at* is waited for; None for one that is over."""
    match facts.state:
        case "asked":
            hours = terms.answer_hours if facts.shipped else terms.unshipped_hours
            return at + timedelta(hours=facts.answer_hours or hours)
        case "stopping":
            return facts.stop_until or at + timedelta(hours=terms.answer_hours)
        case "to_send":
            latest = at + timedelta(days=terms.send_days)
            return latest if facts.pickup_until is None else max(latest, facts.pickup_until)
        case "returning" if facts.stop == "back":
            return at + timedelta(days=terms.receive_days)
        case "returning" if facts.ahead_until is not None:
            signed = facts.signed_at
            return facts.ahead_until if signed is None else signed + timedelta(hours=terms.signed_hours)
        case "returning":
            latest = (facts.uploaded_at or at) + timedelta(days=terms.receive_days)
            if facts.signed_at is None:
                return latest
            return min(latest, facts.signed_at + timedelta(hours=terms.signed_hours))
        case "replacing":
            return at + timedelta(hours=terms.replace_hours)
        case "rejected":
            return at + timedelta(days=terms.escalate_days)
        case "disputed":
            return at + timedelta(hours=terms.round_hours)
        case "deciding":
            return at + timedelta(hours=terms.decide_hours)
    return None


def silence(terms: Terms, facts: Facts) -> Silence:
    """What time alone does next. Raises ValueError for a state that waits for nobody."""
    match facts.state:
        case "asked" if facts.by_hand:
            return Silence("deciding", "large_sum")
        case "asked" if facts.ahead_until is not None:
            return Silence(approved(facts), "ahead_approved")
        case "asked":
            return Silence(approved(facts), "approved_by_silence")
        case "stopping":
            return Silence("deciding" if facts.round else "asked", "not_stopped")
        case "returning" if facts.stop == "back":
            return Silence("refunded", "back_by_silence" if facts.ahead_until is None else "back_settled")
        case "to_send" if facts.ahead_until is not None:
            return Silence("closed", "ahead_not_sent")
        case "to_send":
            return Silence("lapsed", "not_sent")
        case "returning" if facts.ahead_until is not None and facts.signed_at is None:
            # Silence about a parcel that never came is not a yes to it.
            return Silence("closed", "never_arrived")
        case "returning" if facts.ahead_until is not None:
            return Silence("refunded", "ahead_settled")
        case "returning":
            return Silence("exchanged" if facts.ships_first else "refunded", "received_by_silence")
        case "replacing":
            # A replacement that should have left first did not: the buyer still holds the old one.
            return Silence("to_send" if facts.ships_first else "refunded", "not_replaced")
        case "rejected":
            return Silence("closed", "not_escalated" if facts.ahead_until is None else "ahead_not_escalated")
        case "disputed":
            return Silence("deciding", "round_over")
        case "deciding" if terms.platform_silence == "platform_pays":
            return Silence("refunded", "platform_late", "platform")
        case "deciding":
            return Silence("closed", "platform_late")
    raise ValueError(f"nothing is waited for in {facts.state}")


def approved(facts: Facts, *, by_hand: bool = False) -> str:
    """Where an approval leads. A person of the shop may give money without a return; silence may not."""
    if facts.at_shop:
        return "refunded"
    match facts.kind:
        case "claim":
            return "refunded"
        case "refund":
            keeps_goods = facts.delivered and not facts.guarantee
            return "to_send" if keeps_goods and not by_hand else "refunded"
        case "exchange" if facts.ships_first:
            return "replacing"
    return "to_send"


def received(facts: Facts) -> str:
    """Where the shop's word that the goods are back and well leads."""
    if facts.kind != "exchange":
        return "refunded"
    return "exchanged" if facts.ships_first else "replacing"


def ruled(facts: Facts) -> str:
    """Where a ruling for the buyer leads: goods that are still with the buyer go back first.

    The platform forces no refund without return upon a shop: a refund of delivered goods that no guarantee covers is
    ruled as a return, or paid by the platform.
    """
    return approved(facts) if facts.kind != "exchange" or facts.at_shop else "to_send"


def at_once(facts: Facts, *, packed: bool) -> bool:
    """Whether nobody needs to be asked: nothing is packed yet, so nothing can have left."""
    return facts.kind == "refund" and not facts.shipped and not packed


def acts(facts: Facts, side: Side) -> tuple[Act, ...]:
    """What *side* may do now."""
    may = _ACTS.get(facts.state, {}).get(side, ())
    if facts.state == "disputed" and side in facts.spoke:
        may = tuple(act for act in may if act != "state")
    if facts.guarantee:  # what was claimed was measured and admitted: it is taken back, and asked anew
        may = tuple(act for act in may if act != "edit")
    if facts.kind != "refund" or facts.delivered or facts.stop:
        may = tuple(act for act in may if act != "stop")
    if facts.ahead_until is not None:
        # The money is with the buyer: what is left to settle is who bears it, and that is not the buyer's to withdraw.
        may = tuple(act for act in may if act not in ("withdraw", "edit"))
    return may


def next_round(terms: Terms, facts: Facts) -> int | None:
    """The round that opens once both have spoken in this one; None: the file is complete."""
    if {"buyer", "shop"} <= set(facts.spoke) and facts.round < terms.rounds:
        return facts.round + 1
    return None


def attempts_left(terms: Terms, used: int) -> int:
    return max(0, terms.attempts - used)


def window_ends(terms: Terms, delivered_at: datetime, *, days: int | None = None) -> datetime:
    """The last moment to ask: day 1 is the day after signing, through its last minute in the site's time zone."""
    local = delivered_at.astimezone(zone(terms.timezone)).date()
    return end_of_day(local + timedelta(days=days or terms.window_days), terms.timezone)


def last_window(terms: Terms, delivered_at: datetime, codes: Iterable[str]) -> datetime:
    """The last moment to ask because of any of these reasons."""
    return window_ends(terms, delivered_at, days=max(terms.days_for(code) for code in codes))


class Wait(msgspec.Struct, frozen=True):
    """Until when an order's money waits, and why: a window that is still open, named by *why*; "" for the site's own days. *cut*:
    it would wait longer, if terms let it."""

    until: datetime
    why: str
    cut: bool


def money_waits_until(
    terms: Terms,
    delivered_at: datetime,
    released_at: datetime,
    windows: Iterable[tuple[datetime, str]],
    *,
    most_days: int | None = None,
) -> Wait:
    """When an order's money is the shop's: once the site's own days and all of *windows* (each with its name) are over, none
    waited for longer than `held_days` after delivery, or *most_days* where that is less."""
    longest = max(terms.held_days, terms.window_days)
    most = window_ends(
        terms, delivered_at, days=longest if most_days is None else max(min(longest, most_days), 1)
    )
    waits = [Wait(min(at, most), why, at > most) for at, why in windows]
    return max([Wait(released_at, "", False), *waits], key=lambda wait: wait.until)


class Warehouse(msgspec.Struct, frozen=True):
    """A return address of a shop as choosing needs it."""

    id: str
    region: str
    city: str
    is_default: bool


def return_to(warehouses: tuple[Warehouse, ...], origin: str) -> Warehouse | None:
    """The address goods go back to: the one in the place they came from (the courier's first scan says it), else the
    shop's default. None: the shop has none, and goods go to the platform's hub."""
    for by in ("city", "region"):
        for house in warehouses:
            place = getattr(house, by).rstrip("市省")
            if place and place in origin:
                return house
    return next((house for house in warehouses if house.is_default), None)
