"""Pickups in the database: booked, taken back, moved on by what carriers say and by time. In the caller's transaction.

Pickups are locked before whatever they are the cause's of, all of a cause together, in order of id.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit import media
from sanhao.kit.events import emit
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery.asking import Box, PickupOrder, PickupWord, Place, Slot
from sanhao.service.delivery.core import normal_number
from sanhao.service.delivery.doors import DOORS
from sanhao.service.delivery.events import PickupMoved
from sanhao.service.delivery.models import PICKUP
from sanhao.service.delivery.pickup import FAILED, RUNNING, STANDING, PickupDraft, lease, meaning, next_try
from sanhao.service.delivery.printing import NoLabel, as_pdf

UNSURE = "快递没有答复，也许仍会上门。 The courier did not answer, and may come all the same."
COLUMNS = (
    "t.id, t.cause_id, t.shop_id, t.carrier, t.state, t.place::text AS place, t.bound_for::text AS bound_for, "
    "t.boxes::text AS boxes, t.starts_at, t.ends_at, t.reference, t.asked_at, t.until, t.wait_seconds, t.tries, t.ended_at, "
    "t.tracking_no, t.reason, t.photo::text AS photo, t.handle, t.document"
)


class PickupView(msgspec.Struct, frozen=True):
    """One appointment as pages show it. *reason*: the courier's words, of why not or of how the goods were."""

    id: UUID
    cause_id: UUID
    shop_id: UUID
    carrier: str
    state: str
    slot: Slot
    boxes: tuple[Box, ...]
    asked_at: datetime
    ended_at: datetime | None
    tracking_no: str
    reason: str
    photo: media.Stored | None
    reference: str
    document: str = ""
    """A label that is to be on the goods when the courier comes."""

    @property
    def standing(self) -> bool:
        return self.state in STANDING

    @property
    def failed(self) -> bool:
        return self.state in FAILED


def hold_pickups(cause_id: UUID) -> list[PickupView]:
    """Lock all that was ever booked for a cause, before the cause itself; the oldest first."""
    return [_view(row) for row in _of([cause_id], lock=True)]


def pickups_of(cause_ids: Sequence[UUID]) -> dict[UUID, list[PickupView]]:
    """The pickups of each cause, the oldest first. One query."""
    found: dict[UUID, list[PickupView]] = {id: [] for id in cause_ids}
    for row in _of(cause_ids):
        found[row["cause_id"]].append(_view(row))
    return found


def _of(cause_ids: Sequence[UUID], *, lock: bool = False) -> list[Row]:
    return fetch(
        f"SELECT {COLUMNS} FROM delivery_pickup t WHERE t.cause_id = ANY(%s) ORDER BY t.id"
        + (" FOR UPDATE" if lock else ""),
        [list(cause_ids)],
    )


def pickup_paper(id: UUID, *, cause_id: UUID) -> bytes:
    """The label that is to be on the goods of a pickup of this cause; empty where there is none."""
    rows = fetch("SELECT document FROM delivery_pickup WHERE id = %s AND cause_id = %s", [id, cause_id])
    return media.path_of(rows[0]["document"]).read_bytes() if rows and rows[0]["document"] else b""


def recent_pickups(*, states: Sequence[str], limit: int = 50) -> list[PickupView]:
    """What ended this way, the latest first: for staff, above all what came in vain."""
    rows = fetch(
        f"SELECT {COLUMNS} FROM delivery_pickup t WHERE t.state = ANY(%s) "
        "ORDER BY coalesce(t.ended_at, t.asked_at) DESC, t.id LIMIT %s",
        [list(states), limit],
    )
    return [_view(row) for row in rows]


def pickup_counts(*, since: datetime) -> dict[str, int]:
    """How many pickups asked for since then are in which state."""
    rows = fetch(
        "SELECT state, count(*)::int AS n FROM delivery_pickup WHERE asked_at >= %s GROUP BY state", [since]
    )
    return {row["state"]: row["n"] for row in rows}


def _view(row: Row) -> PickupView:
    return PickupView(
        row["id"], row["cause_id"], row["shop_id"], row["carrier"], row["state"],
        Slot(row["starts_at"], row["ends_at"]), _boxes_of(row), row["asked_at"],
        row["ended_at"], row["tracking_no"], row["reason"], _photo_of(row), row["reference"], row["document"],
    )  # fmt: skip


def _boxes_of(row: Row) -> tuple[Box, ...]:
    return msgspec.json.decode(row["boxes"], type=tuple[Box, ...])


def _photo_of(row: Row) -> media.Stored | None:
    return msgspec.json.decode(row["photo"], type=media.Stored) if row["photo"] else None


def order_of(row: Row) -> PickupOrder:
    """What its carrier is asked."""
    return PickupOrder(
        row["id"],
        msgspec.json.decode(row["place"], type=Place),
        msgspec.json.decode(row["bound_for"], type=Place),
        Slot(row["starts_at"], row["ends_at"]),
        _boxes_of(row),
        row["reference"],
        row["handle"],
        row["tracking_no"],
    )


def book(draft: PickupDraft, *, now: datetime) -> None:
    """Have somebody come; a keeper tells the carrier. Raises Refusal ``delivery.pickup_booked`` where somebody is coming
    already, ``delivery.slot_over`` for a slot that has begun."""
    if draft.slot.starts_at <= now:
        raise Refusal(
            "delivery.slot_over",
            zh="这个时段已经开始或过去了，请另选一个。",
            en="That slot has begun or is over. Choose another.",
        )
    booked = fetch(
        "INSERT INTO delivery_pickup (id, cause_id, shop_id, carrier, state, place, bound_for, boxes, starts_at, ends_at, "
        "reference, asked_at, until, wait_seconds, next_try_at, tries, tracking_no, reason) "
        "VALUES (%s, %s, %s, %s, 'asked', %s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s, %s, %s, %s, %s, 0, '', '') "
        "ON CONFLICT (cause_id) WHERE state IN ('asked', 'booked') DO NOTHING RETURNING id",
        [
            draft.id, draft.cause_id, draft.shop_id, draft.carrier, _json(draft.place), _json(draft.to),
            _json(draft.boxes), draft.slot.starts_at, draft.slot.ends_at, draft.reference[:40], now,
            draft.slot.starts_at, int(draft.wait.total_seconds()), now,
        ],
    )  # fmt: skip
    if not booked:
        raise Refusal(
            "delivery.pickup_booked",
            zh="已经约好快递上门了，要改时间请先取消。",
            en="A courier is coming already. To change the time, cancel that one first.",
        )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def cancel(cause_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Nobody needs to come for these any more; returns whose somebody was to. A carrier that was told is told so."""
    rows = [row for row in _of(cause_ids, lock=True) if row["state"] in STANDING]
    untold = [row["id"] for row in rows if not row["tries"]]
    told = [row["id"] for row in rows if row["tries"]]
    PICKUP.move_rows(untold, "cancelled", at=now, also={"ended_at": now})
    PICKUP.move_rows(told, "cancelling", at=now, also={"next_try_at": now})
    return [row["cause_id"] for row in rows]


def claim(rows: Sequence[Row], now: datetime) -> list[Row]:
    """Of pickups that are due those whose carrier is to be asked now; the others have lapsed. Nobody comes for what
    lapsed, so its carrier is told that, too. A carrier that does not know our ids is not asked twice to come."""
    doubtful = [
        row for row in rows if row["state"] == "asked" and row["tries"] and not _knows_ids(row["carrier"])
    ]
    _move(
        doubtful,
        "refused",
        {row["id"]: PickupWord(row["id"], "refused", reason=UNSURE) for row in doubtful},
        now,
    )
    rows = [row for row in rows if row not in doubtful]
    late = [row for row in rows if row["until"] <= now and row["state"] in STANDING]
    given_up = [row for row in rows if row["until"] <= now and row["state"] == "cancelling"]
    _move(late, "lapsed", {}, now)
    _move(given_up, "cancelled", {}, now)
    asking = [row for row in rows if row["until"] > now]
    execute(
        "UPDATE delivery_pickup p SET tries = p.tries + 1, next_try_at = n.at "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) WHERE p.id = n.id",
        [
            [row["id"] for row in asking],
            [next_try(row["state"], row["tries"] + 1, row["ends_at"], row["until"], now) for row in asking],
        ],
    )
    return [*asking, *({**row, "state": "lapsed"} for row in late if row["tries"])]


def hear(words: Sequence[PickupWord], *, now: datetime, carrier: str = "") -> None:
    """What carriers say, late, twice or in any order. *carrier*: only about its own pickups.

    Whoever calls this holds the registration of parcels first (`actions.begin_registering`): what is collected travels.
    """
    if not words:
        return
    ids = [word.id for word in words]
    known = fetch("SELECT cause_id FROM delivery_pickup WHERE id = ANY(%s)", [ids])
    rows = {row["id"]: row for row in _of([row["cause_id"] for row in known], lock=True)}
    for word in words:
        row = rows.get(word.id)
        if row is None or (carrier and row["carrier"] != carrier):
            continue
        to = meaning(row["state"], word.said)
        if to != row["state"]:
            _move([row], to, {word.id: word}, now)
            row["state"] = to
            if to == "collected":
                cancel([row["cause_id"]], now=now)  # somebody else was to come for the same goods


def _move(rows: Sequence[Row], to: str, words: Mapping[UUID, PickupWord], now: datetime) -> None:
    if not rows:
        return
    photos = {id: photo for id, word in words.items() if (photo := _keep(word.photo)) is not None}
    said = [words.get(row["id"]) for row in rows]
    moved = PICKUP.move_rows(
        [row["id"] for row in rows],
        to,
        at=now,
        also={} if to in RUNNING else {"ended_at": now},
        each={
            "reason": ("text", [word.reason.replace("\0", "")[:300] if word else "" for word in said]),
            "tracking_no": ("text", [_number(row, word) for row, word in zip(rows, said, strict=True)]),
            "handle": (
                "text",
                [
                    word.handle[:200] if word and word.handle else row["handle"]
                    for row, word in zip(rows, said, strict=True)
                ],
            ),
            "document": (
                "text",
                [_paper(word) or row["document"] for row, word in zip(rows, said, strict=True)],
            ),
            "photo": ("jsonb", [_json(photos[row["id"]]) if row["id"] in photos else None for row in rows]),
        },
    )
    if to == "booked":
        execute(
            "UPDATE delivery_pickup SET until = ends_at + make_interval(secs => wait_seconds), next_try_at = "
            "greatest(ends_at, %s) WHERE id = ANY(%s)",
            [now + lease(1), [row["id"] for row in moved]],
        )
    fresh = fetch(
        f"SELECT {COLUMNS} FROM delivery_pickup t WHERE t.id = ANY(%s) ORDER BY t.id",
        [[row["id"] for row in moved]],
    )
    emit(
        [
            PickupMoved(
                row["id"], row["cause_id"], row["shop_id"], row["carrier"], to, row["reason"], row["tracking_no"],
                photos.get(row["id"]), row["starts_at"], row["ends_at"], now,
            )
            for row in fresh
        ],
        at=now,
    )  # fmt: skip


def _number(row: Row, word: PickupWord | None) -> str:
    """The number the goods travel under: the carrier's, as soon as it names one that can be."""
    told = normal_number(word.tracking_no) if word else ""
    return told if 4 <= len(told) <= 64 and told.isprintable() else str(row["tracking_no"])


def _knows_ids(carrier: str) -> bool:
    return carrier not in DOORS or DOORS[carrier].pickup_once


def _paper(word: PickupWord | None) -> str:
    """The label that is to be on the goods, its pages made anew; nothing where it cannot be printed: the courier comes all the same."""
    try:
        return media.keep_paper(as_pdf(word.document, word.media)).digest if word and word.document else ""
    except NoLabel:
        return ""


def _keep(photo: bytes) -> media.Stored | None:
    """What the courier saw, made anew; nothing where it is no picture: the goods are collected all the same."""
    try:
        return media.keep_photo(io.BytesIO(photo), size=len(photo)) if photo else None
    except Invalid:
        return None
