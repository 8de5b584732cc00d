"""The real answers beside the project: read here, never copied. Skipped, with the reason, where they are missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sanhao.service.delivery.carriers import CARRIERS
from sanhao.service.delivery.core import HeardScan, Journey, journey

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "tracking"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not FOLDER.exists(), reason="the real answers are not in ../shared/data/tracking"),
]

FACTS: dict[str, tuple[int, dict[str, int], str]] = {
    "asendia": (1, {"given": 3}, "delivered"),
    "australiapost": (2, {"given": 14}, "delivered,in_transit"),
    "gls": (1, {"given": 2}, "collected"),
    "hermes": (1, {"given": 4}, "delivered"),
    "mydhl": (2, {"given": 4}, "delivered,delivered"),
    "parcelone": (1, {"facility": 2, "carrier": 1}, "delivered"),
    "seko": (1, {"facility": 3}, "in_transit"),
    "sendle": (1, {"given": 9}, "delivered"),
    "smartkargo": (1, {"facility": 1}, "in_transit"),
    "teleship": (1, {"given": 4}, "in_transit"),
}
"""Parcels, scans by where their zone came from, and where each parcel stands."""


def stories(name: str) -> tuple[Counter[str], dict[str, Journey]]:
    [path] = FOLDER.glob(f"{name}_*.json")
    scans = CARRIERS[name].read(path.read_bytes()).strictly()
    by_parcel: dict[str, list[HeardScan]] = {}
    for s in scans:
        heard = HeardScan(s.event_key, s.status, s.at, s.at, s.zone_source)
        by_parcel.setdefault(s.tracking_no, []).append(heard)
    first = min(s.at for s in scans)
    return Counter(s.zone_source for s in scans), {
        n: journey(b, not_before=first) for n, b in by_parcel.items()
    }


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_real_answer_tells_its_story(name: str) -> None:
    parcels, zones, states = FACTS[name]
    counted, told = stories(name)
    assert len(told) == parcels
    assert dict(counted) == zones
    assert ",".join(sorted(t.state for t in told.values())) == states


@pytest.mark.parametrize(
    ("name", "first_scan"),
    [
        ("sendle", "2023-04-04T16:12:00+00:00"),  # not the attempt of the day before
        ("hermes", "2020-12-03T13:22:15+00:00"),  # not the notice of the day before
        ("gls", "2024-10-07T08:46:14+00:00"),  # not the data entered an hour before
        ("seko", "2021-03-05T16:56:22.287000+00:00"),  # not "order ready" four days before
        ("mydhl", "2024-11-05T09:00:00+00:00"),
        ("smartkargo", "2024-03-15T14:30:00+00:00"),  # 10:30 in New York, already on summer time
    ],
)
def test_the_first_scan_is_the_carriers_own(name: str, first_scan: str) -> None:
    _, told = stories(name)
    assert min(t.collected.at for t in told.values() if t.collected).isoformat() == first_scan
