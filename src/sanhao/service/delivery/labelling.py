"""Labels in the database: asked for, claimed by the keeper, made what their carriers said. In the caller's transaction.

A label is locked before its consignment, its consignment before what it belongs to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.events import emit
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import billing
from sanhao.service.delivery.asking import LabelOrder, LabelVoid, LabelWord
from sanhao.service.delivery.doors import DOORS, able
from sanhao.service.delivery.events import ConsignmentWithdrawn, LabelMade, LabelMoved, LabelVoided
from sanhao.service.delivery.labels import MOST_BOXES, MOST_WEIGHT_G, LabelDraft, Sending, lease
from sanhao.service.delivery.models import LABEL

_COLUMNS = ("id", "owner_kind", "owner_id", "shop_id", "carrier", "service", "reference", "sending", "state", "asked_by",
            "asked_at", "not_before", "tries", "next_try_at", "tracking_no", "handle", "document", "currency",
            "reason_zh", "reason_en", "until")  # fmt: skip
LATE = Text(zh="快递到时没有答复。", en="The courier had not answered in time.")
UNSURE = Text(
    zh="快递没有答复。它可能已经出了面单：请到快递那里看一眼，再决定重新请求还是放弃。",
    en="The courier did not answer. It may have made a label all the same: look in its account, then ask again or give it up.",
)


def ask_labels(drafts: Sequence[LabelDraft], *, now: datetime) -> None:
    """Ask for labels; a keeper asks their carriers. Raises Refusal ``delivery.no_labels`` for a carrier that makes none
    for us, Invalid ``delivery.box`` for what is no parcel."""
    for draft in drafts:
        if not able(draft.carrier, "label"):
            raise Refusal(
                "delivery.no_labels",
                zh="这家快递不能在这里打印面单，请填运单号。",
                en="This carrier makes no labels here: type its number instead.",
            )
        weights = [box.weight_g for box in draft.boxes]
        if not 1 <= len(weights) <= MOST_BOXES or not all(1 <= each <= MOST_WEIGHT_G for each in weights) or not draft.items:  # fmt: skip
            raise Invalid(
                "delivery.box",
                zh="每个包裹要有重量：1克到1000公斤。",
                en="Each parcel has a weight: 1 gram to 1,000 kilograms.",
            )
    copy_rows(
        "delivery_label",
        _COLUMNS,
        [
            (d.id, d.owner_kind, d.owner_id, d.shop_id, d.carrier, d.service, d.reference,
             msgspec.json.encode(Sending(d.origin, d.to, d.boxes, d.items)).decode(), "asked", d.by, now, d.not_before,
             0, now, "", "", "", "", "", "", d.until)
            for d in drafts
        ],
    )  # fmt: skip


def claim_labels(rows: Sequence[Row], now: datetime) -> tuple[list[LabelOrder], list[LabelVoid]]:
    """Of labels that are due: those whose carrier is to be asked now, and those it is to be told to forget. Both in order.

    What nobody waits for any longer is given up. A carrier that does not know our ids, and was asked once already, is not
    asked again by itself.
    """
    late = [r["id"] for r in rows if r["state"] == "asked" and r["until"] is not None and r["until"] <= now]
    if late:
        _end(late, "cancelled", LATE, now)
    rows = [row for row in rows if row["id"] not in set(late)]
    doubtful = [
        r["id"] for r in rows if r["state"] == "asked" and r["tries"] and not _knows_ids(r["carrier"])
    ]
    if doubtful:
        _end(doubtful, "unsure", UNSURE, now)
    left = [row for row in rows if row["id"] not in set(doubtful)]
    execute(
        "UPDATE delivery_label l SET tries = l.tries + 1, next_try_at = n.at "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) WHERE l.id = n.id",
        [[row["id"] for row in left], [_next(row, now) for row in left]],
    )
    return (
        [_order(row) for row in left if row["state"] == "asked"],
        [LabelVoid(row["id"], row["tracking_no"], row["handle"]) for row in left if row["state"] != "asked"],
    )


def _next(row: Row, now: datetime) -> datetime:
    again: datetime = now + lease(row["tries"] + 1)
    return again if row["state"] != "asked" or row["until"] is None else min(again, row["until"])


def _knows_ids(carrier: str) -> bool:
    """Whether the same id asked for twice is one label; a carrier that has left this site is asked nothing anyway."""
    return carrier not in DOORS or DOORS[carrier].label_once


def _order(row: Row) -> LabelOrder:
    sending = msgspec.json.decode(row["sending"], type=Sending)
    return LabelOrder(row["id"], sending.origin, sending.to, sending.boxes, row["service"], row["reference"])


def made(word: LabelWord, document: str, *, now: datetime) -> None:
    """The carrier made it, once, whatever it says later. Its owner hears it and registers the parcel.

    A label that is not waited for any more is to be void: the carrier is told so.
    """
    also = {
        "tracking_no": word.tracking_no, "handle": word.handle, "document": document, "made_at": now,
        "price_minor": word.price.minor if word.price else None, "currency": word.price.currency if word.price else "",
        "next_try_at": None,
    }  # fmt: skip
    moved = LABEL.move_rows(
        [word.id], "made", at=now, also=also,
        returning=("owner_kind", "owner_id", "shop_id", "carrier", "asked_by", "sending"),
    )  # fmt: skip
    if not moved:
        _not_wanted(word, now)
        return
    [row] = moved
    items = msgspec.json.decode(row["sending"], type=Sending).items
    emit(
        [
            LabelMade(
                word.id, row["owner_kind"], row["owner_id"], row["shop_id"], row["carrier"], word.tracking_no, items,
                row["asked_by"], now, word.price,
            ),
            LabelMoved(word.id, row["owner_kind"], row["owner_id"], row["shop_id"], "made"),
        ],
        at=now,
    )  # fmt: skip


def _not_wanted(word: LabelWord, now: datetime) -> None:
    """An answer to a label that was cancelled while its carrier thought; to one that is made already nothing is due."""
    execute(
        "UPDATE delivery_label SET tracking_no = %s, handle = %s, next_try_at = %s, tries = 0, void = 'due' "
        "WHERE id = %s AND state = 'cancelled' AND tracking_no = ''",
        [word.tracking_no, word.handle, now, word.id],
    )


def refuse(id: UUID, reason: Text, *, now: datetime, word: LabelWord | None = None) -> None:
    """There is no label: its carrier will not, or what it sent is none (*word*: then it is told to forget that)."""
    if word is not None:
        execute(
            "UPDATE delivery_label SET tracking_no = %s, handle = %s WHERE id = %s AND state = 'asked'",
            [word.tracking_no[:64], word.handle[:200], id],
        )
    _end([id], "refused", reason, now)


def give_up(ids: Sequence[UUID], reason: Text, *, now: datetime) -> None:
    """Labels that are not wanted any more; what a carrier made of them it is told to forget."""
    _end(ids, "cancelled", reason, now)


def _end(ids: Sequence[UUID], to: str, reason: Text, now: datetime) -> None:
    """Move and say why. Where the carrier may know of it, and can be told, it is due once more: to be void."""
    over = to != "unsure"
    moved = LABEL.move_rows(
        ids, to, at=now,
        also={"reason_zh": reason.zh[:300], "reason_en": reason.en[:300], "ended_at": now if over else None,
              "next_try_at": None},
        returning=("owner_kind", "owner_id", "shop_id", "carrier", "tries", "tracking_no"),
    )  # fmt: skip
    known = [row["id"] for row in moved if over and _to_void(row, to)]
    execute(
        "UPDATE delivery_label SET next_try_at = %s, tries = 0, void = 'due' WHERE id = ANY(%s)", [now, known]
    )
    emit(
        [LabelMoved(row["id"], row["owner_kind"], row["owner_id"], row["shop_id"], to) for row in moved],
        at=now,
    )
    _voided(
        [row["id"] for row in moved if over and row["tracking_no"] and row["id"] not in known], "kept", now
    )


def _to_void(row: Row, to: str) -> bool:
    """Whether its carrier has something to forget. It may be asked about our id alone only if it knows our ids."""
    if not able(row["carrier"], "void"):
        return False
    return bool(row["tracking_no"] or (to == "cancelled" and row["tries"] and _knows_ids(row["carrier"])))


def voided(id: UUID, *, now: datetime, refusal: str | None = None) -> None:
    """The carrier has forgotten the label, or will not (*refusal*, in its words): nothing more is said to it."""
    execute(
        "UPDATE delivery_label SET reason_zh = left(reason_zh || %(zh)s, 300), reason_en = left(reason_en || %(en)s, 300) "
        "WHERE id = %(id)s AND void = 'due'",
        {"id": id, "zh": f" 快递说：{refusal}" if refusal else "", "en": f" The courier says: {refusal}" if refusal else ""},
    )  # fmt: skip
    _voided([id], "done" if refusal is None else "kept", now)


def _voided(ids: Sequence[UUID], how: str, now: datetime) -> None:
    """What came of it, told once. Of one that is void nobody asks any more where it travels."""
    rows = fetch(
        "UPDATE delivery_label SET void = %s, next_try_at = NULL WHERE id = ANY(%s) AND state IN ('cancelled', 'refused') "
        "AND void IN ('', 'due') RETURNING id, owner_kind, owner_id, shop_id",
        [how, list(ids)],
    )
    if how == "done":
        execute("DELETE FROM delivery_inquiry WHERE id = ANY(%s)", [[row["id"] for row in rows]])
    given_up = [row["id"] for row in rows]
    if how == "done":
        billing.give_back(given_up, now=now)
    else:
        billing.keep(given_up, now=now)
    emit(
        [LabelVoided(row["id"], row["owner_kind"], row["owner_id"], row["shop_id"], how == "done") for row in rows],
        at=now,
    )  # fmt: skip


def lock_label(id: UUID, *, shop_id: UUID) -> Row:
    """Of a shop's order. Raises NotFound for another shop's, and for a buyer's way back."""
    rows = fetch(
        "SELECT id, state, owner_id, tracking_no FROM delivery_label WHERE id = %s AND shop_id = %s "
        "AND owner_kind = 'order' FOR UPDATE",
        [id, shop_id],
    )
    if not rows:
        raise NotFound("delivery.no_label", zh="没有这张面单。", en="There is no such label.")
    return rows[0]


def ask_again(id: UUID, *, shop_id: UUID, now: datetime) -> None:
    """A person has looked: there is no label yet. Raises NotFound, Refusal ``delivery.label_state``."""
    row = lock_label(id, shop_id=shop_id)
    if row["state"] != "unsure":
        raise Refusal("delivery.label_state", zh="这张面单现在不用重新请求。", en="This label need not be asked for again.")  # fmt: skip
    LABEL.move_rows(
        [id], "asked", at=now, also={"next_try_at": now, "tries": 0, "reason_zh": "", "reason_en": ""}
    )


def withdraw_label(id: UUID, *, shop_id: UUID, now: datetime) -> tuple[UUID, tuple[tuple[UUID, int], ...]]:
    """Take a label back, and with it the parcel nobody has collected. Returns its owner and what is unpacked again.

    Raises NotFound, Refusal ``delivery.collected`` once a carrier has the parcel, ``delivery.label_state`` for a label
    that has ended.
    """
    row = lock_label(id, shop_id=shop_id)
    if row["state"] in ("refused", "cancelled"):
        raise Refusal("delivery.label_state", zh="这张面单已经结束了。", en="This label is over already.")
    items = _unregister(id, now) if row["state"] == "made" else ()
    give_up([id], Text(zh="", en=""), now=now)
    return row["owner_id"], items


def cancel_labels(owner_ids: Sequence[UUID], reason: Text, *, now: datetime) -> list[UUID]:
    """What these owners wanted labels for is not to travel: those that no carrier has collected are given up; returns them.

    Their parcels stay registered: a carrier that takes one all the same is heard.
    """
    rows = fetch(
        "SELECT id FROM delivery_label WHERE owner_id = ANY(%s) AND state IN ('asked', 'unsure', 'made') "
        "ORDER BY id FOR UPDATE",
        [list(owner_ids)],
    )
    known = fetch(
        "SELECT id, state FROM delivery_consignment WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [[row["id"] for row in rows]],
    )
    travelling = {row["id"] for row in known if row["state"] != "labelled"}
    ids = [row["id"] for row in rows if row["id"] not in travelling]
    give_up(ids, reason, now=now)
    return ids


def _unregister(id: UUID, now: datetime) -> tuple[tuple[UUID, int], ...]:
    """The consignment of this label, as if it had never been; nothing if it never came to be."""
    rows = fetch("SELECT owner_id, shop_id, state FROM delivery_consignment WHERE id = %s FOR UPDATE", [id])
    if not rows:
        return ()
    [row] = rows
    if row["state"] != "labelled":
        raise Refusal(
            "delivery.collected",
            zh="快递已经揽收，面单不能再取消。",
            en="The courier has the parcel: its label cannot be taken back any more.",
        )
    packed = fetch(
        "DELETE FROM delivery_consignment_item WHERE consignment_id = %s RETURNING item_id, quantity", [id]
    )
    execute("DELETE FROM delivery_inquiry WHERE id = %s", [id])
    execute(
        "DELETE FROM delivery_scan WHERE consignment_id = %s", [id]
    )  # announcements: nothing was in its hand
    execute("DELETE FROM delivery_consignment WHERE id = %s", [id])
    items = tuple(sorted((item["item_id"], item["quantity"]) for item in packed))
    emit([ConsignmentWithdrawn(id, row["owner_id"], row["shop_id"], items, now)], at=now)
    return items


def pending(owner_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many of each item wait for a label of their owners that is asked for, or in doubt."""
    units: dict[UUID, int] = defaultdict(int)
    for row in fetch(
        "SELECT i.item->>0 AS item, (i.item->>1)::int AS n FROM delivery_label l, "
        "jsonb_array_elements(l.sending->'items') AS i (item) "
        "WHERE l.owner_id = ANY(%s) AND l.state IN ('asked', 'unsure')",
        [list(owner_ids)],
    ):
        units[UUID(row["item"])] += row["n"]
    return units
