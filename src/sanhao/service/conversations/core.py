"""What a conversation is, without any database: its lifecycles, whose turn it is, when an answer is late.

A thread has two sides: buyer and shop, or (a ticket) shop and platform. The platform may be asked into the first kind.
Whoever is owed an answer *waits*; a waiting runs on the service hours of the side that owes it (`Hours`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from sanhao.kit import calendars
from sanhao.kit.deadline import zone
from sanhao.kit.text import Text
from sanhao.service.conversations.hours import DAY_MINUTES, Hours, Opening, due

Side = Literal["buyer", "shop", "platform"]
RULE = "conversations.response"

THREAD_STATES = {
    "open": ("waiting", "solved", "closed"),  # an answer is owed
    "waiting": ("open", "solved", "closed"),  # answered: the other side may say more
    "solved": ("open", "waiting", "closed"),  # said to be settled
    "closed": ("open", "waiting"),  # over; whoever writes again opens it again
}
HANDOVERS = {
    "none": ("asked",),  # the platform neither sees the thread nor knows of it
    "asked": ("joined",),
    "joined": ("left",),
    "left": ("asked", "joined"),
}
WAIT_STATES = {
    "waiting": ("answered", "late", "lapsed"),
    "late": ("answered", "lapsed"),
    "answered": ("waiting",),  # the answer was taken back
    "lapsed": (),  # nothing was owed after all: the question was taken back, or the thread closed
}
TOPICS: dict[str, Text] = {
    "rules": Text(zh="规则怎么理解", en="How a rule is meant"),
    "decision": Text(zh="一个扣款或决定", en="A debit or a decision"),
    "money": Text(zh="货款和提现", en="Money and payouts"),
    "logistics": Text(zh="快递和发货", en="Couriers and shipping"),
    "goods": Text(zh="商品和上架", en="Goods and listings"),
    "account": Text(zh="店铺和账号", en="Shop and account"),
    "other": Text(zh="其他", en="Something else"),
}
RATINGS = ("good", "fair", "bad")


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How soon an answer is owed, in minutes of service hours, and what follows from time alone.

    *opens* and *closes* are minutes of the day: the hours of a shop that set none. *least*: so many answers must be
    known before a shop's figures are shown to everybody.
    """

    shop_minutes: int = 240
    platform_minutes: int = 480
    remind_minutes: int = 60
    opens: int = 540
    closes: int = 1_260
    platform_opens: int = 540
    platform_closes: int = 1_080
    timezone: str = "Asia/Shanghai"
    calendar: str = "CN"
    window_days: int = 30
    least: int = 5
    notice_minutes: int = 1
    withdraw_seconds: int = 120
    close_days: int = 7
    solved_days: int = 3

    def __post_init__(self) -> None:
        zone(self.timezone)
        calendars.require(self.calendar)
        for opens, closes in ((self.opens, self.closes), (self.platform_opens, self.platform_closes)):
            if not 0 <= opens < closes <= DAY_MINUTES:
                raise ValueError("service hours open before they close, within one day")
        if not (0 < self.shop_minutes <= 10_000 and 0 < self.platform_minutes <= 10_000):
            raise ValueError("an answer is owed within 1 to 10,000 minutes")
        if not 0 <= self.remind_minutes < min(self.shop_minutes, self.platform_minutes):
            raise ValueError("a reminder comes before the answer is late")
        if min(self.window_days, self.least, self.close_days, self.solved_days) < 1:
            raise ValueError("days and counts start at 1")
        if not (0 <= self.notice_minutes <= DAY_MINUTES and 0 <= self.withdraw_seconds <= 3_600):
            raise ValueError("a notice waits a day at most, a message can be taken back for an hour at most")


def shop_hours(terms: Terms, timezone: str) -> Hours:
    """The hours of a shop that set none: every day."""
    return Hours((Opening(terms.opens, terms.closes),) * 7, timezone)


def platform_hours(terms: Terms) -> Hours:
    """The platform's: working days."""
    day = Opening(terms.platform_opens, terms.platform_closes)
    return Hours((day,) * 5 + (None, None), terms.timezone, terms.calendar)


class Talk(msgspec.Struct, frozen=True):
    """What of a thread decides whose turn it is."""

    kind: Literal["shop", "ticket"]
    handover: str


def owes(talk: Talk, speaker: Side) -> Side | None:
    """Who owes an answer to what *speaker* has just said. While the platform is in, it is the platform that leads."""
    if speaker == "platform":
        return None
    if talk.kind == "ticket" or talk.handover == "joined":
        return "platform"
    return "shop" if speaker == "buyer" else None


def readers(talk: Talk) -> tuple[Side, ...]:
    """Who reads along."""
    if talk.kind == "ticket":
        return ("shop", "platform")
    return ("buyer", "shop") if talk.handover == "none" else ("buyer", "shop", "platform")


class Clock(NamedTuple):
    due_at: datetime
    remind_at: datetime


def clock(terms: Terms, hours: Hours, side: Side, asked_at: datetime) -> Clock:
    """By when *side*, working *hours*, owes an answer to what was asked at *asked_at*, and when it is reminded."""
    minutes = terms.shop_minutes if side == "shop" else terms.platform_minutes
    return Clock(due(hours, asked_at, minutes), due(hours, asked_at, minutes - terms.remind_minutes))


class Quoted(msgspec.Struct, frozen=True):
    """A message as it is frozen in a file. Its `fingerprint` is that of this struct's JSON."""

    message_id: UUID
    thread_id: UUID
    number: int
    side: str
    at: datetime
    text: str
    photos: tuple[str, ...]
    withdrawn: bool


def fingerprint(quoted: str) -> str:
    """Of a `Quoted` as JSON, as it stands in the file."""
    return hashlib.sha256(quoted.encode()).hexdigest()
