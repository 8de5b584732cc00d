"""A carrier's account through karrio's SDK: a door like any other, for each setting ``SANHAO_KARRIO_<NAME>``.

karrio is imported only where there is such a setting, through `_karrio`: importing it switches off the checking of
certificates and of cut-off pictures for the whole process, which is put right at once. Its calls know no time limit and
its errors hide whether anybody answered: so we open its connections ourselves, one call at a time.
"""

from __future__ import annotations

import base64
import json
import logging
import ssl
import threading
import urllib.request
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.error import HTTPError, URLError
from uuid import UUID

import msgspec
from PIL import ImageFile

from sanhao.kit.deadline import zone
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
    PickupOrder,
    PickupSaid,
    PickupWord,
    Place,
    Rate,
    RateOrder,
    Slot,
    SlotOrder,
)
from sanhao.service.delivery.carriers.karrio import parse
from sanhao.service.delivery.carriers.reading import Answer, Unreadable
from sanhao.service.delivery.core import IN_HAND

log = logging.getLogger("sanhao.delivery")
SECONDS = 20
_MOST_BYTES = 10_000_000
_MEDIA = {"PDF": "application/pdf", "PNG": "image/png"}
_line = threading.Lock()
_trouble: list[str] = []
"""What went wrong on the line during the call under way: karrio does not tell it from a carrier's no."""


class Pickups(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When this carrier comes to a door, which karrio cannot ask it: on *weekdays* (1 is Monday), for the next *days* of
    them, in these windows of local time, *notice_hours* ahead; to doors in these *countries*. Raises ValueError for what is
    no time."""

    zone: str
    countries: tuple[str, ...]
    windows: tuple[tuple[str, str], ...] = (("09:00", "13:00"), ("13:00", "18:00"))
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    days: int = 5
    notice_hours: int = 4

    def __post_init__(self) -> None:
        zone(self.zone)
        if not self.windows or any(time.fromisoformat(a) >= time.fromisoformat(b) for a, b in self.windows):
            raise ValueError("pickup: a window ends after it begins")
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)):
            raise ValueError("pickup: weekdays are 1 to 7")
        if not 1 <= self.days <= 14 or not 0 <= self.notice_hours <= 72:
            raise ValueError("pickup: days 1 to 14, notice_hours 0 to 72")

    def slots(self, country: str, earliest: datetime) -> list[Slot]:
        """What may be chosen from *earliest* on, the soonest first."""
        if country not in self.countries:
            return []
        here, soonest = zone(self.zone), earliest + timedelta(hours=self.notice_hours)
        first = soonest.astimezone(here).date()
        days = [first + timedelta(days=n) for n in range(7 * self.days)]
        open_days = [day for day in days if day.isoweekday() in self.weekdays][: self.days]
        found = [
            Slot(*(datetime.combine(day, time.fromisoformat(each), here).astimezone(UTC) for each in window))
            for day in open_days
            for window in self.windows
        ]
        return [slot for slot in found if slot.starts_at >= soonest]


class _Handle(msgspec.Struct, frozen=True):
    """What we keep of a pickup: the carrier's number of it, its day, and the shipment it was booked for."""

    number: str
    day: str
    shipment: str


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The value of a setting: *carrier* is karrio's id of the connector, *settings* what it wants to know (credentials),
    *service* what is sent where nobody chose one, *name* of a carrier that is not one of ours, *pickup* when it comes to a
    door, where it does."""

    carrier: str
    settings: dict[str, Any]
    service: str = ""
    name: Text | None = None
    pickup: Pickups | None = None


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


def door(account: Account, *, raw: bool, read: Callable[[bytes], Answer] = parse.read) -> Door:
    """What this account can be asked. *raw*: we *read* the carrier's own answers about parcels, not karrio's.

    Raises ValueError for a connector that is not installed or settings it does not take.
    """
    sdk = _karrio()
    try:
        gateway = sdk.gateway[account.carrier].create({**account.settings})
    except Exception as error:  # noqa: BLE001  karrio has no family of its own for what may be wrong here
        raise ValueError(f"karrio cannot open {account.carrier!r}: {error}") from None
    desk = _Desk(sdk, gateway, account, raw, read)
    can = set(gateway.proxy_methods)
    comes = account.pickup is not None and {"schedule_pickup", "create_shipment"} <= can
    return Door(
        rates=desk.rates if "get_rates" in can else None,
        label=desk.label if "create_shipment" in can else None,
        void=desk.void if "cancel_shipment" in can else None,
        track=desk.track if "get_tracking" in can else None,
        slots=desk.slots if comes else None,
        pickup=desk.pickup if comes else None,
        cancel_pickup=desk.cancel_pickup if comes and "cancel_pickup" in can else None,
        label_once=False,
        pickup_once=False,
    )


class _Desk:
    def __init__(
        self, sdk: Any, gateway: Any, account: Account, raw: bool, read: Callable[[bytes], Answer]
    ) -> None:
        self._sdk, self._gateway, self._raw, self._read = sdk, gateway, raw, read
        self._service, self._pickups = account.service, account.pickup

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

    def slots(self, order: SlotOrder) -> list[Slot]:
        assert self._pickups is not None
        return self._pickups.slots(order.place.country, order.earliest)

    def pickup(self, order: PickupOrder, *, now: datetime) -> PickupWord:
        """A shipment is made, and a courier asked to come for it; asked again, it is whether the shipment travels.

        Who will not come has nothing to carry: the shipment is void again."""
        if order.handle:
            said: PickupSaid = "collected" if self._travels(order.tracking_no, now) else "booked"
            return PickupWord(order.id, said, order.tracking_no)
        assert self._pickups is not None
        label = LabelOrder(order.id, order.place, order.to, order.boxes, "", order.reference)
        made, here = self.label(label, now=now), zone(self._pickups.zone)
        begins, ends = order.slot.starts_at.astimezone(here), order.slot.ends_at.astimezone(here)
        handle = _Handle("", begins.date().isoformat(), made.handle or made.tracking_no)
        request = {
            "pickup_date": handle.day, "ready_time": f"{begins:%H:%M}", "closing_time": f"{ends:%H:%M}",
            "address": _address(order.place), "parcels": _parcels(order.boxes), "parcels_count": len(order.boxes),
            "shipment_identifiers": [handle.shipment], "instruction": f"{order.reference} {made.tracking_no}".strip(),
        }  # fmt: skip
        try:
            booked = self._ask(lambda: self._sdk.Pickup.schedule(request).from_(self._gateway).parse())
        except (CarrierAway, CarrierRefused):
            self._forget(handle, order.id, now)
            raise
        kept = msgspec.structs.replace(handle, number=booked.confirmation_number or "")
        return PickupWord(
            order.id, "booked", made.tracking_no, handle=msgspec.json.encode(kept).decode(), document=made.document,
            media=made.media,
        )  # fmt: skip

    def cancel_pickup(self, id: UUID, *, now: datetime, handle: str = "") -> PickupWord:
        """Nobody needs to come, and nothing travels under the shipment that was made for it."""
        if not handle:
            return PickupWord(id, "cancelled")  # it never said that it would
        kept = msgspec.json.decode(handle, type=_Handle)
        request = {"confirmation_number": kept.number, "pickup_date": kept.day}
        if not self._ask(lambda: self._sdk.Pickup.cancel(request).from_(self._gateway).parse()).success:
            raise CarrierRefused("it was not cancelled")
        self._forget(kept, id, now)
        return PickupWord(id, "cancelled")

    def _forget(self, kept: _Handle, id: UUID, now: datetime) -> None:
        """As well as one can: nobody waits for what becomes of a shipment that nobody comes for."""
        if "cancel_shipment" not in self._gateway.proxy_methods:
            return
        try:
            self.void(LabelVoid(id, kept.shipment, kept.shipment), now=now)
        except (CarrierAway, CarrierRefused) as no:
            log.warning("a shipment that nobody comes for was not voided: %s", no)

    def _travels(self, tracking_no: str, now: datetime) -> bool:
        """Whether a scan shows that the carrier has it; who knows nothing of it says no."""
        try:
            answer = self._read(self.track(tracking_no, now=now))
        except (CarrierRefused, Unreadable):
            return False
        return any(scan.status in IN_HAND for scan in answer.scans)

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
