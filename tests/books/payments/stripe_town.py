"""Stripe as far as a test machine has it: localstripe for payments, refunds and webhooks, and Stripe's hosted page.

localstripe is a program of its own, started here and never imported; it knows no Checkout, and its releases that come as
wheels send no webhook for a payment. The page stands in front of it, keeps the sessions, hands everything else on, and
signs the calls that Stripe would make.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

SECRET = "whsec_for_tests"
KEY = "sk_test_for_tests"
GOOD, DECLINED = "4242424242424242", "4000000000000341"


class Town:
    def __init__(self, page: str, bank: str) -> None:
        self.page, self.bank = page, bank
        self.sessions: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[bytes, dict[str, str]]] = []
        self.asked: list[str] = []

    def ask(self, method: str, path: str, **form: object) -> dict[str, Any]:
        body = urlencode(form).encode() if form else None
        request = urllib.request.Request(
            f"{self.bank}{path}", body, {"Authorization": f"Bearer {KEY}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def open_session(self, form: dict[str, str]) -> dict[str, Any]:
        id = f"cs_test_{len(self.sessions)}"
        amount = int(form["line_items[0][price_data][unit_amount]"])
        self.sessions[id] = {
            "id": id, "object": "checkout.session", "url": f"{self.page}/pay/{id}", "status": "open",
            "payment_status": "unpaid", "payment_intent": None, "amount_total": amount, "created": int(time.time()),
            "currency": form["line_items[0][price_data][currency]"],
            "metadata": {"payment_id": form["metadata[payment_id]"]},
        }  # fmt: skip
        return self.sessions[id]

    def pay(self, session_id: str, card: str = GOOD) -> bool:
        """The buyer types a card into Stripe's page."""
        session = self.sessions[session_id]
        method = self.ask("POST", "/v1/payment_methods", type="card", **{
            "card[number]": card, "card[exp_month]": 12, "card[exp_year]": 2040, "card[cvc]": 123,
        })  # fmt: skip
        try:
            intent = self.ask(
                "POST", "/v1/payment_intents", amount=session["amount_total"], currency=session["currency"],
                payment_method=method["id"], confirm="true",
                **{"metadata[payment_id]": session["metadata"]["payment_id"]},
            )  # fmt: skip
        except urllib.error.HTTPError as error:
            assert error.code == 402
            intent = session | {"id": "pi_declined", "status": "requires_payment_method"}
        if intent["status"] != "succeeded":
            self.call("payment_intent.payment_failed", intent)
            return False
        session |= {"payment_intent": intent["id"], "payment_status": "paid", "status": "complete"}
        self.call("payment_intent.succeeded", intent)
        return True

    def call(self, kind: str, thing: dict[str, Any]) -> None:
        """Stripe makes a call about *thing*, signed as its documentation says."""
        body = json.dumps({"id": f"evt_{len(self.calls)}", "type": kind, "data": {"object": thing}}).encode()
        stamp = str(int(time.time()))
        seal = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        self.calls.append((body, {"Stripe-Signature": f"t={stamp},v1={seal}"}))

    def refunds(self, session_id: str) -> list[tuple[int, str]]:
        made = self.ask("GET", f"/v1/refunds?payment_intent={self.sessions[session_id]['payment_intent']}")
        return sorted((refund["amount"], refund["metadata"]["refund_id"]) for refund in made["data"])

    def webhook(self) -> tuple[bytes, dict[str, str]]:
        """The next call that Stripe makes to us."""
        return self.calls.pop(0)


@contextmanager
def town(port: int, page_port: int) -> Iterator[Town]:
    program = Path(sys.executable).with_name("localstripe")
    running = subprocess.Popen(
        [program, "--port", str(port), "--from-scratch"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    here = Town(f"http://127.0.0.1:{page_port}", f"http://127.0.0.1:{port}")
    server = ThreadingHTTPServer(("127.0.0.1", page_port), _handler(here))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        _until_up(here)
        yield here
    finally:
        server.shutdown()
        server.server_close()
        running.terminate()
        running.wait(10)


def _until_up(here: Town) -> None:
    for _ in range(400):
        try:
            here.ask("GET", "/v1/balance_transactions")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("localstripe did not start")


def _handler(here: Town) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(f"GET {self.path.split('?')[0]}")
            if self.path.startswith("/v1/checkout/sessions/"):
                session = dict(here.sessions[self.path.split("?")[0].rsplit("/", 1)[1]])
                if session["payment_intent"]:
                    session["payment_intent"] = here.ask(
                        "GET", f"/v1/payment_intents/{session['payment_intent']}"
                    )
                self._answer(200, json.dumps(session).encode())
            else:
                self._hand_on(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            here.asked.append(f"POST {self.path}")
            if self.path == "/v1/checkout/sessions":
                session = here.open_session(dict(parse_qsl(body.decode())))
                self._answer(200, json.dumps(session).encode())
            else:
                self._hand_on(body)

        def _hand_on(self, body: bytes | None) -> None:
            kept = {
                name: self.headers[name] for name in ("Authorization", "Content-Type") if self.headers[name]
            }
            request = urllib.request.Request(f"{here.bank}{self.path}", body, kept, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    self._answer(answer.status, answer.read())
            except urllib.error.HTTPError as error:
                self._answer(error.code, error.read())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
