"""The live process, spoken to by a real client over a real socket, with signals from a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection
from picows import WSCloseCode, WSFrame, WSHandshakeError, WSListener, WSMsgType, WSTransport, ws_connect

from sanhao import live_server
from sanhao.kit.database import conninfo
from sanhao.kit.push import CHANNEL, ticket

pytestmark = pytest.mark.django_db(transaction=True)
_PATIENCE_SECONDS = 10


class Browser(WSListener):
    """A page as a browser would open it; what it hears waits in `heard`."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.heard.put_nowait(json.loads(frame.get_payload_as_utf8_text()))
        elif frame.msg_type == WSMsgType.CLOSE:
            self.closed.set_result(int(frame.get_close_code().value))
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.closed.done():
            self.closed.set_result(int(WSCloseCode.ABNORMAL_CLOSURE.value))

    def say(self, message: object) -> None:
        self.transport.send(WSMsgType.TEXT, json.dumps(message).encode())

    async def hears(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.heard.get(), _PATIENCE_SECONDS)

    async def is_closed_with(self) -> int:
        return await asyncio.wait_for(asyncio.shield(self.closed), _PATIENCE_SECONDS)


@dataclass
class Stage:
    port: int
    stop: asyncio.Event
    serving: asyncio.Task[None]

    async def page(self, **more: Any) -> Browser:
        _, page = await ws_connect(Browser, f"ws://127.0.0.1:{self.port}/live", **more)
        assert isinstance(page, Browser)
        return page

    async def watching(self, *topics: str) -> Browser:
        page = await self.page()
        page.say({"watch": [ticket(topic) for topic in topics]})
        assert await page.hears() == {"watching": len(topics)}
        return page


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    stop = asyncio.Event()
    serving = asyncio.create_task(live_server.run("127.0.0.1", port, stop))
    try:
        await _until_listening(1)
        yield Stage(port, stop, serving)
    finally:
        stop.set()
        await asyncio.wait_for(serving, _PATIENCE_SECONDS)


async def _ask(sql: str, *parameters: object) -> Any:
    async with await psycopg.AsyncConnection.connect(conninfo(), autocommit=True) as other:
        row = await (await other.execute(sql, parameters)).fetchone()
        return row[0] if row else None


async def _until_listening(count: int) -> None:
    sql = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
           "AND query = 'LISTEN sanhao_push' AND state = 'idle'")  # fmt: skip
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while await _ask(sql) != count:
            await asyncio.sleep(0.02)


async def publish(topic: str) -> None:
    await _ask("SELECT pg_notify(%s, %s)", CHANNEL, topic)


@pytest.fixture
def play(free_port: int) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], None]:
    """Run a scene on a live server of its own."""

    def run(scene: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            async with stage(free_port) as live:
                await scene(live)

        connection.close()
        asyncio.run(whole())

    return run


def test_a_page_hears_what_it_watches_and_nothing_else(play: Any) -> None:
    async def scene(live: Stage) -> None:
        mine, other = await live.watching("order:1", "person:9"), await live.watching("order:2")
        await publish("order:2")
        await publish("person:9")
        assert await mine.hears() == {"topic": "person:9"}
        assert await other.hears() == {"topic": "order:2"}
        assert mine.heard.empty()
        assert other.heard.empty()

    play(scene)


def test_a_forged_ticket_closes_the_connection_and_watches_nothing(play: Any) -> None:
    async def scene(live: Stage) -> None:
        page = await live.page()
        page.say({"watch": [ticket("order:1"), ticket("order:1")[:-1] + "x"]})
        assert await page.is_closed_with() == WSCloseCode.POLICY_VIOLATION.value
        assert page.heard.empty()

    play(scene)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"watch": "order:1"}, WSCloseCode.PROTOCOL_ERROR),
        ({"shout": []}, WSCloseCode.PROTOCOL_ERROR),
        ([1, 2], WSCloseCode.PROTOCOL_ERROR),
        ({"watch": ["x" * live_server.LARGEST_MESSAGE_BYTES]}, None),
    ],
)
def test_nonsense_closes_only_its_own_connection(
    play: Any, message: object, code: WSCloseCode | None
) -> None:
    async def scene(live: Stage) -> None:
        good, bad = await live.watching("order:1"), await live.page()
        bad.say(message)
        closed = await bad.is_closed_with()
        assert code is None or closed == code.value
        await publish("order:1")
        assert await good.hears() == {"topic": "order:1"}

    play(scene)


def test_a_page_may_watch_a_handful_but_not_everything(play: Any) -> None:
    async def scene(live: Stage) -> None:
        topics = [f"order:{n}" for n in range(live_server.MOST_TICKETS)]
        page = await live.watching(*topics)
        page.say({"watch": [ticket("one too many")]})
        assert await page.is_closed_with() == WSCloseCode.POLICY_VIOLATION.value

    play(scene)


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://localhost:9999", False),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_only_pages_of_this_site_may_listen(play: Any, settings: Any, origin: str, welcome: bool) -> None:
    settings.SITE_ADDRESS, settings.ALLOWED_HOSTS = "http://127.0.0.1:8000", ["127.0.0.1", "localhost"]

    async def scene(live: Stage) -> None:
        if welcome:
            await live.page(extra_headers=[("Origin", origin)])
            return
        with pytest.raises(WSHandshakeError) as refused:
            await live.page(extra_headers=[("Origin", origin)])
        assert refused.value.response is not None
        assert refused.value.response.status == 403

    play(scene)


def test_after_the_database_was_away_every_page_is_told_all_of_its_topics(play: Any) -> None:
    async def scene(live: Stage) -> None:
        page = await live.watching("order:1", "order:2")
        await _ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN sanhao_push' "
                   "AND datname = current_database()")  # fmt: skip
        heard = [await page.hears(), await page.hears()]
        assert sorted(message["topic"] for message in heard) == ["order:1", "order:2"]
        await publish("order:2")
        assert await page.hears() == {"topic": "order:2"}

    play(scene)


def test_a_clean_stop_says_good_bye(play: Any) -> None:
    async def scene(live: Stage) -> None:
        page = await live.watching("order:1")
        live.stop.set()
        assert await page.is_closed_with() == WSCloseCode.GOING_AWAY.value

    play(scene)
