"""A sweep is looked at without touching anything: what would become of each order, and what is different by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.people.api import require_role
from sanhao.service.aftersales.actions.look import Look, Subject, look, subject_of
from sanhao.service.aftersales.actions.sweep import ROLES, lock, move
from sanhao.service.aftersales.book import encode
from sanhao.service.aftersales.sweeps import Figure, Figures, no_sweep, scope_of, terms_in
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

MOST = 20_000
"""Orders of one sweep; a wider finding is raised in parts."""


@transaction.atomic
def preview(sweep_id: UUID, *, by: UUID, now: datetime) -> Figures:
    """Look at every order the finding reaches, write down what would become of each, touch none. Again: anew.

    Raises Forbidden, NotFound, Refusal ``sweep.moved_on``, ``sweep.too_wide``, ``sweep.nothing``.
    """
    require_role(by, *ROLES)
    row = lock(sweep_id)
    return see(row, by, now)


def see(row: Row, by: UUID | None, now: datetime) -> Figures:
    looks = look(_subjects(row, now), now=now)
    if not looks:
        raise Refusal("sweep.nothing", zh="这个范围里没有订单。", en="There is no order in this scope.")
    execute("DELETE FROM aftersales_swept_order WHERE sweep_id = %s", [row["id"]])
    copy_rows(
        "aftersales_swept_order",
        ("id", "sweep_id", "order_id", "shop_id", "person_id", "number", "state", "lines", "waiting", "collected",
         "outcome", "reason", "bearer", "currency", "expected_minor", "paid_minor", "step", "found_at",
         "rest_outcome", "rest_reason", "rest_minor"),
        [
            (
                id, row["id"], one.order.id, one.order.shop_id, one.order.person_id, one.order.number, "found",
                encode(one.subject.lines), one.waiting, one.order.collected_at is not None, one.verdict.outcome,
                one.verdict.reason, one.verdict.bearer, one.order.total.currency, one.owed_minor, 0, 0, now,
                one.rest.outcome if one.rest else "", one.rest.reason if one.rest else "", one.rest.owed.minor if one.rest else 0,
            )
            for id, one in zip(new_ids(len(looks)), looks, strict=True)
        ],
    )  # fmt: skip
    figures = figures_of(looks)
    move(row, "previewed", by, now, {"look": row["look"] + 1, "looked_at": now, "figures": encode(figures)})
    return figures


def _subjects(row: Row, now: datetime) -> list[Subject]:
    """The orders that the finding reaches now. Raises Refusal ``sweep.too_wide``."""
    trigger, scope = row["trigger"], scope_of(row)
    if trigger == "dead_shop":
        late = promises.late_orders(now=now).get(row["shop_id"], [])
        found = orders.within(
            msgspec.structs.replace(scope, orders=tuple(late)), uncollected=True, limit=MOST + 1
        ) if late else {}  # fmt: skip
    else:
        found = orders.within(scope, limit=MOST + 1)
    if len(found) > MOST:
        raise Refusal("sweep.too_wide", zh=f"一次最多{MOST}个订单，请把时间分段。",
                      en=f"At most {MOST:,} orders at a time: split it by time.")  # fmt: skip
    reason, terms = Text(zh=row["reason_zh"], en=row["reason_en"]), terms_in(row["rule_id"])
    return [Subject(trigger, terms, reason, id, lines, now) for id, lines in found.items()]


def figures_of(looks: Sequence[Look]) -> Figures:
    sums: Counter[tuple[str, str, str]] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    parted: Counter[str] = Counter()
    left = Counter(one.verdict.reason for one in looks if one.verdict.outcome == "left")
    touched = [one for one in looks if one.verdict.outcome != "left"]
    for one in touched:
        found: Counter[tuple[str, str, str]] = Counter()
        for verdict in one.verdicts:
            if verdict.outcome == "left":
                parted[verdict.reason] += 1
            else:
                found[one.order.total.currency, verdict.bearer, verdict.outcome] += verdict.owed.minor
        sums.update(found)
        counts.update(found.keys())
    return Figures(
        len(touched),
        len({one.order.person_id for one in touched}),
        tuple(Figure(*key, counts[key], sums[key]) for key in sorted(sums)),
        dict(left),
        dict(parted),
    )


class Changes(msgspec.Struct, frozen=True):
    """What is different now from what was seen: orders that came, and those that would go another way by now."""

    added: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.different)


def changes(sweep_id: UUID, *, now: datetime) -> Changes:
    """What is different now from what the stored look says, by order number. Nothing is written."""
    row = _row(sweep_id)
    if row["state"] != "previewed":
        return Changes()
    stored = {known["order_id"]: known for known in _stored(sweep_id)}
    try:
        subjects = _subjects(row, now)
    except Refusal as refusal:
        return Changes(added=(refusal.code,))
    # What was seen before is looked at as the act will look at it: with what has happened since.
    seen = {
        one.order.id: one
        for one in look([subject_of(row | stored[s.order_id], s.terms) if s.order_id in stored else s for s in subjects],
                        now=now)
    }  # fmt: skip
    other = [
        known["number"]
        for id, known in stored.items()
        if id not in seen
        or (seen[id].verdict.outcome, seen[id].owed_minor) != (known["outcome"], known["expected_minor"])
    ]
    added = sorted(one.order.number for id, one in seen.items() if id not in stored)
    return Changes(tuple(added), tuple(other))


def _stored(sweep_id: UUID) -> list[Row]:
    return fetch(
        "SELECT order_id, number, lines, waiting, collected, found_at, outcome, expected_minor "
        "FROM aftersales_swept_order WHERE sweep_id = %s ORDER BY number",
        [sweep_id],
    )


def _row(sweep_id: UUID) -> Row:
    rows = fetch("SELECT * FROM aftersales_sweep WHERE id = %s", [sweep_id])
    if not rows:
        raise no_sweep()
    return rows[0]
