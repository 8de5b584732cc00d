"""Refunds paid ahead of the goods (`paths/instant.py`, `paths/intercept.py`): wanted by a case, judged and paid by a keeper.

The platform pays into the order's escrow, out of `paid_ahead`, and the refund leaves it like any other. How that ends is
in `ahead_ends`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales.actions.give import CAUSE, units_of
from sanhao.service.aftersales.book import COLUMNS, encode
from sanhao.service.aftersales.case import Address
from sanhao.service.aftersales.events import CaseChanged
from sanhao.service.aftersales.models import ADVANCE
from sanhao.service.aftersales.paths import instant, intercept
from sanhao.service.aftersales.paths.standing import standing
from sanhao.service.aftersales.trust import records
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


def want(row: Row, *, now: datetime) -> None:
    """A number was handed in for this return: a keeper sees whether it is refunded ahead."""
    if row["kind"] != "return":
        return
    try:
        rule = rulebook.in_force(instant.RULE, at=now)
    except LookupError:
        return  # this site pays nothing ahead
    _want([row], "instant", [rule.id], now)


def want_called_back(rows: Sequence[Row], *, now: datetime) -> None:
    """What these cases' courier says of their interception is heard: a keeper sees whether they are refunded ahead."""
    _want(rows, "intercept", [row["stop_rule_id"] for row in rows], now)
    known = fetch(
        "SELECT id, state FROM aftersales_advance WHERE case_id = ANY(%s) AND path = 'intercept' ORDER BY id FOR UPDATE",
        [[row["id"] for row in rows]],
    )
    again = [row["id"] for row in known if row["state"] in ("waiting", "declined")]
    ADVANCE.move_rows(again, "wanted", at=now, also={"wanted_at": now, "ended_at": None, "reason": ""})


def _want(rows: Sequence[Row], path: str, rule_ids: Sequence[UUID], now: datetime) -> None:
    execute(
        "INSERT INTO aftersales_advance (id, case_id, order_id, shop_id, person_id, rule_id, path, state, reason, currency, "
        "amount_minor, repaid_minor, owed_minor, borne_minor, wanted_at) "
        "SELECT id, case_id, order_id, shop_id, person_id, rule_id, %s, 'wanted', '', currency, 0, 0, 0, 0, %s "
        "FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) "
        "AS w (id, case_id, order_id, shop_id, person_id, rule_id, currency) ON CONFLICT (case_id) DO NOTHING",
        [
            path,
            now,
            new_ids(len(rows)),
            *([row[name] for row in rows] for name in ("id", "order_id", "shop_id", "person_id")),
            list(rule_ids),
            [row["currency"] for row in rows],
        ],
    )


def scanned(case_ids: Sequence[UUID], *, now: datetime) -> None:
    """The courier has these returns: what waited for that is looked at again."""
    rows = fetch(
        "SELECT id, state FROM aftersales_advance WHERE case_id = ANY(%s) ORDER BY id FOR UPDATE",
        [list(case_ids)],
    )
    again = [row["id"] for row in rows if row["state"] == "waiting"]
    ADVANCE.move_rows(again, "wanted", at=now, note="scanned", also={"wanted_at": now})


def pay_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: advances that are wanted. Runs in the claiming transaction and waits for nobody: whose order, case or
    buyer is busy elsewhere is looked at in the next batch."""
    held = {one.id: one for one in orders.hold(order_ids=[row["order_id"] for row in rows])}
    people = _free_people({row["person_id"] for row in rows})
    cases = {
        case["id"]: case
        for case in fetch(
            f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED",
            [[row["case_id"] for row in rows if row["order_id"] in held and row["person_id"] in people]],
        )
    }
    mine = _one_each([row for row in rows if row["case_id"] in cases])
    live = [row for row in mine if _travels(row["path"], cases[row["case_id"]])]
    over = [row for row in mine if row not in live]
    decline(over, ["case_over"] * len(over), now)
    if not live:
        return
    judged = _judge_all(live, cases, held, now)
    no = [(row, verdict) for row, _, verdict in judged if verdict.outcome == "declined"]
    decline([row for row, _ in no], [verdict.reason for _, verdict in no], now)
    ADVANCE.move_rows([row["id"] for row, _, v in judged if v.outcome == "wait"], "waiting", at=now)
    _pay([one for one in judged if one[2].outcome == "paid"], cases, now)


def _free_people(ids: set[UUID]) -> set[UUID]:
    """Of these buyers those whose exposure nobody else is adding to right now."""
    return {
        row["id"]
        for row in fetch(
            "SELECT p.id FROM unnest(%s::uuid[]) AS p (id) "
            "WHERE pg_try_advisory_xact_lock(hashtextextended(p.id::text, 3))",
            [sorted(ids)],
        )
    }


def _one_each(rows: Sequence[Row]) -> list[Row]:
    """One of each order: the next sees what this one left of it."""
    return list({row["order_id"]: row for row in reversed(rows)}.values())


_PATHS: Mapping[str, Any] = {"instant": instant, "intercept": intercept}
"""The files of `paths/` by which money goes ahead: each has Terms, Seen, a judge, a sentence and the name of its decision."""
Judged = tuple[Row, Any, instant.Verdict | intercept.Verdict]


def _travels(path: str, case: Row) -> bool:
    if path == "instant":
        return bool(case["state"] == "returning")
    return (case["state"], case["stop"]) in (("stopping", "accepted"), ("returning", "back"))


def _judge_all(
    rows: Sequence[Row], cases: Mapping[UUID, Row], held: Mapping[UUID, orders.Held], now: datetime
) -> list[Judged]:
    found = records([row["person_id"] for row in rows])
    exposed: dict[tuple[UUID, str], int] = defaultdict(int, _exposed([row["person_id"] for row in rows]))
    views = orders.orders([row["order_id"] for row in rows])
    units = units_of([row["case_id"] for row in rows])
    parcels = delivery.consignments_of([row["case_id"] for row in rows])
    judged = []
    for row in rows:
        case, terms = cases[row["case_id"]], _terms(row)
        who = (row["person_id"], row["currency"])
        lines = [line for line in views[row["order_id"]].lines if line.id in units[row["case_id"]]]
        common: dict[str, Any] = {
            "amount": Money(case["back_minor"], row["currency"]),
            "left": Money(held[row["order_id"]].left_minor, row["currency"]),
            "exposed": Money(exposed[who], row["currency"]),
            "standing": standing(terms.trust, found[row["person_id"]], now),
            "special": tuple(sorted({line.special for line in lines if line.special})),
        }
        seen: Any
        if row["path"] == "intercept":
            seen = intercept.Seen(heard="succeeded" if case["stop"] == "back" else "accepted", **common)
        else:
            waybill = _waybill(case, parcels[row["case_id"]], views[row["order_id"]], units[row["case_id"]])
            seen = instant.Seen(kind=case["kind"], reason=case["reason"], waybill=waybill, **common)
        verdict = _PATHS[row["path"]].judge(terms, seen)
        exposed[who] += verdict.owed.minor
        judged.append((row, seen, verdict))
    return judged


def _terms(row: Row) -> Any:
    return msgspec.convert(rulebook.version(row["rule_id"]).terms, _PATHS[row["path"]].Terms)


def _exposed(person_ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    """What each buyer has ahead, or owes, by currency."""
    rows = fetch(
        "SELECT person_id, currency, sum(amount_minor - repaid_minor - borne_minor)::bigint AS minor "
        "FROM aftersales_advance WHERE person_id = ANY(%s) AND state IN ('paid', 'owed') GROUP BY person_id, currency",
        [list(set(person_ids))],
    )
    return {(row["person_id"], row["currency"]): row["minor"] for row in rows}


def _waybill(
    case: Row,
    parcels: Sequence[delivery.ConsignmentView],
    order: orders.OrderView,
    units: Mapping[UUID, int],
) -> instant.Waybill:
    parcel = next(parcel for parcel in parcels if parcel.id == case["parcel_id"])
    first = min(
        (scan for scan in parcel.scans if scan.status not in ("pending", "unknown")),
        key=lambda scan: scan.at,
        default=None,
    )
    to = msgspec.json.decode(case["address"], type=Address)
    return instant.Waybill(
        scanned=parcel.collected_at is not None or case["pickup"] == "collected",
        issued=case["label"] == "used",
        older=first is not None and first.at < case["opened_at"],
        origin=first.place if first else "",
        bound_for=parcel.bound_for,
        weight_g=parcel.weight_g,
        home=(order.address["region"], order.address["city"]),
        shop=(to.region, to.city),
        goods_g=sum(line.weight_g * units.get(line.id, 0) for line in order.lines),
    )


def decline(rows: Sequence[Row], reasons: Sequence[str], now: datetime) -> None:
    ADVANCE.move_rows(
        [row["id"] for row in rows], "declined", at=now, also={"ended_at": now},
        each={"reason": ("text", list(reasons))},
    )  # fmt: skip


def _pay(judged: Sequence[Judged], cases: Mapping[UUID, Row], now: datetime) -> None:
    if not judged:
        return
    ids = dict(zip([row["id"] for row, *_ in judged], new_ids(len(judged)), strict=True))
    decisions.record([_decision(ids[row["id"]], row, seen, verdict, now) for row, seen, verdict in judged])
    settlement.cover([_cover(row, verdict, ids[row["id"]]) for row, _, verdict in judged], now=now)
    orders.refund([_part(row, verdict, ids[row["id"]]) for row, _, verdict in judged], now=now)
    until = [now + timedelta(days=_terms(row).back_days) for row, *_ in judged]
    ADVANCE.move_rows(
        [row["id"] for row, *_ in judged], "paid", at=now, also={"paid_at": now},
        each={
            "amount_minor": ("bigint", [verdict.owed.minor for *_, verdict in judged]),
            "reason": ("text", [verdict.reason for *_, verdict in judged]),
            "decision_id": ("uuid", [ids[row["id"]] for row, *_ in judged]),
        },
    )  # fmt: skip
    # The time the shop has runs from its signed scan; without one, the parcel has until then. Called back, it has its own.
    execute(
        """
        UPDATE aftersales_case c SET ahead_minor = w.amount, ahead_until = w.until,
            due_at = CASE WHEN c.signed_at IS NULL AND c.stop = '' THEN w.until ELSE c.due_at END
        FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS w (id, amount, until) WHERE c.id = w.id
        """,
        [[row["case_id"] for row, *_ in judged], [verdict.owed.minor for *_, verdict in judged], until],
    )
    events.emit(
        [
            CaseChanged(row["case_id"], row["order_id"], row["shop_id"], row["person_id"], "paid_ahead")
            for row, *_ in judged
        ],
        at=now,
    )


def _decision(
    id: UUID, row: Row, seen: Any, verdict: instant.Verdict | intercept.Verdict, now: datetime
) -> decisions.DecisionDraft:
    """It takes nothing from anybody, so there is nothing to appeal; what may take it back later is a decision of its own."""
    return decisions.DecisionDraft(
        id=id,
        key=f"{_PATHS[row['path']].PAID}:{row['case_id']}",
        kind=_PATHS[row["path"]].PAID,
        subject_kind="case",
        subject_id=row["case_id"],
        rule_id=row["rule_id"],
        facts=encode(seen),
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor,
        currency=verdict.owed.currency,
        text=_PATHS[row["path"]].say(verdict),
        shop_id=None,
        person_id=row["person_id"],
        decided_at=now,
        appeal_until=None,
    )


def account(currency: str) -> ledger.Ref:
    return ledger.Ref("paid_ahead", ledger.PLATFORM, currency)


def _cover(row: Row, verdict: instant.Verdict | intercept.Verdict, decision_id: UUID) -> settlement.Cover:
    return settlement.Cover(
        f"case:{row['case_id']}:ahead", "case.ahead", row["order_id"], verdict.owed.minor, account(row["currency"]),
        CAUSE, row["case_id"], decision_id,
    )  # fmt: skip


def _part(row: Row, verdict: instant.Verdict | intercept.Verdict, decision_id: UUID) -> orders.Part:
    return orders.Part(
        key=f"case:{row['case_id']}:refund_ahead",
        order_id=row["order_id"],
        cause_kind=CAUSE,
        cause_id=row["case_id"],
        amount_minor=verdict.owed.minor,
        decision_id=decision_id,
    )
