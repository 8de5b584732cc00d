"""Every carrier's answer becomes the same record; a broken one says what is missing and never crashes."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from datetime import UTC
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.service.delivery.carriers import CARRIERS, Unreadable
from sanhao.service.delivery.core import IN_HAND, STATUSES, ScanRecord
from tests.service.delivery.carriers.samples import EXPECTED, SAMPLES

NAMES = sorted(CARRIERS.keys() - {"sandbox_express"})  # which speaks as the sandbox does


def module(name: str) -> Any:
    return importlib.import_module(f"sanhao.service.delivery.carriers.{name}.parse")


def parse(name: str, answer: Any) -> list[ScanRecord]:
    parser: Callable[[bytes], list[ScanRecord]] = module(name).parse
    return parser(answer if isinstance(answer, bytes) else msgspec.json.encode(answer))


def summary(scan: ScanRecord) -> tuple[str, str, str, str]:
    return (scan.tracking_no, scan.status, scan.at.isoformat()[:16], scan.zone_source)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_becomes_uniform_records(name: str) -> None:
    scans = parse(name, SAMPLES[name])
    assert [summary(scan) for scan in scans] == EXPECTED[name]
    assert all(scan.at.tzinfo is UTC for scan in scans)
    assert [scan.zone_assumed for scan in scans] == [zone != "given" for *_, zone in EXPECTED[name]]


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_stable_and_tell_scans_apart(name: str) -> None:
    scans = parse(name, SAMPLES[name])
    assert len({(s.tracking_no, s.event_key) for s in scans}) == len(scans)
    assert all(0 < len(scan.event_key) <= 80 for scan in scans)
    assert [s.event_key for s in parse(name, SAMPLES[name])] == [s.event_key for s in scans]


@pytest.mark.parametrize("name", NAMES)
def test_a_scan_told_again_beside_others_keeps_its_key(name: str) -> None:
    def reverse(value: Any) -> Any:
        if isinstance(value, list):
            return [reverse(v) for v in reversed(value)] * 2
        return {k: reverse(v) for k, v in value.items()} if isinstance(value, dict) else value

    keys = {(s.tracking_no, s.event_key) for s in parse(name, SAMPLES[name])}
    assert keys <= {(s.tracking_no, s.event_key) for s in parse(name, reverse(copy.deepcopy(SAMPLES[name])))}


@pytest.mark.parametrize("name", NAMES)
def test_its_tables_speak_only_our_words(name: str) -> None:
    tables = [v for k, v in vars(module(name)).items() if k.isupper() and isinstance(v, dict)]
    assert tables
    assert {status for table in tables for status in table.values()} <= set(STATUSES)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("asendia", "LABEL_PRINTED"), ("gls", "INTIAL.PREADVICE"), ("gls", "INTIAL.E48_DATA"), ("hermes", "0000"),
        ("hermes", "0900"), ("hermes", "1000"), ("mydhl", "SD"), ("parcelone", "REGISTERED"), ("seko", "OP-1"),
        ("seko", "OP-12"), ("sendle", "Pickup Attempted"), ("sendle", "Drop Off"), ("smartkargo", "BKD"),
        ("teleship", "label_created"),
    ],
)  # fmt: skip
def test_a_label_a_notice_or_a_pickup_in_vain_is_no_scan_by_the_carriers_hand(name: str, code: str) -> None:
    tables = module(name)
    table = getattr(tables, "CODES", None) or tables.EVENTS
    assert table[code if code in table else code.casefold()] == "pending"
    assert "pending" not in IN_HAND


BROKEN: list[tuple[str, Any, str]] = [
    ("asendia", {"trackingNumber": "AS1"}, "trackingEvents is missing"),
    ("asendia", {"trackingEvents": [{"code": "PU"}]}, "trackingEvents[0]: time is missing"),
    ("australiapost", {}, "tracking_results is missing"),
    ("australiapost", {"tracking_results": {}}, "tracking_results: is not a list"),
    ("gls", {"parcels": [{"events": [{"code": "X", "eventDateTime": "2026-03-02T10:00:00Z"}]}]},
     "parcels[0].events[0]: requested or unitno is missing"),
    ("gls", {"parcels": [{"requested": "1", "events": [{"code": "X"}]}]},
     "parcels[0].events[0]: eventDateTime is missing"),
    ("hermes", [], "the answer is not an object"),
    ("hermes", {"shipmentinfo": [{"shipmentID": "1", "status": [{"timestamp": "2026-03-02T10:00:00Z"}]}]},
     "shipmentinfo[0].status[0]: code is missing"),
    ("mydhl", {"title": "Missing parameters", "detail": "no account"},
     "the carrier answered with an error: Missing parameters. no account"),
    ("mydhl", {"shipments": [{"shipmentTrackingNumber": "1", "events": [{"date": "2026-03-02", "typeCode": "PU"}]}]},
     "shipments[0].events[0]: time is missing"),
    ("mydhl", {"shipments": [{"shipmentTrackingNumber": "1",
                              "events": [{"date": "string", "time": "string", "typeCode": "PU"}]}]},
     "shipments[0].events[0]: date and time is not a time: 'stringTstring'"),
    ("parcelone", {"success": 0, "message": "unknown id"}, "results is missing: the carrier answered 'unknown id'"),
    ("seko", [{"Events": []}], "consignments[0]: ConsignmentNo is missing"),
    ("sendle", {"error": "not_found", "error_description": "gone"},
     "tracking_events is missing: the carrier answered 'gone'"),
    ("sendle", {"tracking_events": [{"event_type": "Pickup"}]}, "tracking_events[0]: scan_time is missing"),
    ("sendle", {"tracking_events": [7]}, "tracking_events[0]: is not an object"),
    ("smartkargo", {"error": {"message": "no such waybill"}},
     "the answer is not a list of events: the carrier answered 'no such waybill'"),
    ("smartkargo", [{"airWaybill": "1", "eventType": "DEP", "eventDate": "2026-03-02"}],
     "events[0]: eventDate has no time of day: '2026-03-02'"),
    ("teleship", {"messages": [{"message": "Tracking number not found"}]},
     "events is missing: the carrier answered 'Tracking number not found'"),
    ("sandbox", {"parcel": "1", "scans": [{"status": "eaten", "at": "2026-03-02T10:00:00Z"}]},
     "scans[0]: status 'eaten' is none of ours"),
    ("sandbox", {}, "parcel, scans is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "complaint"), BROKEN)
def test_a_broken_answer_says_what_is_missing(name: str, answer: Any, complaint: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        parse(name, answer)
    assert str(unreadable.value) == complaint


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"7", b'"x"', b"[" * 5000])
def test_what_is_no_answer_at_all_is_unreadable(name: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(name, body)


def test_an_entry_the_carrier_cannot_find_is_skipped_with_its_reason() -> None:
    answers = {name: CARRIERS[name].read(msgspec.json.encode(SAMPLES[name])) for name in NAMES}
    assert {name: [str(s) for s in a.skipped] for name, a in answers.items() if a.skipped} == {
        "australiapost": ["tracking_results[0]: AP0: ESB-10001 Invalid tracking ID"],
        "gls": ["parcels[2]: GL3: E_404_01, Resource Not Found"],
        "hermes": ["shipmentinfo[1]: HE2: e001, No information"],
        "seko": ["consignments[1]: SK2: no events yet"],
    }
    assert not any(s.malformed for a in answers.values() for s in a.skipped)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12)
    | st.sampled_from(["2026-03-02T10:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00", "0000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, v in inner for place in places_in(v, (*path, key)))]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(data=st.data())
def test_no_answer_crashes_whatever_stands_in_it(name: str, data: st.DataObject) -> None:
    """Put anything anywhere: the scans that remain are sound, or the answer is unreadable with a reason."""
    answer = {"answer": copy.deepcopy(SAMPLES[name])}
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places_in(answer)[1:]))
        target = answer
        for step in way:
            target = target[step]
        target[last] = data.draw(JUNK)
    try:
        read = CARRIERS[name].read(msgspec.json.encode(answer["answer"]))
    except Unreadable as error:
        assert str(error)
        return
    for scan in read.scans:
        assert scan.status in STATUSES
        assert scan.at.tzinfo is UTC
        assert len(scan.place) <= 200 and len(scan.description) <= 500 and len(scan.raw_code) <= 80


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-03-29T01:30:00", "2026-03-29T00:30"),  # Berlin: the hour before the clocks go forward
        ("2026-03-29T03:30:00", "2026-03-29T01:30"),  # and after
        ("2026-10-25T01:30:00", "2026-10-24T23:30"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30"),  # told twice that night: the first
        ("2026-10-25T03:30:00", "2026-10-25T02:30"),
    ],
)
def test_summer_time_is_the_places_own(local: str, utc: str) -> None:
    answer = {"parcels": [{"requested": "1", "events": [
        {"code": "INTIAL.NORMAL", "country": "DE", "eventDateTime": local}]}]}  # fmt: skip
    [scan] = parse("gls", answer)
    assert (scan.at.isoformat()[:16], scan.zone_source) == (utc, "facility")


def test_a_pushed_sendle_event_names_its_parcel_and_its_key() -> None:
    event = {"sendle_reference": "SNFJJ3", "event_id": "d72e", "event_type": "Dropped off",
             "scan_time": "2026-05-25T21:21:05Z", "location_data": {"suburb": "Eugene", "state": "OR"}}  # fmt: skip
    [scan] = parse("sendle", event)
    assert (scan.tracking_no, scan.status, scan.event_key, scan.place) == (
        "SNFJJ3", "picked_up", "id:d72e", "Eugene, OR"
    )  # fmt: skip


def test_a_piece_knows_the_shipment_it_belongs_to() -> None:
    scans = parse("mydhl", SAMPLES["mydhl"])
    assert {s.tracking_no: s.shipment_no for s in scans} == {"DH1": "", "JD1": "DH1", "DH2": ""}
