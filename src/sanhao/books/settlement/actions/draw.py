"""Money leaves an order's escrow for good: what others paid in for it, what is held, or the shop pays it back.

Settlements are locked in order of id, before the accounts of shops and after orders, promises and cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.books.ledger.api import PLATFORM, Charge, Charged, EntryDraft, Ref
from sanhao.books.settlement.actions.invoices import follow_refunds
from sanhao.books.settlement.core import Cover, Draw, Drawn, Kept, take
from sanhao.books.settlement.models import SETTLEMENT
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.rows import copy_rows, execute, fetch, together

_LOCKED = (
    "id, shop_id, currency, state, held_minor, covered_minor, goods_minor, goods_back_minor, commission_full_minor, "
    "commission_minor"
)


def lock(order_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Lock these orders' settlements in order of id. Whoever is going to charge shops first takes these before."""
    if not order_ids:
        return {}
    rows = fetch(
        f"SELECT {_LOCKED} FROM settlement_settlement WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [list(set(order_ids))],
    )
    found = {row["id"]: row for row in rows}
    if missing := set(order_ids) - set(found):
        raise LookupError(f"never opened: {', '.join(sorted(map(str, missing)))}")
    return found


def cover(covers: Sequence[Cover], *, now: datetime) -> list[Charged]:
    """Whoever bears a refund instead of the order's own escrow pays it in, in the transaction of the refund and
    before it. Answers for the shops among the payers, in order."""
    wanted = [c for c in covers if c.amount_minor]
    if not wanted:
        return []
    with together():
        rows = lock([c.order_id for c in wanted])
        charges, entries = [], []
        paid_in: dict[UUID, int] = {}
        for c in wanted:
            row = rows[c.order_id]
            escrow = _escrow(row)
            paid_in[c.order_id] = paid_in.get(c.order_id, 0) + c.amount_minor
            if isinstance(c.payer, UUID):
                charges.append(
                    Charge(c.key, c.kind, c.payer, c.amount_minor, row["currency"], escrow, c.cause_kind, c.cause_id,
                           c.decision_id)
                )  # fmt: skip
            else:
                lines = ((Ref(*c.payer), c.amount_minor), (escrow, -c.amount_minor))
                entries.append(
                    EntryDraft(new_id(), c.key, c.kind, now, row["currency"], lines, c.cause_kind, c.cause_id,
                               c.decision_id)
                )  # fmt: skip
        execute(
            "UPDATE settlement_settlement s SET covered_minor = s.covered_minor + c.minor "
            "FROM unnest(%s::uuid[], %s::bigint[]) AS c (id, minor) WHERE s.id = c.id",
            [list(paid_in), list(paid_in.values())],
        )
        charged = ledger.charge_shops(charges, now=now)
        ledger.post(entries)
    return charged


def draw(draws: Sequence[Draw], *, now: datetime) -> list[Drawn]:
    """The escrow of these orders is about to be debited: make sure that it holds the amounts, and say who loses them.

    While held, what others `cover`ed goes first, then what is held. After release the shop is charged (balance,
    deposit, advance) into the escrow, and the platform gives back its share of the commission. Answers in order; a
    key served before is left out.
    """
    wanted = [d for d in draws if d.amount_minor or d.whole]
    if not wanted:
        return []
    with together():
        rows = lock([d.order_id for d in wanted])
        known = fetch("SELECT key FROM settlement_drawing WHERE key = ANY(%s)", [[d.key for d in wanted]])
        served = {row["key"] for row in known}
        fresh = [d for d in wanted if d.key not in served]
        reserves = _reserves(rows)
        kept = {id: _kept(row, reserves.get(id, 0)) for id, row in rows.items()}
        drawn = []
        for d in fresh:
            taken = take(kept[d.order_id], d.amount_minor, d.freight_minor)
            drawn.append(
                Drawn(d.key, d.order_id, taken.from_cover, taken.from_escrow, taken.commission_back,
                      taken.from_reserve, taken.charged)
            )  # fmt: skip
        _write(fresh, drawn, kept, rows, now)
        follow_refunds(_lost(drawn), now=now)
        _end([d.order_id for d in fresh if d.whole], rows, kept, now)
        after = [
            (d, t, rows[d.order_id])
            for d, t in zip(fresh, drawn, strict=True)
            if t.commission_back or t.from_reserve or t.charged
        ]
        _lock_accounts(after)
        ledger.charge_shops([_charge(d, t, row) for d, t, row in after if t.charged], now=now)
        ledger.post([entry for one in after for entry in _entries(*one, now)])
    return drawn


def _lock_accounts(after: Sequence[tuple[Draw, Drawn, dict[str, Any]]]) -> None:
    """A reserve is one more account of the shop: all are locked at once, in order of id."""
    with_reserve = [row for _, t, row in after if t.from_reserve]
    ledger.lock_balances(
        {
            Ref(code, str(row["shop_id"]), row["currency"])
            for row in with_reserve
            for code in ("balance", "deposit", "receivable", "reserve")
        }
    )


def _reserves(rows: dict[UUID, dict[str, Any]]) -> dict[UUID, int]:
    """What is kept of these orders, locked; none is kept before release."""
    released = [id for id, row in rows.items() if row["state"] != "held"]
    if not released:
        return {}
    slices = fetch(
        "SELECT settlement_id, left_minor FROM settlement_reserveslice "
        "WHERE settlement_id = ANY(%s) AND freed_at IS NULL ORDER BY id FOR UPDATE",
        [released],
    )
    return {row["settlement_id"]: row["left_minor"] for row in slices}


def _lost(drawn: Sequence[Drawn]) -> dict[UUID, int]:
    """What each order's shop no longer earns: what others bear stays invoiced."""
    lost: dict[UUID, int] = {}
    for one in drawn:
        loss = one.from_escrow + one.commission_back + one.from_reserve + one.charged
        if loss:
            lost[one.order_id] = lost.get(one.order_id, 0) + loss
    return lost


def _kept(row: dict[str, Any], reserve: int) -> Kept:
    return Kept(
        row["held_minor"], row["covered_minor"], row["goods_minor"], row["goods_back_minor"],
        row["commission_full_minor"], row["commission_minor"], reserve,
    )  # fmt: skip


def _write(
    draws: Sequence[Draw],
    drawn: Sequence[Drawn],
    kept: dict[UUID, Kept],
    rows: dict[UUID, dict[str, Any]],
    now: datetime,
) -> None:
    if not draws:
        return
    from_escrow = dict.fromkeys(kept, 0)
    charged = dict.fromkeys(kept, 0)
    for one in drawn:
        from_escrow[one.order_id] += one.from_escrow
        charged[one.order_id] += one.charged
    execute(
        """
        UPDATE settlement_settlement s SET held_minor = k.held, covered_minor = k.covered,
            goods_back_minor = k.goods_back, commission_minor = k.commission,
            drawn_minor = s.drawn_minor + k.drawn, charged_minor = s.charged_minor + k.charged
        FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
            AS k (id, held, covered, goods_back, commission, drawn, charged)
        WHERE s.id = k.id
        """,
        [
            list(kept), [k.held for k in kept.values()], [k.covered for k in kept.values()],
            [k.goods_back for k in kept.values()], [k.commission for k in kept.values()],
            list(from_escrow.values()), list(charged.values()),
        ],
    )  # fmt: skip
    copy_rows(
        "settlement_drawing",
        ("id", "key", "settlement_id", "amount_minor", "from_cover", "from_escrow", "commission_back", "from_reserve",
         "charged", "cause_kind", "cause_id", "at"),
        [
            (id, d.key, d.order_id, d.amount_minor, t.from_cover, t.from_escrow, t.commission_back, t.from_reserve,
             t.charged, d.cause_kind, d.cause_id, now)
            for id, d, t in zip(new_ids(len(draws)), draws, drawn, strict=True)
        ],
    )  # fmt: skip
    notes = [(d, t) for d, t in zip(draws, drawn, strict=True) if t.commission_back]
    copy_rows(
        "settlement_creditnote",
        ("id", "number", "key", "settlement_id", "shop_id", "currency", "amount_minor", "at"),
        [
            (id, f"N{now:%y%m%d}-{id.hex[-8:].upper()}", d.key, d.order_id, rows[d.order_id]["shop_id"],
             rows[d.order_id]["currency"], t.commission_back, now)
            for id, (d, t) in zip(new_ids(len(notes)), notes, strict=True)
        ],
    )  # fmt: skip
    used = {d.order_id for d in drawn if d.from_reserve}
    if used:
        execute(
            "UPDATE settlement_reserveslice r SET left_minor = u.minor "
            "FROM unnest(%s::uuid[], %s::bigint[]) AS u (id, minor) WHERE r.settlement_id = u.id",
            [list(used), [kept[id].reserve for id in used]],
        )


def _end(
    whole: Sequence[UUID], rows: dict[UUID, dict[str, Any]], kept: dict[UUID, Kept], now: datetime
) -> None:
    """The buyer has everything back. What is left was paid in by the shop itself and may go to it now; where nothing
    is left the settlement is over."""
    over = [id for id in whole if not kept[id].held]
    SETTLEMENT.move(over, "closed", at=now)
    left = [id for id in whole if kept[id].held and rows[id]["state"] == "held"]
    if left:
        execute(
            "UPDATE settlement_settlement SET release_at = %s WHERE id = ANY(%s) AND release_at IS NULL",
            [now, left],
        )


def _escrow(row: dict[str, Any]) -> Ref:
    return Ref("escrow", str(row["shop_id"]), row["currency"])


def _charge(draw: Draw, drawn: Drawn, row: dict[str, Any]) -> Charge:
    return Charge(
        f"draw:{draw.key}:shop", "settlement.clawback", row["shop_id"], drawn.charged, row["currency"], _escrow(row),
        draw.cause_kind, draw.cause_id, draw.decision_id,
    )  # fmt: skip


def _entries(draw: Draw, drawn: Drawn, row: dict[str, Any], now: datetime) -> Iterator[EntryDraft]:
    """What comes back into the escrow beside what the shop is charged: the platform's share, the shop's reserve."""
    currency = row["currency"]
    parts = (
        (
            "commission",
            Ref("commission", PLATFORM, currency),
            drawn.commission_back,
            "settlement.commission_back",
        ),
        (
            "reserve",
            Ref("reserve", str(row["shop_id"]), currency),
            drawn.from_reserve,
            "settlement.reserve_used",
        ),
    )
    for name, account, minor, kind in parts:
        if minor:
            lines = ((account, minor), (_escrow(row), -minor))
            yield EntryDraft(
                new_id(), f"draw:{draw.key}:{name}", kind, now, currency, lines, draw.cause_kind, draw.cause_id,
                draw.decision_id,
            )  # fmt: skip
