"""The live process: forwards signals from PostgreSQL to open pages, and does nothing else.

A page connects, shows signed tickets (`kit.push.ticket`) in ``{"watch": ["…", …]}`` and from then on hears
``{"topic": "order:…"}`` whenever something behind one of them changed; it fetches the rest itself. The only database
work is one LISTEN. After that connection was lost, every page is told all of its topics: what it missed is unknown.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import defaultdict
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
import psycopg
from django.conf import settings
from django.core.signing import BadSignature
from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)  # fmt: skip

from sanhao.kit.database import conninfo
from sanhao.kit.push import CHANNEL, topic_of

log = logging.getLogger("sanhao.live")

MOST_TICKETS = 64  # one page watches a handful
LARGEST_MESSAGE_BYTES = 64 * 1024
MOST_UNSENT_BYTES = 256 * 1024  # a page that does not read is let go; it comes back and fetches
_IDLE_SECONDS, _ANSWER_SECONDS = 25.0, 15.0
_LONGEST_WAIT_SECONDS = 5.0
_GOODBYE_SECONDS = 2.0


class Watch(msgspec.Struct):
    """The one message a page may send."""

    watch: list[str]


class Hub:
    """Who watches what. Lives in one event loop, so nothing is locked."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[Page]] = defaultdict(set)
        self._pages: set[Page] = set()

    def greet(self, page: Page) -> None:
        self._pages.add(page)

    def add(self, topic: str, page: Page) -> None:
        self._watchers[topic].add(page)

    def remove(self, page: Page) -> None:
        self._pages.discard(page)
        for topic in page.topics:
            watchers = self._watchers[topic]
            watchers.discard(page)
            if not watchers:
                del self._watchers[topic]

    def tell(self, topic: str) -> None:
        """Forward one signal to every page that watches *topic*."""
        watchers = self._watchers.get(topic)
        if watchers:
            message = msgspec.json.encode({"topic": topic})
            for page in tuple(watchers):
                page.send(message)

    def tell_all(self) -> None:
        for topic in tuple(self._watchers):
            self.tell(topic)

    async def close(self) -> None:
        """Say good-bye to every page and give them a moment to go."""
        for page in tuple(self._pages):
            page.close(WSCloseCode.GOING_AWAY, b"the site restarts")
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                while self._pages:
                    await asyncio.sleep(0.01)


class Page(WSListener):
    """One open page."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._transport: WSTransport | None = None
        self.topics: set[str] = set()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._hub.greet(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._hub.remove(self)
        self._transport = None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif frame.msg_type != WSMsgType.TEXT or not frame.fin:
            self.close(WSCloseCode.UNSUPPORTED_DATA, b"one short text message at a time")
        else:
            self._read(frame.get_payload_as_bytes())

    def _read(self, message: bytes) -> None:
        try:
            topics = [topic_of(ticket) for ticket in msgspec.json.decode(message, type=Watch).watch]
        except msgspec.DecodeError:
            return self.close(WSCloseCode.PROTOCOL_ERROR, b'send {"watch": [tickets]}')
        except BadSignature:
            return self.close(WSCloseCode.POLICY_VIOLATION, b"a ticket is forged or too old: reload the page")
        if len(self.topics.union(topics)) > MOST_TICKETS:
            return self.close(WSCloseCode.POLICY_VIOLATION, b"too many tickets")
        self.topics.update(topics)
        for topic in topics:
            self._hub.add(topic, self)
        return self.send(msgspec.json.encode({"watching": len(self.topics)}))

    def send(self, message: bytes) -> None:
        if self._transport is None:
            return
        if self._transport.underlying_transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            self._transport.disconnect(graceful=False)
            return
        self._transport.send(WSMsgType.TEXT, message)

    def close(self, code: WSCloseCode, reason: bytes) -> None:
        if self._transport is not None:
            self._transport.send_close(code, reason)
            self._transport.disconnect()


def is_ours(origin: str | None) -> bool:
    """Whether a page of *origin* belongs to this site. A client without an Origin is no browser: tickets suffice."""
    if not origin or origin == settings.SITE_ADDRESS:
        return True
    asked, site = urlsplit(origin), urlsplit(settings.SITE_ADDRESS)
    return (
        asked.scheme == site.scheme
        and asked.hostname in settings.ALLOWED_HOSTS
        and (asked.port, asked.scheme) == (site.port, site.scheme)
    )


def _factory(hub: Hub, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
    if not is_ours(request.headers.get("Origin")):
        refused = WSUpgradeResponse.create_error_response(
            403, b"Pages of another site may not listen here.\n"
        )
        return WSUpgradeResponseWithListener(refused, None)
    return Page(hub)


async def listen(hub: Hub) -> None:
    """Forward every notification for ever; when the connection is lost, come back and tell everybody everything."""
    wait, before = 0.1, False
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo(), autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                if before:
                    log.warning("the database is back")
                    hub.tell_all()
                wait, before = 0.1, True
                async for notice in connection.notifies():
                    hub.tell(notice.payload)
        except psycopg.Error as error:
            log.warning("the database is away (%s); trying again in %g s", error, wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)


async def run(host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until *stop* is set."""
    hub = Hub()
    server = await ws_create_server(
        lambda request: _factory(hub, request), host, port, backlog=2048, max_frame_size=LARGEST_MESSAGE_BYTES,
        enable_auto_ping=True, auto_ping_idle_timeout=_IDLE_SECONDS, auto_ping_reply_timeout=_ANSWER_SECONDS,
    )  # fmt: skip
    listening = asyncio.create_task(listen(hub))
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        server.close()
        await hub.close()
        for task in (listening, stopping):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def serve(host: str, port: int) -> None:
    """The process: runs until SIGTERM or SIGINT."""

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(host, port, stop)

    asyncio.run(main())
