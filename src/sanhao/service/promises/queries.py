"""Reading promises: the card on an order, what a shop should do next, what the platform sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.promises import raises
from sanhao.service.promises.book import THE_END, facts_from, terms_of
from sanhao.service.promises.core import Verdict
from sanhao.service.promises.kinds import CLAIMS, KINDS, late_shipment


class PromiseView(msgspec.Struct, frozen=True):
    """A promise as a card shows it. *left* is the share of its time that is left, from 1.0 down to 0.0.

    *for_shop* is the sentence for the shop; *stake* what the shop pays if nothing more is heard, while it is open.
    """

    id: UUID
    kind: str
    title: Text
    sentence: Text
    state: str
    made_at: datetime
    due_at: datetime | None
    settle_at: datetime | None
    decided_at: datetime | None
    checkout_id: UUID
    order_id: UUID | None
    line_id: UUID | None
    shop_id: UUID | None
    person_id: UUID
    owed: Money | None
    reason: str
    fault: tuple[str, ...]
    remedy: str
    decision_id: UUID | None
    left: float
    for_shop: Text
    stake: Money | None

    @property
    def needs_word(self) -> bool:
        """Whether it gives something only when the buyer claims it."""
        return self.kind in CLAIMS


class ProposalView(msgspec.Struct, frozen=True):
    id: UUID
    order_id: UUID
    until: datetime
    reason: str
    answer_by: datetime
    state: str


class ExcuseView(msgspec.Struct, frozen=True):
    """Somebody of the platform excused an order."""

    order_id: UUID
    cause: str
    at: datetime
    by: UUID


class ExtensionView(msgspec.Struct, frozen=True):
    """A holiday extension, who announced it, and when."""

    id: UUID
    reason: Text
    starts_at: datetime
    until: datetime
    announced_at: datetime
    announced_by: UUID


class Day(msgspec.Struct, frozen=True):
    """What became of promises on one local day."""

    day: str
    kept: int
    broken: int
    void: int
    paid: dict[str, int]
    """Minor units by currency."""


class Standing(msgspec.Struct, frozen=True):
    """The platform's first figures: open, due within a day, overdue but unsettled."""

    open: int
    due_soon: int
    overdue: int


class Ending(msgspec.Struct, frozen=True):
    """How a promise stands in the books, without its words. *line_id*, *order_id* are None where it is wider."""

    id: UUID
    kind: str
    checkout_id: UUID
    order_id: UUID | None
    line_id: UUID | None
    state: str
    reason: str
    fault: tuple[str, ...]
    owed_minor: int | None
    currency: str
    due_at: datetime
    decided_at: datetime | None


_SELECT = "SELECT p.*, p.facts::text AS facts_text, p.raised::text AS raised_text FROM promises_promise p"


def promises_of(order_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[PromiseView]]:
    """The promises about each order, soonest first. Wider ones: see `promises_of_checkouts`."""
    if not order_ids:
        return {}
    rows = fetch(
        f"{_SELECT} WHERE p.order_id = ANY(%s) ORDER BY p.due_at NULLS LAST, p.id",
        [list(order_ids)],
    )
    found: dict[UUID, list[PromiseView]] = defaultdict(list)
    for row in rows:
        found[row["order_id"]].append(_view(row, now))
    return found


def promises_of_checkouts(checkout_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[PromiseView]]:
    """Those that are about a whole checkout."""
    rows = fetch(
        f"{_SELECT} WHERE p.checkout_id = ANY(%s) AND p.order_id IS NULL ORDER BY p.due_at NULLS LAST, p.id",
        [list(checkout_ids)],
    )
    found: dict[UUID, list[PromiseView]] = defaultdict(list)
    for row in rows:
        found[row["checkout_id"]].append(_view(row, now))
    return found


def endings(checkout_ids: Sequence[UUID]) -> list[Ending]:
    """Every promise about these checkouts and all that is in them, as it stands. One query."""
    rows = fetch(
        "SELECT id, kind, checkout_id, order_id, line_id, state, reason, fault, owed_minor, currency, due_at, decided_at "
        "FROM promises_promise WHERE checkout_id = ANY(%s)",
        [list(checkout_ids)],
    )
    return [
        Ending(**(row | {"fault": tuple(row["fault"].split(";")) if row["fault"] else ()})) for row in rows
    ]


def promise(promise_id: UUID, *, now: datetime) -> PromiseView | None:
    rows = fetch(f"{_SELECT} WHERE p.id = %s", [promise_id])
    return _view(rows[0], now) if rows else None


def late_orders(*, now: datetime) -> dict[UUID, list[UUID]]:
    """By shop the orders whose promise to ship has passed while no carrier has them. One query over a partial index."""
    rows = fetch(
        "SELECT shop_id, array_agg(order_id ORDER BY order_id) AS orders FROM promises_promise "
        "WHERE kind = 'late_shipment' AND cancel_at IS NOT NULL AND due_at <= %s AND order_id IS NOT NULL "
        "AND shop_id IS NOT NULL GROUP BY shop_id ORDER BY shop_id",
        [now],
    )
    return {row["shop_id"]: row["orders"] for row in rows}


def open_of_shop(
    shop_id: UUID, *, now: datetime, kind: str = "late_shipment", limit: int = 500
) -> list[PromiseView]:
    """A shop's open promises, least time left first."""
    rows = fetch(
        f"{_SELECT} WHERE p.shop_id = %s AND p.kind = %s AND p.state = 'open' ORDER BY p.due_at, p.id LIMIT %s",
        [shop_id, kind, limit],
    )
    return [_view(row, now) for row in rows]


def wall(*, now: datetime, limit: int = 200) -> list[PromiseView]:
    """The open promises that come due first, over all shops: control's wall of rings. What only waits for a buyer's word
    is not on it."""
    rows = fetch(
        f"{_SELECT} WHERE p.state = 'open' AND p.settle_at IS NOT NULL AND p.kind <> ALL(%s) "
        "ORDER BY p.settle_at LIMIT %s",
        [list(CLAIMS), limit],
    )
    return [_view(row, now) for row in rows]


def standing(*, now: datetime) -> Standing:
    """Of promises that somebody has to keep by a moment; windows in which a buyer may claim are not counted."""
    [row] = fetch(
        """
        SELECT count(*) AS open,
               count(*) FILTER (WHERE settle_at > %(now)s AND settle_at <= %(soon)s) AS due_soon,
               count(*) FILTER (WHERE settle_at <= %(now)s) AS overdue
        FROM promises_promise WHERE state = 'open' AND kind <> ALL(%(claims)s)
        """,
        {"now": now, "soon": now + timedelta(days=1), "claims": list(CLAIMS)},
    )
    return Standing(**row)


def days(*, now: datetime, timezone: str, count: int = 14, shop_id: UUID | None = None) -> list[Day]:
    """What became of promises on each of the last *count* local days, today last; days without any are there too.

    A window that closed without a claim is not a promise kept by anybody's doing: of those, only what was claimed counts.
    """
    rows = fetch(
        """
        SELECT to_char((p.decided_at AT TIME ZONE %(zone)s)::date, 'YYYY-MM-DD') AS day,
               CASE WHEN p.state IN ('kept', 'void') THEN p.state ELSE 'broken' END AS outcome,
               p.currency, count(*) AS n, coalesce(sum(p.owed_minor), 0)::bigint AS owed
        FROM promises_promise p
        WHERE p.state <> 'open' AND p.decided_at > %(since)s AND p.decided_at <= %(now)s
          AND (%(shop)s::uuid IS NULL OR p.shop_id = %(shop)s)
          AND (p.kind <> ALL(%(claims)s) OR p.state NOT IN ('kept', 'void'))
        GROUP BY 1, 2, 3
        """,
        {
            "zone": timezone, "since": now - timedelta(days=count + 1), "now": now, "shop": shop_id,
            "claims": list(CLAIMS),
        },
    )  # fmt: skip
    by_day: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row["day"]].append(row)
    local = fetch("SELECT (%s AT TIME ZONE %s)::date AS today", [now, timezone])[0]["today"]
    names = [(local - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]
    return [_day(name, by_day[name]) for name in names]


def _day(name: str, rows: Sequence[Row]) -> Day:
    counts = {
        outcome: sum(row["n"] for row in rows if row["outcome"] == outcome)
        for outcome in ("kept", "broken", "void")
    }
    paid: dict[str, int] = {}
    for row in rows:
        if row["owed"]:
            paid[row["currency"]] = paid.get(row["currency"], 0) + row["owed"]
    return Day(day=name, paid=paid, **counts)


def proposals_of(order_ids: Sequence[UUID]) -> dict[UUID, list[ProposalView]]:
    rows = fetch(
        "SELECT d.id, p.order_id, d.until, d.reason, d.answer_by, d.state FROM promises_delayproposal d "
        "JOIN promises_promise p ON p.id = d.promise_id WHERE p.order_id = ANY(%s) ORDER BY d.proposed_at",
        [list(order_ids)],
    )
    found: dict[UUID, list[ProposalView]] = defaultdict(list)
    for row in rows:
        found[row["order_id"]].append(ProposalView(**row))
    return found


def excuses(*, order_id: UUID | None = None, limit: int = 50) -> list[ExcuseView]:
    """The latest excuses, of one order where given."""
    rows = fetch(
        "SELECT p.order_id, e.cause, e.at, e.by_id AS by FROM promises_excuse e "
        "JOIN promises_promise p ON p.id = e.promise_id "
        "WHERE p.order_id IS NOT NULL AND (%(order)s::uuid IS NULL OR p.order_id = %(order)s) "
        "ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s",
        {"order": order_id, "limit": limit},
    )
    return [ExcuseView(**row) for row in rows]


def extensions(*, limit: int = 50) -> list[ExtensionView]:
    """Announced holiday extensions, the latest announced first."""
    rows = fetch("SELECT * FROM promises_extension ORDER BY announced_at DESC, id DESC LIMIT %s", [limit])
    return [
        ExtensionView(
            row["id"], Text(zh=row["reason_zh"], en=row["reason_en"]), row["starts_at"], row["until"],
            row["announced_at"], row["announced_by_id"],
        )
        for row in rows
    ]  # fmt: skip


def _view(row: Row, now: datetime) -> PromiseView:
    kind, terms = KINDS[row["kind"]], terms_of(row["rule_id"], row["kind"])
    facts = facts_from(row["kind"], row["facts_text"])
    verdict = kind.judge(terms, facts, row["decided_at"] or now)
    word = msgspec.json.decode(row["raised_text"], type=raises.Raised) if row["raised_text"] else None
    return PromiseView(
        id=row["id"],
        kind=row["kind"],
        title=kind.title,
        sentence=raises.say(word) if word else kind.say(terms, facts, _as_settled(row, verdict)),
        state=row["state"],
        made_at=row["made_at"],
        due_at=row["due_at"],
        settle_at=row["settle_at"],
        decided_at=row["decided_at"],
        checkout_id=row["checkout_id"],
        order_id=row["order_id"],
        line_id=row["line_id"],
        shop_id=row["shop_id"],
        person_id=row["person_id"],
        owed=Money(row["owed_minor"], row["currency"]) if row["owed_minor"] is not None else None,
        reason=row["reason"],
        fault=tuple(row["fault"].split(";")) if row["fault"] else (),
        remedy="coupon" if word else verdict.remedy,
        decision_id=row["decision_id"],
        left=_left(row["made_at"], row["due_at"], now),
        for_shop=raises.say(word) if word else kind.say_to_shop(terms, facts, _as_settled(row, verdict)),
        stake=_stake(row, kind.judge(terms, facts, THE_END)) if row["state"] == "open" else None,
    )


def _stake(row: Row, at_the_end: Verdict) -> Money | None:
    """What the shop pays if no more news comes; None where it pays nothing, or others do."""
    pays = at_the_end.outcome == "broken" and str(row["shop_id"]) in at_the_end.fault
    return at_the_end.owed if pays else None


def _as_settled(row: Row, verdict: Verdict) -> Verdict:
    """An open promise may be due already while its keeper is on its way: it speaks as one that waits."""
    if row["state"] == "open" and verdict.outcome == "broken":
        return Verdict("waiting", "in_grace")
    return verdict


def _left(made_at: datetime, due_at: datetime | None, now: datetime) -> float:
    if due_at is None or due_at <= made_at:
        return 0.0
    return max(0.0, min(1.0, (due_at - now) / (due_at - made_at)))


def delay_answer(order_id: UUID, *, now: datetime) -> late_shipment.MayPropose | None:
    """Whether the shop may ask for more time now, and why not (see `late_shipment.may_propose_delay`)."""
    rows = fetch(
        "SELECT rule_id, facts::text AS facts FROM promises_promise "
        "WHERE order_id = %s AND kind = 'late_shipment' AND state = 'open'",
        [order_id],
    )
    if not rows:
        return None
    return late_shipment.may_propose_delay(
        terms_of(rows[0]["rule_id"], "late_shipment"), facts_from("late_shipment", rows[0]["facts"]), now
    )
