"""What a guarantee adds to a claim: its window, its conditions, what it gives. When the promise settles follows from these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from sanhao.kit.deadline import start_of_day, zone
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time
from sanhao.service.promises.claims.facts import CF, ClaimFacts
from sanhao.service.promises.core import NEVER, Answered, Claimed, What

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
Finding = Literal["share_bp", "grams", "packed_well"]
Part = tuple[What, Money]
Parts = Sequence[Part]
"""What a claim gives, by what it is."""


class Rule(NamedTuple):
    """What a kind adds. *window*: the last moment of a claim, None while it cannot be known. *refusal*: why a claim is
    not admitted besides its moment, None if it is. *gives*: what it gives part by part, None where it cannot be read.
    """

    name: str
    terms: type[Any]
    window: Callable[[Any, Any], datetime | None]
    refusal: Callable[[Any, Any, Claimed], tuple[str, Text] | None]
    gives: Callable[[Any, Any, Claimed, Answered | None], Parts | None]
    payer: Callable[[Any, Any, Answered | None], str] | None = None
    """Who answers for it instead of the shop by the rule itself; empty: the shop."""
    weighs: tuple[Finding, ...] = ()
    """What a person who looks at the file may find otherwise than it was claimed."""


def after_signing(facts: ClaimFacts, *, hours: int) -> datetime | None:
    """*hours* after it was signed for, to the second: the last moment."""
    signed = facts.signed_at
    return None if signed is None else signed + timedelta(hours=hours)


def days_after_signing(facts: ClaimFacts, *, days: int) -> datetime | None:
    """*days* full days from 00:00 of the day after signing, where the site is: the last moment, 23:59:59.999999."""
    signed = facts.signed_at
    if signed is None:
        return None
    next_day = signed.astimezone(zone(facts.timezone)).date() + DAY
    return start_of_day(next_day + days * DAY, facts.timezone) - TICK


def timed(terms: Any, facts: CF, rule: Rule) -> CF:
    """The facts with their window, and when the promise settles: not while a claim made in time waits."""
    ends = rule.window(terms, facts)
    facts = replace(facts, window_ends=ends)
    if ends is None:
        return replace(facts, due_at=NEVER, settle_at=NEVER)
    settle_at = ends
    for claim in facts.claims:
        if why_not(terms, facts, claim, rule) is not None:
            continue
        answer = facts.answer_to(claim)
        if answer is None:
            return replace(facts, due_at=ends, settle_at=NEVER)
        settle_at = max(settle_at, answer.at)
    return replace(facts, due_at=ends, settle_at=settle_at)


def why_not(terms: Any, facts: CF, claim: Claimed, rule: Rule) -> tuple[str, Text] | None:
    """Why a claim does not count; None if it does."""
    ends = facts.window_ends
    if ends is None:
        return "not_delivered", _NOT_DELIVERED
    if claim.at > ends:
        by = date_time(ends, facts.timezone)
        return "window_closed", Text(
            zh=f"申请期到{by.zh}为止，已经过了", en=f"Claims were open until {by.en}; that has passed"
        )
    if not 0 <= claim.units <= facts.quantity:
        return "units", _UNITS
    if claim.worth is not None and not claim.worth.minor:
        return "nothing_left", _NOTHING_LEFT
    return rule.refusal(terms, facts, claim)


_NOT_DELIVERED = Text(zh="签收以后才能申请", en="You can claim once the parcel has been signed for")
_UNITS = Text(zh="数量超过了这件商品买的数量", en="That is more than was bought")
_NOTHING_LEFT = Text(zh="这几件付的钱已经全部退回", en="All that was paid for these has gone back already")


def wanting(
    claim: Claimed, *, photos: int, or_video: bool = True, records: int = 0
) -> tuple[str, Text] | None:
    """What evidence a claim still lacks."""
    if claim.photos < photos and not (or_video and claim.videos):
        also = Text(zh="，或1段视频", en=", or one video") if or_video else Text(zh="", en="")
        return "photos", Text(
            zh=f"至少要{photos}张照片{also.zh}", en=f"It takes {counted(photos, 'photo')}{also.en} at least"
        )
    if claim.records < records:
        return "records", Text(zh="还缺证明文件", en="A document that proves it is still missing")
    return None


def counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
