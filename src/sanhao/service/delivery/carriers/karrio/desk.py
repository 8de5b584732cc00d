"""A carrier's account through karrio's SDK: a door like any other, for each setting ``SANHAO_KARRIO_<NAME>``.

karrio is imported only where there is such a setting, through `_karrio`: importing it switches off the checking of
certificates and of cut-off pictures for the whole process, which is put right at once. Its calls know no time limit and
its errors hide whether anybody answered: so we open its connections ourselves, one call at a time.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import urllib.request
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.error import HTTPError, URLError

import msgspec
from PIL import ImageFile

from sanhao.kit.money import Money, exponent
from sanhao.kit.text import Text
from sanhao.service.delivery.asking import (
    Box,
    CarrierAway,
    CarrierRefused,
    Door,
    LabelOrder,
    LabelVoid,
    LabelWord,
    Place,
    Rate,
    RateOrder,
)

SECONDS = 20
_MOST_BYTES = 10_000_000
_MEDIA = {"PDF": "application/pdf", "PNG": "image/png"}
_line = threading.Lock()
_trouble: list[str] = []
"""What went wrong on the line during the call under way: karrio does not tell it from a carrier's no."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The value of a setting: *carrier* is karrio's id of the connector, *settings* what it wants to know (credentials),
    *service* what is sent where nobody chose one, *name* of a carrier that is not one of ours."""

    carrier: str
    settings: dict[str, Any]
    service: str = ""
    name: Text | None = None


def account_from(setting: str, value: str) -> Account:
    """Raises ValueError naming the setting, never its value."""
    try:
        return msgspec.json.decode(value.encode(), type=Account)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{setting}: {error}") from None


def _karrio() -> Any:
    """karrio's SDK, without what importing it does to the rest of the process."""
    https, truncated = ssl._create_default_https_context, ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries it has not left yet
            import karrio.sdk as sdk
            from karrio.core.utils import helpers
            from loguru import logger
    finally:
        ssl._create_default_https_context, ImageFile.LOAD_TRUNCATED_IMAGES = https, truncated
    helpers.urlopen = _open
    logger.disable("karrio")  # it tells what it sends
    return sdk


def _open(request: urllib.request.Request, timeout: float | None = None, **_: Any) -> Any:
    """Instead of karrio's: with a time limit, certificates checked, and a note of what went wrong."""
    if not request.full_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        _trouble.append("karrio wanted to speak without encryption")
        raise URLError("no encryption")
    try:
        answer = urllib.request.urlopen(request, timeout=timeout or SECONDS)
    except HTTPError as error:
        if error.code >= 500 or error.code == 429:
            _trouble.append(f"HTTP {error.code}")
        raise
    except OSError as error:
        _trouble.append(f"{type(error).__name__}: {error}")
        raise
    whole = answer.read
    answer.read = lambda *_: _Body(whole(_MOST_BYTES))
    return answer


class _Body(bytes):
    """Some connectors (sendle's labels) take an answer for the connection it came over, and read it."""

    def read(self) -> bytes:
        return bytes(self)


def door(account: Account, *, raw: bool) -> Door:
    """What this account can be asked. *raw*: we read the carrier's own answers about parcels, not karrio's.

    Raises ValueError for a connector that is not installed or settings it does not take.
    """
    sdk = _karrio()
    try:
        gateway = sdk.gateway[account.carrier].create({**account.settings})
    except Exception as error:  # noqa: BLE001  karrio has no family of its own for what may be wrong here
        raise ValueError(f"karrio cannot open {account.carrier!r}: {error}") from None
    desk = _Desk(sdk, gateway, account.service, raw)
    can = set(gateway.proxy_methods)
    return Door(
        rates=desk.rates if "get_rates" in can else None,
        label=desk.label if "create_shipment" in can else None,
        void=desk.void if "cancel_shipment" in can else None,
        track=desk.track if "get_tracking" in can else None,
        label_once=False,
    )


class _Desk:
    def __init__(self, sdk: Any, gateway: Any, service: str, raw: bool) -> None:
        self._sdk, self._gateway, self._service, self._raw = sdk, gateway, service, raw

    def rates(self, order: RateOrder, *, now: datetime) -> Sequence[Rate]:
        request = {
            "shipper": _address(order.origin),
            "recipient": _address(order.to),
            "parcels": _parcels(order.boxes),
        }
        found = self._ask(lambda: self._sdk.Rating.fetch(request).from_(self._gateway).parse())
        return [
            Rate(rate.service, _name(rate), _money(rate.total_charge, rate.currency), rate.transit_days)
            for rate in found
            if rate.currency
        ]

    def label(self, order: LabelOrder, *, now: datetime) -> LabelWord:
        service = order.service or self._service
        if not service:
            raise CarrierRefused("no service was named")
        request = {
            "service": service, "shipper": _address(order.origin), "recipient": _address(order.to),
            "parcels": _parcels(order.boxes), "label_type": "PDF", "reference": order.reference or order.id.hex,
        }  # fmt: skip
        made = self._ask(lambda: self._sdk.Shipment.create(request).from_(self._gateway).parse())
        rate = made.selected_rate
        return LabelWord(
            order.id, made.tracking_number or "", _bytes(made.docs.label if made.docs else None),
            _MEDIA.get((made.label_type or "PDF").upper(), "other"),
            _money(rate.total_charge, rate.currency) if rate and rate.currency else None,
            made.shipment_identifier or "",
        )  # fmt: skip

    def void(self, label: LabelVoid, *, now: datetime) -> None:
        request = {"shipment_identifier": label.handle or label.tracking_no}
        if not self._ask(lambda: self._sdk.Shipment.cancel(request).from_(self._gateway).parse()).success:
            raise CarrierRefused("it was not voided")

    def track(self, tracking_no: str, *, now: datetime) -> bytes:
        if self._raw:
            return self._told(tracking_no)
        request = {"tracking_numbers": [tracking_no]}
        found = self._ask(lambda: self._sdk.Tracking.fetch(request).from_(self._gateway).parse())
        return _json(next(iter(found)))

    def _told(self, tracking_no: str) -> bytes:
        """The carrier's own answer, for its `parse.py`."""
        from karrio.core.models import TrackingRequest

        def ask() -> tuple[Any, Sequence[Any]]:
            request = self._gateway.mapper.create_tracking_request(TrackingRequest([tracking_no]))
            said = self._gateway.proxy.get_tracking(request)
            told = said.deserialize()
            try:
                _, messages = self._gateway.mapper.parse_tracking_response(said)
            except Exception:  # noqa: BLE001  karrio cannot read it: we may
                messages = ()
            pairs = (
                isinstance(told, list) and told and isinstance(told[0], list | tuple) and len(told[0]) == 2
            )
            return (None if messages else told[0][1] if pairs else told), messages

        return _json(self._ask(ask))

    def _ask(self, call: Callable[[], tuple[Any, Sequence[Any]]]) -> Any:
        """The answer. Raises CarrierAway where nobody answered, CarrierRefused with the carrier's reason."""
        with _line:
            _trouble.clear()
            try:
                answer, messages = call()
            except Exception as error:
                raise CarrierAway("; ".join(_trouble) or f"karrio: {error}") from error
            trouble = "; ".join(_trouble)
        if answer:
            return answer
        if trouble or any(str(message.code) == "SHIPPING_SDK_INTERNAL_ERROR" for message in messages):
            raise CarrierAway(trouble or "; ".join(str(message.message) for message in messages))
        raise CarrierRefused(
            "; ".join(str(message.message) for message in messages)[:280] or "it gave no reason"
        )


def _address(place: Place) -> dict[str, Any]:
    return {
        "person_name": place.name, "phone_number": place.phone, "country_code": place.country,
        "state_code": place.region or None, "city": place.city, "address_line1": place.street,
        "postal_code": place.postcode or None,
    }  # fmt: skip


def _parcels(boxes: Sequence[Box]) -> list[dict[str, Any]]:
    """Kilograms and centimetres; sides that are not known are left out."""
    return [
        {
            "weight": box.weight_g / 1000, "weight_unit": "KG", "dimension_unit": "CM",
            **{
                name: side / 10
                for name, side in (("length", box.length_mm), ("width", box.width_mm), ("height", box.height_mm))
                if side
            },
        }
        for box in boxes
    ]  # fmt: skip


def _name(rate: Any) -> Text:
    name = str((rate.meta or {}).get("service_name") or rate.service).replace("_", " ").strip()
    return Text(zh=name, en=name)


def _money(amount: Any, currency: str) -> Money:
    """karrio counts in floats: rounded to the currency's own smallest unit."""
    minor = Decimal(str(amount or 0)).scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)
    return Money(int(minor), currency)


def _bytes(document: str | None) -> bytes:
    try:
        return base64.b64decode("".join((document or "").split()), validate=True)
    except ValueError:
        return b""


def _json(told: Any) -> bytes:
    from karrio.core.utils import DP

    return json.dumps(DP.to_dict(told)).encode()
