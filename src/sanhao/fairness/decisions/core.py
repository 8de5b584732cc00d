"""What a decision, an appeal and a second judgement are to those who write and read them. No database here."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text

ANSWER_WITHIN = timedelta(days=7)
"""A person answers an appeal within this time; later it is shown as overdue."""
LONGEST_TEXT = 2_000
Party = Literal["shop", "person", "platform"]


class DecisionDraft(msgspec.Struct, frozen=True):
    """One decision to be recorded. *facts* and *verdict* are JSON objects as text, encoded by the caller.

    *key* says what may be decided only once. *effect_minor* is signed by nobody: it is what the decision moves.
    *appeal_until* None means that there is nothing to appeal against. A decision by hand names *decided_by*.
    """

    id: UUID
    key: str
    kind: str
    subject_kind: str
    subject_id: UUID
    rule_id: UUID | None
    facts: str
    verdict: str
    effect_minor: int
    currency: str
    text: Text
    shop_id: UUID | None
    person_id: UUID | None
    decided_at: datetime
    appeal_until: datetime | None
    automatic: bool = True
    decided_by: UUID | None = None


class DecisionView(msgspec.Struct, frozen=True):
    """A stored decision, its facts and verdict decoded."""

    id: UUID
    key: str
    kind: str
    subject_kind: str
    subject_id: UUID
    rule_id: UUID | None
    facts: dict[str, Any]
    verdict: dict[str, Any]
    effect_minor: int
    currency: str
    text: Text
    shop_id: UUID | None
    person_id: UUID | None
    automatic: bool
    decided_by: UUID | None
    decided_at: datetime
    appeal_until: datetime | None
    state: str

    @property
    def effect(self) -> Money | None:
        """What it moved, or None where no money is concerned."""
        return Money(self.effect_minor, self.currency) if self.currency else None

    def may_appeal(self, now: datetime) -> bool:
        return self.state == "standing" and self.appeal_until is not None and now <= self.appeal_until


class Tally(msgspec.Struct, frozen=True):
    """How many decisions of one kind, outcome, state and currency, and what they moved."""

    kind: str
    outcome: str
    state: str
    currency: str
    count: int
    effect_minor: int


class AppealView(msgspec.Struct, frozen=True):
    id: UUID
    decision_id: UUID
    by: UUID | None
    party: Party
    text: str
    made_at: datetime
    due_at: datetime
    state: str
    claimed_by: UUID | None
    claimed_at: datetime | None
    answer: str
    answered_at: datetime | None
    kind: str
    sentence: Text

    def overdue(self, now: datetime) -> bool:
        return self.answered_at is None and now > self.due_at


class UndoState(msgspec.Struct, frozen=True):
    """Who has to undo an effect of an overturned decision, who has, and when."""

    expected: frozenset[str]
    done: dict[str, datetime]

    @property
    def missing(self) -> frozenset[str]:
        return self.expected - self.done.keys()


class Rejudged(msgspec.Struct, frozen=True):
    """What a judge says of stored facts under given terms. *verdict* is JSON as text."""

    verdict: str
    effect_minor: int
    currency: str
    text: Text


Judge = Callable[[str, dict[str, Any]], Rejudged]
"""``judge(facts_json, terms)``: pure; the same function that decided."""


class Mismatch(msgspec.Struct, frozen=True):
    """A stored decision that its judge would not give again. *what* names the part that differs."""

    decision_id: UUID
    key: str
    kind: str
    what: Literal["verdict", "effect", "sentence", "no judge", "judge failed"]
    stored: str
    again: str


def difference(stored: DecisionView, again: Rejudged) -> Mismatch | None:
    """The first part in which *again* differs from *stored*: verdict, effect to the cent, sentence in both languages."""

    def differs(what: Literal["verdict", "effect", "sentence"], was: object, now: object) -> Mismatch:
        return Mismatch(stored.id, stored.key, stored.kind, what, str(was), str(now))

    verdict = msgspec.json.decode(again.verdict)
    if verdict != stored.verdict:
        return differs("verdict", stored.verdict, verdict)
    if (again.effect_minor, again.currency) != (stored.effect_minor, stored.currency):
        was, now = (f"{x.effect_minor} {x.currency}" for x in (stored, again))
        return differs("effect", was, now)
    if again.text != stored.text:
        return differs("sentence", stored.text, again.text)
    return None


def check_words(text: str, *, code: str) -> str:
    """Words of a person: 5 to 2,000 characters, not blank, no control characters but line breaks. Raises Invalid."""
    words = text.replace("\r\n", "\n").strip()
    if not 5 <= len(words) <= LONGEST_TEXT or any(
        unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in words
    ):
        raise Invalid(
            code,
            zh=f"请写 5 到 {LONGEST_TEXT} 个字。",
            en=f"Please write between 5 and {LONGEST_TEXT:,} characters.",
        )
    return words
