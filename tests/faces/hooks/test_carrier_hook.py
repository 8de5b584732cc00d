"""The carriers' webhook over HTTP: proven, kept as it came, once; everything else answered clearly and not kept."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from sanhao.faces.hooks import views
from sanhao.kit import keeper, time
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api, signing
from sanhao.service.delivery.inbox import INBOX

pytestmark = pytest.mark.django_db
URL = "/hooks/carriers/sandbox/"


def post(client: Client, body: bytes, headers: dict[str, str], url: str = URL) -> Any:
    return client.post(url, data=body, content_type="application/json", headers=headers)


def stored() -> list[dict[str, Any]]:
    return fetch("SELECT carrier, event_id, body, signature_ok, state, reason FROM delivery_carrier_message")


@pytest.fixture
def courier() -> Client:
    """A client whose posts need no CSRF token only where the view says so."""
    return Client(enforce_csrf_checks=True)


def test_a_signed_message_is_kept_byte_for_byte_and_answered_204(courier: Client) -> None:
    body, headers = api.sandbox_body("SB0001", "picked_up", now=time.now())
    answer = post(courier, body, headers)
    assert (answer.status_code, answer.content) == (204, b"")
    [message] = stored()
    assert bytes(message["body"]) == body
    assert (message["carrier"], message["signature_ok"], message["state"]) == ("sandbox", True, "new")


def test_it_costs_one_insert(courier: Client, django_assert_num_queries: Any) -> None:
    body, headers = api.sandbox_body("SB0001", "picked_up", now=time.now())
    time.found_world(is_demo=False)
    time.is_demo()
    with django_assert_num_queries(1):
        assert post(courier, body, headers).status_code == 204


def test_the_same_event_a_hundred_times_is_kept_once(courier: Client) -> None:
    body, headers = api.sandbox_body("SB0001", "picked_up", now=time.now())
    assert {post(courier, body, headers).status_code for _ in range(100)} == {204}
    assert len(stored()) == 1


@pytest.mark.parametrize(
    "forge",
    [
        lambda body, headers: (body, {}),
        lambda body, headers: (body, headers | {signing.SIGNATURE_HEADER: "0" * 64}),
        lambda body, headers: (body, headers | {signing.SIGNATURE_HEADER: "ö"}),
        lambda body, headers: (body + b" ", headers),
        lambda body, headers: (body, headers | {signing.EVENT_HEADER: "another"}),
        lambda body, headers: (body, headers | {signing.PARCEL_HEADER: "SB0666"}),
        lambda body, headers: (body, headers | {signing.TIMESTAMP_HEADER: "soon"}),
        lambda body, headers: (body, signing.sign("gls", body, event_id="x")),
    ],
    ids=["unsigned", "wrong", "not-ascii", "body", "event", "parcel", "timestamp", "another-carrier"],
)
def test_a_forged_message_is_refused_and_nothing_is_kept(courier: Client, forge: Any) -> None:
    answer = post(courier, *forge(*api.sandbox_body("SB0001", "picked_up", now=time.now())))
    assert answer.status_code == 401
    assert answer.json()["code"] == "delivery.forged"
    assert stored() == []


def test_an_old_signature_is_refused(courier: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    body, headers = api.sandbox_body("SB0001", "picked_up", now=time.now())
    later = time.machine_now() + signing.TOLERANCE + timedelta(seconds=2)
    monkeypatch.setattr(time, "machine_now", lambda: later)
    assert post(courier, body, headers).status_code == 401
    assert stored() == []


def test_a_carrier_without_an_agreed_secret_is_refused(courier: Client) -> None:
    time.found_world(is_demo=False)
    headers = signing.sign("gls", b"{}", event_id="1")
    assert post(courier, b"{}", headers, "/hooks/carriers/gls/").status_code == 401


def test_in_a_demo_world_every_carrier_has_a_secret(courier: Client) -> None:
    time.found_world(is_demo=True)
    headers = signing.sign("gls", b"{}", event_id="1")
    assert post(courier, b"{}", headers, "/hooks/carriers/gls/").status_code == 204
    assert post(courier, b"{}", headers, "/hooks/carriers/hermes/").status_code == 401


def test_a_secret_from_the_environment_is_used(courier: Client, settings: Any) -> None:
    settings.CARRIER_SECRETS = {"gls": "agreed"}
    headers = signing.sign("gls", b"{}", event_id="1")
    assert post(courier, b"{}", headers, "/hooks/carriers/gls/").status_code == 204
    settings.CARRIER_SECRETS = {"gls": "changed"}
    assert post(courier, b"{}", headers, "/hooks/carriers/gls/").status_code == 401


def test_an_unknown_carrier_is_not_found(courier: Client) -> None:
    body, headers = api.sandbox_body("SB0001", "picked_up", now=time.now())
    answer = post(courier, body, headers, "/hooks/carriers/pigeon/")
    assert (answer.status_code, answer.json()["code"]) == (404, "delivery.unknown_carrier")
    assert stored() == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 20_000, b"null", b'{"parcel": 1, "scans": 7}']
)
def test_malformed_json_with_a_valid_signature_is_kept_and_later_refused(
    courier: Client, body: bytes
) -> None:
    headers = signing.sign("sandbox", body, event_id="broken")
    assert post(courier, body, headers).status_code == 204
    keeper.drain([INBOX])
    [message] = stored()
    assert message["state"] == "refused"
    assert message["reason"]
    assert bytes(message["body"]) == body


def test_a_body_of_ten_megabytes_is_refused_unread() -> None:
    class Untouched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

    environ = {
        "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "10000000", "wsgi.input": Untouched(), "PATH_INFO": URL,
        "SERVER_NAME": "localhost", "SERVER_PORT": "80",
    }  # fmt: skip
    answer = views.carrier(WSGIRequest(environ), "sandbox")
    assert answer.status_code == 413
    assert stored() == []


def test_a_body_that_is_larger_than_it_said_is_cut_and_so_forged(courier: Client) -> None:
    body, headers = api.sandbox_body("SB0001", "picked_up", now=time.now())
    answer = courier.post(
        URL, data=body, content_type="application/json", headers=headers | {"Content-Length": "5"}
    )
    assert answer.status_code == 401
    assert stored() == []


def test_a_body_without_end_is_refused(courier: Client) -> None:
    environ = {
        "REQUEST_METHOD": "POST", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"{}"),
        "PATH_INFO": URL, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
    }  # fmt: skip
    assert views.carrier(WSGIRequest(environ), "sandbox").status_code == 411


def test_only_a_post_is_heard(courier: Client) -> None:
    assert courier.get(URL).status_code == 405
