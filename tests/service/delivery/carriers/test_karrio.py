"""Accounts through karrio: its generic carrier, and one real connector over a wire whose other end we hold."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import UUID

import pytest
from msgspec.structs import replace
from PIL import ImageFile

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.delivery.asking import (
    Box,
    CarrierAway,
    CarrierRefused,
    Door,
    LabelOrder,
    LabelVoid,
    PickupOrder,
    Place,
    RateOrder,
    Slot,
    SlotOrder,
)
from sanhao.service.delivery.carriers import CARRIERS, Unreadable
from sanhao.service.delivery.carriers.karrio import desk, parse
from sanhao.service.delivery.carriers.sandbox.drawing import draw
from sanhao.service.delivery.printing import as_pdf
from tests.site import environment

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
HERE = Place("Ann Wool", "+61 2 9000 0000", "AU", "NSW", "Sydney", "1 Wool Street", "2000")
THERE = Place("Bea Sand", "+61 3 9000 0000", "AU", "VIC", "Melbourne", "2 Sand Street", "3000")
ORDER = LabelOrder(
    UUID(int=7), HERE, THERE, (Box(1_200, 300, 200, 100),), "sendle_standard_pickup", "2603020001"
)
RATES = RateOrder(HERE, THERE, ORDER.boxes)


class Wire(BaseHTTPRequestHandler):
    """The other end of the wire. *asked* is what came, *answers* what is said to a path (or method and path) that begins so."""

    asked: ClassVar[list[tuple[str, str, Any]]] = []
    answers: ClassVar[dict[str, tuple[int, Any]]] = {}

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        type(self).asked.append((self.command, self.path, body))
        status, said = next(
            (
                given
                for path, given in type(self).answers.items()
                if f"{self.command} {self.path}".startswith(path) or self.path.startswith(path)
            ),
            (404, {"error": "not_found", "error_description": "There is none."}),
        )
        told = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def sendle(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Wire], Door]]:
    desk._karrio()
    from karrio.providers.sendle.utils import Settings

    Wire.asked, Wire.answers = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(Settings, "server_url", property(lambda _self: address))
    Wire.answers["/where"] = (200, address)
    account = desk.account_from(
        "X", '{"carrier": "sendle", "settings": {"sendle_id": "me", "api_key": "secret"}}'
    )
    yield Wire, desk.door(account, raw=True)
    server.shutdown()
    server.server_close()


def _made(address: str) -> dict[str, Any]:
    return {
        "order_id": "f5233746", "sendle_reference": "S3ND73", "state": "Pickup", "tracking_url": "",
        "labels": [{"format": "pdf", "size": "a4", "url": f"{address}/labels/f5233746.pdf"}],
    }  # fmt: skip


def test_a_real_connector_asks_in_its_carriers_words_and_answers_in_ours(
    sendle: tuple[type[Wire], Door],
) -> None:
    wire, door = sendle
    address = wire.answers["/where"][1]
    paper = draw(ORDER, "S3ND73", "Standard", Text("先得", "Sendle"))
    wire.answers |= {
        "/api/orders": (201, _made(address)),
        "/labels/": (200, paper),
        "/api/tracking/S3ND73": (
            200,
            {
                "state": "Transit",
                "tracking_events": [{"event_type": "Pickup", "scan_time": "2026-03-02T02:00:00Z"}],
            },
        ),
    }
    assert (door.slots, door.pickup, door.intercept, door.label_once) == (None, None, None, False)
    assert door.label is not None and door.track is not None and door.void is not None
    word = door.label(ORDER, now=NOW)
    assert (word.id, word.tracking_no, word.handle, word.document) == (ORDER.id, "S3ND73", "f5233746", paper)
    assert as_pdf(word.document, word.media).startswith(b"%PDF-")
    [posted] = [body for method, path, body in wire.asked if method == "POST"]
    assert posted["weight"] == {"units": "KG", "value": 1.2}
    assert posted["receiver"]["contact"]["name"] == "Bea Sand"
    assert posted["sender"]["address"]["suburb"] == "Sydney"
    [scan] = CARRIERS["sendle"].read(door.track("S3ND73", now=NOW)).scans
    assert (scan.status, scan.at) == ("picked_up", NOW)
    wire.answers = {
        "/api/orders/f5233746": (200, {"order_id": "f5233746", "state": "Cancelled"})
    } | wire.answers
    door.void(LabelVoid(ORDER.id, "S3ND73", "f5233746"), now=NOW)
    assert wire.asked[-1][:2] == ("DELETE", "/api/orders/f5233746")


def test_a_no_is_a_no_and_silence_is_silence(sendle: tuple[type[Wire], Door]) -> None:
    wire, door = sendle
    assert door.label is not None and door.rates is not None and door.track is not None
    no = {
        "error": "unprocessable_entity",
        "error_description": "The receiver's suburb is not served.",
        "messages": {},
    }
    wire.answers["/api/orders"] = (422, no)
    with pytest.raises(CarrierRefused, match="suburb is not served"):
        door.label(ORDER, now=NOW)
    with pytest.raises(CarrierRefused, match="There is none"):
        door.track("S3ND74", now=NOW)
    wire.answers["/api/orders"] = (503, b"<html>down</html>")
    with pytest.raises(CarrierAway, match="HTTP 503"):
        door.label(ORDER, now=NOW)
    wire.answers["/api/products"] = (200, b"not json")
    with pytest.raises(CarrierAway):
        door.rates(RATES, now=NOW)
    with pytest.raises(CarrierRefused, match="no service"):
        door.label(LabelOrder(ORDER.id, HERE, THERE, ORDER.boxes, "", ""), now=NOW)


def test_a_line_that_breaks_is_silence(
    sendle: tuple[type[Wire], Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    from karrio.providers.sendle.utils import Settings

    _, door = sendle
    monkeypatch.setattr(Settings, "server_url", property(lambda _self: "http://127.0.0.1:9"))
    assert door.label is not None
    with pytest.raises(CarrierAway, match="Connection refused"):
        door.label(ORDER, now=NOW)
    monkeypatch.setattr(Settings, "server_url", property(lambda _self: "http://sendle.example"))
    with pytest.raises(CarrierAway, match="without encryption"):
        door.label(ORDER, now=NOW)


def test_prices_come_in_minor_units(sendle: tuple[type[Wire], Door]) -> None:
    wire, door = sendle
    amount = {"amount": 13.35, "currency": "AUD"}
    wire.answers["/api/products"] = (
        200,
        [
            {
                "quote": {"gross": amount, "net": amount, "tax": amount},
                "price_breakdown": {}, "tax_breakdown": {}, "plan": "Sendle Pro",
                "eta": {"days_range": [2, 4], "date_range": [], "for_pickup_date": "2026-03-02"},
                "product": {"code": "STANDARD-PICKUP", "name": "Standard Pickup"},
            }
        ],
    )  # fmt: skip
    assert door.rates is not None
    [rate] = door.rates(RATES, now=NOW)
    assert (rate.price, rate.transit_days) == (Money(1_335, "AUD"), 4)


def test_the_generic_carrier_quotes_and_labels_by_itself() -> None:
    settings = {
        "display_name": "Bike", "custom_carrier_name": "bike",
        "services": [{"service_name": "Bike", "service_code": "bike", "currency": "CNY", "transit_days": 1,
                      "zones": [{"rate": 12.5}]}],
    }  # fmt: skip
    door = desk.door(desk.Account("generic", settings, "bike"), raw=False)
    assert door.rates is not None and door.label is not None
    assert (door.void, door.track) == (None, None), "what it does not know it is never asked"
    [rate] = door.rates(RATES, now=NOW)
    assert (rate.service, rate.price, rate.name.en) == ("bike", Money(1_250, "CNY"), "Bike")
    word = door.label(LabelOrder(ORDER.id, HERE, THERE, ORDER.boxes, "", "2603020001"), now=NOW)
    assert word.tracking_no and as_pdf(word.document, word.media).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "value", ["", "[]", '{"carrier": "sendle"}', '{"carrier": "sendle", "settings": {}, "key": "secret-1"}']
)
def test_a_setting_that_cannot_work_is_named_and_never_told(value: str) -> None:
    with pytest.raises(ValueError, match="SANHAO_KARRIO_SENDLE") as error:
        desk.account_from("SANHAO_KARRIO_SENDLE", value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("account", [desk.Account("nobody", {}), desk.Account("sendle", {"colour": "red"})])
def test_a_connector_that_is_not_there_or_settings_it_does_not_take_are_refused(
    account: desk.Account,
) -> None:
    with pytest.raises(ValueError, match="karrio cannot open"):
        desk.door(account, raw=True)


def test_importing_karrio_leaves_the_rest_of_the_process_as_it_was() -> None:
    desk._karrio()
    assert ssl._create_default_https_context is ssl.create_default_context
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_without_a_setting_nothing_of_karrio_is_imported() -> None:
    code = "import django, sys; django.setup(); print(sorted(m for m in sys.modules if m.split('.')[0] == 'karrio'))"
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert said.stdout.strip().splitlines()[-1] == "[]"


def test_karrios_own_words_are_read_and_what_has_no_status_moves_nothing() -> None:
    told = {
        "tracking_number": "K1",
        "events": [
            {
                "timestamp": "2026-03-02T07:16:00.000Z",
                "status": "picked_up",
                "code": "PU",
                "location": "Lyon",
            },
            {"date": "2026-03-03", "time": "03:05 PM", "description": "Seen", "code": "X1"},
            {"date": "2026-03-03", "status": "delivered"},
            "junk",
        ],
    }
    answer = parse.read(json.dumps(told).encode())
    assert [(scan.status, scan.at, scan.zone_source) for scan in answer.scans] == [
        ("picked_up", datetime(2026, 3, 2, 7, 16, tzinfo=UTC), "given"),
        ("unknown", datetime(2026, 3, 3, 15, 5, tzinfo=UTC), "carrier"),
    ]
    assert len(answer.skipped) == 2
    with pytest.raises(Unreadable):
        parse.read(b"{}")


# ---- a courier at the door ------------------------------------------------------------------------------------------

DOOR = {
    "carrier": "mydhl",
    "settings": {"username": "me", "password": "secret", "account_number": "123"},
    "service": "mydhl_express_worldwide",
    "pickup": {"zone": "Australia/Sydney", "countries": ["AU"]},
}
SHIPMENT = {
    "shipmentTrackingNumber": "1234567890",
    "documents": [
        {"imageFormat": "PDF", "typeCode": "label", "content": base64.b64encode(b"%PDF-1").decode()}
    ],
}


@pytest.fixture
def mydhl(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Wire], Door]]:
    desk._karrio()
    from karrio.providers.mydhl.utils import Settings

    Wire.asked, Wire.answers = [], {"POST /shipments": (201, SHIPMENT)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(
        Settings, "server_url", property(lambda _self: f"http://127.0.0.1:{server.server_port}")
    )
    account = desk.account_from("X", json.dumps(DOOR))
    yield Wire, desk.door(account, raw=True, read=CARRIERS["mydhl"].read)
    server.shutdown()
    server.server_close()


def slot_of(door: Door) -> Slot:
    assert door.slots is not None
    return door.slots(SlotOrder(HERE, ORDER.boxes, NOW))[0]


def wanted(door: Door) -> PickupOrder:
    return PickupOrder(UUID(int=9), HERE, THERE, slot_of(door), ORDER.boxes, "2603020001")


def test_slots_are_the_accounts_own_in_the_carriers_local_time(mydhl: tuple[type[Wire], Door]) -> None:
    _, door = mydhl
    assert door.slots is not None
    slots = door.slots(SlotOrder(HERE, ORDER.boxes, NOW))
    # Monday 13:00 in Sydney and four hours ahead: the first that is left is Tuesday morning.
    assert slots[0] == Slot(datetime(2026, 3, 2, 22, tzinfo=UTC), datetime(2026, 3, 3, 2, tzinfo=UTC))
    assert [f"{one.starts_at:%a}" for one in slots] == [
        "Mon",
        "Tue",
        "Tue",
        "Wed",
        "Wed",
        "Thu",
        "Thu",
        "Fri",
    ]
    abroad = Place("Ann", "1", "NZ", "", "Auckland", "1 Street", "1010")
    assert door.slots(SlotOrder(abroad, ORDER.boxes, NOW)) == []


def test_a_courier_is_booked_with_its_label_asked_whether_it_came_and_called_off(
    mydhl: tuple[type[Wire], Door],
) -> None:
    wire, door = mydhl
    assert door.pickup is not None and door.cancel_pickup is not None and not door.pickup_once
    wire.answers |= {"POST /pickups": (201, {"dispatchConfirmationNumbers": ["PRG999"]})}
    order = wanted(door)
    word = door.pickup(order, now=NOW)
    assert (word.said, word.tracking_no, word.document, word.media) == (
        "booked", "1234567890", b"%PDF-1", "application/pdf",
    )  # fmt: skip
    posted = wire.asked[-1][2]
    assert (posted["closeTime"], posted["remark"]) == ("13:00", "2603020001 1234567890")
    assert posted["plannedPickupDateAndTime"].startswith("2026-03-03T09:00:00")
    asked = len(wire.asked)
    again = replace(order, handle=word.handle, tracking_no=word.tracking_no)
    parcel = {"shipmentTrackingNumber": "1234567890", "events": []}
    wire.answers |= {"GET /tracking": (200, {"shipments": [parcel]})}
    assert door.pickup(again, now=NOW).said == "booked"
    event = {"date": "2026-03-03", "time": "10:00:00", "typeCode": "PU", "description": "Shipment picked up"}
    wire.answers |= {"GET /tracking": (200, {"shipments": [{**parcel, "events": [event]}]})}
    collected = door.pickup(again, now=NOW)
    assert (collected.said, collected.tracking_no) == ("collected", "1234567890")
    assert {method for method, *_ in wire.asked[asked:]} == {"GET"}, "nobody is booked a second time"
    gone = {"dispatchConfirmationNumber": "PRG999", "status": "Cancelled"}
    wire.answers |= {"DELETE /pickups/PRG999": (200, gone)}
    assert door.cancel_pickup(order.id, now=NOW, handle=word.handle).said == "cancelled"
    assert door.cancel_pickup(order.id, now=NOW).said == "cancelled", "who never said yes need not be told"
    assert [path for method, path, _ in wire.asked if method == "DELETE"] == ["/pickups/PRG999"]


def test_no_courier_and_no_answer_are_told_apart(mydhl: tuple[type[Wire], Door]) -> None:
    wire, door = mydhl
    assert door.pickup is not None and door.cancel_pickup is not None
    wire.answers |= {"POST /pickups": (400, {"title": "No", "detail": "Nobody drives there.", "status": 400})}
    with pytest.raises(CarrierRefused, match="Nobody drives there"):
        door.pickup(wanted(door), now=NOW)
    wire.answers |= {"POST /pickups": (503, {"title": "Busy"})}
    with pytest.raises(CarrierAway):
        door.pickup(wanted(door), now=NOW)
    handle = '{"number":"PRG999","day":"2026-03-03","shipment":"1234567890"}'
    wire.answers |= {"GET /tracking": (404, {"title": "No", "detail": "No shipment.", "status": 404})}
    order = replace(wanted(door), handle=handle, tracking_no="1234567890")
    assert door.pickup(order, now=NOW).said == "booked", "who knows nothing of it yet has not collected it"
    wire.answers |= {"DELETE /pickups": (400, {"title": "No", "detail": "Too late.", "status": 400})}
    with pytest.raises(CarrierRefused, match="not cancelled"):
        door.cancel_pickup(order.id, now=NOW, handle=handle)


@pytest.mark.parametrize(
    "pickup",
    [
        {"zone": "Moon/Crater", "countries": ["AU"]},
        {"countries": ["AU"]},
        {"zone": "UTC"},
        {"zone": "UTC", "countries": ["AU"], "windows": [["13:00", "09:00"]]},
        {"zone": "UTC", "countries": ["AU"], "windows": [["nine", "ten"]]},
        {"zone": "UTC", "countries": ["AU"], "weekdays": [0]},
        {"zone": "UTC", "countries": ["AU"], "days": 99},
    ],
)
def test_a_setting_for_pickups_that_cannot_work_stops_the_start(pickup: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="SANHAO_KARRIO_X"):
        desk.account_from("SANHAO_KARRIO_X", json.dumps({**DOOR, "pickup": pickup}))


def test_without_the_setting_or_the_connectors_word_nobody_comes(
    mydhl: tuple[type[Wire], Door], sendle: tuple[type[Wire], Door]
) -> None:
    plain = desk.door(desk.account_from("X", json.dumps({**DOOR, "pickup": None})), raw=True)
    assert (plain.slots, plain.pickup, plain.cancel_pickup) == (None, None, None)
    assert (sendle[1].slots, sendle[1].pickup) == (None, None)
