"""`sanhao up`: everything on this machine, from nothing to a site that answers."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys
from collections.abc import Callable

from sanhao.cli import world
from sanhao.cli.numbers import port, require_free, whole
from sanhao.cli.trouble import Trouble, say
from sanhao.kit.supervisor import Program, Supervisor
from sanhao.kit.text import Text
from sanhao.kit.time import now as kit_now


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--demo", action="store_true", help="a demo world: shops, people, a clock that can be moved"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=port, default=8000, help="port of the pages (8000)")
    parser.add_argument("--live-port", type=port, default=8001, help="port of the live signals (8001)")
    parser.add_argument("--workers", type=whole(1, 64), default=2, help="page processes, 4 threads each (2)")
    parser.add_argument("--keepers", type=whole(0, 64), default=1, help="keeper processes (1)")


def run(args: argparse.Namespace) -> int:
    for chosen, option in ((args.port, "--port"), (args.live_port, "--live-port")):
        require_free(args.host, chosen, option)
    if args.port == args.live_port:
        raise Trouble(
            Text(zh="页面和实时信号要用不同的端口。", en="Pages and live signals need different ports."),
            code=2,
        )
    shown = "127.0.0.1" if args.host in ("0.0.0.0", "::") else args.host
    os.environ.setdefault("SANHAO_SITE", f"http://{shown}:{args.port}")
    os.environ.setdefault("SANHAO_LIVE", f"ws://{shown}:{args.live_port}")
    directory = world.open_database()
    world.open_django()
    if world.bring_up_to_date():
        say(Text(zh="数据库的表已是最新。", en="The tables are up to date."))
    world.found(demo=args.demo)
    seed_demo() if args.demo else world.found_rules()
    welcome = _welcome(args.demo)
    world.close_connections()
    return Supervisor(_programs(args, str(directory) if directory else None), say).run(
        lambda: _print(welcome)
    )


def _programs(args: argparse.Namespace, directory: str | None) -> list[Program]:
    sanhao = [sys.executable, "-m", "sanhao.cli"]
    pages = ["pages", f"--host={args.host}", f"--port={args.port}", f"--workers={args.workers}"]
    programs = [
        Program("pages", [*sanhao, *pages], ready=_answers(args.host, args.port)),
        Program("live", [*sanhao, "live", f"--host={args.host}", f"--port={args.live_port}"],
                ready=_accepts(args.host, args.live_port)),
    ]  # fmt: skip
    for number in range(args.keepers):
        programs.append(
            Program("keepers" if args.keepers == 1 else f"keepers {number + 1}", [*sanhao, "keep"])
        )
    if directory:
        programs.insert(0, Program("database", [*sanhao, "database", directory], last=True))
    return programs


def _answers(host: str, port: int) -> Callable[[], bool]:
    def ready() -> bool:
        """Whether any page comes back; asking the front page also warms it."""
        connection = http.client.HTTPConnection(_reachable(host), port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def _accepts(host: str, port: int) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            socket.create_connection((_reachable(host), port), timeout=2).close()
        except OSError:
            return False
        return True

    return ready


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def seed_demo() -> None:
    """The demo world, with its past unless ``SANHAO_DEMO_PAST=no``."""
    from sanhao.lab.api import found_demo

    found_demo(now=kit_now(), past=os.environ.get("SANHAO_DEMO_PAST") != "no", told=_tell_past)


def _tell_past() -> None:
    say(Text(zh="演示世界正在过它的头三周……", en="The demo world is living its first three weeks …"))


def _welcome(demo: bool) -> list[str]:
    from django.conf import settings

    from sanhao.people.api import first_admin_token, quick_people

    lines = [
        "",
        f"Sanhao is ready. Open {settings.SITE_ADDRESS}",
        f"三好已就绪，请打开 {settings.SITE_ADDRESS}",
    ]
    if demo:
        lines += ["", "Sign in with one click as / 一键登录："]
        lines += [f"  {card.name}: {card.what_en} / {card.what_zh}" for card in quick_people()]
    elif token := first_admin_token():
        link = f"{settings.SITE_ADDRESS}/first-admin/{token}/"
        lines += ["", "This site has no staff yet. Make the first administrator (the link works once):",
                  "站点还没有工作人员，请用这个一次性链接建立第一位管理员：", f"  {link}"]  # fmt: skip
    return [*lines, "", "Stop with Ctrl-C. / 按 Ctrl-C 停止。"]


def _print(lines: list[str]) -> None:
    print("\n".join(lines), flush=True)
