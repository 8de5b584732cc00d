"""`sanhao demo found|reset|status`."""

from __future__ import annotations

import argparse

from sanhao.cli import world
from sanhao.cli.trouble import REFUSED, Trouble
from sanhao.cli.up import seed_demo
from sanhao.kit.text import Text


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    commands.add_parser("found", help="make a demo world in an empty database").set_defaults(run=found)
    commands.add_parser("reset", help="throw the demo world away and make a new one").set_defaults(run=reset)
    commands.add_parser("status", help="what is in this world, and what time it is there").set_defaults(
        run=status
    )


def found(args: argparse.Namespace) -> int:
    world.open_database()
    world.open_django()
    world.bring_up_to_date()
    world.found(demo=True)
    seed_demo()
    return status(args)


def reset(args: argparse.Namespace) -> int:
    world.open_database()
    world.open_django()
    _require_nobody_else()
    if _mark() is False:
        raise Trouble(
            Text(zh="这是真实站点，不会被清空。", en="This database holds a real site; it will not be thrown away."), code=REFUSED
        )  # fmt: skip
    from django.db import connection

    from sanhao.kit import time as kit_time

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    kit_time.forget()
    return found(args)


def _mark() -> bool | None:
    """True for a demo world, False for a real one, None where nothing has been founded."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kit_world')")
        if cursor.fetchone() == (None,):
            return None
        cursor.execute("SELECT is_demo FROM kit_world")
        row = cursor.fetchone()
        return None if row is None else bool(row[0])


def _require_nobody_else() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend' "
            "AND application_name <> current_setting('application_name')"
        )
        (others,) = cursor.fetchone()
    if others:
        raise Trouble(
            Text(zh="演示世界正在使用中，请先停止 sanhao up。", en="The demo world is in use: stop `sanhao up` first."), code=REFUSED
        )  # fmt: skip


def status(args: argparse.Namespace) -> int:
    world.open_database()
    world.open_django()
    mark = _mark()
    if mark is None:
        print("Nothing has been founded here yet.")
        return 0
    from sanhao.kit import keeper
    from sanhao.kit import time as kit_time
    from sanhao.kit.rows import fetch

    print(
        f"{'A demo world' if mark else 'A real site'}; business time is {kit_time.now():%Y-%m-%d %H:%M} UTC."
    )
    print(f"{len(keeper.all_keepers())} keepers are registered.")
    [waiting] = fetch(
        "SELECT (SELECT count(*) FROM kit_outbox) AS outbox, (SELECT count(*) FROM kit_set_aside) AS aside"
    )
    print(f"{waiting['outbox']} facts wait in the outbox, {waiting['aside']} rows are set aside.")
    return 0
