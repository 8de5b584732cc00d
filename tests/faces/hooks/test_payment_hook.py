"""The payment gateways' webhook: body and headers go to payments as they came, within the same limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from sanhao.books.payments import api as payments
from sanhao.kit.refusals import NotFound

pytestmark = pytest.mark.django_db
URL = "/hooks/payments/sandbox/"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What payments was told; it knows one gateway."""
    calls: list[Any] = []

    def hear(gateway: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        if gateway != "sandbox":
            raise NotFound(
                "payments.unknown_gateway", zh="没有这个支付渠道。", en="There is no such gateway."
            )
        calls.append((gateway, body, headers["X-Signature"], now.tzinfo is not None))

    monkeypatch.setattr(payments, "heard", hear)
    return calls


def test_a_callback_is_passed_on_as_it_came(heard: list[Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(URL, b'{"a": 1} ', content_type="text/plain", headers={"X-Signature": "s"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert heard == [("sandbox", b'{"a": 1} ', "s", True)]


def test_what_payments_refuses_is_answered_so(heard: list[Any]) -> None:
    answer = Client().post("/hooks/payments/piggybank/", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "payments.unknown_gateway")
    assert heard == []


def test_a_body_that_is_too_large_never_reaches_payments(heard: list[Any]) -> None:
    answer = Client().post(
        URL, b" " * 1_000_001, content_type="application/json", headers={"X-Signature": "s"}
    )
    assert answer.status_code == 413
    assert heard == []
