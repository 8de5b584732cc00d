"""Nothing in the suite leaves the machine."""

from __future__ import annotations

import socket

import pytest


def test_a_connection_to_the_outside_is_refused_before_it_is_made() -> None:
    with socket.socket() as outside, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_a_connection_inside_the_machine_is_allowed() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
