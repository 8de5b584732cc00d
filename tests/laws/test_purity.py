"""What is pure stays pure, the clock is read in one place, transactions are opened in one place."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable

import pytest

from tests.laws.house import File, files, report
from tests.site import environment

_OUTSIDE = {"django", "psycopg", "psycopg_pool", "socket", "ssl", "http", "urllib", "requests", "httpx", "smtplib",
            "asyncio", "subprocess", "threading", "multiprocessing", "os", "io", "pathlib", "tempfile", "shutil",
            "logging", "time", "random", "secrets"}  # fmt: skip
_NETWORK = {
    "socket",
    "ssl",
    "http",
    "requests",
    "httpx",
    "urllib3",
    "smtplib",
    "asyncio",
    "subprocess",
    "picows",
}
_CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now"),
    ("timezone", "localdate"), ("timezone", "localtime"),
    *(("time", name) for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
                                  "localtime", "gmtime", "ctime", "strftime")),
}  # fmt: skip
_CLOCK_IMPORTS = {f"time.{name}" for owner, name in _CLOCKS if owner == "time"} | {
    "django.utils.timezone.now",
    "django.utils.timezone.localdate",
    "django.utils.timezone.localtime",
    "django.db.models.functions.Now",
}
_SQL_CLOCK = re.compile(
    r"\b(?:(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)|"
    r"current_timestamp|current_date|current_time|localtimestamp)",
    re.IGNORECASE,
)
CLOCKS_LIVE_IN = {"sanhao.kit.time", "sanhao.kit.ids"}  # an id carries machine time


def is_pure(file: File) -> bool:
    """core.py or a file of core/, one file of kinds/, a carrier's parse.py, what a case is judged by: facts in, decisions out."""
    parts = file.parts
    return (
        "core" in parts
        or (
            parts[2:3] == ["aftersales"]
            and parts[-1] in ("case", "judge", "outlook", "outlook_words", "reasons")
        )
        or (parts[2:3] == ["remote"] and parts[-1] == "ending" and "actions" not in parts)
        or (parts[2:3] == ["conversations"] and parts[-1] in ("hours", "words"))
        or "kinds" in parts[:-1]
        or "paths" in parts[:-1]
        or ("carriers" in parts[:-2] and parts[-1] == "parse")
        or parts[1:3] == ["lab", "histories"]
    )


def impurities(file: File) -> Iterable[str]:
    """Imports and calls by which a pure core would see or touch the outside."""
    reads_files = file.parts[1:3] == ["lab", "histories"]  # histories come out of files, and know no database
    forbidden = {"django", "psycopg"} if reads_files else _OUTSIDE
    for line, target in file.imports():
        if target.split(".")[0] in forbidden:
            yield f"{file.module}:{line} imports {target}"
    calls = [node for node in ast.walk(file.tree) if isinstance(node, ast.Call)]
    for name, line in [(call.func.id, call.lineno) for call in calls if isinstance(call.func, ast.Name)]:
        if name in ("open", "print", "input") and not reads_files:
            yield f"{file.module}:{line} calls {name}()"


def clock_readings(file: File) -> Iterable[str]:
    """Where a clock is read outside `kit.time`: in Python, in a model field, in SQL."""
    if file.module in CLOCKS_LIVE_IN:
        return
    for line, target in file.imports():
        if target in _CLOCK_IMPORTS:
            yield f"{file.module}:{line} imports {target}"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute):
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if (owner.lstrip("_"), node.attr) in _CLOCKS:
                yield f"{file.module}:{node.lineno} reads {owner}.{node.attr}"
        elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield f"{file.module}:{node.value.lineno} sets {node.arg}"
    for line, text in file.strings():
        if _SQL_CLOCK.search(text) and re.search(r"[A-Z]{4}|\(\)", text):
            yield f"{file.module}:{line} reads the database's clock"


def transactions(file: File) -> Iterable[str]:
    """Where a transaction is opened outside actions.py and kit."""
    if file.module.startswith("sanhao.kit.") or "actions" in file.parts or file.is_migration:
        return
    for line, target in file.imports():
        if target == "django.db.transaction.atomic":
            yield f"{file.module}:{line} imports atomic"
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "atomic"
            and getattr(node.value, "id", "") == "transaction"
        ):
            yield f"{file.module}:{node.lineno} opens a transaction"


def network_in_actions(file: File) -> Iterable[str]:
    """Actions that could reach over the network while they hold locks."""
    if "actions" not in file.parts:
        return
    for line, target in file.imports():
        if target.split(".")[0] in _NETWORK or target.startswith(("django.core.mail", "urllib.request")):
            yield f"{file.module}:{line} imports {target}"


def verbs_in_readers(file: File) -> Iterable[str]:
    """Where what only reads would enter a verb: verbs ask readers, never the other way round."""
    if "queries" not in file.parts:
        return
    for line, target in file.imports():
        if "actions" in target.split("."):
            yield f"{file.module}:{line} imports {target}"


@pytest.mark.parametrize(
    ("law", "cure"),
    [
        (clock_readings, "take `now` as an argument; faces, keepers and commands ask kit.time"),
        (transactions, "move the verb into actions.py"),
        (
            network_in_actions,
            "effects leave through the outbox: emit an event, let a later listener or keeper send",
        ),
        (verbs_in_readers, "put what both need beside them: a book, a core, the readers themselves"),
    ],
)
def test_the_law_holds_everywhere(law, cure) -> None:
    found = [violation for file in files() for violation in law(file)]
    assert not found, report(found, cure)


def test_cores_are_pure() -> None:
    found = [violation for file in files() if is_pure(file) for violation in impurities(file)]
    assert not found, report(found, "hand the facts in as arguments and the decision out as a value")


def test_cores_load_without_django_even_indirectly() -> None:
    # Histories enter promises by its door, which has models behind it; they themselves know no database.
    pure = [file.module for file in files() if is_pure(file) and file.parts[1] != "lab"]
    assert "sanhao.service.promises.core" in pure
    program = (
        "import sys, importlib\n"
        "class Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('django', 'psycopg'): raise ImportError(f'{name} behind a pure core')\n"
        "sys.meta_path.insert(0, Wall())\n"
        "for name in sys.argv[1:]:\n"
        "    try: importlib.import_module(name)\n"
        "    except ImportError as error: print(f'{name}: {error}')\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, *pure], capture_output=True, text=True, env=environment(), check=True
    )
    assert not said.stdout, report(
        said.stdout.splitlines(), "split what needs Django off the module it imports"
    )


@pytest.mark.parametrize(
    ("law", "source"),
    [
        (impurities, "import os"),
        (impurities, "from django.utils import timezone"),
        (impurities, "x = open('f')"),
        (clock_readings, "from datetime import datetime\nx = datetime.now(UTC)"),
        (clock_readings, "import datetime\nx = datetime.datetime.utcnow()"),
        (clock_readings, "x = date.today()"),
        (clock_readings, "import time as _time\nx = _time.time()"),
        (clock_readings, "from time import perf_counter"),
        (clock_readings, "from django.utils.timezone import now"),
        (clock_readings, "x = timezone.now()"),
        (clock_readings, "at = DateTimeField(auto_now_add=True)"),
        (clock_readings, "sql = 'UPDATE t SET at = now()'"),
        (clock_readings, "sql = f'SELECT {x} WHERE at < CURRENT_TIMESTAMP'"),
        (transactions, "from django.db import transaction\nwith transaction.atomic(): ..."),
        (transactions, "from django.db.transaction import atomic"),
    ],
)
def test_a_breach_is_noticed(law, source: str) -> None:
    assert len(list(law(File("sanhao.service.orders.core", source)))) == 1


@pytest.mark.parametrize(
    "line", ["import socket", "from django.core.mail import send_mail", "import http.client"]
)
def test_a_network_inside_an_action_is_noticed(line: str) -> None:
    assert len(list(network_in_actions(File("sanhao.service.orders.actions", line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "from sanhao.service.orders.actions import cancel",
        "from sanhao.service.orders.actions.ship import ship",
    ],
)
def test_a_verb_inside_a_reader_is_noticed(line: str) -> None:
    assert len(list(verbs_in_readers(File("sanhao.service.orders.queries.carts", line)))) == 1
    assert list(verbs_in_readers(File("sanhao.service.orders.actions.place", line))) == []


@pytest.mark.parametrize(
    "source", ["from sanhao.kit.time import now\nx = now()", "x = 'a day from now'", "sleep = time.sleep"]
)
def test_what_is_allowed_is_allowed(source: str) -> None:
    assert list(clock_readings(File("sanhao.faces.storefront.views", source))) == []
    action = "from django.db import transaction\nwith transaction.atomic(): ..."
    assert list(transactions(File("sanhao.service.orders.actions", action))) == []
