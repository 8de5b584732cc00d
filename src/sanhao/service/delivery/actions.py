"""What delivery does: registers consignments, keeps what carriers say, prices freight. The inbox is read in `inbox.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import intercepting, labelling, pickups, signing, tracking
from sanhao.service.delivery.asking import InterceptionWord, LabelWord, PickupWord
from sanhao.service.delivery.carriers import CARRIERS
from sanhao.service.delivery.core import ConsignmentDraft, normal_number
from sanhao.service.delivery.events import ConsignmentRegistered
from sanhao.service.delivery.freight import FreightDraft, check, normal_pattern
from sanhao.service.delivery.services import MOST_SERVICES, ServiceDraft, check_service

MESSAGE_LIMIT = 1_000_000
"""Bytes of one carrier message; the largest real answers seen are a hundredth of this."""
REGISTRATION_LOCK = 0x5343414E
"""Advisory: shared by who registers, exclusive for a keeper about to say "nobody registered this"."""


class TooLarge(Refusal):
    """The message is larger than any real one (413)."""

    status = 413


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


def receive(carrier: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
    """Keep what *carrier* sent, byte for byte; a keeper reads it. The same event again changes nothing.

    Raises NotFound for an unknown carrier, TooLarge, and `signing.Forged`: then nothing is stored.
    """
    if carrier not in CARRIERS:
        raise NotFound(
            "delivery.unknown_carrier", zh="没有这家快递公司。", en="There is no carrier of that name."
        )
    if len(body) > MESSAGE_LIMIT:
        raise TooLarge("delivery.too_large", zh="消息太大。", en="The message is too large.")
    envelope = signing.verify(carrier, body, headers)
    _keep(carrier, envelope.event_id, envelope.parcel, body, now)


def keep_answer(carrier: str, tracking_no: str, body: bytes, *, now: datetime) -> None:
    """Keep what *carrier* answered when it was asked about a parcel, as if it had called. Nothing new changes nothing."""
    if len(body) <= MESSAGE_LIMIT:
        told = hashlib.sha256(body).hexdigest()[:32]
        _keep(carrier, f"asked/{tracking_no}/{told}"[-120:], tracking_no, body, now)


def _keep(carrier: str, event_id: str, parcel: str, body: bytes, now: datetime) -> None:
    execute(
        """
        INSERT INTO delivery_carrier_message
            (id, carrier, event_id, parcel, body, signature_ok, received_at, state, reason, unknown_nos)
        VALUES (%s, %s, %s, %s, %s, true, %s, 'new', '', '{}') ON CONFLICT (carrier, event_id) DO NOTHING
        """,
        [new_id(), carrier, event_id, normal_number(parcel), body, now],
    )


def record_interceptions(words: Sequence[InterceptionWord], *, now: datetime) -> None:
    """What carriers answered when asked. Recording twice is recording once."""
    with transaction.atomic():
        intercepting.hear(words, now=now)


def record_pickups(words: Sequence[PickupWord], *, now: datetime) -> None:
    """The same of pickups. What was collected is registered by whoever hears of it."""
    with transaction.atomic():
        begin_registering()
        pickups.hear(words, now=now)


def record_label(word: LabelWord, document: str, *, now: datetime) -> None:
    """A carrier's label, its document kept as *document*. Recording twice is recording once."""
    with transaction.atomic():
        begin_registering()
        labelling.made(word, document, now=now)


def refuse_label(id: UUID, reason: Text, *, now: datetime, word: LabelWord | None = None) -> None:
    """There is no label: see `labelling.refuse`."""
    with transaction.atomic():
        labelling.refuse(id, reason, now=now, word=word)


def ask_label_again(id: UUID, *, shop_id: UUID, now: datetime) -> None:
    """A person has looked in the carrier's account: there is no label yet. Raises NotFound, Refusal."""
    with transaction.atomic():
        labelling.ask_again(id, shop_id=shop_id, now=now)


def label_voided(id: UUID, *, now: datetime, refusal: str = "") -> None:
    """The carrier has forgotten a label, or will not."""
    labelling.voided(id, now=now, refusal=refusal)


def save_freight_template(shop_id: UUID, draft: FreightDraft) -> UUID:
    """Add a template, or change the one *draft* names. Raises Invalid, NotFound for another shop's template, and
    Refusal ``delivery.region_taken`` for a region that another template of the shop prices already."""
    check(draft)
    patterns = sorted({normal_pattern(pattern) for pattern in draft.regions})
    id = draft.id or new_id()
    with transaction.atomic():
        if not _save_template(id, shop_id, draft):
            raise NotFound(
                "delivery.no_template",
                zh="没有这个运费模板。",
                en="There is no such freight template.",
            )
        execute("DELETE FROM delivery_freight_region WHERE template_id = %s", [id])
        saved = fetch(
            """
            INSERT INTO delivery_freight_region (id, template_id, shop_id, pattern)
            SELECT i, %(template)s, %(shop)s, p FROM unnest(%(ids)s::uuid[], %(patterns)s::text[]) AS r (i, p)
            ON CONFLICT (shop_id, pattern) DO NOTHING RETURNING pattern
            """,
            {"template": id, "shop": shop_id, "ids": new_ids(len(patterns)), "patterns": patterns},
        )
        if taken := set(patterns) - {row["pattern"] for row in saved}:
            raise Refusal(
                "delivery.region_taken",
                zh=f"地区 {min(taken)} 已在另一个运费模板里。",
                en=f"Another freight template already prices {min(taken)}.",
            )
    return id


def _save_template(id: UUID, shop_id: UUID, draft: FreightDraft) -> bool:
    values = {
        "id": id,
        "shop": shop_id,
        "name": draft.name.strip()[:80],
        "currency": draft.first.currency,
        "first_g": draft.first_g,
        "first": draft.first.minor,
        "extra_g": draft.extra_g,
        "extra": draft.extra.minor,
        "free_over": draft.free_over.minor if draft.free_over is not None else None,
        "deliverable": draft.deliverable,
    }
    if draft.id is None:
        sql = """
            INSERT INTO delivery_freight_template (id, shop_id, name, currency, first_g, first_minor, extra_g,
                                                   extra_minor, free_over_minor, deliverable)
            VALUES (%(id)s, %(shop)s, %(name)s, %(currency)s, %(first_g)s, %(first)s, %(extra_g)s, %(extra)s,
                    %(free_over)s, %(deliverable)s)
            """
    else:
        sql = """
            UPDATE delivery_freight_template
            SET name = %(name)s, currency = %(currency)s, first_g = %(first_g)s, first_minor = %(first)s,
                extra_g = %(extra_g)s, extra_minor = %(extra)s, free_over_minor = %(free_over)s,
                deliverable = %(deliverable)s
            WHERE id = %(id)s AND shop_id = %(shop)s
            """
    return execute(sql, values) == 1


def remove_freight_template(shop_id: UUID, template_id: UUID) -> None:
    """Orders keep the freight they were quoted. Raises NotFound for another shop's template."""
    with transaction.atomic():
        execute(
            "DELETE FROM delivery_freight_region WHERE template_id = %s AND shop_id = %s",
            [template_id, shop_id],
        )
        if not execute(
            "DELETE FROM delivery_freight_template WHERE id = %s AND shop_id = %s", [template_id, shop_id]
        ):
            raise NotFound(
                "delivery.no_template", zh="没有这个运费模板。", en="There is no such freight template."
            )


def save_service(shop_id: UUID, draft: ServiceDraft) -> UUID:
    """Add a way of sending, or change the one *draft* names. Orders keep what they were placed with.

    Raises Invalid, NotFound for another shop's service, Refusal ``delivery.service_taken`` for a second one of this
    carrier by the same name and ``delivery.services_many`` for more than a shop may have.
    """
    check_service(draft)
    id = draft.id or new_id()
    zh, en = draft.name.zh.strip()[:60], draft.name.en.strip()[:60]
    values = {
        "id": id,
        "shop": shop_id,
        "carrier": draft.carrier,
        "zh": zh or en,
        "en": en or zh,
        "regions": sorted({normal_pattern(pattern) for pattern in draft.regions}),
        "currency": draft.surcharge.currency,
        "surcharge": draft.surcharge.minor,
        "days": draft.transit_days,
        "position": draft.position,
        "active": draft.active,
        "most": MOST_SERVICES,
    }
    try:
        with transaction.atomic():
            saved = execute(_ADD_SERVICE if draft.id is None else _CHANGE_SERVICE, values)
    except IntegrityError:
        raise Refusal(
            "delivery.service_taken",
            zh="这家快递已有一个同名的服务，请换个名称。",
            en="There is a service of this carrier by that name already. Give it another name.",
        ) from None
    if not saved and draft.id is None:
        raise Refusal(
            "delivery.services_many",
            zh=f"一家店铺最多设 {MOST_SERVICES} 个可选快递。",
            en=f"A shop offers {MOST_SERVICES} services at most.",
        )
    if not saved:
        raise NotFound("delivery.no_service", zh="没有这个快递服务。", en="There is no such service.")
    return id


_ADD_SERVICE = """
    INSERT INTO delivery_service (id, shop_id, carrier, name_zh, name_en, regions, currency, surcharge_minor,
                                  transit_days, position, active)
    SELECT %(id)s, %(shop)s, %(carrier)s, %(zh)s, %(en)s, %(regions)s::text[], %(currency)s, %(surcharge)s,
           %(days)s, %(position)s, %(active)s
    WHERE (SELECT count(*) FROM delivery_service WHERE shop_id = %(shop)s) < %(most)s
    """
_CHANGE_SERVICE = """
    UPDATE delivery_service
    SET carrier = %(carrier)s, name_zh = %(zh)s, name_en = %(en)s, regions = %(regions)s::text[],
        currency = %(currency)s, surcharge_minor = %(surcharge)s, transit_days = %(days)s, position = %(position)s,
        active = %(active)s
    WHERE id = %(id)s AND shop_id = %(shop)s
    """


def remove_service(shop_id: UUID, service_id: UUID) -> None:
    """Offer it no more. Raises NotFound for another shop's service."""
    if not execute("DELETE FROM delivery_service WHERE id = %s AND shop_id = %s", [service_id, shop_id]):
        raise NotFound("delivery.no_service", zh="没有这个快递服务。", en="There is no such service.")
