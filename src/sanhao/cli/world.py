"""Opening the world a command works in: its database, Django, its tables, its mark."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sanhao.cli.trouble import REFUSED, Trouble
from sanhao.kit import database
from sanhao.kit.text import Text

_MIGRATION_LOCK = 3_038_274_911  # any number, the same in every copy of Sanhao


def var() -> Path:
    """Where this site keeps what is its own: the embedded database, the secret key, mail of a demo."""
    return Path(os.environ.get("SANHAO_VAR") or "var").absolute()


def embedded() -> Path | None:
    """The data directory of the embedded database, or None where SANHAO_DATABASE_URL points elsewhere."""
    return None if os.environ.get("SANHAO_DATABASE_URL") else var() / "postgres"


def open_database() -> Path | None:
    """Start the embedded PostgreSQL unless another is named; returns its data directory."""
    directory = embedded()
    if directory is not None:
        try:
            database.use(database.start(directory))
        except OSError as error:
            raise Trouble(Text(zh=f"数据库无法启动：{error}", en=str(error))) from error
    return directory


def open_django() -> None:
    """Load every module and make sure that the database answers. Raises Trouble."""
    load_django()
    _reach()


def load_django() -> None:
    """Load every module; no database is asked. Raises Trouble."""
    import django

    load_settings()
    django.setup()


def load_settings() -> None:
    """Read the settings and nothing else. Raises Trouble."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanhao.settings")
    try:
        _ = settings.SECRET_KEY
    except (ImproperlyConfigured, OSError) as error:
        raise Trouble(Text(zh=f"设置有误：{error}", en=f"The settings cannot be used: {error}")) from error


def open_world() -> None:
    """Database, Django, tables and mark: what a command needs that works in a founded world."""
    open_database()
    open_django()
    if pending():
        raise Trouble(
            Text(zh="数据库的表不是最新的，请先运行 sanhao migrate。", en="The tables are not up to date: run `sanhao migrate` first."),
            code=REFUSED,
        )  # fmt: skip


def _reach() -> None:
    import psycopg
    from django.conf import settings

    try:
        with psycopg.connect(database.conninfo(connect_timeout="10")) as connection:
            encoding = connection.info.parameter_status("server_encoding")
    except psycopg.Error as error:
        place = "{HOST}:{PORT}/{NAME}".format(**settings.DATABASES["default"])
        reason = " ".join(str(error).split("\n")[0].split()) or "no answer"
        raise Trouble(
            Text(
                zh=f"连不上数据库 {place}（{reason}），请检查 SANHAO_DATABASE_URL。",
                en=f"The database {place} cannot be reached ({reason}); check SANHAO_DATABASE_URL.",
            )
        ) from error
    if encoding != "UTF8":
        raise Trouble(
            Text(
                zh=f"数据库的编码是 {encoding}，要 UTF8：createdb --encoding=UTF8 --template=template0。",
                en=f"The database is encoded in {encoding}; it must be UTF8: createdb --encoding=UTF8 --template=template0.",
            )
        )


def close_connections() -> None:
    """Give back every connection of this process, the pool's too."""
    from django.db import connection

    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()


def pending() -> list[str]:
    """Migrations that have not been applied, as ``label.name``."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def bring_up_to_date() -> int:
    """Apply what is pending, with a progress bar; returns how many migrations ran. Two at once take turns."""
    with _may_make_tables():
        return _bring_up_to_date() if pending() else 0


@contextmanager
def _may_make_tables() -> Iterator[None]:
    """Raises Trouble where the database's user may not do it."""
    import psycopg.errors
    from django.db import ProgrammingError
    from django.db.migrations.exceptions import MigrationSchemaMissing

    try:
        yield
    except (MigrationSchemaMissing, ProgrammingError) as error:
        deeper = error.__cause__ or error.__context__
        if not isinstance(error, MigrationSchemaMissing) and not isinstance(
            deeper, psycopg.errors.InsufficientPrivilege
        ):
            raise
        reason = str(error).partition("\n")[0].rpartition("(")[2]
        raise Trouble(
            Text(
                zh=f"数据库用户不能建表（{reason}）；请让它成为数据库的所有者：ALTER DATABASE … OWNER TO …。",
                en=f"The database's user may not make tables ({reason}); make it the owner: ALTER DATABASE … OWNER TO ….",
            )
        ) from error


def _bring_up_to_date() -> int:
    from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with _one_at_a_time(), _bar("tables", len(pending())) as advance:

        def progress(action: str, migration: Any = None, fake: bool | None = False) -> None:
            if action == "apply_success":
                advance(f"{migration.app_label}.{migration.name}")

        executor = MigrationExecutor(connection, progress)
        targets = executor.loader.graph.leaf_nodes()
        plan = executor.migration_plan(targets)
        executor.check_replacements()
        emit_pre_migrate_signal(0, False, connection.alias, plan=plan)
        state = executor.migrate(targets, plan=plan)
        state.clear_delayed_apps_cache()
        emit_post_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
        return len(plan)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A second migration of the same database waits for the first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


@contextmanager
def _bar(what: str, total: int) -> Iterator[Any]:
    """A progress bar on stderr; only on a terminal does it move."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.fields[what]:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, what=what)
        yield lambda done: progress.update(task, advance=1, description=done)


def found(*, demo: bool) -> None:
    """Mark the world as demo or real. Raises Trouble where it carries the other mark."""
    from sanhao.kit import time as kit_time
    from sanhao.kit.refusals import Refusal

    try:
        kit_time.found_world(is_demo=demo)
    except Refusal as refusal:
        hint_zh, hint_en = ("请去掉 --demo。", "Leave out --demo.") if demo else ("请加上 --demo。", "Add --demo to open it.")  # fmt: skip
        raise Trouble(
            Text(zh=f"{refusal.text.zh}{hint_zh}", en=f"{refusal.text.en} {hint_en}"), code=REFUSED
        ) from refusal


def found_rules() -> None:
    """Version 1 of every rule: without rules in force nothing can be sold. The same rules again change nothing."""
    from sanhao.kit import time as kit_time
    from sanhao.lab import api as lab

    lab.found_rules(now=kit_time.now())


class migrate:
    """`sanhao migrate`."""

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        """No arguments."""

    @staticmethod
    def run(args: argparse.Namespace) -> int:
        open_database()
        open_django()
        done = bring_up_to_date()
        print(f"{done} migrations applied." if done else "Nothing to do: the tables are up to date.")
        return 0
