"""How money paid ahead ends, with the case it was paid for: who bears it, what the buyer owes, what goes nowhere any more.

The shop gives it back out of its escrow, or it is goodwill, or the buyer owes it (`debts`). One row, one sum, one end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import money
from sanhao.service.aftersales.actions import debts, fees, give, remains
from sanhao.service.aftersales.actions.ahead import account, decline
from sanhao.service.aftersales.actions.give import CAUSE
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.case import OVER
from sanhao.service.aftersales.models import ADVANCE
from sanhao.service.aftersales.paths import instant


def settle(items: Sequence[Going], *, now: datetime) -> None:
    """Cases that end in a refund the buyer has had already: who bears it pays the platform back. What was ruled or agreed
    to be less than was paid ahead, the buyer owes. Nothing goes to the buyer a second time."""
    for round_ in give.one_each(items):
        _settle(round_, now)


def _settle(items: Sequence[Going], now: datetime) -> None:
    """One case of each order. What the shop bears is given back by the core of refund money like any other refund, units,
    shares of coupons, shelf and all, but for the cash the buyer has had."""
    rows = _lock(items)
    gone = remains.back_already([item.row for item in items])
    entries = []
    for item in items:
        row = rows[item.row["id"]]
        wanted = item.row["back_minor"] if item.amount_minor is None else item.amount_minor
        out = item.row["ahead_minor"]
        item.refunded_minor = had = min(out, wanted)
        # What was forgiven is the platform's loss already.
        if item.bearer != "shop" and row["state"] != "forgiven":
            goodwill = ledger.Ref("goodwill", ledger.PLATFORM, row["currency"])
            entries.append(_entry(item, "case.goodwill", "borne", goodwill, _claim(row), had, now))
        if out > had and row["state"] == "paid":
            entries.append(_entry(item, "case.owed", "owed", _debt(row), _claim(row), out - had, now))
    # What a guarantee gives was divided by its own judge, and what is back already was given by another refund: there the
    # shop gives back the cash, and that is all.
    shops = [item for item in items if item.bearer == "shop"]
    claims = [item for item in shops if item.row["promise_id"]]
    lost = [item for item in shops if not item.row["promise_id"] and item.row["id"] in gone]
    settlement.repay([_repaid(item, rows) for item in (*claims, *lost)], now=now)
    fees.repay(claims, now=now)
    fees.bear([*lost, *(item for item in items if item.bearer != "shop")], now=now)
    by_shop = [item for item in shops if not item.row["promise_id"] and item.row["id"] not in gone]
    asked = [
        msgspec.structs.replace(one, had_minor=item.refunded_minor, claim=_claim(rows[item.row["id"]]))
        for item, one in zip(by_shop, give.asked_of(by_shop), strict=True)
    ]
    backs = money.give_back(asked, now=now)
    for item, one in zip(by_shop, asked, strict=True):
        item.refunded_minor = max(item.refunded_minor, backs[one.key].cash_minor)
    ledger.post(entries)
    debts.give_back([(rows[item.row["id"]], item.refunded_minor) for item in items], now=now)
    _ended(items, rows, now)


def _repaid(item: Going, rows: Mapping[UUID, Row]) -> settlement.Repay:
    id, row = item.row["id"], rows[item.row["id"]]
    return settlement.Repay(
        f"case:{id}:repaid", row["order_id"], item.refunded_minor, _claim(row), CAUSE, id, item.decision_id
    )


def owe(items: Sequence[Going], *, now: datetime) -> None:
    """Cases that end without a refund though one was paid ahead: the buyer owes it. What was not paid yet never is."""
    over = [
        item
        for item in items
        if item.to in OVER and item.to != "refunded" and (item.row["kind"] == "return" or item.row["stop"])
    ]
    if not over:
        return
    rows = _lock(over)
    still = [item for item in over if rows.get(item.row["id"], {}).get("state") in ("wanted", "waiting")]
    decline([rows[item.row["id"]] for item in still], ["case_over"] * len(still), now)
    out = [item for item in over if rows.get(item.row["id"], {}).get("state") == "paid"]
    ledger.post(
        [
            _entry(item, "case.owed", "owed", _debt(rows[item.row["id"]]), _claim(rows[item.row["id"]]),
                   item.row["ahead_minor"], now)
            for item in out
        ]
    )  # fmt: skip
    ADVANCE.move_rows(
        [rows[item.row["id"]]["id"] for item in out], "owed", at=now, also={"ended_at": now},
        each={"owed_minor": ("bigint", [item.row["ahead_minor"] for item in out])},
    )  # fmt: skip


def _lock(items: Sequence[Going]) -> dict[UUID, Row]:
    return {
        row["case_id"]: row
        for row in fetch(
            "SELECT id, case_id, order_id, person_id, state, currency, amount_minor, repaid_minor, borne_minor "
            "FROM aftersales_advance WHERE case_id = ANY(%s) ORDER BY id FOR UPDATE",
            [[item.row["id"] for item in items]],
        )
    }


def _claim(row: Row) -> ledger.Ref:
    """Where the platform's claim stands: on the return under way, on the buyer, or nowhere any more: it was forgiven."""
    match row["state"]:
        case "paid":
            return account(row["currency"])
        case "forgiven":
            return ledger.Ref("goodwill", ledger.PLATFORM, row["currency"])
    return _debt(row)


def _debt(row: Row) -> ledger.Ref:
    return debts.account(row["person_id"], row["currency"])


def _entry(
    item: Going, kind: str, name: str, debit: ledger.Ref, credit: ledger.Ref, minor: int, now: datetime
) -> ledger.EntryDraft:
    id = item.row["id"]
    lines = ((debit, minor), (credit, -minor))
    return ledger.EntryDraft(
        new_id(), f"case:{id}:{name}", kind, now, item.row["currency"], lines, CAUSE, id, item.decision_id
    )


_REST = {"owed": "owed_minor", "cleared": "cleared_minor", "forgiven": "forgiven_minor"}
"""Where the rest of a debt stands, by the state it is in."""


def _ended(items: Sequence[Going], rows: Mapping[UUID, Row], now: datetime) -> None:
    """Write down who bore what; a rest the buyer still owes, has paid or was forgiven stays on the case."""
    groups: dict[str, list[Going]] = defaultdict(list)
    for item in items:
        over = "repaid" if item.bearer == "shop" else "borne"
        state = rows[item.row["id"]]["state"]
        groups[over if not _rest(item) else state if state in _REST else "owed"].append(item)
    for to, group in groups.items():
        found = [rows[item.row["id"]] for item in group]
        had = [item.row["ahead_minor"] - _rest(item) for item in group]
        gone = [
            (sum_, 0) if item.bearer == "shop" else (0, sum_) for item, sum_ in zip(group, had, strict=True)
        ]
        ADVANCE.move_rows(
            [row["id"] for row in found], to, at=now, also={"ended_at": now},
            each={
                "repaid_minor": ("bigint", [row["repaid_minor"] + shop for row, (shop, _) in zip(found, gone, strict=True)]),
                "borne_minor": ("bigint", [row["borne_minor"] + us for row, (_, us) in zip(found, gone, strict=True)]),
                **{
                    column: ("bigint", [_rest(item) if state == to else 0 for item in group])
                    for state, column in _REST.items()
                },
            },
        )  # fmt: skip
    execute(
        "UPDATE aftersales_case c SET ahead_minor = w.rest, refunded_minor = w.back "
        "FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS w (id, rest, back) WHERE c.id = w.id",
        [
            [item.row["id"] for item in items],
            [_rest(item) for item in items],
            [item.refunded_minor for item in items],
        ],
    )


def _rest(item: Going) -> int:
    """What the buyer had ahead beyond what the case came to."""
    return max(0, int(item.row["ahead_minor"]) - item.refunded_minor)


def appeal_days(row: Row, to: str, otherwise: int, *, now: datetime) -> int:
    """A decision about money that was paid ahead may be appealed for longer: by the shop it costs, or by the buyer."""
    if not row["ahead_minor"]:
        return otherwise
    try:
        terms = msgspec.convert(rulebook.in_force(instant.RULE, at=now).terms, instant.Terms)
    except LookupError:
        return otherwise
    return max(otherwise, terms.shop_appeal_days if to == "refunded" else terms.buyer_appeal_days)
