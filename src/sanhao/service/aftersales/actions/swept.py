"""The orders of a running sweep, a batch at a time: each is looked at under its lock and acted on once.

One kind of act to a batch: cancelling locks promises before settlements, opening a return locks settlements only, so a
batch that did both could wait for another that does them the other way round. What is left of a batch is due at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.ids import derived_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales import money
from sanhao.service.aftersales.actions import holds
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.look import Look, asks, look, subject_of
from sanhao.service.aftersales.actions.moves import enter
from sanhao.service.aftersales.book import COLUMNS, RULE, encode, terms_of
from sanhao.service.aftersales.events import CaseMoved, OrderSwept
from sanhao.service.aftersales.models import SWEPT_ORDER
from sanhao.service.aftersales.paths import proactive
from sanhao.service.aftersales.sweeps import terms_in
from sanhao.service.orders import api as orders

CAUSE = "sweep"
_REASON = "not_as_described"
Doing = tuple[Row, Look]


def run(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: orders of running sweeps. Runs in the claiming transaction and waits for nobody: whose order is busy, or
    is just being asked about by its buyer, comes with the next batch."""
    mine = _mine(rows)
    sweeps = _sweeps(mine)
    mine = [row | sweeps[row["sweep_id"]] for row in mine]
    looks = look([subject_of(row, terms_in(row["rule_id"])) for row in mine], now=now)
    doing: dict[str, list[Doing]] = defaultdict(list)
    for row, one in zip(mine, map(_no_more_than_seen, mine, looks), strict=True):
        doing["cancel" if one.ends and one.verdict.outcome == "refund" else one.verdict.outcome].append(
            (row, one)
        )
    _leave(doing.pop("left", []), now)
    _wait(doing.pop("wait", []), now)
    for name, acting in (("cancel", _cancel), ("return", _open_returns), ("refund", _refund)):
        if doing[name]:
            acting(doing[name], now)
            return


def _no_more_than_seen(row: Row, one: Look) -> Look:
    """Two people agreed to a sum: an order that would get more by now (a case of its own was withdrawn) is left."""
    if row["paid_minor"] + one.owed_minor <= row["expected_minor"]:
        return one
    verdict = proactive.Verdict("left", "grown", "shop", Money(0, one.verdict.owed.currency))
    return replace(one, verdict=verdict)


def _mine(rows: Sequence[Row]) -> list[Row]:
    """One of each order, whose row and whose requests nobody else holds; they are locked now."""
    once = {row["order_id"]: row for row in rows}
    held = {one.id for one in orders.hold(order_ids=list(once))}
    free = {
        row["id"]
        for row in fetch(
            "SELECT o.id FROM unnest(%s::uuid[]) AS o (id) WHERE pg_try_advisory_xact_lock(hashtextextended(o.id::text, 2))",
            [sorted(held)],
        )
    }
    return [row for id, row in sorted(once.items()) if id in free]


def _sweeps(rows: Sequence[Row]) -> dict[UUID, Row]:
    return {
        row.pop("id"): row
        for row in fetch(
            "SELECT id, trigger, rule_id, reason_zh, reason_en FROM aftersales_sweep WHERE id = ANY(%s)",
            [list({row["sweep_id"] for row in rows})],
        )
    }


def _leave(doing: Sequence[Doing], now: datetime) -> None:
    """Nothing to do, or nothing more: what was refunded in an earlier step is what this order got."""
    for to in ("left", "done"):
        group = [one for one in doing if (one[0]["paid_minor"] > 0) == (to == "done")]
        SWEPT_ORDER.move_rows(
            [row["id"] for row, _ in group], to, at=now, also={"due_at": None, "ended_at": now},
            each={
                "reason": ("text", [row["reason"] if to == "done" else one.verdict.reason for row, one in group]),
                "outcome": ("text", [row["outcome"] if to == "done" else "left" for row, _ in group]),
            },
        )  # fmt: skip


def _wait(doing: Sequence[Doing], now: datetime) -> None:
    execute(
        "UPDATE aftersales_swept_order t SET due_at = w.due, outcome = 'wait', reason = w.reason "
        "FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS w (id, due, reason) WHERE t.id = w.id",
        [
            [row["id"] for row, _ in doing],
            [now + timedelta(hours=one.subject.terms.look_hours) for _, one in doing],
            [one.verdict.reason for _, one in doing],
        ],
    )


def _cancel(doing: Sequence[Doing], now: datetime) -> None:
    """No carrier has it and all of it is meant: the order is over, and its guarantee gives everything back."""
    ids = _decide(doing, now)
    orders.cancel([row["order_id"] for row, _ in doing], who="platform", note=CAUSE, now=now)
    _done(doing, ids, [one.verdict.owed.minor for _, one in doing], now)


def _refund(doing: Sequence[Doing], now: datetime) -> None:
    ids = _decide(doing, now)
    asked = [
        money.Asked(
            key=f"sweep:{row['id']}:{row['step']}",
            order_id=row["order_id"],
            asks=asks(one.units),
            fault="shop",
            cause_kind="order",
            cause_id=row["order_id"],
            decision_id=ids[row["id"]],
            payer=goodwill(row["currency"]) if one.verdict.bearer == "platform" else None,
            unshipped=one.units if one.where == "unshipped" else {},
        )
        for row, one in doing
    ]
    backs = money.give_back(asked, now=now)
    _done(doing, ids, [backs[one.key].cash_minor for one in asked], now)


def goodwill(currency: str) -> ledger.Ref:
    return ledger.Ref("goodwill", ledger.PLATFORM, currency)


def _open_returns(doing: Sequence[Doing], now: datetime) -> None:
    """A return in the buyer's name, approved already: they only hand it to a courier, at the shop's expense."""
    ids = _decide(doing, now)
    countries = {row["id"]: one.order.address["country"] for row, one in doing}
    rules = {
        country: rulebook.in_force(RULE, at=now, market=country).id for country in set(countries.values())
    }
    cases = {row["id"]: derived_id(row["id"], "return") for row, _ in doing}
    copy_rows(
        "aftersales_case",
        ("id", "order_id", "shop_id", "person_id", "rule_id", "kind", "reason", "guarantee", "words", "state", "due_at",
         "opened_at", "moved_at", "phase", "packed", "currency", "back_minor", "refunded_minor", "bearer",
         "ships_first", "at_shop", "answer", "round", "spoke", "decision_id"),
        [
            (
                cases[row["id"]], row["order_id"], row["shop_id"], row["person_id"], rules[countries[row["id"]]],
                "return", _REASON, "", row["reason_zh"], "asked",
                life.due(terms_of(rules[countries[row["id"]]]), life.Facts("asked", "return", True, True), now),
                now, now, "delivered", False, row["currency"], one.verdict.owed.minor, 0, "shop", False, False, "", 0,
                "{}", ids[row["id"]],
            )
            for row, one in doing
        ],
    )  # fmt: skip
    units = [(cases[row["id"]], line, count) for row, one in doing for line, count in one.units.items()]
    copy_rows(
        "aftersales_case_unit",
        ("id", "case_id", "line_id", "units"),
        [(id, *unit) for id, unit in zip(new_ids(len(units)), units, strict=True)],
    )
    opened = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) ORDER BY id", [list(cases.values())]
    )
    events.emit(
        [
            CaseMoved(row["id"], row["order_id"], row["shop_id"], row["person_id"], "return", "", "asked", True, 0,
                      row["currency"], row["decision_id"])
            for row in opened
        ],
        at=now,
    )  # fmt: skip
    to = addresses_for(opened)
    enter(
        [Going(row, "to_send", note=CAUSE, by_time=True, also={"address": to[row["id"]]}) for row in opened],
        now=now,
    )
    holds.place([row["order_id"] for row, _ in doing], now=now)
    _done(doing, ids, [0] * len(doing), now, cases=cases)


def _decide(doing: Sequence[Doing], now: datetime) -> dict[UUID, UUID]:
    """The reason for each, which the shop may appeal; by the id of the sweep's order."""
    ids = dict(zip([row["id"] for row, _ in doing], new_ids(len(doing)), strict=True))
    decisions.record(
        [
            decisions.DecisionDraft(
                id=ids[row["id"]],
                key=f"sweep:{row['id']}:{row['step']}",
                kind=proactive.SWEPT,
                subject_kind="order",
                subject_id=row["order_id"],
                rule_id=row["rule_id"],
                facts=encode(one.seen),
                verdict=encode(one.verdict),
                effect_minor=one.verdict.owed.minor,
                currency=one.verdict.owed.currency,
                text=proactive.say(one.seen, one.verdict),
                shop_id=row["shop_id"],
                person_id=row["person_id"],
                decided_at=now,
                appeal_until=now + timedelta(days=one.subject.terms.appeal_days),
            )
            for row, one in doing
        ]
    )
    return ids


def _done(
    doing: Sequence[Doing],
    ids: Mapping[UUID, UUID],
    paid: Sequence[int],
    now: datetime,
    *,
    cases: Mapping[UUID, UUID] | None = None,
) -> None:
    """Write down what came of each; where other units of the order are somewhere else, they are next."""
    both = list(zip(doing, paid, strict=True))
    over = [((row, one), minor) for (row, one), minor in both if one.rest is None]
    SWEPT_ORDER.move_rows(
        [row["id"] for (row, _), _ in over], "done", at=now, also={"due_at": None, "ended_at": now},
        each=_each(over, ids) | {"case_id": ("uuid", [(cases or {}).get(row["id"]) for (row, _), _ in over])},
    )  # fmt: skip
    rest = [((row, one), minor) for (row, one), minor in both if one.rest is not None]
    execute(
        "UPDATE aftersales_swept_order t SET step = t.step + 1, due_at = %s, waiting = 0, outcome = 'refund', "
        "paid_minor = w.paid, decision_id = w.decision "
        "FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[]) AS w (id, paid, decision) WHERE t.id = w.id",
        [
            now,
            [row["id"] for (row, _), _ in rest],
            [row["paid_minor"] + minor for (row, _), minor in rest],
            [ids[row["id"]] for (row, _), _ in rest],
        ],
    )
    events.emit(
        [
            OrderSwept(
                row["sweep_id"], row["order_id"], row["shop_id"], row["person_id"], (cases or {}).get(row["id"]),
                one.verdict.owed.minor, row["currency"], ids[row["id"]],
            )
            for row, one in doing
        ],
        at=now,
    )  # fmt: skip


def _each(
    over: Sequence[tuple[Doing, int]], ids: Mapping[UUID, UUID]
) -> dict[str, tuple[str, Sequence[object]]]:
    return {
        "paid_minor": ("bigint", [row["paid_minor"] + minor for (row, _), minor in over]),
        "outcome": ("text", [one.verdict.outcome for (_, one), _ in over]),
        "reason": ("text", [one.verdict.reason for (_, one), _ in over]),
        "bearer": ("text", [one.verdict.bearer for (_, one), _ in over]),
        "decision_id": ("uuid", [ids[row["id"]] for (row, _), _ in over]),
    }
