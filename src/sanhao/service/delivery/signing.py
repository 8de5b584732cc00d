"""How carriers prove who they are: HMAC-SHA256 over timestamp, event id, parcel and the raw body.

Secrets come from the environment (``SANHAO_CARRIER_SECRET_GLS``); the sandbox, and in a demo world every carrier, has
one derived from the site's own key. Signatures live on machine time: moving the business clock does not age them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from django.conf import settings

from sanhao.kit import time
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.service.delivery.carriers import SANDBOXES

EVENT_HEADER = "X-Carrier-Event"
TIMESTAMP_HEADER = "X-Carrier-Timestamp"
SIGNATURE_HEADER = "X-Carrier-Signature"
PARCEL_HEADER = "X-Carrier-Parcel"
TOLERANCE = timedelta(hours=1)
"""How old a signature may be. Replays are harmless anyway: the event id is signed and stored once."""


class Forged(Refusal):
    """The message is not proven to come from the carrier (401). Nothing of it is kept."""

    status = 401


class Envelope(msgspec.Struct, frozen=True):
    """What the headers of a proven message say."""

    event_id: str
    parcel: str


def secret_of(carrier: str) -> str:
    """The secret shared with *carrier*, or empty if none was agreed."""
    given = str(getattr(settings, "CARRIER_SECRETS", {}).get(carrier, ""))
    if given or not (carrier in SANDBOXES or time.is_demo()):
        return given
    return hmac.new(settings.SECRET_KEY.encode(), f"carrier:{carrier}".encode(), hashlib.sha256).hexdigest()


def sign(carrier: str, body: bytes, *, event_id: str, parcel: str = "") -> dict[str, str]:
    """The headers with which *carrier* sends *body*: for the sandbox and for tests."""
    timestamp = str(int(time.machine_now().timestamp()))
    headers = {EVENT_HEADER: event_id, TIMESTAMP_HEADER: timestamp}
    if parcel:
        headers[PARCEL_HEADER] = parcel
    headers[SIGNATURE_HEADER] = _digest(secret_of(carrier), timestamp, event_id, parcel, body)
    return headers


def verify(carrier: str, body: bytes, headers: Mapping[str, str]) -> Envelope:
    """Raises Forged for a missing, old or wrong signature and Invalid for an unusable event id."""
    given = {name.lower(): value for name, value in headers.items()}
    timestamp, signature = given.get(TIMESTAMP_HEADER.lower(), ""), given.get(SIGNATURE_HEADER.lower(), "")
    event_id, parcel = given.get(EVENT_HEADER.lower(), ""), given.get(PARCEL_HEADER.lower(), "")
    secret = secret_of(carrier)
    expected = _digest(secret, timestamp, event_id, parcel, body)
    if not secret or not hmac.compare_digest(expected.encode(), signature.encode()) or _is_old(timestamp):
        raise Forged(
            "delivery.forged",
            zh="签名缺失、过期或不符，消息未被接收。",
            en="The signature is missing, expired or wrong; the message was not taken.",
        )
    if not 1 <= len(event_id) <= 120 or len(parcel) > 64:
        raise Invalid(
            "delivery.event_id",
            zh=f"{EVENT_HEADER} 须为 1 至 120 个字符。",
            en=f"{EVENT_HEADER} must have 1 to 120 characters.",
        )
    return Envelope(event_id, parcel)


def _digest(secret: str, timestamp: str, event_id: str, parcel: str, body: bytes) -> str:
    # Lengths first, so that no part can pass for another.
    head = f"{len(timestamp)}:{timestamp}{len(event_id)}:{event_id}{len(parcel)}:{parcel}".encode()
    return hmac.new(secret.encode(), head + body, hashlib.sha256).hexdigest()


def _is_old(timestamp: str) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return True
    return abs(time.machine_now().timestamp() - int(timestamp)) > TOLERANCE.total_seconds()
