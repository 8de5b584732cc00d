"""What carriers say is kept as it came; `inbox.py` reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import execute
from sanhao.service.delivery import signing
from sanhao.service.delivery.carriers import CARRIERS
from sanhao.service.delivery.core import normal_number

MESSAGE_LIMIT = 1_000_000
"""Bytes of one carrier message; the largest real answers seen are a hundredth of this."""


class TooLarge(Refusal):
    """The message is larger than any real one (413)."""

    status = 413


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
