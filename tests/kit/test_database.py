"""The embedded PostgreSQL: shared, stopped by the last one to leave, and clear about what it cannot use."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import psycopg
import pytest

from sanhao.kit import database
from sanhao.kit.time import monotonic
from tests.site import environment

_SMALL = "shared_buffers = 16MB\nfsync = off\n"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches to the database's user")


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory to be; its server is stopped whatever happens."""
    with tempfile.TemporaryDirectory(prefix="sanhao-pg-") as home:
        Path(home).chmod(0o711)
        directory = Path(home) / "postgres"
        yield directory
        database.leave(directory)
        if (pid := database.server_pid(directory)) is not None:
            os.kill(pid, signal.SIGQUIT)
            _gone(directory)


def _gone(directory: Path) -> bool:
    until = monotonic() + 20
    while database.server_pid(directory) is not None:
        if monotonic() > until:
            return False
        sleep(0.02)
    return True


def _ask(url: str, sql: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(sql).fetchone()
        return row[0] if row else None


def _another_user(directory: Path) -> subprocess.Popen[str]:
    """Another process that has started the same server and goes on using it."""
    program = "import sys, time, pathlib; from sanhao.kit import database; print(database.start(pathlib.Path(sys.argv[1])), flush=True); time.sleep(300)"  # fmt: skip
    other = subprocess.Popen([sys.executable, "-c", program, str(directory)], stdout=subprocess.PIPE, text=True, env=environment())  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline().startswith("postgresql://")
    return other


def test_it_starts_from_nothing_and_continues_where_it_was(place: Path) -> None:
    url = database.start(place, extra=_SMALL)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT 42 AS answer")
    database.leave(place)
    assert database.server_pid(place) is None
    assert database.start(place) == url
    assert _ask(url, "SELECT answer FROM t") == 42


def test_it_listens_on_no_network(place: Path) -> None:
    assert _ask(database.start(place, extra=_SMALL), "SELECT current_setting('listen_addresses')") == ""


def test_the_last_one_to_leave_stops_it_even_after_a_kill(place: Path) -> None:
    database.start(place, extra=_SMALL)
    other = _another_user(place)
    database.leave(place)
    assert database.server_pid(place) is not None, "the other still works with it"
    database.start(place)
    other.kill()
    other.communicate()
    database.leave(place)
    assert database.server_pid(place) is None, "a killed process does not count as a user"


def test_a_killed_server_is_started_again_and_nothing_committed_is_lost(place: Path) -> None:
    url = database.start(place, extra=_SMALL)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT 42 AS answer")
    pid = database.server_pid(place)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert _gone(place)
    assert database.start(place) == url
    assert _ask(url, "SELECT answer FROM t") == 42


def test_a_directory_with_other_things_in_it_is_left_alone(place: Path) -> None:
    place.mkdir()
    (place / "holiday.jpg").touch()
    with pytest.raises(database.Unusable, match="neither empty nor a PostgreSQL data directory"):
        database.start(place)
    assert sorted(path.name for path in place.iterdir()) == ["holiday.jpg"]


def test_a_file_in_its_place_is_one_sentence(place: Path) -> None:
    place.touch()
    with pytest.raises(database.Unusable, match="is a file; the database needs a directory there"):
        database.start(place)


def test_data_of_another_major_version_is_one_sentence(place: Path) -> None:
    database.start(place, extra=_SMALL)
    database.leave(place)
    (place / "PG_VERSION").write_text("12\n")
    with pytest.raises(database.Unusable, match="was made by PostgreSQL 12"):
        database.start(place)


def test_a_broken_configuration_is_reported_with_the_servers_own_words(place: Path) -> None:
    database.start(place, extra=_SMALL)
    database.leave(place)
    with (place / "postgresql.conf").open("a") as conf:
        conf.write("work_mem = 'plenty'\n")
    with pytest.raises(database.Unusable, match=r"did not start: configuration file .* contains errors"):
        database.start(place)


def test_a_path_too_long_for_a_socket_works_all_the_same(place: Path) -> None:
    deep = place.parent / ("long" * 30) / "postgres"
    try:
        assert _ask(database.start(deep, extra=_SMALL), "SELECT 1") == 1
    finally:
        database.leave(deep)


@as_root
def test_data_that_the_databases_user_cannot_read_is_one_sentence(place: Path) -> None:
    place.mkdir(mode=0o700)
    (place / "PG_VERSION").write_text("18\n")
    with pytest.raises(database.Unusable) as refused:
        database.start(place)
    assert f"{place} belongs to root and cannot be read by the user embedded_postgres" in str(refused.value)
    assert "chown -R embedded_postgres" in str(refused.value)


@as_root
def test_a_private_folder_of_somebody_else_is_not_opened(place: Path) -> None:
    private = place.parent / "private"
    private.mkdir(mode=0o700)
    os.chown(private, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(database.Unusable, match=r"cannot pass through .*, which is private to nobody"):
        database.start(private / "postgres")
    assert private.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_private_folder_of_root_is_opened_for_passage_only(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    private = place.parent / "private"
    private.mkdir(mode=0o700)
    try:
        assert _ask(database.start(private / "postgres", extra=_SMALL), "SELECT 1") == 1
    finally:
        database.leave(private / "postgres")
    assert private.stat().st_mode & 0o777 == 0o711
    assert "opened for passage" in caplog.text


def test_a_place_that_may_not_be_written_is_one_sentence(place: Path) -> None:
    place.parent.chmod(0o555)
    before = os.geteuid()
    if before == 0:  # as an ordinary user, so that permissions count
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        with pytest.raises(
            database.Unusable, match=r"may not be used by the user \w+, .* Permission denied\.$"
        ):
            database.start(place)
    finally:
        os.seteuid(before)
