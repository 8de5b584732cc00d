"""Interceptions in the database: asked for once, moved on by what carriers say and by scans. In the caller's transaction.

Consignments are locked before interceptions, both in order of id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sanhao.kit.events import emit
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery.doors import able
from sanhao.service.delivery.events import InterceptionAsked, InterceptionMoved
from sanhao.service.delivery.interception import (
    RUNNING,
    STOPPABLE,
    InterceptionDraft,
    InterceptionWord,
    lease,
    meaning,
)
from sanhao.service.delivery.models import INTERCEPTION

_ROWS = """
    SELECT i.id, i.consignment_id, i.cause_id, i.state, i.asked_at, i.until, c.owner_id, c.shop_id, c.carrier, c.onward,
        (SELECT array_agg(t.item_id ORDER BY t.id) FROM delivery_consignment_item t WHERE t.consignment_id = c.id) AS items
    FROM delivery_interception i JOIN delivery_consignment c ON c.id = i.consignment_id
"""


def hold(consignment_ids: Sequence[UUID]) -> None:
    """Lock these parcels, before anything that belongs to them."""
    fetch(
        "SELECT id FROM delivery_consignment WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [list(consignment_ids)],
    )


def intercept(draft: InterceptionDraft, *, now: datetime) -> None:
    """Have a parcel called back; a keeper tells its carrier. Raises Refusal ``delivery.no_interception`` for a parcel
    that no carrier of ours has in its hands, or that is out for delivery, ``delivery.intercepted`` for a second try."""
    [row] = fetch(
        "SELECT id, owner_id, shop_id, carrier, state FROM delivery_consignment WHERE id = %s FOR UPDATE",
        [draft.consignment_id],
    )
    if row["state"] not in STOPPABLE or not able(row["carrier"], "intercept"):
        raise Refusal(
            "delivery.no_interception",
            zh="这个包裹现在拦不下来：快递还没揽收、正在派送，或者不支持拦截。",
            en="This parcel cannot be stopped now: its carrier has not got it yet, is delivering it, or stops none.",
        )
    asked = fetch(
        "INSERT INTO delivery_interception (id, consignment_id, cause_id, state, asked_at, until, back_seconds, "
        "next_try_at, tries, reason) VALUES (%s, %s, %s, 'requested', %s, %s, %s, %s, 0, '') "
        "ON CONFLICT (consignment_id) DO NOTHING RETURNING id",
        [draft.id, draft.consignment_id, draft.cause_id, now, draft.answer_by,
         int(draft.back_within.total_seconds()), now],
    )  # fmt: skip
    if not asked:
        raise Refusal(
            "delivery.intercepted",
            zh="这个包裹已经拦截过一次，不能再拦。",
            en="This parcel was to be stopped once before; there is no second attempt.",
        )
    items = fetch("SELECT item_id FROM delivery_consignment_item WHERE consignment_id = %s ORDER BY id", [draft.consignment_id])  # fmt: skip
    emit(
        [
            InterceptionAsked(
                draft.id, draft.consignment_id, row["owner_id"], row["shop_id"], draft.cause_id,
                tuple(item["item_id"] for item in items), now, draft.answer_by + draft.back_within,
            )
        ],
        at=now,
    )  # fmt: skip


def claim(rows: Sequence[Row], now: datetime) -> list[Row]:
    """Of interceptions that are due those whose carrier is to be asked now; the others have lapsed."""
    late = [row["id"] for row in rows if row["until"] <= now]
    _move(late, "lapsed", dict.fromkeys(late, ""), now)
    asking = [row for row in rows if row["until"] > now]
    INTERCEPTION.move([row["id"] for row in asking if row["state"] == "requested"], "sent", at=now)
    execute(
        "UPDATE delivery_interception i SET tries = i.tries + 1, next_try_at = n.at "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) WHERE i.id = n.id",
        [[row["id"] for row in asking], [min(now + lease(row["tries"] + 1), row["until"]) for row in asking]],
    )
    return asking


def hear(words: Sequence[InterceptionWord], *, now: datetime, carrier: str = "") -> None:
    """What carriers say, late, twice or in any order. *carrier*: only about its own parcels."""
    if not words:
        return
    ids = sorted({word.id for word in words})
    fetch(
        "SELECT id FROM delivery_consignment WHERE id IN (SELECT consignment_id FROM delivery_interception "
        "WHERE id = ANY(%s)) ORDER BY id FOR UPDATE",
        [ids],
    )
    rows = {
        row["id"]: row for row in fetch(_ROWS + "WHERE i.id = ANY(%s) ORDER BY i.id FOR UPDATE OF i", [ids])
    }
    for word in words:
        row = rows.get(word.id)
        if row is None or (carrier and row["carrier"] != carrier):
            continue
        to = meaning(row["state"], word.said)
        if to != row["state"]:
            _move([word.id], to, {word.id: word.reason}, now)
            row["state"] = to


def numbers_of(ids: Sequence[UUID]) -> set[tuple[str, str]]:
    """Carrier and number of the parcels these interceptions are about: whoever hears of them locks those first."""
    if not ids:
        return set()
    rows = fetch(
        "SELECT c.carrier, c.tracking_no FROM delivery_interception i JOIN delivery_consignment c "
        "ON c.id = i.consignment_id WHERE i.id = ANY(%s)",
        [list(ids)],
    )
    return {(row["carrier"], row["tracking_no"]) for row in rows}


def scanned(states: Mapping[UUID, str], *, now: datetime) -> None:
    """Where scans left these (locked) consignments: signed for is too late, and one that turns back was intercepted,
    whether or not its carrier said so."""
    told = [id for id, state in states.items() if state in ("delivered", "returned")]
    rows = fetch(_ROWS + "WHERE i.consignment_id = ANY(%s) ORDER BY i.id FOR UPDATE OF i", [told])
    signed = {
        row["id"]: "hub" if row["onward"] else "signed"
        for row in rows
        if states[row["consignment_id"]] == "delivered" and row["state"] in RUNNING
    }
    back = [
        row["id"]
        for row in rows
        if states[row["consignment_id"]] == "returned" and row["state"] != "succeeded"
    ]
    _move(list(signed), "failed", signed, now)
    _move(back, "succeeded", dict.fromkeys(back, "returned"), now)


def _move(ids: Sequence[UUID], to: str, reasons: Mapping[UUID, str], now: datetime) -> None:
    if not ids:
        return
    also: dict[str, object] = {"accepted_at": now} if to == "accepted" else {}
    if to not in RUNNING:
        also["ended_at"] = now
    why = {"reason": ("text", [reasons[id][:300] for id in ids])}
    moved = [row["id"] for row in INTERCEPTION.move_rows(ids, to, at=now, also=also, each=why)]
    if to == "accepted":
        execute(
            "UPDATE delivery_interception SET until = accepted_at + make_interval(secs => back_seconds), "
            "next_try_at = %s WHERE id = ANY(%s)",
            [now + lease(1), moved],
        )
    if to == "sent":
        return
    rows = fetch(_ROWS + "WHERE i.id = ANY(%s) ORDER BY i.id", [moved])
    emit(
        [
            InterceptionMoved(
                row["id"], row["consignment_id"], row["owner_id"], row["shop_id"], row["cause_id"],
                tuple(row["items"]), row["state"], reasons[row["id"]], row["carrier"],
                row["asked_at"], row["until"], now,
            )
            for row in rows
        ],
        at=now,
    )  # fmt: skip
