"""What a rule version is to its readers, and which one binds at a moment. No database here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from stdnum.eu.vat import MEMBER_STATES

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.text import Text

Terms = dict[str, Any]
Validate = Callable[[Terms], Terms]
"""Gives back the terms, complete and normal; raises ValueError (or a msgspec error) for bad ones."""

EVERYWHERE = "*"
UNION = "EU"
"""A market of several countries: a rule for it binds each of them that has none of its own."""
_MEMBERS = frozenset(
    code.upper() for code in MEMBER_STATES if code != "xi"
)  # XI taxes Northern Ireland alone
NOTICE = "rulebook.notice"
NOTICE_DAYS = 7
"""Days between announcement and effect where the site sets none (Decree 116: comment period of at least 7 days)."""
FOUNDED = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""Founding versions bind from here: since before any order, imported histories included."""


def markets(market: str) -> tuple[str, ...]:
    """Whose rules may bind in *market*, the nearest first: its own, the Union's, everybody's."""
    union = (UNION,) if market in _MEMBERS else ()
    return (market, *union, EVERYWHERE) if market != EVERYWHERE else (EVERYWHERE,)


def countries(market: str) -> list[str] | None:
    """The countries of *market*; None for all there are."""
    if market == EVERYWHERE:
        return None
    return sorted(_MEMBERS) if market == UNION else [market]


class RuleVersion(msgspec.Struct, frozen=True):
    """One version that was announced. *terms* are the reader's own copy."""

    id: UUID
    key: str
    market: str
    version: int
    terms: Terms
    effective_at: datetime


class RuleView(msgspec.Struct, frozen=True):
    """A rule as its makers and those bound by it see it, drafts included."""

    id: UUID
    key: str
    market: str
    version: int
    state: str
    terms: Terms
    title: Text
    reason: str
    notice_days: int | None
    announced_at: datetime | None
    effective_at: datetime | None
    made_by: UUID | None
    made_at: datetime


class Paying(msgspec.Struct, frozen=True):
    """What terms would have paid: how much, in how many cases, to how many buyers."""

    owed: Money
    cases: int
    buyers: int


class Preview(msgspec.Struct, frozen=True):
    """Over the *promises* made from *since* to *until*: what a version would have paid, and what the one in force would.
    Of one shop (its own part), or of all (*shop_id* None)."""

    shop_id: UUID | None
    since: datetime
    until: datetime
    promises: int
    would: Paying
    before: Paying


def check_notice(effective_at: datetime, *, now: datetime, days: int) -> None:
    """Raise Invalid ``rule.notice`` where fewer than *days* lie ahead, or the moment is not a whole minute."""
    if effective_at.second or effective_at.microsecond:
        raise Invalid(
            "rule.whole_minute", zh="生效时间精确到分钟。", en="A rule takes effect on a whole minute."
        )
    if effective_at < now + timedelta(days=days):
        raise Invalid(
            "rule.notice",
            zh=f"规则须至少提前 {days} 天公布。",
            en=f"A rule is announced at least {days} days before it takes effect.",
        )


def check_terms(terms: object, validate: Validate | None) -> Terms:
    """Terms as they will be stored. Raises Invalid ``rule.terms`` with what the schema says is wrong."""
    if not isinstance(terms, dict):
        raise _bad_terms("terms are a table of names and values")
    try:
        checked = validate(terms) if validate else terms
        stored: Terms = msgspec.json.decode(msgspec.json.encode(checked), type=dict[str, Any])
    except Refusal:
        raise
    except (ValueError, TypeError) as error:  # msgspec.ValidationError is a ValueError
        raise _bad_terms(str(error)) from error
    return stored


def _bad_terms(why: str) -> Invalid:
    return Invalid("rule.terms", zh=f"规则条款有误：{why}", en=f"These terms cannot stand: {why}")


def check_notice_terms(terms: Terms) -> Terms:
    """Terms of `rulebook.notice`: ``{"days": 7}``, from 1 to 365."""
    days = terms.get("days")
    if set(terms) != {"days"} or not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 365:
        raise ValueError("days: a whole number from 1 to 365, and nothing else")
    return terms
