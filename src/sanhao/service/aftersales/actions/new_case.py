"""A case is written down: its row, its units, one attempt of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import copy_rows, fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.case import Kind, Terms
from sanhao.service.aftersales.reasons import Phase
from sanhao.service.orders import api as orders

LONGEST = 500


@dataclass
class New:
    """A case about to be made. *guarantee* and *promise_id*: what it is claimed under, *answer_hours* as that says."""

    order: orders.OrderView
    units: Mapping[UUID, int]
    kind: Kind
    reason: str
    back: Money
    rule_id: UUID
    facts: life.Facts
    phase: Phase
    packed: bool = False
    ships_first: bool = False
    promise_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


def insert(new: New, terms: Terms, words: str, now: datetime) -> Row:
    """The row of a case just asked for; it counts as an attempt."""
    order, facts = new.order, new.facts
    [row] = fetch(
        """
        INSERT INTO aftersales_case
            (id, order_id, shop_id, person_id, rule_id, kind, reason, guarantee, promise_id, answer_hours, by_hand, words,
             state, due_at, opened_at, moved_at, phase, packed, currency, back_minor, refunded_minor, bearer, ships_first,
             at_shop, answer, round, spoke)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'asked', %s, %s, %s, %s, %s, %s, %s, 0, 'shop', %s,
                false, '', 0, '{}')
        RETURNING *
        """,
        [
            new.id, order.id, order.shop_id, order.person_id, new.rule_id, new.kind, new.reason, facts.guarantee,
            new.promise_id, facts.answer_hours, facts.by_hand, words, life.due(terms, facts, now), now, now, new.phase,
            new.packed, new.back.currency, new.back.minor, new.ships_first,
        ],
    )  # fmt: skip
    units = list(new.units.items())
    copy_rows(
        "aftersales_case_unit",
        ("id", "case_id", "line_id", "units"),
        [(unit, new.id, *line) for unit, line in zip(new_ids(len(units)), units, strict=True)],
    )
    count_attempt(new.id, list(new.units), now)
    return row


def count_attempt(case_id: UUID, line_ids: Sequence[UUID], now: datetime) -> None:
    """Each of these lines was asked about once more."""
    copy_rows(
        "aftersales_attempt",
        ("id", "case_id", "line_id", "at"),
        [(id, case_id, line, now) for id, line in zip(new_ids(len(line_ids)), line_ids, strict=True)],
    )


def worded(given: str) -> str:
    """Somebody's own words as they are stored; refuses ``case.words`` for more than 500 characters."""
    text = given.replace("\0", "").strip()
    if len(text) > LONGEST:
        raise Invalid("case.words", zh=f"最多{LONGEST}个字。", en=f"At most {LONGEST} characters, please.")
    return text
