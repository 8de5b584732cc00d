"""`sanhao up` as an operator meets it: it comes up, says what to open, heals, stops; and says clearly why it cannot."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import psycopg
import pytest

from sanhao.kit import database
from sanhao.kit.time import monotonic
from tests.site import Site, database_of_its_own, environment, wait_for

_PATIENCE_SECONDS = 30.0


def sanhao(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sanhao.cli", *arguments],
        capture_output=True, text=True, timeout=240, env=environment(**more),
    )  # fmt: skip


@pytest.fixture
def empty() -> Iterator[str]:
    """The URL of a database with nothing in it."""
    with database_of_its_own() as url:
        yield url


@contextmanager
def up(var: Path, *arguments: str, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = var / f"log {monotonic()}"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "sanhao.cli", "up", *arguments],
            stdout=said, stderr=subprocess.STDOUT, env=environment(**{"SANHAO_VAR": str(var), **more}),
        )  # fmt: skip
    try:
        wait_for(log, "Stop with Ctrl-C", process)
        yield process, log
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(_PATIENCE_SECONDS)


def eventually(what: Callable[[], bool]) -> bool:
    until = monotonic() + _PATIENCE_SECONDS
    while not what():
        if monotonic() > until:
            return False
        sleep(0.05)
    return True


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def children(pid: int) -> list[int]:
    return [child for child in descendants(pid) if parent_of(child) == pid]


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def descendants(pid: int) -> list[int]:
    """Process ids of everything below *pid*."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents.setdefault(parent_of(int(entry.name)), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def named(pid: int, word: str) -> list[int]:
    """Children of *pid* that run `sanhao <word>`."""
    return [
        child
        for child in children(pid)
        if Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[3:4] == [word.encode()]
    ]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def ports() -> tuple[str, str]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1]), str(two.getsockname()[1])


@pytest.fixture
def var(tmp_path: Path) -> Path:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o011)
    return tmp_path


def test_from_nothing_to_a_page_and_on_where_it_was_with_its_own_database(
    var: Path, ports: tuple[str, str]
) -> None:
    """The embedded database is killed and comes back; a killed supervisor takes everything with it."""
    arguments = ["--demo", f"--port={ports[0]}", f"--live-port={ports[1]}"]
    own = {"SANHAO_DATABASE_URL": ""}
    with up(var, *arguments, **own) as (process, log):
        assert answers(f"http://127.0.0.1:{ports[0]}/")
        assert f"http://127.0.0.1:{ports[0]}" in log.read_text()
        assert "三好已就绪" in log.read_text()
        postgres = database.server_pid(var / "postgres")
        assert postgres is not None
        os.kill(postgres, signal.SIGKILL)
        wait_for(log, "PostgreSQL stopped unexpectedly; starting it again.", process)
        assert eventually(lambda: database.server_pid(var / "postgres") not in (None, postgres))
        assert eventually(lambda: answers(f"http://127.0.0.1:{ports[0]}/"))
        assert "The process “" not in log.read_text(), (
            "pages, live signals and keepers outlive their database"
        )
        family = descendants(process.pid)
        assert len(family) >= 6
        process.kill()
        process.wait()
        assert eventually(lambda: not any(is_alive(member) for member in family))
        assert eventually(lambda: database.server_pid(var / "postgres") is None)
    with up(var, *arguments, **own) as (process, log):
        assert "The tables are up to date." not in log.read_text(), "nothing was left to migrate"
        process.send_signal(signal.SIGINT)
        assert process.wait(_PATIENCE_SECONDS) == 0
    assert database.server_pid(var / "postgres") is None
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("word", ["pages", "live", "keep"])
def test_a_killed_process_is_named_and_comes_back(site: Site, word: str) -> None:
    name = {"keep": "keepers"}.get(word, word)
    [victim] = named(site.process.pid, word)
    os.kill(victim, signal.SIGKILL)
    wait_for(site.log, f"The process “{name}” ended unexpectedly (signal 9)", site.process)
    assert eventually(
        lambda: bool(named(site.process.pid, word)) and named(site.process.pid, word) != [victim]
    )
    assert eventually(lambda: answers(site.address))


def test_a_killed_pages_process_leaves_no_worker_behind(site: Site) -> None:
    [pages] = named(site.process.pid, "pages")
    workers = descendants(pages)
    assert len(workers) >= 2
    os.kill(pages, signal.SIGKILL)
    assert eventually(lambda: not any(is_alive(worker) for worker in workers))
    assert eventually(lambda: answers(site.address))


def test_a_taken_port_is_one_sentence(var: Path, empty: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = sanhao("up", "--demo", f"--port={port}", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=empty)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"sanhao: Port {port} is taken by another program; stop that one or choose another with --port.\n"
    )


def test_the_sentence_is_chinese_on_a_chinese_terminal(var: Path, empty: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = sanhao("up", "--demo", f"--live-port={port}", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=empty, LC_ALL="zh_CN.UTF-8")  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == f"sanhao: 端口 {port} 已被别的程序占用；请停掉它，或用 --live-port 换一个。\n"


def test_a_database_out_of_reach_is_one_sentence_without_its_password(var: Path, free_port: int) -> None:
    url = f"postgresql://me:hunter2@127.0.0.1:{free_port}/shop"
    done = sanhao("keep", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=url)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith(f"sanhao: The database 127.0.0.1:{free_port}/shop cannot be reached (")
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SANHAO_POOL", "many"),
        ("SANHAO_POOL", "0"),
        ("SANHAO_TIMEZONE", "Mars/Olympus"),
        ("SANHAO_CURRENCY", "XYZ"),
        ("SANHAO_SITE", "shop.example"),
        ("SANHAO_LIVE", "wss://shop.example/live; script-src *"),
        ("SANHAO_DATABASE_URL", "mysql://me:hunter2@127.0.0.1/shop"),
        ("SANHAO_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:port/shop"),
        ("SANHAO_LOG", "LOUD"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence_that_names_it(
    var: Path, empty: str, variable: str, value: str
) -> None:
    done = sanhao("check", **{"SANHAO_VAR": str(var), "SANHAO_DATABASE_URL": empty, variable: value})
    assert (done.returncode in (2, 3), done.stdout, done.stderr.count("\n")) == (True, "", 1)
    assert variable in done.stderr and "hunter2" not in done.stderr


@pytest.mark.parametrize("command", ["pages", "live"])
def test_a_process_of_its_own_says_too_that_its_port_is_taken(var: Path, empty: str, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = sanhao(command, f"--port={port}", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=empty)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert f"Port {port} is taken by another program" in done.stderr


def test_an_address_of_another_machine_is_not_called_a_taken_port(
    var: Path, empty: str, free_port: int
) -> None:
    done = sanhao(
        "up", "--host=203.0.113.1", f"--port={free_port}", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=empty
    )
    assert done.returncode == 3
    assert (
        done.stderr == "sanhao: 203.0.113.1 is not an address of this machine; choose another with --host.\n"
    )


def test_pages_are_not_served_from_tables_that_are_not_there(var: Path, empty: str, free_port: int) -> None:
    done = sanhao("pages", f"--port={free_port}", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=empty)
    assert (done.returncode, done.stderr) == (
        4, "sanhao: The tables are not up to date: run `sanhao migrate` first.\n"
    )  # fmt: skip


def test_a_database_in_another_encoding_is_one_sentence(var: Path, empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS sanhao_latin")
        admin.execute("CREATE DATABASE sanhao_latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
        name = admin.info.dbname
        done = sanhao(
            "migrate", SANHAO_VAR=str(var), SANHAO_DATABASE_URL=empty.replace(f"/{name}", "/sanhao_latin")
        )
        admin.execute("DROP DATABASE sanhao_latin WITH (FORCE)")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "LATIN1" in done.stderr and "UTF8" in done.stderr


def test_an_unusable_data_directory_is_one_sentence(var: Path) -> None:
    (var / "postgres").mkdir()
    (var / "postgres" / "holiday.jpg").touch()
    done = sanhao("migrate", SANHAO_VAR=str(var), SANHAO_DATABASE_URL="")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "is neither empty nor a PostgreSQL data directory" in done.stderr


def test_a_demo_world_never_becomes_a_real_site_nor_the_other_way_round(
    var: Path, empty: str, ports: tuple[str, str]
) -> None:
    given = {"SANHAO_VAR": str(var), "SANHAO_DATABASE_URL": empty}
    arguments = [f"--port={ports[0]}", f"--live-port={ports[1]}"]
    with up(var, *arguments, **given) as (process, log):
        assert answers(f"http://127.0.0.1:{ports[0]}/")
        assert "一键登录" not in log.read_text(), "a real site lets nobody in with one click"
        process.terminate()
        assert process.wait(_PATIENCE_SECONDS) == 0
    refused = sanhao("up", "--demo", *arguments, **given)
    assert refused.returncode == 4
    assert refused.stderr == (
        "sanhao: This database holds a real site; it can never become a demo world. Leave out --demo.\n"
    )
    for command in (["demo", "found"], ["demo", "reset"]):
        assert sanhao(*command, **given).returncode == 4
    checked = sanhao("check", **given)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "✗" not in checked.stdout


def test_a_demo_world_is_founded_looked_at_and_reset(var: Path, empty: str) -> None:
    given = {"SANHAO_VAR": str(var), "SANHAO_DATABASE_URL": empty}
    assert "Nothing has been founded here yet." in sanhao("demo", "status", **given).stdout
    assert sanhao("check", **given).returncode == 1
    for command in ("found", "reset"):
        done = sanhao("demo", command, **given)
        assert (done.returncode, done.stdout.splitlines()[0][:12]) == (0, "A demo world"), done.stderr
    with psycopg.connect(empty):
        refused = sanhao("demo", "reset", **given)
    assert (refused.returncode, refused.stderr) == (
        4,
        "sanhao: The demo world is in use: stop `sanhao up` first.\n",
    )
    real = sanhao("up", **given)
    assert (real.returncode, real.stderr.count("\n")) == (4, 1)
    assert "Add --demo to open it." in real.stderr
