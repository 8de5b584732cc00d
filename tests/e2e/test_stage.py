"""The stage of the stories: a whole site, a real browser, and signals that reach an open page."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from typing import Any

from tests.site import Site, environment


def test_a_browser_opens_a_page_of_the_running_site_without_a_complaint(page: Any, site: Site) -> None:
    answer = page.goto("/ui/")
    assert answer.status == 200
    assert page.title()
    assert page.url == f"{site.address}/ui/"


def test_no_page_reaches_beyond_the_site(page: Any, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/ui/", wait_until="networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((site.address, site.live_address, "data:"))] == []


def test_a_signal_published_by_another_process_reaches_the_browser(page: Any, site: Site) -> None:
    """The page's own policy allows the live address; the ticket is made by the site's secret."""
    page.goto("/ui/")
    given = {"SANHAO_DATABASE_URL": site.database_url, "SANHAO_VAR": os.environ["SANHAO_VAR"]}
    made = _in_the_site("from sanhao.kit.push import ticket; print(ticket('order:1'))", given)
    page.evaluate(
        """([address, ticket]) => new Promise((resolve, reject) => {
            const socket = window.testSocket = new WebSocket(address + "/live");
            window.heard = [];
            socket.onopen = () => socket.send(JSON.stringify({watch: [ticket]}));
            socket.onmessage = (event) => { window.heard.push(JSON.parse(event.data)); resolve(); };
            socket.onerror = () => reject(new Error("no connection"));
        })""",
        [site.live_address, made.strip()],
    )
    _in_the_site("from sanhao.kit.push import publish; publish(['order:1', 'order:2'])", given)
    page.wait_for_function("window.heard.length == 2")
    assert page.evaluate("window.heard") == [{"watching": 1}, {"topic": "order:1"}]
    page.evaluate("window.testSocket.close()")


def _in_the_site(program: str, given: dict[str, str]) -> str:
    """Run a line of Python as another process of the same site."""
    setup = "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'sanhao.settings'; django.setup(); "
    done = subprocess.run([sys.executable, "-c", setup + program], capture_output=True, text=True, env=environment(**given))  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_site_answers_without_a_browser_too(site: Site) -> None:
    with urllib.request.urlopen(f"{site.address}/ui/", timeout=10) as answer:
        assert answer.headers["Content-Security-Policy"].count("default-src 'none'") == 1
        assert answer.read().decode().lstrip().lower().startswith("<!doctype html")
