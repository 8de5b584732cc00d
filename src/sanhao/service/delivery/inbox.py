"""The keeper that reads the carriers' inbox: a batch of messages, a handful of statements, no verdicts.

What cannot be used stays in the inbox as `refused` with its reason, for staff to see. Everything is idempotent and
indifferent to order: a scan is unique per consignment, and a consignment's row is a function of all its scans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event, emit
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Keeper, Row
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery import intercepting, legs, pickups
from sanhao.service.delivery.actions.register import REGISTRATION_LOCK
from sanhao.service.delivery.asking import InterceptionWord, PickupWord
from sanhao.service.delivery.carriers import CARRIERS, Unreadable
from sanhao.service.delivery.core import (
    IN_HAND,
    ForwardWord,
    HeardScan,
    Journey,
    Mark,
    ScanRecord,
    counts_at,
    is_from_the_future,
    journey,
    leg_of,
    normal_number,
)
from sanhao.service.delivery.events import (
    ConsignmentCollected,
    ConsignmentDelivered,
    ConsignmentMoved,
    ConsignmentTracked,
)
from sanhao.service.delivery.models import CONSIGNMENT

Number = tuple[str, str]
"""Carrier and tracking number."""


@dataclass
class _Message:
    """One message of the batch, and what became of it."""

    row: Row
    scans: list[ScanRecord] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    words: tuple[InterceptionWord, ...] = ()
    pickups: tuple[PickupWord, ...] = ()
    forwards: tuple[ForwardWord, ...] = ()
    used: int = 0

    def first_leg(self, word: ForwardWord) -> Number:
        """The parcel that a hub's word is about."""
        return (word.of_carrier or self.row["carrier"], normal_number(word.of))

    def numbers(self, scan: ScanRecord) -> list[Number]:
        """The consignments a scan may speak of: its own number, else the one the header names, else its shipment's."""
        told = normal_number(scan.tracking_no) or self.row["parcel"]
        shipment = normal_number(scan.shipment_no)
        return [(self.row["carrier"], no) for no in (told, shipment) if no]


def read_messages(rows: Sequence[Row], now: datetime) -> None:
    """Settle a batch of new messages: keep their scans, move consignments, tell what changed."""
    messages = [_parse(row) for row in rows]
    wanted = {number for m in messages for scan in m.scans for number in m.numbers(scan)}
    wanted |= intercepting.numbers_of([word.id for m in messages for word in m.words])
    forwards = [(m, word) for m in messages for word in m.forwards]
    wanted |= {m.first_leg(word) for m, word in forwards}
    if forwards or wanted - set(_find(wanted)) or any(m.pickups for m in messages):
        # Wait for registrations under way: after this, what is unknown is unknown, or will read the message again. What a
        # courier has collected at a door, or a hub sends on, is registered here.
        execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRATION_LOCK])
    known = _lock(wanted)
    known |= _forward(forwards, known, now)
    heard: dict[tuple[UUID, str], tuple[ScanRecord, datetime]] = {}
    for message in messages:
        _sort_out(message, known, heard)
    _keep_scans(heard)
    _note_parcels(heard)
    _bring_up_to_date(list(known.values()), {id for id, _ in heard}, now)
    for carrier, words in _words(messages).items():
        intercepting.hear(words, now=now, carrier=carrier)
    for message in messages:
        pickups.hear(message.pickups, now=now, carrier=message.row["carrier"])
    _file(messages, set(_find(_missed(messages))) if any(m.pickups for m in messages) else set())


def _parse(row: Row) -> _Message:
    message = _Message(row)
    try:
        answer = CARRIERS[row["carrier"]].read(bytes(row["body"]))
    except Unreadable as error:
        message.problems.append(str(error))
        return message
    message.scans, message.words = answer.scans, answer.words
    message.pickups, message.forwards = answer.pickups, answer.forwards
    message.problems += [str(skipped) for skipped in answer.skipped]
    return message


def _forward(
    forwards: Sequence[tuple[_Message, ForwardWord]], known: dict[Number, Row], now: datetime
) -> dict[Number, Row]:
    """Second legs begin where a hub's own carrier says so; returns them by number. Saying it twice is once."""
    good: list[tuple[_Message, legs.Forward]] = []
    for message, word in forwards:
        carrier, number = message.first_leg(word)
        row = known.get((carrier, number))
        if row is None:
            message.unknown.add(number)
        elif row["onward"] != message.row["carrier"]:
            message.problems.append(
                f"{number}: not a parcel that {message.row['carrier']} takes on from a hub"
            )
        elif not 4 <= len(word.tracking_no) <= 64 or not word.tracking_no.isprintable():
            message.problems.append(f"{number}: goes on under a number that cannot be one")
        else:
            good.append((message, legs.Forward(row, word.tracking_no)))
    if not good:
        return {}
    begun = legs.forward([one for _, one in good], now=now)
    seconds = legs.seconds_of([one.first["id"] for _, one in good])
    for message, one in good:
        goes_on = seconds.get(one.first["id"])
        if goes_on == one.tracking_no:
            message.used += 1
        elif goes_on:
            message.problems.append(f"{one.first['tracking_no']}: goes on as {goes_on} already")
        else:
            message.problems.append(f"{one.tracking_no}: the number of another parcel")
    return begun


def _words(messages: Sequence[_Message]) -> dict[str, list[InterceptionWord]]:
    """What each carrier says of interceptions, as it came."""
    words: dict[str, list[InterceptionWord]] = defaultdict(list)
    for message in messages:
        words[message.row["carrier"]] += message.words
    return words


def _find(numbers: Iterable[Number]) -> list[Number]:
    return [(row["carrier"], row["tracking_no"]) for row in _consignments(numbers, lock=False)]


def _lock(numbers: Iterable[Number]) -> dict[Number, Row]:
    """The consignments under *numbers*, locked in the order of their ids."""
    return {(row["carrier"], row["tracking_no"]): row for row in _consignments(numbers, lock=True)}


def _consignments(numbers: Iterable[Number], *, lock: bool) -> list[Row]:
    pairs = sorted(numbers)
    return fetch(
        f"""
        SELECT c.id, c.owner_id, c.shop_id, c.carrier, c.tracking_no, c.state, c.not_before, c.collected_at,
               c.delivered_at, c.onward, c.before_id
        FROM delivery_consignment c
        JOIN unnest(%s::text[], %s::text[]) AS n (carrier, tracking_no)
          ON c.carrier = n.carrier AND c.tracking_no = n.tracking_no
        ORDER BY c.id {"FOR UPDATE OF c" if lock else ""}
        """,
        [[carrier for carrier, _ in pairs], [number for _, number in pairs]],
    )


def _sort_out(
    message: _Message,
    known: dict[Number, Row],
    heard: dict[tuple[UUID, str], tuple[ScanRecord, datetime]],
) -> None:
    """Give each scan of *message* to its consignment, or note why not."""
    received = message.row["received_at"]
    for scan in message.scans:
        numbers = message.numbers(scan)
        if not numbers:
            message.problems.append("the answer does not name its parcel, and no header does")
        elif is_from_the_future(scan.at, received):
            message.problems.append(f"{numbers[0][1]}: a scan from the future, {scan.at.isoformat()}")
        elif numbers[0] in known:
            key = (known[numbers[0]]["id"], scan.event_key)
            if key not in heard or received < heard[key][1]:
                heard[key] = (scan, received)
            message.used += 1
        elif numbers[-1] not in known:
            message.unknown.add(numbers[0][1])
        # Else it is a piece of a shipment that is registered as a whole, whose own scans tell the story.


def _keep_scans(heard: dict[tuple[UUID, str], tuple[ScanRecord, datetime]]) -> None:
    """One statement. A scan known already keeps the earlier of the moments it was heard, whoever came first."""
    if not heard:
        return
    entries = sorted(heard.items(), key=lambda entry: entry[0])
    scans = [scan for _, (scan, _) in entries]
    execute(
        """
        INSERT INTO delivery_scan
            (id, consignment_id, carrier_event_key, status, at, zone, received_at, place, description, raw_code)
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
                             %s::timestamptz[], %s::text[], %s::text[], %s::text[])
        ON CONFLICT (consignment_id, carrier_event_key) DO UPDATE SET received_at = excluded.received_at
            WHERE excluded.received_at < delivery_scan.received_at
        """,
        [
            new_ids(len(entries)),
            [consignment for (consignment, _), _ in entries],
            [key for (_, key), _ in entries],
            [scan.status for scan in scans],
            [scan.at for scan in scans],
            [scan.zone_source for scan in scans],
            [received for _, (_, received) in entries],
            [scan.place for scan in scans],
            [scan.description for scan in scans],
            [scan.raw_code for scan in scans],
        ],
    )


def _note_parcels(heard: dict[tuple[UUID, str], tuple[ScanRecord, datetime]]) -> None:
    """What carriers say of the parcel itself, by whatever scan: its weight, and where it goes."""
    said: dict[UUID, tuple[int | None, str]] = {}
    for (id, _), (scan, _) in heard.items():
        if scan.weight_g or scan.bound_for:
            weight, place = said.get(id, (None, ""))
            said[id] = (scan.weight_g or weight, scan.bound_for or place)
    if said:
        execute(
            "UPDATE delivery_consignment c SET weight_g = coalesce(s.weight, c.weight_g), "
            "bound_for = coalesce(nullif(s.place, ''), c.bound_for) "
            "FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS s (id, weight, place) WHERE c.id = s.id",
            [list(said), [weight for weight, _ in said.values()], [place for _, place in said.values()]],
        )


def _bring_up_to_date(consignments: Sequence[Row], touched: set[UUID], now: datetime) -> None:
    """Make the rows of *touched* what all their scans say, and tell what changed."""
    rows = [row for row in consignments if row["id"] in touched]
    told = _scans_of(touched)
    journeys = {row["id"]: journey(told[row["id"]], not_before=row["not_before"]) for row in rows}
    changed = [
        row for row in rows if _moments(journeys[row["id"]]) != (row["collected_at"], row["delivered_at"])
    ]
    _write_moments(changed, journeys)
    moved = _move(rows, journeys, now)
    intercepting.scanned({id: journeys[id].state for id in sorted(moved)}, now=now)
    facts: list[Event] = []
    items = _items_of({row["id"] for row in changed})
    for row in changed:
        facts += _news(row, journeys[row["id"]], items[row["id"]])
    facts += [
        ConsignmentMoved(row["id"], row["owner_id"], row["shop_id"], journeys[row["id"]].state, now)
        for row in rows
        if row["id"] in moved
    ]
    facts += [tracked for row in rows if (tracked := _tracked(row, told[row["id"]])).scans]
    emit(facts, at=now)


def _scans_of(ids: set[UUID]) -> dict[UUID, list[HeardScan]]:
    told: dict[UUID, list[HeardScan]] = defaultdict(list)
    for row in fetch(
        "SELECT consignment_id, carrier_event_key, status, at, received_at, zone FROM delivery_scan "
        "WHERE consignment_id = ANY(%s)",
        [list(ids)],
    ):
        told[row["consignment_id"]].append(
            HeardScan(row["carrier_event_key"], row["status"], row["at"], row["received_at"], row["zone"])
        )
    return told


def _items_of(ids: set[UUID]) -> dict[UUID, tuple[tuple[UUID, int], ...]]:
    items: dict[UUID, tuple[tuple[UUID, int], ...]] = defaultdict(tuple)
    for row in fetch(
        "SELECT consignment_id, item_id, quantity FROM delivery_consignment_item "
        "WHERE consignment_id = ANY(%s) ORDER BY id",
        [list(ids)],
    ):
        items[row["consignment_id"]] += ((row["item_id"], row["quantity"]),)
    return items


def _moments(told: Journey) -> tuple[datetime | None, datetime | None]:
    return (told.collected.at if told.collected else None, told.delivered.at if told.delivered else None)


def _write_moments(rows: Sequence[Row], journeys: dict[UUID, Journey]) -> None:
    if not rows:
        return
    moments = [_moments(journeys[row["id"]]) for row in rows]
    execute(
        """
        UPDATE delivery_consignment c SET collected_at = n.collected_at, delivered_at = n.delivered_at
        FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS n (id, collected_at, delivered_at)
        WHERE c.id = n.id
        """,
        [[row["id"] for row in rows], [c for c, _ in moments], [d for _, d in moments]],
    )


def _move(rows: Sequence[Row], journeys: dict[UUID, Journey], now: datetime) -> set[UUID]:
    by_target: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        if journeys[row["id"]].state != row["state"]:
            by_target[journeys[row["id"]].state].append(row["id"])
    return {id for state, ids in sorted(by_target.items()) for id in CONSIGNMENT.move(ids, state, at=now)}


def _news(row: Row, told: Journey, items: tuple[tuple[UUID, int], ...]) -> list[Event]:
    """Said again with the other moment when a late scan shows it; never said of what is no longer so."""
    news: list[Event] = []
    marks: list[tuple[type[ConsignmentCollected] | type[ConsignmentDelivered], str, Mark | None]] = [
        (ConsignmentCollected, "collected_at", told.collected),
        (ConsignmentDelivered, "delivered_at", told.delivered),
    ]
    for fact, column, mark in marks:
        if mark is not None and mark.at != row[column]:
            news.append(
                fact(
                    consignment_id=row["id"],
                    owner_id=row["owner_id"],
                    shop_id=row["shop_id"],
                    items=items,
                    at=mark.at,
                    received_at=mark.received_at,
                    zone_assumed=mark.zone_assumed,
                    leg=leg_of(row["onward"], row["before_id"]),
                    carrier=row["carrier"],
                )
            )
    return news


def _tracked(row: Row, told: Sequence[HeardScan]) -> ConsignmentTracked:
    scans = {
        (counts_at(scan.at, scan.received_at, row["not_before"]), scan.received_at)
        for scan in told
        if scan.status in IN_HAND
    }
    leg = leg_of(row["onward"], row["before_id"])
    return ConsignmentTracked(row["id"], row["owner_id"], row["shop_id"], tuple(sorted(scans)), leg)


def _missed(messages: Sequence[_Message]) -> set[Number]:
    return {(message.row["carrier"], no) for message in messages for no in message.unknown}


def _file(messages: Sequence[_Message], registered: set[Number]) -> None:
    """Mark each message read, or refused with every reason. What speaks of parcels that were *registered* just now, by
    another message, stays new and is read again."""
    again = [m.row["id"] for m in messages if _missed([m]) & registered]
    messages = [m for m in messages if m.row["id"] not in again]
    elsewhere = _registered_elsewhere({no for message in messages for no in message.unknown})
    for message in messages:
        for number in sorted(message.unknown):
            message.problems.append(
                f"{number}: registered with another carrier" if number in elsewhere
                else f"{number}: nobody registered this parcel"
            )  # fmt: skip
    execute(
        """
        UPDATE delivery_carrier_message m SET state = n.state, reason = n.reason,
               unknown_nos = coalesce(string_to_array(nullif(n.unknown, ''), E'\\x1f'), '{}')
        FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS n (id, state, reason, unknown)
        WHERE m.id = n.id
        """,
        [
            [m.row["id"] for m in messages],
            ["read" if m.used or not m.problems else "refused" for m in messages],
            ["; ".join(m.problems)[:4000] for m in messages],
            ["\x1f".join(sorted(m.unknown)) for m in messages],
        ],
    )


def _registered_elsewhere(numbers: set[str]) -> set[str]:
    if not numbers:
        return set()
    rows = fetch(
        # Naming every carrier lets the unique index answer.
        "SELECT tracking_no FROM delivery_consignment WHERE carrier = ANY(%s) AND tracking_no = ANY(%s)",
        [list(CARRIERS), list(numbers)],
    )
    return {row["tracking_no"] for row in rows}


INBOX = Keeper(
    name="delivery.inbox",
    query="SELECT t.id, t.carrier, t.parcel, t.body, t.received_at FROM delivery_carrier_message t "
    "WHERE t.state = 'new' AND t.received_at <= %(now)s",
    settle=read_messages,
    order="t.received_at, t.id",
    batch=100,
    idle_seconds=0.5,
)
