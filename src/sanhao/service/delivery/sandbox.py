"""The sandbox courier's hand: builds and signs what it would post, for the demo, tests and benches."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.refusals import Invalid
from sanhao.service.delivery import actions, queries, signing
from sanhao.service.delivery.core import Status


def sandbox_scan_body(
    consignment_id: UUID, status: Status, *, now: datetime, place: str = "", description: str = ""
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the webhook by which the sandbox courier says that it scanned a parcel at *now*.

    Raises NotFound, and Invalid for a parcel that travels with another carrier.
    """
    carrier, number = queries.tracking_number(consignment_id)
    if carrier != "sandbox":
        raise Invalid(
            "delivery.not_sandbox",
            zh="这个包裹不是由示例快递承运的。",
            en="This parcel does not travel with the sample courier.",
        )
    return sandbox_body(number, status, now=now, place=place, description=description)


def sandbox_body(
    number: str, status: Status, *, now: datetime, place: str = "", description: str = ""
) -> tuple[bytes, dict[str, str]]:
    """The same for a tracking number, without asking the database."""
    event_id = f"{number}/{status}/{now.isoformat()}"
    scan = {
        "id": event_id[-76:],
        "status": status,
        "at": now.isoformat(),
        "place": place,
        "description": description,
    }
    body = msgspec.json.encode({"parcel": number, "scans": [scan]})
    return body, signing.sign("sandbox", body, event_id=event_id)


def post_scan(consignment_id: UUID, status: Status, *, now: datetime, place: str = "") -> None:
    """As if the courier had posted it: through the same door, read by the same keeper."""
    body, headers = sandbox_scan_body(consignment_id, status, now=now, place=place)
    actions.receive("sandbox", body, headers, now=now)
