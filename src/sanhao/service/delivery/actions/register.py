"""Parcels are registered under their carriers' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.kit.events import emit
from sanhao.kit.ids import new_ids
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.service.delivery import tracking
from sanhao.service.delivery.carriers import CARRIERS
from sanhao.service.delivery.core import ConsignmentDraft, normal_number
from sanhao.service.delivery.events import ConsignmentRegistered

REGISTRATION_LOCK = 0x5343414E
"""Advisory: shared by who registers, exclusive for a keeper about to say "nobody registered this"."""


def begin_registering() -> None:
    """Hold back who says "nobody registered this parcel" until the end of the caller's transaction.

    Whoever locks more than parcels in the transaction that registers calls this first of all: the inbox takes this
    lock, then what the parcels belong to.
    """
    execute("SELECT pg_advisory_xact_lock_shared(%s)", [REGISTRATION_LOCK])


def register(drafts: Sequence[ConsignmentDraft], *, now: datetime) -> None:
    """Register parcels under their carriers' numbers; what carriers said of them before is read again.

    Raises Invalid for an unknown carrier, a number that cannot be one, or nothing inside; Refusal
    ``delivery.number_taken`` for a number already in use. All or none.
    """
    drafts = [msgspec.structs.replace(d, tracking_no=normal_number(d.tracking_no)) for d in drafts]
    for draft in drafts:
        _check(draft)
    with transaction.atomic():
        begin_registering()
        registered = set(_insert(drafts, now))
        if taken := [d for d in drafts if d.id not in registered]:
            raise Refusal(
                "delivery.number_taken",
                zh=f"运单号 {taken[0].tracking_no} 已被使用，请核对后重填。",
                en=f"Tracking number {taken[0].tracking_no} is already in use. Check it and try again.",
            )
        lines = [(d.id, item, quantity) for d in drafts for item, quantity in d.items]
        copy_rows(
            "delivery_consignment_item",
            ("id", "consignment_id", "item_id", "quantity"),
            [(id, *line) for id, line in zip(new_ids(len(lines)), lines, strict=True)],
        )
        read_again(
            [
                (carrier, d.tracking_no, d.not_before or now)
                for d in drafts
                for carrier in (d.carrier, d.onward)
                if carrier
            ]
        )
        tracking.begin(drafts, now)
        emit(
            [
                ConsignmentRegistered(d.id, d.owner_id, d.shop_id, d.items, d.given_at or now, d.leg)
                for d in drafts
                if d.told
            ],
            at=now,
        )


def _check(draft: ConsignmentDraft) -> None:
    if draft.carrier not in CARRIERS:
        raise Invalid(
            "delivery.unknown_carrier",
            zh=f"不认识快递公司“{draft.carrier}”。",
            en=f"There is no carrier called {draft.carrier!r}.",
        )
    if not 4 <= len(draft.tracking_no) <= 64 or not draft.tracking_no.isprintable():
        raise Invalid(
            "delivery.tracking_no",
            zh="运单号须为 4 至 64 个字符。",
            en="A tracking number has 4 to 64 characters.",
        )
    if draft.onward and draft.onward not in CARRIERS:
        raise Invalid(
            "delivery.unknown_carrier",
            zh="二程的快递公司不在了。",
            en="The carrier of the second leg is there no longer.",
        )
    items = [item for item, _ in draft.items]
    if not items or len(set(items)) < len(items) or any(quantity <= 0 for _, quantity in draft.items):
        raise Invalid(
            "delivery.items",
            zh="包裹里至少要有一件商品，数量大于零，同一商品只列一次。",
            en="A parcel holds at least one item, each listed once with a quantity above zero.",
        )


def _insert(drafts: Sequence[ConsignmentDraft], now: datetime) -> list[UUID]:
    rows = fetch(
        """
        INSERT INTO delivery_consignment
            (id, owner_id, shop_id, carrier, tracking_no, state, not_before, registered_at, onward)
        SELECT d.id, d.owner_id, d.shop_id, d.carrier, d.tracking_no, 'labelled', d.not_before, %(now)s, d.onward
        FROM unnest(%(ids)s::uuid[], %(owners)s::uuid[], %(shops)s::uuid[], %(carriers)s::text[],
                    %(numbers)s::text[], %(since)s::timestamptz[], %(onward)s::text[])
             AS d (id, owner_id, shop_id, carrier, tracking_no, not_before, onward)
        ORDER BY d.carrier, d.tracking_no
        ON CONFLICT (carrier, tracking_no) DO NOTHING RETURNING id
        """,
        {
            "ids": [d.id for d in drafts],
            "owners": [d.owner_id for d in drafts],
            "shops": [d.shop_id for d in drafts],
            "carriers": [d.carrier for d in drafts],
            "numbers": [d.tracking_no for d in drafts],
            "since": [d.not_before or now for d in drafts],
            "onward": [d.onward for d in drafts],
            "now": now,
        },
    )
    return [row["id"] for row in rows]


def read_again(parcels: Sequence[tuple[str, str, datetime]]) -> None:
    """For carrier, number and the moment before which nothing counts. Couriers often scan before the shop types the number: those messages were kept, and are new again."""
    execute(
        """
        UPDATE delivery_carrier_message m SET state = 'new', reason = '', unknown_nos = '{}'
        FROM unnest(%(carriers)s::text[], %(numbers)s::text[], %(since)s::timestamptz[])
             AS d (carrier, tracking_no, not_before)
        WHERE m.unknown_nos @> ARRAY[d.tracking_no]::varchar[] AND NOT m.unknown_nos = '{}'
          AND m.carrier = d.carrier AND m.received_at >= d.not_before
        """,
        {
            "carriers": [carrier for carrier, _, _ in parcels],
            "numbers": [number for _, number, _ in parcels],
            "since": [since for _, _, since in parcels],
        },
    )
