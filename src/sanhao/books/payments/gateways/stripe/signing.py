"""Stripe's webhook signature: HMAC-SHA256 over ``t.body``, in constant time, five minutes of tolerance."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from sanhao.kit.refusals import Forbidden, Invalid
from sanhao.kit.time import machine_now

HEADER = "stripe-signature"
_TOLERANCE_SECONDS = 300


def read(body: bytes, headers: Mapping[str, str], secret: str) -> dict[str, Any]:
    """The event in *body*. Raises Forbidden ``payments.forged`` (also for an old one, and where there is no secret),
    Invalid ``payments.unreadable``."""
    pairs = [part.partition("=")[::2] for part in headers.get(HEADER, "").split(",")]
    stamps = [value for name, value in pairs if name.strip() == "t"]
    stamp = stamps[0] if len(stamps) == 1 else ""
    fresh = stamp.isascii() and stamp.isdigit() and len(stamp) < 12
    fresh = fresh and abs(int(stamp) - machine_now().timestamp()) <= _TOLERANCE_SECONDS
    expected = sign(body, stamp, secret).encode()
    # Every signature given is looked at, so that a secret can be changed while both hold.
    given = [value.encode() for name, value in pairs if name.strip() == "v1"]
    known = [hmac.compare_digest(value, expected) for value in given]
    if not secret or not fresh or not any(known):
        raise Forbidden("payments.forged", zh="回调签名不对。", en="The callback's signature does not hold.")
    try:
        event = msgspec.json.decode(body)
        if isinstance(event["type"], str) and isinstance(event["data"]["object"], dict):
            return dict(event)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError):
        pass
    raise Invalid("payments.unreadable", zh="回调内容读不懂。", en="The callback cannot be read.")


def sign(body: bytes, stamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
