"""The buyers of `sanhao bench checkout --http`: a program of its own, light, that knows the site only by its pages.

Each buyer signs in and looks at what is on sale before the clock starts, as browsers do; then buys again and again on
one connection, from an empty cart to a paid order, with the posts that the site's forms make. Started with a plan as
JSON on its input; answers with what every call took, in milliseconds, as JSON.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from sanhao.kit.time import monotonic

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ADDRESS = re.compile(r'name="address" value="([^"]+)"')
_OFFER = re.compile(r'name="offer" value="([^"]+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\nlocation: *([^\r\n]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\nset-cookie: *([^=]+)=([^;\r\n]*)", re.IGNORECASE)


class Unexpected(Exception):
    """The site answered something that no browser would get while all is well."""


class Browser:
    """One connection that stays open, with its cookies."""

    def __init__(self, host: str, port: int) -> None:
        self._origin = f"http://{host}:{port}"
        self._host = f"{host}:{port}"
        self._socket = socket.create_connection((host, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._cookies: dict[str, str] = {}
        self._common = ""
        self.took: list[tuple[str, float]] = []

    def get(self, path: str) -> str:
        return self._call("GET", path, "", b"")[1]

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """Post a form; returns where the answer leads. Raises Unexpected unless it leads somewhere."""
        body = urlencode(fields).encode()
        extra = (
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"Origin: {self._origin}\r\n"
        )
        to, page = self._call("POST", path, extra, body)
        if not to:
            raise Unexpected(f"POST {path} led nowhere: {page[:2000]}")
        return to

    def _call(self, method: str, path: str, extra: str, body: bytes) -> tuple[str, str]:
        if not self._common:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            self._common = f"Host: {self._host}\r\nAccept-Language: en\r\n" + (
                f"Cookie: {cookies}\r\n" if cookies else ""
            )
        began = monotonic()
        self._socket.sendall(f"{method} {path} HTTP/1.1\r\n{self._common}{extra}\r\n".encode() + body)
        head, page = self._answer()
        self.took.append((f"{method} {_shape(path)}", (monotonic() - began) * 1e3))
        for name, value in _COOKIE.findall(head):
            if self._cookies.get(name.decode()) != value.decode():
                self._cookies[name.decode()] = value.decode()
                self._common = ""
        status = int(head[9:12])
        if status not in (200, 302):
            raise Unexpected(f"{method} {path}: {status}: {page[:2000].decode(errors='replace')}")
        to = _LOCATION.search(head)
        return (to[1].decode() if to else ""), page.decode(errors="replace")

    def _answer(self) -> tuple[bytes, bytes]:
        read = b""
        while (end := read.find(b"\r\n\r\n")) < 0:
            read += self._receive()
        head, page = read[:end], read[end + 4 :]
        found = _LENGTH.search(head)
        if found:
            while len(page) < int(found[1]):
                page += self._receive()
        elif b"chunked" in head.lower():
            while not page.endswith(b"0\r\n\r\n"):
                page += self._receive()
        return head, page

    def _receive(self) -> bytes:
        got = self._socket.recv(262_144)
        if not got:
            raise Unexpected("the site hung up")
        return got


def _shape(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "…", path.partition("?")[0])


class Buyer:
    """Somebody who is signed in, knows what to buy, and where it should go."""

    def __init__(self, browser: Browser, person_id: str, listing_id: str) -> None:
        self.browser, self._listing = browser, listing_id
        token = _one(_TOKEN, browser.get("/sign-in/"))
        browser.post(f"/demo/persons/{person_id}/", {"csrfmiddlewaretoken": token, "next": "/"})
        page = browser.get(f"/goods/{listing_id}/")  # signing in changed the token
        self._token = _one(_TOKEN, page)
        self._offers = list(dict.fromkeys(_OFFER.findall(page)))[:2]
        self._fill_cart()
        self._address = _one(_ADDRESS, browser.get("/checkout/"))
        self.buy(pages=True, filled=True)

    def buy(self, *, pages: bool, filled: bool = False) -> None:
        """A whole checkout. With *pages* also what a browser shows in between, not only what it sends."""
        if not filled:
            self._fill_cart()
        if pages:
            self.browser.get("/cart/")
            self.browser.get("/checkout/")
        fields = {"csrfmiddlewaretoken": self._token, "chosen": "yes", "address": self._address}
        to = self.browser.post("/checkout/", fields)
        if not to.startswith("/pay/"):
            raise Unexpected(f"placing led to {to}")
        if pages:
            self.browser.get(to)
        to = self.browser.post(to, {"csrfmiddlewaretoken": self._token, "how": "pay"})
        if not to.startswith("/paid/"):
            raise Unexpected(f"paying led to {to}")
        if pages:
            self.browser.get(to)

    def _fill_cart(self) -> None:
        for offer in self._offers:
            self.browser.post(
                "/cart/add/",
                {"csrfmiddlewaretoken": self._token, "listing": self._listing, "offer": offer, "quantity": "1"},
            )  # fmt: skip


def _one(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise Unexpected(f"no {pattern.pattern} on {page[:2000]}")
    return found[1]


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    where = urlsplit(plan["site"])
    host, port = str(where.hostname), int(where.port or 80)
    buyers = [Buyer(Browser(host, port), *who) for who in plan["buyers"]]
    print("ready", flush=True)
    sys.stdin.readline()
    for buyer in buyers:
        buyer.browser.took.clear()
    whole: list[float] = []
    wrong: list[str] = []
    left = iter(range(plan["checkouts"]))
    taking = threading.Lock()

    def shop(buyer: Buyer) -> None:
        try:
            while True:
                with taking:
                    if next(left, None) is None:
                        return
                began = monotonic()
                buyer.buy(pages=plan["pages"])
                whole.append((monotonic() - began) * 1e3)
        except (Unexpected, OSError) as error:
            wrong.append(str(error))

    threads = [threading.Thread(target=shop, args=(buyer,)) for buyer in buyers]
    began = monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = monotonic() - began
    calls = [call for buyer in buyers for call in buyer.browser.took]
    print(json.dumps({"seconds": seconds, "whole": whole, "calls": calls, "wrong": wrong,
                      "processor": sum(os.times()[:2])}))  # fmt: skip


if __name__ == "__main__":
    main()
