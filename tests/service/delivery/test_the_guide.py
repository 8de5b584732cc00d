"""`docs/add-a-carrier.md` is true: its carrier runs, and a stranger who follows it can sign."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from sanhao.kit import time
from sanhao.service.delivery import signing
from sanhao.service.delivery.core import Status

GUIDE = (Path(__file__).parents[3] / "docs" / "add-a-carrier.md").read_text()


def test_the_carrier_in_the_guide_reads_an_answer() -> None:
    [code] = re.findall(r"```python\n(.*?)```", GUIDE, re.S)
    example: dict[str, Any] = {}
    exec(code, example)
    body = b'{"parcel": "ES1", "events": [{"code": "B1", "when": "2026-07-01T10:00:00", "place": "Madrid, Spain"}, {}]}'
    answer = example["read"](body)
    [scan] = answer.scans
    assert (scan.tracking_no, scan.status, scan.at.isoformat()[:16]) == (
        "ES1",
        "picked_up",
        "2026-07-01T08:00",
    )
    assert [str(skipped) for skipped in answer.skipped] == ["events[1]: code is missing"]


def test_the_guide_names_every_status() -> None:
    [row] = [line for line in GUIDE.splitlines() if line.startswith("| `status`")]
    assert set(re.findall(r"`(\w+)`", row)) - {"status"} == set(get_args(Status))


def test_who_signs_as_the_guide_says_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.CARRIER_SECRETS", {"gls": "s3cret"})
    stamp, event, parcel, body = str(int(time.machine_now().timestamp())), "ev-1", "GL1", b'{"a": 1}'
    head = "".join(f"{len(part)}:{part}" for part in (stamp, event, parcel)).encode()
    headers = {
        "X-Carrier-Event": event,
        "X-Carrier-Timestamp": stamp,
        "X-Carrier-Parcel": parcel,
        "X-Carrier-Signature": hmac.new(b"s3cret", head + body, hashlib.sha256).hexdigest(),
    }
    assert signing.verify("gls", body, headers) == signing.Envelope("ev-1", "GL1")
