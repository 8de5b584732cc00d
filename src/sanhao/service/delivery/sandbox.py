"""The sandbox couriers' hand: builds and signs what they would post, for the demo, tests and benches."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.kit.events import News
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import fetch
from sanhao.service.delivery import inbox, queries, sandbox_hub, sandbox_pickups, sandbox_world, signing
from sanhao.service.delivery.actions.receive import receive
from sanhao.service.delivery.carriers import SANDBOXES
from sanhao.service.delivery.core import Status
from sanhao.service.delivery.events import ConsignmentDelivered
from sanhao.service.delivery.interception import SAID


def sandbox_scan_body(
    consignment_id: UUID,
    status: Status,
    *,
    now: datetime,
    place: str = "",
    description: str = "",
    weight_g: int = 0,
    bound_for: str = "",
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the webhook by which a sandbox courier says that it scanned a parcel of its own at *now*.

    Raises NotFound, and Invalid for a parcel that travels with a real carrier.
    """
    carrier, number = queries.tracking_number(consignment_id)
    if carrier not in SANDBOXES:
        raise Invalid(
            "delivery.not_sandbox",
            zh="这个包裹不是由示例快递承运的。",
            en="This parcel does not travel with the sample courier.",
        )
    return sandbox_body(
        number,
        status,
        now=now,
        place=place,
        description=description,
        weight_g=weight_g,
        bound_for=bound_for,
        carrier=carrier,
    )


def sandbox_body(
    number: str,
    status: Status,
    *,
    now: datetime,
    place: str = "",
    description: str = "",
    weight_g: int = 0,
    bound_for: str = "",
    carrier: str = "sandbox",
) -> tuple[bytes, dict[str, str]]:
    """The same for a tracking number, without asking the database."""
    event_id = _event_id(number, status, now)
    body = _body(event_id, number, status, now, place, description, weight_g, bound_for)
    return body, signing.sign(carrier, body, event_id=event_id)


def _event_id(number: str, status: str, at: datetime) -> str:
    return f"{number}/{status}/{at.isoformat()}"


def _body(
    event_id: str,
    number: str,
    status: str,
    at: datetime,
    place: str,
    description: str,
    weight_g: int = 0,
    bound_for: str = "",
) -> bytes:
    scan = {
        "id": event_id[-76:],
        "status": status,
        "at": at.isoformat(),
        "place": place,
        "description": description,
    }
    told: dict[str, object] = {"weight_g": weight_g} if weight_g else {}
    if bound_for:
        told["bound_for"] = bound_for
    return msgspec.json.encode({"parcel": number, **told, "scans": [scan]})


def post_scan(consignment_id: UUID, status: Status, *, now: datetime, place: str = "") -> None:
    """As if the courier had posted it: through the same door, read by the same keeper."""
    carrier, _ = queries.tracking_number(consignment_id)
    body, headers = sandbox_scan_body(consignment_id, status, now=now, place=place)
    receive(carrier, body, headers, now=now)


def call_back(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: what the sandbox couriers say of interceptions by themselves. It takes the road of any message."""
    calls = sandbox_world.due_calls(rows, now)
    carriers = _carriers([call.tracking_no for call in calls])
    for call in calls:
        carrier = carriers.get(call.tracking_no, "sandbox")
        if call.word in SAID:
            event_id = f"{call.tracking_no}/interception/{call.number}"
            told = {"id": call.key, "said": call.word}
            body = msgspec.json.encode({"parcel": call.tracking_no, "scans": [], "interception": told})
        else:
            event_id = f"{call.tracking_no}/interception/{call.word}"
            body = _body(event_id, call.tracking_no, call.word, call.at, "", "")
            event_id += f"/{call.number}"
        receive(carrier, body, signing.sign(carrier, body, event_id=event_id), now=now)


def _carriers(numbers: Sequence[str]) -> dict[str, str]:
    """Which of the sandboxes each of these parcels travels with."""
    rows = fetch(
        "SELECT tracking_no, carrier FROM delivery_consignment WHERE tracking_no = ANY(%s) AND carrier = ANY(%s)",
        [list(numbers), sorted(SANDBOXES)],
    )
    return {row["tracking_no"]: row["carrier"] for row in rows}


def call_pickups(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: what the sandbox courier says of pickups by itself. What it has collected, it scans."""
    for call in sandbox_pickups.due_pickup_calls(rows, now):
        word, number = call.word, sandbox_pickups.number_of(call.word.id)
        event_id = f"{word.id}/pickup/{call.number}"
        body = msgspec.json.encode({"parcel": number, "scans": [], "pickup": word})
        receive("sandbox", body, signing.sign("sandbox", body, event_id=event_id), now=now)
        if word.said == "collected":
            body, headers = sandbox_body(number, "picked_up", now=call.at, weight_g=call.weight_g)
            receive("sandbox", body, headers, now=now)


def hub_signed(batch: Sequence[News[ConsignmentDelivered]]) -> None:
    """Now-listener: a parcel lies in one of the sandbox courier's hubs, and will go on."""
    first = {news.fact.consignment_id: news.fact.at for news in batch if news.fact.leg == 1}
    if first:
        sandbox_hub.keep_in_hub(queries.taken_on_by("sandbox", list(first)), first)


def hub_calls(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: what the sandbox courier's hubs say: that a parcel goes on, later that it is on its way, and worse."""
    for call in sandbox_hub.due_in_hub(rows, now):
        if call.word == "scanned":
            body, headers = sandbox_body(
                _onward(call), "picked_up", now=call.at + timedelta(seconds=call.number % 10)
            )
        else:
            body = _goes_on(call)
            headers = signing.sign("sandbox", body, event_id=f"{call.tracking_no}/{call.word}/{call.number}")
        if call.word == "forged":
            headers[signing.SIGNATURE_HEADER] = "0" * 64
        with suppress(signing.Forged):  # it was told so at the door
            receive("sandbox", body, headers, now=now)


def _onward(call: sandbox_hub.HubCall) -> str:
    return f"HUB{call.tracking_no}"[:64]


def _goes_on(call: sandbox_hub.HubCall) -> bytes:
    """The hub's word that a parcel goes on, as its mischief garbles it."""
    of, of_carrier, number = call.tracking_no, call.carrier, _onward(call)
    match call.word:
        case "on_as_other":
            number = f"AGAIN{of}"[:64]
        case "unknown":
            of = f"NOBODY{of}"[:64]
        case "others_parcel":
            of, of_carrier = queries.goes_straight("sandbox") or of, "sandbox"
        case "others_number":
            number = queries.goes_straight("sandbox") or of
    return _forwarded(of, of_carrier, number)


def _forwarded(of: str, of_carrier: str, number: str) -> bytes:
    told = {"tracking_no": number, "of_carrier": of_carrier}
    return msgspec.json.encode({"parcel": of, "scans": [], "forwarded": told})


class PastScan(msgspec.Struct, frozen=True):
    """A scan of a parcel under a sandbox courier, told the moment it happened."""

    tracking_no: str
    status: Status
    at: datetime
    carrier: str = "sandbox"


class PastForward(msgspec.Struct, frozen=True):
    """A hub's word, told the moment it happened, that a first leg (*of*) goes on under *tracking_no* with *carrier*."""

    of: str
    of_carrier: str
    tracking_no: str
    at: datetime
    carrier: str = "sandbox"


def _past(said: PastScan | PastForward) -> tuple[str, bytes]:
    """Event id and body of its message."""
    if isinstance(said, PastForward):
        body = _forwarded(said.of, said.of_carrier, said.tracking_no)
        return _event_id(said.tracking_no, "forwarded", said.at), body
    id = _event_id(said.tracking_no, said.status, said.at)
    return id, _body(id, said.tracking_no, said.status, said.at, "", "")


def post_past_scans(scans: Sequence[PastScan | PastForward], *, now: datetime) -> None:
    """As if the courier had posted each of *scans* when it happened, and they are all read now. Twice is once.

    For histories, whose scans come by the thousand: stored in the inbox like any other message, two statements, and
    read by the same code as the keeper's, in the caller's transaction.
    """
    messages = [_past(scan) for scan in scans]
    rows = fetch(
        """
        INSERT INTO delivery_carrier_message
            (id, carrier, event_id, parcel, body, signature_ok, received_at, state, reason, unknown_nos)
        SELECT m.id, m.carrier, m.event_id, '', m.body, true, m.at, 'new', '', '{}'
        FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bytea[], %s::timestamptz[])
            AS m (id, carrier, event_id, body, at)
        ON CONFLICT (carrier, event_id) DO NOTHING RETURNING id, carrier, parcel, body, received_at
        """,
        [
            new_ids(len(scans)),
            [scan.carrier for scan in scans],
            [id for id, _ in messages],
            [body for _, body in messages],
            [scan.at for scan in scans],
        ],
    )
    if rows:
        inbox.read_messages(rows, now)
