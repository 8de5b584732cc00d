"""Signed callbacks: HMAC-SHA256 over a timestamp and the body, as the large gateways do it.

The timestamp is machine time and may be five minutes off: an old callback played again is refused, not only harmless.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import msgspec
from django.conf import settings

from sanhao.books.payments.core import Callback
from sanhao.kit.refusals import Forbidden, Invalid
from sanhao.kit.time import machine_now

TIMESTAMP, SIGNATURE = "x-sandbox-timestamp", "x-sandbox-signature"
_TOLERANCE_SECONDS = 300
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Callback).decode


class Signed(msgspec.Struct, frozen=True):
    """A callback as it goes over the wire."""

    body: bytes
    headers: dict[str, str]


def sign(callback: Callback) -> Signed:
    body, stamp = _encode(callback), str(int(machine_now().timestamp()))
    return Signed(body, {TIMESTAMP: stamp, SIGNATURE: _signature(stamp, body)})


def read(body: bytes, headers: Mapping[str, str]) -> Callback:
    """Raises Forbidden ``payments.forged``, Invalid ``payments.unreadable``."""
    stamp = headers.get(TIMESTAMP, "")
    fresh = stamp.isascii() and stamp.isdigit() and len(stamp) < 12
    fresh = fresh and abs(int(stamp) - machine_now().timestamp()) <= _TOLERANCE_SECONDS
    if (
        not hmac.compare_digest(headers.get(SIGNATURE, "").encode(), _signature(stamp, body).encode())
        or not fresh
    ):
        raise Forbidden("payments.forged", zh="回调签名不对。", en="The callback's signature does not hold.")
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Invalid(
            "payments.unreadable", zh="回调内容读不懂。", en="The callback cannot be read."
        ) from None


def _signature(stamp: str, body: bytes) -> str:
    key = hashlib.sha256(b"sandbox gateway:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
