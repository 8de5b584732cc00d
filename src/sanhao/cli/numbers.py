"""Numbers on the command line, and ports that can be listened on: what is wrong is one sentence."""

from __future__ import annotations

import argparse
import errno
import socket
from collections.abc import Callable

from sanhao.cli.trouble import Trouble
from sanhao.kit.text import Text


def port(given: str) -> int:
    """For `type=` of an argument."""
    return _whole(given, 1, 65535, "a port is a number from 1 to 65535")


def whole(least: int, most: int) -> Callable[[str], int]:
    """For `type=` of an argument: a whole number from *least* to *most*."""
    return lambda given: _whole(given, least, most, f"a whole number from {least:,} to {most:,} is needed")


def _whole(given: str, least: int, most: int, complaint: str) -> int:
    number = int(given) if given.isascii() and given.isdecimal() and len(given) <= 12 else -1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(complaint)
    return number


def require_free(host: str, port: int, option: str) -> None:
    """Raises Trouble where nobody can listen on *port* of *host*; *option* is how another port is chosen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Trouble(Text(zh=f"没有权限使用端口 {port}；请用 {option} 换一个 1024 以上的。",
                               en=f"Port {port} may not be used by this user; choose one above 1024 with {option}.")) from error  # fmt: skip
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno != errno.EADDRINUSE:
                raise Trouble(Text(zh=f"{host} 不是这台机器的地址；请用 --host 换一个。",
                                   en=f"{host} is not an address of this machine; choose another with --host.")) from error  # fmt: skip
            raise Trouble(Text(zh=f"端口 {port} 已被别的程序占用；请停掉它，或用 {option} 换一个。",
                               en=f"Port {port} is taken by another program; stop that one or choose another with {option}.")) from error  # fmt: skip
