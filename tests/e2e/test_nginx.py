"""The nginx example of docs/operate.md, word for word but for the ports, in front of a running site."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.laws.house import ROOT
from tests.site import Site, wait_for

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx on this machine")
_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@pytest.fixture
def front(site: Site, free_port: int, tmp_path: Path) -> Iterator[str]:
    """One address for pages and live signals."""
    [example] = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "operate.md").read_text(), re.DOTALL)
    ports = {"listen 80;": f"listen 127.0.0.1:{free_port};", ":8000;": f":{site.address.rpartition(':')[2]};",
             ":8001;": f":{site.live_address.rpartition(':')[2]};"}  # fmt: skip
    for ours, theirs in ports.items():
        assert ours in example
        example = example.replace(ours, theirs)
    temporary = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in _FOLDERS)
    config, log = tmp_path / "nginx.conf", tmp_path / "log"
    config.write_text(
        f"pid {tmp_path}/pid; daemon off; error_log {log} notice;\nevents {{}}\nhttp {{ access_log off;\n{temporary}{example}}}\n"
    )
    log.touch()
    process = subprocess.Popen(["nginx", "-e", str(log), "-c", str(config)])
    try:
        wait_for(log, "start worker process ", process)
        yield f"127.0.0.1:{free_port}"
    finally:
        process.terminate()
        process.wait(20)


def test_pages_and_live_signals_answer_under_one_address(front: str) -> None:
    with urllib.request.urlopen(f"http://{front}/ui/", timeout=10) as answer:
        assert answer.status == 200

    class Page(WSListener):
        def __init__(self) -> None:
            self.heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
            if frame.msg_type == WSMsgType.TEXT:
                self.heard.set_result(frame.get_payload_as_utf8_text())

    async def talk() -> str:
        transport, page = await ws_connect(Page, f"ws://{front}/live")
        assert isinstance(page, Page)
        transport.send(WSMsgType.TEXT, b'{"watch": []}')
        heard = await asyncio.wait_for(page.heard, 10)
        transport.disconnect()
        await transport.wait_disconnected()
        return heard

    assert asyncio.run(talk()) == '{"watching":0}'
