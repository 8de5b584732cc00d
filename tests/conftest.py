"""The cast and the stage: business time starts at a fixed moment, sockets stay inside the machine."""

from __future__ import annotations

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as examples

from sanhao.kit import time as kit_time
from tests.site import Site, database_of_its_own, serve, the_empty_world

T0 = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
_CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
)  # fmt: skip

# How long an example takes says something of the machine that day, nothing of the code; examples of one test share its
# database.
examples.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
examples.load_profile("house")


@pytest.fixture(autouse=True)
def _fresh_world() -> Iterator[None]:
    kit_time.forget()
    yield
    kit_time.forget()


@pytest.fixture
def now() -> datetime:
    return T0


@pytest.fixture
def free_port() -> int:
    return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def empty_world() -> str:
    """The URL of a database with all tables and nothing in them, to be copied; made once, for all workers of a run."""
    return the_empty_world()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Workers copy the empty world instead of running all migrations once more, each for itself."""
    if hasattr(request.config, "workerinput"):
        url = request.getfixturevalue("empty_world")
        connection.settings_dict["TEST"]["TEMPLATE"] = urlsplit(url).path.lstrip("/")


@pytest.fixture(scope="module")
def site(empty_world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real thing: `sanhao up --demo` over a database of its own, one for each module of tests.

    Pages, live signals and keepers are processes of their own; talk to them as a browser or a courier would.
    """
    with database_of_its_own(copy_of=empty_world) as url:
        var = tmp_path_factory.mktemp("site")
        with serve(url, var, port=_free_port(), live_port=_free_port()) as running:
            yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by playwright. Where there is none: skipped, in CI (SANHAO_BROWSER=required) failed.

    One for each module, because playwright's event loop keeps running in this thread for as long as it is there.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        message = "no Chromium on this machine: apt-get install chromium"
        if os.environ.get("SANHAO_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; Django would take every query for one inside a coroutine.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_CHROMIUM))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, site: Site) -> Iterator[Any]:
    """A phone's page on the site, in English; whatever its console calls an error fails the test."""
    context = browser.new_context(
        base_url=site.address,
        viewport={"width": 390, "height": 844},
        locale="en-GB",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(15_000)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.console_errors = wrong
    yield opened
    context.close()
    assert not wrong, f"the browser's console: {wrong}"


_LONG = (
    "races/test_kills.py", "flows/test_any_sequence_of_money.py", "races/test_settlement_kills.py",
    "races/test_second_leg_kills.py", "lab/demo/test_past.py", "lab/demo/test_found.py", "cli/test_up.py",
    "laws/test_tools.py", "races/test_deadlocks.py", "races/test_three_keepers.py", "races/test_last_breath.py",
    "flows/test_replay_equals_life.py", "e2e/",
)  # fmt: skip
"""Files of few tests that take long. With two workers they come first: one of them at the end would have a worker wait."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that asks for a browser is a browser test; workers begin with what takes longest."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (_rank(item.path), -tests[item.path], item.path))


def _rank(path: Path) -> int:
    return next((n for n, long in enumerate(_LONG) if f"/tests/{long}" in path.as_posix()), len(_LONG))
