"""What delivery can be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit import media, time
from sanhao.kit.arrays import array
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery.asking import Rate, RateOrder
from sanhao.service.delivery.carriers import CARRIERS
from sanhao.service.delivery.core import CarrierMessageView, ConsignmentView, ScanView
from sanhao.service.delivery.doors import DOORS, able
from sanhao.service.delivery.freight import FreightCard, Parcel, delivers, freight
from sanhao.service.delivery.interception import STOPPABLE, InterceptionView
from sanhao.service.delivery.labels import LabelView, Sending
from sanhao.service.delivery.services import Option, ServiceCard, options_for


def carrier_names() -> dict[str, Text]:
    """The carriers a shop may choose. The sandbox couriers exist in demo worlds only."""
    return {key: carrier.name for key, carrier in CARRIERS.items() if not carrier.demo or time.is_demo()}


def carrier_name(carrier: str) -> Text:
    """What people call it, wherever it may be chosen; one that was taken out goes by its key."""
    known = CARRIERS.get(carrier)
    return known.name if known is not None else Text(carrier, carrier)


def consignments_of(owner_ids: Sequence[UUID]) -> dict[UUID, list[ConsignmentView]]:
    """The consignments of each owner, the oldest first, with their scans, the latest first. Three queries."""
    rows = fetch(
        "SELECT id, owner_id, shop_id, carrier, tracking_no, state, registered_at, collected_at, delivered_at, "
        "weight_g, bound_for, onward, before_id FROM delivery_consignment WHERE owner_id = ANY(%s) ORDER BY registered_at, before_id IS NOT NULL, tracking_no",
        [list(owner_ids)],
    )
    ids = [row["id"] for row in rows]
    items, scans = _items_of(ids), _scans_of(ids)
    found: dict[UUID, list[ConsignmentView]] = {owner: [] for owner in owner_ids}
    for row in rows:
        view = ConsignmentView(**row, items=tuple(items[row["id"]]), scans=tuple(scans[row["id"]]))
        found[row["owner_id"]].append(view)
    return found


def interceptions_of(cause_ids: Sequence[UUID]) -> dict[UUID, InterceptionView]:
    """The interception of each of these causes; those without one are missing."""
    rows = fetch(
        "SELECT id, consignment_id, cause_id, state, asked_at, until, accepted_at, ended_at, reason "
        "FROM delivery_interception WHERE cause_id = ANY(%s)",
        [list(cause_ids)],
    )
    return {row["cause_id"]: InterceptionView(**row) for row in rows}


def interceptions_on(consignment_ids: Sequence[UUID]) -> list[UUID]:
    """Whose wish it was that these parcels be called back."""
    rows = fetch(
        "SELECT cause_id FROM delivery_interception WHERE consignment_id = ANY(%s) ORDER BY id",
        [list(consignment_ids)],
    )
    return [row["cause_id"] for row in rows]


def intercepted(consignment_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these parcels were called back once: there is no second attempt."""
    rows = fetch(
        "SELECT consignment_id FROM delivery_interception WHERE consignment_id = ANY(%s)",
        [list(consignment_ids)],
    )
    return {row["consignment_id"] for row in rows}


def may_be_stopped(parcels: Sequence[ConsignmentView]) -> list[ConsignmentView]:
    """Those of *parcels* that can be called back now. One query at most."""
    held = [p for p in parcels if p.state in STOPPABLE and able(p.carrier, "intercept")]
    tried = intercepted([p.id for p in held]) if held else set()
    return [p for p in held if p.id not in tried]


def collectors() -> list[str]:
    """The carriers that come to a door, and say when they can."""
    return [key for key in carrier_names() if able(key, "slots") and able(key, "pickup")]


def taken_on_by(carrier: str, consignment_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Of these, the first legs that *carrier* takes on from a hub, with carrier and number under which they came."""
    rows = fetch(
        "SELECT id, carrier, tracking_no FROM delivery_consignment WHERE id = ANY(%s) AND onward = %s ORDER BY id",
        [list(consignment_ids), carrier],
    )
    return {row["id"]: (row["carrier"], row["tracking_no"]) for row in rows}


def goes_straight(carrier: str) -> str | None:
    """The number of some parcel of *carrier* that goes by no hub."""
    rows = fetch(
        "SELECT tracking_no FROM delivery_consignment WHERE carrier = %s AND onward = '' AND before_id IS NULL ORDER BY id LIMIT 1",
        [carrier],
    )
    return str(rows[0]["tracking_no"]) if rows else None


def first_legs(consignment_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of second legs, which parcel each was before; others are missing."""
    rows = fetch(
        "SELECT id, before_id FROM delivery_consignment WHERE id = ANY(%s) AND before_id IS NOT NULL",
        [list(consignment_ids)],
    )
    return {row["id"]: row["before_id"] for row in rows}


def delivered_items(owner_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many of each item (of these owners) are in parcels that were signed for: not by a hub."""
    rows = fetch(
        "SELECT i.item_id, sum(i.quantity)::int AS quantity FROM delivery_consignment c "
        "JOIN delivery_consignment_item i ON i.consignment_id = c.id "
        "WHERE c.owner_id = ANY(%s) AND c.delivered_at IS NOT NULL AND c.onward = '' GROUP BY i.item_id",
        [list(owner_ids)],
    )
    return {row["item_id"]: row["quantity"] for row in rows}


def _items_of(ids: list[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    items: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for row in fetch(
        "SELECT consignment_id, item_id, quantity FROM delivery_consignment_item "
        "WHERE consignment_id = ANY(%s) ORDER BY id",
        [ids],
    ):
        items[row["consignment_id"]].append((row["item_id"], row["quantity"]))
    return items


def _scans_of(ids: list[UUID]) -> dict[UUID, list[ScanView]]:
    scans: dict[UUID, list[ScanView]] = defaultdict(list)
    for row in fetch(
        "SELECT consignment_id, status, at, zone, received_at, place, description FROM delivery_scan "
        "WHERE consignment_id = ANY(%s) ORDER BY at DESC, carrier_event_key",
        [ids],
    ):
        scans[row.pop("consignment_id")].append(ScanView(**row))
    return scans


def labels_of(owner_ids: Sequence[UUID]) -> dict[UUID, list[LabelView]]:
    """The labels of each owner, the latest first."""
    found: dict[UUID, list[LabelView]] = {owner: [] for owner in owner_ids}
    for label in _labels("l.owner_id = ANY(%s)", [list(owner_ids)]):
        found[label.owner_id].append(label)
    return found


def labels_of_shop(shop_id: UUID, *, limit: int = 100) -> list[LabelView]:
    """A shop's labels, the latest first."""
    return _labels("l.shop_id = %s", [shop_id], limit)


def label_papers(
    ids: Sequence[UUID], *, shop_id: UUID | None = None, owner_id: UUID | None = None
) -> list[tuple[LabelView, bytes]]:
    """Labels of a shop's orders, or of one owner, with their documents, in the order asked for, without those that have
    none (any more). Raises NotFound for a label that is somebody else's.
    """
    whose, value = (
        ("l.shop_id = %s AND l.owner_kind = 'order'", shop_id) if shop_id else ("l.owner_id = %s", owner_id)
    )
    found = {label.id: label for label in _labels(f"l.id = ANY(%s) AND {whose}", [list(ids), value])}
    if set(ids) - set(found):
        raise NotFound("delivery.no_label", zh="没有这张面单。", en="There is no such label.")
    made = [found[id] for id in dict.fromkeys(ids) if found[id].state == "made"]
    return [(label, media.path_of(label.document).read_bytes()) for label in made]


def _labels(where: str, values: list[object], limit: int = 1_000) -> list[LabelView]:
    rows = fetch(
        "SELECT l.id, l.owner_kind, l.owner_id, l.shop_id, l.carrier, l.service, l.state, l.reference, "
        "l.sending::text AS sending, l.asked_at, l.tries, l.tracking_no, l.document, l.price_minor, l.currency, "
        "l.made_at, l.ended_at, l.reason_zh, l.reason_en, l.void, coalesce(c.state <> 'labelled', false) AS collected "
        "FROM delivery_label l LEFT JOIN delivery_consignment c ON c.id = l.id "
        f"WHERE {where} ORDER BY l.asked_at DESC, l.id LIMIT {limit}",
        values,
    )
    return [
        LabelView(
            **{name: row[name] for name in LabelView.__struct_fields__ if name in row and name != "sending"},
            sending=msgspec.json.decode(row["sending"], type=Sending),
            price=Money(row["price_minor"], row["currency"]) if row["price_minor"] is not None else None,
            reason=Text(zh=row["reason_zh"], en=row["reason_en"]),
        )
        for row in rows
    ]


def label_carriers() -> dict[str, Text]:
    """Carriers that make labels for us."""
    return {key: name for key, name in carrier_names().items() if able(key, "label")}


def rates(carrier: str, order: RateOrder, *, now: datetime) -> list[Rate]:
    """What *carrier* would charge, the cheapest first. Goes outside: never in a transaction. Raises CarrierAway,
    CarrierRefused."""
    door = DOORS[carrier].rates
    return sorted(door(order, now=now), key=lambda rate: rate.price.minor) if door is not None else []


def freight_templates(shop_id: UUID) -> list[FreightCard]:
    return _templates([shop_id])[shop_id]


def senders(shop_ids: Sequence[UUID], places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], set[UUID]]:
    """For each place (country, region) which of these shops send there by themselves. One query."""
    templates = _templates(list(shop_ids))
    return {place: {shop for shop in shop_ids if delivers(templates[shop], *place)} for place in places}


def quote(parcels: Sequence[Parcel]) -> list[Money]:
    """What each parcel costs to send, in their order. One query.

    Raises Refusal ``delivery.undeliverable`` and Invalid for weights below zero or a mixture of currencies.
    """
    templates = _templates(list({parcel.shop_id for parcel in parcels}))
    return [freight(templates[parcel.shop_id], parcel) for parcel in parcels]


def quotes(parcels: Sequence[Parcel]) -> list[Money | None]:
    """The same, None where the shop does not send to the place."""
    templates = _templates(list({parcel.shop_id for parcel in parcels}))
    return [
        freight(of_shop, parcel)
        if delivers(of_shop := templates[parcel.shop_id], parcel.country, parcel.region)
        else None
        for parcel in parcels
    ]


def _templates(shop_ids: Sequence[UUID]) -> dict[UUID, list[FreightCard]]:
    found: dict[UUID, list[FreightCard]] = defaultdict(list)
    for row in fetch(
        """
        SELECT t.*, (SELECT array_agg(r.pattern::text ORDER BY r.pattern) FROM delivery_freight_region r
                     WHERE r.template_id = t.id) AS regions
        FROM delivery_freight_template t
        JOIN unnest((SELECT %s::uuid[])) AS w (shop_id) USING (shop_id) ORDER BY t.id
        """,
        [array(shop_ids)],  # planned once: see there
    ):
        found[row["shop_id"]].append(_template(row))
    return found


def _template(row: Row) -> FreightCard:
    currency, free_over = row["currency"], row["free_over_minor"]
    return FreightCard(
        id=row["id"],
        shop_id=row["shop_id"],
        name=row["name"],
        regions=tuple(row["regions"] or ()),
        first=Money(row["first_minor"], currency),
        extra=Money(row["extra_minor"], currency),
        first_g=row["first_g"],
        extra_g=row["extra_g"],
        free_over=None if free_over is None else Money(free_over, currency),
        deliverable=row["deliverable"],
    )


def services(shop_id: UUID) -> list[ServiceCard]:
    """The ways of sending that a shop lets its buyers choose, in its own order."""
    rows = fetch(
        "SELECT * FROM delivery_service WHERE shop_id = %s ORDER BY position, surcharge_minor, id", [shop_id]
    )
    return [_service(row) for row in rows]


def _service(row: Row) -> ServiceCard:
    return ServiceCard(
        id=row["id"],
        shop_id=row["shop_id"],
        carrier=row["carrier"],
        name=Text(zh=row["name_zh"], en=row["name_en"]),
        regions=tuple(row["regions"]),
        surcharge=Money(row["surcharge_minor"], row["currency"]),
        transit_days=row["transit_days"],
        position=row["position"],
        active=row["active"],
    )


def options(parcels: Sequence[Parcel], *, transit_days: int) -> list[list[Option]]:
    """What the buyer of each parcel may choose, in their order; none where the shop does not send there. One query.

    The first is that the shop chooses (*transit_days* on the way). Raises Invalid for weights below zero or a mixture of
    currencies.
    """
    templates: dict[UUID, list[FreightCard]] = defaultdict(list)
    services: dict[UUID, list[ServiceCard]] = defaultdict(list)
    for row in fetch(_OPTIONS, {"shops": array({parcel.shop_id for parcel in parcels})}):
        if row["carrier"] is None:
            templates[row["shop_id"]].append(_template(row))
        else:
            services[row["shop_id"]].append(_service(row))
    return [
        options_for(
            templates[parcel.shop_id], _here(services[parcel.shop_id]), parcel, transit_days=transit_days
        )
        if delivers(templates[parcel.shop_id], parcel.country, parcel.region)
        else []
        for parcel in parcels
    ]


def _here(services: Sequence[ServiceCard]) -> list[ServiceCard]:
    """Those whose carrier this site knows: a carrier may be taken out, and a demo world's brings nothing elsewhere."""
    known = [service for service in services if service.carrier in CARRIERS]
    return [service for service in known if not CARRIERS[service.carrier].demo or time.is_demo()]


_OPTIONS = """
    WITH w AS MATERIALIZED (SELECT unnest((SELECT %(shops)s::uuid[])) AS shop_id)
    SELECT t.id, t.shop_id, t.name, t.currency, t.first_g, t.first_minor, t.extra_g, t.extra_minor,
        t.free_over_minor, t.deliverable,
        (SELECT array_agg(r.pattern::text ORDER BY r.pattern) FROM delivery_freight_region r
         WHERE r.template_id = t.id) AS regions,
        NULL AS carrier, NULL AS name_zh, NULL AS name_en, NULL::bigint AS surcharge_minor,
        NULL::int AS transit_days, NULL::int AS position, NULL::boolean AS active
    FROM delivery_freight_template t JOIN w USING (shop_id)
    UNION ALL
    SELECT s.id, s.shop_id, NULL, s.currency, NULL, NULL, NULL, NULL, NULL, NULL, s.regions::text[],
        s.carrier, s.name_zh, s.name_en, s.surcharge_minor, s.transit_days, s.position, s.active
    FROM delivery_service s JOIN w USING (shop_id) WHERE s.active
    ORDER BY id
    """


def refused_messages(*, limit: int = 50, before: datetime | None = None) -> list[CarrierMessageView]:
    """What carriers sent that could not be used, and why, the latest first: for staff."""
    rows = fetch(
        "SELECT id, carrier, event_id, body, received_at, state, reason FROM delivery_carrier_message "
        "WHERE state = 'refused' AND (%(before)s::timestamptz IS NULL OR received_at < %(before)s) "
        "ORDER BY received_at DESC, id DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    )
    return [CarrierMessageView(**(row | {"body": bytes(row["body"])})) for row in rows]


def carrier_message(id: UUID) -> CarrierMessageView:
    """One message as it came. Raises NotFound."""
    rows = fetch(
        "SELECT id, carrier, event_id, body, received_at, state, reason FROM delivery_carrier_message WHERE id = %s",
        [id],
    )
    if not rows:
        raise NotFound("delivery.no_message", zh="没有这条消息。", en="There is no such message.")
    return CarrierMessageView(**(rows[0] | {"body": bytes(rows[0]["body"])}))


def unread_since() -> datetime | None:
    """When the first of the messages that nobody has read yet came; None if all are read, or set aside."""
    [row] = fetch(
        "SELECT min(m.received_at) AS at FROM delivery_carrier_message m WHERE m.state = 'new' AND NOT EXISTS "
        "(SELECT 1 FROM kit_set_aside s WHERE s.keeper = 'delivery.inbox' AND s.row_id = m.id)"
    )
    first: datetime | None = row["at"]
    return first


def is_registered(carrier: str, tracking_no: str) -> bool:
    """Whether this number of a carrier's is a parcel's already."""
    return bool(
        fetch(
            "SELECT 1 FROM delivery_consignment WHERE carrier = %s AND tracking_no = %s",
            [carrier, tracking_no],
        )
    )


def tracking_number(consignment_id: UUID) -> tuple[str, str]:
    """Carrier and number of a consignment. Raises NotFound."""
    rows = fetch("SELECT carrier, tracking_no FROM delivery_consignment WHERE id = %s", [consignment_id])
    if not rows:
        raise NotFound("delivery.no_consignment", zh="没有这个包裹。", en="There is no such parcel.")
    return rows[0]["carrier"], rows[0]["tracking_no"]
